"""Source documents -> patents with drawings.

`iter_entries` finds the reader for whatever lies at a path: USPTO bulk data, patents as PDF,
DeepPatent, PatentNet, folders and tars of views, tars of single drawings. A sheet is split into its figures by
`corpus.figures`.

May import designs and encoder, nothing else of ours. Needs the extra `corpus`.
"""

from sevenviews.corpus.dispatch import UnknownLayoutError, iter_entries
from sevenviews.corpus.entry import (
    BrokenEntry,
    CorpusEntry,
    CorpusPatent,
    NotADesign,
    Problem,
    ProblemReason,
    UnreadableEntryError,
)

__all__ = [
    "BrokenEntry",
    "CorpusEntry",
    "CorpusPatent",
    "NotADesign",
    "Problem",
    "ProblemReason",
    "UnknownLayoutError",
    "UnreadableEntryError",
    "iter_entries",
]
