"""Who is in which room, as what, and how they came."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple, Self

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, aliased, mapped_column, relationship

from app.extensions import Base
from app.models.columns import CreatedAt, OptionalTime, now
from app.models.invite import Invite, Window
from app.models.message import Message
from app.models.room import Room
from app.models.user import User


class Role(StrEnum):
    """What a member may do; later ones may do less."""

    OWNER = "owner"
    MODERATOR = "moderator"
    MEMBER = "member"

    @property
    def rank(self) -> int:
        """Higher may act on lower."""
        return {"owner": 2, "moderator": 1, "member": 0}[self]


class Level(StrEnum):
    """What a member wants to be told of with a sound, a badge or a notification."""

    EVERYTHING = "everything"
    MENTIONS = "mentions"
    NOTHING = "nothing"


class Unread(NamedTuple):
    """How much a member has not read after `read_seq`: messages of others, and those among them that name the member.
    All entries up to `last_seq` are counted, and none after it.
    """

    messages: int
    mentions: int
    read_seq: int
    last_seq: int


class Membership(Base):
    """One person in one room. The row stays when they leave, since the log refers to it."""

    __tablename__ = "memberships"
    __table_args__ = (
        sa.Index("ix_memberships_user_id_ended_at", "user_id", "ended_at"),
        sa.Index("ix_memberships_joined_at", "joined_at"),
    )

    room_id: Mapped[str] = mapped_column(sa.ForeignKey("rooms.id"), primary_key=True)
    user_id: Mapped[str] = mapped_column(sa.ForeignKey("users.id"), primary_key=True)
    role: Mapped[str] = mapped_column(sa.String(12), default=Role.MEMBER)
    invite_id: Mapped[str | None] = mapped_column(sa.ForeignKey("invites.id"))
    joined_at: Mapped[CreatedAt]
    ended_at: Mapped[OptionalTime]
    # The entry by which somebody else took them out: links made before it stay closed to them.
    removed_seq: Mapped[int | None] = mapped_column(sa.BigInteger)
    banned: Mapped[bool] = mapped_column(default=False)
    read_seq: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    # The first entry whose message they may see; 0 is all. Set by the link that they came by.
    from_seq: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    level: Mapped[str] = mapped_column(sa.String(12), default=Level.EVERYTHING)
    muted_until: Mapped[OptionalTime]
    said_at: Mapped[OptionalTime]  # written in rooms with slow mode only
    purge_id: Mapped[str | None] = mapped_column(sa.ForeignKey("purges.id"))  # what put them out with others

    room: Mapped[Room] = relationship(lazy="joined", innerjoin=True)
    user: Mapped[User] = relationship(lazy="joined", innerjoin=True)

    @property
    def silent_until(self) -> datetime | None:
        """When they may speak again, if they are muted now."""
        return self.muted_until if self.muted_until is not None and self.muted_until > now() else None

    @property
    def slow_until(self) -> datetime | None:
        """When they may say the next thing, if slow mode keeps them from it now."""
        pause = self.room.slow_seconds
        if not pause or self.said_at is None or Role(self.role) is not Role.MEMBER:
            return None
        instant = now()
        until = self.said_at + timedelta(seconds=pause)
        # Who spoke in the future did so before the clock was set back, which mutes nobody.
        return until if self.said_at <= instant < until else None

    def outranks(self, other: Self) -> bool:
        """May this member act on that one?"""
        return Role(self.role).rank > Role(other.role).rank

    def links(self) -> sa.Select[Invite]:
        """The room's links, newest first; without those that show more of what was said before than a member sees, who
        else would read it by going and coming again. Owners and moderators look after all of them.
        """
        every = Invite.of_room(self.room_id)
        if not self.from_seq or Role(self.role) is not Role.MEMBER:
            return every
        maker = aliased(Membership)
        of_maker = sa.and_(maker.room_id == Invite.room_id, maker.user_id == Invite.created_by_id)
        recent = sa.and_(
            Invite.history == Window.RECENT,
            Message.oldest_recent(self.room_id).scalar_subquery() >= self.from_seq,
        )
        shows_no_more = sa.or_(Invite.history == Window.NONE, maker.from_seq >= self.from_seq, recent)
        return every.join(maker, of_maker).where(shows_no_more)

    @classmethod
    def live(cls) -> sa.Select[Self]:
        """Memberships that hold now, in rooms that exist now."""
        return sa.select(cls).where(cls.ended_at.is_(None)).join(cls.room).where(Room.deleted_at.is_(None))

    @classmethod
    def of(cls, user: User) -> sa.Select[Self]:
        """A person's, the room with the newest id last."""
        return cls.live().where(cls.user_id == user.id).order_by(cls.room_id)

    @classmethod
    def between(cls, user: User, room_id: str) -> sa.Select[Self]:
        """The one of this person in this room."""
        return cls.live().where(cls.user_id == user.id, cls.room_id == room_id)

    @classmethod
    def reads(cls, user: User, message_id: str) -> sa.Select[Self, Message]:
        """This person's membership of a message's room, and the message, when they may see it."""
        seen = sa.and_(Message.room_id == cls.room_id, Message.seq >= cls.from_seq)
        mine = cls.live().where(cls.user_id == user.id)
        return mine.join(Message, seen).where(Message.id == message_id).add_columns(Message)

    @classmethod
    def in_room(cls, room_id: str) -> sa.Select[Self]:
        """A room's, by name."""
        return cls.live().where(cls.room_id == room_id).join(cls.user).order_by(User.skeleton)

    @classmethod
    def read_up_to(cls, user: User, room_id: str, seq: int, *, back: bool = False) -> sa.Update:
        """Move a read position: forwards, however many devices do so at once; with `back`, backwards only."""
        moves = cls.read_seq > seq if back else cls.read_seq < seq
        return (
            sa.update(cls)
            .where(cls.user_id == user.id, cls.room_id == room_id, cls.ended_at.is_(None), moves)
            .values(read_seq=seq)
        )

    @classmethod
    def banned_from(cls, room_id: str) -> sa.Select[Self]:
        """Who was put out of a room for good, by name."""
        return (
            sa.select(cls)
            .where(cls.room_id == room_id, cls.banned, cls.ended_at.is_not(None))
            .join(cls.user)
            .order_by(User.skeleton)
        )

    @classmethod
    def departed_from(cls, room_id: str, name: str) -> sa.Select[Self]:
        """Who was in a room and is not any more, without bots, those banned and those who left this server; only those
        in whose names `name` is, when it isn't empty.
        """
        gone = (
            sa.select(cls)
            .join(cls.user)
            .where(
                cls.room_id == room_id,
                cls.ended_at.is_not(None),
                cls.banned.is_(False),
                User.bot.is_(False),
                User.deleted_at.is_(None),
            )
        )
        return gone.where(User.is_called(name)) if name else gone

    @classmethod
    def blind_to(cls, room_id: str, seq: int) -> sa.Select[str, int]:
        """Who is in a room and may not see what was said as its entry `seq`, and from which one on they may."""
        return sa.select(cls.user_id, cls.from_seq).where(
            cls.room_id == room_id, cls.ended_at.is_(None), cls.from_seq > seq
        )

    @classmethod
    def moderators(cls, room_id: str) -> sa.Select[Self]:
        """A room's owners and moderators."""
        return cls.live().where(cls.room_id == room_id, cls.role != Role.MEMBER)

    @classmethod
    def arrived_by(cls, invite_id: str, since: datetime | None) -> sa.Select[Self]:
        """Who came by a link, since then or ever, those who left included."""
        came = sa.select(cls).where(cls.invite_id == invite_id)
        return came if since is None else came.where(cls.joined_at >= since)

    @classmethod
    def came_by(cls, invite_id: str, since: datetime | None) -> sa.Select[Self]:
        """Who came by a link and is in the room, in the order in which they came."""
        came = cls.arrived_by(invite_id, since)
        return came.where(cls.ended_at.is_(None)).order_by(cls.joined_at, cls.user_id)

    @classmethod
    def put_out_by(cls, purge_id: str) -> sa.Select[Self]:
        """Whom a purge put out and who stayed out, without those who were banned or left this server."""
        return (
            sa.select(cls)
            .join(cls.user)
            .where(
                cls.purge_id == purge_id,
                cls.ended_at.is_not(None),
                cls.banned.is_(False),
                User.deleted_at.is_(None),
            )
            .order_by(cls.user_id)
        )

    @classmethod
    def last_mute(cls, room_id: str) -> sa.Select[datetime | None]:
        """When the last mute in a room ends, those of who left included: they may come back."""
        return sa.select(sa.func.max(cls.muted_until)).where(cls.room_id == room_id)

    @classmethod
    def owners(cls, room_id: str) -> sa.Select[Self]:
        """A room's owners."""
        return cls.live().where(cls.room_id == room_id, cls.role == Role.OWNER)
