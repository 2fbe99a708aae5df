"""What an old conflict asks of a group, as bot/core/telling.py decides upon it: a word of its own, or of its host."""

from __future__ import annotations

from bot.core import telling as core_telling
from bot.core.context import Context, ViewContext
from bot.core.feature import Telling
from bot.core.language import Words
from bot.core.message import Code, PersonMention, RecordMention, Spans
from bot.features.conflicts import messages, rules, telling
from bot.features.conflicts.loading import Case, case, is_readable, reader_here
from storage.conflicts import OPEN
from storage.network import Group
from storage.tellings import Told

WAITS, WITH_HOST, CAME_BACK = "conflict_waits", "conflict_with_host", "conflict_came_back"


def offer(ctx: Context, found: Case, group: Group, step: str, round: int) -> None:
    """A step of escalation in one group: it is asked for a word, or its host is, in the thread that it reads too."""
    kind = WITH_HOST if step == rules.HOST else WAITS
    days, numbers = messages.days_old(found, ctx.now), list(found.conflict.numbers)
    core_telling.offer(ctx, group, kind, found.about, step=str(round), days=days, numbers=numbers)


def _case(ctx: Context | ViewContext, told: Told) -> Case | None:
    return case(ctx.db, ctx.network.id, int(told.about.removeprefix("X-")))


def _is_wanted(ctx: Context, told: Told) -> bool:
    """While it is open, and was not opened again since: then its steps are others."""
    found = _case(ctx, told)
    if found is None or found.conflict.state != OPEN or told.group_id not in found.party_ids:
        return False
    if int(told.step) // telling.AGAIN != found.conflict.round:
        return False
    if told.kind == WITH_HOST:
        return found.conflict.host_id is not None
    return any(party.group_id == told.group_id and party.confirmed_at is None for party in found.parties)


def _alone(ctx: Context, told: Told) -> str:
    """A reply beneath the message about it, in each of the group's channels."""
    found = _case(ctx, told)
    if found is None:
        raise LookupError(f"{told.about} is wanted and not there")
    for channel in telling.party_channels(ctx, found):
        if channel.group_id == told.group_id:
            telling.reply(ctx, found, channel, told.kind, f"step:{told.step}", days=told.args["days"])
    return f"{told.about}:step:{told.step}"


def _line(ctx: ViewContext, told: Told) -> Spans | None:
    found = _case(ctx, told)
    if found is None or found.conflict.state != OPEN or not is_readable(found, reader_here(ctx)):
        return None
    words, old = ctx.words, messages.age(ctx.words, told.args["days"])
    if told.kind == WITH_HOST:
        host_id = found.conflict.host_id
        if host_id is None:
            return None
        return words.line(
            "{name}, you host it, and it is still open ({age}); what was tried? {command}",
            name=PersonMention(host_id, found.name(host_id), is_addressed=True),
            age=old,
            command=Code(f"/log {found.about} …"),
        )
    if not any(party.group_id == told.group_id and party.confirmed_at is None for party in found.parties):
        return None
    command = Code(f"/confirm {found.about}" if found.conflict.ending else f"/log {found.about} …")
    return words.line("it is still open ({age}), and waits for your word: {command}", age=old, command=command)


def _subject(_ctx: ViewContext, told: Told) -> Spans:
    return (RecordMention(told.about),)


def _why(words: Words, told: Told) -> Spans:
    return words.line("a reminder, as it is part of {id}, which is open.", id=RecordMention(told.about))


def _host_why(words: Words, told: Told) -> Spans:
    return words.line("a word to the host of {id}, in the thread that its groups read.", id=RecordMention(told.about))


def _back_why(words: Words, told: Told) -> Spans:
    return words.line("{id} came back at the date that its groups had set.", id=RecordMention(told.about))


TELLINGS = {
    WAITS: Telling(is_wanted=_is_wanted, subject=_subject, line=_line, why=_why, alone=_alone, waits=True, asks="word"),
    WITH_HOST: Telling(is_wanted=_is_wanted, subject=_subject, line=_line, why=_host_why, alone=_alone, waits=True),
    # Said by the conflict's own rhythm, as its state changes; only noted here.
    CAME_BACK: Telling(
        is_wanted=lambda _ctx, _told: False, subject=_subject, line=lambda _ctx, _told: None, why=_back_why
    ),
}
