"""What stands behind the gateway, as its callers see it: one set of ports, wire clients and shared records.

`records` and `refreshes` are what the embedding, vector and metadata services tell. `…_messages` turn them into the
messages of sevenviews.internal.v1 and back, once for all. Above these stand two ways of asking: clients that await,
for servers (`embedding_client`, `vector_client`, `patent_client`, by the rules of `remote`), and `blocking`, for jobs
and commands. `ports` says what the gateway's use cases need of the former.

The services themselves keep types of their own: what the vector service stores of a release, and what a caller
knows of it, change at different times, as the two are deployed at different times; the wire lies between. Nobody
else speaks sevenviews.internal.

May import designs, runtime and the stubs.
"""
