"""The gateway: search and import, the use cases over the three services that it meets on the wire only.

A search goes one way: images -> serving release (`releases`) -> query embeddings (`query_embeddings`,
`cache`) -> nearest drawings (`candidates`) -> ranked patents (`ranking`) -> bibliography (`hydration`) ->
answer (`search`).
An import goes the other way round and ends with the publication of the patent (`importing`).

What the use cases need of the services, and how it is reached, is in `backends`. `search_servicer`,
`catalog_servicer` and `server_servicer` only translate. `bootstrap` wires it all.

May import designs, encoder, runtime, backends and the stubs.
"""
