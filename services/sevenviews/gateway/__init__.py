"""The gateway: search and import, the use cases over the three services that it meets on the wire only.

A search goes one way (`search`): serving release (`releases`) -> vectors of what asks (`query_sources`,
`query_embeddings`, `cache`) -> ranked patents of the vector service -> those of them that are published, page by page
(`paging`) -> answer. What its later pages need is kept by a cursor (`cursor`, `cursor_store`).
An import goes the other way round and ends with the publication of the patent (`importing`).

What the use cases need of the services, and how it is reached, is in `backends`. `search_servicer`,
`catalog_servicer` and `server_servicer` only translate. `bootstrap` wires it all.

May import designs, encoder, runtime, backends and the stubs.
"""
