"""Whatever lies at a path finds its reader, or a clear error."""

from __future__ import annotations

import gzip
import io
import pickle
import tarfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from PIL import Image

from sevenviews.corpus import (
    ProblemReason,
    UnknownLayoutError,
    UnreadableEntryError,
    iter_entries,
)
from sevenviews.corpus.deeppatent import read_list
from sevenviews.corpus.index_csv import parse_index
from sevenviews.corpus.patentnet import parse_name
from sevenviews.designs import LocarnoClass, Reason, View
from tests.unit.corpus.grants import design_files, make_zip
from tests.unit.corpus.sheets import as_bytes, blank, draw_article


def _drawing(shade: int = 0, image_format: str = "PNG") -> bytes:
    image = Image.new("L", (64, 48), 255)
    image.paste(shade, (10, 10, 30, 30))
    return as_bytes(image, image_format)


def _write(folder: Path, files: Mapping[str, bytes]) -> Path:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def _tar(path: Path, files: Mapping[str, bytes], mode: str = "w:gz") -> Path:
    with tarfile.open(path, mode) as archive:  # type: ignore[call-overload]
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return path


_VIEWS = {
    "chair/front.png": _drawing(),
    "chair/perspective.png": _drawing(40),
    "lamp.2/top.png": _drawing(80),
    "index.csv": b"id,category,title,views\nchair,seat,A chair,front|perspective\n",
}


@pytest.mark.parametrize("form", ["folder", "tar", "tar.gz"])
def test_views(tmp_path: Path, form: str) -> None:
    path = {
        "folder": lambda: _write(tmp_path / "views", _VIEWS),
        "tar": lambda: _tar(tmp_path / "views.tar", _VIEWS, "w"),
        "tar.gz": lambda: _tar(tmp_path / "views.tar.gz", _VIEWS),
    }[form]()
    chair, lamp = (pickle.loads(pickle.dumps(entry)).read() for entry in iter_entries(path))  # noqa: S301
    assert (chair.patent.patent_id, chair.patent.title) == ("chair", "A chair")
    assert [drawing.view for drawing in chair.patent.drawings] == [View.FRONT, View.PERSPECTIVE]
    assert [drawing.sheet_number for drawing in chair.patent.drawings] == [1, 2]
    assert chair.contents["chair-D00001-01"] == _VIEWS["chair/front.png"]
    assert (chair.patent.drawings[0].width, chair.patent.drawings[0].height) == (64, 48)
    assert (lamp.patent.patent_id, lamp.patent.title) == ("lamp.2", "")


def test_views_that_cannot_be_decoded_are_reported(tmp_path: Path) -> None:
    _write(tmp_path, {"chair/front.png": _drawing()[:60], "chair/top.png": _drawing(), "lamp/top.png": b"x"})
    chair, lamp = (entry.read() for entry in iter_entries(tmp_path))
    assert [drawing.view for drawing in chair.patent.drawings] == [View.TOP]
    assert [(p.part, p.reason) for p in chair.problems] == [
        ("chair/front.png", ProblemReason.SHEET_UNREADABLE)
    ]
    assert [p.reason for p in lamp.problems] == [ProblemReason.SHEET_UNREADABLE, ProblemReason.NO_DRAWINGS]


def test_views_scattered_over_a_compressed_tar_are_an_error(tmp_path: Path) -> None:
    files = {"a/top.png": _drawing(), "b/top.png": _drawing(), "a/front.png": _drawing()}
    first, broken, *rest = iter_entries(_tar(tmp_path / "views.tar.gz", files))
    assert first.read().patent.patent_id == "a"
    with pytest.raises(UnreadableEntryError, match="do not follow each other"):
        broken.read()
    assert rest == []


def test_single_drawings(tmp_path: Path) -> None:
    index = b"id,uspc,title\nUSD0534333,D2-606,Bow tie\n"
    files = {"USD0534333.png": _drawing(), "USD0534334.png": _drawing(9), "index.csv": index}
    tie, other = (entry.read().patent for entry in iter_entries(_tar(tmp_path / "drawings.tar", files, "w")))
    assert (tie.patent_id, tie.office, tie.title, tie.uspc) == ("USD0534333", "US", "Bow tie", ("D2/606",))
    assert [drawing.drawing_id for drawing in tie.drawings] == ["USD0534333-D00001-01"]
    assert (other.title, other.uspc) == ("", ())


