"""TIFFs whose colours lie apart, one after the other, with alpha: Pillow knows no way to read some of them."""

from __future__ import annotations

from typing import TypeGuard

from PIL import Image
from PIL.TiffImagePlugin import TiffImageFile

_JOINED = {("L", "A"): "LA", ("L", "a"): "La", ("R", "G", "B", "a"): "RGBa"}


def lies_apart(image: Image.Image) -> TypeGuard[TiffImageFile]:
    """Whether an image that is not loaded yet has to be read by `joined`."""
    return isinstance(image, TiffImageFile) and _bands(image) in _JOINED


def joined(image: TiffImageFile) -> Image.Image:
    """The planes put together, as the file has them: not turned.

    Raises:
        OSError: the file ends within them.
    """
    bands = _bands(image)
    planes = {band: Image.new("L", image.size) for band in bands}
    for tile in image.tile:
        left, top, right, bottom = tile.extents or (0, 0, *image.size)
        width, height = right - left, bottom - top
        content = b""
        if image.fp is not None:
            image.fp.seek(tile.offset)
            content = image.fp.read(width * height)
        if len(content) < width * height:
            raise OSError("image file is truncated")
        planes[str((tile.args or " ")[0])].paste(Image.frombytes("L", (width, height), content), (left, top))
    return Image.merge(_JOINED[bands], [planes[band] for band in bands])


def _bands(image: TiffImageFile) -> tuple[str, ...]:
    if not all(tile.codec_name == "raw" for tile in image.tile):
        return ()
    return tuple(dict.fromkeys(str((tile.args or " ")[0]) for tile in image.tile))
