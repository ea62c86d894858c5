"""What Alembic runs: the migrations, over the connection that it was handed."""

from alembic import context

from hatch_vibesafe.store.ledger.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True)
context.run_migrations()
