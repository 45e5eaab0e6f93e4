"""What Milvus' errors mean to us, by their codes: words differ between versions, and mean many things.

"Not found" is said of collections, but also of channels, replicas, segments and nodes, which are there again in a
moment. Only a collection that the server says does not exist may be taken for a release that was retired; whatever
is not in these tables is an engine that does not answer, which callers ask again.

The codes of servers are those of `pkg/util/merr/errors.go` of Milvus, the same from 2.3.2 to 2.6. Milvus Lite 3 has
its own in `milvus_lite/adapter/grpc/errors.py`, some of which are other errors on a server: hence two tables. No
engine leaves us with words alone.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from enum import Enum, auto

import grpc
from pymilvus.exceptions import MilvusException

from sevenviews.designs import Reason, SevenviewsError


class Meaning(Enum):
    """What follows from an error."""

    COLLECTION_ABSENT = auto()
    ALIAS_ABSENT = auto()
    NOT_LOADED = auto()
    """The collection is there, but not in memory: it can be loaded."""

    FAULT_OF_OURS = auto()
    """The engine refuses a request that should never have been made: all that callers give has been checked."""

    UNAVAILABLE = auto()
    """Anything else, which the next attempt may not meet."""


SERVER: Mapping[int, Meaning] = {
    # ErrCollectionNotFound. Also where the reason says "can't find collection", for the sake of old clients.
    100: Meaning.COLLECTION_ABSENT,
    # ErrCollectionNotLoaded: released, or the server was started again. Not 103, "not fully loaded": it is loading.
    101: Meaning.NOT_LOADED,
    # ErrPartitionNotLoaded: a collection of ours has the one partition, which is loaded with it.
    201: Meaning.NOT_LOADED,
    # ErrParameterInvalid, ErrParameterMissing, ErrParameterTooLarge.
    1100: Meaning.FAULT_OF_OURS,
    1101: Meaning.FAULT_OF_OURS,
    1102: Meaning.FAULT_OF_OURS,
    # ErrAliasNotFound.
    1600: Meaning.ALIAS_ABSENT,
    # ErrCollectionIDOfAliasNotFound: the alias outlived its collection for a moment; it names nothing any more.
    1603: Meaning.ALIAS_ABSENT,
}

LITE: Mapping[int, Meaning] = {
    # IllegalArgument: a schema, a row or an expression that it refuses. On a server, 6 is cross-cluster routing.
    6: Meaning.FAULT_OF_OURS,
    # CollectionNotFoundError: of a collection, and of an alias as well, where only an alias was asked for.
    100: Meaning.COLLECTION_ABSENT,
    # CollectionNotLoadedError: opened again from the disk.
    101: Meaning.NOT_LOADED,
}


class CollectionAbsentError(Exception):
    """The engine knows no collection of that name; Milvus Lite says so of an alias too."""


class AliasAbsentError(Exception):
    """The engine knows no alias of that name, or none that leads anywhere."""


class NotLoadedError(Exception):
    """The collection is there, but not in memory."""


def meaning(error: MilvusException, *, lite: bool) -> Meaning:
    """What an exception of pymilvus says. Its code may be a number, or a grpc.StatusCode where no answer came."""
    table = LITE if lite else SERVER
    return table.get(error.code, Meaning.UNAVAILABLE) if isinstance(error.code, int) else Meaning.UNAVAILABLE


@contextlib.contextmanager
def translated(*, lite: bool) -> Iterator[None]:
    """Raise our own errors for those of pymilvus.

    Raises:
        CollectionAbsentError: there is no such collection.
        AliasAbsentError: there is no such alias.
        NotLoadedError: it must be loaded first.
        MilvusException: a fault of ours.
        SevenviewsError: DEPENDENCY_UNAVAILABLE.
    """
    try:
        yield
    except MilvusException as error:
        match meaning(error, lite=lite):
            case Meaning.COLLECTION_ABSENT:
                raise CollectionAbsentError(str(error.message)) from error
            case Meaning.ALIAS_ABSENT:
                raise AliasAbsentError(str(error.message)) from error
            case Meaning.NOT_LOADED:
                raise NotLoadedError(str(error.message)) from error
            case Meaning.FAULT_OF_OURS:
                raise
            case Meaning.UNAVAILABLE:
                raise unavailable(str(error.message)) from error
    except grpc.RpcError as error:
        raise unavailable(str(error)) from error


def unavailable(why: str) -> SevenviewsError:
    """The error of an engine that does not answer."""
    return SevenviewsError(
        Reason.DEPENDENCY_UNAVAILABLE, f"Milvus does not answer: {why}", {"service": "milvus"}
    )
