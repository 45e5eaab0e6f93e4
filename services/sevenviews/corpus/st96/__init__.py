"""Designs in the XML of WIPO's standards ST.86 and ST.96, as EUIPO and the Hague registry give them out."""

from sevenviews.corpus.st96.reader import design_entries, holds_designs

__all__ = ["design_entries", "holds_designs"]
