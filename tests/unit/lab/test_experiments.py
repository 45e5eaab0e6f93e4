"""An experiment is a class: its fields are options, and its report has rows that programs can compare."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import ClassVar

import networkx
import numpy as np
import pytest
import typer
from pydantic import Field
from typer.testing import CliRunner, Result

from sevenviews.cli.lab import lab_app
from sevenviews.cli.lab.experiment import command_of
from sevenviews.designs import Citation, LocarnoClass, Party, Patent, RelatedDocument
from sevenviews.lab.checklist import ROWS
from sevenviews.lab.compared import changes, other_settings, read_results
from sevenviews.lab.complexity import components
from sevenviews.lab.experiment import Experiment, Watch
from sevenviews.lab.knowledge_graph import graph_of
from sevenviews.lab.report import Report
from sevenviews.lab.settings import Settings, merged, read_yaml
from sevenviews.synthetic import design
from sevenviews.synthetic.photographs import as_jpeg, photograph
from sevenviews.training.config import TrainConfig
from tests.unit.lab.drawings import article


class Inner(Settings):
    """A part of the settings."""

    weight: float = 1.0


class Doubling(Experiment):
    """Double a number.

    Example:  double it
    """

    row: ClassVar[str] = "none"

    number: float = Field(description="To be doubled.")
    names: tuple[str, ...] = ("only",)
    inner: Inner = Inner()

    def run(self, report: Report, watch: Watch) -> None:
        watch("doubling", len(self.names))(len(self.names))
        report.title = "Doubled"
        for name in self.names:
            report.row(name, {"double": 2 * self.number * self.inner.weight, "deep": {"seed": self.seed}})


def run(app: typer.Typer, *arguments: object) -> Result:
    return CliRunner().invoke(app, [str(one) for one in arguments])


@pytest.fixture
def doubling() -> typer.Typer:
    app = typer.Typer()
    app.command("double")(command_of(Doubling))
    app.command("other")(command_of(Doubling))
    return app


def test_fields_are_options_and_the_later_word_counts(doubling: typer.Typer, tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text("number: 5\ninner: {weight: 3}\nseed: 7\n")
    (tmp_path / "more.yaml").write_text("extends: base.yaml\nnames: [a, b]\n")
    out = tmp_path / "out"
    done = run(doubling, "double", "--config", tmp_path / "more.yaml", "--number", 4, "--out", out, "--json")
    assert done.exit_code == 0, done.output
    document = json.loads(done.stdout)
    assert [(row["name"], row["ours"]["double"]) for row in document["rows"]] == [("a", 24), ("b", 24)]
    assert document["settings"]["seed"] == 7
    assert set(document["cost"]) == {"seconds", "processor_seconds"}
    assert json.loads((out / "results.json").read_text())["rows"] == document["rows"]
    assert "## What it cost" in (out / "report.md").read_text()
    done = run(
        doubling, "double", "--number", 1, "--set", "inner.weight=0.5", "--names", "x", "--out", out, "--json"
    )
    assert json.loads(done.stdout)["rows"][0]["ours"]["double"] == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ((), "--number: Field required"),
        (("--number", "1", "--set", "weight"), "KEY=VALUE"),
        (("--number", "1", "--set", "innr.weight=1"), "did you mean 'inner'"),
        (("--config", "nothing"), "neither a file"),
    ],
)
def test_what_does_not_fit_is_said(
    doubling: typer.Typer, tmp_path: Path, options: tuple[str, ...], message: str
) -> None:
    done = run(doubling, "double", "--out", tmp_path / "out", *options)
    assert done.exit_code == 2
    assert message in " ".join(done.output.split())
    assert not (tmp_path / "out").exists()


def test_two_results_are_compared_figure_by_figure(doubling: typer.Typer, tmp_path: Path) -> None:
    for number, names in ((1, "a"), (2, "b")):
        options = ("--number", number, "--names", "both", "--names", names, "--out", tmp_path / names)
        assert run(doubling, "double", *options).exit_code == 0
    one, other = (read_results(tmp_path / name) for name in "ab")
    found = {(it.row, it.figure): it.difference for it in changes(one, other)}
    assert found == {
        ("both", "double"): 2,
        ("both", "deep.seed"): 0,
        ("a", "double"): None,
        ("a", "deep.seed"): None,
        ("b", "double"): None,
        ("b", "deep.seed"): None,
    }
    assert set(other_settings(one, other)) == {"number", "names"}
    done = run(lab_app, "compare", tmp_path / "a", tmp_path / "b" / "results.json", "--json")
    assert json.loads(done.stdout)["figures"][0]["difference"] == 2
    assert run(lab_app, "compare", tmp_path, tmp_path / "a").exit_code == 2


def test_settings_extend_each_other(tmp_path: Path) -> None:
    base = {
        "data": {"a": 1, "b": 2},
        "loss": {"kind": "arcface", "scale": 3},
        "steps": [{"name": "one", "n": 1}, {"name": "two", "n": 2}],
    }
    assert merged(base, {"data": {"b": 3}})["data"] == {"a": 1, "b": 3}
    assert merged(base, {"loss": {"kind": "triplet"}})["loss"] == {"kind": "triplet"}
    changed = merged(base, {"steps": {"one": None, "two": {"n": 5}, "three": {"n": 6}}})["steps"]
    assert changed == [{"name": "two", "n": 5}, {"name": "three", "n": 6}]
    (tmp_path / "a.yaml").write_text("extends: b.yaml\n")
    (tmp_path / "b.yaml").write_text("extends: a.yaml\n")
    with pytest.raises(ValueError, match="extends itself"):
        read_yaml(tmp_path / "a.yaml")


def test_every_row_of_the_papers_has_a_command() -> None:
    done = run(lab_app, "list", "--json")
    assert len(json.loads(done.stdout)) == len(ROWS)
    for row in ROWS:
        words = row.command.split()
        if words[0] == "lab":
            named = words[1:3] if words[1] == "patentnet" else words[1:2]
            assert run(lab_app, *named, "--help").exit_code == 0, row
        for word in words:
            if words[0] == "train" or "=" in word:
                config = words[1] if words[0] == "train" else word.partition("=")[2]
                assert TrainConfig.load(Path(config)).name == config, row


def counted_by_hand(ink: np.ndarray) -> int:
    """Flood fill, pixel by pixel, corners included."""
    todo = {(int(y), int(x)) for y, x in np.argwhere(ink)}
    pieces = 0
    while todo:
        pieces += 1
        front = [todo.pop()]
        while front:
            y, x = front.pop()
            around = {(y + dy, x + dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1)} & todo
            todo -= around
            front += around
    return pieces


def test_components_are_what_a_flood_fill_counts() -> None:
    chance = np.random.default_rng(3)
    for share in (0.05, 0.2, 0.5):
        ink = chance.random((20, 24)) < share
        assert components(np.where(ink, 0, 255).astype(np.uint8)) == counted_by_hand(ink)


def test_complexity_of_a_corpus(tmp_path: Path) -> None:
    for sides in (3, 4, 5):
        (tmp_path / "corpus" / f"D{sides}").mkdir(parents=True)
        image = article(sides, 0)
        for spot in range(sides):
            image.paste(0, (5 + 9 * spot, 5, 8 + 9 * spot, 8))
        image.save(tmp_path / "corpus" / f"D{sides}" / "front.png")
    done = run(lab_app, "complexity", "--corpus", tmp_path / "corpus", "--out", tmp_path / "out", "--json")
    assert done.exit_code == 0, done.output
    (row,) = json.loads(done.stdout)["rows"]
    assert row["ours"] == {"median": 5, "drawings": 3}
    assert row["paper"] == {"median": 705}


def test_the_graph_joins_what_belongs_together(tmp_path: Path) -> None:
    first = Patent(
        "USD0900001",
        title="Chair",
        locarno=(LocarnoClass(6, 1),),
        uspc=("D6/334",),
        assignees=(Party("Acme"),),
        inventors=(Party("Jane Doe"),),
        citations=(Citation("US D900002 S", category="cited by examiner"),),
        publication_date=date(2020, 1, 2),
    )
    second = Patent(
        "USD0900002", locarno=(LocarnoClass(6),), assignees=(Party("Acme"),),
        related_documents=(RelatedDocument("division", "US D900001"),),
    )  # fmt: skip
    graph = graph_of([first, second])
    assert {kind for _, kind in graph.nodes(data="kind")} == {"design", "party", "class"}
    relations = {
        (one.split(":")[1], other.split(":")[1], it) for one, other, it in graph.edges(data="relation")
    }
    assert ("USD0900001", "USD0900002", "cites") in relations
    assert ("USD0900002", "USD0900001", "akin to") in relations
    assert ("Locarno 06-01", "Locarno 06", "within") in relations
    assert ("USPC D6/334", "USPC D6", "within") in relations
    assert graph.in_degree("party:Acme") == 2
    networkx.write_graphml_xml(graph, tmp_path / "graph.graphml")
    again = networkx.read_graphml(tmp_path / "graph.graphml", force_multigraph=True)
    assert set(again.nodes) == set(graph.nodes)
    assert again.nodes["document:USD0900001"]["title"] == "Chair"


def test_the_graph_of_a_corpus(tmp_path: Path) -> None:
    for sides in (3, 4):
        article(sides, 0).save(tmp_path / f"USD090000{sides}.png")
    (tmp_path / "index.csv").write_text("id,uspc,title\nUSD0900003,D6/334,Chair\nUSD0900004,D6/500,Bench\n")
    done = run(lab_app, "knowledge-graph", "--corpus", tmp_path, "--out", tmp_path / "out", "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["rows"][0]["ours"] == {
        "design": 2, "class": 3, "classified as": 2, "within": 2, "components": 1,
    }  # fmt: skip
    assert len(networkx.read_graphml(tmp_path / "out" / "graph.graphml")) == 5


def test_a_photograph_is_another_picture_of_the_same_design() -> None:
    article = design(3, 1)
    picture = photograph(article, 5, 96)
    assert picture.shape == (96, 96, 3)
    assert np.array_equal(picture, photograph(article, 5, 96))
    assert not np.array_equal(picture, photograph(article, 6, 96))
    # In colours, and the article neither fills the picture nor leaves it.
    assert np.ptp(picture.astype(int), axis=2).max() > 10
    assert as_jpeg(picture).startswith(b"\xff\xd8")


def test_photographs_ask_for_their_designs(tmp_path: Path) -> None:
    options = ("--designs", 3, "--photographs", 1, "--model", "raw", "--out", tmp_path, "--json")
    done = run(lab_app, "shop-photographs", *options)
    assert done.exit_code == 0, done.output
    rows = {row["name"]: row["ours"] for row in json.loads(done.stdout)["rows"]}
    assert set(rows) == {"raw, a photograph", "raw, its edges", "raw, a drawing"}
    assert all(0 < one["mAP"] <= 1 for one in rows.values())
