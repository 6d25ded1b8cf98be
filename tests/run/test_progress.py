"""How far a run is, and how long the rest takes, from the jobs of the run that have ended."""

import pytest

from ising_fidelity.run.progress import Job, Progress, in_words


def job(rule, **wildcards):
    return Job(rule, wildcards)


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (job("train", model="DiffIsing2"), "training DiffIsing2"),
        (job("train_command", command="mine"), "training mine"),
        (job("simulate_start", start="mc@2", T="2.30"), "simulating mc@2 at T = 2.30"),
        (
            job("sample_at_size", size="16", model="GAN", T="2.30"),
            "sampling GAN at T = 2.30, L = 16",
        ),
        (job("solve"), "solving exactly"),
        (job("plot_fig1a"), "drawing fig1a"),
        (job("merge_attributions"), "merging observables"),
        (job("new_rule", source="mc"), "new_rule mc"),
    ],
)
def test_what_a_job_does(one, words):
    assert one.doing == words


def test_the_plan_counts_steps_in_their_order_and_not_the_target():
    jobs = [job("all"), job("plot_fig3"), job("plot_fig7"), job("train", model="GAN")]
    jobs += [job("simulate", chain="mc", T=T) for T in ("2.00", "2.30")] + [job("simulate_start")]
    progress = Progress(dict(enumerate(jobs)), 0)
    assert progress.plan() == "6 jobs: simulate 3, train 1, plot 2"


def trainings(count, model="GAN"):
    return {k: job("train", model=f"{model}{k}") for k in range(count)}


def test_the_rest_takes_as_long_as_what_has_ended():
    progress = Progress(trainings(4), 0)
    progress.begin(0, 0)
    assert progress.line(1) == "0 of 4 done: training GAN0"
    progress.end(0, 120)
    progress.begin(1, 120)
    # One minute of the second, and two more.
    assert progress.line(180) == "1 of 4 done, about 5 min left: training GAN1"
    progress.begin(2, 180)
    progress.end(1, 240)
    progress.end(2, 300)
    progress.begin(3, 300)
    # It has taken longer than the others already.
    assert progress.line(600) == "3 of 4 done, less than a minute left: training GAN3"
    progress.end(3, 660)
    assert progress.line(660) == "4 of 4 done in 11 min"


def test_jobs_beside_each_other_take_less_time():
    progress = Progress(trainings(6), 0)
    for number in (0, 1):
        progress.begin(number, 0)
    for number in (0, 1):
        progress.end(number, 600)
    assert progress.left(600) == "about 20 min left"


def test_no_more_jobs_than_there_are_run_beside_each_other():
    progress = Progress(trainings(4), 0)
    for number in (0, 1, 2):
        progress.begin(number, 0)
    for number in (0, 1, 2):
        progress.end(number, 600)
    assert progress.left(600) == "about 10 min left"


def test_a_source_is_estimated_from_its_own_jobs_and_else_from_those_of_others():
    jobs = {k: job("sample", model="slow", T=str(k)) for k in range(2)}
    jobs |= {2 + k: job("sample", model="fast", T=str(k)) for k in range(2)}
    progress = Progress(jobs, 0)
    progress.begin(0, 0)
    progress.end(0, 600)
    assert progress.left(600) == "about 30 min left"
    progress.begin(2, 600)
    progress.end(2, 660)
    assert progress.left(660) == "about 11 min left"


def test_a_step_that_has_not_ended_once_makes_the_time_a_lower_limit():
    progress = Progress(trainings(2) | {2: job("sample", model="GAN0", T="2.30")}, 0)
    progress.begin(0, 0)
    progress.end(0, 600)
    assert progress.left(600) == "more than 10 min left"


def test_figures_and_tables_are_taken_as_seconds_until_one_has_ended():
    figures = {100 + k: job(f"plot_fig{k}") for k in range(30)}
    progress = Progress(trainings(1) | figures, 0)
    progress.begin(0, 0)
    progress.end(0, 600)
    assert progress.left(600) == "about 1 min left"
    progress.begin(100, 600)
    progress.end(100, 630)
    assert progress.left(630) == "about 14 min left"


def test_a_failed_job_is_counted_and_left_out_of_the_rest_until_it_starts_again():
    progress = Progress(trainings(3), 0)
    for number, start in ((0, 0), (1, 60)):
        progress.begin(number, start)
        if number:
            progress.fail(number)
        else:
            progress.end(number, 60)
    assert progress.line(60) == "1 of 3 done, 1 failed, about 1 min left"
    progress.begin(1, 60)
    assert progress.line(60) == "1 of 3 done, about 2 min left: training GAN1"


def test_few_of_many_are_named():
    progress = Progress(trainings(9), 0)
    for number in range(9):
        progress.begin(number, 0)
    assert progress.line(1).endswith(": training GAN0; training GAN1; training GAN2; 6 more")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.2, "1 s"), (59, "59 s"), (60, "1 min"), (3570, "1 h 0 min"), (7800, "2 h 10 min")],
)
def test_times_in_words(seconds, words):
    assert in_words(seconds) == words
