"""conflicts: the desk. What is open, unanswered, owed or undelivered, the oldest first; and one conflict, whole."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from pydantic import Field

from bot.core import parsing
from bot.core.audience import person_reader
from bot.core.commands import Args, At, Option, Who, command
from bot.core.context import Context
from bot.core.durations import parse_moment_past
from bot.core.errors import UserError
from bot.core.events import ConflictShown
from bot.core.kinds import GroupSlug, Id, Kind, Word
from bot.core.language import mark
from bot.core.message import (
    Action,
    Actions,
    Block,
    Bold,
    Bullets,
    Code,
    Message,
    Note,
    Paragraph,
    RecordMention,
    Spans,
    Text,
)
from bot.core.replies import Answer, Reply
from bot.core.working_time import to_local
from bot.features.conflicts import messages, undelivered, ways
from bot.features.conflicts.loading import Case, eyes, is_secret, loaded, readable, readable_case, reader_here
from storage import circles, decisions, desk, directory, people
from storage.decisions import Decision
from storage.desk import CONCERN, CONFLICT, KINDS, UNDELIVERED, Waiting, Wanted

PAGE = 10
MINE, ALL = "mine", "all"
LISTS = (MINE, ALL, UNDELIVERED)
NOBODY = "none"


@dataclass(frozen=True, slots=True)
class Which(Kind):
    """`mine`, `all`, `undelivered`, or one conflict's id."""

    name: str = "which"
    shown: str = "mine|all|undelivered|X-1"

    def parse(self, typed: str) -> str:
        word = typed.strip().lower()
        return word if word in LISTS else f"X-{Id(letter='X').parse(typed)}"


class ListConflicts(Args):
    which: Annotated[str, Which(), At()] = Field(
        "", description=mark("Only what is yours; all, with what has ended; what was not delivered; or one conflict")
    )
    group: GroupSlug = Field("", description=mark("Only what this group is part of"))
    older: Word = Field("", description=mark("Only what has waited at least so long (7d), or since before a day"))
    host: Word = Field("", description=mark("Only what this person hosts; “none” for what nobody hosts"))
    after: Annotated[str, Kind(), Option(is_hidden=True)] = ""


@command(
    "conflicts",
    summary=mark("See open conflicts, unanswered concerns and owed outcomes, the oldest first"),
    who=Who.ALL,
    examples=(
        "/conflicts",
        "/conflicts mine",
        "/conflicts X-1",
        "/conflicts --group nairobi --older 7d",
        "/conflicts --host none",
        "/conflicts undelivered",
    ),
    reads=True,
)
def list_conflicts(ctx: Context, args: ListConflicts) -> Reply:
    if args.which not in ("", *LISTS):
        return _one(ctx, int(args.which.removeprefix("X-")))
    found = desk.page(ctx.db, eyes(ctx), _wanted(ctx, args), PAGE + 1)
    if not found:
        return Answer(Message((Paragraph(_nothing(ctx, args)),)))
    shown = found[:PAGE]
    cases = {w.id: loaded(ctx.db, w.conflict) for w in shown if w.conflict is not None}
    seen = {w.number: _decision(ctx, w) for w in shown if w.number}
    blocks: list[Block] = [Paragraph((Bold(_heading(ctx, args)),))]
    blocks.append(Bullets(tuple(_line(ctx, w, seen, cases) for w in shown)))
    blocks += _sums(ctx, args)
    actions = _actions(ctx, shown, cases)
    if len(found) > PAGE:
        more = parsing.formatted(list_conflicts, args.model_copy(update={"after": _place(shown[-1])}))
        actions.append(Action(ctx.words("More"), f"/{more}"))
    if actions:
        blocks.append(Actions(tuple(actions)))
    return Answer(Message(tuple(blocks)), is_secret=_is_secret(ctx, shown, cases, seen))


def shown(ctx: Context, asked: ConflictShown) -> tuple[Block, ...]:
    """The same, asked for by `show X-1`."""
    found = readable_case(ctx, asked.conflict)
    return messages.whole(ctx.words, found, ctx.now, ways.for_person(ctx.words, found, ctx.actor)).blocks


def _one(ctx: Context, id: int) -> Reply:
    found = readable_case(ctx, id)
    actions = ways.for_person(ctx.words, found, ctx.actor)
    return Answer(messages.whole(ctx.words, found, ctx.now, actions), is_secret=is_secret(ctx, (found,)))


def _wanted(ctx: Context, args: ListConflicts) -> Wanted:
    return Wanted(
        is_mine=args.which == MINE,
        is_ended=args.which == ALL,
        group_id=_group(ctx, args.group) if args.group else None,
        until=parse_moment_past(args.older, ctx.now, ctx.words.zone) if args.older else None,
        host_id=_host(ctx, args.host) if args.host else None,
        after=_after(args.after) if args.after else None,
        kinds=_kinds(ctx, args.which),
    )


def _kinds(ctx: Context, which: str) -> tuple[str, ...]:
    if which != UNDELIVERED:
        return KINDS
    if not eyes(ctx).is_circle:
        raise UserError("What could not be delivered is for facilitators. “roles” shows who they are.", "/roles")
    return (UNDELIVERED,)


def _group(ctx: Context, typed: str) -> int:
    found = directory.group_named(ctx.db, ctx.network.id, typed, typed.lower())
    if found is None:
        raise UserError("There is no group “{wrong}” here. “group” shows your own.", "/group", wrong=typed)
    return found.id


