"""Who dissented from a decision: for those who ask why it is so."""

from __future__ import annotations

from bot.core.context import Context
from bot.core.events import DissentAsked
from bot.core.message import Block, Bold, Code, Paragraph, Text
from bot.features.input_windows.rooms import room
from bot.features.input_windows.story import quoted, story
from bot.features.input_windows.summary import spoken
from storage.contributions import RESOLVED
from storage.input_windows import CANCELLED

QUOTED, LENGTH = 5, 300


def dissent_asked(ctx: Context, fact: DissentAsked) -> tuple[Block, ...]:
    """Every concern that was not resolved, and how many were heard; who asks may read the decision."""
    found = room(ctx.db, ctx.network.id, fact.number)
    if found is None or found.window.state == CANCELLED:
        return ()
    words, shown = ctx.words, story(ctx.db, found, ctx.channel.id if ctx.channel else None, 0)
    left = [concern for concern in shown.concerns if concern.state != RESOLVED]
    blocks: list[Block] = [Paragraph((Bold(words("Dissent")),))]
    for concern in left[:QUOTED]:
        blocks += quoted(words, shown, concern, LENGTH)
    if left[QUOTED:]:
        ids = ", ".join(f"C-{concern.id}" for concern in left[QUOTED:])
        blocks.append(Paragraph(words.line("And {ids}: see {command}.", ids=ids, command=Code(f"/show {fact.about}"))))
    if not left:
        blocks.append(Paragraph((Text(words("None is on record.")),)))
    return (*blocks, Paragraph(spoken(words, shown)))
