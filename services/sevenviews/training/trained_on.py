"""What a model has learned from: a list of ids within its bundle, so that nobody judges it by them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from sevenviews.designs import canonical_patent_id
from sevenviews.encoder.bundle import Bundle

TRAINED_ON = "trained-on.txt"


def trained_on(bundle: Bundle) -> frozenset[str]:
    """Canonical ids; none, if the bundle does not say."""
    return read_trained_on(bundle.path) if TRAINED_ON in bundle.manifest.files else frozenset()


def read_trained_on(folder: Path) -> frozenset[str]:
    """The list of a bundle's or a run's folder; none, if there is none."""
    path = folder / TRAINED_ON
    return frozenset(path.read_text().splitlines()) if path.is_file() else frozenset()


def write_trained_on(folder: Path, names: Iterable[str]) -> Path:
    """Write the list: an id a line, canonical, ascending."""
    path = folder / TRAINED_ON
    path.write_text("".join(f"{name}\n" for name in sorted(set(map(canonical_patent_id, names)))))
    return path
