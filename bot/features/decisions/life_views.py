"""What channels are shown in the life of a decision: it ends soon, has ended, affects another group, was it done?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.core.context import ViewContext
from bot.core.message import Action, Actions, Message, Note, Paragraph, Quote, Text
from bot.features.decisions import messages
from bot.features.decisions.life import ANSWERS
from bot.features.decisions.loading import told_to_channel
from bot.features.decisions.messages import Told
from storage import decision_parties, directory


def decision_ending(ctx: ViewContext, args: Mapping[str, Any]) -> Message | None:
    """It ends soon unless its group renews it."""
    told = _standing(ctx, args["number"])
    if told is None or told.terms is None or told.terms.expires_at is None:
        return None
    words, d = ctx.words, told.decision
    if told.terms.renewals != args["renewals"]:
        return Message((Paragraph(words.line("{decision} was renewed.", decision=messages.marked(words, d))),))
    line = words.line(
        "{decision} ends on {until} unless you renew it.",
        decision=messages.marked(words, d),
        until=words.moment(told.terms.expires_at),
    )
    return Message(
        (
            Paragraph(line),
            Note(words.line("Doing nothing lets it end; it stays in the log.")),
            Actions((Action(words("Renew it"), f"/renew {d.id}"),)),
        )
    )


def decision_ended(ctx: ViewContext, args: Mapping[str, Any]) -> Message | None:
    """Nobody renewed it."""
    told = told_to_channel(ctx, args["number"])
    if told is None or told.decision.status == "undone":
        return None
    words, d = ctx.words, told.decision
    line = words.line(
        "{decision}, decided by {group}, was not renewed and is not in force any more.",
        decision=messages.title(words, d),
        group=messages.named(told.group),
    )
    if d.status != "expired":
        line = words.line("{decision} was renewed and is in force again.", decision=messages.title(words, d))
        return Message((Paragraph(line),)) if d.status == "taken" else None
    if ctx.group != told.group:
        return Message((Paragraph(line),))
    return Message((Paragraph(line), Actions((Action(words("Renew it"), f"/renew {d.id}"),))))


def group_affected(ctx: ViewContext, args: Mapping[str, Any]) -> Message | None:
    """Another group says that a decision of this one affects it."""
    told, group_id = told_to_channel(ctx, args["number"]), args["group_id"]
    if told is None or told.decision.status == "undone":
        return None
    joined = decision_parties.joined(ctx.db, ctx.network.id, told.decision.number)
    one = next((x for x in joined if x.group_id == group_id), None)
    group = directory.groups_by_id(ctx.db, ctx.network.id, [group_id]).get(group_id)
    if one is None or group is None:
        return None
    words = ctx.words
    line = words.line(
        "{group} says that {decision} affects them too.",
        group=messages.named(group),
        decision=messages.marked(words, told.decision),
    )
    quote = (Quote(one.why),) if one.why else (Paragraph((Text(words("(redacted)")),)),)
    return Message((Paragraph(line), *quote))


def carried_out_asked(ctx: ViewContext, args: Mapping[str, Any]) -> Message | None:
    """A month after the outcome, an affected group is asked what came of it; then the answer stands here."""
    told, group_id = told_to_channel(ctx, args["number"]), args["group_id"]
    if told is None or told.decision.status == "undone":
        return None
    words, d = ctx.words, told.decision
    checks = decision_parties.checks(ctx.db, ctx.network.id, d.number)
    check = next((x for x in checks if x.group_id == group_id), None)
    about = messages.marked(words, d)
    if check is not None and check.answer:
        group = ctx.group.name if ctx.group else "?"
        said = words.line(ANSWERS[check.answer], group=group)
        quote = (Quote(check.text),) if check.text else ()
        return Message((Paragraph((*about, Text(" – "), *said)), *quote))
    ask = words.line("A month ago it was decided: {decision}. Did your group carry it out?", decision=about)
    ways = (
        Action(words("As it is"), f"/carried-out {d.id} as-is"),
        Action(words("Adapted"), f"/carried-out {d.id} adapted"),
        Action(words("Not"), f"/carried-out {d.id} not"),
    )
    note = words.line("The answer stands under the decision; it is asked once.")
    return Message((Paragraph(ask), Note(note), Actions(ways)))


def _standing(ctx: ViewContext, number: int) -> Told | None:
    told = told_to_channel(ctx, number)
    return told if told is not None and told.decision.status == "taken" else None


LIFE_VIEWS = {
    "decision_ending": decision_ending,
    "decision_ended": decision_ended,
    "group_affected": group_affected,
    "carried_out_asked": carried_out_asked,
}
