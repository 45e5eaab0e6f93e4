"""What somebody may have meant: of some names those that are most like what was typed."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher

MOST = 5
"""Names that are suggested."""

_ALIKE = 0.72
"""The ratio of difflib from which two names are near: "nikon" and "nokia" are not, "nikon" and "nkion" are."""


def nearest(typed: str, names: Iterable[str], most: int = MOST) -> tuple[str, ...]:
    """The names that are near, best first; what begins with all that was typed is near. Without the name itself."""
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(typed)
    scored = []
    for name in dict.fromkeys(names):
        matcher.set_seq1(name)
        if name == typed:
            continue
        if name.startswith(f"{typed} "):
            scored.append((1.0, name))
        elif matcher.real_quick_ratio() >= _ALIKE and matcher.quick_ratio() >= _ALIKE:
            scored.append((matcher.ratio(), name))
    best = sorted((one for one in scored if one[0] >= _ALIKE), key=lambda one: (-one[0], one[1]))
    return tuple(name for _, name in best[:most])
