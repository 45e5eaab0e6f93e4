"""The vector service: Milvus behind the DesignIndex port, and releases that pin a model to a collection.

Milvus holds everything, so that replicas keep no state: a release is a collection with its facts in the collection's
properties, and the alias `serving` names the one that answers searches.

May import designs, encoder, runtime and the stubs. Needs the extra `vectors`.
"""
