"""What a report must say of features whose model has seen designs of the corpus before."""

from __future__ import annotations

from collections.abc import Iterable

_WARNING = "rows of its features are better than they would be on designs that it has never seen."


def taught_by(model: str, corpus: str) -> str:
    """A paragraph for a report: whether the packaged model was trained on part of a corpus. Empty for other models.

    A corpus is recognised by its name, that of the file or folder; the model's training configuration, which is
    shipped, names those that it was trained on.

    `model`: as `--model` takes it.
    """
    if model != "default":
        return ""
    from sevenviews.training.config import PACKAGED_CONFIG, TrainConfig

    data = TrainConfig.load(PACKAGED_CONFIG).data
    collections = [_stem(one.name) for one in (*data.sheets, *data.corpora)]
    if _stem(corpus) in collections:
        return (
            f"The packaged model was trained on part of this corpus, as of {_listed(collections)}, without their "
            f"labels. Some of its designs ask or answer here: {_WARNING}"
        )
    return (
        f"The packaged model was trained on designs of {_listed(collections)}, without their labels. If this corpus "
        f"holds some of these, {_WARNING}"
    )


def _stem(name: str) -> str:
    return name.split(".", maxsplit=1)[0]


def _listed(names: Iterable[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last
