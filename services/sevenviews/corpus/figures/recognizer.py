"""Reads a line of text: PaddleOCR's recogniser (PP-OCRv6, small) as the rapidocr wheel carries it, without
rapidocr.

Only the network is needed: its own package would import much, and might fetch models. Input N × 3 × 48 × W
in [-1, 1]; output N × T × characters, softmax; decoded greedily (CTC) over the characters that the text may
have: few in a label, many in print.
"""

from __future__ import annotations

import functools
import string
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from sevenviews.corpus.figures.sheet import Grey
from sevenviews.corpus.view_characters import VIEW_CHARACTERS

MODEL_FILE = "PP-OCRv6_rec_small.onnx"
ALPHABET = string.ascii_letters + string.digits + ".,-:'/() " + VIEW_CHARACTERS

_HEIGHT = 48
_MIN_WIDTH = 48
_BATCH = 8
_BLANK = 0


@dataclass(frozen=True, slots=True)
class Reading:
    """How lines are read.

    Attributes:
        alphabet: the characters that they may have.
        longest: of a line set to 48 pixels' height, in pixels; a longer one is squeezed.
    """

    alphabet: str
    longest: int


LABELS = Reading(ALPHABET, 480)
PRINT = Reading("".join(chr(code) for code in (*range(0x20, 0x7F), *range(0xA1, 0x180))) + "–—‘’“”•", 1800)
"""A column of a patent's page, in the languages of Western and Central Europe."""


class Recognizer:
    """A session of one thread. It may be used from several threads."""

    def __init__(self, model: Path) -> None:
        # Imported late: a corpus without sheets to read needs no runtime for networks.
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._session: Any = onnxruntime.InferenceSession(
            str(model), options, providers=["CPUExecutionProvider"]
        )
        self._input: str = self._session.get_inputs()[0].name
        characters = self._session.get_modelmeta().custom_metadata_map["character"].splitlines()
        self._known = [*characters, " "]
        self._kept = functools.cache(self._columns_of)

    def read(self, lines: Sequence[Grey], reading: Reading = LABELS) -> list[tuple[str, float]]:
        """The text of each upright line (height × width, dark on light), and how sure it is (0 to 1)."""
        columns, characters = self._kept(reading.alphabet)
        scaled = [_scaled(line, reading.longest) for line in lines]
        order = sorted(range(len(lines)), key=lambda index: scaled[index].shape[1])
        texts: list[tuple[str, float]] = [("", 0.0)] * len(lines)
        for start in range(0, len(order), _BATCH):
            batch = order[start : start + _BATCH]
            (scores,) = self._session.run(None, {self._input: _stacked([scaled[index] for index in batch])})
            for index, steps in zip(batch, scores[:, :, columns], strict=True):
                texts[index] = _decode(steps, characters)
        return texts

    def _columns_of(self, alphabet: str) -> tuple[NDArray[np.intp], list[str]]:
        """The columns of the output that count, the blank's first, and their characters."""
        kept = [(index, character) for index, character in enumerate(self._known, 1) if character in alphabet]
        columns = np.array([_BLANK, *(index for index, _ in kept)], np.intp)
        return columns, ["", *(character for _, character in kept)]


@functools.cache
def recognizer() -> Recognizer:
    """The process's recogniser, loaded on first use.

    Raises:
        FileNotFoundError: the rapidocr package, or its model, is not installed.
    """
    spec = find_spec("rapidocr")
    if spec is None or spec.origin is None:
        raise FileNotFoundError(
            "reading figure labels needs the package rapidocr: it comes with the extra [corpus]"
        )
    model = Path(spec.origin).parent / "models" / MODEL_FILE
    if not model.is_file():
        raise FileNotFoundError(f"this version of rapidocr carries no {MODEL_FILE}")
    return Recognizer(model)


def _decode(steps: NDArray[np.float32], characters: Sequence[str]) -> tuple[str, float]:
    """Greedy CTC: the best character of each step, repetitions and blanks dropped."""
    best = steps.argmax(axis=1)
    starts = np.flatnonzero((best != _BLANK) & (best != np.concatenate(([_BLANK], best[:-1]))))
    text = "".join(characters[best[step]] for step in starts)
    return text.strip(), float(steps[starts, best[starts]].mean()) if len(starts) else 0.0


def _scaled(line: Grey, longest: int) -> Grey:
    height, width = line.shape
    new_width = int(np.clip(round(width * _HEIGHT / height), _MIN_WIDTH, longest))
    return np.asarray(cv2.resize(line, (new_width, _HEIGHT), interpolation=cv2.INTER_AREA), np.uint8)


def _stacked(lines: Sequence[Grey]) -> NDArray[np.float32]:
    width = max(line.shape[1] for line in lines)
    batch = np.full((len(lines), _HEIGHT, width), 255, np.uint8)
    for row, line in zip(batch, lines, strict=True):
        row[:, : line.shape[1]] = line
    normal = batch.astype(np.float32) / 127.5 - 1
    return np.repeat(normal[:, None], 3, axis=1)
