"""From platform ids to network, channel, group and person; and who speaks in a home channel becomes a member."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bot.core import working_time
from bot.core.cleaning import name_of
from bot.core.context import Context
from bot.core.conversation import Actor, CommandTyped, FormSubmitted, Incoming, MessagePosted
from bot.core.errors import UserError
from bot.core.language import Words
from bot.core.presence import check_not_gone
from bot.core.registry import Registry
from storage import codes, directory
from storage.network import Group, Person, Scope, network_of, scope
from storage.work import Tx, Work

_REMEMBERED = 10_000
_LONGEST_NAME = 200
LATELY = timedelta(minutes=15)
"""Who did something no longer ago than this is taken to be there still."""


class NoNetwork(Exception):
    """The place belongs to no network; `error` says how it comes to one."""

    def __init__(self, was_code_typed: bool = False) -> None:
        super().__init__()
        self.error = UserError("This place belongs to no network yet. A steward connects it.", "/steward CODE")
        if was_code_typed:
            self.error = UserError("This code is not known, was used already, or has run out. Ask for a new one.")


class Scoping:
    """Finds the scope of what comes in. Remembers only which network a channel belongs to and who was seen where."""

    def __init__(
        self, registry: Registry, new_id: Callable[[], int], new_code: Callable[[], str], base_url: str = ""
    ) -> None:
        self._registry, self._base_url = registry, base_url
        self._new_id, self._new_code = new_id, new_code
        self._networks: dict[tuple[str, str, str], int] = {}
        self._seen: dict[tuple[int, str, str, str, str], None] = {}

    async def network_of(self, work: Work, incoming: Incoming) -> int:
        """The network of the place, by its channel, its workspace, or (alone with Mycel) by membership."""
        place = incoming.place
        key = (place.platform, place.workspace, place.channel)
        known = self._networks.get(key)
        if known is None:
            known = await work.read(lambda tx: network_of(tx.db, *key))
            if known is None:
                # Not remembered: the place is the network's only once the command has connected it.
                return await work.read(lambda tx: self._network_of_code(tx, incoming))
            if len(self._networks) >= _REMEMBERED:
                self._networks.clear()
            self._networks[key] = known
        return known

    def _network_of_code(self, tx: Tx, incoming: Incoming) -> int:
        code = self._code(incoming)
        network_id = codes.network_of(tx.db, code) if code else None
        if network_id is None:
            raise NoNetwork(was_code_typed=bool(code))
        return network_id

    def _code(self, incoming: Incoming) -> str:
        """The code of a command that connects a place to a network; "" if it is no such command."""
        try:
            match incoming:
                case CommandTyped(text=text):
                    command, code = self._registry.find(text)
                case FormSubmitted(command=name, values=values):
                    command, code = self._registry.command(name), "".join(values.values())
                case _:
                    return ""
        except UserError:
            return ""
        return code if command.connects else ""

    def is_only_talk(self, network_id: int, incoming: MessagePosted) -> bool:
        """A message outside threads by somebody already seen here: nothing to store."""
        return incoming.place.thread is None and _seen_key(network_id, incoming) in self._seen

    def remember(self, network_id: int, incoming: Incoming) -> None:
        """Somebody spoke in a home and is a member now. Not for other channels: one may become a home."""
        if len(self._seen) >= _REMEMBERED:
            self._seen.clear()
        self._seen[_seen_key(network_id, incoming)] = None

    def forget(self, network_id: int, actor: Actor) -> None:
        """Somebody is no member any more; when they speak in a home, they are again."""
        account = (actor.platform, actor.workspace, actor.user)
        for key in [k for k in self._seen if (k[0], k[1], k[2], k[4]) == (network_id, *account)]:
            del self._seen[key]

    def forget_places(self) -> None:
        """Places may belong elsewhere now, and people to other groups."""
        self._networks.clear()
        self._seen.clear()

    def context(
        self,
        tx: Tx,
        network_id: int,
        incoming: Incoming,
        print: int,
        repeated_since: datetime,
        *,
        is_reading: bool = False,
    ) -> tuple[Context, Scope]:
        """The context of one incoming thing, and the scope it was made from."""
        place, actor = incoming.place, incoming.actor
        found = scope(
            tx.db,
            network_id,
            platform=place.platform,
            workspace=place.workspace,
            channel=place.channel,
            account_workspace=actor.workspace,
            account=actor.user,
            source=incoming.source,
            event_key=incoming.event_key,
            fingerprint=print,
            repeated_since=repeated_since,
        )
        if found is None:
            self._networks.clear()
            raise NoNetwork
        person = self._person(tx, found, incoming, tx.now + found.network.clock_ahead, is_reading=is_reading)
        return self._built(tx, found, incoming, person), found

    def _built(self, tx: Tx, found: Scope, incoming: Incoming, person: Person) -> Context:
        return Context(
            db=tx.db,
            now=tx.now + found.network.clock_ahead,
            real_now=tx.now,
            new_id=self._new_id,
            network=found.network,
            words=Words(_language(found), person.zone or (found.group.zone if found.group else "UTC")),
            where=incoming.place,
            channel=found.channel,
            group=found.group,
            who=person,
            acting_as=found.group,
            subscribers=self._registry.subscribers,
            registry=self._registry,
            new_code=self._new_code,
            quoted=incoming.quoted if isinstance(incoming, (CommandTyped, FormSubmitted)) else None,
            base_url=self._base_url,
            acts_now=tx.now - incoming.at < LATELY,
        )

    def _person(self, tx: Tx, found: Scope, incoming: Incoming, now: datetime, *, is_reading: bool) -> Person:
        actor, network_id = incoming.actor, found.network.id
        person = found.person
        if person is None:
            name = (name_of(actor.name) or actor.user)[:_LONGEST_NAME]
            zone = actor.zone if actor.zone and working_time.is_zone(actor.zone) else None
            person = Person(network_id, self._new_id(), name, zone, frozenset(), frozenset())
            if not is_reading:
                directory.add_person(tx.db, network_id, person.id, name, zone, now)
                directory.add_identity(tx.db, network_id, actor.platform, actor.workspace, actor.user, person.id, name)
        elif not is_reading:
            person = _renamed(tx, found, person, actor)
        home = found.channel.group_id if found.channel and found.channel.is_home else None
        if home is None or home in person.group_ids:
            return person
        if not is_reading:
            directory.add_membership(tx.db, network_id, person.id, home, now)
        return Person(network_id, person.id, person.name, person.zone, person.group_ids | {home}, person.roles)

    def act_as(self, ctx: Context, args: Any) -> None:
        """`--as GROUP`, and alone with Mycel the one group that somebody belongs to."""
        wanted = getattr(args, "as_group", "")
        if wanted:
            group = directory.groups_by_slug(ctx.db, ctx.network.id, [wanted.lower()]).get(wanted.lower())
            if group is None:
                raise UserError("There is no group “{wrong}” here. “group” shows your own.", "/group", wrong=wanted)
            check_not_gone(ctx.db, group, wanted)
            ctx.acting_as = group
        elif ctx.acting_as is None and len(ctx.actor.group_ids) == 1:
            ctx.acting_as = _only(directory.groups_by_id(ctx.db, ctx.network.id, list(ctx.actor.group_ids)))
            if ctx.acting_as is not None:
                ctx.words = _words_alone(ctx, ctx.acting_as)


def _renamed(tx: Tx, found: Scope, person: Person, actor: Actor) -> Person:
    """The person under the name that the account has now; a person of several accounts may be called by another."""
    name = name_of(actor.name)[:_LONGEST_NAME]
    if name in ("", actor.user, found.known_as):
        return person
    directory.rename_account(tx.db, person.network_id, actor.platform, actor.workspace, actor.user, name)
    if person.name != found.known_as:
        return person
    directory.rename_person(tx.db, person.network_id, person.id, name)
    return replace(person, name=name)


def _seen_key(network_id: int, incoming: Incoming) -> tuple[int, str, str, str, str]:
    place = incoming.place
    return (network_id, place.platform, place.workspace, place.channel, incoming.actor.user)


def _only(groups: dict[int, Group]) -> Group | None:
    return next(iter(groups.values()), None)


def _words_alone(ctx: Context, group: Group) -> Words:
    """Whoever is alone with Mycel is spoken to as at home, unless the place or the person says otherwise."""
    language = ctx.channel.language if ctx.channel and ctx.channel.language else group.language
    return Words(language, ctx.actor.zone or group.zone)


def _language(found: Scope) -> str:
    if found.channel and found.channel.language:
        return found.channel.language
    return found.group.language if found.group else found.network.language
