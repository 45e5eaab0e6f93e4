"""The code that a text is written in. Spreadsheets write that of their country, and do not say which."""

from __future__ import annotations

from collections.abc import Mapping

_ZEROS_OF_UTF16 = 0.3
_HEAD = 1 << 16
_LIKELY = 0.7
"""Of a text's characters beyond ASCII, in a code that it is written in, so many are among those of daily use."""

# By code, the first bytes of the characters of daily use: kana, punctuation, and each code's first level.
_DAILY: Mapping[str, frozenset[int]] = {
    "gb18030": frozenset({*range(0xA1, 0xA4), *range(0xB0, 0xD8)}),
    "cp932": frozenset({*range(0x81, 0x84), *range(0x88, 0x99)}),
    "cp950": frozenset({*range(0xA1, 0xA4), *range(0xA4, 0xC7)}),
}
_SECOND_OF_GB2312 = 0xA1


def decoded(content: bytes) -> str:
    """The text in the code that it is most likely written in; what none of them can be is U+FFFD."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    if len(content) > 1 and content[:512].count(0) > _ZEROS_OF_UTF16 * len(content[:512]):
        return content.decode("utf-16-le" if content[1] == 0 else "utf-16-be", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        shares = {code: _daily_share(content, code) for code in _DAILY}
        code = max(shares, key=lambda one: shares[one])
        return content.decode(code if shares[code] >= _LIKELY else "cp1252", "replace")


def _daily_share(content: bytes, code: str) -> float:
    """Of the characters beyond ASCII, in this code, those of daily use; 0: the text cannot be in it."""
    try:
        text = content.decode(code)
    except UnicodeDecodeError:
        return 0
    written = [character.encode(code) for character in text[:_HEAD] if not character.isascii()]
    daily = sum(_is_daily(character, code) for character in written)
    return daily / max(1, len(written))


def _is_daily(character: bytes, code: str) -> bool:
    if len(character) != 2 or character[0] not in _DAILY[code]:  # noqa: PLR2004 -- the bytes of a character
        return False
    return code != "gb18030" or character[1] >= _SECOND_OF_GB2312
