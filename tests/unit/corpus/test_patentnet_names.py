"""What is written under PatentNet's names is read again: classes, views and images."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sevenviews.corpus import iter_entries
from sevenviews.corpus.entry import CorpusPatent
from sevenviews.corpus.patentnet import parse_name
from sevenviews.corpus.patentnet_names import format_names, view_code, write_patentnet
from sevenviews.corpus.png_pages import png_page
from sevenviews.designs import Drawing, LocarnoClass, Patent, View, drawing_id
from tests.unit.corpus.sheets import as_bytes, blank, draw_article

CLASSES = st.builds(LocarnoClass, st.integers(1, 32), st.none() | st.integers(1, 99))
VIEWS = st.sampled_from([view for view in View if view is not View.UNKNOWN])


@settings(deadline=None)
@given(st.lists(CLASSES, min_size=1, max_size=4, unique=True), VIEWS)
def test_names_are_read_as_they_were_meant(locarno: list[LocarnoClass], view: View) -> None:
    names = [parse_name(name) for name in format_names("CN202030101382", locarno, view_code(view))]
    assert {label for name in names for label in name.locarno} == set(locarno)
    assert {(name.application, name.view) for name in names} == {("CN202030101382", view)}
    assert len(names) == len({label.class_number for label in locarno})


def test_the_paper_s_form() -> None:
    labels = [LocarnoClass(6, 1), LocarnoClass(6, 4), LocarnoClass(26)]
    assert format_names("2018300", labels, "7") == ("05-01-04-2018300-7", "25-00-2018300-7")


def test_what_has_no_name_is_refused() -> None:
    with pytest.raises(ValueError, match="needs a Locarno class"):
        format_names("2018300", [], "1")
    with pytest.raises(ValueError, match="cannot be EF"):
        format_names("29/123", [LocarnoClass(6)], "1")
    with pytest.raises(ValueError, match="no code"):
        view_code(View.UNKNOWN)


def patent_with(views: Sequence[View], locarno: tuple[LocarnoClass, ...]) -> CorpusPatent:
    contents = {}
    drawings = []
    for number, view in enumerate(views, 1):
        sheet = blank(120, 120)
        draw_article(sheet, 20, 20, 80 + 3 * number, 80)
        identifier = drawing_id("USD0909824", number, 1)
        png = png_page(as_bytes(sheet))
        contents[identifier], width, height = png.content, png.width, png.height
        drawings.append(Drawing(identifier, number, view, width=width, height=height))
    patent = Patent("USD0909824", application_number="29/712,345", locarno=locarno, drawings=tuple(drawings))
    return CorpusPatent(patent, contents)


def test_a_design_of_several_fields_comes_back_whole(tmp_path: Path) -> None:
    views = [View.FRONT, View.PERSPECTIVE, View.UNKNOWN, View.FRONT, View.SECTION]
    written = patent_with(views, (LocarnoClass(26, 5), LocarnoClass(10, 1), LocarnoClass(26, 3)))
    files = list(write_patentnet(written, tmp_path / "net"))
    assert len(files) == len(set(files)) == 2 * len(views)
    (entry,) = iter_entries(tmp_path / "net")
    read = entry.read()
    assert read.problems == ()
    assert read.patent.patent_id == "29712345"
    assert set(read.patent.locarno) == set(written.patent.locarno)
    assert [drawing.view for drawing in read.patent.drawings] == [
        View.UNKNOWN,
        View.UNKNOWN,
        View.FRONT,
        View.PERSPECTIVE,
        View.SECTION,
    ]
    assert sorted(read.contents.values()) == sorted(written.contents.values())


def test_without_an_application_the_id_stands_in(tmp_path: Path) -> None:
    patent = patent_with([View.FRONT], (LocarnoClass(6, 1),))
    bare = CorpusPatent(
        Patent("USD0909824", locarno=patent.patent.locarno, drawings=patent.patent.drawings), patent.contents
    )
    (path,) = write_patentnet(bare, tmp_path)
    assert path.name == "05-01-0909824-1.png"
