"""What an experiment is: its settings, and how it measures. A new one is a file with a class like these.

The command line makes an option of each plain field, reads the others from YAML (`--config`, with `extends`) or from
`--set`, and writes the report.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar, Protocol

from pydantic import Field

from sevenviews.lab.report import Report
from sevenviews.lab.settings import Settings


class Watch(Protocol):
    """Shows how far something is."""

    def __call__(self, what: str, total: int | None = None) -> Callable[[int], None]:
        """Begin something; what comes back is told how many of the total are done."""
        ...


class Experiment(Settings):
    """An experiment, told all that it needs; its docstring is its help.

    Class attributes:
        row: of which paper it is a row.
        configs: folder of the configurations that are shipped, by name; None: there are none.
        usual: the one that counts where none is named.
    """

    row: ClassVar[str]
    configs: ClassVar[Path | None] = None
    usual: ClassVar[str] = ""

    seed: int = Field(default=0, description="Of all chance.")
    budget_minutes: float = Field(default=0, ge=0, description="Stated, for two cores; measured beside it.")

    @abstractmethod
    def run(self, report: Report, watch: Watch) -> None:
        """Measure, and say in the report what was found.

        Raises ValueError: the settings do not fit what is there; SevenviewsError: a corpus cannot be read.
        """
