"""Archives in archives, archives under other names, and archives that have lost their end."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from sevenviews.corpus import ProblemReason, UnreadableEntryError, iter_entries
from tests.unit.corpus.archives import small_drawing, write_folder, write_tar, write_zip
from tests.unit.corpus.grants import design_files

VIEWS = {
    "A1/front.png": small_drawing(),
    "A1/top.png": small_drawing(3),
    "B2/front.png": small_drawing(5),
}
PATENTS = {"A1": 2, "B2": 1}
Write = Callable[[Path, Mapping[str, bytes]], Path]


def counts(path: Path) -> dict[str, int]:
    """Each patent's number of drawings; nothing about it is doubtful."""
    patents = [entry.read() for entry in iter_entries(path)]
    assert all(patent.problems == () for patent in patents)
    return {patent.patent.patent_id: len(patent.contents) for patent in patents}


def packed(folder: Path, files: Mapping[str, bytes], *ends: str) -> Path:
    """The files in an archive, this in another, and so on: the innermost first."""
    for level, end in enumerate(ends):
        path = (write_zip if end == "zip" else write_tar)(
            folder / f"level{level}.{end[-3:].strip('.')}", files
        )
        name = f"level{level}.{end}"
        path = path.rename(folder / name)
        files = {name: path.read_bytes()}
    return path


@pytest.mark.parametrize(
    "ends",
    [
        ("zip", "zip"),
        ("zip", "zip", "zip"),
        ("tar", "zip"),
        ("tar.gz", "zip"),
        ("zip", "tar"),
        ("zip", "tar.gz"),
        ("tar", "tar"),
        ("tar.xz", "tar", "zip"),
    ],
)
def test_views_in_archives_in_archives(tmp_path: Path, ends: tuple[str, ...]) -> None:
    assert counts(packed(tmp_path, VIEWS, *ends)) == PATENTS


def test_an_archive_for_each_design(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    inner = {
        name: write_zip(tmp_path / "in" / name, {"front.png": small_drawing(), "top.png": small_drawing(3)})
        for name in ("EM1.zip", "EM2.zip")
    }
    outer = write_zip(tmp_path / "all.zip", {name: path.read_bytes() for name, path in inner.items()})
    assert counts(outer) == {"EM1": 2, "EM2": 2}


def test_a_broken_archive_among_others_is_said_and_harms_none(tmp_path: Path) -> None:
    good = write_zip(tmp_path / "in.zip", VIEWS).read_bytes()
    outer = write_zip(
        tmp_path / "all.zip", {"bad.zip": good[:80], "good.zip": good, "x/C3/top.png": small_drawing(8)}
    )
    *patents, broken = iter_entries(outer)
    assert {entry.read().patent.patent_id for entry in patents} >= {"A1", "C3"}
    with pytest.raises(UnreadableEntryError, match=r"bad\.zip"):
        broken.read()


def test_a_week_within_archives_is_still_a_week(tmp_path: Path) -> None:
    patent = write_zip(tmp_path / "p.zip", design_files()).read_bytes()
    files = {"I20210209/DESIGN/USD0909824-20210209.ZIP": patent}
    assert counts(packed(tmp_path, files, "tar", "zip")) == {"USD0909824": 2}


@pytest.mark.parametrize("name", ["views", "views.gz", "download.bin", "views.zip", "views.png.tgz"])
@pytest.mark.parametrize("compress", [gzip.compress, bytes])
def test_an_archive_is_known_by_what_it_holds(
    tmp_path: Path, name: str, compress: Callable[[bytes], bytes]
) -> None:
    content = compress(write_tar(tmp_path / "x.tar", VIEWS).read_bytes())
    (tmp_path / name).write_bytes(content)
    assert counts(tmp_path / name) == PATENTS
    if "." not in name:
        folder = write_folder(tmp_path / "folder", {name: content})
        assert counts(folder) == PATENTS


@pytest.mark.parametrize("end", ["tar", "tar.gz"])
@pytest.mark.parametrize("share", [0.3, 0.5, 0.7])
def test_what_has_lost_its_end_is_said(tmp_path: Path, end: str, share: float) -> None:
    files = {
        f"A{number}/{view}.png": small_drawing(number) for number in range(9) for view in ("front", "top")
    }
    whole = write_tar(tmp_path / "x.tar", files).read_bytes()
    # A tar is padded with much that is its end, and can be lost.
    whole = whole[: whole.rindex(b"IEND") + 1024]
    cut = whole[: int(len(whole) * share) // 512 * 512]
    (tmp_path / f"cut.{end}").write_bytes(gzip.compress(cut) if end.endswith("gz") else cut)
    *patents, broken = iter_entries(tmp_path / f"cut.{end}")
    with pytest.raises(UnreadableEntryError, match="to its end") as caught:
        broken.read()
    assert caught.value.problem.reason is ProblemReason.SOURCE_UNREADABLE
    # What lies before is there, and whole.
    assert patents
    assert {len(entry.read().contents) for entry in patents} == {2}


def test_a_stream_that_has_lost_its_end_is_said(tmp_path: Path) -> None:
    whole = write_tar(tmp_path / "x.gz", VIEWS).read_bytes()
    (tmp_path / "x.tar.gz").write_bytes(whole[:-4])
    *_, broken = iter_entries(tmp_path / "x.tar.gz")
    with pytest.raises(UnreadableEntryError, match="to its end"):
        broken.read()
