"""The packaged model behind LitServe, as its documentation has it; the argument is its port.

POST /predict {"image": base64} gives {"vector": [...]}.
"""

from __future__ import annotations

import base64
import sys
from collections.abc import Sequence

import litserve  # type: ignore[import-untyped]
import numpy as np
import numpy.typing as npt

from sevenviews.bench.peers import end_with_starter
from sevenviews.encoder import default_bundle_path, load_bundle, preprocess
from sevenviews.encoder.session import EncoderSession
from sevenviews.images import decode


class Embedding(litserve.LitAPI):  # type: ignore[misc]  # it has no types
    """Its batches are those of our replicas."""

    def setup(self, device: str) -> None:  # noqa: ARG002 - LitServe names it
        self._session = EncoderSession(load_bundle(default_bundle_path()))

    # LitServe reads these annotations: with none it takes JSON, and gives it.

    def decode_request(self, request):  # type: ignore[no-untyped-def]
        return preprocess(decode(base64.b64decode(request["image"])), self._session.image_size)

    def batch(self, inputs: Sequence[npt.NDArray[np.uint8]]) -> npt.NDArray[np.uint8]:
        return np.stack(inputs)

    def predict(self, x: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        return self._session.embed(x)

    def unbatch(self, output: npt.NDArray[np.float32]) -> Sequence[npt.NDArray[np.float32]]:
        return list(output)

    def encode_response(self, output):  # type: ignore[no-untyped-def]
        return {"vector": output.tolist()}


if __name__ == "__main__":
    end_with_starter()
    api = Embedding(max_batch_size=16, batch_timeout=0.002)
    litserve.LitServer(api, accelerator="cpu").run(
        host="127.0.0.1", port=int(sys.argv[1]), generate_client_file=False, log_level="warning"
    )
