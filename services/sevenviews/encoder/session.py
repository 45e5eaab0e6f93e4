"""A bundle's network in ONNX Runtime, on a core or a GPU."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt
import onnxruntime as ort

from sevenviews.designs import Reason, SevenviewsError
from sevenviews.encoder.bundle import MODEL_FILE, Bundle

INPUT = "drawings"
OUTPUT = "embeddings"

Provider = Literal["cpu", "cuda"]

_PROVIDERS = {"cpu": "CPUExecutionProvider", "cuda": "CUDAExecutionProvider"}
_MAX_BATCH = 64
"""More at once costs memory and gains nothing."""


class EncoderSession:
    """Runs the network of a bundle. Safe to share between threads.

    Args:
        bundle: checked by `load_bundle`.
        provider: "cuda" raises if the GPU cannot be used, rather than to fall back in silence.
        threads: on the CPU; two sessions of one thread do about twice the work of one session of two.
    """

    def __init__(self, bundle: Bundle, provider: Provider = "cpu", threads: int = 1) -> None:
        self.bundle = bundle
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        # A waiting thread must not burn the core that decodes the next image.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.log_severity_level = 3
        name = _PROVIDERS[provider]
        if name not in ort.get_available_providers():
            raise ValueError(f"ONNX Runtime has no {name} here; it has {ort.get_available_providers()}")
        try:
            self._session = ort.InferenceSession(str(bundle.model_path), options, providers=[name])
        except Exception as error:
            raise SevenviewsError(
                Reason.MODEL_BUNDLE_INVALID,
                f"{MODEL_FILE} of {bundle.version} cannot be loaded: {error}",
                {"model_version": bundle.version, "file": MODEL_FILE},
            ) from error
        if (actual := self._session.get_providers()[0]) != name:
            raise ValueError(f"ONNX Runtime fell back from {name} to {actual}")
        self.provider = name

    @property
    def image_size(self) -> int:
        """Side of the square input, in pixels."""
        return self.bundle.manifest.image_size

    @property
    def dimension(self) -> int:
        """Length of the embeddings."""
        return self.bundle.manifest.dimension

    def embed(self, drawings: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        """Embed preprocessed drawings.

        Args:
            drawings: uint8 [n, 1, side, side], from `preprocess`.

        Returns:
            float32 [n, dimension], each row of unit length.
        """
        parts = [self._run(drawings[at : at + _MAX_BATCH]) for at in range(0, len(drawings), _MAX_BATCH)]
        return np.concatenate(parts) if parts else np.empty((0, self.dimension), np.float32)

    def _run(self, drawings: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        (embeddings,) = self._session.run([OUTPUT], {INPUT: drawings})
        return np.asarray(embeddings, dtype=np.float32)
