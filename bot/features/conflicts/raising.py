"""conflict, raise, confide: how a conflict comes to those who are part of it, if wanted first in confidence."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated

from pydantic import Field

from bot.core import forms
from bot.core.audience import Reader
from bot.core.commands import Args, At, Command, Option, Who, command
from bot.core.context import Context
from bot.core.errors import UserError
from bot.core.events import ConflictRaised
from bot.core.kinds import FreeText, GroupSlug, Id, Kind, PersonName, Yes
from bot.core.language import mark
from bot.core.replies import Answer, Form, Reply
from bot.features.conflicts import messages, rules, telling
from bot.features.conflicts.loading import (
    Case,
    loaded,
    readable,
    readable_case,
    readable_decision,
    subject,
)
from storage import circles, conflicts, counters, directory, people
from storage.conflicts import CONFIDED, OPEN, SUGGESTED, Conflict
from storage.decisions import Decision

ConflictId = Annotated[int, Id(letter="X", shown="X-1")]


@dataclass(frozen=True, slots=True)
class SecondDecision(Id):
    """A decision's id that has to have its letter: behind it stand free words, which may begin with a number."""

    shown: str = "D-2"

    def parse(self, typed: str) -> int:
        if not typed.strip().upper().startswith("D"):
            raise UserError("“{typed}” is no id of this kind; it looks like {id}.", typed=typed.strip(), id="D-12")
        return Id.parse(self, typed)


class RaiseConflict(Args):
    decision: Annotated[int, Id(letter="D"), At()] = Field(description=mark("A decision"))
    second: Annotated[int | None, SecondDecision(), At()] = Field(
        None, description=mark("The decision that it is in conflict with")
    )
    text: Annotated[str, FreeText(), At(rest=True)] = Field(
        "", max_length=8000, description=mark("What pulls in two directions, in your own words")
    )
    other: Annotated[str, Kind(), Option("with")] = Field(
        "", max_length=80, description=mark("A value, a section or an objective, if it is no decision")
    )
    in_confidence: Yes = Field(False, description=mark("Tell one facilitator first, and nobody else"))
    to: PersonName = Field("", description=mark("Which facilitator to tell in confidence"))
    as_group: Annotated[GroupSlug, Option("as")] = Field(
        "", description=mark("For which of your groups, if not this channel's")
    )


@command(
    "conflict",
    summary=mark("Say that two decisions are in conflict, openly or first in confidence"),
    who=Who.ALL,
    examples=(
        "/conflict D-1 D-2 Both need the hall on Friday",
        "/conflict D-1 D-2 I do not dare to say it aloud --in-confidence",
        "/conflict D-1 --with transparency Nobody could see how this was decided",
    ),
)
def raise_conflict(ctx: Context, args: RaiseConflict) -> Reply:
    found = [readable_decision(ctx, args.decision)]
    if args.second is not None:
        found.append(readable_decision(ctx, args.second))
    rules.check_pair(args.decision, args.second, args.other)
    for decision in found:
        rules.check_decision(decision)
    if not args.text:
        return _ask(ctx, args)
    known = conflicts.of_decision(ctx.db, ctx.network.id, args.decision)
    new = _new(ctx, args, found)
    if args.in_confidence or args.to:
        return _confide(ctx, args, new, _parties(found, new))
    rules.check_not_known(known, new.numbers, new.other)
    return _open(ctx, _taken_up(known, new), found)


def _ask(ctx: Context, args: RaiseConflict) -> Reply:
    known = {"decision": f"D-{args.decision}", "other": args.other, "to": args.to, "as_group": args.as_group}
    known["in_confidence"] = "yes" if args.in_confidence else ""
    known["second"] = f"D-{args.second}" if args.second is not None else ""
    title = ctx.words("What is the conflict?")
    typed = f"/conflict {known['decision']} {known['second'] or f'--with {args.other}'} …"
    return forms.narrowed(forms.form(ctx, raise_conflict, known), "text", title=title, typed=typed)


