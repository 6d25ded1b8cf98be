"""Record the products of a finished run: checksums, and an RO-Crate 1.1 that lists them.

Snakemake calls it after every successful run: python record_run.py results/default writes
provenance/checksums.sha256, for sha256sum --check in that folder, and ro-crate-metadata.json. Both
include checksums of imported files. It exits with status 1, and so does the run, if the scores of a
source are incomplete. With --verdicts it prints a table of them, and the path of the page.
"""

import argparse
import hashlib
import mimetypes
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from rocrate.model.contextentity import ContextEntity
from rocrate.rocrate import ROCrate

import ising_fidelity
from ising_fidelity.config.load import load
from ising_fidelity.io.files import whole
from ising_fidelity.run.commands import inputs_of_commands
from ising_fidelity.run.sources import own_files

if TYPE_CHECKING:
    import pandas as pd

CHECKSUMS = Path("provenance", "checksums.sha256")
CRATE = Path("ro-crate-metadata.json")
NOT_PRODUCTS = ("logs", "benchmarks", "provenance")
FORMATS = {".nc": "application/netcdf", ".safetensors": "application/octet-stream"}
ABOUT = {
    "configurations": "frames of spins",
    "observables": "observables of frames, with errors",
    "comparisons": "distances between frames and reference frames",
    "models": "a trained model or the losses of its training",
    "equilibration": "time series from random starts",
    "figures": "a figure",
}

WIDTH_OF_FILES = 100
"""Characters of a line of the table where it is not on a terminal."""

TERMS = {"sha256": "https://w3id.org/ro/terms/workflow-run#sha256"}
"""Terms that RO-Crate 1.1 lacks, from Workflow Run RO-Crate."""


def products(folder: Path) -> list[Path]:
    """Return the files that a run has made, relative to its folder.

    States of training, and leftovers of killed processes in hidden folders, are left out.
    """
    files = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    kept = (path for path in files if path.parts[0] not in NOT_PRODUCTS and path != CRATE)
    return sorted(
        path
        for path in kept
        if ".resume" not in path.suffixes and not any(part.startswith(".") for part in path.parts)
    )


