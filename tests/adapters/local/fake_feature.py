"""A small feature for the playground's tests: something is put before all groups, answered, and closed by the clock."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any

from pydantic import Field

from bot.core import kinds
from bot.core import message as m
from bot.core.commands import Args, At, Who, command
from bot.core.context import Context, ViewContext
from bot.core.conversation import Incoming, MessagePosted
from bot.core.feature import Feature
from bot.core.replies import Answer, Nothing, Reply
from storage import delivery, directory
from storage.deadlines import Deadline

heard: list[Incoming] = []
"""Everything that reached the feature, in order; tests empty it."""


class Ask(Args):
    title: Annotated[str, kinds.FreeText(), At(rest=True)] = Field(description="What it is about, in a line.")
    why: Annotated[str, kinds.FreeText()] = Field("", description="Why you want it.")
    affects: kinds.Slugs = Field((), description="Which groups it concerns.")
    mood: Annotated[str, kinds.Choice(options=("calm", "urgent"))] = Field("calm", description="How it feels.")
    loudly: kinds.Yes = Field(False, description="Whether everybody is told.")


class Support(Args):
    id: Annotated[int, kinds.Id(letter="D"), At()] = Field(description="Which one.")


@command("ask", summary="Put something before all groups", who=Who.ALL, examples=("/ask Use Signal",))
def ask(ctx: Context, args: Ask) -> Answer:
    for channel in directory.homes(
        ctx.db, ctx.network.id, [g.id for g in directory.all_groups(ctx.db, ctx.network.id)]
    ):
        ctx.say(channel, "asked", {"title": args.title, "why": args.why}, key=f"ask:{channel.remote_id}", about="D-1")
    for group in directory.all_groups(ctx.db, ctx.network.id):
        ctx.due(ctx.now + timedelta(days=1), "fake_reminder", "D-1", group_id=group.id)
    ctx.due(ctx.now + timedelta(days=2), "fake_close", "D-1")
    return Answer(m.Message((m.paragraph("You asked ", m.RecordMention("D-1"), "."),)), "D-1")


@command("support", summary="Say that you support it", who=Who.ALL, examples=("/support D-1",))
def support(ctx: Context, args: Support) -> Answer:
    said = m.paragraph(f"{ctx.actor.name} supports ", m.RecordMention(f"D-{args.id}"), ".")
    return Answer(m.Message((said,)), f"D-{args.id}")


@command("muse", summary="Something falls due in an hour that nobody sees", who=Who.ALL, examples=("/muse D-1",))
def muse(ctx: Context, args: Support) -> Nothing:
    ctx.due(ctx.now + timedelta(hours=1), "fake_musing", f"D-{args.id}")
    return Nothing()


@command("show", summary="Show one", who=Who.ALL, examples=("/show D-1",), reads=True)
def show(_ctx: Context, args: Support) -> Answer:
    return Answer(m.Message((m.Heading(m.text(f"D-{args.id}")), m.paragraph("This is what it is."))))


def asked(ctx: ViewContext, args: Mapping[str, Any]) -> m.Message:
    blocks: list[m.Block] = [m.Heading(m.text("Ana asks: ", args["title"]))]
    if args["why"]:
        blocks.append(m.Quote(args["why"], m.text("Ana")))
    blocks += [
        m.Fields((("Affects", m.text("all groups")), ("Closes", (ctx.words.moment(ctx.now + timedelta(days=2)),)))),
        m.Actions((m.Action("Support", "/support D-1", "primary"), m.Action("Ask again", "/ask"))),
    ]
    return m.Message(tuple(blocks), ("👍", "✋"))


def note(_ctx: ViewContext, args: Mapping[str, Any]) -> m.Message:
    return m.Message((m.paragraph(args["text"]),))


def listen(ctx: Context, incoming: Incoming) -> Reply | None:
    heard.append(incoming)
    if isinstance(incoming, MessagePosted) and ctx.channel and incoming.place.thread:
        place = incoming.place
        found = delivery.about(ctx.db, ctx.network.id, ctx.channel.id, place.thread, place.thread_key)
        if found:
            words = {"text": f"{ctx.actor.name} said: {incoming.text}"}
            key = f"heard:{incoming.message_id}"
            ctx.say(ctx.channel, "note", words, key=key, thread_of=found[0], about="D-1")
            return Nothing()
    return None


def remind(ctx: Context, deadline: Deadline) -> None:
    for channel in directory.homes(ctx.db, ctx.network.id, [deadline.group_id]):
        text = {"text": f"A reminder at {ctx.now:%Y-%m-%d %H:%M}."}
        ctx.say(channel, "note", text, key=f"remind:{channel.id}", thread_of=f"ask:{channel.remote_id}")


def close(ctx: Context, _deadline: Deadline) -> None:
    groups = [g.id for g in directory.all_groups(ctx.db, ctx.network.id)]
    for channel in directory.homes(ctx.db, ctx.network.id, groups):
        ctx.say(channel, "note", {"text": f"Closed at {ctx.now:%Y-%m-%d %H:%M}."}, key=f"close:{channel.id}")


FEATURE = Feature(
    "fake",
    commands=(ask, support, muse, show),
    views={"asked": asked, "note": note},
    deadlines={"fake_reminder": remind, "fake_close": close, "fake_musing": lambda _ctx, _deadline: None},
    listeners=(listen,),
)
