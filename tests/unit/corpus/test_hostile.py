"""Whatever bytes come, a reader answers with what it promises: patents, problems, or an error of its own.

The same strategies run for a minute each, with other seeds each time, under `-m slow`; FUZZ_SECONDS=600 makes it ten.
"""

from __future__ import annotations

import contextlib
import io
import os
import tarfile
import time
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from sevenviews.corpus import NotADesign, UnknownLayoutError, UnreadableEntryError, iter_entries
from sevenviews.corpus.descriptions import describe_figures
from sevenviews.corpus.index_csv import parse_index
from sevenviews.corpus.member import BrokenArchiveError, Member
from sevenviews.corpus.pdf.reader import read_patent
from sevenviews.corpus.safe_xml import XmlError
from sevenviews.corpus.sources import HeldBytes
from sevenviews.corpus.tars import tar_members
from sevenviews.corpus.uspto.grant import parse_grant
from sevenviews.corpus.uspto.package import unzip
from sevenviews.corpus.uspto.sgml import parse_sgml
from sevenviews.corpus.zips import zip_members
from sevenviews.designs import SevenviewsError
from sevenviews.images import decode_pages
from tests.unit.corpus.archives import small_drawing
from tests.unit.corpus.grants import grant_xml, make_zip
from tests.unit.corpus.patdocs import patdoc
from tests.unit.corpus.pdf.documents import PdfPage, Text, make_pdf

HOSTILE = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
_LONG_SECONDS = int(os.environ.get("FUZZ_SECONDS", "60"))
_ANSWER_SECONDS = 20
"""For one input: what takes longer hangs, on however slow a machine."""


def damaged(whole: bytes, words: Iterable[bytes] = ()) -> st.SearchStrategy[bytes]:
    """The bytes, with stretches of them cut out, doubled, moved or written over."""
    place = st.integers(0, len(whole))
    word = st.binary(max_size=8) | st.sampled_from([b"\0", b"\xff" * 4, *words])
    change = st.tuples(place, st.integers(0, 64), word, st.booleans())

    def apply(changes: list[tuple[int, int, bytes, bool]]) -> bytes:
        content = whole
        for position, size, inserted, doubled in changes:
            stretch = content[position : position + size]
            content = content[:position] + inserted + stretch * doubled + content[position + size :]
        return content

    return st.lists(change, min_size=1, max_size=6).map(apply)


def _tar() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, kind, target in (
            ("A/front.png", tarfile.REGTYPE, ""),
            ("A/top.png", tarfile.LNKTYPE, "A/front.png"),
            ("A/back.png", tarfile.SYMTYPE, "top.png"),
        ):
            member = tarfile.TarInfo(name)
            member.type, member.linkname = kind, target
            archive.addfile(member)
    return buffer.getvalue()[:4096]


def _pdf() -> bytes:
    lines = ("US00D912345S", "(12) United States Design Patent", "(54) CHAIR", "FIG. 1 is a front view;")
    return make_pdf([PdfPage(texts=[Text(78, 40 + 20 * at, line) for at, line in enumerate(lines)])])


def read_all(members: Iterable[Member]) -> None:
    """Every member, as far as the archive goes."""
    try:
        for member in members:
            try:
                assert isinstance(member.source.read(), bytes)
            except OSError:
                continue
    except BrokenArchiveError:
        return


_TAGS = (
    b"<a>",
    b"</a>",
    b"<!--",
    b"<![CDATA[",
    b"]]>",
    b"&eacute;",
    b"&#0;",
    b"&b;",
    b"<!ENTITY b 'c'>",
    b"<PATDOC>",
)


def a_grant(xml: bytes) -> None:
    try:
        grant = parse_grant("x", xml)
    except (UnreadableEntryError, NotADesign):
        return
    assert grant.patent.patent_id


def sgml(content: bytes) -> None:
    try:
        root = parse_sgml(content)
    except XmlError:
        return
    assert sum(1 for _ in root.iter()) > 0


def a_zip(content: bytes) -> None:
    read_all(zip_members("x.zip", HeldBytes(content)))
    with contextlib.suppress(UnreadableEntryError):
        assert isinstance(unzip("x.zip", content), dict)


def a_tar(content: bytes) -> None:
    read_all(tar_members("x.tar", HeldBytes(content)))


def a_pdf(content: bytes) -> None:
    try:
        assert read_patent("x.pdf", content).patent.patent_id
    except (UnreadableEntryError, NotADesign):
        return


