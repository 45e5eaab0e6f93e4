"""Run by Alembic, over the connection that `metadata.migrate` hands it."""

from alembic import context

from sevenviews.metadata.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
