"""The common base of what YAML may say: frozen, and strict about names."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator


class Settings(BaseModel):
    """A part of a configuration. A key that it does not have is refused, with the nearest that it has."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _known_keys(cls, given: Any) -> Any:
        if isinstance(given, dict):
            for key in given:
                if key not in cls.model_fields:
                    raise ValueError(f"there is no {key!r} here{nearest(key, cls.model_fields)}")
        return given


def nearest(name: object, known: Iterable[str]) -> str:
    """What to add to the message that a name is unknown: the one that was meant, or else all."""
    names = sorted(known)
    close = difflib.get_close_matches(str(name), names, 1)
    return f"; did you mean {close[0]!r}?" if close else f"; there are {', '.join(names)}"


def check_kind(given: Any, kinds: Iterable[str]) -> Any:
    """Refuse an unknown `kind` with the nearest one: pydantic's own message only lists them."""
    names = sorted(kinds)
    if isinstance(given, dict) and given.get("kind") not in names:
        raise ValueError(f"there is no kind {given.get('kind')!r}{nearest(given.get('kind'), names)}")
    return given
