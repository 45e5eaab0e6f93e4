"""The reader of expressions."""

from __future__ import annotations

import pytest

from tests.deploy.promql import Selector, family, metric_names, selectors


@pytest.mark.parametrize(
    ("expression", "names"),
    [
        ("up == 0", {"up"}),
        ('sum by (job, le) (rate(a_total{job=~"b|c_total"}[5m])) / 2e3 > 0.05', {"a_total"}),
        ("a_total offset 1h and on (x) group_left (y) b:c unless bool_d", {"a_total", "b:c", "bool_d"}),
        ('absent(a{service="x"}) or time() - max without (i) (b_seconds) > 600', {"a", "b_seconds"}),
        ("histogram_quantile(0.95, sum(rate(h_bucket[$__rate_interval])) by (le))", {"h_bucket"}),
        ('label_replace(a, "x", "$1", "y", "(.*)")', {"a"}),
        ("1 - 5m", set()),
    ],
)
def test_the_metrics_of_an_expression(expression: str, names: set[str]) -> None:
    assert metric_names(expression) == names


def test_the_family_of_a_series() -> None:
    assert family("h_seconds_bucket") == family("h_seconds_count") == "h_seconds"
    assert family("a_total") == "a_total"


def test_selectors_and_what_they_select() -> None:
    expression = 'sum(rate(a_total{code=~"B|C", method!="/x.Y/Z"}[5m])) / max(b) > on (code) d{e="f"}'
    first = Selector("a_total", (("code", "=~", "B|C"), ("method", "!=", "/x.Y/Z")))
    assert selectors(expression) == {first, Selector("d", (("e", "=", "f"),))}
    assert first.matches("a_total", {"code": "C", "method": "/x.Y/W"})
    assert not first.matches("a_total", {"code": "CD"})
    assert not first.matches("a_total", {"code": "C", "method": "/x.Y/Z"})
    assert not first.matches("a_sum", {"code": "C"})
