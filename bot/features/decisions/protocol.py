"""protocol: which decisions need which notice. Each rule is set by a decision of its own."""

from __future__ import annotations

from collections.abc import Mapping

from bot.core.commands import Who, command
from bot.core.context import Context
from bot.core.durations import parse_duration
from bot.core.events import DecisionLogged, ProtocolChanged
from bot.core.language import Words, mark
from bot.core.lengths import in_words
from bot.core.message import Block, Bullets, Code, Message, Note, Paragraph, RecordMention, Spans, spans_to_plain
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
    rules.URGENT: mark("Could not wait for those affected: it holds for {length} unless it is renewed or adopted"),
}
NO_NOTICE = {
    rules.AFFECTS_OTHERS: mark("Affects other groups: taken at once, they are told"),
    rules.REVERSIBLE: mark("Affects other groups and is reversible: taken at once, they are told"),
    rules.URGENT: mark("Could not wait for those affected: it holds like any other"),
}
WINDOWS = {
    rules.ON: mark("Affects other groups: windows open without asking first"),
    rules.ASK: mark("Affects other groups: it is logged, and Mycel asks before it opens a window"),
}
_DEFAULTS = {**rules.DEFAULT_PROTOCOL, rules.URGENT: rules.URGENT_HOLDS, rules.WINDOWS: rules.ON}
_EXAMPLE = "/protocol set affects-others 5bd"


@command(
    "protocol",
    summary=mark("Which decisions need which notice"),
    who=Who.ALL,
    examples=(
        "/protocol",
        '/protocol set affects-others 5bd --why "ten days were too long"',
        "/protocol set urgent 14d",
        "/protocol set windows on",
    ),
    has_form=False,
    who_else=lambda args: (Who.STEWARD,) if args.action else None,
)
def protocol(ctx: Context, args: ShowProtocol) -> Reply:
    if args.action == "set":
        return _set(ctx, args)
    words = ctx.words
    blocks: list[Block] = [
        Paragraph(words.line("In this network a decision that …")),
        Bullets((words.line("Affects nobody else: taken at once"), *rule_lines(ctx))),
    ]
    return Answer(Message((*blocks, Note(words.line("Each rule is itself a decision: {set}", set=Code(_EXAMPLE))))))


def rule_lines(ctx: Context) -> list[Spans]:
    """The rules for decisions that affect others, each with the decision that set it."""
    words, lines = ctx.words, []
    set_here = kept.rules(ctx.db, ctx.network.id)
    for case, default in _DEFAULTS.items():
        value, number = set_here.get(case, (default, 0))
        line = _windows(ctx, set_here) if case == rules.WINDOWS else _rule(words, case, value)
        if line:
            by = words.line(" (decided in {id})", id=RecordMention(f"D-{number}")) if number else ()
            lines.append((*line, *by))
    return lines


def _windows(ctx: Context, set_here: Mapping[str, tuple[str, int]]) -> Spans:
    """Whether it asks before a window opens; nothing to say where it does not and never was decided."""
    words, until = ctx.words, rules.asks_until(ctx.network.settings)
    if rules.WINDOWS in set_here:
        return words.line(WINDOWS[set_here[rules.WINDOWS][0]])
    if until is None or until <= ctx.now:
        return ()
    return words.line(
        "Affects other groups, until {until}: it is logged, and Mycel asks before it opens a window "
        "(switch it on: {command})",
        until=words.moment(until),
        command=Code("/protocol set windows on"),
    )


def _rule(words: Words, case: str, value: str) -> Spans:
    if case == rules.WINDOWS:
        return words.line(WINDOWS[value])
    if value == rules.NO_NOTICE:
        return words.line(NO_NOTICE[case])
    return words.line(CASES[case], length=in_words(words, parse_duration(value)))


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
