"""The rules of decisions: what needs notice, what may be undone, edited, linked. Pure; times are aware UTC."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.core import audience
from bot.core.durations import BusinessDays, Duration, Span, ends_at, parse_duration
from bot.core.errors import UserError
from bot.core.working_time import WorkingTime
from bot.features.decisions.declarations import EditDecision, LogDecision
from storage.decision_terms import Terms
from storage.decisions import Decision
from storage.links import Link

UNDO_FOR = timedelta(minutes=10)
ASKS_UNTIL = "asks_until"
"""The setting of a network that says until when it asks before it opens windows."""
AFFECTS_OTHERS, REVERSIBLE = "affects-others", "reversible"
URGENT, WINDOWS = "urgent", "windows"
ON, ASK = "on", "ask"
NO_NOTICE = "none"
URGENT_HOLDS = "30d"
"""How long a decision holds that was taken before those affected were asked, unless it is renewed."""
DEFAULT_PROTOCOL: Mapping[str, str] = {AFFECTS_OTHERS: "10bd", REVERSIBLE: "3d"}
RETIRING = {"supersedes": "superseded", "reverses": "reversed"}
ASKING = ("supersedes", "reverses", "amends")
"""Relations that retire or change a decision: on another group's they are a proposal to that group."""
ORDERED = (("supersedes", "reverses", "amends"), ("depends-on",))
"""Relations among which a circle makes no sense."""


@dataclass(frozen=True, slots=True)
class Notice:
    """How long those affected have a say: `length` (canonical duration), by which case of the protocol."""

    case: str
    length: str


def notice(protocol: Mapping[str, str], *, affects_others: bool, is_reversible: bool) -> Notice | None:
    """What the protocol says of a decision; None: it is taken at once. `protocol`: case → length or "none"."""
    if not affects_others:
        return None
    case = REVERSIBLE if is_reversible else AFFECTS_OTHERS
    length = protocol.get(case, DEFAULT_PROTOCOL[case])
    return None if length == NO_NOTICE else Notice(case, length)


def last_end(length: Duration, start: datetime, calendars: list[WorkingTime]) -> datetime:
    """When a window of this length ends: with the last of its groups."""
    return max(ends_at(length, start, calendar) for calendar in calendars)


def check_readers(chosen: str, affected_ids: tuple[int, ...], told_ids: tuple[int, ...]) -> None:
    """UserError where those who are asked or told could not read it."""
    if chosen in (audience.GROUP, audience.CIRCLE) and (affected_ids or told_ids):
        raise UserError(
            "With --audience {audience} the groups that you ask or tell could not read it.",
            "/decide … --audience affected",
            audience=chosen,
        )


def check_rule(case: str, typed: str) -> str:
    """The canonical value of a protocol rule: a length, "none", or "on" and "ask" for windows."""
    if case not in (*DEFAULT_PROTOCOL, URGENT, WINDOWS):
        raise UserError(
            "Say which rule: affects-others, reversible, urgent or windows.", "/protocol set affects-others 5bd"
        )
    typed = typed.strip().lower()
    if case == WINDOWS:
        if typed not in (ON, ASK):
            raise UserError(
                "Say whether windows open without asking first (on) or after asking (ask).", "/protocol set windows on"
            )
        return typed
    if typed == NO_NOTICE:
        return NO_NOTICE
    length = parse_duration(typed) if typed else None
    if not isinstance(length, (BusinessDays, Span)):
        raise UserError("Say how much notice: a length such as 5bd or 2w, or none.", f"/protocol set {case} 5bd")
    return str(length)


def asks_until(settings: Mapping[str, object]) -> datetime | None:
    """The end of a network's first month (aware UTC), in which it asks before it opens a window; None: it had none."""
    typed = settings.get(ASKS_UNTIL)
    return datetime.fromisoformat(typed) if isinstance(typed, str) else None


def is_asking(protocol: Mapping[str, str], settings: Mapping[str, object], now: datetime) -> bool:
    """Whether the network only logs, and asks before it opens a window: what was decided counts, then its age."""
    if WINDOWS in protocol:
        return protocol[WINDOWS] == ASK
    until = asks_until(settings)
    return until is not None and now < until


def check_only_logged(draft: str, *, is_asking: bool) -> None:
    """UserError where the network gives those affected a say first."""
    if not is_asking:
        raise UserError(
            "This network asks those affected. Open it for input, or take it now and say why.", f"/draft {draft} open"
        )


def check_affects(decision: Decision, group_id: int, asked: tuple[int, ...], stands: bool) -> None:
    """UserError where a group cannot join. `asked`: the groups that its window asks; `stands`: that window is open."""
    if decision.group_id == group_id:
        raise UserError("{id} is your own group's decision.", f"/show {decision.id}", id=decision.id)
    if decision.status not in ("proposed", "taken"):
        raise UserError(
            "{id} is not in force and not open, so it affects nobody.", f"/show {decision.id}", id=decision.id
        )
    if decision.audience not in (audience.AFFECTED, audience.NETWORK):
        raise UserError("{id} is not open to your group.", id=decision.id)
    if stands and group_id in asked:
        raise UserError(
            "Your group is asked about {id} already. Say it there.", f"/input {decision.id} …", id=decision.id
        )


def check_carried_out(decision: Decision, group_id: int) -> None:
    """UserError where a group has nothing to say of carrying it out."""
    if decision.status not in ("taken", "superseded", "reversed", "expired"):
        raise UserError(
            "{id} is not taken, so there is nothing to carry out yet.", f"/show {decision.id}", id=decision.id
        )
    if group_id not in (*decision.affected_ids, decision.group_id):
        raise UserError(
            "{id} does not affect your group. If it does: say so.", f"/affects-us {decision.id} …", id=decision.id
        )


