"""The loss of images and names by its formula; and names that belong to forms are learned."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
import torch
from typer.testing import CliRunner

from sevenviews.cli.lab import lab_app
from sevenviews.training.names import image_name_loss, name_features, recalls
from tests.models import tiny_bundle
from tests.unit.lab.drawings import article


def test_the_loss_is_its_formula() -> None:
    torch.manual_seed(1)
    images, names = torch.randn(5, 4), torch.randn(3, 4)
    owner = torch.tensor([0, 2, 1, 2, 0])
    temperature = 0.3

    def score(image: int, name: int) -> float:
        cosine = torch.dot(images[image], names[name]) / images[image].norm() / names[name].norm()
        return float(cosine) / temperature

    total = 0.0
    for image, name in enumerate(owner.tolist()):
        own = math.exp(score(image, name))
        total -= math.log(own / sum(math.exp(score(image, other)) for other in range(3)))
        total -= math.log(own / sum(math.exp(score(other, name)) for other in range(5)))
    assert float(image_name_loss(images, names, owner, temperature)) == pytest.approx(total / 10, rel=1e-5)


def test_recall_by_hand() -> None:
    scores = np.array([[3.0, 2, 1], [1, 2, 3]])
    matches = np.array([[True, False, False], [True, False, False]])
    assert recalls(scores, matches) == {"R@1": 0.5, "R@5": 1.0, "R@10": 1.0}


def test_names_that_share_letters_are_alike() -> None:
    chair, armchair, lamp = name_features(["Chair", "Armchair", "Lamp"])
    assert chair @ armchair > 0.3 > chair @ lamp


def test_the_command_learns_which_name_a_form_has(tmp_path: Path) -> None:
    names = {3: "Wedge", 4: "Crate", 6: "Nut"}
    rows = "id,title\n"
    for number in range(18):
        sides = (3, 4, 6)[number % 3]
        (tmp_path / "corpus" / f"d{number}").mkdir(parents=True)
        article(sides, number % 5).save(tmp_path / "corpus" / f"d{number}" / "front.png")
        rows += f"d{number},{names[sides]}\n"
    (tmp_path / "corpus" / "index.csv").write_text(rows)
    options = {
        "corpus": tmp_path / "corpus", "out": tmp_path / "out", "model": tiny_bundle(tmp_path / "tiny"),
        "steps": 60, "batch-size": 8, "dimension": 8,
    }  # fmt: skip
    arguments = [part for name, value in options.items() for part in (f"--{name}", str(value))]
    done = CliRunner().invoke(lab_app, ["names", *arguments, "--json"])
    assert done.exit_code == 0, done.output
    found = {row["name"]: row["ours"] for row in json.loads(done.stdout)["rows"]}
    assert found["name → drawings"]["R@1"] == 1
    assert found["drawing → names"]["R@1"] == 1
