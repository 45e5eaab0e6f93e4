"""Page tokens: what is written is read, and nothing else is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sevenviews.designs import Reason, SevenviewsError
from sevenviews.gateway.page_token import PageToken, PageTokens, new_cursor_key

TOKENS = PageTokens("key")

token = st.builds(PageToken, st.binary(min_size=12, max_size=12).map(bytes.hex), st.integers(0, 2**24 - 1))


def refused(text: str, tokens: PageTokens = TOKENS) -> None:
    with pytest.raises(SevenviewsError) as caught:
        tokens.decode(text)
    assert caught.value.reason is Reason.PAGE_TOKEN_INVALID
    assert caught.value.metadata == {"field": "page_token"}


@given(token)
def test_what_is_written_is_read(token: PageToken) -> None:
    text = TOKENS.encode(token)
    assert TOKENS.decode(text) == token
    assert len(text) == 32
    assert text == PageTokens("key").encode(token)


@given(token, st.integers(0, 31), st.characters(codec="ascii"))
def test_a_token_that_was_changed_is_refused(token: PageToken, at: int, character: str) -> None:
    text = TOKENS.encode(token)
    changed = text[:at] + character + text[at + 1 :]
    if changed != text:
        refused(changed)


@given(token)
def test_a_token_has_one_spelling(token: PageToken) -> None:
    text = TOKENS.encode(token)
    for other in (text.replace("-", "+"), text.replace("_", "/"), f"{text}=", f"{text}\n"):
        if other != text:
            refused(other)


@given(st.text())
def test_no_text_is_taken_for_a_token(text: str) -> None:
    refused(text)


def test_another_key_is_another_service() -> None:
    refused(PageTokens("other").encode(PageToken(new_cursor_key(), 20)))


def test_each_search_has_its_own_cursor() -> None:
    assert len({new_cursor_key() for _ in range(1000)}) == 1000
