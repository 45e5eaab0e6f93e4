"""Ray on a machine of several users: it finds a place, or says what to set."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from sevenviews.ray_folder import LONGEST_BYTES, RayFolderError, ray_folder


@pytest.fixture
def root() -> Iterator[Path]:
    """In place of /tmp, with as short a path; pytest's own folders are too long for Ray."""
    with tempfile.TemporaryDirectory(prefix="r", dir="/tmp") as folder:
        yield Path(folder)


def test_it_is_rays_own_where_that_is_free(root: Path) -> None:
    assert ray_folder({}, root) == root / "ray"
    assert ray_folder({}, root) == root / "ray"


def test_it_is_another_one_where_rays_own_is_not_ours(root: Path) -> None:
    # A file stands in for another user's folder: root may write to any.
    (root / "ray").touch()
    chosen = ray_folder({}, root)
    assert chosen == root / f"ray-{os.getuid()}"
    assert chosen.is_dir()


def test_where_there_is_none_it_says_what_to_set(root: Path) -> None:
    (root / "ray").touch()
    (root / f"ray-{os.getuid()}").touch()
    with pytest.raises(RayFolderError, match="set RAY_TMPDIR to a folder of yours"):
        ray_folder({}, root)


def test_the_one_that_is_named_is_taken(root: Path) -> None:
    assert ray_folder({"RAY_TMPDIR": str(root)}, Path("/nowhere")) == root / "ray"
    (root / "file").touch()
    with pytest.raises(RayFolderError, match="cannot be written to"):
        ray_folder({"RAY_TMPDIR": str(root / "file")}, root)


def test_a_path_that_is_too_long_for_sockets_is_refused_by_its_length(root: Path) -> None:
    long = root / ("x" * LONGEST_BYTES)
    with pytest.raises(RayFolderError, match="shorter path"):
        ray_folder({"RAY_TMPDIR": str(long)}, root)
