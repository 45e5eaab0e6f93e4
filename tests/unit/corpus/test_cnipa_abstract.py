"""What a Chinese design says of itself is kept, each statement in its own field."""

from __future__ import annotations

from pathlib import Path

import pytest

from sevenviews.corpus import iter_entries
from sevenviews.corpus.cnipa.abstract import parse_abstract
from tests.unit.lab.drawings import article

WHOLE = (
    "1.本外观设计产品的名称：餐椅。2.本外观设计产品的用途：用于就餐时坐。3.本外观设计的设计要点：在于整体形状。"
    "4.最能表明设计要点的图片或者照片：立体图。5.请求保护的外观设计包含色彩。6.省略仰视图。"
)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            WHOLE,
            {
                "title": "餐椅",
                "use_statement": "用于就餐时坐",
                "design_point_statement": "在于整体形状",
                "best_view_statement": "立体图",
                "colour_statement": "请求保护的外观设计包含色彩",
            },
        ),
        (
            "产品名称为灯；\n设计要点在于灯罩；\n最能表明设计要点的视图是主视图",
            {"title": "灯", "design_point_statement": "灯罩", "best_view_statement": "主视图"},
        ),
        ("省略后视图。", {}),
        ("", {}),
    ],
)
def test_statements_are_told_apart(text: str, said: dict[str, str]) -> None:
    assert parse_abstract(text) == said


@pytest.mark.parametrize(
    ("image", "rows"),
    [
        ("201830123456.7_主视图.png", f"id,abstract\nCN201830123456.7,{WHOLE}\n"),
        ("05-01-201830123456-1.png", f"id,abstract\n201830123456,{WHOLE}\n"),
        (
            "05-01-201830123456-1.png",
            "id,title,use,design point,best view,colour\n"
            "201830123456,餐椅,用于就餐时坐,在于整体形状,立体图,请求保护的外观设计包含色彩\n",
        ),
    ],
)
def test_the_text_beside_the_images_becomes_the_patents(tmp_path: Path, image: str, rows: str) -> None:
    article(4, 0).save(tmp_path / image)
    (tmp_path / "index.csv").write_text(rows)
    (entry,) = iter_entries(tmp_path)
    patent = entry.read().patent
    found = {
        name: getattr(patent, name)
        for name in (
            "title",
            "use_statement",
            "design_point_statement",
            "best_view_statement",
            "colour_statement",
        )
    }
    assert found == parse_abstract(WHOLE)
