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


def unwatched(what: str, total: int | None = None) -> Callable[[int], None]:  # noqa: ARG001 - nobody is told
    """A watch that shows nothing."""
    return lambda _: None


class Experiment(Settings):
    """An experiment, told all that it needs; its docstring is its help.

    Class attributes:
        row: of which paper it is a row.
        budget_minutes: stated, on two cores.
        configs: folder of the configurations that are shipped, by name; None: there are none.
    """

    row: ClassVar[str]
    budget_minutes: ClassVar[float] = 0
    configs: ClassVar[Path | None] = None

    seed: int = Field(default=0, description="Of all chance.")

    @abstractmethod
    def run(self, report: Report, watch: Watch) -> None:
        """Measure, and say in the report what was found.

        Raises:
            ValueError: the settings do not fit what is there.
            SevenviewsError: a corpus cannot be read.
        """
