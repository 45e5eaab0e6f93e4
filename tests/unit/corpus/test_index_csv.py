"""An index.csv in the languages and codes of those who write it."""

from __future__ import annotations

import pytest

from sevenviews.corpus.index_csv import parse_index
from sevenviews.designs import LocarnoClass

ROWS = [
    ("utf-8", "id,title,locarno", "Lamp"),
    ("cp1252", "Nummer;Bezeichnung;Locarno-Klasse", "Stuhl für Büros"),
    ("cp1252", "Numéro;Désignation;Classe de Locarno", "Théière à poignée"),
    ("gb18030", "专利号,名称,分类号", "椅子"),
    ("gb18030", "公告号,产品名称,洛迦诺分类", "手机（带屏幕）"),
    ("utf-16", "申请号\t名称\t分类号", "灯"),
    ("cp932", "意匠登録番号,意匠に係る物品,ロカルノ分類", "テーブルランプ"),
    ("cp932", "登録番号,物品,国際意匠分類", "包装用容器"),
    ("cp950", "專利號,名稱,洛迦諾分類", "檯燈"),
    ("utf-8", "ＩＤ,Title,Locarno", "Lamp"),
    ("utf-8", "Patent No.,Title,Locarno class", "Lamp"),
]
BEFORE = [
    "",
    "\n\n",
    "# made by hand\n\n",
    "Patent\n",
    "List of designs, 2021\n",
    "sep={mark}\n",
    "Export;;\r\n\r\n",
]


@pytest.mark.parametrize(("code", "header", "title"), ROWS)
def test_headers_in_any_language_and_code(code: str, header: str, title: str) -> None:
    mark = next(one for one in ",;\t" if one in header)
    for before in BEFORE:
        text = before.format(mark=mark) + f"{header}\n" + mark.join(("CN1", title, "26-05")) + "\n"
        index = parse_index(text.encode(code))
        assert index.general == (), before
        assert index.row("CN1")["title"] == title
        assert index.locarno("CN1") == (LocarnoClass(26, 5),)


@pytest.mark.parametrize("title", ["Théâtre élevé", "Tür", "Größe Übermaß", "Señalización", "40 °C – “Ø” ½"])
def test_latin_letters_are_not_taken_for_others(title: str) -> None:
    index = parse_index(f"id,title\nA,{title}\n".encode("cp1252"))
    assert index.row("A")["title"] == title


def test_what_is_in_no_code_is_said() -> None:
    index = parse_index(b"id,title\nA,\x81\x8d\x8f\n")
    assert [problem.part for problem in index.general] == ["line 1"]
    assert "UTF-8" in index.general[0].message


def test_lines_are_counted_from_the_files_first() -> None:
    index = parse_index(b"# designs\n\nid;locarno\nA;6-Jan\n\nB;26-05\nB;26-05\n")
    assert [problem.part for problem in index.problems_of("A")] == ["line 4"]
    assert [problem.part for problem in index.general] == ["line 7"]


def test_the_best_of_several_numbers_is_the_id() -> None:
    index = parse_index("申请号,公告号,名称\n201830123456.7,CN301234567S,椅子\n".encode())
    assert set(index.rows) == {"cn301234567s"}


@pytest.mark.parametrize(
    ("written", "uspc"), [("D99  28", "D99/28"), ("D6   334", "D6/334"), ("D99 28", "D99/28")]
)
def test_a_class_with_gaps(written: str, uspc: str) -> None:
    assert parse_index(f"id,uspc\nA,{written}\n".encode()).row("A")["uspc"] == uspc
