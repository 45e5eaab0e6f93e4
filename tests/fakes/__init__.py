"""Services and their stores in memory, for tests.

The real protos on real sockets, with faults on demand: `server`, `embedding`, `vectors`, `patents`, and all three
together in `services`. The ports of the services, which the contract suites hold to what the real adapters do:
`design_index` of the vector service, `patent_stores` of the metadata service.
"""
