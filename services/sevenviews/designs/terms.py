"""What a patent answers to: the forms in which names and classes are compared, by filters and stores alike."""

from __future__ import annotations

from collections.abc import Iterable

from sevenviews.designs.locarno import LocarnoClass


def normalize_name(name: str) -> str:
    """The form in which names are compared: case and spacing do not count. NUL is a space: not all stores take it."""
    return " ".join(name.replace("\0", " ").casefold().split())


def normalize_uspc(notation: str) -> str:
    """The form in which classes of the United States are compared: "D14/486", without spaces."""
    return "".join(notation.replace("\0", " ").upper().split())


def name_terms(names: Iterable[str]) -> list[str]:
    """The names of a patent's holders or inventors, each once, in the form that is compared."""
    return sorted({normalize_name(name) for name in names} - {""})


def class_terms(locarno: Iterable[LocarnoClass]) -> list[str]:
    """Each Locarno subclass of a patent and its whole class, "06-01" and "06"."""
    return sorted({str(term) for one in locarno for term in (one, one.whole_class)})


def uspc_terms(uspc: Iterable[str]) -> list[str]:
    """Each United States class of a patent as it is written, and its whole class, "D14/486" and "D14"."""
    exact = {normalize_uspc(notation) for notation in uspc}
    return sorted((exact | {notation.partition("/")[0] for notation in exact}) - {""})
