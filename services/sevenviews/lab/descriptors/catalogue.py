"""Descriptors by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path

from sevenviews.encoder import default_bundle_path
from sevenviews.lab.descriptors import ahdh, hog, lbp, raw, vishash, whitening
from sevenviews.lab.descriptors.descriptor import Descriptor, Drawings, FittedDescriptor


def _sift_fisher_vectors() -> FittedDescriptor:
    # scikit-learn takes a second to import.
    fisher = import_module("sevenviews.lab.descriptors.fisher")
    return FittedDescriptor("sift-fv", fisher.SIDE, fisher.learn_fisher_vectors)


CLASSIC: Mapping[str, Callable[[], Descriptor | FittedDescriptor]] = {
    "raw": lambda: Descriptor("raw", raw.SIDE, raw.raw_pixels),
    "ahdh": lambda: Descriptor("ahdh", ahdh.SIDE, ahdh.adaptive_density_histograms),
    "vishash": lambda: Descriptor("vishash", vishash.SIDE, vishash.brightness_signatures),
    "hog": lambda: Descriptor("hog", hog.SIDE, hog.hog_features),
    "lbp": lambda: Descriptor("lbp", lbp.SIDE, lbp.lbp_histograms),
    "ri-lbp": lambda: Descriptor("ri-lbp", lbp.SIDE, lbp.rotation_invariant_histograms),
    "sift-fv": _sift_fisher_vectors,
}
"""Every descriptor that is no network."""

WHITENED = "pca:"


def find_descriptor(name: str) -> Descriptor | FittedDescriptor:
    """The descriptor of a name; some must be fitted before they can describe.

    Args:
        name: raw, ahdh, vishash, hog, lbp, ri-lbp, sift-fv, default (the packaged model), the directory of a
            bundle, or an ONNX file; pca:NAME for the whitened principal components of any of them that need not be
            fitted itself.

    Raises ValueError: it is none of these, or an ONNX file that takes no images; SevenviewsError: the bundle is
    damaged.
    """
    if name.startswith(WHITENED):
        base = find_descriptor(name.removeprefix(WHITENED))
        if not isinstance(base, Descriptor):
            raise ValueError(f"{name}: {base.name} must be fitted itself, and is not whitened")
        return whitening.whitened(name, base)
    if name in CLASSIC:
        return CLASSIC[name]()
    # ONNX Runtime is imported for networks only.
    from sevenviews.lab.descriptors.network import bundle_descriptor, onnx_descriptor

    path = default_bundle_path() if name == "default" else Path(name)
    if path.is_dir():
        return bundle_descriptor(name, path)
    if path.suffix == ".onnx" and path.is_file():
        return onnx_descriptor(name, path)
    known = ", ".join(CLASSIC)
    raise ValueError(f"{name!r} is no model: {known}, default, a bundle's directory, or an ONNX file")


def open_descriptor(name: str, examples: Callable[[int], Drawings] | None = None) -> Descriptor:
    """The descriptor of a name, fitted if it must be.

    Args:
        name: see `find_descriptor`.
        examples: gives drawings of a side to fit on; asked only by a descriptor that learns.

    Raises ValueError: see `find_descriptor`; or it must be fitted, and there are no or too few examples;
    SevenviewsError: the bundle is damaged.
    """
    found = find_descriptor(name)
    if isinstance(found, Descriptor):
        return found
    if examples is None:
        raise ValueError(f"{name} must be fitted, and there are no drawings to fit it on")
    return found.fit(examples(found.side))
