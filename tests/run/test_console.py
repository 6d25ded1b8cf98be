"""Lines of progress: few for many jobs, none lost, and errors as Snakemake prints them."""

import io
import logging
import time

import pytest

from ising_fidelity.run import console
from ising_fidelity.run.progress import Job


@pytest.fixture
def stream():
    return io.StringIO()


@pytest.fixture
def follow(stream):
    """Return the function that makes a console of some trainings and logs their start to it."""
    made = []

    def start(count, follow=True):
        jobs = {k: Job("train", {"model": f"GAN{k}"}) for k in range(count)}
        one = console.Console(lambda: jobs, "scores.html", stream, follow)
        made.append(one)
        log(one, "run_info", stats={})
        return one

    yield start
    for one in made:
        one.close()


def log(handler, event, **about):
    """Log an event as Snakemake does."""
    record = logging.makeLogRecord({"event": event, "levelno": logging.INFO, **about})
    handler.handle(record)


def run(handler, number):
    log(handler, "job_info", jobid=number)
    log(handler, "job_finished", job_id=number)


def test_many_short_jobs_make_few_lines_of_which_the_last_is_true(follow, stream, monkeypatch):
    monkeypatch.setattr(console, "SECONDS_BETWEEN_LINES", 0.2)
    monkeypatch.setattr(console, "SECONDS_TO_SETTLE", 0.05)
    one = follow(300)
    for number in range(299):
        run(one, number)
    log(one, "job_info", jobid=299)
    limit = time.monotonic() + 10
    while "299 of 300" not in stream.getvalue() and time.monotonic() < limit:
        time.sleep(0.01)
    lines = stream.getvalue().splitlines()
    assert lines[0] == "300 jobs: train 300"
    assert lines[-1] == "299 of 300 done, less than a minute left: training GAN299"
    assert len(lines) < 20


def test_the_last_line_is_not_said_twice(follow, stream):
    one = follow(1)
    run(one, 0)
    one.say()
    one.say()
    assert stream.getvalue() == "1 job: train 1\n1 of 1 done in 1 s\n"


def test_the_page_is_named_where_the_run_makes_it(stream):
    one = console.Console(lambda: {0: Job("score")}, "results/tiny/scores.html", stream)
    log(one, "run_info")
    assert stream.getvalue() == "1 job: score 1\nThe page will be results/tiny/scores.html\n"


def test_what_has_failed_is_named_with_the_end_of_its_log(follow, stream, tmp_path):
    one = follow(3, follow=False)
    path = tmp_path / "GAN1.log"
    path.write_text("epoch 1\nepoch 2\n\nepoch 3\nepoch 4\nlosses are not finite\n")
    run(one, 0)
    for number, logs in ((1, [str(path)]), (2, ["absent.log"])):
        log(one, "job_info", jobid=number)
        log(one, "job_error", jobid=number, log=logs)
    one.give_up(["--cores", "2", "--forceall", "--configfile", "my run.yaml"])
    assert stream.getvalue().splitlines() == [
        "The run has stopped: 1 of 3 done, 2 failed",
        f"  training GAN1: {path}",
        "    epoch 3",
        "    epoch 4",
        "    losses are not finite",
        "  training GAN2: absent.log",
        "To resume: snakemake --cores 2 --configfile 'my run.yaml'",
    ]


def test_of_many_failed_jobs_some_are_named(follow, stream):
    one = follow(50, follow=False)
    for number in range(50):
        log(one, "job_error", jobid=number, log=[])
    one.give_up([])
    lines = stream.getvalue().splitlines()
    assert lines[-2:] == ["  and 40 more", "To resume: snakemake "]
    assert sum("training" in line for line in lines) == 10


def test_a_fault_of_its_own_is_said_and_ends_nothing(stream, capsys):
    one = console.Console(lambda: {}["lost"], "scores.html", stream)
    log(one, "run_info")
    assert "KeyError: 'lost'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("level", "event", "message", "kept"),
    [
        (logging.ERROR, "job_error", "Error in rule train", True),
        (logging.ERROR, "group_error", "Error in group", True),
        (logging.WARNING, None, "Select jobs that are slow", True),
        (logging.INFO, None, "Trying to restart job 3.", True),
        (logging.INFO, None, "Job 3 has been submitted with SLURM jobid 7", True),
        (logging.INFO, None, "Nothing to be done", True),
        (logging.INFO, None, "Select jobs to execute...", False),
        (logging.INFO, "job_info", None, False),
        (logging.INFO, "progress", None, False),
    ],
)
def test_errors_and_news_stay_and_the_usual_course_does_not(level, event, message, kept):
    record = logging.makeLogRecord({"levelno": level, "event": event, "msg": message})
    assert console.is_error_or_news(record) == kept


def test_the_events_are_those_of_snakemake():
    common = pytest.importorskip("snakemake_interface_logger_plugins.common")
    assert {*console.REPLACED, "job_error"} <= {str(event) for event in common.LogEvent}
