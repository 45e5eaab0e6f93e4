"""A report of a search as PDF: what was asked, and each hit with its drawings, bibliography and dates of law."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any
from xml.sax.saxutils import escape

import pymupdf_fonts
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Image, KeepTogether, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from sevenviews.client.export.tables import bibliography
from sevenviews.client.export.words import best_matches, rule_told, standing_told
from sevenviews.client.records import PatentHit, QueryMatch, SearchPage
from sevenviews.client.requests import QueryImage
from sevenviews.designs import SevenviewsError, View
from sevenviews.images import decode_grey

_FONT, _BOLD = "Noto", "Noto-Bold"
_CHINESE, _JAPANESE, _KOREAN = "STSong-Light", "HeiseiKakuGo-W5", "HYGothic-Medium"
_HAN = r"\u2e80-\u303f\u3400-\u9fff\uf900-\ufaff\uff00-\uffef"
_KANA, _HANGUL = r"\u3040-\u30ff\u31f0-\u31ff", r"\u1100-\u11ff\u3130-\u318f\uac00-\ud7af"
_ASIAN = re.compile(f"[{_HAN}{_KANA}{_HANGUL}]+")

_MARGIN = 16 * mm
_PADDING = 6
"""Of a page's frame, as reportlab makes it."""
_WIDTH = A4[0] - 2 * _MARGIN - 2 * _PADDING
_QUERY_SIDE, _HIT_SIDE = 30 * mm, 34 * mm
_QUERIES_A_ROW = 5
_MOST_TEXT = 200
"""Characters of a title, or of all inventors: the files for programs have them whole."""
_NAMES = {
    "application_number": "Application",
    "filing_date": "Filed",
    "priorities": "Priority",
    "publication_date": "Published",
    "locarno": "Locarno",
    "uspc": "US class",
    "hague": "Hague registration",
    "applicants": "Applicants",
    "assignees": "Assignees",
    "inventors": "Inventors",
}


def pdf_of(
    page: SearchPage, queries: Sequence[QueryImage], drawings: Mapping[str, bytes], first_rank: int
) -> bytes:
    """The report of a page. A drawing that is not among the given ones is left out."""
    _register_fonts()
    sealed, file = page.certificate, io.BytesIO()
    document = SimpleDocTemplate(
        file,
        pagesize=A4,
        leftMargin=_MARGIN,
        rightMargin=_MARGIN,
        topMargin=_MARGIN,
        bottomMargin=_MARGIN,
        title="Designs that look alike",
        author="Sevenviews",
        subject=f"certificate {sealed.sha256}" if sealed else "",
        lang="en",
    )
    story = [
        *_head(queries, page, drawings),
        *(_hit(rank, hit, page, drawings) for rank, hit in enumerate(page.hits, first_rank)),
    ]
    document.build(story, onFirstPage=_foot(page), onLaterPages=_foot(page))
    return file.getvalue()


@cache
def _register_fonts() -> None:
    for name, font in ((_FONT, "notos"), (_BOLD, "notosbo")):
        pdfmetrics.registerFont(TTFont(name, io.BytesIO(pymupdf_fonts.myfont(font))))
    pdfmetrics.registerFontFamily(_FONT, normal=_FONT, bold=_BOLD, italic=_FONT, boldItalic=_BOLD)
    for name in (_CHINESE, _JAPANESE, _KOREAN):
        pdfmetrics.registerFont(UnicodeCIDFont(name))


def _caption(match: QueryMatch) -> str:
    figure = f"FIG. {match.figure_number}" if match.figure_number else ""
    view = "" if match.view is View.UNKNOWN else match.view.value
    return ", ".join(filter(None, (figure, view, f"cosine {match.score:.2f}")))


def _head(queries: Sequence[QueryImage], page: SearchPage, drawings: Mapping[str, bytes]) -> Iterator[Any]:
    yield Paragraph("Designs that look alike", _style(18, bold=True, after=4))
    sealed = page.certificate
    if sealed is not None:
        certificate = sealed.verified()
        signed = f"signed by key {sealed.key_name}" if sealed.signature else "not signed"
        yield _text(f"Searched on {certificate.issued}; catalogue at change {certificate.watermark}.")
        yield _text(f"Certificate SHA-256 {sealed.sha256}, {signed}.")
    yield _text(f"{len(page.hits)} patents; release {page.release_id}, model {page.model_version}.")
    if page.legal_rule is not None:
        yield _text(rule_told(page.legal_rule))
        yield _text(page.legal_rule.notice)
    shown = list(_asked(queries, page, drawings))
    if shown:
        yield Spacer(1, 3 * mm)
        yield Paragraph("Searched with", _style(11, bold=True, after=2))
        rows = [shown[at : at + _QUERIES_A_ROW] for at in range(0, len(shown), _QUERIES_A_ROW)]
        filled = [[*row, *[""] * (_QUERIES_A_ROW - len(row))] for row in rows]
        widths = [_QUERY_SIDE + 5 * mm] * _QUERIES_A_ROW
        yield Table(filled, colWidths=widths, hAlign="LEFT", style=_PLAIN)
    yield Spacer(1, 5 * mm)


