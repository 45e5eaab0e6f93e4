"""Python programs for a process in which some packages are not installed, though here they are."""

from __future__ import annotations

from collections.abc import Iterable

_PREAMBLE = """
import sys

class Refused:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name.partition(".")[0] in {modules!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Refused)
"""


def program_without(modules: Iterable[str], program: str) -> str:
    """For `python -c`: the program, where these modules cannot be imported."""
    return _PREAMBLE.format(modules=set(modules)) + program