def checksum(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def describe(folder: Path, sums: dict[Path, str], own: dict[Path, tuple[str, str]]) -> ROCrate:
    """Return the crate: descriptions of the files and of the run that made them.

    ``own`` has description and checksum of each imported file. Imported files are outside the
    crate's folder, so they are described but not part of the crate.
    """
    crate = ROCrate(gen_preview=False, version="1.1")
    crate.metadata.extra_terms |= TERMS
    latest = max((folder / path).stat().st_mtime for path in sums)
    made = datetime.fromtimestamp(latest, UTC).isoformat(timespec="seconds")
    crate.name = f"ising-fidelity run {folder.name}"
    crate.description = (
        "Frames of the two-dimensional Ising model by Monte Carlo and generative models, their "
        "observables with errors, and their deviations from exact results"
    )
    crate.datePublished = made
    developers = {"@type": "Organization", "name": "The ising-fidelity developers"}
    crate.root_dataset["author"] = crate.root_dataset["publisher"] = crate.add(
        ContextEntity(crate, "#developers", properties=developers)
    )
    license_of_all = {"@type": "CreativeWork", "name": "MIT License"}
    crate.root_dataset["license"] = crate.add(
        ContextEntity(crate, "https://spdx.org/licenses/MIT", properties=license_of_all)
    )
    software = crate.add(
        ContextEntity(
            crate,
            "#ising-fidelity",
            properties={
                "@type": "SoftwareApplication",
                "name": "ising-fidelity",
                "softwareVersion": ising_fidelity.__version__,
            },
        )
    )
    recorded = [
        crate.add_file(
            folder / path,
            path.as_posix(),
            properties={"name": what, "encodingFormat": "text/plain"},
        )
        for path, what in (
            (Path("provenance", "config.yaml"), "the config of the run, all keys"),
            (Path("provenance", "commit"), "the commit of the workflow"),
            (Path("provenance", "versions.txt"), "versions of all packages"),
            (Path("provenance", "rules.dot"), "the graph of the run's rules"),
            (CHECKSUMS, "SHA-256 of every product"),
        )
        if (folder / path).exists()
    ]
    for path, (what, digest) in own.items():
        properties = {
            "@type": "CreativeWork",
            "name": f"{what}: {path.as_posix()}",
            "sha256": digest,
            "contentSize": str(path.stat().st_size),
            "encodingFormat": FORMATS.get(
                path.suffix, mimetypes.guess_type(path.name)[0] or "application/octet-stream"
            ),
        }
        identity = f"#{what.rsplit(' ', 1)[-1]}/{path.name}"
        recorded.append(crate.add(ContextEntity(crate, identity, properties=properties)))
    results = []
    for path, digest in sums.items():
        guessed = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        properties = {
            "name": f"{ABOUT.get(path.parts[0], 'a table of the whole run')}: {path.stem}",
            "sha256": digest,
            "contentSize": str((folder / path).stat().st_size),
            "encodingFormat": FORMATS.get(path.suffix, guessed),
        }
        results.append(crate.add_file(folder / path, path.as_posix(), properties=properties))
    action = crate.add(
        ContextEntity(
            crate,
            "#run",
            properties={
                "@type": "CreateAction",
                "name": f"the run {folder.name}",
                "endTime": made,
            },
        )
    )
    action["instrument"] = software
    action["object"] = recorded
    action["result"] = results
    crate.root_dataset["mentions"] = action
    return crate


def wrong(folder: Path) -> list[str]:
    """Return warnings about error bars, a line for each source of the run.

    It is empty if only some files of the run were made.
    """
    if not (folder / "fidelity.nc").exists():
        return []
    from ising_fidelity.io.netcdf import read_tree
    from ising_fidelity.scores import caveats

    groups = read_tree(folder / "fidelity.nc").items()
    found = caveats.of_sources({str(name): node.to_dataset() for name, node in groups})
    return [f"warning: {name}: {' '.join(one.wrong)}" for name, one in found.items() if one.wrong]


def scores_of(folder: Path) -> "pd.DataFrame | None":
    """Return the scores of a run, which may have been asked for other files alone."""
    import pandas as pd

    path = folder / "scores.csv"
    return pd.read_csv(path, dtype={"temperature": str}) if path.exists() else None


def show_verdicts(scores: "pd.DataFrame", folder: Path) -> None:
    """Print the verdicts of a run and where its page is."""
    from rich.console import Console

    from ising_fidelity.report import terminal

    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # not every terminal has Greek letters
    # A file has no width of its own, and rich would take one in which tables do not fit.
    console = Console(width=None if sys.stdout.isatty() else WIDTH_OF_FILES, highlight=False)
    terminal.show(scores, console)
    console.print(f"Open {folder / 'scores.html'}", markup=False, soft_wrap=True)


def not_compared(scores: "pd.DataFrame") -> list[str]:
    """Return what the scores of a run could not compare, a line for each source."""
    from ising_fidelity.scores import summary

    return [f"{name}: {sentence}" for name, (sentence,) in summary.not_compared(scores).items()]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("folder", type=Path)
    show = {"action": argparse.BooleanOptionalAction, "default": False, "help": "print them"}
    parser.add_argument("--verdicts", **show)
    arguments = parser.parse_args()
    folder: Path = arguments.folder
    sums = {path: checksum(folder / path) for path in products(folder)}
    run = load([folder / "provenance" / "config.yaml"])
    given = [(f"frames of the source {source}", path) for source, _, path in own_files(run)]
    given += [(f"input of the model {model}", path) for model, path in inputs_of_commands(run)]
    own = {path: (what, checksum(path)) for what, path in given}
    listed = sums | {
        Path(os.path.relpath(path, folder)): digest for path, (_, digest) in own.items()
    }
    lines = [f"{digest}  {path.as_posix()}\n" for path, digest in listed.items()]
    with whole(folder / CHECKSUMS) as place:
        place.write_text("".join(lines))
    with whole(folder / CRATE) as place:
        describe(folder, sums, own).metadata.write(place.parent)
    scores = scores_of(folder)
    if arguments.verdicts and scores is not None:
        show_verdicts(scores, folder)
    lacking = [] if scores is None else not_compared(scores)
    for line in (*wrong(folder), *lacking):
        print(line, file=sys.stderr)
    if lacking:
        sys.exit("not everything could be compared; all files of the run were written")


if __name__ == "__main__":
    main()