def _asked(
    queries: Sequence[QueryImage], page: SearchPage, drawings: Mapping[str, bytes]
) -> Iterator[list[Any]]:
    """The images that asked, each with a caption."""
    by_patent = {match.query_index: match for hit in page.hits[:1] for match in hit.matches}
    for index, query in enumerate(queries):
        unlike = "unlike this: " if query.weight < 0 else ""
        drawing = query.drawing_id or (by_patent[index].query_drawing_id if index in by_patent else "")
        content = query.content or drawings.get(drawing, b"")
        name = query.patent_id or query.drawing_id or f"image {index + 1}"
        yield [_picture(content, _QUERY_SIDE), _text(f"{unlike}{name}", 7.5)]


def _hit(rank: int, hit: PatentHit, page: SearchPage, drawings: Mapping[str, bytes]) -> Any:
    told = dict(bibliography(hit))
    number = " ".join(filter(None, (hit.patent_id, told["kind"])))
    heading = _cut(f"{rank}. {number} · {told['title'] or 'title not known'}")
    lines = [_labelled("Score", f"{hit.score:.3f}")]
    lines += [_labelled(name, told[field]) for field, name in _NAMES.items() if told[field]]
    if page.legal_rule is not None:
        lines.append(_labelled("Dates of law", standing_told(hit.legal_dates)))
        if hit.legal_dates is not None:
            lines.append(_text(hit.legal_dates.explanation, 8))
    pictures = [
        [_picture(drawings.get(one.drawing_id, b""), _HIT_SIDE), _text(_caption(one), 7.5)]
        for one in best_matches(hit)
    ]
    left = (_HIT_SIDE + 4 * mm) * len(pictures)
    strip = Table([pictures], colWidths=[left / len(pictures)] * len(pictures), hAlign="LEFT", style=_PLAIN)
    beside = Table([[strip, lines]], colWidths=[left, _WIDTH - left], hAlign="LEFT", style=_PLAIN)
    return KeepTogether(
        [Paragraph(_marked(heading, _BOLD), _style(10.5, bold=True, after=2)), beside, Spacer(1, 5 * mm)]
    )


_PLAIN = TableStyle(
    [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), 0),
        ("RIGHTPADDING", (0, 0), (-1, -1), 4),
        ("TOPPADDING", (0, 0), (-1, -1), 0),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
    ]
)


def _picture(content: bytes, side: float) -> Any:
    """A drawing in a square; an empty one where there is none, or none that can be read."""
    try:
        drawing = decode_grey(content)
    except SevenviewsError:
        return Spacer(side, side)
    # Three hundred dots an inch are enough for paper.
    drawing.thumbnail((400, 400))
    scale = side / max(drawing.size)
    kept = io.BytesIO()
    drawing.save(kept, "PNG")
    return Image(kept, drawing.width * scale, drawing.height * scale, hAlign="LEFT")


def _labelled(name: str, value: str) -> Any:
    return Paragraph(f"<b>{name}</b> {_marked(_cut(value))}", _style(8.5))


def _cut(text: str) -> str:
    """So that what is told of a hit stays on a page."""
    return text if len(text) <= _MOST_TEXT else f"{text[: _MOST_TEXT - 1]}…"


def _text(text: str, size: float = 8.5) -> Any:
    return Paragraph(_marked(text), _style(size))


def _style(size: float, *, bold: bool = False, after: float = 1) -> ParagraphStyle:
    return ParagraphStyle(
        f"{size}", fontName=_BOLD if bold else _FONT, fontSize=size, leading=size * 1.3, spaceAfter=after
    )


def _marked(text: str, font: str = _FONT) -> str:
    """For a Paragraph: Chinese, Japanese and Korean in the fonts that viewers bring, what no font has as "?"."""
    name = _KOREAN if re.search(f"[{_HANGUL}]", text) else _CHINESE
    name = _JAPANESE if re.search(f"[{_KANA}]", text) else name
    parts, at = [], 0
    for match in _ASIAN.finditer(text):
        parts.append(_known(text[at : match.start()], font))
        parts.append(f'<font name="{name}">{escape(match[0])}</font>')
        at = match.end()
    return "".join((*parts, _known(text[at:], font)))


def _known(text: str, font: str) -> str:
    glyphs = pdfmetrics.getFont(font).face.charToGlyph
    return escape("".join(one if ord(one) in glyphs or one.isspace() else "?" for one in text))


def _foot(page: SearchPage) -> Any:
    told = f"Certificate SHA-256 {page.certificate.sha256}" if page.certificate else ""

    def draw(canvas: Any, document: Any) -> None:
        canvas.saveState()
        canvas.setFont(_FONT, 7)
        canvas.setFillColor(colors.HexColor("#555555"))
        canvas.drawString(_MARGIN, 9 * mm, told)
        canvas.drawRightString(A4[0] - _MARGIN, 9 * mm, f"{document.page}")
        canvas.restoreState()

    return draw
