"""The USPTO's weekly bulk data: a tar or ZIP that holds a ZIP a patent, each with the grant's XML and its sheets."""

from sevenviews.corpus.uspto.bulk import (
    UsptoEntry,
    entries_beside,
    is_patent_zip,
    is_uspto_file,
    uspto_entries,
)

__all__ = ["UsptoEntry", "entries_beside", "is_patent_zip", "is_uspto_file", "uspto_entries"]
