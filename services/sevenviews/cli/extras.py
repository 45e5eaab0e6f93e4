"""Which extras of the package are installed, and the clear end of a command whose extra is not."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from importlib import metadata
from typing import ParamSpec

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from sevenviews.cli.console import fail

EXTRAS = (
    "embedding",
    "vectors",
    "embedded",
    "metadata",
    "gateway",
    "console",
    "corpus",
    "training",
    "lab",
    "refresh",
    "tracing",
    "report",
    "bench",
)
"""Those that bring a part of the system; `cli`, `local` and `all` are no parts, `encoder` is one of others."""

# What is imported under another name than it is installed by.
_DISTRIBUTIONS = {
    "PIL": "pillow",
    "cv2": "opencv-python-headless",
    "faiss": "faiss-cpu",
    "onnxruntime": "onnxruntime-gpu",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "yaml": "pyyaml",
}
_NAMED = 3

Parameters = ParamSpec("Parameters")
Command = Callable[Parameters, None]


def missing(extra: str, distribution: str = "sevenviews") -> set[str]:
    """The distributions that an extra of an installed distribution asks for and that are not there."""
    return {name for name in _asked_for(distribution, extra) if not _is_installed(name)}


def why_missing(module: str) -> str:
    """Of a module that could not be imported: the extra that would bring it; empty where that is not the reason."""
    top = module.partition(".")[0]
    name = canonicalize_name(_DISTRIBUTIONS.get(top, top))
    bringing = [extra for extra in EXTRAS if name in _asked_for("sevenviews", extra)]
    return "" if not bringing or _is_installed(name) else without(bringing[0], [name])


def without(extra: str, absent: Iterable[str]) -> str:
    """What is missing, the extra that brings it, and how to install that."""
    return (
        f"this needs the extra [{extra}], which is not installed (without {listed(absent)}): "
        "`make install` in the checkout brings all extras"
    )


def needs(*extras: str) -> Callable[[Command[Parameters]], Command[Parameters]]:
    """Let a command end at once, with one clear line, where an extra that it needs is not installed.

    Its help is shown all the same.
    """

    def guard(command: Command[Parameters]) -> Command[Parameters]:
        @functools.wraps(command)
        def guarded(*arguments: Parameters.args, **options: Parameters.kwargs) -> None:
            for extra in extras:
                if absent := missing(extra):
                    fail(without(extra, absent))
            command(*arguments, **options)

        return guarded

    return guard


def listed(names: Iterable[str]) -> str:
    """A few names, and how many more there are."""
    ordered = sorted(names)
    more = len(ordered) - _NAMED
    return ", ".join(ordered[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def _asked_for(distribution: str, extra: str) -> set[str]:
    """Of an extra and of the extras that it names, this package's and others'; nothing of what is not installed."""
    try:
        texts = metadata.requires(distribution) or []
    except metadata.PackageNotFoundError:
        return set()
    names: set[str] = set()
    for requirement in map(Requirement, texts):
        if requirement.marker is None or not requirement.marker.evaluate({"extra": extra}):
            continue
        name = canonicalize_name(requirement.name)
        if name != canonicalize_name(distribution):
            names.add(name)
        for inner in requirement.extras:
            names |= _asked_for(name, inner)
    return names


def _is_installed(name: str) -> bool:
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return True
