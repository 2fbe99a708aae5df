"""What people said in input windows, and the answers to their concerns."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import bindparam

from storage.types import UtcDateTime
from storage.window_tables import concern_answers, contributions

TALK, CONCERN = "talk", "concern"
OPEN, ANSWERED, RESOLVED, CARRIED, RESTED = "open", "answered", "resolved", "carried", "rested"


@dataclass(frozen=True, slots=True)
class Contribution:
    """One thing that one person said. `given_at`: network's clock; `said_at`: platform's time of these words.

    `stays_home`: its words are shown in `channel_id` and nowhere else. Of a concern: `orphaned_at`: since when its
    raiser is gone; `taken_over_by`: who of their group speaks for it since.
    """

    network_id: int
    id: int
    number: int
    person_id: int
    group_id: int
    stance: str
    text: str
    state: str
    is_late: bool
    given_at: datetime
    said_at: datetime
    edited_at: datetime | None
    redacted_at: datetime | None
    version: int
    via: str
    channel_id: int | None
    message_id: str
    stays_home: bool = False
    orphaned_at: datetime | None = None
    taken_over_by: int | None = None

    @property
    def raiser_id(self) -> int:
        """Who can say that a concern is resolved."""
        return self.taken_over_by or self.person_id

    @property
    def is_orphan(self) -> bool:
        """A concern whose raiser is forgotten, and that nobody has taken over."""
        return self.orphaned_at is not None and self.taken_over_by is None

    def is_shown_in(self, channel_id: int | None) -> bool:
        """Whether its words and its author may be shown in a channel (None: in no channel)."""
        return not self.stays_home or (channel_id is not None and channel_id == self.channel_id)

    @property
    def is_concern(self) -> bool:
        """A concern that counts: not redacted."""
        return self.stance == CONCERN and self.redacted_at is None

    @property
    def is_unsettled(self) -> bool:
        """A concern that its raiser has not called resolved, and no outcome has carried."""
        return self.is_concern and self.state in (OPEN, ANSWERED)


@dataclass(frozen=True, slots=True)
class ConcernAnswer:
    """`text` is "" where the one who answered asked to be forgotten."""

    contribution_id: int
    position: int
    text: str
    by_id: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Tally:
    """What a group has said of one kind: how many contributions, of how many people.

    `is_earlier`: support that was given to a proposal which has changed in substance since.
    """

    group_id: int
    stance: str
    is_late: bool
    is_earlier: bool
    contributions: int
    people: int


_COLUMNS = [contributions.c[name] for name in Contribution.__dataclass_fields__]
_ADD = sa.insert(contributions)
_ALL = sa.select(*_COLUMNS).where(contributions.c.network_id == bindparam("n"))
_THIS = _ALL.where(contributions.c.id == bindparam("i"))
# Not by the number alone: SQLite would then walk the primary key through the whole network.
_NEWEST_FIRST = (contributions.c.given_at.desc(), contributions.c.id.desc())
_OF_WINDOW = _ALL.where(contributions.c.number == bindparam("d"))
_CONCERNS = _OF_WINDOW.where(
    contributions.c.stance == sa.literal_column("'concern'"), contributions.c.redacted_at.is_(None)
).order_by(contributions.c.id)
_BY_MESSAGE = _ALL.where(contributions.c.channel_id == bindparam("c"), contributions.c.message_id == bindparam("m"))
_OF_PERSON = (
    _OF_WINDOW.where(
        contributions.c.person_id == bindparam("p"),
        contributions.c.stance == bindparam("s"),
        contributions.c.redacted_at.is_(None),
    )
    .order_by(*_NEWEST_FIRST)
    .limit(1)
)
_REACTION = _OF_PERSON.where(contributions.c.via == "reaction", contributions.c.channel_id == bindparam("c"))
_NEWEST = (
    _OF_WINDOW.where(
        contributions.c.stance.not_in(["talk", "concern"]),
        contributions.c.text != "",
        contributions.c.redacted_at.is_(None),
        sa.or_(~contributions.c.stays_home, contributions.c.channel_id == bindparam("here")),
    )
    .order_by(*_NEWEST_FIRST)
    .limit(bindparam("most"))
)
_again = contributions.alias("again")
_EARLIER_SUPPORT = _OF_WINDOW.where(
    contributions.c.stance == "support",
    contributions.c.version < bindparam("v"),
    contributions.c.redacted_at.is_(None),
    ~contributions.c.is_late,
    contributions.c.person_id.not_in(
        sa.select(_again.c.person_id).where(
            _again.c.network_id == bindparam("n"),
            _again.c.number == bindparam("d"),
            _again.c.stance == "support",
            _again.c.version >= bindparam("v"),
            _again.c.redacted_at.is_(None),
        )
    ),
).order_by(contributions.c.id)
_BETWEEN = (
    _OF_WINDOW.where(
        contributions.c.stance.not_in(["talk", "concern"]),
        contributions.c.given_at > bindparam("since", type_=UtcDateTime),
        contributions.c.given_at <= bindparam("until", type_=UtcDateTime),
        contributions.c.redacted_at.is_(None),
    )
    .order_by(contributions.c.given_at, contributions.c.id)
    .limit(1000)
)
_PAGE = (
    _OF_WINDOW.where(contributions.c.id + 0 > bindparam("last"))
    .order_by(contributions.c.given_at, contributions.c.id)
    .limit(bindparam("most"))
)
_COUNTS = (
    sa.select(contributions.c.id)
    .where(
        contributions.c.network_id == bindparam("n"),
        contributions.c.number == bindparam("d"),
        contributions.c.group_id == bindparam("g"),
        contributions.c.stance != "talk",
        contributions.c.redacted_at.is_(None),
        ~contributions.c.is_late,
        contributions.c.given_at >= bindparam("since", type_=UtcDateTime),
    )
    .limit(1)
)
_is_earlier = sa.case(
    (sa.and_(contributions.c.stance == "support", contributions.c.version < bindparam("v")), sa.true()),
    else_=sa.false(),
).label("is_earlier")
_TALLY = (
    sa.select(
        contributions.c.group_id,
        contributions.c.stance,
        contributions.c.is_late,
        _is_earlier,
        sa.func.count(),
        sa.func.count(contributions.c.person_id.distinct()),
    )
    .where(
        contributions.c.network_id == bindparam("n"),
        contributions.c.number == bindparam("d"),
        contributions.c.redacted_at.is_(None),
    )
    .group_by(contributions.c.group_id, contributions.c.stance, contributions.c.is_late, sa.text("is_earlier"))
)


def add(db: sa.Connection, contribution: Contribution) -> None:
    """Stores a new contribution."""
    db.execute(_ADD, {name: getattr(contribution, name) for name in Contribution.__dataclass_fields__})


def contribution(db: sa.Connection, network_id: int, id: int) -> Contribution | None:
    """The contribution of this number, whoever asks: callers check the decision's audience before they show it."""
    row = db.execute(_THIS, {"n": network_id, "i": id}).one_or_none()
    return Contribution(*row) if row else None