def _host(ctx: Context, typed: str) -> int:
    """0 for nobody."""
    if typed.lower() == NOBODY:
        return 0
    place = ctx.where
    if place is None:
        raise LookupError("nobody typed this anywhere")
    facilitators = circles.facilitators(ctx.db, ctx.network.id)
    found = people.find(ctx.db, ctx.network.id, place.platform, place.workspace, typed.removeprefix("@"))
    hosts = [person.id for person in found if person.id in facilitators]
    if len(hosts) != 1:
        raise UserError("{name} is no facilitator to be found here. “roles” shows who is.", "/roles", name=typed)
    return hosts[0]


def _place(last: Waiting) -> str:
    return f"{last.since.isoformat()},{last.kind},{last.id}"


def _after(typed: str) -> tuple[datetime, str, int]:
    try:
        since, kind, id = typed.split(",")
        found = datetime.fromisoformat(since), kind, int(id)
    except ValueError:
        raise UserError("That is no page of this list.", "/conflicts") from None
    if found[0].tzinfo is None or kind not in desk.KINDS:
        raise UserError("That is no page of this list.", "/conflicts")
    return found


def _decision(ctx: Context, waiting: Waiting) -> Decision:
    decision = decisions.find(ctx.db, ctx.network.id, waiting.number)
    if decision is None:
        raise LookupError(f"D-{waiting.number} is on the desk and not there")
    return decision


def _is_secret(ctx: Context, shown: list[Waiting], cases: dict[int, Case], seen: dict[int, Decision]) -> bool:
    here = reader_here(ctx)
    is_for_circle = any(waiting.kind == UNDELIVERED for waiting in shown) and not here.is_circle
    return is_for_circle or is_secret(ctx, cases.values()) or not all(readable(one, here) for one in seen.values())


def _nothing(ctx: Context, args: ListConflicts) -> Spans:
    if args.after:
        return ctx.words.line("That was the last page.")
    if args.which == UNDELIVERED:
        return ctx.words.line("Everything was delivered.")
    if args == ListConflicts() or args.which == ALL:
        return ctx.words.line("No conflict is open, no concern is unanswered, no outcome is owed.")
    return ctx.words.line("Nothing fits. “conflicts” alone shows all that waits.")


def _heading(ctx: Context, args: ListConflicts) -> str:
    if args.which == MINE:
        return ctx.words("What waits for you, the oldest first")
    if args.which == ALL:
        return ctx.words("All conflicts, and what waits, the oldest first")
    if args.which == UNDELIVERED:
        return ctx.words("What was not delivered, the oldest first")
    return ctx.words("What waits, the oldest first")


def _line(ctx: Context, waiting: Waiting, seen: dict[int, Decision], cases: dict[int, Case]) -> Spans:
    words = ctx.words
    old = messages.age(words, max(0, (ctx.now - waiting.since).days))
    if waiting.undelivered is not None:
        return undelivered.line(ctx, waiting.undelivered, old, person_reader(ctx.actor))
    if waiting.kind == CONFLICT:
        return _conflict_line(ctx, cases[waiting.id], old)
    groups = directory.groups_by_id(ctx.db, ctx.network.id, list(waiting.group_ids))
    about = messages.decision_title(words, seen[waiting.number])
    if waiting.kind == CONCERN:
        raising, deciding = (groups[id].name for id in waiting.group_ids)
        return words.line(
            "{concern} of {raising} on {decision}: {deciding} has not answered – {age}",
            concern=RecordMention(f"C-{waiting.id}"),
            raising=raising,
            decision=about,
            deciding=deciding,
            age=old,
        )
    deciding = groups[waiting.group_ids[0]].name
    return words.line("{decision}: {deciding} owes the outcome – {age}", decision=about, deciding=deciding, age=old)


def _conflict_line(ctx: Context, found: Case, old: str) -> Spans:
    words, conflict = ctx.words, found.conflict
    groups = words.listed([group.name for group in found.party_groups])
    state = words(messages.STATES[conflict.state])
    if conflict.state in desk.RESTING and conflict.review_at is not None:
        until = words.day(to_local(conflict.review_at, words.zone).date())
        state = words("{state} until {day}", state=state, day=until)
    host = ""
    if conflict.state == "open":
        host = words("hosted by {name}", name=found.name(conflict.host_id)) if conflict.host_id else words("no host")
    details = ", ".join(part for part in (groups, state, host) if part)
    return (*messages.title(words, found), Text(f" – {details} – {old}"))


def _sums(ctx: Context, args: ListConflicts) -> list[Block]:
    """How much waits in all, at the first page of the whole desk."""
    if args != ListConflicts():
        return []
    n = desk.numbers(ctx.db, eyes(ctx))
    words = ctx.words
    parts = [
        words.plural("{n} conflict", "{n} conflicts", n[CONFLICT]),
        words.plural("{n} unanswered concern", "{n} unanswered concerns", n[CONCERN]),
        words.plural("{n} owed outcome", "{n} owed outcomes", n[desk.OUTCOME]),
    ]
    if n[UNDELIVERED]:
        parts.append(words.plural("{n} channel not reached", "{n} channels not reached", n[UNDELIVERED]))
    example = Code("/conflicts --host none --older 7d")
    return [Note(words.line("In all: {parts}. Fewer: {example}", parts=words.listed(parts), example=example))]


def _actions(ctx: Context, shown: list[Waiting], cases: dict[int, Case]) -> list[Action]:
    """A button for each of the first few things; the oldest matter most."""
    words = ctx.words
    actions = []
    for waiting in shown[:5]:
        if waiting.kind == CONFLICT:
            about = cases[waiting.id].about
            actions.append(Action(words("Open {id}", id=about), f"/conflicts {about}"))
        elif waiting.kind == CONCERN:
            actions.append(Action(words("Show D-{n}", n=waiting.number), f"/show D-{waiting.number}"))
        elif waiting.undelivered is not None:
            actions += undelivered.actions(ctx, waiting.undelivered)
    return actions
