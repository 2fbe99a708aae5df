"""What other rooms do that may be a conflict: a decision like another, a link, a concern left without an answer."""

from __future__ import annotations

from collections.abc import Iterable

from bot.core.audience import Reader, person_reader
from bot.core.context import Context
from bot.core.errors import UserError
from bot.core.events import (
    ConcernLeftUnanswered,
    ConcernResolved,
    ConflictSuggested,
    DecisionEdited,
    DecisionImported,
    DecisionLogged,
    DecisionProposed,
    DecisionRedacted,
    DecisionShown,
    DecisionsLinked,
    DecisionUndone,
)
from bot.core.message import Block
from bot.features.conflicts import ending, messages, rules, suggesting, telling
from bot.features.conflicts.loading import Case, is_readable, loaded, readable
from bot.features.conflicts.raising import announce
from storage import conflict_candidates, conflicts, contributions, counters, decisions, links
from storage.conflicts import DISMISSED, OPEN, SUGGESTED, Conflict
from storage.decisions import Decision


def decision_logged(ctx: Context, fact: DecisionLogged | DecisionProposed | DecisionEdited) -> tuple[Block, ...]:
    """Looks at what is decided now beside what was decided before; what its author is told of it."""
    stored = None if isinstance(fact, DecisionEdited) else fact.record
    decision = stored or decisions.find(ctx.db, ctx.network.id, fact.number)
    if decision is None:
        return ()
    if isinstance(fact, DecisionEdited):
        _touch(ctx, fact.number)
    if any(":" in tag for tag in decision.tags) or isinstance(fact, DecisionEdited):
        conflict_candidates.keep_resources(ctx.db, decision)
    others = _candidates(ctx, decision)
    if not others:
        return ()
    known = conflicts.of_decision(ctx.db, ctx.network.id, decision.number)
    declared = links.links_of(ctx.db, ctx.network.id, decision.number)
    found = suggesting.suggestions(decision, others, declared, (one for one in known if not one.is_private))
    return messages.suggested(ctx.words, [_suggest(ctx, decision, other, why.rule) for other, why in found])


def decision_imported(ctx: Context, fact: DecisionImported) -> tuple[Block, ...]:
    """What came from before Mycel's time is compared with what comes, not among itself."""
    decision = decisions.find(ctx.db, ctx.network.id, fact.number)
    if decision is not None and any(":" in tag for tag in decision.tags):
        conflict_candidates.keep_resources(ctx.db, decision)
    return ()


def _candidates(ctx: Context, decision: Decision) -> list[Decision]:
    """What the author may read, and whose group may read the new one, too."""
    network_id = ctx.network.id
    others = decisions.find_all(ctx.db, network_id, suggesting.cited(decision)[:10])
    resources = suggesting.resources(decision)
    if resources:
        # What one group decides twice in like words is no tension; a choice or a date may be one.
        own = conflict_candidates.NOBODY if suggesting.is_exact(decision) else decision.group_id
        others += conflict_candidates.of_resources(ctx.db, network_id, decision.number, resources, not_of=own)
    return _readable_by_all(ctx, decision, {other.number: other for other in others}.values())


def _readable_by_all(ctx: Context, decision: Decision, others: Iterable[Decision]) -> list[Decision]:
    me = person_reader(ctx.actor) if ctx.who else None
    found = []
    for other in others:
        readers = [Reader(frozenset({decision.group_id})), Reader(frozenset({other.group_id})), *([me] if me else [])]
        if all(readable(one, reader) for one in (decision, other) for reader in readers):
            found.append(other)
    return found


def _suggest(ctx: Context, decision: Decision, other: Decision, rule: str) -> Case:
    conflict = Conflict(
        network_id=ctx.network.id,
        id=counters.take(ctx.db, ctx.network.id, "X"),
        state=SUGGESTED,
        rule=rule,
        first=decision.number,
        second=other.number,
        other="",
        contribution_id=None,
        text="",
        raiser_id=None,
        raiser_group_id=None,
        confidant_id=None,
        host_id=None,
        raised_at=ctx.now,
        changed_at=ctx.now,
    )
    conflicts.add(ctx.db, conflict, rules.party_ids((decision.group_id, other.group_id), None))
    found = loaded(ctx.db, conflict)
    telling.post_heads(ctx, found)
    ctx.publish(ConflictSuggested(about=conflict.about, conflict=conflict.id, rule=rule, numbers=conflict.numbers))
    return found


def decisions_linked(ctx: Context, fact: DecisionsLinked) -> tuple[Block, ...]:
    """They are said to conflict; or one is replaced on which a third one rests."""
    number = int(fact.about.removeprefix("D-"))
    decision = decisions.find(ctx.db, ctx.network.id, number)
    other = decisions.find(ctx.db, ctx.network.id, fact.to_number)
    if decision is None or other is None:
        return ()
    if fact.relation == "conflicts-with":
        return _linked(ctx, decision, other)
    if fact.relation in ("supersedes", "reverses"):
        _touch(ctx, other.number)
        return _resting_on(ctx, other)
    return ()


