"""The same patents in whatever people pack them: nothing mixes, nothing vanishes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from sevenviews.corpus import NotADesign, ProblemReason, UnreadableEntryError, iter_entries
from sevenviews.corpus.dispatch import UnknownLayoutError
from sevenviews.designs import LocarnoClass, View
from tests.unit.corpus.archives import read, small_drawing, views, write_folder, write_tar, write_zip
from tests.unit.corpus.grants import design_files, grant_xml, make_zip
from tests.unit.corpus.sheets import as_bytes, labelled_sheet

FIRST, SECOND = "USD0909824-20210209", "USD0909825-20210209"


def flat(*names: str) -> dict[str, bytes]:
    """The files of unpacked patents, without their folders."""
    return {
        path.rpartition("/")[2]: content
        for name in names
        for path, content in design_files(name, name[2:].split("-")[0]).items()
    }


VIEWS = {
    "A1/Front.PNG": small_drawing(),
    "A1/left side.jpg": small_drawing(9, "JPEG"),
    "B/back.tif": small_drawing(7, "TIFF"),
}


@pytest.mark.parametrize("packing", ["folder", "views.tar", "views.tar.gz", "views.zip"])
def test_a_folder_of_images_is_a_patent_in_any_packing(tmp_path: Path, packing: str) -> None:
    path = tmp_path / packing
    if packing == "folder":
        write_folder(path, VIEWS)
    else:
        (write_zip if packing.endswith("zip") else write_tar)(path, VIEWS)
    assert views(path) == {"A1": [View.FRONT, View.LEFT], "B": [View.BACK]}


@pytest.mark.parametrize(
    ("files", "patents"),
    [
        (["A1/Front.PNG", "A1/REAR.Jpg"], {"A1": 2}),
        (["EU1-0001/1.jpg", "EU1-0001/2.jpg", "EU1-0001/10.jpg"], {"EU1-0001": 3}),
        (["USD0900001/images/front.png", "USD0900001/images/top.png"], {"USD0900001": 2}),
        (["CN301/主视图.jpg", "CN301/立体图.jpg", "CN302/主视图.jpg"], {"CN301": 2, "CN302": 1}),
        (["USD0900001/USD0900001-front.png", "USD0900001/USD0900001-2.png"], {"USD0900001": 2}),
        (["x1/IMG_0001.jpg", "x1/sketch.webp"], {"x1": 2}),
        (["DM-1/1.1.jpg", "DM-1/1.2.jpg"], {"DM-1": 2}),
        (["drawings/USD0900001.png", "drawings/USD0900002.png"], {"USD0900001": 1, "USD0900002": 1}),
        (["week2/USD0900001.png", "week2/USD0900002.png"], {"USD0900001": 1, "USD0900002": 1}),
        (["lamp.png", "chair.png"], {"lamp": 1, "chair": 1}),
        (["lamp/a.png", "lamp/whatever.jpg", "chair/b.webp"], {"lamp": 2, "chair": 1}),
        (["drawings/lamp.png", "drawings/chair.png"], {"lamp": 1, "chair": 1}),
        (["front.png", "top.png"], {"corpus": 2}),
        (["D871717_front.png", "D871717_back.png", "D871718_front.png"], {"D871717": 2, "D871718": 1}),
        (["D871717.png", "D871717 (1).png", "D871718 (2).png"], {"D871717": 2, "D871718": 1}),
        (["D871717-1.png", "D871717-2.png", "D871718-1.png"], {"D871717": 2, "D871718": 1}),
        (["USD871717S1-FIG. 1.png", "USD871717S1-FIG. 2.png"], {"USD871717S1": 2}),
        (["US D871,717 S - front.png", "US D871,717 S - rear.png"], {"USD0871717": 2}),
        (["EM-008123456-0001_1.jpg", "EM-008123456-0001_2.jpg"], {"EM-008123456-0001": 2}),
        (
            ["EM-008123456-0001.jpg", "EM-008123456-0002.jpg"],
            {"EM-008123456-0001": 1, "EM-008123456-0002": 1},
        ),
        (
            ["402018201234-0001_1.jpg", "402018201234-0002_1.jpg"],
            {"402018201234-0001": 1, "402018201234-0002": 1},
        ),
        (
            ["402018201234-0001.jpg", "402018201234-0002.jpg"],
            {"402018201234-0001": 1, "402018201234-0002": 1},
        ),
        (["DM098765-1.1.jpg", "DM098765-1.2.jpg"], {"DM098765": 2}),
        (["week2/D871717_front.png", "week2/D871718_front.png"], {"D871717": 1, "D871718": 1}),
        (["USD0871717/D871717_front.png", "USD0871717/D871717_top.png"], {"USD0871717": 2}),
        (["lamp_front.png", "lamp_left side.png", "chair_front.png"], {"lamp": 2, "chair_front": 1}),
        (["chair_1.png", "chair_2.png"], {"chair_1": 1, "chair_2": 1}),
        (["Chair (2).png"], {"Chair-2": 1}),
        (["ab/front.png", "c/ab/front.png"], None),
    ],
)
def test_what_is_a_patent(tmp_path: Path, files: list[str], patents: dict[str, int] | None) -> None:
    kinds = {".png": "PNG", ".jpg": "JPEG", ".webp": "WEBP"}
    contents = {
        name: small_drawing(shade, kinds[name[name.rindex(".") :].lower()])
        for shade, name in enumerate(files)
    }
    folder = write_folder(tmp_path / "corpus", contents)
    if patents is None:
        # Two designs whose folders are called alike stay two.
        assert [len(entry.read().contents) for entry in iter_entries(folder)] == [1, 1]
    else:
        assert {name: len(one.contents) for name, one in read(folder).items()} == patents


def test_what_was_grouped_by_names_is_said(tmp_path: Path) -> None:
    names = ("D871717_front.png", "D871717_LEFT.png", "D871717 fig. 3.png")
    (patent,) = read(
        write_folder(tmp_path, {name: small_drawing(at) for at, name in enumerate(names)})
    ).values()
    drawings = {(one.view, one.figure_number) for one in patent.patent.drawings}
    assert drawings == {(View.FRONT, ""), (View.LEFT, ""), (View.UNKNOWN, "3")}
    assert [problem.reason for problem in patent.problems] == [ProblemReason.JUDGED_BY_NAME]


def test_the_index_separates_what_names_would_join(tmp_path: Path) -> None:
    files = {"D871717-1.png": small_drawing(), "D871717-2.png": small_drawing(4)}
    write_folder(tmp_path, {**files, "index.csv": b"id,title\nD871717-1,Lamp\nD871717-2,Chair\n"})
    assert {name: one.patent.title for name, one in read(tmp_path).items()} == {
        "D871717-1": "Lamp",
        "D871717-2": "Chair",
    }


def test_undated_sheets_in_a_flat_folder_are_cut(tmp_path: Path) -> None:
    sheet = as_bytes(labelled_sheet(["1"]))
    names = ("USD0871717-D00001.png", "USD0871717-D00002.png", "USD0871718-D00001.png")
    patents = read(write_folder(tmp_path, dict.fromkeys(names, sheet)))
    assert {name: len(one.contents) for name, one in patents.items()} == {"USD0871717": 2, "USD0871718": 1}


@pytest.mark.parametrize(
    "names",
    [
        ("A1/front.jpg", "A1/front.png", "A1/top.png"),
        ("D871717_front.JPG", "D871717_FRONT.png", "D871717_top.webp"),
        ("CN301234567S/主视图.jpg", "CN301234567S/主视图.png", "CN301234567S/俯视图.png"),
        ("05-01-201830123456-1.jpg", "05-01-201830123456-1.png", "05-01-201830123456-5.png"),
    ],
)
def test_a_converted_picture_counts_once(tmp_path: Path, names: tuple[str, ...]) -> None:
    kinds = {"jpg": "JPEG", "png": "PNG", "webp": "WEBP"}
    files = {name: small_drawing(7, kinds[name.lower()[name.rindex(".") + 1 :]]) for name in names}
    (patent,) = read(write_folder(tmp_path, files)).values()
    assert [drawing.view for drawing in patent.patent.drawings] == [View.FRONT, View.TOP]
    (said,) = [one for one in patent.problems if one.reason is ProblemReason.JUDGED_BY_NAME and one.part]
    assert said.part.lower().endswith("jpg")


def test_files_are_counted_as_people_count(tmp_path: Path) -> None:
    files = {f"A1/{number}.png": small_drawing(number) for number in (10, 2, 1)}
    (patent,) = read(write_folder(tmp_path, files)).values()
    assert [patent.contents[drawing.drawing_id] for drawing in patent.patent.drawings] == [
        files["A1/1.png"],
        files["A1/2.png"],
        files["A1/10.png"],
    ]


def test_a_folder_whose_name_is_no_id_is_said(tmp_path: Path) -> None:
    (patent,) = read(write_folder(tmp_path / "x", {"Chair (2)/front.png": small_drawing()})).values()
    assert patent.patent.patent_id == "Chair-2"
    assert [problem.reason for problem in patent.problems] == [ProblemReason.NAME_MALFORMED]
    (entry,) = iter_entries(write_folder(tmp_path / "y", {"椅子/front.png": small_drawing()}))
    with pytest.raises(UnreadableEntryError, match="椅子"):
        entry.read()


@pytest.mark.parametrize("packing", ["folder", "both.zip", "both.tar", "lower"])
def test_patents_unpacked_into_one_folder_do_not_mix(tmp_path: Path, packing: str) -> None:
    files = flat(FIRST, SECOND)
    if packing == "lower":
        files = {name.lower(): content for name, content in files.items()}
    path = tmp_path / packing
    writer = {"both.zip": write_zip, "both.tar": write_tar}.get(packing, write_folder)
    patents = read(writer(path, files))
    assert {name: len(one.contents) for name, one in patents.items()} == {"USD0909824": 2, "USD0909825": 2}
    assert all(one.problems == () for one in patents.values())


def test_sheets_whose_xml_is_missing_are_a_patent_of_their_own(tmp_path: Path) -> None:
    files = {name: content for name, content in flat(FIRST, SECOND).items() if name != f"{SECOND}.XML"}
    whole, bare = read(write_folder(tmp_path, files)).values()
    assert (whole.problems, len(whole.contents)) == ((), 2)
    assert (bare.patent.patent_id, len(bare.contents)) == ("USD0909825", 2)
    assert bare.problems[0].reason is ProblemReason.XML_MISSING


def test_sheets_in_a_folder_of_their_own_are_joined_to_their_xml(tmp_path: Path) -> None:
    files = {
        f"tif/{name}" if name.endswith("TIF") else name: one for name, one in flat(FIRST, SECOND).items()
    }
    patents = read(write_folder(tmp_path, files))
    assert {name: len(one.contents) for name, one in patents.items()} == {"USD0909824": 2, "USD0909825": 2}


def test_sheets_alone_are_cut_and_not_a_patent_each(tmp_path: Path) -> None:
    sheet = as_bytes(labelled_sheet(["1"]))
    patents = read(write_folder(tmp_path, {f"USD0900001/D0000{number}.png": sheet for number in (1, 2)}))
    assert {name: len(one.patent.drawings) for name, one in patents.items()} == {"USD0900001": 2}


def test_a_converted_sheet_counts_once_and_a_photograph_stands_for_its_sheet(tmp_path: Path) -> None:
    files = flat(FIRST)
    files[f"{FIRST}-D00001.png"] = as_bytes(labelled_sheet(["1"]))
    colour = labelled_sheet(["2"]).convert("RGB")
    ImageDraw.Draw(colour).rectangle((300, 900, 600, 1200), fill=(200, 30, 30))
    files[f"{FIRST}-P00002.TIF"] = as_bytes(colour, "TIFF")
    (patent,) = read(write_folder(tmp_path, files)).values()
    first, second = patent.patent.drawings
    assert [(one.sheet_number, one.figure_number) for one in (first, second)] == [(1, "1"), (2, "2")]
    assert patent.problems == ()
    assert Image.open(io.BytesIO(patent.contents[first.drawing_id])).mode == "1"
    coloured = Image.open(io.BytesIO(patent.contents[second.drawing_id]))
    assert (200, 30, 30) in {colour for _, colour in coloured.convert("RGB").getcolors(1 << 16) or ()}


@pytest.mark.parametrize("name", ["mac.zip", "windows.zip", "lower.zip"])
def test_a_patents_zip_repacked(tmp_path: Path, name: str) -> None:
    files = design_files()
    if name.startswith("mac"):
        files |= {f"__MACOSX/{path.replace('USD', '._USD', 1)}": b"\0\5\x16\7" for path in files}
        files["__MACOSX/._a.XML"] = b"\0\5\x16\7"
    elif name.startswith("windows"):
        files = {path.replace("/", "\\"): content for path, content in files.items()}
    else:
        files = {path.lower(): content for path, content in files.items()}
    (patent,) = read(write_zip(tmp_path / name, files)).values()
    assert (len(patent.contents), patent.problems) == (2, ())


def _week(*names: str, title: str = "Chair") -> dict[str, bytes]:
    week = {}
    for name in names:
        files = design_files(name, name[2:].split("-")[0])
        files[f"{name}/{name}.XML"] = files[f"{name}/{name}.XML"].replace(b"Chair", title.encode())
        week[f"I20210209/DESIGN/{name}.ZIP"] = make_zip(files)
    return week


def test_a_week_as_a_zip_of_zips_alone_and_in_a_folder(tmp_path: Path) -> None:
    week = write_zip(
        tmp_path / "I20210209.ZIP", {**_week(FIRST, SECOND), "I20210209/UTIL1/US1.ZIP": b"never opened"}
    )
    for path in (week, tmp_path):
        entries = list(iter_entries(path))
        patents = [entry.read() for entry in entries if "UTIL" not in entry.name]
        assert [one.patent.patent_id for one in patents] == ["USD0909824", "USD0909825"]
        assert all(one.problems == () for one in patents)
        with pytest.raises(NotADesign):
            entries[-1].read()
    stored = tmp_path / "stored.zip"
    with zipfile.ZipFile(stored, "w", zipfile.ZIP_STORED) as archive:
        archive.write(week, "I20210209.ZIP")
    assert len(list(iter_entries(stored))) == 3


def test_a_reissued_week_replaces_what_it_holds(tmp_path: Path) -> None:
    write_tar(tmp_path / "I20210209.tar", _week(FIRST, SECOND))
    write_tar(tmp_path / "I20210209_r1.tar", _week(FIRST, title="Corrected chair"))
    titles = {name: one.patent.title for name, one in read(tmp_path).items()}
    assert titles == {"USD0909824": "Corrected chair", "USD0909825": "Chair"}


def test_other_archives_lie_beside_a_weeks(tmp_path: Path) -> None:
    write_tar(tmp_path / "I20210209.tar", _week(FIRST))
    write_zip(tmp_path / "views.zip", VIEWS)
    write_zip(tmp_path / f"{SECOND}.ZIP", design_files(SECOND, "D0909825"))
    assert set(read(tmp_path)) == {"USD0909824", "USD0909825", "A1", "B"}


def test_a_folder_of_another_layout_is_not_left_out_in_silence(tmp_path: Path) -> None:
    write_folder(tmp_path, design_files())
    write_folder(tmp_path, {"designs/A1/front.png": small_drawing(), "queries/photo.png": small_drawing()})
    patent, left_out = iter_entries(tmp_path)
    assert len(patent.read().contents) == 2
    with pytest.raises(UnreadableEntryError, match="designs") as caught:
        left_out.read()
    assert caught.value.problem.reason is ProblemReason.LAYOUT_MIXED


def test_supplements_are_no_patents(tmp_path: Path) -> None:
    write_zip(tmp_path / f"{FIRST}.ZIP", {**design_files(), f"{FIRST}-S00001.XML": b"<sequence-list/>"})
    write_zip(tmp_path / f"{FIRST}-SUPP.ZIP", {"table.txt": b"x"})
    write_zip(tmp_path / f"{SECOND}-SUPP.ZIP", {f"{SECOND}-D00003.TIF": b"II"})
    supplement, patent, with_sheets = sorted(iter_entries(tmp_path), key=lambda entry: entry.name)
    with pytest.raises(NotADesign, match="supplement"):
        supplement.read()
    assert patent.read().problems == ()
    with pytest.raises(UnreadableEntryError, match="beside the files of its patent"):
        with_sheets.read()


def test_the_index_says_what_is_a_patent(tmp_path: Path) -> None:
    files = {"week/lamp.png": small_drawing(), "week/chair.png": small_drawing(3)}
    write_folder(tmp_path, {**files, "index.csv": b"id,title,locarno\nlamp,Lamp,26-05\nchair,Chair,6-Jan\n"})
    lamp, chair = (read(tmp_path)[name] for name in ("lamp", "chair"))
    assert (lamp.patent.title, lamp.patent.locarno) == ("Lamp", (LocarnoClass(26, 5),))
    assert (chair.patent.title, chair.patent.locarno) == ("Chair", ())
    assert [(problem.source, problem.part) for problem in chair.problems] == [("index.csv", "line 3")]


def test_views_named_in_short(tmp_path: Path) -> None:
    names = {
        "btm.png": View.BOTTOM,
        "lhs view.png": View.LEFT,
        "persp_2.png": View.PERSPECTIVE,
        "RHS.png": View.RIGHT,
    }
    write_folder(tmp_path, {f"chair/{name}": small_drawing(at) for at, name in enumerate(names)})
    (chair,) = read(tmp_path).values()
    assert {drawing.view for drawing in chair.patent.drawings} == set(names.values())


def test_a_sheet_beside_its_figures_counts_once(tmp_path: Path) -> None:
    stem = "USD0836880-20190101-D0000"
    names = (f"{stem}1.png", f"{stem}1_1.png", f"{stem}1_2.png", f"{stem}2.png")
    (patent,) = read(
        write_folder(tmp_path, {name: small_drawing(at) for at, name in enumerate(names)})
    ).values()
    ids = [drawing.drawing_id.partition("-")[2] for drawing in patent.patent.drawings]
    assert ids == ["D00001-01", "D00001-02", "D00002-01"]


FULL_TEXT: Mapping[str, bytes] = {
    "ipg210209.xml": grant_xml() + grant_xml("D0909825"),
    "ipgb20221025_wk43.zip": make_zip({"ipgb20221025.xml": grant_xml()}),
    "pg020101.zip": make_zip({"pg020101.xml": b"<PATDOC/>"}),
    "pftaps19960102_wk01.txt": b"PATN",
}


@pytest.mark.parametrize("name", FULL_TEXT)
def test_full_text_names_the_product_that_has_the_drawings(tmp_path: Path, name: str) -> None:
    write_folder(tmp_path, {name: FULL_TEXT[name]})
    with pytest.raises(UnknownLayoutError, match="PTGRDT"):
        list(iter_entries(tmp_path / name))


def test_full_text_under_another_name_is_told_by_what_it_holds(tmp_path: Path) -> None:
    (entry,) = iter_entries(write_folder(tmp_path, {"week.xml": grant_xml() + grant_xml("D0909825")}))
    with pytest.raises(UnreadableEntryError, match="PTGRDT") as caught:
        entry.read()
    assert caught.value.problem.reason is ProblemReason.FULL_TEXT_ONLY


@pytest.mark.parametrize("content", [b"Dear Sir,\n", b"\xff\xfe\0\1", b"a.png 1\n", bytes(5000)])
def test_a_list_that_is_none_is_refused_with_its_line(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "notes.txt").write_bytes(content)
    (tmp_path / "notes.txt.gz").write_bytes(content)
    with pytest.raises(UnknownLayoutError, match="line 1"):
        list(iter_entries(tmp_path / "notes.txt"))
    with pytest.raises(UnknownLayoutError, match="unpacked"):
        list(iter_entries(tmp_path / "notes.txt.gz"))
