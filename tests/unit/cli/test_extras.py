"""A command whose extra is missing says so in one line; `doctor` lists the extras."""

from __future__ import annotations

import json
import sys
from importlib import metadata

import pytest
from typer.testing import CliRunner, Result

from sevenviews.cli.__main__ import app
from sevenviews.cli.commands import group
from sevenviews.cli.extras import EXTRAS, missing, why_missing

# What none of the demo's extras bring, directly or not.
TRAINING_ALONE = {"torch", "torchvision", "onnx", "onnxscript", "scikit-image", "scikit-learn", "matplotlib"}

COMMANDS = {
    "train": (["train", "my.yaml", "--out", "run"], "training"),
    "export": (["export", "run", "--out", "bundle"], "training"),
    "evaluate": (["evaluate", "--corpus", "nowhere"], "lab"),
    "lab": (["lab", "deeppatent", "--corpus", "nowhere", "--out", "report"], "lab"),
    "lab order": (["lab", "order", "--out", "report"], "training"),
    "refresh": (["refresh", "--data", "nowhere"], "refresh"),
    "reembed": (["reembed", "--release", "new", "--data", "nowhere"], "refresh"),
    "bench training": (["bench", "training"], "training"),
}


@pytest.mark.parametrize(("arguments", "extra"), COMMANDS.values(), ids=COMMANDS)
def test_one_line_names_the_extra_and_how_to_install_it(
    arguments: list[str], extra: str, without_training: None
) -> None:
    done = _sevenviews(*arguments)
    assert done.exit_code == 1
    assert f"[{extra}]" in done.stderr
    assert "make install" in done.stderr
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1


def test_help_is_shown_all_the_same(without_training: None) -> None:
    done = _sevenviews("train", "--help")
    assert done.exit_code == 0
    assert "Train a model on Ray Train" in done.stdout


def test_a_module_that_turns_out_missing_is_explained_too(
    without_training: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Deep in a command, where no guard asked for it."""
    monkeypatch.setitem(sys.modules, "torch", None)
    app = group("All.")
    app.command("one")(lambda: __import__("torch"))
    app.command("other")(lambda: None)
    done = CliRunner().invoke(app, ["one"])
    assert done.exit_code == 1
    assert done.stderr.startswith("sevenviews: this needs the extra [training]")


def test_doctor_lists_the_extras(without_training: None) -> None:
    done = _sevenviews("doctor", "--data", "nowhere", "--json")
    assert done.exit_code == 0
    found = {one["check"]: one for one in json.loads(done.stdout)}
    assert {name: found[f"extra {name}"]["status"] for name in EXTRAS} == {
        **dict.fromkeys(EXTRAS, "ok"),
        **dict.fromkeys(("training", "lab", "refresh", "bench"), "absent"),
    }
    assert "make install" in found["extra training"]["detail"]
    assert "torch" not in found


def test_extras_of_other_packages_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """ray[data] without pandas is not installed, though ray is."""
    requires = {"sevenviews": ["ray[data]; extra == 'refresh'"], "ray": ["pandas; extra == 'data'", "click"]}
    monkeypatch.setattr(metadata, "requires", requires.__getitem__)
    _uninstall(monkeypatch, {"pandas"})
    assert missing("refresh") == {"pandas"}


def test_what_is_installed_is_no_reason() -> None:
    """A module that is broken in itself must not be taken for a missing extra."""
    assert why_missing("numpy.gone") == ""
    assert why_missing("nobody_knows_this") == ""


@pytest.fixture
def without_training(monkeypatch: pytest.MonkeyPatch) -> None:
    """As after `make demo`."""
    _uninstall(monkeypatch, TRAINING_ALONE)


def _uninstall(monkeypatch: pytest.MonkeyPatch, distributions: set[str]) -> None:
    version = metadata.version

    def installed(name: str) -> str:
        if name in distributions:
            raise metadata.PackageNotFoundError(name)
        return version(name)

    monkeypatch.setattr(metadata, "version", installed)


def _sevenviews(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)