def _linked(ctx: Context, decision: Decision, other: Decision) -> tuple[Block, ...]:
    if _is_known(ctx, decision, other) or not _readable_by_all(ctx, decision, [other]):
        return ()
    return messages.suggested(ctx.words, [_suggest(ctx, decision, other, suggesting.LINK)])


def _resting_on(ctx: Context, retired: Decision) -> tuple[Block, ...]:
    """Decisions in force that depend on one that was retired just now."""
    found = []
    for link in links.links_of(ctx.db, ctx.network.id, retired.number):
        if link.relation != "depends-on" or link.to_number != retired.number or link.state == links.REFUSED:
            continue
        leaning = decisions.find(ctx.db, ctx.network.id, link.number)
        if leaning is None or leaning.status not in ("proposed", "taken") or _is_known(ctx, leaning, retired):
            continue
        if _readable_by_all(ctx, leaning, [retired]):
            found.append(_suggest(ctx, leaning, retired, suggesting.LEANING))
    return messages.suggested(ctx.words, found)


def _is_known(ctx: Context, first: Decision, second: Decision) -> bool:
    pair = {first.number, second.number}
    known = conflicts.of_decision(ctx.db, ctx.network.id, first.number)
    return any(set(one.numbers) == pair and not one.is_private for one in known)


def concern_left(ctx: Context, fact: ConcernLeftUnanswered) -> tuple[Block, ...]:
    """An outcome left a concern without an answer: that is a conflict from now on, and its raiser's."""
    concern = contributions.contribution(ctx.db, ctx.network.id, fact.contribution)
    decision = decisions.find(ctx.db, ctx.network.id, fact.number)
    if concern is None or decision is None or not concern.is_concern:
        return ()
    if conflicts.of_concern(ctx.db, ctx.network.id, fact.number, fact.contribution) is not None:
        return ()
    conflict = Conflict(
        network_id=ctx.network.id,
        id=counters.take(ctx.db, ctx.network.id, "X"),
        state=OPEN,
        rule="",
        first=fact.number,
        second=None,
        other="",
        contribution_id=concern.id,
        text="",
        raiser_id=concern.raiser_id,
        raiser_group_id=concern.group_id,
        confidant_id=None,
        host_id=None,
        raised_at=ctx.now,
        changed_at=ctx.now,
        round=1,
    )
    conflicts.add(ctx.db, conflict, rules.party_ids((decision.group_id,), concern.group_id))
    announce(ctx, conflict)
    return ()


def concern_resolved(ctx: Context, fact: ConcernResolved) -> tuple[Block, ...]:
    """Whoever raised the concern is content: so is the conflict that it became."""
    conflict = conflicts.of_concern(ctx.db, ctx.network.id, fact.number, fact.contribution)
    if conflict is None or conflict.state != OPEN:
        return ()
    settled = rules.settled_by_raiser(conflict, ctx.now)
    conflicts.write(ctx.db, settled, "confirmed", ctx.now, by_id=conflict.raiser_id, group_id=conflict.raiser_group_id)
    ending.end(ctx, settled)
    return ()


def decision_undone(ctx: Context, fact: DecisionUndone) -> tuple[Block, ...]:
    """What was only suggested goes with it. UserError where somebody raised a conflict, which is not to go under."""
    for conflict in conflicts.of_decision(ctx.db, ctx.network.id, fact.number):
        if conflict.state == OPEN:
            raise UserError(
                "{id} is in conflict already ({conflict}), which is not to go under. Settle that first.",
                f"/conflicts {conflict.about}",
                id=fact.about,
                conflict=conflict.about,
            )
        if conflict.state == SUGGESTED:
            gone = rules.dismissed(conflict, ctx.now)
            ending.dismiss(ctx, gone, "", None)
    return ()


def decision_shown(ctx: Context, fact: DecisionShown) -> tuple[Block, ...]:
    """The conflicts of a decision that somebody reads, as far as they may read them."""
    found = [one for one in conflicts.of_decision(ctx.db, ctx.network.id, fact.number) if one.state != DISMISSED]
    reader = person_reader(ctx.actor)
    cases = [loaded(ctx.db, one) for one in found if not one.is_private]
    return messages.of_decision(ctx.words, [case for case in cases if is_readable(case, reader)])


def decision_redacted(ctx: Context, fact: DecisionRedacted) -> tuple[Block, ...]:
    """Its title is shown nowhere any more."""
    _touch(ctx, fact.number)
    return ()


def _touch(ctx: Context, number: int) -> None:
    for conflict in conflicts.of_decision(ctx.db, ctx.network.id, number):
        if not conflict.is_private and conflict.state != DISMISSED:
            ctx.touch(conflict.about)
