"""What an image installs is what pyproject.toml says of its service, and no more."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


def _requirements(*extras: str) -> subprocess.CompletedProcess[str]:
    program = [sys.executable, "deploy/requirements.py", *extras]
    return subprocess.run(program, cwd=ROOT, capture_output=True, text=True, check=False)


def _names(*extras: str) -> set[str]:
    done = _requirements(*extras)
    assert done.returncode == 0, done.stderr
    return {line.partition(">=")[0] for line in done.stdout.splitlines()}


def test_every_image_has_what_all_services_share() -> None:
    shared = {"grpcio", "protobuf", "pydantic", "structlog", "prometheus-client"}
    for extra in ("gateway", "vectors", "metadata", "embedding", "training"):
        assert shared <= _names(extra)


def test_an_extra_that_names_extras_brings_theirs() -> None:
    assert {"onnxruntime-gpu", "pillow", "ray[serve]"} <= _names("embedding")
    assert {"onnxruntime-gpu", "torch", "opencv-python-headless", "typer"} <= _names("training,cli")


def test_the_small_images_hold_no_heavy_library() -> None:
    heavy = {"torch", "ray[serve]", "ray[train]", "onnxruntime-gpu", "milvus-lite"}
    for extra in ("gateway", "vectors", "metadata"):
        assert not heavy & _names(extra)


@pytest.mark.parametrize("extras", ["gatway", "vectors,gatway"])
def test_an_unknown_extra_is_named(extras: str) -> None:
    done = _requirements(extras)
    assert done.returncode != 0
    assert "no extra 'gatway'" in done.stderr
