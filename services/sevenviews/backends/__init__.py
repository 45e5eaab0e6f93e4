"""What stands behind the gateway, as its callers see it: one set of ports, wire clients and shared records.

`ports` says what a use case needs of the embedding, vector and metadata services, in the words of `records` and of
the domain; `embedding_client`, `vector_client` and `patent_client` give it over gRPC, and `remote` says what a
failed call means.

May import designs, runtime and the stubs.
"""
