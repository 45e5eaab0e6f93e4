"""The refresh: train a new model, prove it, embed every drawing with it, and move the searches over.

A state machine of named steps (`steps`), each idempotent, whose record lies in the metadata service, so that any
process can go on where another was cut off. It speaks to the services through `backends`, reads images from the
object store itself, and runs the heavy parts on Ray: training on Ray Train, embedding on Ray Data.

    plan -> snapshot -> train -> evaluate -> gate -> publish -> load -> create -> embed -> index -> catch up
         -> verify -> promote -> settle -> retire

Above the services, like `reconcile`; may import designs, corpus, encoder, runtime, backends, lab, training, and of
metadata the port to the object store.
"""
