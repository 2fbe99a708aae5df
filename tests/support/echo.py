"""A feature to test the core with: it says what it is told, keeps what it did, and fails when it should."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import Field

from bot.core.commands import Args, At, Command, Who, command
from bot.core.context import Context, ViewContext
from bot.core.conversation import MessagePosted
from bot.core.errors import UserError
from bot.core.events import ChannelBound
from bot.core.feature import Feature
from bot.core.kinds import FreeText, Kind
from bot.core.message import Message, paragraph
from bot.core.permissions import Subject
from bot.core.replies import Answer, Reply
from storage import counters, directory
from storage.deadlines import Deadline
from storage.events import Event


class EchoArgs(Args):
    text: Annotated[str, FreeText(widget="text"), At(rest=True)] = Field(max_length=200)
    about: Annotated[str, Kind()] = ""
    thread: Annotated[str, Kind()] = ""
    then: Annotated[str, Kind()] = ""


class NoArgs(Args):
    pass


@dataclass
class Echo:
    """`texts` overrides what messages about a record show (None: nothing any more); `errors` are raised once each."""

    texts: dict[str, str | None] = field(default_factory=dict)
    errors: dict[str, list[Exception]] = field(default_factory=dict)
    fired: list[tuple[str, int]] = field(default_factory=list)
    followed: list[tuple[int, int]] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)

    @property
    def feature(self) -> Feature:
        return Feature(
            name="echo",
            commands=(self._say(), self._read(), self._only_stewards(), self._theirs()),
            views={"echo": self._view},
            deadlines={"alarm": self._fire},
            followers={"notes": self._follow, "other": self._follow_other},
            listeners=(self._listen,),
        )

    def fail(self, at: str) -> None:
        if self.errors.get(at):
            raise self.errors[at].pop(0)

    def _view(self, ctx: ViewContext, args: Mapping[str, Any]) -> Message | None:
        self.fail("view")
        shown = self.texts.get(args["about"], args["text"])
        return None if shown is None else Message((paragraph(shown),))

    def _say(self) -> Command:
        @command("echo", summary="Say it here", who=Who.OWN, examples=("/echo hello",))
        def echo(ctx: Context, args: EchoArgs) -> Reply:
            number = counters.take(ctx.db, ctx.network.id, "E")
            assert ctx.channel is not None
            say(ctx, args.text, about=args.about or f"E-{number}", thread=args.thread or None)
            ctx.publish(ChannelBound(about=f"E-{number}", channel_id=ctx.channel.id))
            self.fail("handler")
            if args.then == "refuse":
                raise UserError("That is refused.", "/echo hello")
            return Answer(Message((paragraph(f"E-{number}: {args.text}"),)), subject=f"E-{number}")

        return echo

    def _read(self) -> Command:
        @command("read", summary="Read", who=Who.ALL, reads=True)
        def read(ctx: Context, args: NoArgs) -> Reply:
            self.fail("read")
            return Answer(Message((paragraph(f"{ctx.actor.name} in {sorted(ctx.actor.group_ids)}"),)))

        return read

    def _only_stewards(self) -> Command:
        @command("stewards", summary="Stewards", who=Who.STEWARD)
        def stewards(ctx: Context, args: NoArgs) -> Reply:
            return Answer(Message((paragraph("done"),)))

        return stewards

    def _theirs(self) -> Command:
        @command("theirs", summary="Group 1's", who=Who.OWN, subject=lambda ctx, args: Subject(1))
        def theirs(ctx: Context, args: NoArgs) -> Reply:
            return Answer(Message((paragraph("done"),)))

        return theirs

    def _fire(self, ctx: Context, deadline: Deadline) -> None:
        channel = directory.homes(ctx.db, ctx.network.id, [1])[0]
        ctx.say(
            channel, "echo", {"text": f"ring {deadline.about}", "about": ""}, key=f"{deadline.about}:{deadline.round}"
        )
        self.fail("deadline")
        self.fired.append((deadline.about, deadline.round))

    def _follow(self, ctx: Context, event: Event) -> None:
        self.fail("follower")
        self.followed.append((event.network_id, event.id))

    def _follow_other(self, ctx: Context, event: Event) -> None:
        self.heard.append(event.kind)

    def _listen(self, ctx: Context, incoming: object) -> Reply | None:
        if isinstance(incoming, MessagePosted) and incoming.text == "bug":
            raise ZeroDivisionError
        return None


def say(ctx: Context, text: str, *, about: str = "", key: str = "", thread: str | None = None, gap: int = 0) -> None:
    """Wants a message in the place of the command, or else in group 1's home."""
    channel = ctx.channel or directory.homes(ctx.db, ctx.network.id, [1])[0]
    args = {"text": text, "about": about}
    ctx.say(channel, "echo", args, key=key or f"{about}:{text}", about=about, thread_of=thread, edit_gap_s=gap)
