"""What callers read of the formula is what is computed."""

from __future__ import annotations

import pytest

from sevenviews.designs import PACKAGED
from sevenviews.ranking import OTHER_VIEW_COST, SOFTNESS
from tests.conftest import ROOT

PROTOS = ROOT / "protos" / "sevenviews"


@pytest.mark.parametrize("proto", ["v1/search.proto", "internal/v1/vectors.proto"])
def test_the_protos_name_the_constants_of_the_formula(proto: str) -> None:
    text = (PROTOS / proto).read_text()
    assert f"τ = {SOFTNESS} " in text
    assert f"x     = s − {OTHER_VIEW_COST} if views are preferred" in text
    assert "r     = τ · ln(Σ⁺ w(q) · e^(y(q) / τ) / Σ⁺ w(q)) − Σ⁻ |w(q)| · max(0, z(q) − l) / Σ⁺ w(q)" in text


def test_the_public_proto_names_the_level() -> None:
    assert f"model, {PACKAGED.level} of the packaged one" in (PROTOS / "v1/search.proto").read_text()
