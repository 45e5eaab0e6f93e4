"""The names of views in German, French and Spanish, as the registers of EUIPO, WIPO and the offices carry them.

They are put into English, which the grammar of `view_names` reads: "Seitenansicht von links" is a left side view.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_HINT = re.compile(
    r"ansicht|sicht\b|perspektiv|schnitt|darstellung|\bvues?\b|\bcoupe\b|[ée]clat[ée]|\bvistas?\b|\bsección\b",
    re.I,
)
_OF = r"(?:(?:von|der|des|die|dem|de|du|d['’]|l['’]|la|le|el|lado|c[ôo]t[ée]|profil|face|par|en|a|seite)[\s-]*)*"
_SIDE = rf"(?:seitenansicht|ansicht|vue|vista) (?:lat[ée]rale? |lateral )?{_OF}"
_NAMES: Mapping[str, tuple[str, ...]] = {
    "exploded": (r"explosions\w+", r"vues? [ée]clat[ée]es?", r"vista (?:explosionada|despiezada)"),
    "sectional": (
        r"(?:quer|l(?:ä|ae)ngs)?schnitt(?:ansicht|darstellung|bild)?",
        r"(?:vues? (?:en|de) )?coupe",
        r"(?:vista (?:en|de) )?sección",
    ),
    "in use": (
        r"gebrauchs(?:ansicht|darstellung)",
        r"vues? (?:en |d['’])(?:utilisation|situation)",
        r"vista (?:en|de) uso",
    ),
    "detail": (
        r"(?:detail|teil|ausschnitts)(?:ansicht|darstellung)",
        r"vergr(?:ö|oe)(?:ß|ss)erte[rn]? (?:teil)?(?:ansicht|darstellung)",
        r"vues? (?:de d[ée]tail|agrandie|partielle)",
        r"vista (?:de detalle|ampliada|parcial)",
    ),
    "perspective": (
        r"perspektivische[rn]? (?:ansicht|darstellung|vorderansicht|r(?:ü|ue)ckansicht)",
        r"perspektiv(?:ansicht|darstellung|e)",
        r"schr(?:ä|ae)gansicht|schr(?:ä|ae)gsicht|ansicht von schr(?:ä|ae)g",
        r"(?:vues? )?(?:en )?perspective(?= (?:avant|arri[èe]re|de)\b)|(?:vues? )?en perspective|vue perspective",
        r"vue isom[ée]trique|vues? de trois quarts",
        r"(?:vista )?en perspectiva|vista isométrica",
    ),
    "front": (
        r"(?:vorder|front)(?:seiten)?ansicht",
        r"ansicht (?:von |der )?(?:vorne?|vorderseite)",
        rf"vues? (?:frontale?|{_OF}(?:avant|devant|face(?! arri[èe]re)))",
        r"vista (?:frontal|delantera|anterior|de frente)",
    ),
    "rear": (
        r"(?:r(?:ü|ue)ck|hinter)(?:seiten)?ansicht",
        r"ansicht (?:von |der )?(?:hinten|r(?:ü|ue)ckseite)",
        rf"vues? {_OF}(?:arri[èe]re|derri[èe]re|dos)",
        r"vista (?:trasera|posterior)",
    ),
    "left side": (
        r"linke[rn]? seitenansicht",
        rf"{_SIDE}(?:links|linken?(?: seite)?|gauche|izquierd[ao])",
    ),
    "right side": (
        r"rechte[rn]? seitenansicht",
        rf"{_SIDE}(?:rechts|rechten?(?: seite)?|droite?|derech[ao])",
    ),
    "top": (
        r"(?:drauf|auf)sicht|oberansicht",
        r"ansicht (?:von |der )?(?:oben|oberseite)",
        rf"vues? {_OF}(?:dessus|haut|plan)",
        r"vista (?:superior|en planta)",
    ),
    "bottom": (
        r"untersicht|unteransicht|bodenansicht",
        r"ansicht (?:von |der )?(?:unten|unterseite)",
        rf"vues? {_OF}(?:dessous|bas)",
        r"vista inferior",
    ),
    "side": (r"seitenansicht", r"vues? (?:lat[ée]rales?|de c[ôo]t[ée]|de profil)", r"vista lateral"),
}
"""By the view in English. The first that is found counts."""

_NAME = re.compile(
    r"(?<![^\W\d_])(?:"
    + "|".join(f"(?P<{view.replace(' ', '_')}>{'|'.join(words)})" for view, words in _NAMES.items()).replace(
        " ", r"[\s-]+"
    )
    + r")(?![^\W\d_])",
    re.I,
)
_ARTICLE = re.compile(r"\b(?:des|der|einer|eines|du|d['’]une?|del?|de la)\b", re.I)


def in_english(text: str) -> str:
    """The text with the names of its views in English; as it is, if they are, or if it names none."""
    if _HINT.search(text) is None:
        return text
    named = _NAME.sub(lambda match: f" {(match.lastgroup or '').replace('_', ' ')} view", text)
    return text if named == text else _ARTICLE.sub("of", named).strip()
