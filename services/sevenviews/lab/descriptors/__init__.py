"""Drawings to vectors: the networks, and the classic descriptors that DeepPatent compares with, one a file.

Every descriptor sees the drawing as the encoder's preprocessing leaves it: cropped, square, black on white.
"""

from sevenviews.lab.descriptors.catalogue import CLASSIC, find_descriptor, open_descriptor
from sevenviews.lab.descriptors.descriptor import Descriptor, Drawings, FittedDescriptor, Vectors

__all__ = [
    "CLASSIC",
    "Descriptor",
    "Drawings",
    "FittedDescriptor",
    "Vectors",
    "find_descriptor",
    "open_descriptor",
]
