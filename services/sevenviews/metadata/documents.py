"""A patent as the database keeps it, and the digest of its content.

It is kept encoded. Beside it stands JSON: a service of the version before reads and writes that alone, and the digest
is made of it.
"""

from __future__ import annotations

import hashlib
import json

from google.protobuf import json_format

from sevenviews.designs import Patent
from sevenviews.runtime.encoded import EncodedPatent
from sevenviews.runtime.patent_wire import patent_to_wire
from sevenviews.v1 import patent_pb2


def to_document(patent: Patent) -> str:
    """JSON of the patent's message; the same patent gives the same text."""
    message = json_format.MessageToDict(patent_to_wire(patent), preserving_proto_field_name=True)
    return json.dumps(message, sort_keys=True, ensure_ascii=False)


def from_document(patent_id: str, document: str) -> EncodedPatent:
    """The patent of a document; what only a newer version has a word for is left out."""
    message = json_format.ParseDict(json.loads(document), patent_pb2.Patent(), ignore_unknown_fields=True)
    return EncodedPatent(patent_id, message.SerializeToString(deterministic=True))


def content_digest(patent: Patent) -> str:
    """SHA-256 of bibliography and images, hexadecimal.

    Where the patent was read from does not count: the same content in another archive is the same patent. The
    images are part of it by the digests of the drawings.
    """
    message = json.loads(to_document(patent))
    message.pop("source_digest", None)
    return hashlib.sha256(json.dumps(message, sort_keys=True).encode()).hexdigest()
