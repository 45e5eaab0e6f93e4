"""What a patent answers to: the forms in which names and classes are compared, by filters and stores alike."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable

from sevenviews.designs.locarno import LocarnoClass

MAX_KEY = 512
"""Characters of a name in the form that is compared; what is longer is cut."""

_ROUNDS = 8
"""After which a name has come to rest: one is enough for all but the oddest characters."""

_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_ACCENTS = re.compile(r"[\u0300-\u036f]")
_APOSTROPHES = re.compile(r"['`’‘ʼ′]")
_SINGLES = re.compile(r"\b([a-z](?: [a-z])+)\b")

_ASIAN_FORMS = (
    "株式会社|株式會社|有限会社|合同会社|合資会社|合名会社|"
    "股份有限公司|有限责任公司|有限責任公司|股份公司|有限公司|주식회사|유한회사"
)
_ASIAN_SHORT = re.compile(r"\((?:株|有|同|資|名|주|유)\)")
_ASIAN = re.compile(rf"^(?:(?:{_ASIAN_FORMS}) ?)+(?=.)|(?<=.)(?: ?(?:{_ASIAN_FORMS}))+$")

_LEGAL_FORMS = (
    "inc|incorporated|corp|corporation|co|company|ltd|limited|ltda|llc|llp|lp|lllp|plc|pllc|pc|"
    "limited liability company|joint stock company|private limited|public limited company|"
    "gmbh|ggmbh|mbh|gesellschaft mit beschrankter haftung|ag|aktiengesellschaft|kg|kgaa|ohg|ug|ev|"
    "sa|sas|sasu|sarl|snc|societe anonyme|societe par actions simplifiee|sociedad anonima|"
    "spa|srl|sl|slu|se|bv|nv|cv|naamloze vennootschap|besloten vennootschap|ab|aktiebolag|oy|oyj|osakeyhtio|"
    "as|asa|aps|kk|gk|kabushiki kaisha|kabushiki gaisha|yugen kaisha|godo kaisha|pty|pte|pvt|sdn|bhd|"
    "sp zoo|sro|doo|kft|zrt|nyrt|jsc|ojsc|pjsc|ooo|oao|zao"
)
_LEGAL_END = re.compile(rf"(?:(?: (?:and|und|et|y))?(?: (?:{_LEGAL_FORMS})))+$")
_LEGAL_START = re.compile(r"^(?:the|kabushiki kaisha) (?=.)")


def normalize_name(name: str) -> str:
    """Case and spacing do not count. Control characters are spaces: not all stores take them.

    So names were compared before legal forms were left out; rows of vectors of that time have them so.
    """
    return " ".join(_CONTROLS.sub(" ", name).casefold().split())


def person_key(name: str) -> str:
    """The form in which names of persons are compared: case, width, accents, spacing and punctuation do not count.

    "J. R. Müller" and "j.r. muller" are "jr muller". What is nothing but punctuation is compared as it stands.
    """
    return _at_rest(_folded, name) or normalize_name(name)[:MAX_KEY]


def holder_key(name: str) -> str:
    """The form in which holders are compared: as persons are, and without the legal forms at either end.

    "Nikon Corp.", "NIKON CORPORATION" and "ＮＩＫＯＮ" are "nikon"; "株式会社ニコン" is "ニコン".
    A name that is nothing but a legal form keeps its first word.
    """
    return _at_rest(lambda text: _without_legal_forms(_folded(text)), name) or person_key(name)


def asked_holders(names: Iterable[str]) -> list[str]:
    """What a store is asked for, of which a patent has to have one: each name in the form of today, and of before."""
    return sorted({key for name in names for key in (holder_key(name), normalize_name(name))} - {""})


def asked_persons(names: Iterable[str]) -> list[str]:
    """As `asked_holders`, of inventors."""
    return sorted({key for name in names for key in (person_key(name), normalize_name(name))} - {""})


def normalize_uspc(notation: str) -> str:
    """The form in which classes of the United States are compared: "D14/486", without spaces."""
    return "".join(_CONTROLS.sub(" ", notation).upper().split())


def holder_terms(names: Iterable[str]) -> list[str]:
    """The names of a patent's holders, each once, in the form that is compared."""
    return sorted({holder_key(name) for name in names} - {""})


def person_terms(names: Iterable[str]) -> list[str]:
    """The names of a patent's inventors, each once, in the form that is compared."""
    return sorted({person_key(name) for name in names} - {""})


def class_terms(locarno: Iterable[LocarnoClass]) -> list[str]:
    """Each Locarno subclass of a patent and its whole class, "06-01" and "06"."""
    return sorted({str(term) for one in locarno for term in (one, one.whole_class)})


def uspc_terms(uspc: Iterable[str]) -> list[str]:
    """Each United States class of a patent as it is written, and its whole class, "D14/486" and "D14"."""
    exact = {normalize_uspc(notation) for notation in uspc}
    return sorted((exact | {notation.partition("/")[0] for notation in exact}) - {""})


def _folded(name: str) -> str:
    text = unicodedata.normalize("NFKC", name.replace("\0", " ")).casefold()
    text = _ACCENTS.sub("", unicodedata.normalize("NFD", text))
    text = _ASIAN_SHORT.sub(" ", unicodedata.normalize("NFKC", text))
    text = _APOSTROPHES.sub("", text).replace("&", " and ")
    # Marks belong to the letters of Indian and other scripts.
    text = "".join(one if one.isalnum() or unicodedata.category(one)[0] == "M" else " " for one in text)
    # "S.p.A." and "SpA", "U. S." and "US".
    text = _SINGLES.sub(lambda run: run[1].replace(" ", ""), " ".join(text.split()))
    return text[:MAX_KEY].rstrip()


def _without_legal_forms(folded: str) -> str:
    text = _LEGAL_START.sub("", _ASIAN.sub("", folded)).strip()
    return _LEGAL_END.sub("", text)


def _at_rest(fold: Callable[[str], str], text: str) -> str:
    """Folded until it changes no more, so that what is folded folds to itself."""
    for _ in range(_ROUNDS):
        text, before = fold(text), text
        if text == before:
            break
    return text
