"""Whatever bytes come, a reader answers with what it promises: patents, problems, or an error of its own."""

from __future__ import annotations

import contextlib
import io
import tarfile
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sevenviews.corpus import NotADesign, UnknownLayoutError, UnreadableEntryError, iter_entries
from sevenviews.corpus.index_csv import parse_index
from sevenviews.corpus.member import BrokenArchiveError, Member
from sevenviews.corpus.safe_xml import XmlError
from sevenviews.corpus.sources import FileBytes, HeldBytes
from sevenviews.corpus.tars import tar_members
from sevenviews.corpus.uspto.grant import parse_grant
from sevenviews.corpus.uspto.package import unzip
from sevenviews.corpus.uspto.sgml import parse_sgml
from sevenviews.corpus.zips import zip_members
from tests.unit.corpus.grants import grant_xml, make_zip
from tests.unit.corpus.patdocs import patdoc

HOSTILE = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


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


@HOSTILE
@given(damaged(grant_xml(), _TAGS) | damaged(patdoc(), _TAGS) | damaged(patdoc(sgml=True), _TAGS))
def test_a_grant(xml: bytes) -> None:
    try:
        grant = parse_grant("x", xml)
    except (UnreadableEntryError, NotADesign):
        return
    assert grant.patent.patent_id


@HOSTILE
@given(damaged(patdoc(sgml=True), _TAGS) | st.binary(max_size=200))
def test_sgml(content: bytes) -> None:
    try:
        root = parse_sgml(content)
    except XmlError:
        return
    assert sum(1 for _ in root.iter()) > 0


@HOSTILE
@given(damaged(make_zip({"A/front.png": b"x" * 50, "A/b.xml": b"<a/>"}), (b"PK\1\2", b"PK\3\4", b"PK\5\6")))
def test_a_zip(content: bytes) -> None:
    read_all(zip_members("x.zip", HeldBytes(content)))
    with contextlib.suppress(UnreadableEntryError):
        assert isinstance(unzip("x.zip", content), dict)


@HOSTILE
@given(damaged(_tar(), (b"./././@LongLink", b"GNU.sparse.map=", b"7777777")))
def test_a_tar(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.tar"
    path.write_bytes(content)
    read_all(tar_members(path.name, FileBytes(path)))


@HOSTILE
@given(
    damaged(
        b'id,title,uspc\nUSD1,"Lamp, tall",D26/24\nUSD2,Chair,D6/334\n',
        (b'"', b"\r", b";", b"sep=;\n", b"\xe9"),
    )
    | st.text(max_size=60).map(str.encode)
    | st.text(max_size=60).map(lambda text: text.encode("utf-16"))
)
def test_an_index(content: bytes) -> None:
    index = parse_index(content)
    assert all(index.row(identifier) for identifier in index.rows)
    assert all(problem.part.startswith("line ") for problem in index.general)


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
