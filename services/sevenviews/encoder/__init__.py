"""Image bytes to unit vectors: decoding, the one preprocessing, model bundles and ONNX Runtime sessions.

Used by training and serving alike, so that both see the same pixels. May import `designs`, nothing else of ours;
knows neither gRPC nor Ray nor torch. Needs the extra `encoder`.
"""

from sevenviews.encoder.bundle import Bundle, Manifest, load_bundle, write_bundle
from sevenviews.encoder.encoder import Encoder
from sevenviews.encoder.images import decode
from sevenviews.encoder.preprocess import preprocess
from sevenviews.encoder.session import EncoderSession
from sevenviews.encoder.store import ModelStore, default_bundle_path

__all__ = [
    "Bundle",
    "Encoder",
    "EncoderSession",
    "Manifest",
    "ModelStore",
    "decode",
    "default_bundle_path",
    "load_bundle",
    "preprocess",
    "write_bundle",
]
