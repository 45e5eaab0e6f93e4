"""The one table of what each role may do. A test compares it with the protos: no rpc is without its line."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from sevenviews.designs import Reason, SevenviewsError
from sevenviews.runtime.identity import Caller, Role

_SEARCH = "/sevenviews.v1.SearchService/"
_CATALOG = "/sevenviews.v1.CatalogService/"

_EVERYONE = frozenset(Role)
_READS = frozenset({Role.READER, Role.OPERATOR})
_IMPORTS = frozenset({Role.IMPORTER, Role.OPERATOR})
_OPERATES = frozenset({Role.OPERATOR})

ROLES: Mapping[str, frozenset[Role]] = MappingProxyType(
    {
        _SEARCH + "SearchDesigns": _READS,
        _SEARCH + "BatchSearchDesigns": _READS,
        _CATALOG + "GetCatalogPatent": _READS,
        _CATALOG + "BatchGetCatalogPatents": _READS,
        _CATALOG + "ListCatalogPatents": _READS,
        _CATALOG + "GetCatalogFacets": _READS,
        _CATALOG + "GetCatalogDrawing": _READS,
        _CATALOG + "BatchGetCatalogDrawings": _READS,
        # What is stored already is not imported again.
        _CATALOG + "FindCatalogSources": _IMPORTS | _READS,
        # Replacing a patent is an import of it; what was there before is in the file that it came from.
        _CATALOG + "ImportPatents": _IMPORTS,
        _CATALOG + "DeleteCatalogPatents": _OPERATES,
        "/sevenviews.v1.ReleaseService/ListSearchReleases": _OPERATES,
        "/sevenviews.v1.ReleaseService/PromoteSearchRelease": _OPERATES,
        "/sevenviews.v1.ServerService/GetServerInfo": _EVERYONE,
        # Operators are among those whom it tells of.
        "/sevenviews.v1.AuditService/ReadAuditEvents": frozenset({Role.AUDITOR}),
    }
)
"""By "/package.Service/Method": any of these roles is enough. Health is answered to all, reflection to everyone who
can be identified."""


def check(caller: Caller, method: str) -> None:
    """Raises SevenviewsError ROLE_MISSING; also for a method that the table does not have."""
    allowed = ROLES.get(method, frozenset())
    if caller.roles & allowed:
        return
    names = ", ".join(sorted(allowed)) or "none"
    raise SevenviewsError(
        Reason.ROLE_MISSING,
        f"{method} may be called with the role {names}; the credential gives {_listed(caller.roles)}",
        {"method": method, "roles": names},
    )


def _listed(roles: frozenset[Role]) -> str:
    return ", ".join(sorted(roles)) or "none"
