"""The one place where it is decided what Mycel says to a group of its own accord, when, and what comes together.

A room that wants to remind or to ask says so (`offer`). What several rooms want to say about the same time becomes one
message; it comes in the group's working hours, not while it is snoozed, not soon after the last one, and not more often
than MOST_A_WEEK. What is left unsaid is left to the digest. All of it can be asked for afterwards ("why-told").
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, get_args

from bot.core import holding
from bot.core.calendars import calendar_of
from bot.core.context import Context, ViewContext
from bot.core.events import (
    ConflictEnded,
    ContributionGiven,
    DecisionCarriedOut,
    DecisionConcluded,
    DecisionExpired,
    DecisionRenewed,
    DecisionsLinked,
    GroupChanged,
    GroupPassed,
    LinkAnswered,
)
from bot.core.feature import Feature, Telling
from bot.core.message import Action, Actions, Block, Bullets, Message, Paragraph, Spans, Text
from bot.core.working_time import WorkingTime, next_working_moment
from storage import attention, counters, directory, tellings
from storage.deadlines import Deadline
from storage.group_states import PAUSED
from storage.network import Channel, Group
from storage.tellings import DROPPED, LEFT, TOLD, WAITING, Told

KIND, VIEW, LETTER = "telling", "told_together", "T"
MOST_A_WEEK = 5
"""Messages of its own accord to a group in seven days; its weekly digest comes beside them."""
A_WEEK = timedelta(days=7)
APART = timedelta(hours=4)
MOST_BUTTONS = 5
TOGETHER = timedelta(hours=2)
"""What would come within this time comes now, in the same message."""
GATHER = timedelta(minutes=10)
"""How long what is offered waits for what others have to say."""

NOW, LATER, LEAVE = "now", "later", "leave"
QUIET, SNOOZED, ENOUGH, NEAR, LATE, HOMELESS, NOT_NEEDED, IN_DIGEST, AWAY = (
    "quiet",
    "snoozed",
    "enough",
    "near",
    "late",
    "homeless",
    "not-needed",
    "digest",
    "away",
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is done with something that is due: `do` now, later (at `at`), leave; and why."""

    do: str
    at: datetime
    reason: str = ""


def decide(
    wish: Told,
    calendar: WorkingTime,
    told_at: Sequence[datetime],
    snoozed_until: datetime | None,
    now: datetime,
    *,
    digest_at: datetime | None = None,
    waits: bool = False,
) -> Verdict:
    """Whether it is said now. `told_at`: when messages of this sort went to the group in the last days. Pure.

    `digest_at`: when its last digest did; it is not counted among them, but keeps some hours apart too. `waits`: it
    comes later where the group has had enough, unless its time is over by then.
    """
    if wish.is_urgent:
        return Verdict(NOW, now)
    if wish.latest_at is not None and now > wish.latest_at:
        return Verdict(LEAVE, now, LATE)
    if snoozed_until is not None and now < snoozed_until:
        return _later(wish, next_working_moment(calendar, snoozed_until), now, SNOOZED)
    working_at = next_working_moment(calendar, now)
    if working_at > now:
        return _later(wish, working_at, now, QUIET)
    lately = sorted(at for at in told_at if at > now - A_WEEK)
    if len(lately) >= MOST_A_WEEK:
        free_at = next_working_moment(calendar, lately[-MOST_A_WEEK] + A_WEEK)
        return _later(wish, free_at, now, ENOUGH) if waits else Verdict(LEAVE, now, ENOUGH)
    last_at = max((*told_at, *((digest_at,) if digest_at else ())), default=None)
    if last_at is not None and now < last_at + APART:
        apart_at = next_working_moment(calendar, last_at + APART)
        if wish.latest_at is None or apart_at <= wish.latest_at:
            return Verdict(LATER, apart_at, NEAR)
    return Verdict(NOW, now)


