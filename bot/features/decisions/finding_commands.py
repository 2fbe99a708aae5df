"""why, start, positions: finding one's way in what was decided. Reading, within the audience."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from bot.core import parsing
from bot.core.commands import Args, At, Option, Who, command
from bot.core.context import Context
from bot.core.errors import UserError
from bot.core.events import DissentAsked
from bot.core.kinds import DecisionId, FreeText, GroupSlug
from bot.core.language import mark
from bot.core.replies import Answer, Reply
from bot.features.decisions import finding, finding_messages
from bot.features.decisions.loading import eyes, group_named, is_secret, seen, told_to_person
from bot.features.decisions.nearby import EACH, listed, named, near
from storage import decision_lists, decision_shape, decision_terms, delivery
from storage.decision_lists import Filter
from storage.decisions import Decision

OTHERS, SHAPING, PAGE = 5, 10, 10
_CANDIDATES = 50
_OF_STATUS = {"taken": 0, "proposed": 1}


class AskWhy(Args):
    words: Annotated[str, FreeText(widget="text"), At(rest=True)] = Field(
        max_length=300, description=mark("What you want to know, in your own words")
    )


class Start(Args):
    group: GroupSlug = Field("", description=mark("Which group, if not your own"))


class Positions(Args):
    before: Annotated[int | None, DecisionId.__metadata__[0], Option(is_hidden=True)] = None


@command(
    "why",
    summary=mark("Ask what is in force and why: the reasons, what was considered, who dissented, whom to ask"),
    who=Who.ALL,
    examples=("/why signal", "/why do we not use WhatsApp?"),
    reads=True,
)
def why(ctx: Context, args: AskWhy) -> Reply:
    found = _answering(ctx, args.words) or _of_this_thread(ctx)
    if not found:
        return Answer(finding_messages.nothing_about(ctx.words, args.words))
    first = _standing(ctx, found)
    told = told_to_person(ctx, first)
    dissent = ctx.ask(DissentAsked(about=first.id, number=first.number, group_id=first.group_id))
    others = [d for d in found if d.number != first.number]
    words = " ".join(finding.content_words(args.words, finding.empty_words(ctx.words), 1))
    more = f"/decisions {words}" if len(others) > OTHERS else ""
    shown = listed(ctx, others[:OTHERS])
    message = finding_messages.why(ctx.words, told, dissent, shown, more)
    return Answer(message, is_secret=is_secret(ctx, [first, *named(ctx, shown)]))


def _answering(ctx: Context, text: str) -> list[Decision]:
    """Decisions with the words of a question: those that share most first, and of these what stands."""
    searches = finding.question_searches(text, finding.empty_words(ctx.words))
    numbers = finding.ranked(searches, near(ctx, searches))[:EACH]
    here = {d.number: d for d in decision_lists.those(ctx.db, eyes(ctx), numbers)}
    return [here[number] for number in numbers if number in here]


def _of_this_thread(ctx: Context) -> list[Decision]:
    """The decision in whose thread it is asked: "what was this about?"."""
    if ctx.where is None or ctx.channel is None or (ctx.where.thread is None and ctx.where.thread_key is None):
        return []
    ours = delivery.about(ctx.db, ctx.network.id, ctx.channel.id, ctx.where.thread, ctx.where.thread_key)
    number = re.fullmatch(r"D-(\d+)", ours[1]) if ours else None
    return list(decision_lists.those(ctx.db, eyes(ctx), [int(number[1])])) if number else []


def _standing(ctx: Context, found: Sequence[Decision]) -> Decision:
    """The best answer: the first in force among the best few, or what replaced the first."""
    best = found[0]
    replaced_by = decision_shape.replacing(ctx.db, ctx.network.id, [best.number]).get(best.number)
    if best.status in ("superseded", "reversed") and replaced_by is not None:
        later = decision_lists.those(ctx.db, eyes(ctx), [replaced_by])
        if later and later[0].status == "taken":
            return seen(ctx, later[0].number)
    chosen = min(found[:3], key=lambda d: _OF_STATUS.get(d.status, 2))
    return seen(ctx, chosen.number)


@command(
    "start",
    summary=mark("For newcomers: the ten decisions that shape your group most"),
    who=Who.ALL,
    examples=("/start", "/start --group nairobi"),
    reads=True,
    has_form=False,
)
def start(ctx: Context, args: Start) -> Reply:
    group = group_named(ctx, args.group) if args.group else ctx.acting_as
    if group is None:
        raise UserError("Say for which group: this channel belongs to none.", "/start --group GROUP")
    network_id = ctx.network.id
    positions = decision_lists.page(ctx.db, eyes(ctx), Filter(kind="position", status="taken"), _CANDIDATES)
    numbers = {d.number for d in positions}
    numbers |= set(decision_shape.own(ctx.db, network_id, group.id, _CANDIDATES))
    affecting = decision_shape.affecting(ctx.db, network_id, group.id, _CANDIDATES)
    numbers |= set(affecting)
    here = {d.number: d for d in decision_lists.those(ctx.db, eyes(ctx), sorted(numbers)) if d.status == "taken"}
    weights = (
        {d.number: 3 for d in positions},
        {number: 2 for number in affecting},
        {number: 2 * n for number, n in decision_shape.resting(ctx.db, network_id, sorted(here)).items()},
        {number: min(n, 3) for number, n in decision_shape.affected(ctx.db, network_id, sorted(here)).items()},
        {number: 1 for number, d in here.items() if d.why},
        {n: 2 for n, terms in decision_terms.of_many(ctx.db, network_id, sorted(here)).items() if terms.kind},
    )
    chosen = [here[number] for number in finding.shaping(here, weights, SHAPING)]
    shown = listed(ctx, chosen)
    message = finding_messages.start(ctx.words, group.name, shown)
    return Answer(message, is_secret=is_secret(ctx, named(ctx, shown)))


@command(
    "positions",
    summary=mark("List the public positions in force"),
    who=Who.ALL,
    examples=("/positions",),
    reads=True,
)
def list_positions(ctx: Context, args: Positions) -> Reply:
    wanted = Filter(kind="position", status="taken", before=args.before)
    found = decision_lists.page(ctx.db, eyes(ctx), wanted, PAGE + 1)
    if not found and args.before is not None:
        raise UserError("That was the last page.")
    shown, more = listed(ctx, found[:PAGE]), ""
    if len(found) > PAGE:
        following = args.model_copy(update={"before": shown[-1].decision.number})
        more = "/" + parsing.formatted(list_positions, following)
    message = finding_messages.positions(ctx.words, shown, more)
    return Answer(message, is_secret=is_secret(ctx, named(ctx, shown)))
