"""What is needed of PromQL: the metrics and selectors of an expression, and whether promtool can read it."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

_TEXT = re.compile(r'"(?:[^"\\]|\\.)*"' + r"|'(?:[^'\\]|\\.)*'")
_SELECTOR = re.compile(r"\{[^{}]*\}")
_RANGE = re.compile(r"\[[^\[\]]*\]")
_LABEL_LIST = re.compile(r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^()]*\)")
_NAME = re.compile(r"(?<![\w.:$])[A-Za-z_:][\w:]*(?!\s*\()(?![\w:])")
_KEYWORDS = {"and", "or", "unless", "bool", "offset", "by", "without", "on", "ignoring", "inf", "nan"}
_CONDITIONED = re.compile(r"([A-Za-z_:][\w:]*)\{([^{}]*)\}")
_CONDITION = re.compile(r'(\w+)\s*(=~|!~|!=|=)\s*"([^"]*)"')
_SERIES_OF_A_HISTOGRAM = re.compile(r"_(bucket|sum|count)$")


def metric_names(expression: str) -> set[str]:
    """The metrics that an expression reads, such as {"up"} of `sum by (job) (up{a="b"}) > 3`.

    Dashboard variables ($namespace) may stand within selectors and ranges.
    """
    bare = _TEXT.sub("", expression)
    for pattern in (_SELECTOR, _RANGE, _LABEL_LIST):
        bare = pattern.sub(" ", bare)
    bare = re.sub(r"\b\d[\w.]*", " ", bare)  # numbers and durations: 1e3, 5m
    return {name for name in _NAME.findall(bare) if name.lower() not in _KEYWORDS}


@dataclass(frozen=True, slots=True)
class Selector:
    """A metric with conditions on its labels: `up{job="a", code=~"B|C"}`."""

    name: str
    conditions: tuple[tuple[str, str, str], ...]
    """Label, operator, value."""

    def matches(self, name: str, labels: Mapping[str, str]) -> bool:
        """Whether it selects this series."""
        return name == self.name and all(
            _CHECKS[operator](value, labels.get(label, "")) for label, operator, value in self.conditions
        )


_CHECKS: Mapping[str, Callable[[str, str], bool]] = {
    "=": lambda wanted, actual: actual == wanted,
    "!=": lambda wanted, actual: actual != wanted,
    "=~": lambda pattern, actual: re.fullmatch(pattern, actual) is not None,
    "!~": lambda pattern, actual: re.fullmatch(pattern, actual) is None,
}


def selectors(expression: str) -> set[Selector]:
    """Those of an expression that set conditions on labels. The braces of a value, "a{3}", are not understood."""
    return {
        Selector(name, tuple(_CONDITION.findall(conditions)))
        for name, conditions in _CONDITIONED.findall(expression)
    }


def family(name: str) -> str:
    """The metric that a series belongs to: of a histogram's _bucket, _sum and _count the histogram."""
    return _SERIES_OF_A_HISTOGRAM.sub("", name)


def check(promtool: str, expressions: dict[str, str], folder: Path) -> None:
    """Have promtool read expressions, by a name for each. Fails with what it says."""
    rules = [
        {"record": f"checked:{number}", "expr": expression, "labels": {"from": name}}
        for number, (name, expression) in enumerate(expressions.items())
    ]
    path = folder / "expressions.yaml"
    path.write_text(yaml.safe_dump({"groups": [{"name": "checked", "rules": rules}]}))
    done = subprocess.run(
        [promtool, "check", "rules", str(path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
