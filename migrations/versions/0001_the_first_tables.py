"""The first tables

Revision: 0001, after nothing.
"""

import sqlalchemy as sa
from alembic import op

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The first tables."""
    op.create_table('attempts',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=64), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_attempts'))
    )
    with op.batch_alter_table('attempts', schema=None) as batch_op:
        batch_op.create_index('ix_attempts_key_at', ['key', 'at'], unique=False)

    op.create_table('rooms',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('title', sa.String(length=80), nullable=False),
    sa.Column('epoch', sa.String(length=16), nullable=False),
    sa.Column('last_seq', sa.BigInteger(), nullable=False),
    sa.Column('member_count', sa.Integer(), nullable=False),
    sa.Column('slow_seconds', sa.Integer(), nullable=False),
    sa.Column('joining_closed', sa.Boolean(), nullable=False),
    sa.Column('muted_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('deleted_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_rooms'))
    )
    op.create_table('users',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('username', sa.String(length=32), nullable=False),
    sa.Column('skeleton', sa.String(length=256), nullable=False),
    sa.Column('display_name', sa.String(length=40), nullable=False),
    sa.Column('password_hash', sa.String(length=200), nullable=False),
    sa.Column('bot', sa.Boolean(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('disabled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('deleted_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_users')),
    sa.UniqueConstraint('skeleton', name=op.f('uq_users_skeleton'))
    )
    op.create_table('credentials',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('kind', sa.String(length=8), nullable=False),
    sa.Column('user_id', sa.String(length=40), nullable=False),
    sa.Column('secret_hash', sa.String(length=64), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('scopes', sa.String(length=40), nullable=False),
    sa.Column('remembered', sa.Boolean(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_used_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('end_reason', sa.String(length=16), nullable=True),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_credentials_user_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_credentials')),
    sa.UniqueConstraint('secret_hash', name=op.f('uq_credentials_secret_hash'))
    )
    with op.batch_alter_table('credentials', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_credentials_ended_at'), ['ended_at'], unique=False)
        batch_op.create_index('ix_credentials_user_id_ended_at', ['user_id', 'ended_at'], unique=False)

    op.create_table('entries',
    sa.Column('room_id', sa.String(length=40), nullable=False),
    sa.Column('seq', sa.BigInteger(), nullable=False),
    sa.Column('kind', sa.String(length=24), nullable=False),
    sa.Column('subject_id', sa.String(length=40), nullable=False),
    sa.Column('actor_id', sa.String(length=40), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('detail', sa.JSON(none_as_null=True), nullable=True),
    sa.ForeignKeyConstraint(['actor_id'], ['users.id'], name=op.f('fk_entries_actor_id_users')),
    sa.ForeignKeyConstraint(['room_id'], ['rooms.id'], name=op.f('fk_entries_room_id_rooms')),
    sa.PrimaryKeyConstraint('room_id', 'seq', name=op.f('pk_entries'))
    )
    deeds = sa.text("(kind LIKE 'member_%' OR kind = 'room_changed' OR kind = 'message_deleted')")
    with op.batch_alter_table('entries', schema=None) as batch_op:
        batch_op.create_index('ix_entries_deeds', ['room_id', 'seq'], unique=False, sqlite_where=deeds, postgresql_where=deeds)

    op.create_table('invites',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('token', sa.String(length=64), nullable=False),
    sa.Column('room_id', sa.String(length=40), nullable=False),
    sa.Column('created_by_id', sa.String(length=40), nullable=False),
    sa.Column('label', sa.String(length=80), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('made_after_seq', sa.BigInteger(), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('max_uses', sa.Integer(), nullable=True),
    sa.Column('uses', sa.Integer(), nullable=False),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('history', sa.String(length=8), nullable=False),
    sa.Column('asks_first', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['created_by_id'], ['users.id'], name=op.f('fk_invites_created_by_id_users')),
    sa.ForeignKeyConstraint(['room_id'], ['rooms.id'], name=op.f('fk_invites_room_id_rooms')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_invites')),
    sa.UniqueConstraint('token', name=op.f('uq_invites_token'))
    )
    with op.batch_alter_table('invites', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_invites_room_id'), ['room_id'], unique=False)

    op.create_table('purges',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('room_id', sa.String(length=40), nullable=False),
    sa.Column('invite_id', sa.String(length=40), nullable=False),
    sa.Column('actor_id', sa.String(length=40), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('undone_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['actor_id'], ['users.id'], name=op.f('fk_purges_actor_id_users')),
    sa.ForeignKeyConstraint(['invite_id'], ['invites.id'], name=op.f('fk_purges_invite_id_invites')),
    sa.ForeignKeyConstraint(['room_id'], ['rooms.id'], name=op.f('fk_purges_room_id_rooms')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_purges'))
    )
    with op.batch_alter_table('purges', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_purges_room_id'), ['room_id'], unique=False)

    op.create_table('knocks',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('room_id', sa.String(length=40), nullable=False),
    sa.Column('user_id', sa.String(length=40), nullable=False),
    sa.Column('invite_id', sa.String(length=40), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answered_by_id', sa.String(length=40), nullable=True),
    sa.Column('denied_seq', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['answered_by_id'], ['users.id'], name=op.f('fk_knocks_answered_by_id_users')),
    sa.ForeignKeyConstraint(['invite_id'], ['invites.id'], name=op.f('fk_knocks_invite_id_invites')),
    sa.ForeignKeyConstraint(['room_id'], ['rooms.id'], name=op.f('fk_knocks_room_id_rooms')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_knocks_user_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_knocks')),
    sa.UniqueConstraint('room_id', 'user_id', name=op.f('uq_knocks_room_id_user_id'))
    )

    op.create_table('messages',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('room_id', sa.String(length=40), nullable=False),
    sa.Column('seq', sa.BigInteger(), nullable=False),
    sa.Column('author_id', sa.String(length=40), nullable=False),
    sa.Column('nonce', sa.String(length=40), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('edited_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('deleted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reply_to_id', sa.String(length=40), nullable=True),
    sa.Column('pinned_seq', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['author_id'], ['users.id'], name=op.f('fk_messages_author_id_users')),
    sa.ForeignKeyConstraint(['reply_to_id'], ['messages.id'], name=op.f('fk_messages_reply_to_id_messages')),
    sa.ForeignKeyConstraint(['room_id'], ['rooms.id'], name=op.f('fk_messages_room_id_rooms')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_messages')),
    sa.UniqueConstraint('author_id', 'nonce', name=op.f('uq_messages_author_id_nonce')),
    sa.UniqueConstraint('room_id', 'seq', name=op.f('uq_messages_room_id_seq'))
    )
    with op.batch_alter_table('messages', schema=None) as batch_op:
        batch_op.create_index('ix_messages_pins', ['room_id', 'pinned_seq'], unique=False, sqlite_where=sa.text('pinned_seq IS NOT NULL'), postgresql_where=sa.text('pinned_seq IS NOT NULL'))

    op.create_table('earlier_versions',
    sa.Column('message_id', sa.String(length=40), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('written_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['message_id'], ['messages.id'], name=op.f('fk_earlier_versions_message_id_messages')),
    sa.PrimaryKeyConstraint('message_id', 'version', name=op.f('pk_earlier_versions'))
    )
    op.create_table('mentions',
    sa.Column('room_id', sa.String(length=40), nullable=False),
    sa.Column('seq', sa.BigInteger(), nullable=False),
    sa.Column('user_id', sa.String(length=40), nullable=False),
    sa.Column('message_id', sa.String(length=40), nullable=False),
    sa.ForeignKeyConstraint(['message_id'], ['messages.id'], name=op.f('fk_mentions_message_id_messages')),
    sa.ForeignKeyConstraint(['room_id'], ['rooms.id'], name=op.f('fk_mentions_room_id_rooms')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_mentions_user_id_users')),
    sa.PrimaryKeyConstraint('room_id', 'seq', 'user_id', name=op.f('pk_mentions'))
    )
    with op.batch_alter_table('mentions', schema=None) as batch_op:
        batch_op.create_index('ix_mentions_user_id_message_id', ['user_id', 'message_id'], unique=False)
        batch_op.create_index('ix_mentions_user_id_room_id_seq', ['user_id', 'room_id', 'seq'], unique=False)

    op.create_table('reactions',
    sa.Column('message_id', sa.String(length=40), nullable=False),
    sa.Column('emoji', sa.String(length=32), nullable=False),
    sa.Column('user_id', sa.String(length=40), nullable=False),
    sa.Column('seq', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['message_id'], ['messages.id'], name=op.f('fk_reactions_message_id_messages')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_reactions_user_id_users')),
    sa.PrimaryKeyConstraint('message_id', 'emoji', 'user_id', name=op.f('pk_reactions'))
    )
    op.create_table('memberships',
    sa.Column('room_id', sa.String(length=40), nullable=False),
    sa.Column('user_id', sa.String(length=40), nullable=False),
    sa.Column('role', sa.String(length=12), nullable=False),
    sa.Column('invite_id', sa.String(length=40), nullable=True),
    sa.Column('joined_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('removed_seq', sa.BigInteger(), nullable=True),
    sa.Column('banned', sa.Boolean(), nullable=False),
    sa.Column('read_seq', sa.BigInteger(), nullable=False),
    sa.Column('from_seq', sa.BigInteger(), nullable=False),
    sa.Column('level', sa.String(length=12), nullable=False),
    sa.Column('muted_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('said_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('purge_id', sa.String(length=40), nullable=True),
    sa.ForeignKeyConstraint(['invite_id'], ['invites.id'], name=op.f('fk_memberships_invite_id_invites')),
    sa.ForeignKeyConstraint(['purge_id'], ['purges.id'], name=op.f('fk_memberships_purge_id_purges')),
    sa.ForeignKeyConstraint(['room_id'], ['rooms.id'], name=op.f('fk_memberships_room_id_rooms')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_memberships_user_id_users')),
    sa.PrimaryKeyConstraint('room_id', 'user_id', name=op.f('pk_memberships'))
    )
    with op.batch_alter_table('memberships', schema=None) as batch_op:
        batch_op.create_index('ix_memberships_joined_at', ['joined_at'], unique=False)
        batch_op.create_index('ix_memberships_user_id_ended_at', ['user_id', 'ended_at'], unique=False)

    op.create_table('reports',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('room_id', sa.String(length=40), nullable=False),
    sa.Column('message_id', sa.String(length=40), nullable=False),
    sa.Column('reporter_id', sa.String(length=40), nullable=False),
    sa.Column('reason', sa.String(length=500), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closed_by_id', sa.String(length=40), nullable=True),
    sa.Column('outcome', sa.String(length=16), nullable=True),
    sa.ForeignKeyConstraint(['closed_by_id'], ['users.id'], name=op.f('fk_reports_closed_by_id_users')),
    sa.ForeignKeyConstraint(['message_id'], ['messages.id'], name=op.f('fk_reports_message_id_messages')),
    sa.ForeignKeyConstraint(['reporter_id'], ['users.id'], name=op.f('fk_reports_reporter_id_users')),
    sa.ForeignKeyConstraint(['room_id'], ['rooms.id'], name=op.f('fk_reports_room_id_rooms')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reports')),
    sa.UniqueConstraint('message_id', 'reporter_id', name=op.f('uq_reports_message_id_reporter_id'))
    )
    with op.batch_alter_table('reports', schema=None) as batch_op:
        batch_op.create_index('ix_reports_room_id_closed_at', ['room_id', 'closed_at'], unique=False)



def downgrade() -> None:
    """Back to before."""
    with op.batch_alter_table('reports', schema=None) as batch_op:
        batch_op.drop_index('ix_reports_room_id_closed_at')

    op.drop_table('reports')
    with op.batch_alter_table('memberships', schema=None) as batch_op:
        batch_op.drop_index('ix_memberships_user_id_ended_at')
        batch_op.drop_index('ix_memberships_joined_at')

    op.drop_table('memberships')
    op.drop_table('reactions')
    with op.batch_alter_table('mentions', schema=None) as batch_op:
        batch_op.drop_index('ix_mentions_user_id_room_id_seq')
        batch_op.drop_index('ix_mentions_user_id_message_id')

    op.drop_table('mentions')
    op.drop_table('earlier_versions')
    with op.batch_alter_table('messages', schema=None) as batch_op:
        batch_op.drop_index('ix_messages_pins')

    op.drop_table('messages')
    op.drop_table('knocks')
    with op.batch_alter_table('purges', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_purges_room_id'))

    op.drop_table('purges')
    with op.batch_alter_table('invites', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_invites_room_id'))

    op.drop_table('invites')
    with op.batch_alter_table('entries', schema=None) as batch_op:
        batch_op.drop_index('ix_entries_deeds')

    op.drop_table('entries')
    with op.batch_alter_table('credentials', schema=None) as batch_op:
        batch_op.drop_index('ix_credentials_user_id_ended_at')
        batch_op.drop_index(batch_op.f('ix_credentials_ended_at'))

    op.drop_table('credentials')
    op.drop_table('users')
    op.drop_table('rooms')
    with op.batch_alter_table('attempts', schema=None) as batch_op:
        batch_op.drop_index('ix_attempts_key_at')

    op.drop_table('attempts')
