"""How much of each count is of responses that were too old to be kept."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    column = sa.Column("archived", sa.Integer, nullable=False, server_default="0")
    op.add_column("counts", column)
