"""Prints what an image installs: the dependencies of some extras of pyproject.toml, one a line.

The image of a service installs these before its sources are copied, so a changed source costs no new installation.

    python deploy/requirements.py gateway > requirements.txt
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

_SELF = re.compile(r"sevenviews\[([\w,-]+)\]")


def requirements(project: Mapping[str, Any], extras: Sequence[str]) -> list[str]:
    """The dependencies of the project with these extras; extras that name extras are followed.

    Raises:
        ValueError: the project has no such extra.
    """
    optional: Mapping[str, list[str]] = project["optional-dependencies"]
    found: list[str] = list(project["dependencies"])
    for extra in extras:
        if extra not in optional:
            raise ValueError(f"pyproject.toml has no extra {extra!r}; it has {', '.join(optional)}")
        for requirement in optional[extra]:
            inner = _SELF.fullmatch(requirement)
            found += requirements(project, inner[1].split(",")) if inner else [requirement]
    return sorted(set(found))


def main() -> None:
    """Arguments: extras, by space or comma."""
    extras = [extra for argument in sys.argv[1:] for extra in argument.split(",") if extra]
    with Path("pyproject.toml").open("rb") as file:
        project = tomllib.load(file)["project"]
    print(*requirements(project, extras), sep="\n")


if __name__ == "__main__":
    main()
