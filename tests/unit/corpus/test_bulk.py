"""USPTO bulk data: from the archive to the patent."""

from __future__ import annotations

import io
import multiprocessing
import pickle
import tarfile
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image

from sevenviews.corpus import (
    CorpusEntry,
    CorpusPatent,
    NotADesign,
    ProblemReason,
    UnreadableEntryError,
    iter_entries,
)
from sevenviews.designs import View
from tests.unit.corpus.grants import design_files, grant_xml, make_zip
from tests.unit.corpus.sheets import as_bytes, blank, labelled_sheet

_NAME = "USD0909824-20210209"


def _tar(path: Path, members: Mapping[str, bytes]) -> Path:
    with tarfile.open(path, "w") as archive:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return path


def _week(folder: Path) -> Path:
    """A weekly tar with two designs, and patents of other kinds."""
    other = "USD0909825-20210209"
    return _tar(
        folder / "I20210209.tar",
        {
            f"I20210209/DESIGN/{_NAME}.ZIP": make_zip(design_files()),
            f"I20210209/DESIGN/{other}.ZIP": make_zip(design_files(other, "D0909825")),
            "I20210209/UTIL10910/US10910000-20210209.ZIP": b"never opened",
            "I20210209/DESIGN/USRE048417-20210209.ZIP": make_zip({"a.XML": grant_xml(kind="E1")}),
            "I20210209/readme.txt": b"",
        },
    )


def _read_zip(folder: Path, files: Mapping[str, bytes]) -> CorpusPatent:
    path = folder / f"{_NAME}.ZIP"
    path.write_bytes(make_zip(files))
    (entry,) = iter_entries(path)
    return entry.read()


def test_reads_designs_and_counts_the_others(tmp_path: Path) -> None:
    entries = list(iter_entries(_week(tmp_path)))
    patents, others = [], []
    for entry in entries:
        try:
            patents.append(entry.read())
        except NotADesign as other:
            others.append(other.kind)
    assert [read.patent.patent_id for read in patents] == ["USD0909824", "USD0909825"]
    assert others == ["UTIL10910", "kind E1"]
    assert all(read.problems == () for read in patents)


def test_a_patent_has_its_drawings(tmp_path: Path) -> None:
    read = _read_zip(tmp_path, design_files())
    first, second = read.patent.drawings
    assert (first.drawing_id, first.figure_number, first.view) == (
        "USD0909824-D00001-01",
        "1",
        View.PERSPECTIVE,
    )
    assert (second.drawing_id, second.figure_number, second.view) == ("USD0909824-D00002-01", "2", View.FRONT)
    assert set(read.contents) == set(read.boxes) == {first.drawing_id, second.drawing_id}
    image = Image.open(io.BytesIO(read.contents[first.drawing_id]))
    assert (image.format, image.mode, image.size) == ("PNG", "1", (first.width, first.height))


def test_the_same_patent_wherever_it_lies(tmp_path: Path) -> None:
    """In a tar, in a folder of tars, in a folder of ZIPs, unpacked, alone."""
    files = design_files()
    tars = tmp_path / "tars"
    tars.mkdir()
    tar = _tar(tars / "I20210209.tar", {f"I20210209/DESIGN/{_NAME}.ZIP": make_zip(files)})
    zips = tmp_path / "zips" / "DESIGN"
    zips.mkdir(parents=True)
    (zips / f"{_NAME}.ZIP").write_bytes(make_zip(files))
    unpacked = tmp_path / "unpacked"
    for name, content in files.items():
        (unpacked / name).parent.mkdir(parents=True, exist_ok=True)
        (unpacked / name).write_bytes(content)
    places = (tar, tars, zips.parent, zips / f"{_NAME}.ZIP", unpacked, unpacked / _NAME)
    read = [[entry.read() for entry in iter_entries(place)] for place in places]
    assert all(len(patents) == 1 for patents in read)
    assert all(patents[0].contents == read[0][0].contents for patents in read)
    assert len({patents[0].patent.source_digest for patents in read[:4]}) == 1


def test_the_digest_follows_the_source(tmp_path: Path) -> None:
    first, second, *_ = iter_entries(_week(tmp_path))
    assert first.digest == first.read().patent.source_digest
    assert first.digest != second.digest
    assert next(iter(iter_entries(tmp_path / "I20210209.tar"))).digest == first.digest


@pytest.mark.parametrize("executor", ["threads", "processes"])
def test_entries_are_read_in_pools(tmp_path: Path, executor: str) -> None:
    entries = list(iter_entries(_week(tmp_path)))[:2]
    expected = [entry.read() for entry in entries]
    spawn = multiprocessing.get_context("spawn")
    pool = ThreadPoolExecutor(2) if executor == "threads" else ProcessPoolExecutor(1, mp_context=spawn)
    with pool:
        assert list(pool.map(_read, entries)) == expected


