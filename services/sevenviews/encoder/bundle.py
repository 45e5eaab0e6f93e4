"""A model as it is shipped: a directory of a manifest and an ONNX file. Its version is the hash of its content."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from sevenviews.designs import PACKAGED, Calibration, Reason, SevenviewsError
from sevenviews.encoder.preprocess import PREPROCESSING_VERSION

MANIFEST_FILE = "manifest.json"
MODEL_FILE = "model.onnx"
CALIBRATION_FILE = "calibration.json"
_VERSION_LENGTH = 16


@dataclass(frozen=True, slots=True)
class Manifest:
    """What must be known of a model to use it.

    Attributes:
        name: for people.
        image_size: side of the square input, in pixels.
        dimension: length of the embeddings.
        preprocessing: version of encoder.preprocess that it was trained with.
        files: SHA-256 of every other file, by name.
        created: date, ISO 8601.
        training: summary of how it was made; for people.
    """

    name: str
    image_size: int
    dimension: int
    preprocessing: str
    files: Mapping[str, str]
    created: str = ""
    training: Mapping[str, Any] = field(default_factory=dict)

    @property
    def version(self) -> str:
        """16 hexadecimal digits of the SHA-256 of all that decides the embeddings; name and date do not."""
        decisive = {
            "image_size": self.image_size,
            "dimension": self.dimension,
            "preprocessing": self.preprocessing,
            "model": self.files[MODEL_FILE],
        }
        return hashlib.sha256(json.dumps(decisive, sort_keys=True).encode()).hexdigest()[:_VERSION_LENGTH]


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle on disk whose files have been checked against its manifest.

    Attributes:
        path: of its directory.
        manifest: what it says of itself.
        calibration: of its scores; that of the packaged model, if it has none of its own.
    """

    path: Path
    manifest: Manifest
    calibration: Calibration = PACKAGED

    @property
    def version(self) -> str:
        """The content hash; releases pin it."""
        return self.manifest.version

    @property
    def model_path(self) -> Path:
        """The ONNX file: input `drawings` uint8 [n, 1, side, side], output `embeddings` float32 [n, dimension]."""
        return self.path / MODEL_FILE


def load_bundle(path: Path) -> Bundle:
    """Read a bundle and check every file.

    Raises:
        SevenviewsError: MODEL_NOT_FOUND, there is no bundle; MODEL_BUNDLE_INVALID, a file is missing or changed, or
            it was made for another preprocessing, or its calibration is none.
    """
    if not (path / MANIFEST_FILE).is_file():
        raise SevenviewsError(
            Reason.MODEL_NOT_FOUND, f"there is no model bundle at {path}", {"model_version": path.name}
        )
    manifest = _read_manifest(path)
    for name, digest in manifest.files.items():
        if Path(name).name != name:
            raise _invalid(path, name, "is outside the bundle")
        if not (path / name).is_file():
            raise _invalid(path, name, "is missing")
        if _digest(path / name) != digest:
            raise _invalid(path, name, "does not match the manifest: it was changed or damaged")
    if manifest.preprocessing != PREPROCESSING_VERSION:
        raise _invalid(
            path, MANIFEST_FILE, f"is for preprocessing {manifest.preprocessing}, not {PREPROCESSING_VERSION}"
        )
    return Bundle(path, manifest, _read_calibration(path, manifest))


def write_bundle(
    path: Path,
    model: Path,
    *,
    name: str,
    image_size: int,
    dimension: int,
    created: str = "",
    training: Mapping[str, Any] | None = None,
    attachments: tuple[Path, ...] = (),
) -> Bundle:
    """Make a bundle of an ONNX file; attachments (a model card) are hashed too, but do not decide the version."""
    path.mkdir(parents=True, exist_ok=True)
    sources = {MODEL_FILE: model, **{one.name: one for one in attachments}}
    for file_name, source in sources.items():
        if source.resolve() != (path / file_name).resolve():
            shutil.copyfile(source, path / file_name)
    manifest = Manifest(
        name=name,
        image_size=image_size,
        dimension=dimension,
        preprocessing=PREPROCESSING_VERSION,
        files={file_name: _digest(path / file_name) for file_name in sources},
        created=created,
        training=dict(training or {}),
    )
    _write_json(path / MANIFEST_FILE, asdict(manifest))
    return load_bundle(path)


def calibrate(bundle: Bundle, calibration: Calibration) -> Bundle:
    """Give a bundle a calibration of its own. Its version stays: the embeddings are the same."""
    path = bundle.path / CALIBRATION_FILE
    _write_json(path, asdict(calibration))
    files = {**bundle.manifest.files, CALIBRATION_FILE: _digest(path)}
    _write_json(bundle.path / MANIFEST_FILE, asdict(replace(bundle.manifest, files=files)))
    return load_bundle(bundle.path)


def _write_json(path: Path, content: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(content, indent=2) + "\n")


def _read_calibration(path: Path, manifest: Manifest) -> Calibration:
    if CALIBRATION_FILE not in manifest.files:
        return PACKAGED
    try:
        return Calibration(**json.loads((path / CALIBRATION_FILE).read_text()))
    except (ValueError, TypeError) as error:
        raise _invalid(path, CALIBRATION_FILE, f"cannot be read: {error}") from error


def _read_manifest(path: Path) -> Manifest:
    try:
        manifest = Manifest(**json.loads((path / MANIFEST_FILE).read_text()))
    except (ValueError, TypeError) as error:
        raise _invalid(path, MANIFEST_FILE, f"cannot be read: {error}") from error
    if MODEL_FILE not in manifest.files:
        raise _invalid(path, MANIFEST_FILE, f"does not name {MODEL_FILE}")
    return manifest


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _invalid(path: Path, file: str, what: str) -> SevenviewsError:
    return SevenviewsError(
        Reason.MODEL_BUNDLE_INVALID,
        f"model bundle {path.name}: {file} {what}",
        {"model_version": path.name, "file": file},
    )
