"""A window with its decision and groups, and what a person asks for: found only if they may read it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from bot.core.audience import Reader, may_read, person_reader
from bot.core.context import Context
from bot.core.errors import UserError
from bot.core.permissions import Subject
from storage import contributions, decisions, directory, input_windows
from storage.contributions import Contribution
from storage.decisions import Decision
from storage.input_windows import CANCELLED, LEFT, Window, WindowGroup
from storage.network import Group


@dataclass(frozen=True, slots=True)
class Room:
    """`rows`: groups that are or were asked, the first to end first; `groups`: these and the deciding one, by id."""

    decision: Decision
    window: Window
    rows: tuple[WindowGroup, ...]
    groups: dict[int, Group]

    @property
    def asked(self) -> tuple[WindowGroup, ...]:
        """The groups that are waited for: neither paused nor gone."""
        return tuple(row for row in self.rows if row.is_asked)

    @property
    def speaking_ids(self) -> frozenset[int]:
        """Groups that can say something, waited for or not."""
        return frozenset(row.group_id for row in self.rows if row.state != LEFT)

    def row(self, group_id: int) -> WindowGroup | None:
        """What is stored of a group in this window."""
        return next((row for row in self.rows if row.group_id == group_id), None)

    @property
    def deciding(self) -> Group:
        return self.groups[self.decision.group_id]

    @property
    def asked_groups(self) -> list[Group]:
        return [self.groups[group.group_id] for group in self.asked]

    @property
    def asked_ids(self) -> frozenset[int]:
        return frozenset(group.group_id for group in self.asked)


def room(db: sa.Connection, network_id: int, number: int) -> Room | None:
    """The window of a decision with all around it, whoever asks; None if it has none."""
    window = input_windows.window(db, network_id, number)
    decision = decisions.find(db, network_id, number) if window else None
    if window is None or decision is None:
        return None
    rows = tuple(input_windows.asked(db, network_id, number))
    ids = [decision.group_id, *(row.group_id for row in rows)]
    return Room(decision, window, rows, directory.groups_by_id(db, network_id, ids))


def is_readable(decision: Decision, reader: Reader) -> bool:
    """Whether a reader may see a decision and what was said about it; groups that were told count as affected."""
    return may_read(decision.audience, decision.group_id, decision.affected_ids + decision.told_ids, reader)


def head_key(number: int, channel_id: int) -> str:
    """The delivery key of a window's head message in a channel: the root of its thread there."""
    return f"D-{number}:head:{channel_id}"


def readable_room(ctx: Context, number: int) -> Room:
    """The room of a decision that the actor may read. UserError as if there were none otherwise."""
    decision = _readable(ctx, number, f"D-{number}")
    found = room(ctx.db, ctx.network.id, number)
    if found is None:
        raise UserError("{id} was never open for input.", f"/show {decision.id}", id=decision.id)
    if found.window.state == CANCELLED:
        raise UserError("{id} was taken back by its author, and its window with it.", id=decision.id)
    return found


def readable_concern(ctx: Context, id: int) -> tuple[Contribution, Room]:
    """A concern on a decision that the actor may read. UserError as if there were none otherwise."""
    found = _contribution(ctx, id)
    if not found.is_concern:
        raise UserError(
            "C-{n} is no concern, so there is nothing to answer or to resolve.", f"/show D-{found.number}", n=id
        )
    return found, readable_room(ctx, found.number)


def decision_subject(ctx: Context, args: Any) -> Subject:
    """Whose the decision of `args.decision` is, and whom it asks."""
    decision = _readable(ctx, args.decision, f"D-{args.decision}")
    return Subject(decision.group_id, decision.author_id, affected_ids=frozenset(decision.affected_ids))


def concern_subject(ctx: Context, args: Any) -> Subject:
    """Who raised the concern of `args.concern`, and whose decision it is about."""
    found = _contribution(ctx, args.concern)
    decision = _readable(ctx, found.number, f"C-{found.id}")
    return Subject(decision.group_id, raiser_id=found.raiser_id, affected_ids=frozenset(decision.affected_ids))


def concerned_group(ctx: Context, args: Any) -> Subject:
    """The group for which the concern of `args.concern` was raised: its members can take it over."""
    found = _contribution(ctx, args.concern)
    return Subject(affected_ids=frozenset({found.group_id}))


def said_subject(ctx: Context, args: Any) -> Subject:
    """Who said the contribution of `args.contribution`."""
    found = _contribution(ctx, args.contribution)
    return Subject(raiser_id=found.raiser_id)


def _readable(ctx: Context, number: int, asked_for: str) -> Decision:
    decision = decisions.find(ctx.db, ctx.network.id, number)
    if decision is None or not is_readable(decision, person_reader(ctx.actor)):
        raise UserError("There is no {id} here.", id=asked_for)
    return decision


def _contribution(ctx: Context, id: int) -> Contribution:
    found = contributions.contribution(ctx.db, ctx.network.id, id)
    if found is None or found.redacted_at is not None:
        raise UserError("There is no {id} here.", id=f"C-{id}")
    _readable(ctx, found.number, f"C-{id}")
    return found
