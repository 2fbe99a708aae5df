"""A question to a group whether it wants to change, as it waits for its answer."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from bot.core.context import Context
from bot.core.errors import UserError
from bot.core.message import Bold, Message, Paragraph
from bot.core.replies import Answer, Reply
from bot.features.network.state_rules import CHANGE_ASKED_FOR
from storage import codes, directory
from storage.network import Group

CHANGE = "change"
ENDS = "group_change_ends"


@dataclass(frozen=True, slots=True)
class Request:
    """`group_id` is asked; person `by` asks. `kind`: leave, merge, welcome, split, take (asking.py has what each does).

    `other_id`: the group to become part of (merge), that wants to join (welcome), that takes over (take). `name`: of
    the group that splits off. `number`: of the decision that is taken over. `expires_at`: ISO 8601.
    """

    kind: str
    group_id: int
    by: int
    expires_at: str
    other_id: int = 0
    number: int = 0
    name: str = ""
    slug: str = ""


def new(
    ctx: Context, kind: str, group: Group, *, other_id: int = 0, number: int = 0, name: str = "", slug: str = ""
) -> Request:
    """A question that is asked now."""
    expires_at = (ctx.now + CHANGE_ASKED_FOR).isoformat()
    return Request(kind, group.id, ctx.actor.id, expires_at, other_id, number, name, slug)


def ask(ctx: Context, request: Request, group: Group) -> Reply:
    """Puts the question into the homes of the group that is asked. UserError where it stands there already."""
    for known in codes.pending(ctx.db, ctx.network.id, CHANGE, ctx.now):
        same = {name: known.data[name] for name in ("kind", "group_id", "other_id", "number")}
        if same == {name: getattr(request, name) for name in same}:
            raise UserError("{group} has been asked already; the question is in its channels.", group=group.name)
    homes = directory.homes(ctx.db, ctx.network.id, [group.id])
    if not homes:
        raise UserError("{group} has no channel in which it could be asked.", group=group.name)
    code, expires_at = ctx.new_code(), datetime.fromisoformat(request.expires_at)
    codes.add(ctx.db, ctx.network.id, code, CHANGE, ctx.now, expires_at, data=asdict(request), person_id=ctx.actor.id)
    say_asked(ctx, request, code, "", None)
    ctx.due(expires_at, ENDS, asked(code), group_id=group.id)
    words = ctx.words
    line = words.line(
        "{group} is asked in its channels. Until somebody there agrees, at the latest by {moment}, nothing changes.",
        group=Bold(group.name),
        moment=words.moment(expires_at),
    )
    return Answer(Message((Paragraph(line),)))


def asked(code: str) -> str:
    """What messages of a question are about."""
    return f"change:{codes.digest(code)[:24]}"


def say_asked(ctx: Context, request: Request, code: str, verdict: str, by: int | None) -> None:
    """Shows the question, or its answer, in the homes of the group that is asked."""
    args = asdict(request) | {"code": code, "verdict": verdict, "closed_by": by}
    for home in directory.homes(ctx.db, ctx.network.id, [request.group_id]):
        ctx.say(home, "change_asked", args, key=f"{asked(code)}:{home.id}", about=asked(code))
