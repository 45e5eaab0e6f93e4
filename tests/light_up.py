"""`python -m tests.light_up`: what `sevenviews up` starts, the embedding without Ray; see `tests.light_embedding`.

The options are those of the command that the tests need.
"""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

from sevenviews.cli.local import Addresses, LocalOptions, StartError, locked
from sevenviews.cli.up import serve


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--model", type=Path)
    for part in ("vectors", "database", "drawings", "cache"):
        parser.add_argument(f"--{part}-url", default="")
    told = vars(parser.parse_args())
    addresses = Addresses.of(told.pop("port"))
    options = LocalOptions(addresses=addresses, embedding="tests.light_embedding", **told)
    try:
        with locked(options.data):
            asyncio.run(serve(options))
    except StartError as error:
        raise SystemExit(str(error)) from error


if __name__ == "__main__":
    main()
