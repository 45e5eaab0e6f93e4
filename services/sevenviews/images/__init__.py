"""Image bytes to drawings in black on white: the only decoder, with the only limits.

Whatever decodes an image does it here: what cuts sheets, what embeds drawings, what stores and shows them, what
trains. So none of them sees other pixels than the others. May import `designs`, nothing else of ours. Needs Pillow.
"""

from sevenviews.images.decoding import (
    Page,
    content_box,
    decode,
    decode_colours,
    decode_grey,
    decode_page,
    decode_pages,
)
from sevenviews.images.fax import Damage
from sevenviews.images.flattening import INK_LEVEL
from sevenviews.images.header import FILE_FORMATS, MAX_PIXELS, MAX_WORKING_BYTES, page_count, working_bytes
from sevenviews.images.refusals import ALLOWED_FORMATS, MIN_SIDE

__all__ = [
    "ALLOWED_FORMATS",
    "FILE_FORMATS",
    "INK_LEVEL",
    "MAX_PIXELS",
    "MAX_WORKING_BYTES",
    "MIN_SIDE",
    "Damage",
    "Page",
    "content_box",
    "decode",
    "decode_colours",
    "decode_grey",
    "decode_page",
    "decode_pages",
    "page_count",
    "working_bytes",
]