def _later(wish: Told, at: datetime, now: datetime, reason: str) -> Verdict:
    if wish.latest_at is not None and at > wish.latest_at:
        return Verdict(LEAVE, now, reason)
    return Verdict(LATER, at, reason)


def gathered_at(calendar: WorkingTime, now: datetime) -> datetime:
    """When something offered now is decided upon: a little later, unless the group's day ends meanwhile."""
    working_at = next_working_moment(calendar, now)
    later = working_at + GATHER
    return later if next_working_moment(calendar, later) == later else working_at


def offer(
    ctx: Context,
    group: Group,
    kind: str,
    about: str,
    *,
    step: str = "",
    latest_at: datetime | None = None,
    is_urgent: bool = False,
    **args: Any,
) -> bool:
    """Wants something said to a group; False where the same (kind, about, step) was offered before.

    `kind` is one of the features' tellings. `latest_at`: after this it need not be said. `is_urgent`: at once, whatever
    the hour.
    """
    due_at = ctx.now if is_urgent else gathered_at(calendar_of(group), ctx.now)
    wish = Told(
        network_id=ctx.network.id,
        id=counters.take(ctx.db, ctx.network.id, LETTER),
        group_id=group.id,
        kind=kind,
        about=about,
        step=step,
        args=args,
        state=WAITING,
        reason="",
        wanted_at=ctx.now,
        latest_at=latest_at,
        due_at=due_at,
        ended_at=None,
        message_key="",
        is_urgent=is_urgent,
    )
    if not tellings.add(ctx.db, wish):
        return False
    ctx.due(due_at, KIND, f"{LETTER}-{wish.id}", group_id=group.id)
    return True


def fire(ctx: Context, deadline: Deadline) -> None:
    """Something offered is due: with all that waits for the same group and would come about now."""
    due = tellings.find(ctx.db, ctx.network.id, int(deadline.about.removeprefix(f"{LETTER}-")))
    group = directory.groups_by_id(ctx.db, ctx.network.id, [deadline.group_id]).get(deadline.group_id)
    if due is None or due.state != WAITING or group is None:
        return
    waiting = tellings.waiting(ctx.db, ctx.network.id, group.id, ctx.now + TOGETHER)
    wanted = [wish for wish in waiting if _still(ctx, wish)]
    chosen = [wish for wish in wanted if _judged(ctx, group, wish, deadline.round)]
    if chosen:
        _say(ctx, group, chosen)


def _still(ctx: Context, wish: Told) -> bool:
    if _declared(ctx, wish).is_wanted(ctx, wish):
        return True
    tellings.end(ctx.db, wish, DROPPED, NOT_NEEDED, ctx.now)
    return False


def _judged(ctx: Context, group: Group, wish: Told, round: int) -> bool:
    """Whether it is said now; otherwise it is put off or left, if its time has come."""
    state = attention.find(ctx.db, ctx.network.id, group.id)
    snoozed_until = state.snoozed_until if state else None
    waits = _declared(ctx, wish).waits
    said_at, digest_at = told_at(ctx, group.id), _digest_at(ctx, group.id)
    verdict = decide(wish, calendar_of(group), said_at, snoozed_until, ctx.now, digest_at=digest_at, waits=waits)
    if verdict.do == NOW and group.state == "active":
        return True
    if wish.due_at > ctx.now:
        return False
    if waits and group.state == PAUSED:
        verdict = _later(wish, next_working_moment(calendar_of(group), ctx.now + A_WEEK), ctx.now, AWAY)
    if verdict.do == LATER and (group.state == "active" or verdict.reason == AWAY):
        tellings.postpone(ctx.db, wish, verdict.at, verdict.reason)
        ctx.due(verdict.at, KIND, f"{LETTER}-{wish.id}", group_id=group.id, round=round + 1)
    else:
        tellings.end(ctx.db, wish, LEFT, verdict.reason or NOT_NEEDED, ctx.now)
    return False


