"""What a refresh is told."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

import sevenviews.refresh
from sevenviews.refresh.config import RefreshConfig
from sevenviews.refresh.plan import Kind, Plan

SHIPPED = Path(sevenviews.refresh.__file__).parent / "configs" / "default.yaml"


def test_the_shipped_configuration_is_the_default_with_a_training() -> None:
    config = RefreshConfig.load(SHIPPED)
    assert config.learning.config.name == "refreshed"
    assert config == RefreshConfig()


def test_a_plan_survives_the_journal() -> None:
    plan = Plan(kind=Kind.REFRESH, release_id="f-1", config=RefreshConfig.load(SHIPPED))
    assert Plan.model_validate_json(plan.model_dump_json()) == plan


def test_a_typo_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "refresh.yaml"
    file.write_text("gate: {margn: 0.1}\n")
    with pytest.raises(ValidationError, match="margn"):
        RefreshConfig.load(file)
    file.write_text("gate: {least_recall: 1.5}\n")
    with pytest.raises(ValidationError, match="least_recall"):
        RefreshConfig.load(file)


def test_an_empty_file_is_the_default(tmp_path: Path) -> None:
    file = tmp_path / "refresh.yaml"
    file.write_text("# nothing\n")
    assert RefreshConfig.load(file) == RefreshConfig()
