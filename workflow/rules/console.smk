# What a run says: how far it is, and at its end the verdicts, or what has failed and why.

import logging
import sys

from ising_fidelity.run.console import Console, is_error_or_news
from ising_fidelity.run.progress import Job

QUIET = {str(one) for one in workflow.output_settings.quiet or ()}


def planned():
    """Return the jobs of the run by Snakemake's numbers."""
    return {
        job.jobid: Job(job.rule.name, job.wildcards_dict)
        for job in workflow.dag.needrun_jobs()
    }


def plain_console():
    """Return what prints lines of progress in place of Snakemake's blocks, if that is wanted.

    In the main process of a real run alone. With --quiet there are no lines at all, and with
    --printshellcmds or --verbose they are Snakemake's own.
    """
    said = workflow.output_settings
    real = IS_MAIN and workflow.is_main_process and not said.dryrun
    log = logging.getLogger("snakemake.logging")
    # No handler has this name where a plugin for logging writes to the terminal.
    theirs = [one for one in log.handlers if one.name == "DefaultStreamHandler"]
    if not (real and theirs) or QUIET & {"all", "progress", "rules"}:
        return None
    follow = not (said.printshellcmds or said.verbose)
    plain = Console(planned, f"{RESULTS}/scores.html", theirs[0].stream, follow)
    if follow:
        theirs[0].addFilter(is_error_or_news)
    log.addHandler(plain)
    return plain


CONSOLE = plain_console()


onsuccess:
    if CONSOLE:
        CONSOLE.say()
    scored = any(job.rule.name == "score" for job in workflow.dag.jobs)
    verdicts = "--verdicts" if scored and "all" not in QUIET else "--no-verdicts"
    shell("{sys.executable:q} {RECORD_RUN:q} {verdicts:q} {RESULTS:q}")


onerror:
    if CONSOLE:
        # Without it, Snakemake refuses what jobs have left that were ended in their midst.
        resumed = (
            [] if workflow.dag_settings.force_incomplete else ["--rerun-incomplete"]
        )
        CONSOLE.give_up([*resumed, *sys.argv[1:]])
