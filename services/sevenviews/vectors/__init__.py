"""The vector service: Milvus behind the DesignIndex port, and releases that pin a model to a collection.

Milvus holds everything, so that replicas keep no state: a release is a collection with its facts in the collection's
properties (`release_facts`), and the newest of the aliases `serving_1`, `serving_2`, … names the one that answers
searches (`turns`). Patents are found and ranked here, in two stages (`patent_search`).

May import designs, ranking, runtime, backends and the stubs. Needs the extra `vectors`.
"""
