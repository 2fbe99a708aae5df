"""`group leave`: a group goes with an export of its own; what it logged for others to read stays as history."""

from __future__ import annotations

from datetime import timedelta

from bot.core.commands import Who, command
from bot.core.context import Context
from bot.core.errors import UserError
from bot.core.events import DecisionRedacted, RoleTaken
from bot.core.language import mark
from bot.core.permissions import STEWARD
from bot.core.replies import Answer, Reply
from bot.features.network import access, exports, homes, requests, state_rules
from bot.features.network.access import NoArgs
from bot.features.network.changes_shown import left_answer
from bot.features.network.pausing import change, own_group, tell_waiting
from bot.features.network.requests import Request
from storage import directory, group_contacts, group_states, leaving, roles
from storage.deadlines import Deadline
from storage.group_states import LEFT, Standing
from storage.network import Group

GOES, LET_GO, EXPORT_ENDS = "group_goes", "group_let_go", "group_export_ends"
CHANNELS_KEPT_FOR = timedelta(days=1)
"""So long the last message of a group that left can be delivered; then its channels are forgotten."""
A_STEP = 50


@command(
    "group-leave",
    summary=mark("Leave the network with an export of your own decisions; another of the group has to agree"),
    who=Who.OWN,
    has_form=False,
    examples=("/group leave",),
)
def group_leave(ctx: Context, args: NoArgs) -> Reply:
    group = own_group(ctx)
    state_rules.check_is_here(group)
    _check_steward_stays(ctx, leaving.only_here(ctx.db, ctx.network.id, group.id))
    return requests.ask(ctx, requests.new(ctx, "leave", group), group)


def _check_steward_stays(ctx: Context, gone: list[int]) -> None:
    stewards = {h.person_id for h in roles.holders(ctx.db, ctx.network.id) if h.role == STEWARD}
    if stewards and stewards <= set(gone):
        raise UserError(
            "The network would have no steward. Give somebody of another group the role first.",
            "/roles PERSON steward",
        )


def leave(ctx: Context, request: Request, code: str) -> Reply:
    """The group has agreed. The other features hear of it first: what they end is in the export as ended."""
    group = directory.groups_by_id(ctx.db, ctx.network.id, [request.group_id])[request.group_id]
    state_rules.check_is_here(group)
    gone = leaving.only_here(ctx.db, ctx.network.id, group.id)
    _check_steward_stays(ctx, gone)
    waiting = group_states.waiting_for(ctx.db, ctx.network.id, group.id)
    change(ctx, group, LEFT, Standing(group.id, ctx.now))
    link = exports.set_aside(ctx, group)
    _farewell(ctx, group, link)
    tell_waiting(ctx, group, waiting)
    _drop_people(ctx, group, gone)
    group_contacts.drop(ctx.db, ctx.network.id, group.id)
    kept = [homes.about(group), requests.asked(code)]
    ids = leaving.let_go(ctx.db, ctx.network.id, group.id, kept)
    round = int(ctx.now.timestamp()) // 60
    ctx.due(ctx.now + CHANNELS_KEPT_FOR, LET_GO, homes.about(group), group_id=group.id, round=round, ids=ids)
    ctx.due(ctx.now + state_rules.EXPORT_KEPT_FOR, EXPORT_ENDS, homes.about(group), group_id=group.id, round=round)
    _blank(ctx, group.id, round)
    ctx.group = ctx.channel = None
    return Answer(left_answer(ctx.words, group, link), is_secret=True)


def _farewell(ctx: Context, group: Group, link: exports.Link) -> None:
    args = {"group_id": group.id, "code": link.code, "until": link.until_at.isoformat(), "url": link.url}
    for home in directory.homes(ctx.db, ctx.network.id, [group.id]):
        key = f"group:{group.id}:left:{int(ctx.now.timestamp())}:{home.id}"
        ctx.say(home, "group_left", args, key=key, about=homes.about(group))


def _drop_people(ctx: Context, group: Group, gone: list[int]) -> None:
    for holder in roles.holders(ctx.db, ctx.network.id):
        if holder.person_id in gone:
            about = access.about(holder.person_id)
            ctx.publish(RoleTaken(about=about, person_id=holder.person_id, role=holder.role))
    leaving.drop_people(ctx.db, ctx.network.id, group.id, gone)


def _blank(ctx: Context, group_id: int, round: int) -> None:
    """In steps: what only the group could read is removed, and whoever follows such decisions hears of it."""
    numbers = leaving.blank_private(ctx.db, ctx.network.id, group_id, A_STEP, ctx.now)
    for number in numbers:
        ctx.publish(DecisionRedacted(about=f"D-{number}", group_id=group_id, number=number))
        ctx.touch(f"D-{number}")
    if numbers:
        ctx.due(ctx.now, "words_forgotten", f"D-{numbers[0]}")
    if len(numbers) == A_STEP:
        ctx.due(ctx.now, GOES, f"group:{group_id}", group_id=group_id, round=round + 1)


def goes(ctx: Context, deadline: Deadline) -> None:
    _blank(ctx, deadline.group_id, deadline.round)


def let_go(ctx: Context, deadline: Deadline) -> None:
    """The last message had its time: the channels are forgotten."""
    leaving.forget_channels(ctx.db, ctx.network.id, deadline.args["ids"])


def export_ends(ctx: Context, deadline: Deadline) -> None:
    """Nobody fetches it any more."""
    exports.drop(ctx, deadline.group_id)
