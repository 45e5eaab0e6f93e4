"""How far a reading or a description is."""

from __future__ import annotations

from collections.abc import Callable

Advance = Callable[[int], None]
"""Is told how many are done: entries, drawings or patents, whatever is being gone through."""


def unheard(_: int) -> None:
    """Tells nobody."""