def test_an_index_as_spreadsheets_and_offices_write_it() -> None:
    index = parse_index(
        b'Patent No.;USPC;Title\n="007";"D9 414FOR";="Flask"\nlamp;D06/334.1;Lamp\nsaw;D28 93 X;Saw\n'
    )
    flask, lamp, saw = map(index.row, ("007", "lamp", "saw"))
    assert (flask["title"], flask["uspc"]) == ("Flask", "D9/414 FOR")
    assert (lamp["uspc"], saw["uspc"]) == ("D6/334.1", "D28/93 X")
    assert not any(map(index.problems_of, index.rows))


def test_patentnet(tmp_path: Path) -> None:
    files = {
        "05-1-201830000001-1.png": _drawing(),
        "05-1-201830000001-7.jpg": _drawing(0, "JPEG"),
        "05-1_4-201830000002-front.png": _drawing(),
        "05-1_4-201830000002-1.png": _drawing(7),
        "99-1-201830000003-1.png": _drawing(),
    }
    chair, stool = (entry.read() for entry in iter_entries(_write(tmp_path, files)))
    assert chair.patent.application_number == chair.patent.patent_id == "201830000001"
    assert chair.patent.locarno == (LocarnoClass(6, 1),)
    assert [drawing.view for drawing in chair.patent.drawings] == [View.FRONT, View.PERSPECTIVE]
    assert all(content.startswith(b"\x89PNG") for content in chair.contents.values())
    assert stool.patent.locarno == (LocarnoClass(6, 1), LocarnoClass(6, 4))
    assert [problem.reason for problem in stool.problems] == [ProblemReason.NAME_MALFORMED]


@pytest.mark.parametrize("stem", ["32-1-2018-1", "5-1-2018", "a-1-2018-1", "5--2018-1", ""])
def test_patentnet_names_of_another_form(stem: str) -> None:
    with pytest.raises(ValueError, match="AB-CD-EF-GH"):
        parse_name(stem)


def test_patentnet_functions_after_dashes() -> None:
    name = parse_name("05-1-4-2018300-3")
    assert name.locarno == (LocarnoClass(6, 1), LocarnoClass(6, 4))
    assert (name.application, name.view) == ("2018300", View.LEFT)


_DEEP = "I20180109/USD0807264-20180109/USD0807264-20180109-D0000{}.png"


def test_deeppatent_folders(tmp_path: Path) -> None:
    sheet = blank(200, 200)
    draw_article(sheet, 50, 50, 90, 90)
    files = {_DEEP.format(number): as_bytes(sheet) for number in (0, 1, 4)}
    (entry,) = iter_entries(_write(tmp_path, files))
    read = entry.read()
    assert (read.patent.patent_id, str(read.patent.publication_date)) == ("USD0807264", "2018-01-09")
    assert [drawing.sheet_number for drawing in read.patent.drawings] == [0, 1, 4]


@pytest.mark.parametrize("suffix", [".txt", ".txt.gz"])
def test_deeppatent_lists(tmp_path: Path, suffix: str) -> None:
    _write(tmp_path, {_DEEP.format(4): _drawing()})
    text = f"{_DEEP.format(4)} 2\n{_DEEP.format(5)} 2\n".encode()
    path = tmp_path / f"test_query_patent{suffix}"
    path.write_bytes(gzip.compress(text) if suffix.endswith("gz") else text)
    (entry,) = iter_entries(path)
    read = entry.read()
    assert [drawing.sheet_number for drawing in read.patent.drawings] == [4]
    assert [(p.part, p.reason) for p in read.problems] == [(_DEEP.format(5), ProblemReason.SHEET_MISSING)]


@pytest.mark.parametrize("line", ["nonsense", f"{_DEEP.format(1)}", f"../{_DEEP.format(1)} 3", "a.png x"])
def test_malformed_lists_are_refused(tmp_path: Path, line: str) -> None:
    path = tmp_path / "list.txt"
    path.write_text(f"{_DEEP.format(1)} 1\n{line}\n")
    with pytest.raises(ValueError, match="line 2"):
        read_list(path)


