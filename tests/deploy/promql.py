"""What is needed of PromQL: the names of the metrics in an expression, and whether promtool can read it."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import yaml

_TEXT = re.compile(r'"(?:[^"\\]|\\.)*"' + r"|'(?:[^'\\]|\\.)*'")
_SELECTOR = re.compile(r"\{[^{}]*\}")
_RANGE = re.compile(r"\[[^\[\]]*\]")
_LABEL_LIST = re.compile(r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^()]*\)")
_NAME = re.compile(r"(?<![\w.:$])[A-Za-z_:][\w:]*(?!\s*\()(?![\w:])")
_KEYWORDS = {"and", "or", "unless", "bool", "offset", "by", "without", "on", "ignoring", "inf", "nan"}
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
