"""``python -m ising_fidelity.remote``: pack, work, unpack.

Each verb imports only what it needs, as the remote machine has neither netCDF4 nor xarray.
"""

import argparse
import sys
from pathlib import Path
from pkgutil import resolve_name

from ising_fidelity import remote
from ising_fidelity.exceptions import InputError


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    lines = argparse.ArgumentParser(
        prog="python -m ising_fidelity.remote",
        description=(remote.__doc__ or "").split("\n")[0],
    )
    verbs = lines.add_subparsers(dest="verb", required=True)

    verb = verbs.add_parser("pack", help="pack training frames and config into one parcel")
    verb.add_argument(
        "configs", type=Path, nargs="+", metavar="CONFIG", help="merged over config.yaml"
    )
    verb.add_argument("--results", type=Path, default=Path("results"), metavar="FOLDER")
    verb.add_argument("--output", type=Path, required=True, help="folder to write")

    verb = verbs.add_parser("work", help="train a model and sample it, on a GPU machine")
    verb.add_argument("files", type=Path, nargs="+", metavar="PARCEL", help="files written by pack")
    verb.add_argument("--model", required=True)
    verb.add_argument("--state", type=Path, required=True, help="folder kept between pieces")
    verb.add_argument("--output", type=Path, required=True, help="folder for the result")
    verb.add_argument("--seconds", type=float, default=540, help="time limit of this piece")
    verb.add_argument(
        "--training-seconds",
        type=float,
        default=float("inf"),
        help="time limit of training in all pieces",
    )
    verb.add_argument(
        "--whole-chain-frames",
        type=int,
        default=125,
        help="number of frames to sample with all N_t steps; 0: none",
    )
    verb.add_argument("--device", default="auto", help="auto, cpu or cuda")
    verb.add_argument("--threads", type=int, default=1, help="CPU threads")

    verb = verbs.add_parser("unpack", help="turn the result into files of the run")
    verb.add_argument("files", type=Path, nargs="+", metavar="FILE")
    verb.add_argument("--results", type=Path, default=Path("results"), metavar="FOLDER")
    return lines


def main() -> None:
    """Run the command line; bad input exits with status 2 and one line."""
    options = vars(parser().parse_args())
    verb = options.pop("verb")
    try:
        if verb == "pack":
            options["configs"].insert(0, Path("config.yaml"))
        module = "work" if verb == "work" else "transfer"
        resolve_name(f"ising_fidelity.remote.{module}:{verb}")(**options)
    except InputError as error:
        name, colon, rest = str(error).partition(": ")
        flag = f"--{name.replace('_', '-')}" if name in options else name
        print(f"{flag}{colon}{rest}", file=sys.stderr)
        raise SystemExit(2) from None
    except PermissionError as error:
        print(f"{error.filename}: cannot be used ({error.strerror})", file=sys.stderr)
        raise SystemExit(2) from None


if __name__ == "__main__":
    main()
