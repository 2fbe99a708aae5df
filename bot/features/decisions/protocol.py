"""protocol: which decisions need which notice. Each rule is set by a decision of its own."""

from __future__ import annotations

from bot.core.commands import Who, command
from bot.core.context import Context
from bot.core.durations import parse_duration
from bot.core.events import DecisionLogged, ProtocolChanged
from bot.core.language import Words, mark
from bot.core.lengths import in_words
from bot.core.message import Bullets, Message, Paragraph, RecordMention, Spans, spans_to_plain
from bot.core.replies import Answer, Reply
from bot.features.decisions import rules, storing
from bot.features.decisions.declarations import LogDecision, ShowProtocol
from bot.features.decisions.loading import deciding_group
from bot.features.decisions.storing import Parties
from storage import links
from storage import protocol as kept
from storage.decisions import Decision

CASES = {
    rules.AFFECTS_OTHERS: mark("Affects other groups: {length} for input"),
    rules.REVERSIBLE: mark("Affects other groups and is reversible: {length} for input"),
}
NO_NOTICE = {
    rules.AFFECTS_OTHERS: mark("Affects other groups: taken at once, they are told"),
    rules.REVERSIBLE: mark("Affects other groups and is reversible: taken at once, they are told"),
}


@command(
    "protocol",
    summary=mark("Which decisions need which notice"),
    who=Who.ALL,
    examples=("/protocol", '/protocol set affects-others 5bd --why "ten days were too long"'),
    has_form=False,
    who_else=lambda args: (Who.STEWARD,) if args.action else None,
)
def protocol(ctx: Context, args: ShowProtocol) -> Reply:
    if args.action == "set":
        return _set(ctx, args)
    words = ctx.words
    set_here = kept.rules(ctx.db, ctx.network.id)
    items: list[Spans] = [words.line("Affects nobody else: taken at once")]
    for case, default in rules.DEFAULT_PROTOCOL.items():
        length, number = set_here.get(case, (default, 0))
        line = _rule(words, case, length)
        items.append((*line, *words.line(" (decided in {id})", id=RecordMention(f"D-{number}"))) if number else line)
    return Answer(Message((Paragraph(words.line("In this network a decision that …")), Bullets(tuple(items)))))


def _rule(words: Words, case: str, length: str) -> Spans:
    if length == rules.NO_NOTICE:
        return words.line(NO_NOTICE[case])
    return words.line(CASES[case], length=in_words(words, parse_duration(length)))


def _set(ctx: Context, args: ShowProtocol) -> Reply:
    length = rules.check_rule(args.case, args.notice)
    group = deciding_group(ctx)
    words = ctx.words
    title = spans_to_plain(_rule(words, args.case, length))
    logged = LogDecision(title=title, why=args.why, tags=("protocol",))
    decision, _ = storing.store(ctx, logged, Parties(group), "taken")
    _, before = kept.rules(ctx.db, ctx.network.id).get(args.case, ("", 0))
    if before:
        _replace(ctx, decision, before)
    kept.set_rule(ctx.db, ctx.network.id, args.case, length, decision.number)
    ctx.publish(DecisionLogged(about=decision.id, group_id=group.id, number=decision.number))
    ctx.publish(ProtocolChanged(about=decision.id, group_id=group.id, case=args.case))
    storing.cards(ctx, decision, Parties(group))
    line = words.line("From now on: {rule}. It is logged as {id}.", rule=title, id=RecordMention(decision.id))
    return Answer(Message((Paragraph(line),)), subject=decision.id)


def _replace(ctx: Context, decision: Decision, before: int) -> None:
    """The rule that was in force until now is superseded, whichever steward's group had set it: it is the network's."""
    link = links.Link(ctx.network.id, decision.number, "supersedes", before, links.KEPT, ctx.actor.id, ctx.now)
    links.set_link(ctx.db, link)
    storing.keep(ctx, link, decision.taken_at)
