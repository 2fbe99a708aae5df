"""What can be typed about decisions."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from bot.core.audience import AUDIENCES, NETWORK
from bot.core.commands import Args, At, Option
from bot.core.durations import Duration
from bot.core.kinds import (
    AnyId,
    Choice,
    DecisionId,
    DecisionIds,
    DurationKind,
    FreeText,
    GroupSlug,
    PageNumber,
    Prose,
    Slugs,
    Tags,
    Word,
    Yes,
)
from bot.core.language import mark

RELATIONS = ("supersedes", "reverses", "amends", "depends-on", "relates-to", "conflicts-with")
STATUSES = ("proposed", "taken", "withdrawn", "superseded", "reversed", "expired")
DRAFT_WAYS = ("open", "now", "log", "drop")
RULES = ("affects-others", "reversible", "urgent", "windows")
Span = Annotated[Duration | None, DurationKind(shown="90d")]


class LogDecision(Args):
    """A decision as it is typed."""

    title: Annotated[str, FreeText(widget="text"), At(rest=True)] = Field(
        max_length=300, description=mark("What is decided, in one sentence")
    )
    why: Prose = Field("", max_length=8000, description=mark("The reasoning, so that it is understood a year from now"))
    affects: Slugs = Field((), description=mark("Groups that are affected (or “all”)"))
    tell: Slugs = Field((), description=mark("Groups to inform without asking"))
    rests_on: Annotated[tuple[str, ...], Tags.__metadata__[0]] = Field(
        (), description=mark("Values and sections of the shared analysis that it rests on")
    )
    tags: Tags = Field((), description=mark("Words to find it by"))
    alternatives: Prose = Field("", max_length=8000, description=mark("What else was considered, and why not"))
    supersedes: DecisionIds = Field((), description=mark("Earlier decisions that it replaces"))
    review: Span = Field(None, description=mark("When to look at it again"))
    taken_by: Prose = Field("", max_length=300, description=mark("Who took it: a meeting, a mandate, a person"))
    urgent: Prose = Field("", max_length=1000, description=mark("Why it cannot wait for those affected"))
    taken: Prose = Field("", max_length=1000, description=mark("Why it was taken before those affected were asked"))
    reversible: Yes = Field(False, description=mark("It can easily be taken back: a short notice is enough"))
    position: Yes = Field(False, description=mark("It is a public position"))
    audience: Annotated[str, Choice(options=AUDIENCES)] = Field(NETWORK, description=mark("Who may read it"))
    as_group: Annotated[GroupSlug, Option("as")] = Field(
        "", description=mark("The group that decides, if not this channel's")
    )


class ProposeDecision(LogDecision):
    """A proposal: the same, and how long there is time for input."""

    length: Annotated[Duration | None, DurationKind(), Option("for")] = Field(
        None, description=mark("How long there is time for input; without it, what the protocol says")
    )


class UseDraft(Args):
    draft: Annotated[Word, At()] = Field("", max_length=12, description=mark("Which draft"))
    action: Annotated[str, Choice(options=DRAFT_WAYS, shown="|".join(DRAFT_WAYS)), At()] = Field(
        "", description=mark("Open it for input, take it now, only log it (in the first month), or drop it")
    )
    why: Annotated[str, FreeText(), At(rest=True)] = Field(
        "", max_length=1000, description=mark("Why it cannot wait for those affected")
    )


class Undo(Args):
    decision: Annotated[int | None, DecisionId.__metadata__[0], At()] = Field(
        None, description=mark("Which one, if not your last")
    )


class ShowDecision(Args):
    decision: Annotated[tuple[str, int], AnyId(letters="DCX", bare="D"), At()] = Field(description=mark("Its number"))
    page: Annotated[int, PageNumber(), Option(is_hidden=True)] = 1


class ListDecisions(Args):
    words: Annotated[str, FreeText(widget="text"), At(rest=True)] = Field(
        "", max_length=300, description=mark("Words it contains")
    )
    group: GroupSlug = Field("", description=mark("Decided by this group"))
    by: Prose = Field("", description=mark("A person's name"))
    value: Word = Field("", description=mark("A value or section it rests on"))
    tag: Word = Field("", description=mark("A tag"))
    status: Annotated[str, Choice(options=STATUSES)] = Field("", description=mark("Only of this status"))
    since: Word = Field("", description=mark("From this day on (2026-01-31, or 30d for the last thirty days)"))
    until: Word = Field("", description=mark("Up to this day"))
    before: Annotated[int | None, DecisionId.__metadata__[0], Option(is_hidden=True)] = None


class EditDecision(Args):
    """Only what is given is changed."""

    decision: Annotated[DecisionId, At()] = Field(description=mark("Its number"))
    title: Prose = Field("", max_length=300, description=mark("A new title"))
    why: Prose = Field("", max_length=8000, description=mark("A new reasoning"))
    alternatives: Prose = Field("", max_length=8000, description=mark("What else was considered, and why not"))
    taken_by: Prose = Field("", max_length=300, description=mark("Who took it: a meeting, a mandate, a person"))
    tags: Tags = Field((), description=mark("Words to find it by"))
    rests_on: Tags = Field((), description=mark("Values and sections of the shared analysis that it rests on"))
    review: Span = Field(None, description=mark("When to look at it again"))
    position: Annotated[str, Choice(options=("yes", "no"))] = Field(
        "", description=mark("Whether it is a public position")
    )
    note: Prose = Field("", max_length=300, description=mark("Why it is changed"))
    wording: Yes = Field(False, description=mark("Only the wording changes, not the substance"))


class Redact(Args):
    record: Annotated[tuple[str, int], AnyId(shown="D-1|C-3|X-1", letters="DCX"), At()] = Field(
        description=mark("A decision, a contribution or a conflict")
    )


class LinkDecisions(Args):
    decision: Annotated[DecisionId, At()] = Field(description=mark("The later decision"))
    relation: Annotated[str, Choice(options=RELATIONS, shown="|".join(RELATIONS)), At()] = Field(
        description=mark("How they relate")
    )
    to: Annotated[DecisionId, At()] = Field(description=mark("The earlier decision"))


class ShowProtocol(Args):
    action: Annotated[str, Choice(options=("set",), shown="set"), At()] = Field(
        "", description=mark("“set” to change a rule")
    )
    case: Annotated[str, Choice(options=RULES, shown="|".join(RULES)), At()] = Field(
        "", description=mark("Which decisions the rule is for")
    )
    notice: Annotated[Word, At()] = Field(
        "",
        description=mark(
            "How much notice they need, or how long urgent ones hold: 10bd, 2w, none; for windows: on, ask"
        ),
    )
    why: Prose = Field("", max_length=8000, description=mark("Why the rule is changed"))
