"""Lines of progress of a run, which replace Snakemake's block of lines for each job.

Snakemake uses Python's ``logging``, and each record has an event. Errors, warnings and all messages
that are not about the usual course of jobs stay as Snakemake prints them.
"""

import logging
import shlex
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from threading import Timer
from typing import Any, TextIO

from ising_fidelity.run.progress import Job, Progress

REPLACED = {
    "group_info",
    "job_finished",
    "job_info",
    "job_started",
    "progress",
    "resources_info",
    "run_info",
    "shellcmd",
}
"""Events that lines of progress replace."""
NOISE = ("Conda environments: ignored", "Group jobs: inactive", "Select jobs", "Using shell")
"""Beginnings of other messages that are not shown."""
SECONDS_BETWEEN_LINES = 5.0
"""Shortest time between two lines, so that many short jobs make few lines."""
SECONDS_TO_SETTLE = 1.0
"""Delay of a line, so that the end of a job and the start of the next are one line."""
LAST_LINES = 3
"""Lines of a failed job's log that are shown."""
MOST_FAILED = 10
"""Largest number of failed jobs that are named."""
FORCED = ("-f", "--force", "-F", "--forceall")
"""Options that are not part of the command that resumes, as they would repeat everything."""


def is_error_or_news(record: logging.LogRecord) -> bool:
    """Return whether a record is to be printed as Snakemake does."""
    usual = str(getattr(record, "event", None)) in REPLACED or str(record.msg).startswith(NOISE)
    return record.levelno > logging.INFO or not usual


class Console(logging.Handler):
    """Lines of progress, each saying how far the run is at that time.

    Parameters
    ----------
    planned
        Called when the run starts; returns its jobs by their numbers.
    page
        The file to open when all is done.
    stream
        Where the lines go.
    follow
        Whether there are lines while jobs run, and not only at the end.
    """

    def __init__(
        self,
        planned: Callable[[], Mapping[int, Job]],
        page: str,
        stream: TextIO,
        follow: bool = True,
    ) -> None:
        super().__init__(logging.INFO)
        self.planned, self.page, self.stream, self.follow = planned, page, stream, follow
        self.progress = Progress({}, time.monotonic())
        self.logs: dict[int, list[str]] = {}
        self.said, self.said_at = "", float("-inf")
        self.later: Timer | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """Note what a record says of the run; what goes wrong here must not end it."""
        try:
            self._note(str(getattr(record, "event", None)), vars(record))
        except Exception:
            self.handleError(record)

    def _note(self, event: str, about: Mapping[str, Any]) -> None:
        now = time.monotonic()
        number = about.get("jobid", about.get("job_id"))
        if event == "run_info":
            self.progress = Progress(self.planned(), now)
            if self.follow:
                self._print(self.progress.plan())
            if any(job.step == "score" for job in self.progress.jobs.values()):
                self._print(f"The page will be {self.page}")
        elif event == "job_error":
            self.progress.fail(number)
            self.logs[number] = [str(path) for path in about.get("log", ())]
        elif event in ("job_info", "job_finished"):
            note = self.progress.begin if event == "job_info" else self.progress.end
            note(number, now)
            if self.follow and self.later is None:
                wait = max(SECONDS_TO_SETTLE, self.said_at + SECONDS_BETWEEN_LINES - now)
                self.later = Timer(wait, self.say)
                self.later.daemon = True
                self.later.start()
        elif str(about["msg"]).startswith("Nothing to be done") and Path(self.page).exists():
            self._print(f"Open {self.page}")

    def say(self) -> None:
        """Print a line, unless it would be that before."""
        self.acquire()  # the timer has a thread of its own
        try:
            self._wait_no_more()
            self.said_at = time.monotonic()
            line = self.progress.line(self.said_at)
            if line != self.said:
                self._print(line)
            self.said = line
        finally:
            self.release()

    def _wait_no_more(self) -> None:
        if self.later is not None:
            self.later.cancel()
            self.later = None

    def _print(self, line: str) -> None:
        print(line, file=self.stream, flush=True)

    def give_up(self, arguments: Sequence[str]) -> None:
        """Say what has failed, why, and by which arguments of Snakemake the run is resumed."""
        self._wait_no_more()
        self._print(f"The run has stopped: {self.progress.done()}")
        failed = sorted(self.progress.failed)
        for number in failed[:MOST_FAILED]:
            logs = self.logs[number]
            self._print(f"  {self.progress.jobs[number].doing}: {', '.join(logs) or 'no log'}")
            for line in last_lines(logs):
                self._print(f"    {line}")
        if failed[MOST_FAILED:]:
            self._print(f"  and {len(failed[MOST_FAILED:])} more")
        words = [word for word in arguments if word not in FORCED]
        self._print(f"To resume: snakemake {shlex.join(words)}")

    def close(self) -> None:
        """End with Snakemake's logging."""
        self._wait_no_more()
        super().close()


def last_lines(logs: Sequence[str]) -> list[str]:
    """Return the last lines of a job's logs, where they can be read."""
    lines = []
    for path in logs:
        try:
            text = Path(path).read_text("utf-8", "replace")
        except OSError:
            continue
        lines += [line for line in text.splitlines() if line.strip()][-LAST_LINES:]
    return lines
