"""`group`: a channel becomes a group's home; what is set for a group is shown and changed."""

from __future__ import annotations

from bot.core.commands import Who, command
from bot.core.context import Context
from bot.core.errors import UserError
from bot.core.events import ChannelBound, GroupChanged, GroupRegistered
from bot.core.grammar import quoted
from bot.core.language import mark
from bot.core.message import Bold, Code, Message, Paragraph, Spans
from bot.core.presence import check_not_gone, is_gone, is_here
from bot.core.replies import Answer, Reply
from bot.features.network import contacts, homes, pausing, rules, state_rules
from bot.features.network.fields import GroupArgs
from bot.features.network.messages import GroupFacts, group_shown
from bot.features.network.state_messages import came_back, gone, paused_said
from storage import directory, group_states
from storage.group_states import ACTIVE, MERGED, PAUSED, Standing
from storage.network import Group


@command(
    "group",
    summary=mark("Make this channel a home of a group; show or change what is set for the group"),
    who=Who.ALL,
    works_unbound=True,
    has_form=False,
    examples=(
        "/group Oakland --tz America/Los_Angeles --region US-CA",
        "/group",
        "/group --quiet 20:00-08:00 --days mon-thu",
        "/group --holiday 2026-12-24,2026-12-31 --workday 2026-12-26",
        "/group --contact @ana --rotate 1mo",
    ),
)
def group(ctx: Context, args: GroupArgs) -> Reply:
    meant = _meant(ctx, args)
    if meant is None:
        return _register(ctx, args)
    if args.name and ctx.group is None and not homes.is_direct(ctx):
        check_is_itself(ctx, meant, args.name)
        return homes.ask(ctx, meant) if is_here(meant) else _come_back(ctx, meant)
    if args.name and ctx.channel is not None and not ctx.channel.is_home and meant == ctx.group:
        return homes.settle(ctx, meant, ctx.channel)
    if not rules.has_settings(args):
        return Answer(_shown(ctx, meant))
    return _change(ctx, meant, args)


def _meant(ctx: Context, args: GroupArgs) -> Group | None:
    """The group that is meant; None for one that is not there yet. UserError where neither can be."""
    own = ctx.group or (ctx.acting_as if homes.is_direct(ctx) else None)
    if not args.name:
        if own is None:
            raise UserError("This channel belongs to no group yet.", "/group NAME --tz Area/City")
        return own
    found = directory.group_named(ctx.db, ctx.network.id, rules.clean_name(args.name), rules.slug_of(args.name))
    if found is None and ctx.group is not None:
        raise UserError(
            "This channel is a home of {group} already, and a new group starts in a channel of its own."
            " {group} itself can have a new name.",
            f"/group --rename {quoted(args.name)}",
            group=ctx.group.name,
        )
    if found is None and homes.is_direct(ctx):
        raise UserError("There is no group “{name}” here. A new one starts in its own channel.", name=args.name)
    return found


def check_is_itself(ctx: Context, group: Group, typed: str) -> None:
    """UserError for a group that is part of another now."""
    if group.state == MERGED:
        check_not_gone(ctx.db, group, typed)


def _come_back(ctx: Context, group: Group) -> Reply:
    """A group that had left, or that was only named here, has a channel and is asked from now on."""
    rules.check_may_register(ctx.actor, ctx.network.settings, group.name)
    home = homes.bind(ctx, group, homes.here(ctx))
    directory.add_membership(ctx.db, ctx.network.id, ctx.actor.id, group.id, ctx.now)
    ctx.publish(ChannelBound(about=homes.about(group), group_id=group.id, channel_id=home.id))
    pausing.change(ctx, group, ACTIVE, Standing(group.id, ctx.now))
    return Answer(Message((Paragraph(came_back(ctx.words, group.name)),)))


def _register(ctx: Context, args: GroupArgs) -> Reply:
    network_id = ctx.network.id
    rules.check_may_register(ctx.actor, ctx.network.settings, args.name)
    homes.check_may_bind(ctx)
    new = rules.new_group(network_id, ctx.new_id(), args.name, args, ctx.actor.zone, ctx.network.language)
    check_names(ctx, new)
    directory.add_group(ctx.db, new, ctx.now)
    home = homes.bind(ctx, new, homes.here(ctx))
    directory.add_membership(ctx.db, network_id, ctx.actor.id, new.id, ctx.now)
    ctx.publish(GroupRegistered(about=homes.about(new), group_id=new.id, slug=new.slug))
    ctx.publish(ChannelBound(about=homes.about(new), group_id=new.id, channel_id=home.id))
    words = ctx.words
    done = words.line(
        "{group} is registered, and this channel is its home. Others name it {slug}. Its time zone is {zone}.",
        group=Bold(new.name),
        slug=Code(new.slug),
        zone=new.zone,
    )
    following = words.line("Next: {command}", command=Code("/decide TITLE"))
    return Answer(Message((Paragraph(done), Paragraph(following))))


def _change(ctx: Context, old: Group, args: GroupArgs) -> Reply:
    rules.check_may_change(ctx.actor, old)
    state_rules.check_is_here(old)
    new, names = rules.changed(old, args)
    if names:
        if {"name", "slug"} & set(names):
            check_names(ctx, new)
        directory.change_group(ctx.db, new)
        ctx.publish(GroupChanged(about=homes.about(new), group_id=new.id, changed=names))
        ctx.touch(homes.about(new))
    if args.contact or args.rotate:
        contacts.set_up(ctx, new, args.contact, args.rotate)
    return Answer(_shown(ctx, new))


def check_names(ctx: Context, group: Group) -> None:
    """Name and short name are no other group's: what is meant for the one would reach the other."""
    for other in directory.all_groups(ctx.db, ctx.network.id):
        if other.id == group.id:
            continue
        taken = (other.slug, rules.alike(other.name))
        if group.slug in taken:
            raise UserError(
                "{group} has the short name “{slug}” already. Choose another one.",
                f"/group {group.name} --slug {group.slug}-2",
                group=other.name,
                slug=group.slug,
            )
        if rules.alike(group.name) in taken:
            raise UserError(
                "{group} is called “{name}” already. Choose a name by which nobody takes you for them.",
                "/group --rename NAME",
                group=other.name,
                name=group.name,
            )


def _shown(ctx: Context, shown: Group) -> Message:
    standing = group_states.standings(ctx.db, ctx.network.id, [shown.id]).get(shown.id)
    if is_gone(shown):
        return Message((Paragraph(state_line(ctx, shown, standing)),))
    found = directory.homes(ctx.db, ctx.network.id, [shown.id])
    members = directory.member_count(ctx.db, ctx.network.id, shown.id)
    facts = GroupFacts(found, members, ctx.now, state_line(ctx, shown, standing))
    contact = contacts.contact_blocks(ctx, shown) if is_here(shown) else ()
    return Message((*group_shown(ctx.words, shown, facts).blocks, *contact))


def state_line(ctx: Context, group: Group, standing: Standing | None) -> Spans:
    """How it stands, where that is not simply active."""
    if standing is None:
        return ()
    if is_gone(group):
        into = directory.groups_by_id(ctx.db, ctx.network.id, [standing.into_id] if standing.into_id else [])
        return gone(ctx.words, group, standing, next(iter(into.values()), None))
    return paused_said(ctx.words, group, standing.until_at, is_begun=True) if group.state == PAUSED else ()
