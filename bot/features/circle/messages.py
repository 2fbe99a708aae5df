"""What is said of circles: who has a seat, for how long, who follows and why; each change of hands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.core.durations import parse_duration
from bot.core.language import Words
from bot.core.lengths import in_words
from bot.core.message import (
    Action,
    Actions,
    Block,
    Bold,
    Bullets,
    Code,
    Fields,
    Heading,
    Message,
    Note,
    Paragraph,
    PersonMention,
    Spans,
    Text,
)
from bot.core.rotation import Step
from bot.features.circle import rules
from bot.features.circle.rules import Round
from bot.features.circle.turning import BEGAN, STAND_IN
from storage.circles import Circle, Seat
from storage.network import Group

Groups = Mapping[int, Group]


def name(words: Words, circle: Circle) -> str:
    """Its name; the first one has none of its own."""
    return circle.name or words("the facilitation circle")


def shown(words: Words, rounds: Sequence[Round], groups: Groups, now: datetime, *, others: int = 0) -> Message:
    """The answer to `circle`: circles and roles that go round; `others`: who facilitates without a seat in one."""
    blocks: list[Block] = []
    for round in rounds:
        blocks += card(words, round, groups, now)
    if others:
        said = words.plural(
            "{n} more person facilitates without a term: a steward gave them the role. “roles” shows who.",
            "{n} more people facilitate without a term: a steward gave them the role. “roles” shows who.",
            others,
        )
        blocks.append(Note((Text(said),)))
    actions = [Action(words("What is open"), "/conflicts")] if any(not one.circle.is_role for one in rounds) else []
    is_another = len(rounds) == 1 and rounds[0].circle.name
    out = f"/circle out --of {rounds[0].circle.slug}" if is_another else "/circle out"
    blocks.append(Actions((*actions, Action(words("Do not ask me"), out))))
    return Message(tuple(blocks))


def card(words: Words, round: Round, groups: Groups, now: datetime) -> list[Block]:
    """One circle: what it is for, who has a seat until when, who follows, how often each group had its turn."""
    circle = round.circle
    blocks: list[Block] = [Heading((Text(_capital(name(words, circle))),))]
    if circle.domain:
        blocks.append(Paragraph((Text(circle.domain),)))
    blocks.append(Bullets(tuple(_seats(words, round, groups, now))))
    if circle.questions:
        blocks.append(Paragraph((Bold(words("Its standing questions")),)))
        blocks.append(Bullets(tuple((Text(question),) for question in circle.questions)))
    blocks.append(Fields(tuple(_facts(words, round, groups, now))))
    return blocks


def _seats(words: Words, round: Round, groups: Groups, now: datetime) -> list[Spans]:
    lines: list[Spans] = []
    for seat in round.sitting:
        line = words.line("{who} until {until}", who=who(words, round, groups, seat), until=words.moment(seat.ends_at))
        standing = next((s for s in round.standing_in if s.stands_in_for == seat.n), None)
        if standing is not None:
            stand_in = words.line("; {who} stands in", who=who(words, round, groups, standing))
            line = (*line, *stand_in)
        lines.append(line)
    free = round.free_seats
    if free:
        lines.append((Text(words.plural("{n} free seat", "{n} free seats", free)),))
    return lines


def _facts(words: Words, round: Round, groups: Groups, now: datetime) -> list[tuple[str, Spans]]:
    circle = round.circle
    rows: list[tuple[str, Spans]] = []
    following = _following(words, round, groups, now)
    if following:
        rows.append((words("Follows next"), following))
    sums = rules.sums(round, now)
    had = [f"{groups[id].name} {n}" for id, n in sorted(sums.items(), key=lambda x: (x[1], x[0])) if id in groups]
    rows.append((words("Turns so far"), (Text(", ".join(had) or "–"),)))
    length = in_words(words, parse_duration(circle.term))
    seats = words.plural("{n} seat", "{n} seats", circle.seats)
    rows.append(
        (
            words("Rule"),
            (Text(words("{seats}, each group has one at most, {length} each", seats=seats, length=length)),),
        )
    )
    asked = (
        words("who said “circle in”") if circle.needs_volunteers else words("everybody who did not say “circle out”")
    )
    rows.append((words("Asked"), (Text(asked),)))
    return rows


def _following(words: Words, round: Round, groups: Groups, now: datetime) -> Spans:
    """Who was announced, or whose turn it would be if nothing changes."""
    seat = rules.first_to_end(round)
    if round.has_too_many:
        return words.line("nobody, as it has fewer seats from the next turn on")
    if round.free_seats:
        picked = rules.next_pick(round, now)
    elif seat is not None:
        coming = round.coming_after(seat.n)
        if coming is not None:
            return words.line("{who}, announced", who=who(words, round, groups, coming))
        picked = rules.next_pick(round, seat.ends_at, leaving=seat.n)
    else:
        return ()
    if picked is None:
        return (Text(words("nobody can be asked yet")),)
    group = groups.get(picked.group_id)
    named = f"{round.name(picked.person_id)} ({group.name if group else '?'})"
    return words.line("{who}, whose group has waited longest", who=named)


def who(words: Words, round: Round, groups: Groups, seat: Seat, *, is_addressed: bool = False) -> Spans:
    """ "Ana (Oakland)"."""
    person = PersonMention(seat.person_id, round.name(seat.person_id), is_addressed=is_addressed)
    group = groups.get(seat.group_id)
    return words.line("{name} ({group})", name=person, group=group.name if group else "?")


def turn(words: Words, round: Round, groups: Groups, n: int, step: str, names: Mapping[int, str]) -> Message | None:
    """A change of hands, as a channel is told of it."""
    seat = round.seat(n)
    if seat is None:
        return None
    circle = name(words, round.circle)
    old = _named(words, groups, seat, names)
    after = next((s for s in round.seats if s.follows == n and s.ends_at > s.begins_at), None)
    new = _named(words, groups, after, names, is_addressed=True) if after else ()
    if step in (BEGAN, STAND_IN):
        return _began(words, round, circle, seat, _named(words, groups, seat, names, is_addressed=True), step)
    if step == Step.BEFORE:
        return _before(words, round, seat, old, new)
    if after is None and not round.free_seats:
        return Message((Paragraph(words.line("The turn of {old} in {circle} is over.", old=old, circle=circle)),))
    if after is None:
        line = words.line("{old} has given the seat in {circle} back; it is free.", old=old, circle=circle)
        return Message((Paragraph(line),))
    if step == Step.CHANGE:
        line = words.line("{new} follows {old} in {circle} from now on.", new=new, old=old, circle=circle)
        return Message((Paragraph(line), *_questions(words, round), _what_it_is(words, round.circle)))
    line = words.line("{new} has settled into {circle}, after {old}.", new=new, old=old, circle=circle)
    hint = words.line("What is open: {command}", command=Code("/circle handover"))
    return Message((Paragraph(line), *(() if round.circle.is_role else (Note(hint),))))


def _before(words: Words, round: Round, seat: Seat, old: Spans, new: Spans) -> Message:
    one = round.circle
    at, circle, slug = words.moment(seat.ends_at), name(words, one), one.slug
    if not new and round.has_too_many:
        line = words.line(
            "The turn of {old} in {circle} ends on {at}. Nobody follows, as it has fewer seats then.",
            old=old,
            circle=circle,
            at=at,
        )
        return Message((Paragraph(line),))
    if not new:
        line = words.line(
            "The turn of {old} in {circle} ends on {at}. Nobody can be asked yet.", old=old, circle=circle, at=at
        )
        return Message(
            (Paragraph(line), Note(words.line("Who can: {command}", command=Code(f"/circle in --of {slug}"))))
        )
    line = words.line(
        "The turn of {old} in {circle} ends on {at}. {new} follows.", old=old, circle=circle, at=at, new=new
    )
    hint = words.line("Their group has waited longest. If it does not suit you, the next one is asked.")
    actions = Actions((Action(words("Not me"), f"/circle out --of {slug}"),))
    return Message((Paragraph(line), Note(hint), actions))


def _began(words: Words, round: Round, circle: str, seat: Seat, new: Spans, step: str) -> Message | None:
    until = words.moment(seat.ends_at)
    if step == STAND_IN:
        if seat.state != "on":
            return None
        line = words.line("{new} stands in in {circle} until {until}.", new=new, circle=circle, until=until)
    else:
        line = words.line("{new} has a seat in {circle} until {until}.", new=new, circle=circle, until=until)
    return Message((Paragraph(line), *_questions(words, round), _what_it_is(words, round.circle)))


def _questions(words: Words, round: Round) -> list[Block]:
    if not round.circle.questions:
        return []
    return [Bullets(tuple((Text(question),) for question in round.circle.questions))]


def _what_it_is(words: Words, circle: Circle) -> Note:
    if circle.is_role:
        return Note(words.line("If it does not suit you: {command}", command=Code(f"/circle leave --of {circle.slug}")))
    return Note(
        words.line(
            "Facilitators host and remind; they decide nothing for a group. What is open: {command}. "
            "If it does not suit you: {leave}",
            command=Code("/conflicts"),
            leave=Code(f"/circle leave --of {circle.slug}"),
        )
    )


def _named(words: Words, groups: Groups, seat: Seat, names: Mapping[int, str], *, is_addressed: bool = False) -> Spans:
    person = PersonMention(seat.person_id, names.get(seat.person_id, "?"), is_addressed=is_addressed)
    group = groups.get(seat.group_id)
    return words.line("{name} ({group})", name=person, group=group.name if group else "?")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