def told_at(ctx: Context, group_id: int) -> list[datetime]:
    """When messages of Mycel's own accord went to a group in the last seven days, digests apart."""
    ended = tellings.ended_since(ctx.db, ctx.network.id, group_id, ctx.now - A_WEEK, 200)
    messages = {t.message_key: t.ended_at for t in ended if t.state == TOLD and t.message_key and t.kind != IN_DIGEST}
    return [at for at in messages.values() if at is not None]


def _digest_at(ctx: Context, group_id: int) -> datetime | None:
    """When the group had its digest, if that is no more than a few hours ago."""
    ended = tellings.ended_since(ctx.db, ctx.network.id, group_id, ctx.now - APART, 20)
    return max((t.ended_at for t in ended if t.state == TOLD and t.kind == IN_DIGEST and t.ended_at), default=None)


def _say(ctx: Context, group: Group, chosen: Sequence[Told]) -> None:
    homes = directory.homes(ctx.db, ctx.network.id, [group.id])
    one = _alone(ctx, chosen)
    alone = _declared(ctx, one).alone if one is not None else None
    if not homes:
        for wish in chosen:
            tellings.end(ctx.db, wish, LEFT, HOMELESS, ctx.now)
        return
    key = alone(ctx, one) if alone else _together(ctx, homes, chosen)
    for wish in chosen:
        tellings.end(ctx.db, wish, TOLD, "", ctx.now, key)
        told = _declared(ctx, wish).told
        if told is not None:
            told(ctx, wish)


def _alone(ctx: Context, chosen: Sequence[Told]) -> Told | None:
    """What is said by itself: where all ask for the same, a question to a silent channel says most."""
    if len({_matter(ctx, wish) for wish in chosen}) > 1:
        return None
    return next((wish for wish in chosen if "asks" in wish.args), chosen[0])


def _matter(ctx: Context | ViewContext, told: Told) -> tuple[str, str]:
    """What it is about, and for what it asks."""
    asks = told.args.get("asks") or ctx.registry.tellings[told.kind].asks
    return told.about, asks or f"{told.kind} {told.step}"


def _together(ctx: Context, homes: Sequence[Channel], chosen: Sequence[Told]) -> str:
    key = f"{LETTER}-{chosen[0].id}"
    for channel in homes:
        ctx.say(channel, VIEW, {"ids": [wish.id for wish in chosen]}, key=f"{key}:{channel.id}", about=key)
    numbers = {int(wish.about[2:]) for wish in chosen if wish.about.startswith("D-")}
    numbers |= {number for wish in chosen for number in wish.args.get("numbers", ())}
    attention.mention(ctx.db, ctx.network.id, key, sorted(numbers))
    return key


def together(ctx: ViewContext, args: Mapping[str, Any]) -> Message | None:
    """Several reminders in one message; what does not hold any more is not shown."""
    rows = still_held(ctx, tellings.many(ctx.db, ctx.network.id, args["ids"]))
    if not rows:
        return None
    opening = Paragraph(ctx.words.line("What waits for you:"))
    ways = [act(ctx, row) for row in rows if (act := ctx.registry.tellings[row.kind].act) is not None]
    once = {way.command: way for way in ways if way is not None}
    actions = (*tuple(once.values())[:MOST_BUTTONS], *why_asked(ctx, args["ids"][0]).actions)
    return Message((opening, Bullets(entries(ctx, rows)), Actions(actions)))


def still_held(ctx: ViewContext, rows: Iterable[Told]) -> list[Told]:
    """Those of which there is something to say still; what is asked twice, once."""
    found: dict[tuple[str, str], Told] = {}
    for row in rows:
        declared, matter = ctx.registry.tellings[row.kind], _matter(ctx, row)
        if matter in found or declared.subject(ctx, row) is None or declared.line(ctx, row) is None:
            continue
        found[matter] = row
    return list(found.values())


