"""What a person owes an answer to, shown to that person alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.core.audience import person_reader
from bot.core.context import Context, ViewContext
from bot.core.events import OwedAsked
from bot.core.language import Words
from bot.core.message import (
    Action,
    Actions,
    Block,
    Bold,
    Bullets,
    Code,
    GroupMention,
    Message,
    Paragraph,
    RecordMention,
    Spans,
    Text,
)
from bot.core.permissions import FACILITATOR
from bot.features.digests.choosing import readable
from storage import digest_content as content
from storage import directory
from storage.decisions import Decision
from storage.digest_content import Asked, Concern, Owed
from storage.network import Group, Person

MOST = 10
BUTTONS = 3


@dataclass(frozen=True, slots=True)
class Debts:
    """What was found for one person; `decisions` are those that they may read."""

    words: Words
    person_id: int
    asked: Sequence[Asked]
    to_answer: Sequence[Concern]
    to_resolve: Sequence[Concern]
    outcomes: Sequence[Owed]
    reviews: Sequence[Owed]
    links: Sequence[tuple[int, str, int]]
    decisions: Mapping[int, Decision]
    groups: Mapping[int, Group]

    def title(self, number: int) -> Spans:
        title = self.decisions[number].title or self.words("(redacted)")
        return (RecordMention(f"D-{number}"), Text(f" {title}"))

    def group(self, id: int) -> GroupMention | str:
        group = self.groups.get(id)
        return GroupMention(group.name, group.slug) if group else "?"


def owed(ctx: Context) -> Message:
    """The answer to `mine`: what waits for this person and for their groups."""
    blocks = owed_by(ctx, ctx.actor, ctx.words)
    if not blocks:
        return Message((Paragraph(ctx.words.line("You owe nobody an answer.")),))
    return Message(blocks)


def owed_by(ctx: Context | ViewContext, person: Person, words: Words) -> tuple[Block, ...]:
    """The same for anybody; nothing where nothing waits."""
    debts = _load(ctx, person, words)
    is_circle = FACILITATOR in person.roles
    asked = OwedAsked(
        about=f"person:{person.id}",
        person_id=person.id,
        group_ids=tuple(sorted(person.group_ids)),
        is_circle=is_circle,
    )
    return (*_shown(debts), *ctx.ask(asked))


def _load(ctx: Context | ViewContext, person: Person, words: Words) -> Debts:
    db, network_id, mine, me, reader = ctx.db, ctx.network.id, person.group_ids, person.id, person_reader(person)
    asked = [a for a in content.asked(db, network_id, mine, ctx.now) if a.heard_at is None]
    to_answer, to_resolve = content.concerns_to(db, network_id, mine), content.answers_to(db, network_id, me)
    outcomes, reviews = content.outcomes_owed(db, network_id, mine), content.reviews_due(db, network_id, mine, ctx.now)
    links = content.links_asked(db, network_id, mine)
    numbers = {
        *(a.number for a in asked),
        *(o.number for o in (*outcomes, *reviews)),
        *(c.number for c in (*to_answer, *to_resolve)),
        *(n for number, _, to_number in links for n in (number, to_number)),
    }
    found = content.decisions_by_number(db, network_id, numbers)
    seen = {n: d for n, d in found.items() if readable(d, reader)}
    ids = {*mine, *(d.group_id for d in seen.values())}
    groups = directory.groups_by_id(db, network_id, sorted(ids))
    return Debts(words, me, asked, to_answer, to_resolve, outcomes, reviews, links, seen, groups)


def _shown(debts: Debts) -> list[Block]:
    words = debts.words
    return [
        *_section(words("Your input is asked for"), _asked(debts)),
        *_passes(debts),
        *_section(words("Concerns that wait for your group's answer"), _to_answer(debts)),
        *_section(words("Your concerns that were answered: are they resolved?"), _to_resolve(debts)),
        *_section(words("Say what becomes of it"), _outcomes(debts)),
        *_section(words("Time to look at again"), _reviews(debts)),
        *_section(words("Your group is asked to agree"), _links(debts)),
    ]


def _section(title: str, lines: Iterable[Spans]) -> tuple[Block, ...]:
    shown = tuple(lines)[:MOST]
    return (Paragraph((Bold(title),)), Bullets(shown)) if shown else ()


def _asked(debts: Debts) -> Iterable[Spans]:
    for asked in debts.asked:
        if asked.number in debts.decisions:
            yield debts.words.line(
                "{decision}, for {group}, until {end}",
                decision=debts.title(asked.number),
                group=debts.group(asked.group_id),
                end=debts.words.moment(asked.closes_at),
            )


def _passes(debts: Debts) -> tuple[Block, ...]:
    """Buttons for the windows that end first, where it is clear for which group one speaks."""
    numbers = [a.number for a in debts.asked if a.number in debts.decisions]
    once = [n for n in dict.fromkeys(numbers) if numbers.count(n) == 1][:BUTTONS]
    actions = tuple(Action(debts.words("Pass on {id}", id=f"D-{n}"), f"/pass D-{n}") for n in once)
    return (Actions(actions),) if actions else ()


def _to_answer(debts: Debts) -> Iterable[Spans]:
    mine_first = sorted(debts.to_answer, key=lambda c: (c.author_id != debts.person_id, c.given_at))
    for concern in mine_first:
        if concern.number in debts.decisions:
            yield debts.words.line(
                "{concern} on {decision}: {command}",
                concern=RecordMention(f"C-{concern.id}"),
                decision=debts.title(concern.number),
                command=Code(f"/answer C-{concern.id} …"),
            )


def _to_resolve(debts: Debts) -> Iterable[Spans]:
    for concern in debts.to_resolve:
        if concern.number in debts.decisions:
            yield debts.words.line(
                "{concern} on {decision}: {command}",
                concern=RecordMention(f"C-{concern.id}"),
                decision=debts.title(concern.number),
                command=Code(f"/resolve C-{concern.id}"),
            )


def _outcomes(debts: Debts) -> Iterable[Spans]:
    for owed in debts.outcomes:
        if owed.number in debts.decisions:
            yield (*debts.title(owed.number), Text(": "), Code(f"/outcome D-{owed.number} …"))


def _reviews(debts: Debts) -> Iterable[Spans]:
    for owed in debts.reviews:
        if owed.number in debts.decisions:
            yield debts.words.line(
                "{decision}, since {moment}", decision=debts.title(owed.number), moment=debts.words.moment(owed.since)
            )


def _links(debts: Debts) -> Iterable[Spans]:
    for number, relation, to_number in debts.links:
        if {number, to_number} <= debts.decisions.keys():
            yield (*debts.title(number), Text(": "), Code(f"/accept-link D-{number} {relation} D-{to_number}"))
