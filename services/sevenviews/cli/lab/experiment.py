"""An experiment as a command: its plain fields are options, its docstring is the help, its report is written."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import UnionType
from typing import TYPE_CHECKING, Annotated, Any, Union, get_args, get_origin

import typer

from sevenviews.cli.console import fail, note, print_json, progress, table
from sevenviews.cli.extras import needs
from sevenviews.cli.lab.taught import taught_by
from sevenviews.cli.options import JsonOutput

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

    from sevenviews.lab.experiment import Experiment, Watch
    from sevenviews.lab.report import Report

_PLAIN = (str, int, float, bool, Path)
_MOST_COLUMNS = 6
_OF_CONFIGURATIONS = ("name", "budget_minutes", "folder")

Command = Callable[..., None]


def command_of(kind: type[Experiment], extra: str = "lab") -> Command:
    """The command of an experiment; `extra` is what it needs."""

    @needs(extra)
    def command(**options: Any) -> None:
        run(kind, options)

    parameters = _parameters(kind)
    command.__doc__ = kind.__doc__
    # typer reads both.
    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    command.__annotations__ = {one.name: one.annotation for one in parameters}
    return command


def run(kind: type[Experiment], options: dict[str, Any]) -> None:
    """Run an experiment as its options say; end the command with a message where that fails."""
    from sevenviews.lab.report import Report

    out, json_output = options.pop("out"), options.pop("json_output")
    with failing_clearly():
        experiment = settings_of(kind, options)
        budget = experiment.budget_minutes
        report = Report(out, kind.__name__, experiment.model_dump(mode="json"), budget_minutes=budget)
        with watched() as watch:
            experiment.run(report, watch)
        for sentence in _taught(experiment):
            report.text(sentence)
        path = report.write()
    if json_output:
        print_json(report.document)
        return
    _show(report)
    note(f"wrote {path}")


def _show(report: Report) -> None:
    """The rows on the terminal: a column a figure, or a line where there are many."""
    figures = [
        (row["name"], name, _shown(value))
        for row in report.document["rows"]
        for name, value in row["ours"].items()
        if isinstance(value, int | float)
    ]
    columns = list(dict.fromkeys(name for _, name, _ in figures))
    if len(columns) > _MOST_COLUMNS:
        table(report.title, ("", "", ""), figures)
        return
    values = {(row, name): value for row, name, value in figures}
    rows = dict.fromkeys(row for row, _, _ in figures)
    table(
        report.title,
        ("", *columns),
        ((row, *(values.get((row, one), "—") for one in columns)) for row in rows),
    )


def _taught(experiment: Experiment) -> Iterator[str]:
    """Of each model what it may have seen of the corpus before."""
    models, corpus = getattr(experiment, "model", ()), getattr(experiment, "corpus", None)
    if corpus is not None:
        yield from (
            taught_by(model, corpus.name) for model in ([models] if isinstance(models, str) else models)
        )


def settings_of(kind: type[Experiment], options: Mapping[str, Any]) -> Experiment:
    """What `--config`, `--set` and the other options say together; the later wins. Raises ValueError, as pydantic."""
    import yaml

    from sevenviews.lab.settings import merged, read_yaml

    said: dict[str, Any] = {}
    if options["config"] or kind.usual:
        place = config_file(options["config"] or kind.usual, kind.configs)
        said = read_yaml(place)
        if "folder" in kind.model_fields:
            said["folder"] = place.resolve().parent
    for text in options.get("set_") or ():
        key, separator, value = text.partition("=")
        if not separator:
            raise ValueError(f"--set {text}: KEY=VALUE is meant, such as head.steps=200")
        change: Any = yaml.safe_load(value)
        for part in reversed(key.split(".")):
            change = {part: change}
        said = merged(said, change)
    given = {
        key: value for key, value in options.items() if value is not None and key not in {"config", "set_"}
    }
    return kind.model_validate({**said, **given})


def config_file(chosen: str, folder: Path | None) -> Path:
    """A configuration by the name that it is shipped under, or by its path. Raises ValueError if there is none."""
    shipped = folder / f"{chosen}.yaml" if folder else Path(chosen)
    path = shipped if shipped.is_file() else Path(chosen)
    if not path.is_file():
        names = ", ".join(one.stem for one in sorted(folder.glob("*.yaml"))) if folder else "none is shipped"
        raise ValueError(f"--config {chosen}: neither a file nor one of {names}")
    return path


@contextmanager
def watched() -> Iterator[Watch]:
    """Progress on the terminal."""
    with progress() as bar:

        def watch(what: str, total: int | None = None) -> Callable[[int], None]:
            if bar.disable:
                note(what)
            line = bar.add_task(what, total=total)
            return lambda done: bar.update(line, completed=done)

        yield watch


@contextmanager
def failing_clearly() -> Iterator[None]:
    """End the command with a message where the work raises."""
    import yaml
    from pydantic import ValidationError

    try:
        yield
    except ValidationError as error:
        fail("; ".join(f"--{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()), 2)
    except (ValueError, OSError, yaml.YAMLError) as error:
        fail(str(error), 2)


def _parameters(kind: type[Experiment]) -> list[inspect.Parameter]:
    options = [
        _option(name, one)
        for name, one in kind.model_fields.items()
        if _plain(one.annotation) and name not in _OF_CONFIGURATIONS
    ]
    names = ", ".join(one.stem for one in sorted(kind.configs.glob("*.yaml"))) if kind.configs else ""
    shipped = f"Name of a shipped configuration ({names}), or a YAML file." if names else "A YAML file."
    usual = f" Default: {kind.usual}." if kind.usual else ""
    config = typer.Option(help=f"{shipped} It may extend another.{usual}", metavar="NAME|FILE")
    others = typer.Option(
        "--set", help="Another setting, such as head.steps=200; repeatedly.", metavar="KEY=VALUE"
    )
    out = typer.Option(help="Folder of the report; made if absent.")
    return [
        *options,
        _parameter("out", Annotated[Path, out], inspect.Parameter.empty),
        _parameter("config", Annotated[str | None, config]),
        _parameter("set_", Annotated[list[str] | None, others]),
        _parameter("json_output", JsonOutput, False),
    ]


def _option(name: str, field: FieldInfo) -> inspect.Parameter:
    usual = ", ".join(map(str, field.default)) if isinstance(field.default, tuple) else field.default
    default = "" if field.is_required() or usual in (None, "") else f" Default: {usual}."
    hint: Any = field.annotation
    if get_origin(hint) is tuple:
        # A tuple of one kind: the option may be given repeatedly.
        hint = list[get_args(hint)[0]]  # type: ignore[misc]
    said = " ".join((field.description or "").split())
    required = " Required, here or in the configuration." if field.is_required() else ""
    option = typer.Option(help=f"{said}{default}{required}", show_default=False)
    return _parameter(name, Annotated[hint | None, option])


def _parameter(name: str, annotation: Any, default: Any = None) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def _plain(hint: Any) -> bool:
    """Whether a field can be an option: of one word, or of several of a kind."""
    if get_origin(hint) in (Union, UnionType):
        return all(one is type(None) or one in _PLAIN for one in get_args(hint))
    return hint in _PLAIN or (get_origin(hint) is tuple and get_args(hint)[0] in _PLAIN)


def _shown(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:.4g}"
