"""The head message of a window: what it is about, what has come in from everywhere, how to answer. Edited in place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.core import on_call
from bot.core.audience import channel_reader
from bot.core.context import ViewContext
from bot.core.language import Words, mark
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
    Quote,
    RecordMention,
    Spans,
    Text,
)
from bot.features.input_windows import rules
from bot.features.input_windows.rooms import Room, is_readable, room
from bot.features.input_windows.standing import is_urgent, standing
from bot.features.input_windows.story import (
    NEWEST,
    QUOTE_LENGTH,
    QUOTED,
    Story,
    by_group,
    gone,
    hidden,
    is_reworded_late,
    joined,
    listed,
    mention,
    outcome_word,
    own_end,
    quoted,
    shortened,
    story,
)
from storage.contributions import Contribution
from storage.input_windows import HEAD_VIEW, OPEN
from storage.network import Group

READERS = {
    "group": mark("{group} only"),
    "affected": mark("{group} and the affected groups"),
    "network": mark("everyone in the network"),
    "circle": mark("{group} and the facilitation circle"),
}


def window_head(ctx: ViewContext, args: Mapping[str, Any]) -> Message | None:
    """The view: what a channel's head message shows now."""
    found = room(ctx.db, ctx.network.id, args["number"])
    if found is None:
        return None
    left = gone(ctx.words, found)
    if left is not None:
        return left
    if not is_readable(found.decision, channel_reader(ctx.group)):
        return hidden(ctx.words, found)
    mentioned = on_call.mentioned(ctx, found.window.number, HEAD_VIEW) if is_urgent(found) else ()
    return head(ctx.words, story(ctx.db, found, ctx.channel.id), ctx.group, mentioned)


def head(words: Words, shown: Story, group: Group | None, mentioned: Sequence[Block] = ()) -> Message:
    """The head message as a group's channel shows it; `mentioned`: who is on call there."""
    found = shown.room
    d = found.decision
    blocks: list[Block] = [
        Heading((RecordMention(d.id), Text(" "), Bold(d.title or words("(redacted)")))),
        *standing(words, found),
        *mentioned,
        Paragraph(state(words, found, group)),
    ]
    if found.window.outcome_text:
        blocks.append(Quote(found.window.outcome_text))
    blocks.append(Fields(tuple(_facts(words, shown))))
    for label, said in ((words("Why:"), d.why), (words("Alternatives considered:"), d.alternatives)):
        if said:
            blocks.append(Paragraph((Bold(label), Text(f" {shortened(said, 1500)}"))))
    rows = by_group(words, shown)
    if rows:
        blocks += [Paragraph((Bold(words("What has come in")),)), Fields(tuple(rows))]
    blocks += _concerns(words, shown) + _newest(words, shown)
    if found.window.state != OPEN:
        return Message(tuple(blocks))
    can_pass = group is None or group.id in found.speaking_ids
    return Message((*blocks, *_ways(words, d.id, can_pass=can_pass)), tuple(rules.REACTIONS))


def state(words: Words, found: Room, group: Group | None) -> Spans:
    """Where the window stands, in a sentence or two."""
    window, deciding = found.window, mention(found.deciding)
    match window.state:
        case "open":
            until = words.line("Open for input until {end}.", end=words.moment(window.closes_at))
            own = own_end(found, group)
            until = joined(until, words.line("Your group's own time ends {end}.", end=words.moment(own)) if own else ())
            if not window.is_review:
                return until
            return joined(words.line("{group} took this already; it stands meanwhile.", group=deciding), until)
        case "closed":
            at = words.moment(window.closed_at or window.closes_at)
            return words.line("Closed on {at}. {group} now says what becomes of it.", at=at, group=deciding)
        case _:
            at = words.moment(window.outcome_at or window.closes_at)
            outcome = Bold(outcome_word(words, found))
            return words.line("Outcome on {at}: {outcome}.", at=at, outcome=outcome)


