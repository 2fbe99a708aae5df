"""What decisions ask of groups, as bot/core/telling.py decides upon it: a review, an end, what came of it, a link."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bot.core import telling
from bot.core.context import Context, ViewContext
from bot.core.feature import Telling
from bot.core.language import Words
from bot.core.message import Action, Code, RecordMention, Spans
from bot.features.decisions import messages
from bot.features.decisions.loading import told_to_channel
from storage import decision_parties, decision_terms, decisions, directory, links
from storage.decisions import Decision
from storage.tellings import Told

REVIEW, ENDING, CARRIED_OUT, LINK = "decision_review", "decision_ending", "carried_out", "link_unanswered"


def _decision(ctx: Context | ViewContext, told: Told) -> Decision | None:
    found = decisions.find(ctx.db, ctx.network.id, _number(told))
    return None if found is None or found.redacted_at is not None else found


def _number(told: Told) -> int:
    return int(told.about.removeprefix("D-"))


def _is_review_wanted(ctx: Context | ViewContext, told: Told) -> bool:
    """Unless it was changed since: then its review is another one."""
    found = _decision(ctx, told)
    if found is None or found.status not in ("taken", "proposed"):
        return False
    return found.review_at is None or found.review_at <= ctx.now


def _is_ending_wanted(ctx: Context | ViewContext, told: Told) -> bool:
    found = _decision(ctx, told)
    if found is None or found.status != "taken":
        return False
    terms = decision_terms.find(ctx.db, ctx.network.id, found.number)
    return terms.renewals == told.args["renewals"] and terms.expires_at is not None


def _is_question_wanted(ctx: Context, told: Told) -> bool:
    found = _decision(ctx, told)
    if found is None or found.status != "taken" or told.group_id not in found.affected_ids:
        return False
    return not _is_answered(ctx, told)


def _is_answered(ctx: Context | ViewContext, told: Told) -> bool:
    checks = decision_parties.checks(ctx.db, ctx.network.id, _number(told))
    return any(check.group_id == told.group_id and (check.answer or check.asked_at) for check in checks)


def _is_link_wanted(ctx: Context | ViewContext, told: Told) -> bool:
    found = _decision(ctx, told)
    if found is None or found.status not in ("taken", "proposed"):
        return False
    wanted = (found.number, told.args["relation"], told.args["to"], links.ASKED)
    known = links.links_of(ctx.db, ctx.network.id, found.number)
    return any((link.number, link.relation, link.to_number, link.state) == wanted for link in known)


def _said(view: str, key: Callable[[Told], str], args: Callable[[Told], dict[str, Any]]) -> Callable[..., str]:
    """A message of its own in the group's homes."""

    def alone(ctx: Context, told: Told) -> str:
        said = f"{told.about}:{key(told)}"
        shown = {"number": _number(told), **args(told)}
        for channel in directory.homes(ctx.db, ctx.network.id, [told.group_id]):
            ctx.say(channel, view, shown, key=f"{said}:{channel.id}", about=told.about)
        return said

    return alone


def _asked(ctx: Context, told: Told) -> None:
    decision_parties.ask(ctx.db, ctx.network.id, _number(told), told.group_id, ctx.now)


def _title(ctx: ViewContext, told: Told) -> Spans | None:
    found = told_to_channel(ctx, _number(told))
    return messages.marked(ctx.words, found.decision) if found is not None else None


def _review_line(ctx: ViewContext, told: Told) -> Spans | None:
    if not _is_review_wanted(ctx, told):
        return None
    return ctx.words.line("it is time to look at it again")


def _ending_line(ctx: ViewContext, told: Told) -> Spans | None:
    terms = decision_terms.find(ctx.db, ctx.network.id, _number(told))
    if terms.expires_at is None or not _is_ending_wanted(ctx, told):
        return None
    return ctx.words.line("it ends on {until} unless you renew it", until=ctx.words.moment(terms.expires_at))


def _question_line(ctx: ViewContext, told: Told) -> Spans | None:
    checks = decision_parties.checks(ctx.db, ctx.network.id, _number(told))
    found = _decision(ctx, told)
    is_answered = any(check.group_id == told.group_id and check.answer for check in checks)
    if found is None or found.status != "taken" or is_answered:
        return None
    command = Code(f"/carried-out {told.about} as-is")
    return ctx.words.line("did your group carry it out? {command}", command=command)


def _link_line(ctx: ViewContext, told: Told) -> Spans | None:
    earlier = told_to_channel(ctx, told.args["to"])
    if earlier is None or not _is_link_wanted(ctx, told):
        return None
    link = f"{told.about} {told.args['relation']} {earlier.decision.id}"
    return ctx.words.line(
        "it waits for your word on {earlier}: {agree} or {decline}",
        earlier=RecordMention(earlier.decision.id),
        agree=Code(f"/accept-link {link}"),
        decline=Code(f"/decline-link {link}"),
    )


def _review_why(words: Words, told: Told) -> Spans:
    return words.line("the review of {id}, which is due.", id=RecordMention(told.about))


def _ending_why(words: Words, told: Told) -> Spans:
    return words.line("a word in time: {id} ends unless its group renews it.", id=RecordMention(told.about))


def _question_why(words: Words, told: Told) -> Spans:
    return words.line(
        "the question what came of {id}, which affects it; it is asked once.", id=RecordMention(told.about)
    )


def _link_why(words: Words, told: Told) -> Spans:
    return words.line(
        "a reminder, as {later} waits for its word on {earlier}.",
        later=RecordMention(told.about),
        earlier=RecordMention(f"D-{told.args['to']}"),
    )


TELLINGS = {
    REVIEW: Telling(
        is_wanted=_is_review_wanted,
        subject=_title,
        line=_review_line,
        why=_review_why,
        alone=_said("review_due", lambda t: f"review:{t.step}", lambda t: {"late_h": t.args["late_h"]}),
        waits=True,
        asks="review",
        act=lambda ctx, told: Action(
            ctx.words("Keep {id} for another 90 days", id=told.about), f"/edit {told.about} --review 90d --wording"
        ),
    ),
    ENDING: Telling(
        is_wanted=_is_ending_wanted,
        subject=_title,
        line=_ending_line,
        why=_ending_why,
        alone=_said(
            "decision_ending", lambda t: f"decision_ending:{t.step}", lambda t: {"renewals": t.args["renewals"]}
        ),
        waits=True,
        asks="end",
        act=lambda ctx, told: Action(ctx.words("Renew {id}", id=told.about), f"/renew {told.about}"),
    ),
    CARRIED_OUT: Telling(
        is_wanted=_is_question_wanted,
        subject=_title,
        line=_question_line,
        why=_question_why,
        alone=_said("carried_out_asked", lambda t: "carried-out", lambda t: {"group_id": t.group_id}),
        told=_asked,
        waits=True,
    ),
    LINK: Telling(
        is_wanted=_is_link_wanted,
        subject=_title,
        line=_link_line,
        why=_link_why,
        alone=_said(
            "link_asked",
            lambda t: f"{t.args['relation']}:{t.args['to']}:again:{t.step}",
            lambda t: {"relation": t.args["relation"], "to": t.args["to"]},
        ),
        waits=True,
    ),
}


def offer(ctx: Context, group_id: int, kind: str, about: str, step: str, **args: Any) -> None:
    """Wants it said to a group that is here."""
    group = directory.groups_by_id(ctx.db, ctx.network.id, [group_id])[group_id]
    telling.offer(ctx, group, kind, about, step=step, **args)
