"""The stages of a search, and what either side measures of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

Timings = Mapping[str, float]
"""Seconds by stage, of one search."""

SEARCH: Final = "search"
"""The whole, from the call to the answer."""

RELEASE: Final = "release"
EMBED: Final = "embed"
DECODE: Final = "decode"
INFER: Final = "infer"
VECTOR_SEARCH: Final = "vector_search"
RANK: Final = "rank"
HYDRATE: Final = "hydrate"

TOP_STAGES: Final = (RELEASE, EMBED, VECTOR_SEARCH, RANK, HYDRATE)
"""Of the gateway; one after the other, together all that it measures. DECODE and INFER lie within EMBED."""

OUTSIDE_GATEWAY: Final = "outside_gateway"
"""What no stage explains: the client, the wire, reading the request and writing the answer."""

OUTSIDE_ENCODER: Final = "outside_encoder"
"""The part of EMBED that is neither decoding nor inference: the wire, Ray Serve's proxy and router."""


def with_unexplained(seconds: float, gateway: Timings) -> dict[str, float]:
    """The gateway's stages, with the whole that the client measured, and what lies outside them.

    Args:
        seconds: of the whole search.
        gateway: what the gateway measured; all of TOP_STAGES, DECODE and INFER.

    Raises:
        ValueError: a stage is missing. Without DECODE the embedding came from a cache: not what is to be measured.
    """
    if missing := [stage for stage in (*TOP_STAGES, DECODE, INFER) if stage not in gateway]:
        raise ValueError(f"the gateway measured no {', '.join(missing)}: the search was not a whole one")
    return {
        **gateway,
        SEARCH: seconds,
        OUTSIDE_GATEWAY: seconds - sum(gateway[stage] for stage in TOP_STAGES),
        OUTSIDE_ENCODER: gateway[EMBED] - gateway[DECODE] - gateway[INFER],
    }
