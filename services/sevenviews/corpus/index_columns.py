"""The columns of an index.csv: what people call them in their languages, and the line that names them."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Mapping, Sequence

SEPARATORS = ",;\t|"
_SEPARATOR_LINE = re.compile(r"\s*sep=(.)\s*", re.I)
_LINES_BEFORE = 20
"""That comments, titles and blank lines may take before the columns are named."""
_HEADER_LINES = 5

ID = "id"
# The first name that occurs is the column's. In small letters, and letters alone.
_NAMES: Mapping[str, str] = {
    ID: "id patentid patent number patentnumber patentno publicationnumber publicationno documentid documentnumber"
    " registrationnumber registrationno designnumber designno applicationnumber applicationno"
    " nummer patentnummer designnummer registernummer registernr eintragungsnummer veröffentlichungsnummer"
    " aktenzeichen anmeldenummer numéro numérodebrevet numérodepublication numérodenregistrement numérodedépôt"
    " référence identifiant"
    " 专利号 公告号 授权公告号 公开号 公开公告号 专利编号 注册号 申请号 编号 專利號 公告號 申請號 編號"
    " 意匠登録番号 登録番号 公報番号 公開番号 出願番号 番号 file filename datei dateiname fichier 文件名 ファイル名",
    "title": "title titel bezeichnung erzeugnis erzeugnisangabe produkt titre intitulé désignation produit"
    " 名称 产品名称 外观设计名称 专利名称 标题 名稱 產品名稱 專利名稱 意匠に係る物品 物品 物品名 名前 タイトル",
    "locarno": "locarno locarnoclass locarnoclassification locarnoklasse locarnoklassifikation locclass loccl"
    " classedelocarno classelocarno classificationdelocarno 洛迦诺分类号 洛迦诺分类 洛迦诺"
    " locarno分类号 locarno分类 分类号"
    " 洛迦諾分類號 洛迦諾分類 分類號 ロカルノ分類 ロカルノ国際分類 国際意匠分類",
    "uspc": "uspc usclass usclassification uspcclass usklasse classeus 美国分类号 米国分類",
    "category": "category kategorie catégorie 类别 類別 カテゴリ カテゴリー 種別",
}
_COLUMNS = {name: column for column, names in _NAMES.items() for name in names.split()}
_RANK = {name: rank for rank, name in enumerate(_COLUMNS)}


def named_columns(header: Sequence[str]) -> list[str]:
    """The columns as we call them: "Patent No.", "专利号" and "numéro" are `id`. Others keep their names."""
    plain = [unicodedata.normalize("NFKC", name).strip().casefold() for name in header]
    letters = ["".join(filter(str.isalpha, name)) for name in plain]
    columns = list(plain)
    for column in _NAMES:
        found = [at for at, name in enumerate(letters) if _COLUMNS.get(name) == column]
        if found:
            columns[min(found, key=lambda at: _RANK[letters[at]])] = column
    return columns


def find_header(text: str) -> tuple[int, str]:
    """How many lines come before the one that names the columns, and what separates these.

    Without one: the lines before the first that is not blank.
    """
    lines = text.split("\n", _LINES_BEFORE + _HEADER_LINES)[: _LINES_BEFORE + _HEADER_LINES]
    best, header, separator = 0, 0, ""
    for at, line in enumerate(lines[:_LINES_BEFORE]):
        if named := _SEPARATOR_LINE.fullmatch(line):
            separator = named[1]
            continue
        for mark in separator or SEPARATORS:
            known = _known_columns("\n".join(lines[at : at + _HEADER_LINES]), mark)
            if known > best:
                best, header, found = known, at, mark
    if best:
        return header, found
    header = next(
        (at for at, line in enumerate(lines) if line.strip() and not _SEPARATOR_LINE.fullmatch(line)), 0
    )
    return header, separator or max(SEPARATORS, key=lines[header].count)


def _known_columns(text: str, separator: str) -> int:
    """How many columns the first record names, if an id is among them."""
    try:
        columns = named_columns(next(csv.reader(io.StringIO(text, newline=""), delimiter=separator), []))
    except csv.Error:
        return 0
    return len(_NAMES.keys() & set(columns)) if ID in columns else 0
