"""Incoming → once only → who may → handler → one commit → answer."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from time import monotonic
from typing import Any

from bot.core import forms, parsing, registry
from bot.core.activity import Activity
from bot.core.cleaning import cleaned
from bot.core.commands import Args, Command
from bot.core.context import Context, no_codes
from bot.core.conversation import (
    ChannelChanged,
    CommandTyped,
    FormSubmitted,
    Incoming,
    MemberLeft,
    MessagePosted,
)
from bot.core.errors import UserError
from bot.core.fairness import Fairness
from bot.core.feature import Feature
from bot.core.fingerprint import fingerprint
from bot.core.language import Words
from bot.core.message import Code, Message, Paragraph
from bot.core.permissions import Subject, authorise
from bot.core.replies import Answer, Invalid, Nothing, Reply
from bot.core.scoping import NoNetwork, Scoping
from bot.core.trouble import TROUBLE
from storage import inbox
from storage.work import Tx, Work

log = logging.getLogger("mycel.dispatch")

REPETITION = timedelta(minutes=2)
"""Within this time the same person's same words in the same place are one command (interface.md)."""


_LONGEST_TITLE = 200
PASSED_ON = (UserError, *TROUBLE)
"""What is no bug of a handler: the person's error, and a database that cannot be used now."""


class Failed(Exception):
    """A bug in a handler, with the reference under which the log has it."""

    def __init__(self, reference: str) -> None:
        super().__init__(reference)
        self.reference = reference


@dataclass(frozen=True, slots=True)
class _Call:
    """A command on its way: `typed` is its text after the name, None when `values` came from a form."""

    incoming: CommandTyped | FormSubmitted
    command: Command
    typed: str
    values: Mapping[str, str] | None
    print: int

    def arguments(self) -> Args:
        if self.values is not None:
            return parsing.build(self.command, self.values)
        return parsing.parse(self.command, self.typed)


