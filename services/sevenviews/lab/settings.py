"""The common base of what YAML may say: frozen, and strict about names."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator


class Settings(BaseModel):
    """A part of a configuration. A key that it does not have is refused, with the nearest that it has.

    A field is described where it is declared, or by a string beneath it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

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


def read_yaml(path: Path) -> dict[str, Any]:
    """A YAML file of settings; one that says `extends: OTHER.yaml` has all of the other that it does not say itself.

    Paths within are relative to the file that is read, wherever the other lies. Raises FileNotFoundError,
    yaml.YAMLError; ValueError: it holds no settings, or extends itself.
    """
    return _read(path, ())


def _read(path: Path, within: tuple[Path, ...]) -> dict[str, Any]:
    import yaml

    if path.resolve() in within:
        raise ValueError(f"extends: {path.name} extends itself")
    document = yaml.safe_load(path.read_text())
    if not isinstance(document, dict):
        raise ValueError(f"{path.name} holds no settings")
    base = document.pop("extends", None)
    return merged(_read(path.parent / base, (*within, path.resolve())), document) if base else document


def merged(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Key by key. A part that names its kind takes the place of the whole part, as another kind has other keys.

    Of a list of parts with names, such as a protocol's steps, the changes may be given by name; what is changed to
    nothing is left out.
    """
    result = dict(base)
    for key, value in changes.items():
        result[key] = _merged_value(base.get(key), value)
    return result


def _merged_value(base: Any, change: Any) -> Any:
    if not isinstance(change, Mapping) or "kind" in change:
        return change
    if isinstance(base, Mapping):
        return merged(base, change)
    if isinstance(base, list) and all(isinstance(one, Mapping) and "name" in one for one in base):
        named = merged({one["name"]: one for one in base}, change)
        return [{"name": name, **part} for name, part in named.items() if part is not None]
    return change
