"""The names that the Chinese office gives to views, and the view that each is."""

from __future__ import annotations

import re

from sevenviews.designs import View

# The first that occurs in a name: "使用状态参考图" is no view of a side, "A-A剖视图" no front view.
_VIEWS: tuple[tuple[str, View], ...] = (
    ("使用状态|使用图|使用參考|使用参考|使用時|使用时|環境|环境", View.IN_USE),
    ("剖视|剖視|剖面|断面|斷面|截面", View.SECTION),
    ("分解|爆炸|拆分", View.EXPLODED),
    ("局部|放大|细节|細節", View.DETAIL),
    ("立体|立體|透视|透視|轴测|軸測", View.PERSPECTIVE),
    ("主视|主視|正视|正視|正面|前视|前視", View.FRONT),
    ("后视|後視|背视|背視|背面|後面|后面", View.BACK),
    ("左视|左視|左側|左侧", View.LEFT),
    ("右视|右視|右側|右侧", View.RIGHT),
    ("俯视|俯視|顶视|頂視|顶面|頂面", View.TOP),
    ("仰视|仰視|底视|底視|底面", View.BOTTOM),
    ("展开|展開|变化|變化|状态|狀態|参考|參考", View.OTHER),
)
_WORDS = tuple((re.compile(words), view) for words, view in _VIEWS)
_CHINESE = re.compile(r"[\u4e00-\u9fff]")


def view_of_chinese(text: str) -> View:
    """The view that a name says: "组件1左视图" is LEFT; UNKNOWN: it says none."""
    if _CHINESE.search(text) is None:
        return View.UNKNOWN
    return next((view for words, view in _WORDS if words.search(text)), View.UNKNOWN)
