"""Alembic's way into the schema: on the connection that surveys.storage hands over."""

from alembic import context

from surveys.storage import SCHEMA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SCHEMA,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