def test_the_published_lists(shared_data: Path) -> None:
    path = shared_data / "deeppatent-lists" / "test_query_patent.txt.gz"
    if not path.is_file():
        pytest.skip("../shared/data/deeppatent-lists/test_query_patent.txt.gz is not here")
    images = read_list(path)
    assert len(images) == 13_133
    assert len({image.class_number for image in images}) == 6_927


@pytest.mark.parametrize("name", ["nothing", "a.docx", "empty", "foreign", "empty.tar"])
def test_an_unknown_layout_is_a_clear_error(tmp_path: Path, name: str) -> None:
    (tmp_path / "a.docx").write_bytes(b"x")
    (tmp_path / "empty").mkdir()
    _write(tmp_path / "foreign", {"notes/readme.md": b"x"})
    _tar(tmp_path / "empty.tar", {}, "w")
    with pytest.raises(UnknownLayoutError, match=name) as caught:
        next(iter_entries(tmp_path / name))
    assert caught.value.reason is Reason.FIELD_MALFORMED


@pytest.mark.parametrize("name", ["I20210209.tar", "views.tar.gz"])
def test_a_foreign_file_called_a_tar_is_an_entry_that_says_so(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"no tar at all" * 100)
    (entry,) = iter_entries(tmp_path / name)
    assert entry.name == name
    with pytest.raises(UnreadableEntryError, match="cannot be read") as caught:
        entry.read()
    assert caught.value.problem.reason is ProblemReason.SOURCE_UNREADABLE
    with pytest.raises(UnreadableEntryError):
        _ = entry.digest


def test_a_tar_that_breaks_off_gives_what_it_has_and_an_entry_that_says_so(tmp_path: Path) -> None:
    files = {f"design{index}/front.png": _drawing(index) for index in range(40)}
    path = _tar(tmp_path / "views.tar.gz", files)
    path.write_bytes(path.read_bytes()[:-600])
    *whole, broken = iter_entries(path)
    assert whole
    assert all(entry.read().problems == () for entry in whole)
    with pytest.raises(UnreadableEntryError):
        broken.read()


def test_a_source_that_is_gone_is_unreadable(tmp_path: Path) -> None:
    path = tmp_path / "USD1-20210209.ZIP"
    path.write_bytes(make_zip(design_files()))
    (entry,) = iter_entries(path)
    path.unlink()
    with pytest.raises(UnreadableEntryError) as caught:
        entry.read()
    assert caught.value.problem.reason is ProblemReason.SOURCE_UNREADABLE


def test_every_drawing_of_2007_can_be_read(shared_data: Path) -> None:
    path = shared_data / "design-drawings-2007.tar"
    if not path.is_file():
        pytest.skip("../shared/data/design-drawings-2007.tar is not here")
    entries = list(iter_entries(path))
    assert len(entries) == 543
    read = [entry.read() for entry in entries[::20]]
    assert all(len(one.contents) == 1 and one.problems == () for one in read)


_PDF = b"%PDF-1.5"
"""Told by its name; it is opened when it is read."""


@pytest.mark.parametrize("form", ["folder", "tar", "tar.gz", "file"])
def test_patents_as_pdf(tmp_path: Path, form: str) -> None:
    files = {"a/USD0912345.pdf": _PDF, "b/scan.PDF": _PDF, "b/readme.txt": b""}
    path = {
        "folder": lambda: _write(tmp_path / "pdfs", files),
        "tar": lambda: _tar(tmp_path / "pdfs.tar", files, "w"),
        "tar.gz": lambda: _tar(tmp_path / "pdfs.tar.gz", files),
        "file": lambda: _write(tmp_path, files) / "a" / "USD0912345.pdf",
    }[form]()
    names = [entry.name for entry in iter_entries(path)]
    assert names == (["USD0912345.pdf"] if form == "file" else ["a/USD0912345.pdf", "b/scan.PDF"])


@pytest.mark.parametrize(
    ("pdf", "names"),
    [("USD0912345.pdf", ["USD0912345.pdf"]), ("licence.pdf", ["chair.png"])],
)
def test_pdfs_beside_loose_images(tmp_path: Path, pdf: str, names: list[str]) -> None:
    """Images beside patents are pictures of them; a PDF beside images that is named as none is about these."""
    _write(tmp_path, {pdf: _PDF, "chair.png": _drawing()})
    assert [entry.name for entry in iter_entries(tmp_path)] == names
