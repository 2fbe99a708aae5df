"""What channels are shown about decisions, rendered when it is sent and whenever the decision changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.core import on_call
from bot.core.context import ViewContext
from bot.core.language import Words
from bot.core.message import Action, Actions, Code, Message, Note, Paragraph, RecordMention
from bot.features.decisions import messages
from bot.features.decisions.life_views import LIFE_VIEWS
from bot.features.decisions.loading import told_to_channel
from bot.features.decisions.messages import Told
from bot.features.decisions.storing import CARD
from storage import links


def decision_card(ctx: ViewContext, args: Mapping[str, Any]) -> Message | None:
    told = told_to_channel(ctx, args["number"])
    if told is None:
        return None
    mentioned = on_call.mentioned(ctx, args["number"], CARD) if told.decision.urgent else ()
    return messages.card(ctx.words, told, is_told=args["is_told"], mentioned=mentioned)


def review_due(ctx: ViewContext, args: Mapping[str, Any]) -> Message | None:
    """A decision comes back to its group; `late_h`: how many hours later than it was due."""
    told = told_to_channel(ctx, args["number"])
    if told is None or told.decision.status == "undone":
        return None
    words, d = ctx.words, told.decision
    blocks = [
        Paragraph(words.line("Time to look again at {decision}", decision=messages.marked(words, d))),
        Paragraph(words.line("Is it still right? Keep it, change it, or replace it by a new one.")),
    ]
    if args.get("late_h"):
        blocks.append(
            Paragraph(words.line("(This comes late by {hours} h: Mycel was not running.)", hours=args["late_h"]))
        )
    keep = Action(words("Keep it for another 90 days"), f"/edit {d.id} --review 90d --wording")
    return Message(
        (*blocks, Actions((keep,)), Note(words.line("To replace it: {command}", command=Code(_replace(d.id)))))
    )


def _replace(id: str) -> str:
    return f"/decide TITLE --supersedes {id}"


def link_asked(ctx: ViewContext, args: Mapping[str, Any]) -> Message | None:
    """Another group's decision would replace or change one of this channel's group."""
    found = _linked(ctx, args)
    if found is None:
        return None
    later, earlier, link = found
    words = ctx.words
    line = words.line(
        messages.ASKED[args["relation"]],
        group=messages.named(later.group),
        later=messages.marked(words, later.decision),
        earlier=messages.marked(words, earlier.decision),
    )
    if link.state != links.ASKED:
        return Message((Paragraph(line), Paragraph(_answered(words, link, earlier))))
    command = f"{later.decision.id} {args['relation']} {earlier.decision.id}"
    return Message(
        (
            Paragraph(line),
            Note(words.line("Nothing changes for {id} unless you agree.", id=RecordMention(earlier.decision.id))),
            Actions(
                (
                    Action(words("Agree"), f"/accept-link {command}"),
                    Action(words("Keep ours as it is"), f"/decline-link {command}"),
                )
            ),
        )
    )


def link_answered(ctx: ViewContext, args: Mapping[str, Any]) -> Message | None:
    """What the asked group said, in the homes of the group that asked."""
    found = _linked(ctx, args)
    if found is None:
        return None
    _, earlier, link = found
    return Message((Paragraph(_answered(ctx.words, link, earlier)),))


def _answered(words: Words, link: links.Link, earlier: Told) -> Any:
    later, about = RecordMention(f"D-{link.number}"), RecordMention(earlier.decision.id)
    if link.state == links.REFUSED:
        return words.line(
            "{group} keeps {earlier} as it is; {later} does not change it.",
            group=messages.named(earlier.group),
            earlier=about,
            later=later,
        )
    return words.line(messages.AGREED[link.relation], later=later, earlier=about)


def _linked(ctx: ViewContext, args: Mapping[str, Any]) -> tuple[Told, Told, links.Link] | None:
    later, earlier = told_to_channel(ctx, args["number"]), told_to_channel(ctx, args["to"])
    if later is None or earlier is None:
        return None
    for link in links.links_of(ctx.db, ctx.network.id, args["number"]):
        if (link.number, link.relation, link.to_number) == (args["number"], args["relation"], args["to"]):
            return later, earlier, link
    return None


VIEWS = {
    **LIFE_VIEWS,
    CARD: decision_card,
    "review_due": review_due,
    "link_asked": link_asked,
    "link_answered": link_answered,
}
