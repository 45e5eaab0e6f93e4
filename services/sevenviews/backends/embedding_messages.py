"""Between the messages of embedding.proto and the records."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sevenviews.backends.records import ImageInput, Model, Vector
from sevenviews.designs import SevenviewsError
from sevenviews.internal.v1 import embedding_pb2
from sevenviews.runtime.calibrations import calibration_of
from sevenviews.runtime.status import error_from_item
from sevenviews.runtime.wire import crop_to_wire


def embed_request(images: Sequence[ImageInput], model_version: str) -> embedding_pb2.EmbedImagesRequest:
    return embedding_pb2.EmbedImagesRequest(model_version=model_version, images=map(_image_to_wire, images))


def result_from_wire(wire: embedding_pb2.EmbedResult) -> Vector | SevenviewsError:
    error = error_from_item(wire.status)
    return np.array(wire.embedding.values, np.float32) if error is None else error


def model_from_wire(wire: embedding_pb2.Model) -> Model:
    return Model(wire.model_version, wire.dimension, wire.is_default, calibration_of(wire))


def _image_to_wire(image: ImageInput) -> embedding_pb2.ImageContent:
    crop = None if image.crop is None else crop_to_wire(image.crop)
    return embedding_pb2.ImageContent(content=image.content, crop=crop)
