"""The index of nonces has the nonce first

Revision: 0002, after 0001.
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nonces that begin with their time go to the index's end, whoever makes them."""
    with op.batch_alter_table("messages") as messages:
        messages.drop_constraint("uq_messages_author_id_nonce", type_="unique")
        messages.create_unique_constraint("uq_messages_nonce_author_id", ["nonce", "author_id"])


def downgrade() -> None:
    """By author, as before."""
    with op.batch_alter_table("messages") as messages:
        messages.drop_constraint("uq_messages_nonce_author_id", type_="unique")
        messages.create_unique_constraint("uq_messages_author_id_nonce", ["author_id", "nonce"])
