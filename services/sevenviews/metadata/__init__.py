"""The metadata service: patents in SQL, their drawings in an object store. Both are chosen by URL alone.

Searchable columns and side tables carry the filters; the whole patent is kept as a document beside them. Content is
staged first, and visible once it is published. Images are named by their own hash, so that writing one twice is
harmless, and only `AuditDrawings` removes any.

May import designs, encoder, runtime, backends and the stubs. Needs the extra `metadata`.
"""
