"""show and decisions: reading, within the audience."""

from __future__ import annotations

from bot.core import parsing
from bot.core.audience import person_reader
from bot.core.commands import Who, command
from bot.core.context import Context
from bot.core.durations import parse_moment_past
from bot.core.errors import UserError
from bot.core.events import ConflictShown, DecisionShown
from bot.core.language import mark
from bot.core.message import Action, Actions, Block, Code, Message, Note, Paragraph, Spans
from bot.core.paging import pages
from bot.core.replies import Answer, Reply
from bot.features.decisions import finding_messages, messages
from bot.features.decisions.declarations import ListDecisions, ShowDecision
from bot.features.decisions.loading import eyes, group_named, is_secret, readable, seen, told_to_person
from bot.features.decisions.nearby import listed, named
from storage import decision_lists, decisions, input_windows
from storage.decision_lists import Filter
from storage.decisions import Decision

PAGE = 10


@command(
    "show",
    summary=mark("Read a decision, with why and what became of it; or a conflict"),
    who=Who.ALL,
    examples=("/show D-12", "/show X-1"),
    reads=True,
)
def show(ctx: Context, args: ShowDecision) -> Reply:
    if args.decision[0] == "X":
        number = args.decision[1]
        return Answer(Message(ctx.ask(ConflictShown(about=f"X-{number}", conflict=number))), is_secret=True)
    decision = _meant(ctx, args)
    more = ctx.ask(DecisionShown(about=decision.id, number=decision.number, group_id=decision.group_id))
    told = told_to_person(ctx, decision, is_whole=True)
    has_words_of_group = told.life is not None and told.life.is_source_shown and ctx.group != told.group
    is_for_one = has_words_of_group or is_secret(ctx, (decision, *(other for _, other, _ in told.links)))
    message = messages.whole(ctx.words, told, more)
    return Answer(_page(ctx, decision.id, args.page, message), is_secret=is_for_one)


def _meant(ctx: Context, args: ShowDecision) -> Decision:
    """The decision of this number, or on which that was said."""
    letter, number = args.decision
    if letter == "D":
        return seen(ctx, number)
    said = input_windows.contribution(ctx.db, ctx.network.id, number)
    decision = decisions.find(ctx.db, ctx.network.id, said.number) if said else None
    if decision is None or not readable(decision, person_reader(ctx.actor)):
        raise UserError("There is no {id} here. “decisions” lists what there is.", "/decisions", id=f"C-{number}")
    return decision


def _page(ctx: Context, id: str, asked: int, whole: Message) -> Message:
    """One page of a long story, with the way to the next one."""
    every = pages(whole.blocks)
    number = min(max(asked, 1), len(every))
    if len(every) == 1:
        return whole
    words = ctx.words
    blocks: list[Block] = list(every[number - 1])
    if number > 1:
        about = words.line("{id}, page {n} of {all}", id=id, n=number, all=len(every))
        blocks.insert(0, Paragraph(about))
    if number < len(every):
        blocks.append(Note(words.line("Page {n} of {all}.", n=number, all=len(every))))
        blocks.append(Actions((Action(words("Go on"), f"/show {id} --page {number + 1}"),)))
    return Message(tuple(blocks))


@command(
    "decisions",
    summary=mark("Find decisions by words, group, person, tag, status or time"),
    who=Who.ALL,
    examples=("/decisions signal", "/decisions --group nairobi --since 90d", "/decisions --tag safety --status taken"),
    reads=True,
)
def list_decisions(ctx: Context, args: ListDecisions) -> Reply:
    found = decision_lists.page(ctx.db, eyes(ctx), _filter(ctx, args), PAGE + 1)
    if not found:
        return Answer(Message((Paragraph(_nothing(ctx, args)),)))
    shown = listed(ctx, found[:PAGE])
    more = ""
    if len(found) > PAGE:
        more = "/" + parsing.formatted(list_decisions, args.model_copy(update={"before": shown[-1].decision.number}))
    return Answer(finding_messages.page(ctx.words, shown, more), is_secret=is_secret(ctx, named(ctx, shown)))


def _nothing(ctx: Context, args: ListDecisions) -> Spans:
    words = ctx.words
    if args == ListDecisions():
        return words.line(
            "Nothing is logged yet. The first one: {example}", example=Code("/decide Use Signal for alerts")
        )
    if args.before is not None:
        return words.line("That was the last page.")
    return words.line("Nothing fits. Try fewer words, or “decisions” alone for the newest.")


def _filter(ctx: Context, args: ListDecisions) -> Filter:
    group_id = None
    if args.group:
        group_id = group_named(ctx, args.group).id
    zone = ctx.words.zone
    return Filter(
        words=args.words,
        group_id=group_id,
        by=args.by,
        tag=args.tag.lower(),
        value=args.value.lower(),
        status=args.status,
        since=parse_moment_past(args.since, ctx.now, zone) if args.since else None,
        until=parse_moment_past(args.until, ctx.now, zone, is_end=True) if args.until else None,
        before=args.before,
    )
