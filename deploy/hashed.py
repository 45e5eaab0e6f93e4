"""Prints what pip would install, by its report, as requirements with the hashes of hashes.txt, one a line.

pip takes hashes only where everything is listed with its version, so it is asked first what everything is.

    pip install --dry-run --report report.json … && python hashed.py report.json hashes.txt > requirements.txt
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path


def hashed(pins: Iterable[tuple[str, str]], lines: Iterable[str]) -> list[str]:
    """The lines of some names with their versions.

    Raises:
        ValueError: there is none of a name, or it is of another version.
    """
    known: Mapping[str, str] = {line.partition(" ")[0]: line for line in lines}
    wanted = [f"{re.sub(r'[-_.]+', '-', name).lower()}=={version}" for name, version in pins]
    if absent := sorted(set(wanted) - known.keys()):
        raise ValueError(
            f"hashes.txt has no hash of {', '.join(absent)}; deploy/dev/hashes.py writes it anew"
        )
    return sorted(known[pin] for pin in wanted)


def main() -> None:
    """Arguments: pip's report, the file of hashes."""
    report, hashes = map(Path, sys.argv[1:])
    chosen = (one["metadata"] for one in json.loads(report.read_text())["install"])
    try:
        lines = hashed([(one["name"], one["version"]) for one in chosen], hashes.read_text().splitlines())
    except ValueError as error:
        sys.exit(str(error))
    sys.stdout.writelines(f"{line}\n" for line in lines)


if __name__ == "__main__":
    main()