def _facts(words: Words, shown: Story) -> list[tuple[str, Spans]]:
    d, deciding = shown.room.decision, shown.room.deciding
    by = words.line("{name} for {group}", name=shown.person(d.author_id), group=mention(deciding))
    label = words("Decided by") if shown.room.window.is_review else words("Proposed by")
    rows: list[tuple[str, Spans]] = [(label, by)]
    if shown.room.asked:
        rows.append((words("Asked"), (Text(listed(words, shown.room.asked_groups)),)))
    rows.append((words("Can be read by"), (Text(words(READERS[d.audience], group=deciding.name)),)))
    if d.urgent:
        rows.append((words("Could not wait"), (Text(d.urgent),)))
    for row in shown.room.rows:
        if row.held_at is not None and row.is_asked:
            group = mention(shown.room.groups[row.group_id])
            end, why = words.moment(row.closes_at), Text(shortened(row.held_why, 300) or "–")
            rows.append(
                (words("Asked for time"), words.line("{group}, until {end}: {why}", group=group, end=end, why=why))
            )
    return rows


def _concerns(words: Words, shown: Story) -> list[Block]:
    """Every concern: unsettled ones first, the first ones quoted, all of them named."""
    if not shown.concerns:
        return []
    ordered = sorted(shown.concerns, key=lambda concern: (not concern.is_unsettled, concern.id))
    blocks: list[Block] = [Paragraph((Bold(words("Concerns")),))]
    for concern in ordered[:QUOTED]:
        blocks += quoted(words, shown, concern, QUOTE_LENGTH)
    rest = ordered[QUOTED:]
    if rest:
        ids = ", ".join(f"C-{concern.id}" for concern in rest)
        command = Code(f"/show {shown.room.decision.id}")
        blocks.append(Paragraph(words.line("And {ids}: see {command}.", ids=ids, command=command)))
    return blocks


def _newest(words: Words, shown: Story) -> list[Block]:
    if not shown.newest:
        return []
    items = tuple(_said(words, shown, given) for given in reversed(shown.newest[:NEWEST]))
    return [Paragraph((Bold(words("Newest")),)), Bullets(items)]


def _said(words: Words, shown: Story, given: Contribution) -> Spans:
    line = words.line(
        "{kind}, {name} ({group}): {text}",
        kind=Bold(kind_word(words, given.stance)),
        name=shown.person(given.person_id),
        group=shown.group(given.group_id),
        text=shortened(given.text, 200),
    )
    if given.is_late:
        return (*line, Text(" " + words("(came late)")))
    return (*line, Text(" " + words("(reworded after the close)"))) if is_reworded_late(shown, given) else line


def kind_word(words: Words, stance: str) -> str:
    """The kind's name as a label: the first of its leading words."""
    return words(rules.LEADING[stance]).split(",")[0].strip(" :") if stance in rules.LEADING else words("talk")


def _ways(words: Words, id: str, *, can_pass: bool) -> list[Block]:
    """How to answer; only a group that is asked can pass."""
    leads = ", ".join(f"{kind_word(words, kind)}:" for kind in rules.KINDS)
    signs = ", ".join(f"{sign} {kind_word(words, kind)}" for sign, kind in rules.REACTIONS.items())
    actions: tuple[Action, ...] = (
        Action(words("Support"), f"/input {id} support", "primary"),
        Action(words("Concern"), f"/input {id} concern"),
        Action(words("Question"), f"/input {id} question"),
        Action(words("Data"), f"/input {id} data"),
        Action(words("Context"), f"/input {id} context"),
    )
    if can_pass:
        actions = (*actions, Action(words("Pass"), f"/pass {id}"))
    return [
        Note(
            words.line(
                "Reply in this thread and begin with {leads} – or react: {signs}. "
                "A reply without such a word is kept as talk.",
                leads=leads,
                signs=signs,
            )
        ),
        Actions(actions),
    ]
