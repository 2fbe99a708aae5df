"""What of conflicts waits for one person: their group's word on an end, a look at a suggestion, what they host."""

from __future__ import annotations

from bot.core.context import Context, ViewContext
from bot.core.events import OwedAsked
from bot.core.message import Block, Bold, Bullets, Code, Paragraph, Spans
from bot.features.conflicts.loading import Case, loaded
from bot.features.conflicts.messages import title
from storage import desk
from storage.audiences import Eyes
from storage.conflicts import OPEN, SUGGESTED
from storage.desk import CONFLICT, Wanted

LOOKED_AT, MOST = 50, 10


def owed(ctx: Context | ViewContext, asked: OwedAsked) -> tuple[Block, ...]:
    """The oldest first; what is in confidence, and what waits for others, is left out."""
    groups = frozenset(asked.group_ids)
    eyes = Eyes(ctx.network.id, groups, asked.is_circle, asked.person_id)
    found = desk.page(ctx.db, eyes, Wanted(is_mine=True, kinds=(CONFLICT,)), LOOKED_AT)
    cases = [loaded(ctx.db, waiting.conflict) for waiting in found if waiting.conflict is not None]
    lines = tuple(line for case in cases if (line := _line(ctx, case, groups, asked.person_id)))[:MOST]
    return (Paragraph((Bold(ctx.words("Conflicts")),)), Bullets(lines)) if lines else ()


def _line(ctx: Context | ViewContext, found: Case, groups: frozenset[int], person_id: int) -> Spans:
    words, conflict, about = ctx.words, found.conflict, found.about
    named = title(words, found)
    if conflict.state == SUGGESTED and not found.party_ids.isdisjoint(groups):
        return words.line(
            "{conflict}: is it one? {yes} or {no}",
            conflict=named,
            yes=Code(f"/confirm {about}"),
            no=Code(f"/dismiss {about} …"),
        )
    waits = any(party.group_id in groups and party.confirmed_at is None for party in found.parties)
    if conflict.state == OPEN and conflict.ending and waits:
        command = Code(f"/confirm {about}")
        return words.line("{conflict}: an end waits for your group’s word: {command}", conflict=named, command=command)
    if conflict.state == OPEN and conflict.host_id == person_id:
        return words.line("{conflict}: you host it: {command}", conflict=named, command=Code(f"/log {about} …"))
    return ()