def mandate_named(taken_by: str) -> int | None:
    """The number of the mandate that a decision says it was taken by: "mandate D-9"."""
    found = re.search(r"\bD-(\d{1,9})\b", taken_by, re.IGNORECASE)
    return int(found[1]) if found else None


def check_renewal(decision: Decision, terms: Terms) -> None:
    """UserError where there is nothing to renew."""
    if terms.expires_at is None:
        raise UserError(
            "{id} does not end by itself, so it need not be renewed.", f"/show {decision.id}", id=decision.id
        )
    if decision.status not in ("taken", "expired") or decision.redacted_at is not None:
        raise UserError("{id} was replaced or taken back; log a new one.", "/decide TITLE", id=decision.id)


@dataclass(frozen=True, slots=True)
class Maker:
    """Who decides: ids of network, group, person, and of the groups affected and told."""

    network_id: int
    group_id: int
    author_id: int
    affected_ids: tuple[int, ...] = ()
    told_ids: tuple[int, ...] = ()


def new_decision(
    number: int, maker: Maker, args: LogDecision, *, status: str, at: datetime, review_at: datetime | None
) -> Decision:
    """The record of what was typed."""
    return Decision(
        network_id=maker.network_id,
        number=number,
        group_id=maker.group_id,
        author_id=maker.author_id,
        status=status,
        audience=args.audience,
        title=args.title,
        why=args.why,
        alternatives=args.alternatives,
        taken_by=args.taken_by,
        urgent=args.urgent or args.taken,
        is_reversible=args.reversible,
        tags=args.tags,
        rests_on=args.rests_on,
        version=1,
        created_at=at,
        taken_at=at if status == "taken" else None,
        review_at=review_at,
        redacted_at=None,
        source="",
        affected_ids=maker.affected_ids,
        told_ids=tuple(id for id in maker.told_ids if id not in maker.affected_ids),
    )


def check_undo(decision: Decision, now: datetime) -> None:
    """UserError unless it can still be taken back without a trace in the network's memory."""
    if decision.status == "undone":
        raise UserError("{id} was taken back already.", id=decision.id)
    if decision.source or now - decision.created_at > UNDO_FOR:
        raise UserError(
            "{id} can be undone for ten minutes only; that time is over. Change it instead, or replace it.",
            f"/decide TITLE --supersedes {decision.id}",
            id=decision.id,
        )


def check_no_rule(decision: Decision, setting: list[int]) -> None:
    """UserError where a rule of the protocol rests on it. `setting`: numbers of the decisions that set the rules."""
    if decision.number in setting:
        raise UserError(
            "{id} set a rule of the protocol; it is changed by setting the rule anew.",
            "/protocol set affects-others 10bd",
            id=decision.id,
        )


def edited(decision: Decision, args: EditDecision, review_at: datetime | None) -> Decision:
    """The decision after an edit. UserError if nothing changes or nothing may."""
    if decision.redacted_at is not None or decision.status == "undone":
        raise UserError("{id} was taken back; there is nothing left to edit.", id=decision.id)
    new = replace(
        decision,
        title=args.title or decision.title,
        why=args.why or decision.why,
        alternatives=args.alternatives or decision.alternatives,
        taken_by=args.taken_by or decision.taken_by,
        tags=args.tags or decision.tags,
        rests_on=args.rests_on or decision.rests_on,
        review_at=review_at or decision.review_at,
    )
    if new == decision and not args.position:
        raise UserError("That changes nothing.", f'/edit {decision.id} --why "…"')
    return replace(new, version=decision.version + 1)


def redacted(decision: Decision, at: datetime) -> Decision:
    """The decision without anybody's words."""
    return replace(
        decision, title="", why="", alternatives="", taken_by="", urgent="", tags=(), rests_on=(), redacted_at=at
    )


def check_link(later: Decision, relation: str, earlier: Decision, *, leads_back: bool) -> None:
    """UserError for a link to itself, in a circle (`leads_back`: there is a way from earlier to later)."""
    if later.number == earlier.number:
        raise UserError(
            "A decision cannot be linked to itself.", f"/link {later.id} {relation} D-{2 if later.number == 1 else 1}"
        )
    for one in (later, earlier):
        if one.status in ("undone", "withdrawn"):
            raise UserError("{id} was taken back or withdrawn; link one that stands.", id=one.id)
    if relation in RETIRING and not earlier.is_taken:
        raise UserError("{id} is not taken yet, so there is nothing to replace.", id=earlier.id)
    if leads_back and any(relation in relations for relations in ORDERED):
        raise UserError(
            "{earlier} already leads to {later}: that would be a circle.", earlier=earlier.id, later=later.id
        )


def retires(link: Link, number: int) -> bool:
    """Whether a link makes decision `number` a thing of the past."""
    return link.to_number == number and link.state == "kept" and link.relation in RETIRING


def check_asked(later: Decision, earlier_id: str, *, may_read: bool) -> None:
    """UserError where the group that would be asked about its decision could not read the later one."""
    if not may_read:
        raise UserError(
            "{earlier} is another group's, and they could not read {later}: they cannot be asked about it.",
            earlier=earlier_id,
            later=later.id,
        )


def link_state(later: Decision, relation: str, earlier: Decision, *, can_be_asked: bool = True) -> str:
    """kept at once; asked, where it changes another group's decision; waiting, while it is only proposed.

    `can_be_asked`: the other group has a home channel. One without (imported from before its time) has nobody to ask.
    """
    if relation in ASKING and later.group_id != earlier.group_id and can_be_asked:
        return "asked"
    if relation in RETIRING and later.status == "proposed":
        return "waiting"
    return "kept"
