"""Tables of what people write, and what it means.

`view_phrases.txt`: under the name of each view, phrases that name it. `descriptions.txt`: the paragraphs of a
description of drawings, and behind "=" what each of its figures shows; blank lines between descriptions.
"""

from __future__ import annotations

from pathlib import Path

from sevenviews.designs import View

_HERE = Path(__file__).parent


def view_phrases() -> dict[View, list[str]]:
    """View -> the phrases that name it."""
    phrases: dict[View, list[str]] = {}
    for block in (_HERE / "view_phrases.txt").read_text(encoding="utf-8").split("\n\n"):
        head, *lines = block.splitlines()
        phrases[View(head.removeprefix("# "))] = lines
    return phrases


def descriptions() -> list[tuple[list[str], str]]:
    """The paragraphs of each description, and its figures: "1 front, 2 back"."""
    blocks = (_HERE / "descriptions.txt").read_text(encoding="utf-8").strip().split("\n\n")
    return [(lines[:-1], lines[-1].removeprefix("=").strip()) for lines in map(str.splitlines, blocks)]
