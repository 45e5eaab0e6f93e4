"""Configurations that are read from a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from sevenviews.cli.console import fail

Loaded = TypeVar("Loaded")


def read_config(load: Callable[[Path], Loaded], file: Path) -> Loaded:
    """What a YAML file says; ends the command where that cannot be read."""
    import yaml
    from pydantic import ValidationError

    try:
        return load(file)
    except (yaml.YAMLError, ValidationError, UnicodeDecodeError) as error:
        fail(f"{file}: {error}", 2)
