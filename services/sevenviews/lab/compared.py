"""Two results of an experiment beside each other, row by row and figure by figure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Change:
    """A figure in two results; None: that result has none."""

    row: str
    figure: str
    first: float | None
    second: float | None

    @property
    def difference(self) -> float | None:
        """Of the second from the first."""
        return None if self.first is None or self.second is None else self.second - self.first


def read_results(path: Path) -> Mapping[str, Any]:
    """What an experiment wrote for programs: results.json, or its folder.

    Raises FileNotFoundError: there is none; ValueError: it is something else.
    """
    place = path / "results.json" if path.is_dir() else path
    document = json.loads(place.read_text())
    if not isinstance(document, dict) or not isinstance(document.get("rows"), list):
        raise ValueError(f"{path} holds no results of an experiment")
    return document


def changes(first: Mapping[str, Any], second: Mapping[str, Any]) -> list[Change]:
    """Every figure of both, in the order of the first."""
    one, other = _figures(first), _figures(second)
    return [Change(*place, one.get(place), other.get(place)) for place in {**one, **other}]


def other_settings(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, tuple[object, object]]:
    """What the two were told differently, by its dotted name."""
    one, other = (dict(_leaves(each.get("settings", {}))) for each in (first, second))
    return {
        name: (one.get(name), other.get(name))
        for name in {**one, **other}
        if one.get(name) != other.get(name)
    }


def _figures(document: Mapping[str, Any]) -> dict[tuple[str, str], float]:
    return {
        (row["name"], name): float(value)
        for row in document["rows"]
        for name, value in _leaves(row["ours"])
        if isinstance(value, int | float) and not isinstance(value, bool)
    }


def _leaves(tree: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in tree.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{above}{key}.")
        else:
            yield f"{above}{key}", value
