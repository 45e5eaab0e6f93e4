"""The steps of deploy/README.md, as an operator would type them."""

from __future__ import annotations

import re
from pathlib import Path

_HEADING = "## From an empty cluster to a search"
_BLOCK = re.compile(r"^```sh\n(.*?)^```", re.DOTALL | re.MULTILINE)


def steps(readme: Path) -> list[str]:
    """The commands of that section, a text for each block, in their order.

    Raises:
        ValueError: there is no such section, or it has no commands.
    """
    _, found, after = readme.read_text().partition(f"{_HEADING}\n")
    section = re.split(r"^## ", after, maxsplit=1, flags=re.MULTILINE)[0]
    blocks = [match[1] for match in _BLOCK.finditer(section)]
    if not found or not blocks:
        raise ValueError(f"{readme} has no commands under {_HEADING!r}")
    return blocks
