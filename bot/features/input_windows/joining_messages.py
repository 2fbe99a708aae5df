"""What a group is told that comes into a window."""

from __future__ import annotations

from bot.core.language import Words
from bot.core.message import Action, Actions, Block, Note, Paragraph, RecordMention
from bot.features.input_windows.rooms import Room
from bot.features.input_windows.story import mention


def joined_in(words: Words, found: Room, group_id: int) -> tuple[Block, ...]:
    """For the answer to `affects-us`: until when the group has its say."""
    row, group, id = found.row(group_id), found.groups[group_id], found.window.about
    assert row is not None  # it has just joined
    end = words.moment(row.closes_at, group.zone)
    line = words.line("{group} has its say on {id} until {end}.", group=mention(group), id=RecordMention(id), end=end)
    thread = words.line("Your channel has a thread of its own.")
    if found.window.is_review:
        thread = words.line("What was decided stands meanwhile. Your channel has a thread of its own.")
    return (Paragraph(line), Note(thread), Actions((Action(words("Concern"), f"/input {id} concern"),)))