def _read(entry: CorpusEntry) -> CorpusPatent:
    return entry.read()


def test_failures_cross_processes_whole() -> None:
    for error in (
        NotADesign("x", "kind B2"),
        _failure_of(make_zip({"../a.xml": b""})),
    ):
        copy = pickle.loads(pickle.dumps(error))  # noqa: S301
        assert type(copy) is type(error)
        assert (str(copy), copy.__dict__) == (str(error), error.__dict__)


def _failure_of(content: bytes) -> UnreadableEntryError:
    from sevenviews.corpus.sources import HeldBytes
    from sevenviews.corpus.uspto import UsptoEntry

    with pytest.raises(UnreadableEntryError) as caught:
        UsptoEntry("the.ZIP", HeldBytes(content)).read()
    return caught.value


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"no ZIP", ProblemReason.ZIP_CORRUPT),
        (make_zip({"../a.xml": b""}), ProblemReason.ZIP_UNSAFE_PATH),
        (make_zip({"a.TIF": b""}), ProblemReason.XML_MISSING),
        (make_zip({"a.XML": b"<us-patent"}), ProblemReason.XML_MALFORMED),
    ],
)
def test_unreadable_entries_say_why(content: bytes, reason: ProblemReason) -> None:
    assert _failure_of(content).problem.reason is reason


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_every_sheet_is_accounted_for(tmp_path: Path) -> None:
    files = design_files()
    first, second = (name for name in files if name.endswith(".TIF"))
    files[first] = files[first][: len(files[first]) // 2]
    files[second.replace("D00002", "D00003")] = as_bytes(blank(), "TIFF")
    read = _read_zip(tmp_path, files)
    assert [drawing.figure_number for drawing in read.patent.drawings] == ["2"]
    problems = {(problem.part, problem.reason) for problem in read.problems}
    assert problems == {
        (f"{_NAME}-D00001.TIF", ProblemReason.SHEET_UNREADABLE),
        (f"{_NAME}-D00003.TIF", ProblemReason.SHEET_WITHOUT_FIGURES),
        ("FIG. 1", ProblemReason.FIGURE_MISSING),
    }


def test_a_listed_sheet_that_is_not_there_is_reported(tmp_path: Path) -> None:
    files = {name: content for name, content in design_files().items() if "D00002" not in name}
    read = _read_zip(tmp_path, files)
    assert {(problem.part, problem.reason) for problem in read.problems} == {
        (f"{_NAME}-D00002.TIF", ProblemReason.SHEET_MISSING),
        ("FIG. 2", ProblemReason.FIGURE_MISSING),
    }


def test_a_patent_without_drawings_is_read_and_reported(tmp_path: Path) -> None:
    read = _read_zip(tmp_path, {"a.XML": grant_xml()})
    assert read.patent.title == "Chair"
    assert read.patent.drawings == ()
    assert ProblemReason.NO_DRAWINGS in {problem.reason for problem in read.problems}


def test_the_copy_on_the_front_page_is_no_sheet(tmp_path: Path) -> None:
    files = design_files()
    files[f"{_NAME}/{_NAME}-D00000.TIF"] = as_bytes(labelled_sheet(["1"]), "TIFF")
    assert len(_read_zip(tmp_path, files).patent.drawings) == 2


def test_a_misread_label_is_put_right_and_reported(tmp_path: Path) -> None:
    files = design_files()
    second = next(name for name in files if "D00002" in name)
    files[second] = as_bytes(labelled_sheet(["8"]), "TIFF")
    read = _read_zip(tmp_path, files)
    assert [drawing.figure_number for drawing in read.patent.drawings] == ["1", "2"]
    assert [problem.reason for problem in read.problems] == [ProblemReason.LABEL_UNEXPECTED]


def test_a_sole_figure_needs_no_label(tmp_path: Path) -> None:
    sheet = blank()
    sheet.paste(labelled_sheet(["1"]).crop((200, 20, 1300, 1800)), (200, 20))
    files = {
        "a.XML": grant_xml(sentences=["The FIGURE is a front view of a screen."]),
        f"{_NAME}-D00001.TIF": as_bytes(sheet, "TIFF"),
    }
    read = _read_zip(tmp_path, files)
    assert [(drawing.figure_number, drawing.view) for drawing in read.patent.drawings] == [("1", View.FRONT)]
    assert read.problems == ()
