"""deploy/install.sh, over a Python and a pip that only say what they were asked: which parts an image keeps."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT

PYTHON = """#!/bin/sh
case $1 in
  -m) mkdir -p "$3/bin" && cp "$0.pip" "$3/bin/pip" && cp "$0.parts" "$3/bin/cyclonedx-py" ;;
  requirements.py) echo "$2" >>"$ASKED.extras" && printf 'numpy\\ntorch>=2\\ntorchvision\\n' ;;
  hashed.py) echo 'numpy==2 --hash=sha256:00' ;;
esac
"""
PIP = """#!/bin/sh
echo "$*" >>"$ASKED"
case "$*" in *--index-url*) exit "$INDEX_FAILS" ;; esac
"""
PARTS = """#!/bin/sh
echo "$*" >>"$ASKED.parts"
"""
INDEX = "https://torch.example.org/cpu"


class Image:
    """What an image has after its installation, and how it came to be."""

    def __init__(self, folder: Path, **variables: str) -> None:
        programs = folder / "programs"
        programs.mkdir()
        for name, text in (("python3.11", PYTHON), ("python3.11.pip", PIP), ("python3.11.parts", PARTS)):
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

        def said(name: str) -> list[str]:
            return (folder / name).read_text().splitlines() if (folder / name).exists() else []

        self.installations = [one for one in said("asked") if "--dry-run" not in one]
        self.parts = said("asked.parts")
        self.extras = "".join(said("asked.extras"))

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
    assert all("--require-hashes" in one for one in image.installations[1:])


def test_no_index_is_asked_where_none_is_named(tmp_path: Path) -> None:
    image = Image(tmp_path, TORCH_INDEX_URL="")
    assert image.done.returncode == 0
    assert image.installations
    # Of the environment, and of what lists its parts.
    assert all("--no-deps --require-hashes" in one for one in image.installations)


def test_an_image_tells_its_parts(tmp_path: Path) -> None:
    (listed,) = Image(tmp_path).parts
    assert f"--output-file {tmp_path}/opt/sbom.json {tmp_path}/opt/bin/python" in listed


def test_an_unknown_accelerator_is_refused(tmp_path: Path) -> None:
    image = Image(tmp_path, ACCELERATOR="gpu")
    assert image.done.returncode == 2
    assert "none of cpu, cuda, base" in image.done.stderr
    assert not image.installations