def by_message(db: sa.Connection, network_id: int, channel_id: int, message_id: str) -> Contribution | None:
    """What a person's message became."""
    row = db.execute(_BY_MESSAGE, {"n": network_id, "c": channel_id, "m": message_id}).first()
    return Contribution(*row) if row else None


def of_person(db: sa.Connection, network_id: int, number: int, person_id: int, stance: str) -> Contribution | None:
    """The newest contribution of this kind by somebody."""
    row = db.execute(_OF_PERSON, {"n": network_id, "d": number, "p": person_id, "s": stance}).one_or_none()
    return Contribution(*row) if row else None


def reaction(
    db: sa.Connection, network_id: int, number: int, person_id: int, stance: str, channel_id: int
) -> Contribution | None:
    """What somebody's reaction in a channel became, as long as it has no words."""
    values = {"n": network_id, "d": number, "p": person_id, "s": stance, "c": channel_id}
    row = db.execute(_REACTION, values).one_or_none()
    return Contribution(*row) if row else None


def concerns(db: sa.Connection, network_id: int, number: int) -> list[Contribution]:
    """All concerns of a window in every state, late ones too, the oldest first."""
    return [Contribution(*row) for row in db.execute(_CONCERNS, {"n": network_id, "d": number})]


def newest(db: sa.Connection, network_id: int, number: int, most: int, here: int | None) -> list[Contribution]:
    """The newest contributions of every kind but concerns and talk whose words may be shown in channel `here`."""
    values = {"n": network_id, "d": number, "most": most, "here": here or 0}
    return [Contribution(*row) for row in db.execute(_NEWEST, values)]


def earlier_support(db: sa.Connection, network_id: int, number: int, substance_version: int) -> list[Contribution]:
    """Support that was given before the proposal's last change of substance, and not given again since."""
    values = {"n": network_id, "d": number, "v": substance_version}
    return [Contribution(*row) for row in db.execute(_EARLIER_SUPPORT, values)]


def between(db: sa.Connection, network_id: int, number: int, since: datetime, until: datetime) -> list[Contribution]:
    """What was given after `since` and until `until`, of every kind but concerns and talk; at most a thousand."""
    values = {"n": network_id, "d": number, "since": since, "until": until}
    return [Contribution(*row) for row in db.execute(_BETWEEN, values)]


def page(db: sa.Connection, network_id: int, number: int, last: int, most: int) -> list[Contribution]:
    """All contributions after number `last`, talk and redacted ones too, the oldest first."""
    values = {"n": network_id, "d": number, "last": last, "most": most}
    return [Contribution(*row) for row in db.execute(_PAGE, values)]


def counts_for(db: sa.Connection, network_id: int, number: int, group_id: int, since: datetime) -> bool:
    """Whether something with a kind was said for a group, in time, since the window was opened."""
    return db.execute(_COUNTS, {"n": network_id, "d": number, "g": group_id, "since": since}).first() is not None


