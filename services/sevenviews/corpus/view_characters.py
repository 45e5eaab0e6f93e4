"""The names of views in Chinese and Japanese, as descriptions, file names and labels on drawings give them."""

from __future__ import annotations

import re

from sevenviews.designs import View

# The first that is found counts: a "perspective view of the state of use" is in use.
_NAMES: tuple[tuple[View, str], ...] = (
    (View.IN_USE, r"使用状[态態]|使用狀態|使用中|使用例|使用参考|使用參考|参考使用"),
    (View.EXPLODED, r"爆炸|分解|拆[解分]|分離斜視"),
    (View.SECTION, r"剖[面视視]|断面|斷面|截面"),
    (View.DETAIL, r"放大|局部|拡大|部分図|細部"),
    (View.PERSPECTIVE, r"立体|立體|斜视|斜視|透视|透視|轴测|軸測"),
    (View.FRONT, r"主[视視]|正[视視]|正面|前[视視]|前面"),
    (View.BACK, r"[后後][视視]|背面|背[视視]|後面|后面"),
    (View.LEFT, r"左(?:侧|側)?[视視面]|左侧|左側"),
    (View.RIGHT, r"右(?:侧|側)?[视視面]|右侧|右側"),
    (View.TOP, r"俯[视視]|顶[视視面]|頂[視面]|平面|上面|上[视視]"),
    (View.BOTTOM, r"仰[视視]|底[视視面]|下面|下[视視]"),
    (View.OTHER, r"[侧側][视視面]|参考|參考|展开|展開"),
)
_NAME = tuple((view, re.compile(names)) for view, names in _NAMES)
_CHARACTER = re.compile(r"[\u4e00-\u9fff]")
VIEW_CHARACTERS = "".join(
    sorted(set(_CHARACTER.findall("".join(names for _, names in _NAMES) + "图圖図设計计组組件")))
)
"""All characters of the names, for those who read them from pictures."""


def view_in_characters(text: str) -> View:
    """The view that a text names in characters: 主视图 is FRONT; UNKNOWN: it names none."""
    if _CHARACTER.search(text) is None:
        return View.UNKNOWN
    return next((view for view, name in _NAME if name.search(text)), View.UNKNOWN)
