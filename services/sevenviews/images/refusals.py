"""What is said of an image that is not taken."""

from __future__ import annotations

import struct

from sevenviews.designs import Reason, SevenviewsError

ALLOWED_FORMATS = ("JPEG", "PNG", "TIFF", "WEBP")
"""What the services take."""

MIN_SIDE = 16
"""Pixels; less cannot be compared."""

Unreadable = (
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    ArithmeticError,
    LookupError,
    TypeError,
    struct.error,
)
"""What Pillow raises at damaged files."""


def corrupt(error: object) -> SevenviewsError:
    """IMAGE_CORRUPT."""
    return SevenviewsError(Reason.IMAGE_CORRUPT, f"the image is truncated or damaged: {error}")


def unsupported(kind: str) -> SevenviewsError:
    """IMAGE_FORMAT_UNSUPPORTED; the kind as one says it: "a BMP"."""
    allowed = ", ".join(ALLOWED_FORMATS)
    return SevenviewsError(
        Reason.IMAGE_FORMAT_UNSUPPORTED, f"the image is {kind}; allowed are {allowed}", {"allowed": allowed}
    )


def not_an_image(content: bytes) -> SevenviewsError:
    """IMAGE_FORMAT_UNSUPPORTED, of what Pillow does not know; IMAGE_CORRUPT, where it begins as an allowed format."""
    kinds = {b"%PDF": "a PDF", b"GIF8": "a GIF", b"PK\x03\x04": "a ZIP archive", b"BM": "a BMP"}
    if content.startswith((b"II*\0", b"MM\0*", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")):
        return corrupt("its header cannot be read")
    return unsupported(
        next((name for start, name in kinds.items() if content.startswith(start)), "of an unknown format")
    )


def too_many_pages(most: int) -> SevenviewsError:
    """IMAGE_ANIMATED: at least one page more than are taken."""
    if most == 1:
        message = "the image has several frames; send one drawing an image"
    else:
        message = f"the image has more than {most} pages"
    return SevenviewsError(Reason.IMAGE_ANIMATED, message, {"frames": str(most + 1)})


def check_side(width: int, height: int) -> None:
    """Raises IMAGE_TOO_SMALL."""
    if min(width, height) < MIN_SIDE:
        raise SevenviewsError(
            Reason.IMAGE_TOO_SMALL,
            f"{width} × {height} pixels are too few; either side needs {MIN_SIDE}",
            {"width": str(width), "height": str(height), "minimum": str(MIN_SIDE)},
        )