def entries(ctx: ViewContext, rows: Iterable[Told]) -> tuple[Spans, ...]:
    """One entry for each thing that they are about, with all that is to be said of it."""
    found: dict[str, Spans] = {}
    for row in rows:
        declared, before = ctx.registry.tellings[row.kind], found.get(row.about)
        subject, line = declared.subject(ctx, row) or (), declared.line(ctx, row) or ()
        opening = (*before, Text("; ")) if before else (*subject, Text(": ")) if subject else ()
        found[row.about] = (*opening, *line)
    return tuple(found.values())


def why_asked(ctx: ViewContext | Context, id: int) -> Actions:
    """The button that tells why something was said."""
    return Actions((Action(ctx.words("Why did I get this?"), f"/why-told {LETTER}-{id}"),))


def take_into_digest(ctx: Context, group_id: int) -> list[Told]:
    """What waits for a group and would come about now is left to its digest, if that shows it anyway."""
    waiting = tellings.waiting(ctx.db, ctx.network.id, group_id, ctx.now + TOGETHER)
    taken = [wish for wish in waiting if not _declared(ctx, wish).waits]
    for wish in taken:
        tellings.end(ctx.db, wish, LEFT, IN_DIGEST, ctx.now)
    return taken


def record(ctx: Context, group_id: int, kind: str, about: str, step: str, key: str) -> int:
    """Notes something that a room said by its own rhythm (the digest), so that one can ask why; its number."""
    id = counters.take(ctx.db, ctx.network.id, LETTER)
    said = Told(
        network_id=ctx.network.id,
        id=id,
        group_id=group_id,
        kind=kind,
        about=about,
        step=step,
        args={},
        state=TOLD,
        reason="",
        wanted_at=ctx.now,
        latest_at=None,
        due_at=ctx.now,
        ended_at=ctx.now,
        message_key=key,
        is_urgent=False,
    )
    tellings.add(ctx.db, said)
    return id


def _declared(ctx: Context, wish: Told) -> Telling:
    return ctx.registry.tellings[wish.kind]


_OfOne = ContributionGiven | GroupPassed | DecisionConcluded | DecisionCarriedOut | DecisionRenewed | DecisionExpired


def no_longer_so(ctx: Context, fact: _OfOne) -> tuple[Block, ...]:
    """What was said of a decision is looked at anew: who has been heard since is no longer reminded."""
    return _anew(ctx, (fact.number,))


def link_changed(ctx: Context, fact: DecisionsLinked | LinkAnswered) -> tuple[Block, ...]:
    """The same of both: one may replace the other, or nobody waits for a word on it any more."""
    return _anew(ctx, (int(fact.about.removeprefix("D-")), fact.to_number))


def conflict_ended(ctx: Context, fact: ConflictEnded) -> tuple[Block, ...]:
    """The same, as nobody is asked for a word on it any more."""
    return _anew(ctx, fact.numbers)


def _anew(ctx: Context, numbers: Iterable[int]) -> tuple[Block, ...]:
    for number in numbers:
        for shown in attention.mentioned_in(ctx.db, ctx.network.id, number):
            ctx.touch(shown)
    return ()


def hours_changed(ctx: Context, fact: GroupChanged) -> tuple[Block, ...]:
    """What waits for the end of a group's quiet hours waits for the new one."""
    if fact.group_id is not None and {"quiet", "zone"} & set(fact.changed):
        group = directory.groups_by_id(ctx.db, ctx.network.id, [fact.group_id])[fact.group_id]
        holding.hours_changed(ctx, group)
    return ()


FEATURE = Feature(
    "telling",
    deadlines={KIND: fire},
    views={VIEW: together},
    begin=holding.resume,
    subscriptions=(
        (GroupChanged, hours_changed),
        (ConflictEnded, conflict_ended),
        *((fact, no_longer_so) for fact in get_args(_OfOne)),
        *((fact, link_changed) for fact in (DecisionsLinked, LinkAnswered)),
    ),
)
"""What stands behind every room that offers something; it has no commands of its own."""
