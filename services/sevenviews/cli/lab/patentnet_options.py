"""What PatentNet's commands share: options, reading a corpus, and how they fail."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sevenviews.cli.console import fail, fail_with, progress
from sevenviews.designs import SevenviewsError

if TYPE_CHECKING:
    from sevenviews.lab.patentnet.dataset import PatentNetDataset
    from sevenviews.training.hashing.config import SelectionConfig

Corpus = Annotated[Path, typer.Option(help="Whatever `sevenviews ingest` reads, with labels.")]
Out = Annotated[Path, typer.Option(help="Folder of the report; made if absent.")]
Config = Annotated[
    str, typer.Option(help="Name of a shipped configuration, or a YAML file.", metavar="NAME|FILE")
]
Cache = Annotated[
    Path | None, typer.Option(help="Folder that keeps features between runs; default: OUT/cache.")
]


def config_path(chosen: str, kind: str) -> Path:
    """The file of a configuration; ends the command if there is none.

    Args:
        chosen: a name or a path.
        kind: "classification" or "hashing".
    """
    import sevenviews.training

    folder = Path(sevenviews.training.__file__).parent / kind / "configs"
    shipped = folder / f"{chosen}.yaml"
    path = shipped if shipped.is_file() else Path(chosen)
    if not path.is_file():
        names = ", ".join(one.stem for one in sorted(folder.glob("*.yaml")))
        fail(f"--config {chosen}: neither a file nor one of {names}", 2)
    return path


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


def budget(seconds: float, stated_minutes: float) -> str:
    """A sentence for a report: what it cost, beside what its configuration states."""
    return (
        f"{seconds / 60:.1f} min of processor time, all cores together (stated budget: {stated_minutes:g} min on two "
        "cores)."
    )


@contextmanager
def failing_clearly() -> Iterator[None]:
    """End the command with a message where the work raises."""
    import yaml

    try:
        yield
    except SevenviewsError as error:
        fail_with(error)
    except (ValueError, OSError, yaml.YAMLError) as error:
        fail(str(error), 2)