def a_tiff(content: bytes) -> None:
    with contextlib.suppress(SevenviewsError):
        for page in decode_pages(content):
            assert page.grey.mode == "L"


def an_index(content: bytes) -> None:
    index = parse_index(content)
    assert all(index.row(identifier) for identifier in index.rows)
    assert all(problem.part.startswith("line ") for problem in index.general)


def a_description(paragraphs: list[str]) -> None:
    described = describe_figures(paragraphs)
    assert set(described.views) == {one.figure_number for one in described.descriptions}


_WORDS = (
    *(
        "FIG.",
        "FIGS.",
        "Figure",
        "ONE",
        "Abb.",
        "1",
        "2",
        "1.1",
        "1A",
        "1A-1F",
        "1-200",
        "IV",
        "to",
        "and",
        ",",
    ),
    *(
        ";",
        ":",
        ".",
        "is",
        "are",
        "a",
        "the",
        "of",
        "which",
        "thereof",
        "front",
        "left side",
        "view",
        "views",
    ),
    *(
        "perspective",
        "respectively",
        "opposite",
        "Ansicht von",
        "links",
        "vue",
        "dessus",
        "主视图",
        "[",
        "]",
        "(",
    ),
    *(")", "é", "\u2013", "x" * 300, "1," * 90),
)

KINDS: dict[str, tuple[st.SearchStrategy[Any], Callable[[Any], None]]] = {
    "a grant": (
        damaged(grant_xml(), _TAGS) | damaged(patdoc(), _TAGS) | damaged(patdoc(sgml=True), _TAGS),
        a_grant,
    ),
    "sgml": (damaged(patdoc(sgml=True), _TAGS) | st.binary(max_size=200), sgml),
    "a zip": (
        damaged(make_zip({"A/front.png": b"x" * 50, "A/b.xml": b"<a/>"}), (b"PK\1\2", b"PK\3\4", b"PK\5\6")),
        a_zip,
    ),
    "a tar": (damaged(_tar(), (b"./././@LongLink", b"GNU.sparse.map=", b"7777777")), a_tar),
    "a pdf": (damaged(_pdf(), (b"/Kids", b"2 0 R", b"-1", b"99999999999", b"endstream", b"<<", b"]")), a_pdf),
    "a tiff": (damaged(small_drawing(0, "TIFF"), (b"\x01\x01\x03\x00", b"\x11\x01\x04\x00")), a_tiff),
    "an index": (
        damaged(
            b'id,title,uspc\nUSD1,"Lamp, tall",D26/24\nUSD2,Chair,D6/334\n',
            (b'"', b"\r", b";", b"sep=;\n", b"\xe9", b"\n\n#"),
        )
        | st.text(max_size=60).map(str.encode)
        | st.text(max_size=60).map(lambda text: text.encode("utf-16")),
        an_index,
    ),
    "a description": (
        st.lists(st.lists(st.sampled_from(_WORDS), max_size=40).map(" ".join), max_size=5),
        a_description,
    ),
}


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "a pdf"])  # whose pages are read by eye
def test_hostile(kind: str) -> None:
    strategy, check = KINDS[kind]
    HOSTILE(given(strategy)(check))()


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_hostile_for_long(kind: str) -> None:
    strategy, check = KINDS[kind]

    def answers(content: Any) -> None:
        started = time.process_time()
        check(content)
        assert time.process_time() - started < _ANSWER_SECONDS

    end = time.monotonic() + _LONG_SECONDS
    begun = time.time_ns()
    while time.monotonic() < end:
        begun += 1
        seed(begun)(settings(HOSTILE, max_examples=500, database=None)(given(strategy)(answers)))()


@HOSTILE
@given(
    st.lists(
        st.text(st.characters(exclude_characters="/\0"), min_size=1, max_size=12), min_size=1, max_size=4
    )
)
def test_names_of_files(tmp_path_factory: pytest.TempPathFactory, names: list[str]) -> None:
    folder = tmp_path_factory.mktemp("names")
    for position, name in enumerate(names):
        try:
            (folder / str(position) / name).mkdir(parents=True)
            (folder / str(position) / name / f"{name}.png").write_bytes(b"x")
        except (OSError, ValueError):
            continue
    try:
        for entry in iter_entries(folder):
            try:
                entry.read()
            except UnreadableEntryError:
                continue
    except UnknownLayoutError:
        return
