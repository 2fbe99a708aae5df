"""What a group is asked in its own channels before it changes for good: to leave, merge, split, hand over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from bot.core.commands import Args, At, Who, command
from bot.core.context import Context
from bot.core.errors import UserError
from bot.core.kinds import Kind
from bot.core.language import mark
from bot.core.message import Message, Paragraph
from bot.core.permissions import Subject
from bot.core.replies import Answer, Reply
from bot.features.network import leaving, merging, splitting, state_rules
from bot.features.network.requests import CHANGE, ENDS, Request, asked, say_asked
from storage import codes, directory, group_contacts
from storage.deadlines import Deadline
from storage.network import Group

_GONE = mark("This question has been answered, or nobody agreed in time. Ask it anew if it still stands.")
_DO: dict[str, Callable[[Context, Request, str], Reply]] = {
    "leave": leaving.leave,
    "merge": merging.ask_other,
    "welcome": merging.merge,
    "split": splitting.split,
    "take": splitting.hand_over,
}
_OF_TWO = ("leave", "merge", "split")
"""What somebody of the group itself asks for: another one of it agrees."""


class CodeArgs(Args):
    code: Annotated[str, Kind(), At()] = Field(description=mark("the code in the question"))


def _request(ctx: Context, args: CodeArgs) -> Request:
    found = codes.find(ctx.db, ctx.network.id, args.code, CHANGE, ctx.now)
    if found is None:
        raise UserError(_GONE)
    return Request(**found.data)


def _subject(ctx: Context, args: CodeArgs) -> Subject:
    return Subject(group_id=_request(ctx, args).group_id)


def _here(ctx: Context, request: Request) -> Group:
    """The group that is asked. UserError away from its homes: what it agrees to, all of it see."""
    group = ctx.group
    if group is None or group.id != request.group_id or ctx.channel is None or not ctx.channel.is_home:
        raise UserError("This is answered in a home channel of the group that is asked.")
    return group


@command(
    "group-agree",
    summary=mark("Agree to what this group is asked: to leave, merge, split, or hand a decision over"),
    who=Who.OWN,
    subject=_subject,
    has_form=False,
    forgets_places=True,
    examples=("/group agree 7F3A-9KQM-2X",),
)
def group_agree(ctx: Context, args: CodeArgs) -> Reply:
    request = _request(ctx, args)
    group = _here(ctx, request)
    members = {m.person_id: m.since for m in group_contacts.members(ctx.db, ctx.network.id, group.id)}
    if request.kind in _OF_TWO:
        state_rules.check_second(request.by, ctx.actor.id, len(members))
    state_rules.check_was_here(members.get(ctx.actor.id), datetime.fromisoformat(request.expires_at))
    _close(ctx, request, args.code, "agreed")
    return _DO[request.kind](ctx, request, args.code)


@command(
    "group-refuse",
    summary=mark("Say no to what this group is asked, or take the question back"),
    who=Who.OWN,
    subject=_subject,
    has_form=False,
    examples=("/group refuse 7F3A-9KQM-2X",),
)
def group_refuse(ctx: Context, args: CodeArgs) -> Reply:
    request = _request(ctx, args)
    _here(ctx, request)
    _close(ctx, request, args.code, "refused")
    line = ctx.words.line("Nothing changes. The question says so in your channels.")
    if request.kind in ("welcome", "take"):
        _tell_refused(ctx, request)
        line = ctx.words.line("Nothing changes, and those who asked are told.")
    return Answer(Message((Paragraph(line),)))


def _close(ctx: Context, request: Request, code: str, verdict: str) -> None:
    codes.use(ctx.db, ctx.network.id, code, CHANGE, ctx.now)
    ctx.undue(asked(code), ENDS)
    say_asked(ctx, request, code, verdict, ctx.actor.id)


def _tell_refused(ctx: Context, request: Request) -> None:
    for home in directory.homes(ctx.db, ctx.network.id, [request.other_id]):
        args: dict[str, Any] = asdict(request)
        key = f"refused:{request.kind}:{request.group_id}:{request.expires_at}:{home.id}"
        ctx.say(home, "change_refused", args, key=key, about=f"group:{request.group_id}")


def asked_ends(ctx: Context, deadline: Deadline) -> None:
    """Nobody agreed in time: the question says so."""
    ctx.touch(deadline.about)
