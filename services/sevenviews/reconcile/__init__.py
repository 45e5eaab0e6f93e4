"""Proves that the three stores agree: patents in SQL, drawings in the object store, vectors in every release.

Reaches them through the services, as the gateway does, and repairs by the gateway's own import. May import designs,
runtime, backends, the stubs and gateway.
"""

from sevenviews.reconcile.examination import Examination, examine
from sevenviews.reconcile.findings import Finding, FindingKind
from sevenviews.reconcile.repair import EVERYTHING, MOST_DELETED_PERCENT, repair
from sevenviews.reconcile.stores import Stores, open_stores

__all__ = [
    "EVERYTHING",
    "MOST_DELETED_PERCENT",
    "Examination",
    "Finding",
    "FindingKind",
    "Stores",
    "examine",
    "open_stores",
    "repair",
]