def _new(ctx: Context, args: RaiseConflict, found: list[Decision]) -> Conflict:
    acting = ctx.acting_as.id if ctx.acting_as and ctx.acting_as.id in ctx.actor.group_ids else None
    return Conflict(
        network_id=ctx.network.id,
        id=0,
        state=OPEN,
        rule="",
        first=found[0].number,
        second=found[1].number if len(found) > 1 else None,
        other=args.other,
        contribution_id=None,
        text=args.text.strip(),
        raiser_id=ctx.actor.id,
        raiser_group_id=acting,
        confidant_id=None,
        host_id=None,
        raised_at=ctx.now,
        changed_at=ctx.now,
        round=1,
    )


def _parties(found: list[Decision], new: Conflict) -> tuple[int, ...]:
    return rules.party_ids([decision.group_id for decision in found], new.raiser_group_id)


def _taken_up(known: list[Conflict], new: Conflict) -> Conflict:
    """What was only suggested so far becomes what somebody raises."""
    for old in known:
        if old.state == SUGGESTED and set(old.numbers) == set(new.numbers) and not new.other:
            mine = replace(old, text=new.text, raiser_id=new.raiser_id, raiser_group_id=new.raiser_group_id)
            return rules.opened(mine, new.changed_at)
    return new


def check_parties_may_read(ctx: Context, found: list[Decision], party_ids: tuple[int, ...]) -> None:
    """UserError where a group would be told of a decision that it may not read."""
    groups = directory.groups_by_id(ctx.db, ctx.network.id, list(party_ids))
    for group in groups.values():
        for decision in found:
            if not readable(decision, Reader(frozenset({group.id}))):
                raise UserError(
                    "{group} could not read {id}, so it cannot be told of this. "
                    "Tell a facilitator first: add --in-confidence.",
                    f"/conflict {found[0].id} {found[-1].id} … --in-confidence",
                    group=group.name,
                    id=decision.id,
                )


def _open(ctx: Context, conflict: Conflict, found: list[Decision]) -> Reply:
    party_ids = _parties(found, conflict)
    check_parties_may_read(ctx, found, party_ids)
    if conflict.id:
        conflicts.update(ctx.db, conflict)
    else:
        conflict = replace(conflict, id=counters.take(ctx.db, ctx.network.id, "X"))
        conflicts.add(ctx.db, conflict, party_ids)
    opened = announce(ctx, conflict)
    return Answer(messages.raised(ctx.words, opened), opened.about)


def announce(ctx: Context, conflict: Conflict) -> Case:
    """It is open now: its parties and the circle are told, and its clock runs."""
    found = loaded(ctx.db, conflict)
    telling.post_heads(ctx, found)
    telling.start_clock(ctx, found)
    ctx.publish(
        ConflictRaised(
            about=found.about,
            group_id=conflict.raiser_group_id,
            conflict=conflict.id,
            numbers=conflict.numbers,
            party_ids=tuple(sorted(found.party_ids)),
        )
    )
    return found


def _confide(ctx: Context, args: RaiseConflict, new: Conflict, party_ids: tuple[int, ...]) -> Reply:
    told = _confidant(ctx, args.to, party_ids)
    kept = replace(new, id=counters.take(ctx.db, ctx.network.id, "X"), state=CONFIDED, confidant_id=told, round=0)
    conflicts.add(ctx.db, kept, party_ids)
    _beckon(ctx, kept)
    return Answer(messages.confided(ctx.words, loaded(ctx.db, kept)), kept.about, is_secret=True)


def _beckon(ctx: Context, kept: Conflict) -> None:
    """The facilitator is told that something waits, not what, nor from whom: where the circle meets, else at home."""
    places = telling.meeting_places(ctx)
    if not places:
        groups = circles.facilitators(ctx.db, ctx.network.id).get(kept.confidant_id or 0, frozenset())
        places = directory.homes(ctx.db, ctx.network.id, sorted(groups))
    for channel in places[:1]:
        key = f"confided:{ctx.new_id()}:{channel.id}"
        ctx.say(channel, "confided", {"person_id": kept.confidant_id}, key=key, about=f"person:{kept.confidant_id}")


