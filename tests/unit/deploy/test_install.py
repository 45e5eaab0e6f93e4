"""deploy/install.sh, over a Python and a pip that only say what they were asked: which parts an image keeps."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT

PYTHON = """#!/bin/sh
if [ "$1" = -m ]; then
  mkdir -p "$3/bin"
  cp "$0.pip" "$3/bin/pip"
else
  echo "$2" >>"$ASKED.extras"
  printf 'numpy\\ntorch>=2\\ntorchvision\\n'
fi
"""
PIP = """#!/bin/sh
echo "$*" >>"$ASKED"
case "$*" in *--index-url*) exit "$INDEX_FAILS" ;; esac
"""
INDEX = "https://torch.example.org/cpu"


class Image:
    """What an image has after its installation, and how it came to be."""

    def __init__(self, folder: Path, **variables: str) -> None:
        programs = folder / "programs"
        programs.mkdir()
        for name, text in (("python3.11", PYTHON), ("python3.11.pip", PIP)):
            (programs / name).write_text(text)
            (programs / name).chmod(0o755)
        self._capi = folder / "opt" / "lib" / "python3.11" / "site-packages" / "onnxruntime" / "capi"
        self._capi.mkdir(parents=True)
        self._cuda = self._capi / "libonnxruntime_providers_cuda.so"
        self._cuda.touch()
        environment = {
            "PATH": f"{programs}:{os.environ['PATH']}",
            "ENVIRONMENT": str(folder / "opt"),
            "ASKED": str(folder / "asked"),
            "INDEX_FAILS": "0",
            "TORCH_INDEX_URL": INDEX,
            **variables,
        }
        command = ["sh", str(ROOT / "deploy" / "install.sh"), "refresh"]
        self.done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
        asked = folder / "asked"
        self.installations = asked.read_text().splitlines() if asked.exists() else []
        extras = folder / "asked.extras"
        self.extras = extras.read_text().strip() if extras.exists() else ""

    @property
    def runs_on_cuda(self) -> bool:
        return self._cuda.exists()

    @property
    def torch_is_for_cpus(self) -> bool:
        return any(INDEX in one for one in self.installations)


@pytest.mark.parametrize(
    ("variables", "runs_on_cuda", "extras"),
    [
        ({}, False, "refresh"),
        ({"ACCELERATOR": "cpu"}, False, "refresh"),
        ({"ACCELERATOR": "cuda"}, True, "refresh,cuda"),
        ({"ACCELERATOR": "base"}, True, "refresh"),
        # As the images of nvidia/cuda say, when nothing else is said.
        ({"CUDA_VERSION": "13.0.1"}, True, "refresh"),
        ({"ACCELERATOR": "cuda", "CUDA_VERSION": "13.0.1"}, True, "refresh,cuda"),
    ],
)
def test_what_an_image_can_run_on(
    tmp_path: Path, variables: dict[str, str], runs_on_cuda: bool, extras: str
) -> None:
    image = Image(tmp_path, **variables)
    assert image.done.returncode == 0, image.done.stderr
    assert image.runs_on_cuda is runs_on_cuda
    assert image.torch_is_for_cpus is not runs_on_cuda
    assert image.extras == extras


def test_where_torch_for_cpus_cannot_be_had_it_is_pypis(tmp_path: Path) -> None:
    image = Image(tmp_path, INDEX_FAILS="1")
    assert image.done.returncode == 0
    assert "PyPI's is taken" in image.done.stderr
    assert "--requirement" in image.installations[-1]


def test_no_index_is_asked_where_none_is_named(tmp_path: Path) -> None:
    image = Image(tmp_path, TORCH_INDEX_URL="")
    assert image.done.returncode == 0
    assert len(image.installations) == 1


def test_an_unknown_accelerator_is_refused(tmp_path: Path) -> None:
    image = Image(tmp_path, ACCELERATOR="gpu")
    assert image.done.returncode == 2
    assert "none of cpu, cuda, base" in image.done.stderr
    assert not image.installations
