"""The USPTO's weekly bulk data: I<week>.tar holding a ZIP a patent, each with the grant's XML and its
sheets.
"""

from sevenviews.corpus.uspto.bulk import UsptoEntry, is_uspto_file, uspto_entries, zip_entry

__all__ = ["UsptoEntry", "is_uspto_file", "uspto_entries", "zip_entry"]