def _confidant(ctx: Context, typed: str, party_ids: tuple[int, ...]) -> int:
    """The facilitator who is told. UserError where there is none, or not this one."""
    facilitators = circles.facilitators(ctx.db, ctx.network.id)
    if typed:
        named = _person(ctx, typed)
        if named not in facilitators or named == ctx.actor.id:
            raise UserError("{name} is no facilitator to be told. “roles” shows who is.", "/roles", name=typed)
        return named
    load = conflicts.load(ctx.db, ctx.network.id)
    found = rules.confidant(facilitators.items(), party_ids, load, ctx.actor.id)
    if found is None:
        raise UserError("There is no facilitator yet who could be told. “circle” shows the circle.", "/circle")
    return found


def _person(ctx: Context, typed: str) -> int | None:
    place = ctx.where
    if place is None:
        raise LookupError("nobody typed this anywhere")
    name = " ".join(typed.split()).removeprefix("@")
    found = people.find(ctx.db, ctx.network.id, place.platform, place.workspace, name)
    return found[0].id if len(found) == 1 else None


class AboutConflict(Args):
    conflict: Annotated[ConflictId, At()] = Field(description=mark("The conflict's number"))


def ask(ctx: Context, command: Command, args: AboutConflict, title: str, *names: str, typed: str = "") -> Form:
    """A form for the fields that are missing; what was typed goes along. `typed` does the same as text."""
    given = {f.name: f.kind.format(value) for f in command.fields if (value := getattr(args, f.name)) not in (None, "")}
    typed = typed or f"/{command.name} X-{args.conflict} …"
    return forms.narrowed(forms.form(ctx, command, given), *names, title=title, typed=typed)


class Confide(AboutConflict):
    to: Annotated[PersonName, At(rest=True)] = Field("", description=mark("Which facilitator to tell in confidence"))


@command(
    "confide",
    summary=mark("Tell another facilitator of your conflict in confidence, instead of the first one"),
    who=Who.RAISER,
    subject=subject,
    examples=("/confide X-1 Wanjiku",),
)
def confide(ctx: Context, args: Confide) -> Reply:
    found = readable_case(ctx, args.conflict)
    if found.conflict.state != CONFIDED:
        raise UserError("{id} is in the open already.", f"/conflicts {found.about}", id=found.about)
    told = _confidant(ctx, args.to, tuple(found.party_ids))
    kept = replace(found.conflict, confidant_id=told, changed_at=ctx.now)
    conflicts.update(ctx.db, kept)
    if told != found.conflict.confidant_id:
        _beckon(ctx, kept)
    return Answer(messages.confided(ctx.words, loaded(ctx.db, kept)), is_secret=True)


@command(
    "raise",
    summary=mark("Bring your conflict out of confidence: its groups are told"),
    who=Who.RAISER,
    subject=subject,
    examples=("/raise X-1",),
)
def bring_out(ctx: Context, args: AboutConflict) -> Reply:
    found = readable_case(ctx, args.conflict)
    rules.check_published_by(found.conflict, ctx.actor.id)
    check_parties_may_read(ctx, list(found.decisions), tuple(sorted(found.party_ids)))
    known = conflicts.of_decision(ctx.db, ctx.network.id, found.conflict.first)
    rules.check_not_known(known, found.conflict.numbers, found.conflict.other)
    conflict = rules.opened(found.conflict, ctx.now)
    conflicts.update(ctx.db, conflict)
    conflicts.write(ctx.db, conflict, "raised", ctx.now, by_id=ctx.actor.id, group_id=conflict.raiser_group_id)
    return Answer(messages.raised(ctx.words, announce(ctx, conflict)))
