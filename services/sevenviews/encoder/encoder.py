"""Image bytes to vectors, in one object."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sevenviews.designs import CropBox
from sevenviews.encoder.bundle import Bundle
from sevenviews.encoder.preprocess import preprocess
from sevenviews.encoder.session import EncoderSession, Provider
from sevenviews.images import decode, working_bytes


class Encoder:
    """A loaded model with its preprocessing. Safe to share between threads."""

    def __init__(self, bundle: Bundle, provider: Provider = "cpu", threads: int = 1) -> None:
        self.session = EncoderSession(bundle, provider, threads)

    @property
    def version(self) -> str:
        """The bundle's content hash."""
        return self.session.bundle.version

    @property
    def dimension(self) -> int:
        """Length of the embeddings."""
        return self.session.dimension

    def working_bytes(self, content: bytes) -> int:
        """Memory that `prepare` takes at most. Raises what an image's header tells."""
        return working_bytes(content)

    def prepare(self, content: bytes, crop: CropBox | None = None) -> npt.NDArray[np.uint8]:
        """Decode and preprocess one image: uint8 [1, side, side]. Raises what `decode` raises."""
        return preprocess(decode(content, crop), self.session.image_size)

    def embed(self, drawings: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        """As EncoderSession.embed."""
        return self.session.embed(drawings)
