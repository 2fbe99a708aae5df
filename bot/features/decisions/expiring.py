"""What ends unless it is renewed: mandates, and decisions that could not wait for those affected."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from bot.core.calendars import calendar_of
from bot.core.context import Context
from bot.core.durations import ends_at, parse_duration
from bot.core.events import DecisionExpired
from bot.features.decisions import rules, storing, tellings
from bot.features.decisions.tellings import ENDING
from storage import decision_terms, decisions, directory, protocol
from storage.deadlines import Deadline
from storage.decision_terms import URGENT, Terms
from storage.decisions import Decision
from storage.network import Group

ENDS = "decision_ends"
NOTICE = timedelta(days=7)
LATER = 1_000_000
"""Rounds of notices that waited for their group's working hours, as earlier versions set them."""


def urgent_terms(ctx: Context, own: Group) -> Terms:
    """The terms of a decision that was taken before those affected were asked."""
    typed = protocol.rules(ctx.db, ctx.network.id).get(rules.URGENT, (rules.URGENT_HOLDS, 0))[0]
    end = None if typed == rules.NO_NOTICE else ends_at(parse_duration(typed), ctx.now, calendar_of(own))
    return Terms(ctx.network.id, 0, URGENT, expires_at=end)


def set_end(ctx: Context, terms: Terms) -> None:
    """Sets when it ends, and when its group is told that it will: a week before, or half-way where that is less."""
    if terms.expires_at is None:
        return
    about = f"D-{terms.number}"
    notice_at = terms.expires_at - min(NOTICE, (terms.expires_at - ctx.now) / 2)
    ctx.due(notice_at, ENDING, about, round=terms.renewals)
    ctx.due(terms.expires_at, ENDS, about, round=terms.renewals)


def let_stand(ctx: Context, number: int) -> None:
    """Those affected were heard and it was adopted: it does not end by itself any more."""
    terms = decision_terms.find(ctx.db, ctx.network.id, number)
    if terms.kind == URGENT and terms.expires_at is not None:
        decision_terms.put(ctx.db, replace(terms, expires_at=None))
        ctx.undue(f"D-{number}", ENDS, ENDING)


def ending(ctx: Context, deadline: Deadline) -> None:
    """It will end soon: its group is asked whether it is to hold on, while there is time."""
    found = _standing(ctx, deadline)
    if found is None:
        return
    decision, terms = found
    step, latest_at = str(terms.renewals), terms.expires_at
    tellings.offer(ctx, decision.group_id, ENDING, decision.id, step, renewals=terms.renewals, latest_at=latest_at)


def ends(ctx: Context, deadline: Deadline) -> None:
    """Nobody renewed it: it is in force no more, and all who had to do with it are told."""
    found = _standing(ctx, deadline)
    if found is None:
        return
    decision, terms = found
    if terms.expires_at is None or terms.expires_at > ctx.now:
        return
    decisions.set_status(ctx.db, ctx.network.id, decision.number, "expired")
    ctx.publish(DecisionExpired(about=decision.id, group_id=decision.group_id, number=decision.number, term=terms.kind))
    groups = [decision.group_id, *decision.affected_ids, *decision.told_ids]
    _say(ctx, decision, "decision_ended", groups, terms.renewals)
    storing.touch_with_links(ctx, decision.number)


def _standing(ctx: Context, deadline: Deadline) -> tuple[Decision, Terms] | None:
    decision = decisions.find(ctx.db, ctx.network.id, int(deadline.about.removeprefix("D-")))
    if decision is None or decision.status != "taken" or decision.redacted_at is not None:
        return None
    terms = decision_terms.find(ctx.db, ctx.network.id, decision.number)
    return (decision, terms) if terms.renewals == deadline.round % LATER else None


def _say(ctx: Context, decision: Decision, view: str, group_ids: list[int], round: int) -> None:
    for channel in directory.homes(ctx.db, ctx.network.id, group_ids):
        key = f"{decision.id}:{view}:{round}:{channel.id}"
        ctx.say(channel, view, {"number": decision.number, "renewals": round}, key=key, about=decision.id)


def new_end(terms: Terms, group: Group, typed: str, now: datetime) -> datetime:
    """Until when a renewal holds: from its end on, or from now where it has ended already."""
    start = max(now, terms.expires_at or now)
    return ends_at(parse_duration(typed), start, calendar_of(group))
