"""The import rule of services/sevenviews/__init__.py; its contracts are in pyproject.toml."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT

LINT = Path(sys.executable).with_name("lint-imports")


def test_the_packages_import_only_what_they_may() -> None:
    result = _lint(ROOT / "pyproject.toml")
    assert result.returncode == 0, result.stdout


def test_the_rule_can_fail(tmp_path: Path) -> None:
    """What the server library does import, forbidden: the check must notice."""
    contract = tmp_path / "contract.toml"
    contract.write_text(
        '[tool.importlinter]\nroot_package = "sevenviews"\n'
        '[[tool.importlinter.contracts]]\nname = "absurd"\ntype = "forbidden"\n'
        'source_modules = ["sevenviews.runtime"]\nforbidden_modules = ["sevenviews.designs"]\n'
    )
    result = _lint(contract)
    assert result.returncode == 1
    assert "sevenviews.runtime is not allowed to import sevenviews.designs" in result.stdout


def _lint(config: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [LINT, "--config", config, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
