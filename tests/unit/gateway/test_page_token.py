"""Page tokens come back as they were written, or are refused."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sevenviews.designs import Reason, SevenviewsError
from sevenviews.gateway.page_token import PageToken, PageTokens, mark

TOKENS = PageTokens("key")
DIGEST = bytes(range(16))
TOKEN = PageToken("r-1", "a1a1", DIGEST, frozenset({mark("USD1"), mark("USD2")}))

tokens = st.builds(
    PageToken,
    st.text(max_size=40),
    st.text(max_size=64),
    st.binary(min_size=16, max_size=16),
    st.frozensets(st.binary(min_size=6, max_size=6), max_size=300),
)


@given(tokens)
def test_a_token_comes_back_as_it_was(token: PageToken) -> None:
    assert TOKENS.decode(TOKENS.encode(token), token.request_digest) == token


@given(st.integers(0, 60), st.integers(1, 255))
def test_a_changed_token_is_refused(position: int, change: int) -> None:
    signed = bytearray(base64.urlsafe_b64decode(TOKENS.encode(TOKEN) + "=="))
    signed[position % len(signed)] ^= change
    refused(base64.urlsafe_b64encode(bytes(signed)).decode())


@pytest.mark.parametrize("text", ["x", "not a token", "é", "AAAA", "=", "A" * 100_000])
def test_what_is_no_token_is_refused(text: str) -> None:
    refused(text)


def test_a_token_of_another_request_or_key_is_refused() -> None:
    text = TOKENS.encode(TOKEN)
    refused(text, digest=bytes(16))
    with pytest.raises(SevenviewsError):
        PageTokens("other key").decode(text, DIGEST)


def test_a_shortened_token_is_refused() -> None:
    text = TOKENS.encode(TOKEN)
    for length in range(1, len(text)):
        refused(text[:length])


def refused(text: str, digest: bytes = DIGEST) -> None:
    with pytest.raises(SevenviewsError) as caught:
        TOKENS.decode(text, digest)
    assert caught.value.reason is Reason.PAGE_TOKEN_INVALID
    assert caught.value.metadata == {"field": "page_token"}