def tally(db: sa.Connection, network_id: int, number: int, substance_version: int = 1) -> list[Tally]:
    """How much each group has said, by kind. `substance_version`: since when the proposal is what it is."""
    values = {"n": network_id, "d": number, "v": substance_version}
    return [Tally(g, s, late, bool(earlier), n, p) for g, s, late, earlier, n, p in db.execute(_TALLY, values)]


_KEY = (contributions.c.network_id == bindparam("n"), contributions.c.id == bindparam("i"))
_CHANGING = (
    *("stance", "text", "state", "said_at", "edited_at", "version", "via", "channel_id", "message_id"),
    *("stays_home", "orphaned_at", "taken_over_by"),
)
_CHANGE = (
    sa.update(contributions)
    .where(*_KEY)
    .values(**{name: bindparam(f"new_{name}", type_=contributions.c[name].type) for name in _CHANGING})
)
_REDACT = (
    sa.update(contributions)
    .where(*_KEY, contributions.c.redacted_at.is_(None))
    .values(text="", redacted_at=bindparam("at", type_=UtcDateTime))
    .returning(*_COLUMNS)
)
_BLANK_ANSWERS_TO = (
    sa.update(concern_answers)
    .where(concern_answers.c.network_id == bindparam("n"), concern_answers.c.contribution_id == bindparam("i"))
    .values(text="")
)
_STATE = sa.update(contributions).where(*_KEY).values(state=bindparam("new_state"))
_CARRY = (
    sa.update(contributions)
    .where(
        contributions.c.network_id == bindparam("n"),
        contributions.c.number == bindparam("d"),
        contributions.c.stance == "concern",
        contributions.c.state.in_(["open", "answered"]),
        contributions.c.redacted_at.is_(None),
    )
    .values(state="carried")
    .returning(contributions.c.id)
)


def change(db: sa.Connection, contribution: Contribution) -> None:
    """Stores other words, another kind or state of a contribution."""
    values = {f"new_{name}": getattr(contribution, name) for name in _CHANGING}
    db.execute(_CHANGE, {"n": contribution.network_id, "i": contribution.id} | values)


def redact(db: sa.Connection, network_id: int, id: int, at: datetime) -> Contribution | None:
    """Takes the words out and counts it out, for good; None if there is none, or it was redacted before.

    Whoever calls it publishes ContributionRedacted.
    """
    row = db.execute(_REDACT, {"n": network_id, "i": id, "at": at}).one_or_none()
    return Contribution(*row) if row else None


def blank_answers_to(db: sa.Connection, network_id: int, id: int) -> None:
    """Takes the words out of the answers to a concern that was redacted: they are shown nowhere and may repeat its."""
    db.execute(_BLANK_ANSWERS_TO, {"n": network_id, "i": id})


def set_state(db: sa.Connection, network_id: int, id: int, state: str) -> None:
    """Another state of a concern."""
    db.execute(_STATE, {"n": network_id, "i": id, "new_state": state})


def carry(db: sa.Connection, network_id: int, number: int) -> list[int]:
    """Every concern that is open or answered goes into the outcome as dissent; their numbers."""
    return sorted(db.execute(_CARRY, {"n": network_id, "d": number}).scalars())


_ADD_ANSWER = sa.insert(concern_answers)
_LAST_ANSWER = sa.select(sa.func.coalesce(sa.func.max(concern_answers.c.position), 0)).where(
    concern_answers.c.network_id == bindparam("n"), concern_answers.c.contribution_id == bindparam("i")
)
_ANSWERS = (
    sa.select(*[concern_answers.c[name] for name in ConcernAnswer.__dataclass_fields__])
    .where(
        concern_answers.c.network_id == bindparam("n"),
        concern_answers.c.contribution_id.in_(bindparam("ids", expanding=True)),
    )
    .order_by(concern_answers.c.contribution_id, concern_answers.c.position)
)


def add_answer(db: sa.Connection, network_id: int, id: int, text: str, by_id: int, at: datetime) -> int:
    """Stores one more answer to a concern; returns which one it is, from 1 on."""
    position: int = db.execute(_LAST_ANSWER, {"n": network_id, "i": id}).scalar_one() + 1
    row = {
        "network_id": network_id,
        "contribution_id": id,
        "position": position,
        "text": text,
        "by_id": by_id,
        "at": at,
    }
    db.execute(_ADD_ANSWER, row)
    return position


def answers(db: sa.Connection, network_id: int, ids: list[int]) -> dict[int, list[ConcernAnswer]]:
    """Answers by concern, the oldest first."""
    found: defaultdict[int, list[ConcernAnswer]] = defaultdict(list)
    if ids:
        for row in db.execute(_ANSWERS, {"n": network_id, "ids": ids}):
            found[row.contribution_id].append(ConcernAnswer(*row))
    return found
