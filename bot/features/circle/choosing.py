"""Which circle and which person are meant by what was typed."""

from __future__ import annotations

from bot.core.context import Context
from bot.core.errors import UserError
from storage import circles, people
from storage.circles import Circle
from storage.people import PersonRow

FIRST_SLUG, FIRST_SEATS, FIRST_TERM = "circle", 3, "6mo"


def chosen(ctx: Context, slug: str) -> Circle:
    """The circle of this short name, else the one that meets here, else the first one, which may not be kept yet."""
    every = circles.every(ctx.db, ctx.network.id)
    if slug:
        found = next((one for one in every if one.slug == slug.lower() or one.name.lower() == slug.lower()), None)
        if found is None:
            known = ", ".join(one.slug for one in every) or "–"
            raise UserError("There is no circle “{wrong}”. There are: {known}.", "/circle", wrong=slug, known=known)
        return found
    here = [one for one in every if ctx.channel is not None and one.channel_id == ctx.channel.id]
    first = [one for one in every if one.slug == FIRST_SLUG]
    if here or first:
        return (here or first)[0]
    return Circle(
        *(ctx.network.id, ctx.new_id(), FIRST_SLUG, "", "", (), False, False, FIRST_SEATS, FIRST_TERM, None, ctx.now)
    )


def keep(ctx: Context, one: Circle) -> Circle:
    """Keeps a circle that was only assumed so far."""
    if circles.find(ctx.db, ctx.network.id, one.id) is None:
        circles.store(ctx.db, one)
    return one


def person_named(ctx: Context, typed: str) -> PersonRow:
    """The one person who is meant; UserError for none or several."""
    place = ctx.where
    if place is None:
        raise LookupError("nobody typed this anywhere")
    name = " ".join(typed.split()).removeprefix("@")
    if not name:
        raise UserError("Say whom you mean.", "/circle add NAME")
    found = people.find(ctx.db, ctx.network.id, place.platform, place.workspace, name)
    if not found:
        raise UserError(
            "Mycel knows nobody called “{name}” here. It knows people once they have spoken in a group's channel.",
            name=name,
        )
    if len(found) > 1:
        raise UserError(
            "{n} people are called “{name}”. Type the account of the one you mean.", n=len(found), name=name
        )
    return found[0]
