"""What is uploaded is kept by digest, for a while, and goes when it is purged."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from sevenviews.console.question import Figure, Question, Trouble, with_at_most
from sevenviews.console.uploads import Uploads
from sevenviews.designs import CropBox, View

DAY = 24 * 3600


@pytest.fixture
def uploads(tmp_path: Path) -> Uploads:
    return Uploads(tmp_path, DAY, 10_000)


def ask(uploads: Uploads, *contents: bytes) -> str:
    return uploads.add(Question(tuple(Figure(uploads.add_image(one, b"preview")) for one in contents)))


def test_a_question_is_found_by_its_digest_as_it_was(uploads: Uploads) -> None:
    figure = Figure(
        uploads.add_image(b"image", b"preview"),
        source="a.png",
        number="2A",
        view=View.FRONT,
        crop=CropBox(0, 0.25, 1, 0.5),
        weight=-2,
        used=False,
    )
    question = Question((figure, Figure(patent_id="USD1")), (Trouble("b.png", "IMAGE_BLANK", "blank"),))
    assert uploads.find(uploads.add(question)) == question
    assert uploads.image(figure.image) == b"image"
    assert uploads.preview(figure.image) == b"preview"


def test_the_same_drawings_have_the_same_address(uploads: Uploads) -> None:
    assert ask(uploads, b"a", b"b") == ask(uploads, b"a", b"b") != ask(uploads, b"b", b"a")


@pytest.mark.parametrize("digest", ["", "abc", "../questions", "0" * 64, "G" * 64, "0" * 63 + "\n"])
def test_what_is_no_digest_of_ours_is_not_found(uploads: Uploads, digest: str) -> None:
    assert uploads.find(digest) is None


def test_a_purge_takes_the_images_and_whatever_else_stands_on_them(uploads: Uploads, tmp_path: Path) -> None:
    purged, edited, other = ask(uploads, b"a", b"b"), ask(uploads, b"b"), ask(uploads, b"c")
    uploads.purge(purged)
    assert [uploads.find(one) is not None for one in (purged, edited, other)] == [False, False, True]
    kept = {path.read_bytes() for path in (tmp_path / "images").iterdir()}
    assert kept == {b"c"}
    uploads.purge(purged)  # again, from a page that is still open


def test_what_nobody_looks_at_expires_and_a_look_keeps_it(uploads: Uploads, tmp_path: Path) -> None:
    forgotten, looked_at = ask(uploads, b"a"), ask(uploads, b"b")
    for path in tmp_path.glob("*/*"):
        os.utime(path, times=(0, time.time() - DAY - 60))
    assert uploads.find(looked_at) is not None
    uploads.sweep()
    assert uploads.find(forgotten) is None
    assert uploads.find(looked_at) is not None


def test_beyond_the_room_the_oldest_go(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path, DAY, 5_000)
    first = ask(uploads, b"a" * 3_000)
    for path in tmp_path.glob("*/*"):
        os.utime(path, times=(0, time.time() - 60))
    second = ask(uploads, b"b" * 3_000)
    assert uploads.find(first) is None
    assert uploads.find(second) is not None


def test_an_image_that_went_alone_takes_its_question_with_it(uploads: Uploads, tmp_path: Path) -> None:
    digest = ask(uploads, b"a")
    for path in (tmp_path / "previews").iterdir():
        path.unlink()
    assert uploads.find(digest) is None


@pytest.mark.parametrize("kept", [b'{"figures": [{"drawing_id": "USD1-D00001-01"}]}', b"{}", b"cut o"])
def test_what_another_version_has_kept_and_said_otherwise_is_gone(
    uploads: Uploads, tmp_path: Path, kept: bytes
) -> None:
    digest = ask(uploads, b"a")
    (tmp_path / "questions" / digest).write_bytes(kept)
    assert uploads.find(digest) is None


def test_nobody_else_on_the_machine_reads_it(uploads: Uploads, tmp_path: Path) -> None:
    ask(uploads, b"a")
    assert {path.stat().st_mode & 0o077 for path in tmp_path.glob("*/*")} == {0}


def test_of_many_figures_one_of_each_view_is_used_before_a_second_one() -> None:
    views = [View.FRONT, View.FRONT, View.FRONT, View.TOP, View.UNKNOWN]
    figures = with_at_most(tuple(Figure(f"{n}", view=view) for n, view in enumerate(views)), 3)
    assert [one.used for one in figures] == [True, False, False, True, True]


def test_what_was_put_aside_stays_so() -> None:
    figures = with_at_most((Figure("a", used=False), Figure("b")), 1)
    assert [one.used for one in figures] == [False, True]