class Dispatch:
    """Takes what adapters hand over. `on_commit` is told after each commit (the senders wake up)."""

    def __init__(
        self,
        work: Work,
        features: Sequence[Feature],
        new_id: Callable[[], int],
        on_commit: Callable[[], None],
        *,
        new_code: Callable[[], str] = no_codes,
        observe: Callable[[str, str, float], None] | None = None,
        base_url: str = "",
    ) -> None:
        self._work = work
        self._observe = observe
        self._registry = registry.Registry(features)
        self._scoping = Scoping(self._registry, new_id, new_code, base_url)
        self._fairness = Fairness()
        self.activity = Activity(work)
        self._new_id = new_id
        self._on_commit = on_commit

    @property
    def registry(self) -> registry.Registry:
        return self._registry

    async def handle(self, incoming: Incoming) -> Reply:
        """The answer for the one who acted, after everything is stored.

        Raises Busy, Closed or a database error when nothing was stored and the platform should send it again.
        """
        began = monotonic()
        incoming = cleaned(incoming)
        with self._fairness.turn(incoming):
            reply = await self._answer(incoming)
        if self._observe is not None:
            self._observe(self._registry.named(incoming), type(reply).__name__.lower(), monotonic() - began)
        return reply

    async def _answer(self, incoming: Incoming) -> Reply:
        try:
            network_id = await self._scoping.network_of(self._work, incoming)
        except NoNetwork as lost:
            return _say(Words(), lost.error)
        self.activity.note(network_id, incoming)
        if isinstance(incoming, (CommandTyped, FormSubmitted)):
            return await self._command(network_id, incoming)
        return await self._message(network_id, incoming)

    async def _command(self, network_id: int, incoming: CommandTyped | FormSubmitted) -> Reply:
        try:
            call = self._call(incoming)
        except UserError as error:
            return await self._refuse(network_id, incoming, error)
        try:
            if call.command.reads:
                return await self._work.read(lambda tx: self._run(tx, network_id, call))
            reply = await self._work.write(network_id, lambda tx: self._run(tx, network_id, call))
        except UserError as error:
            return await self._refuse(network_id, incoming, error, call.command)
        except Failed as failure:
            return await self._refuse(network_id, incoming, _apology(failure))
        if call.command.forgets_places:
            self._scoping.forget_places()
        self._on_commit()
        return reply

    def _call(self, incoming: CommandTyped | FormSubmitted) -> _Call:
        if isinstance(incoming, FormSubmitted):
            command = self._registry.command(incoming.command)
            said = "\x1f".join(f"{k}={v}" for k, v in sorted(incoming.values.items()))
            return _Call(incoming, command, "", incoming.values, fingerprint(incoming, f"{command.name} {said}"))
        command, typed = self._registry.find(incoming.text, is_mention=incoming.is_mention)
        about = f"\x1f{incoming.quoted.message_id}" if incoming.quoted else ""
        return _Call(incoming, command, typed, None, fingerprint(incoming, incoming.text + about))

    def _run(self, tx: Tx, network_id: int, call: _Call) -> Reply:
        """One command in its transaction."""
        incoming, command = call.incoming, call.command
        since = tx.now - REPETITION
        ctx, found = self._scoping.context(tx, network_id, incoming, call.print, since, is_reading=command.reads)
        if command.reads:
            return self._reply(ctx, call)
        if found.is_known:
            return Nothing()
        if found.repeated:
            self._accept(tx, network_id, incoming)
            return Answer(Message((Paragraph(ctx.words.line("Already done, as {id}.", id=found.repeated)),)))
        reply = self._reply(ctx, call)
        subject = reply.subject if isinstance(reply, Answer) else ""
        self._accept(tx, network_id, incoming, call.print if subject else 0, subject)
        return reply

    def _accept(self, tx: Tx, network_id: int, incoming: Incoming, print: int = 0, subject: str = "") -> bool:
        """Notes that the event was handled, in the transaction of all that came of it; False if it was before."""
        return inbox.accept(tx.db, incoming.source, incoming.event_key, network_id, tx.now, print, subject)

    def _reply(self, ctx: Context, call: _Call) -> Reply:
        if ctx.channel is None and not ctx.actor.group_ids and not call.command.works_unbound:
            raise UserError("This channel belongs to no group yet.", "/group NAME --tz Area/City")
        if forms.is_bare(call.command, call.typed, call.values):
            if not (call.command.quoted_into and ctx.quoted and ctx.quoted.text.strip()):
                return forms.form(ctx, call.command)
            call = replace(call, values={call.command.quoted_into: _first_line(ctx.quoted.text)})
        return self._handle(ctx, call)

    def _handle(self, ctx: Context, call: _Call) -> Reply:
        command = call.command
        try:
            args = call.arguments()
            self._scoping.act_as(ctx, args)
            subject = command.subject(ctx, args) if command.subject else Subject(_acting(ctx))
            authorise(command, ctx.actor, subject, command.rights(args))
            reply = command.handler(ctx, args)
            ctx.flush()
        except PASSED_ON:
            raise
        except Exception as error:
            raise self._failed(call.incoming, command.name) from error
        return reply

    async def _message(self, network_id: int, incoming: Incoming) -> Reply:
        if isinstance(incoming, MessagePosted) and self._scoping.is_only_talk(network_id, incoming):
            return Nothing()
        try:
            reply, is_home = await self._work.write(network_id, lambda tx: self._listen(tx, network_id, incoming))
        except UserError as error:
            return await self._refuse(network_id, incoming, error)
        except Failed as failure:
            return await self._refuse(network_id, incoming, _apology(failure))
        if isinstance(incoming, MemberLeft):
            self._scoping.forget(network_id, incoming.actor)
        if is_home and not isinstance(incoming, ChannelChanged):
            self._scoping.remember(network_id, incoming)
        self._on_commit()
        return reply

    def _listen(self, tx: Tx, network_id: int, incoming: Incoming) -> tuple[Reply, bool]:
        """The answer, and whether it was said in a home: who speaks there is a member now."""
        is_reading = isinstance(incoming, ChannelChanged)
        ctx, found = self._scoping.context(tx, network_id, incoming, 0, tx.now, is_reading=is_reading)
        is_home = ctx.channel is not None and ctx.channel.is_home
        if found.is_known:
            return Nothing(), False
        self._accept(tx, network_id, incoming)
        try:
            for listen in self._registry.listeners:
                reply: Reply | None = listen(ctx, incoming)
                if reply is not None:
                    ctx.flush()
                    return reply, is_home
        except PASSED_ON:
            raise
        except Exception as error:
            raise self._failed(incoming, type(incoming).__name__) from error
        return Nothing(), is_home

    def _failed(self, incoming: Incoming, what: str) -> Failed:
        reference = f"{self._new_id() & 0xFFFFFF:06X}"
        log.exception("failed %s: %s from %s, event %s", reference, what, incoming.source, incoming.event_key)
        return Failed(reference)

    async def _refuse(
        self, network_id: int, incoming: Incoming, error: UserError, command: Command | None = None
    ) -> Reply:
        """Keeps only that the event was here, so that it never comes back, and says what is wrong."""
        typed = incoming.text if isinstance(incoming, CommandTyped) else ""
        if command is not None and command.reads:
            return await self._work.read(lambda tx: _say(self._words(tx, network_id, incoming), error, typed))

        def note(tx: Tx) -> Reply:
            if not self._accept(tx, network_id, incoming):
                return Nothing()
            return _say(self._words(tx, network_id, incoming), error, typed)

        return await self._work.write(network_id, note)

    def _words(self, tx: Tx, network_id: int, incoming: Incoming) -> Words:
        ctx, _ = self._scoping.context(tx, network_id, incoming, 0, tx.now, is_reading=True)
        return ctx.words


def _first_line(text: str) -> str:
    """The first line of a message that has one, as a title."""
    line = " ".join(text.strip().splitlines()[0].split())
    return line if len(line) <= _LONGEST_TITLE else f"{line[: _LONGEST_TITLE - 1]}…"


def _acting(ctx: Context) -> int | None:
    return ctx.acting_as.id if ctx.acting_as else None


def _apology(failure: Failed) -> UserError:
    return UserError(
        "That failed, and it is our fault, not yours. Nothing was stored. Tell your steward the reference {reference}.",
        reference=failure.reference,
    )


def _say(words: Words, error: UserError, typed: str = "") -> Invalid:
    """What was understood of what was `typed`, what is wrong, and the same text corrected or an example."""
    sentence = words.line(error.template, **_texts(error.values)) if error.values else words.line(error.template)
    blocks = [Paragraph(sentence)]
    understood = getattr(error, "understood", ()) if typed else ()
    if understood:
        read = ", ".join(f"{option} “{parsing.shortened(text)}”" for option, text in understood)
        blocks.insert(0, Paragraph(words.line("Understood: {read}.", read=read)))
    corrected = parsing.corrected(error, typed)
    if corrected:
        blocks.append(Paragraph(words.line("Type: {example}", example=Code(corrected))))
    elif error.example:
        blocks.append(Paragraph(words.line("Type for example: {example}", example=Code(error.example))))
    field = getattr(error, "field", "")
    return Invalid(Message(tuple(blocks)), {field: words(error.template, **error.values)} if field else {})


def _texts(values: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in values.items()}
