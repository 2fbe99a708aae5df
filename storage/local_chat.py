"""The playground's own chat: what that platform shows, who can speak there, and what it has still to tell Mycel.

To the rest of the program this is a platform like any other: its messages are its own, kept apart from what Mycel
wants to be visible (storage/delivery.py). Times are the network's clock. Every change has a number, so that a browser
can ask what changed since the last one it saw.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Column, bindparam

from storage.statements import insert, insert_new
from storage.types import JsonText, UtcDateTime, metadata

PLATFORM = "local"
WORKSPACE = "playground"

DIRECT = "@"
"""What the id of a direct chat begins with; the person's account follows. No channel's id has it."""

changes = sa.Table(
    "local_changes",
    metadata,
    Column("network_id", sa.BigInteger, primary_key=True, autoincrement=False),
    Column("latest", sa.BigInteger, nullable=False),
)
channels = sa.Table(
    "local_channels",
    metadata,
    Column("network_id", sa.BigInteger, primary_key=True),
    Column("channel", sa.String(80), primary_key=True),
    Column("title", sa.String(200), nullable=False),
    Column("position", sa.BigInteger, nullable=False),
)
accounts = sa.Table(
    "local_accounts",
    metadata,
    Column("network_id", sa.BigInteger, primary_key=True),
    Column("account", sa.String(80), primary_key=True),
    Column("name", sa.String(200), nullable=False),
    # The channel of the group that the person is at home in, and its zone.
    Column("home", sa.String(80), nullable=False),
    Column("zone", sa.String(60), nullable=False),
    Column("role", sa.String(20), nullable=False),
    Column("position", sa.BigInteger, nullable=False),
)
messages = sa.Table(
    "local_messages",
    metadata,
    Column("network_id", sa.BigInteger, primary_key=True),
    Column("id", sa.String(40), primary_key=True),
    Column("channel", sa.String(80), nullable=False),
    Column("thread", sa.String(40)),
    # None: the bot, whose messages have the delivery key and revision.
    Column("account", sa.String(80)),
    Column("key", sa.String(120)),
    Column("rev", sa.Integer, nullable=False),
    # What a person said, or the bot's message in its JSON format.
    Column("body", JsonText, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("is_edited", sa.Boolean, nullable=False),
    Column("is_removed", sa.Boolean, nullable=False),
    Column("position", sa.BigInteger, nullable=False),
    Column("change", sa.BigInteger, nullable=False),
    sa.UniqueConstraint("network_id", "key"),
    sa.Index("ix_local_messages_change", "network_id", "change"),
    sa.Index("ix_local_messages_position", "network_id", "position"),
)
reactions = sa.Table(
    "local_reactions",
    metadata,
    Column("network_id", sa.BigInteger, primary_key=True),
    Column("message", sa.String(40), primary_key=True),
    Column("emoji", sa.String(40), primary_key=True),
    Column("account", sa.String(80), primary_key=True),
    Column("change", sa.BigInteger, nullable=False),
)
happenings = sa.Table(
    "local_happenings",
    metadata,
    Column("network_id", sa.BigInteger, primary_key=True),
    # Made by the browser: the same again is the same happening.
    Column("id", sa.String(64), primary_key=True),
    Column("kind", sa.String(20), nullable=False),
    # None once Mycel has taken it: words are kept in one place only.
    Column("data", JsonText),
    Column("at", UtcDateTime, nullable=False),
    Column("position", sa.BigInteger, nullable=False),
    sa.Index(
        "ix_local_happenings_waiting",
        "network_id",
        "position",
        sqlite_where=sa.text("data IS NOT NULL"),
        postgresql_where=sa.text("data IS NOT NULL"),
    ),
)


@dataclass(frozen=True, slots=True)
class LocalChannel:
    channel: str
    title: str


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody one can speak as. `home` is a channel; `role` is "" for a member, else facilitator or steward."""

    account: str
    name: str
    home: str
    zone: str
    role: str


@dataclass(frozen=True, slots=True)
class LocalMessage:
    """What the platform shows. `account` None: the bot, whose `body` is message JSON; a person's is text."""

    id: str
    channel: str
    thread: str | None
    account: str | None
    key: str | None
    rev: int
    body: Any
    created_at: datetime
    is_edited: bool
    is_removed: bool
    position: int
    change: int


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that people did, as the platform tells it to Mycel until it is taken. `at`: the network's clock."""

    id: str
    kind: str
    data: dict[str, Any]
    at: datetime


_FIRST_CHANGE = insert(changes).values(latest=1)
_NEXT_CHANGE = _FIRST_CHANGE.on_conflict_do_update(
    index_elements=["network_id"], set_={"latest": changes.c.latest + 1}
).returning(changes.c.latest)
_LATEST = sa.select(changes.c.latest).where(changes.c.network_id == bindparam("n"))


