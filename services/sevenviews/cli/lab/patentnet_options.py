"""What PatentNet's commands share: options, and reading a corpus."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sevenviews.cli.console import progress
from sevenviews.cli.lab.experiment import Configured, settings_of

if TYPE_CHECKING:
    from sevenviews.lab.patentnet.dataset import PatentNetDataset
    from sevenviews.training.selection import SelectionConfig

Corpus = Annotated[Path, typer.Option(help="Whatever `sevenviews ingest` reads, with labels.")]
Out = Annotated[Path, typer.Option(help="Folder of the report; made if absent.")]
Config = Annotated[
    str, typer.Option(help="Name of a shipped configuration, or a YAML file.", metavar="NAME|FILE")
]
Cache = Annotated[
    Path | None, typer.Option(help="Folder that keeps features between runs; default: OUT/cache.")
]


Set = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        help="Another setting, such as selection.seed=1 or head.steps=200; repeatedly.",
        metavar="KEY=VALUE",
    ),
]


def configured(kind: type[Configured], config: str, changes: list[str] | None, folder: str) -> Configured:
    """A configuration by its name or file, with changes. Raises ValueError, as pydantic.

    Args:
        folder: "classification" or "hashing", where configurations are shipped.
    """
    import sevenviews.training

    configs = Path(sevenviews.training.__file__).parent / folder / "configs"
    return settings_of(kind, {"config": config, "set_": changes}, configs)


def read_labelled(corpus: Path, selection: SelectionConfig | None = None) -> PatentNetDataset:
    """The designs that a configuration selects; all, if it is not given."""
    from sevenviews.lab.patentnet.dataset import Selection, read_dataset

    chosen = None
    if selection is not None:
        chosen = Selection(
            selection.depth,
            selection.most_classes,
            selection.least_designs,
            selection.most_designs,
            selection.seed,
        )
    with progress() as bar:
        task = bar.add_task("designs", total=None)
        return read_dataset(corpus, chosen, lambda done: bar.update(task, completed=done))
