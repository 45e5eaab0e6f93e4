"""The real servers, for every contract suite."""

from tests.contract.milvus_server import milvus_server, milvus_url
from tests.contract.postgresql_server import postgresql_url
from tests.contract.s3_server import s3_endpoint

__all__ = ["milvus_server", "milvus_url", "postgresql_url", "s3_endpoint"]
