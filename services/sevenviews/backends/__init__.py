"""What stands behind the gateway, as its callers see it: wire clients and shared records.

`records` and `refreshes` are what the embedding, vector and metadata services tell. `…_messages` turn them into the
messages of sevenviews.internal.v1 and back, once for all. Above these stand two ways of asking: clients that await,
for servers (`embedding_client`, `vector_client`, `patent_client`, by the rules of `remote`), and `blocking`, for jobs
and commands.

What a service and its callers mean alike they share, such as a drawing that was found or a generation. Where the
service knows more, as the vector service of a release, it keeps a type of its own: the two are deployed at different
times, and the wire lies between. Nobody else speaks sevenviews.internal.

May import designs, runtime and the stubs.
"""
