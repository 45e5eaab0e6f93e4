"""From a sheet to its figures: find and read the labels, take them away, cut the figures out, turn them
upright.

The stages, a file each: `sheet` decodes; `components` finds connected ink; `textlines` proposes what may be
text; `recognizer` reads it; `labels` keeps what is a figure label; `header` takes away the page's running
head; `partition` gives the ink to the labels; `cut` puts it together for a sheet, `numbering` for a patent,
and `query` for whatever a user searches with.
"""

from sevenviews.corpus.figures.cut import CutFigure, cut_sheet
from sevenviews.corpus.figures.numbering import number_figures
from sevenviews.corpus.figures.query import QueryDrawing, query_drawings

__all__ = ["CutFigure", "QueryDrawing", "cut_sheet", "number_figures", "query_drawings"]
