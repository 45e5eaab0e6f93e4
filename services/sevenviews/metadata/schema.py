"""The tables. `migrations` makes them; a test holds the two equal."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

from sevenviews.metadata.patent_table import MAX_SOURCE_LENGTH

metadata = MetaData()

PATENT_ID_LENGTH = 64

patents = Table(
    "patents",
    metadata,
    Column("patent_id", String(PATENT_ID_LENGTH), primary_key=True),
    # Of the last put or deletion. The row of a deleted patent stays for the sake of this number alone.
    Column("generation", BigInteger, nullable=False),
    # Of what readers see; 0: nothing. What is staged is always of the last generation.
    Column("published_generation", BigInteger, nullable=False),
    # That made it so, publication or deletion; 0: it was before they were numbered.
    Column("change", BigInteger, nullable=False, server_default="0"),
    # What the filters need, of the published content; of the staged, where nothing is published.
    Column("office", String(8), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("publication_date", Date),
    Column("filing_date", Date),
    # The whole patent as JSON, with the digest of its content; null where there is none. `patent_messages` is what is
    # read; a service of the version before knows this alone.
    Column("published_digest", String(64)),
    Column("published_document", Text),
    Column("staged_digest", String(64)),
    Column("staged_document", Text),
    Index("ix_patents_by_publication_date", "publication_date", "patent_id"),
    Index("ix_patents_by_filing_date", "filing_date", "patent_id"),
)

patent_messages = Table(
    "patent_messages",
    metadata,
    Column("patent_id", ForeignKey("patents.patent_id", ondelete="CASCADE"), primary_key=True),
    # What a generation holds never changes.
    Column("generation", BigInteger, primary_key=True),
    # The whole patent: a sevenviews.v1.Patent.
    Column("message", LargeBinary, nullable=False),
    # What a list of hits needs of it: a sevenviews.internal.v1.PatentSummary.
    Column("summary", LargeBinary, nullable=False),
)

changes = Table(
    "changes",
    metadata,
    # The table has one row.
    Column("one", Integer, primary_key=True, autoincrement=False),
    Column("last", BigInteger, nullable=False),
)

patent_locarno = Table(
    "patent_locarno",
    metadata,
    Column("patent_id", ForeignKey("patents.patent_id", ondelete="CASCADE"), primary_key=True),
    Column("class_number", Integer, primary_key=True),
    # 0: the patent names the whole class.
    Column("subclass_number", Integer, primary_key=True),
    Index("ix_patent_locarno_class", "class_number", "subclass_number"),
)

patent_uspc = Table(
    "patent_uspc",
    metadata,
    Column("patent_id", ForeignKey("patents.patent_id", ondelete="CASCADE"), primary_key=True),
    # As designs.terms.uspc_terms gives them.
    Column("term", String(64), primary_key=True),
    Index("ix_patent_uspc_term", "term"),
)

patent_holders = Table(
    "patent_holders",
    metadata,
    Column("patent_id", ForeignKey("patents.patent_id", ondelete="CASCADE"), primary_key=True),
    # As designs.terms.holder_terms gives them.
    Column("name", String(512), primary_key=True),
    Index("ix_patent_holders_name", "name"),
)

patent_inventors = Table(
    "patent_inventors",
    metadata,
    Column("patent_id", ForeignKey("patents.patent_id", ondelete="CASCADE"), primary_key=True),
    # As designs.terms.person_terms gives them.
    Column("name", String(512), primary_key=True),
    Index("ix_patent_inventors_name", "name"),
)

patent_sources = Table(
    "patent_sources",
    metadata,
    # Of what is published: several, where other archives had the same content.
    Column("patent_id", ForeignKey("patents.patent_id", ondelete="CASCADE"), primary_key=True),
    Column("source_digest", String(MAX_SOURCE_LENGTH), primary_key=True),
    Index("ix_patent_sources_source_digest", "source_digest"),
)

FAMILY_KEY_LENGTH = 320

patent_families = Table(
    "patent_families",
    metadata,
    # Of what is published.
    Column("patent_id", ForeignKey("patents.patent_id", ondelete="CASCADE"), primary_key=True),
    # As designs.kin_keys gives them.
    Column("family_key", String(FAMILY_KEY_LENGTH), primary_key=True),
    Index("ix_patent_families_family_key", "family_key"),
)

FILTER_TABLES = (patent_locarno, patent_uspc, patent_holders, patent_inventors)
"""What the filters need of which a patent has several."""

drawings = Table(
    "drawings",
    metadata,
    Column("drawing_id", String(80), primary_key=True),
    Column("staged", Boolean, primary_key=True),
    Column("patent_id", ForeignKey("patents.patent_id", ondelete="CASCADE"), nullable=False),
    Column("object_key", String(128), nullable=False),
    Index("ix_drawings_patent", "patent_id"),
    Index("ix_drawings_object_key", "object_key"),
)

refreshes = Table(
    "refreshes",
    metadata,
    Column("refresh_id", String(40), primary_key=True),
    Column("state", String(16), nullable=False),
    # Of the holder of the lock that wrote the row.
    Column("fencing_token", BigInteger, nullable=False),
    # UTC.
    Column("started", DateTime(timezone=True), nullable=False),
    # The whole record as JSON.
    Column("document", Text, nullable=False),
    Index("ix_refreshes_started", "started"),
)
