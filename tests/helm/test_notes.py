"""NOTES.txt: what the operator is told after an installation."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml

from tests.helm.chart import ACCESS, CHART, DEV, helm, settings


class TestNotes:
    @pytest.fixture
    def chart(self, tmp_path: Path) -> Path:
        """A copy that renders its notes as an object: Helm shows them only to who has a cluster."""
        copy = tmp_path / "sevenviews"
        shutil.copytree(CHART, copy)
        notes = '{{ include (print $.Template.BasePath "/NOTES.txt") . | nindent 2 }}'
        (copy / "templates" / "shown.yaml").write_text("kind: Notes\ntext: |\n  " + notes + "\n")
        return copy

    def notes(self, chart: Path, *arguments: str) -> str:
        show = ("--show-only", "templates/shown.yaml")
        done = helm("template", "sv", str(chart), "--kube-version", "1.34.0", *show, *arguments)
        assert done.returncode == 0, done.stderr
        return str(yaml.safe_load(done.stdout)["text"])

    def test_they_warn_of_what_is_open(self, chart: Path) -> None:
        notes = self.notes(chart, *settings("networkPolicy.enabled=false"))
        assert "WARNING: networkPolicy.enabled is false" in notes
        assert "Traffic is plaintext" in notes
        assert "WARNING: gateway.access.anonymous" in notes
        assert "WARNING: page tokens" in notes
        closed = self.notes(chart, *ACCESS, *settings("gateway.pageTokenKey.existingSecret=mine"))
        assert "WARNING" not in closed
        assert "Traffic is plaintext" not in closed

    def test_they_say_what_is_kept(self, chart: Path) -> None:
        notes = self.notes(chart, *settings("drawings.persistence.enabled=true"))
        assert "keeps these PersistentVolumeClaims: sv-sevenviews-drawings" in notes

    def test_they_say_what_to_do_next(self, chart: Path) -> None:
        notes = self.notes(chart, *DEV)
        assert "helm test sv" in notes
        assert "port-forward service/sv-sevenviews-gateway 50051:50051" in notes
        assert "create job refresh-now --from cronjob/sv-sevenviews-refresh" in notes
        assert "WARNING: a part under `dev`" in notes