def _next_change(db: sa.Connection, network_id: int) -> int:
    number: int = db.execute(_NEXT_CHANGE, {"network_id": network_id}).scalar_one()
    return number


def latest_change(db: sa.Connection, network_id: int) -> int:
    """The number of the last change; 0 before the first."""
    return db.execute(_LATEST, {"n": network_id}).scalar_one_or_none() or 0


_ADD_CHANNEL = insert_new(channels)
_ADD_ACCOUNT = insert_new(accounts)
_CHANNELS = sa.select(channels.c.channel, channels.c.title).where(channels.c.network_id == bindparam("n"))
_CHANNELS = _CHANNELS.order_by(channels.c.position)
_ACCOUNTS = (
    sa.select(*[accounts.c[name] for name in Account.__dataclass_fields__])
    .where(accounts.c.network_id == bindparam("n"))
    .order_by(accounts.c.position)
)
_ACCOUNT = _ACCOUNTS.where(accounts.c.account == bindparam("account"))
_HAS_CHANNEL = sa.select(channels.c.channel).where(
    channels.c.network_id == bindparam("n"), channels.c.channel == bindparam("channel")
)


def add_channel(db: sa.Connection, network_id: int, channel: LocalChannel) -> None:
    """A channel to speak in, unless it is there."""
    row = {"channel": channel.channel, "title": channel.title, "position": _next_change(db, network_id)}
    db.execute(_ADD_CHANNEL, {"network_id": network_id, **row})


def add_account(db: sa.Connection, network_id: int, account: Account) -> None:
    """Somebody to speak as, unless they are there."""
    row = {name: getattr(account, name) for name in Account.__dataclass_fields__}
    db.execute(_ADD_ACCOUNT, {"network_id": network_id, **row, "position": _next_change(db, network_id)})


def all_channels(db: sa.Connection, network_id: int) -> list[LocalChannel]:
    return [LocalChannel(*row) for row in db.execute(_CHANNELS, {"n": network_id})]


def all_accounts(db: sa.Connection, network_id: int) -> list[Account]:
    return [Account(*row) for row in db.execute(_ACCOUNTS, {"n": network_id})]


def account(db: sa.Connection, network_id: int, account: str) -> Account | None:
    row = db.execute(_ACCOUNT, {"n": network_id, "account": account}).one_or_none()
    return Account(*row) if row else None


def direct_with(account: str) -> str:
    """The channel in which this person is alone with Mycel; it is there without having been made."""
    return f"{DIRECT}{account}"


def is_direct(channel: str) -> bool:
    return channel.startswith(DIRECT)


def has_channel(db: sa.Connection, network_id: int, channel: str) -> bool:
    return db.execute(_HAS_CHANNEL, {"n": network_id, "channel": channel}).one_or_none() is not None


_MESSAGE_COLUMNS = [messages.c[name] for name in LocalMessage.__dataclass_fields__]
_ADD_MESSAGE = insert_new(messages)
_MESSAGE = sa.select(*_MESSAGE_COLUMNS).where(messages.c.network_id == bindparam("n"))
_BY_ID = _MESSAGE.where(messages.c.id == bindparam("id"))
_BY_KEY = _MESSAGE.where(messages.c.key == bindparam("key"))
_THIS = (messages.c.network_id == bindparam("n"), messages.c.id == bindparam("i"))
_SHOW = (
    sa.update(messages)
    .where(*_THIS, messages.c.rev < bindparam("new_rev"))
    .values(
        rev=bindparam("new_rev"),
        body=bindparam("new_body", type_=JsonText),
        is_edited=sa.true(),
        is_removed=bindparam("removed"),
        change=bindparam("number"),
    )
)
_MARK = sa.update(messages).where(*_THIS).values(change=bindparam("number"))


def message(db: sa.Connection, network_id: int, id: str) -> LocalMessage | None:
    """A message by its id on this platform, also one that was taken back."""
    row = db.execute(_BY_ID, {"n": network_id, "id": id}).one_or_none()
    return LocalMessage(*row) if row else None


def post(
    db: sa.Connection,
    network_id: int,
    id: str,
    channel: str,
    thread: str | None,
    body: Any,
    at: datetime,
    *,
    account: str | None = None,
    key: str | None = None,
    rev: int = 1,
) -> str:
    """Shows a message and returns its id; one of this `key` that is there already is brought up to `rev` instead."""
    number = _next_change(db, network_id)
    row = {"network_id": network_id, "id": id, "channel": channel, "thread": thread, "account": account, "key": key}
    row |= {"rev": rev, "body": body, "created_at": at, "is_edited": False, "is_removed": False}
    if db.execute(_ADD_MESSAGE, row | {"position": number, "change": number}).rowcount:
        return id
    known = LocalMessage(*db.execute(_BY_KEY, {"n": network_id, "key": key}).one())
    show(db, network_id, known.id, rev, body)
    return known.id


