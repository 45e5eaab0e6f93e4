"""Drawings to unit vectors: the one preprocessing, model bundles and ONNX Runtime sessions.

Used by training and serving alike, so that both see the same pixels. May import `designs` and `images`, nothing else
of ours; knows neither gRPC nor Ray nor torch. Needs Pillow; `encoder.session` and `encoder.encoder`, which run the
network, are imported by name and need the extra `encoder`, so that who only reads images needs no ONNX Runtime.
"""

from sevenviews.encoder.bundle import Bundle, Manifest, load_bundle, write_bundle
from sevenviews.encoder.preprocess import preprocess
from sevenviews.encoder.store import ModelStore, default_bundle_path
from sevenviews.images import decode

__all__ = [
    "Bundle",
    "Manifest",
    "ModelStore",
    "decode",
    "default_bundle_path",
    "load_bundle",
    "preprocess",
    "write_bundle",
]