def id_of(db: sa.Connection, network_id: int, key: str) -> str | None:
    """The id of the message that was posted under this key; None if none was."""
    row = db.execute(_BY_KEY, {"n": network_id, "key": key}).one_or_none()
    return LocalMessage(*row).id if row else None


def show(db: sa.Connection, network_id: int, id: str, rev: int, body: Any, *, is_removed: bool = False) -> bool:
    """Brings a message up to revision `rev`; False where that revision or a later one is shown already."""
    values = {"n": network_id, "i": id, "new_rev": rev, "new_body": body, "removed": is_removed}
    return db.execute(_SHOW, values | {"number": _next_change(db, network_id)}).rowcount == 1


_REACT = insert_new(reactions)
_UNREACT = sa.delete(reactions).where(
    reactions.c.network_id == bindparam("n"),
    reactions.c.message == bindparam("m"),
    reactions.c.emoji == bindparam("e"),
    reactions.c.account == bindparam("a"),
)
_REACTIONS = (
    sa.select(reactions.c.message, reactions.c.emoji, reactions.c.account)
    .where(reactions.c.network_id == bindparam("n"), reactions.c.message.in_(bindparam("ids", expanding=True)))
    .order_by(reactions.c.change)
)


def react(db: sa.Connection, network_id: int, message: str, emoji: str, account: str, *, is_on: bool) -> None:
    """Puts a reaction on a message, or takes it off."""
    number = _next_change(db, network_id)
    if is_on:
        row = {"message": message, "emoji": emoji, "account": account, "change": number}
        db.execute(_REACT, {"network_id": network_id, **row})
    else:
        db.execute(_UNREACT, {"n": network_id, "m": message, "e": emoji, "a": account})
    db.execute(_MARK, {"n": network_id, "i": message, "number": number})


def reactions_on(db: sa.Connection, network_id: int, ids: list[str]) -> dict[str, dict[str, list[str]]]:
    """Message id → emoji → accounts, in the order in which they came."""
    found: dict[str, dict[str, list[str]]] = {}
    for message, emoji, account in db.execute(_REACTIONS, {"n": network_id, "ids": ids}) if ids else ():
        found.setdefault(message, {}).setdefault(emoji, []).append(account)
    return found


_CHANGED = _MESSAGE.where(messages.c.change > bindparam("since")).order_by(messages.c.change).limit(bindparam("most"))
_LAST = _MESSAGE.order_by(messages.c.position.desc()).limit(bindparam("most"))
_THESE = _MESSAGE.where(messages.c.id.in_(bindparam("ids", expanding=True)))


def changed_since(db: sa.Connection, network_id: int, since: int, most: int) -> list[LocalMessage]:
    """Messages that changed after change number `since`, in the order of their last changes."""
    return [LocalMessage(*row) for row in db.execute(_CHANGED, {"n": network_id, "since": since, "most": most})]


def last_messages(db: sa.Connection, network_id: int, most: int) -> list[LocalMessage]:
    """The newest messages and the roots of their threads, oldest first."""
    found = [LocalMessage(*row) for row in db.execute(_LAST, {"n": network_id, "most": most})]
    known = {m.id for m in found}
    roots = sorted({m.thread for m in found if m.thread and m.thread not in known})
    if roots:
        found += [LocalMessage(*row) for row in db.execute(_THESE, {"n": network_id, "ids": roots})]
    return sorted(found, key=lambda m: m.position)


_ADD_HAPPENING = insert_new(happenings)
_WAITING = (
    sa.select(happenings.c.id, happenings.c.kind, happenings.c.data, happenings.c.at)
    .where(happenings.c.network_id == bindparam("n"), happenings.c.data.is_not(None))
    .order_by(happenings.c.position)
)
_WAITING_ONE = _WAITING.where(happenings.c.id == bindparam("id"))
_TAKEN = (
    sa.update(happenings)
    .where(happenings.c.network_id == bindparam("n"), happenings.c.id == bindparam("i"))
    .values(data=None)
)


def happened(db: sa.Connection, network_id: int, happening: Happening) -> bool:
    """Notes what Mycel has to be told; False if that id was here before."""
    row = {"id": happening.id, "kind": happening.kind, "data": happening.data, "at": happening.at}
    position = _next_change(db, network_id)
    return db.execute(_ADD_HAPPENING, {"network_id": network_id, **row, "position": position}).rowcount == 1


def waiting(db: sa.Connection, network_id: int, id: str | None = None) -> list[Happening]:
    """What Mycel has not taken yet, oldest first; only the one of this `id` where it is given."""
    if id is None:
        return [Happening(*row) for row in db.execute(_WAITING, {"n": network_id})]
    return [Happening(*row) for row in db.execute(_WAITING_ONE, {"n": network_id, "id": id})]


def taken(db: sa.Connection, network_id: int, id: str) -> None:
    """Mycel has taken it; it is never told again."""
    db.execute(_TAKEN, {"n": network_id, "i": id})
