"""Shows Mycel's messages in rooms, each once however often it is sent: a transaction id is a key and a revision."""

from __future__ import annotations

from collections.abc import Mapping

from adapters.matrix import render
from adapters.matrix.floor import Floor
from adapters.matrix.markup import Names, permalink
from adapters.matrix.own import OwnMessages, first_post, txn_id
from adapters.matrix.pictures import MESSAGE, Hung, Pictures, Shown
from adapters.matrix.port import PLATFORM, Content, Event, MatrixPort, Scene
from adapters.matrix.redacting import redact
from adapters.matrix.wording import worded
from bot.core import mentions
from bot.core.delivery import Post
from bot.core.errors import OFF, DeliveryError
from bot.core.language import Words
from bot.core.trouble import TROUBLE
from storage import places
from storage.work import Tx, Work

REMEMBERED = 2000


class MatrixSender:
    """Matrix's way out. `ports`: the accounts by their server, which is the workspace of the channels they serve."""

    platform = PLATFORM

    def __init__(
        self, work: Work, ports: Mapping[str, MatrixPort], own: OwnMessages, floor: Floor | None = None
    ) -> None:
        self._work, self._ports, self._own, self._floor = work, ports, own, floor or Floor()
        self._pictures = Pictures(work, own)
        # First event → what belongs to it, of those messages that were sent or looked up lately.
        self._known: dict[str, Shown] = {}

    async def post(self, post: Post) -> str:
        """Shows a message and returns its (first) event's id. Where an earlier try may have arrived, it looks first."""
        port = self._port(post)
        await self._floor.free(post.channel.remote_id)
        if post.is_unclear:
            sent = await self._arrived(port, post)
            if sent is not None:
                first = str(sent["event_id"])
                self._own.learn(first, post.key)
                self._forget_unclear(post, first)
                await self._bring_up(port, post, first)
                return first
        return await self._post(port, post)

    async def edit(self, post: Post) -> None:
        """Changes a message in place."""
        await self._floor.free(post.channel.remote_id)
        self._forget_unclear(post, _shown(post))
        await self._bring_up(self._port(post), post, _shown(post))

    async def remove(self, post: Post) -> None:
        """Takes all parts of a message back, if it arrived, and all that they said before they were edited."""
        port, first = self._port(post), post.remote_id
        if first is None:
            sent = await self._arrived(port, post)
            if sent is None:
                return
            first = str(sent["event_id"])
        self._forget_unclear(post, first)
        known = await self._shown_of(port, post, first)
        for event_id in (*(hung.event_id for hung in known.pictures.values()), *known.parts, first):
            await redact(port, post, event_id)
        self._known.pop(first, None)

    async def _arrived(self, port: MatrixPort, post: Post) -> Event | None:
        return first_post(await port.sent(post.channel.remote_id, f"{post.key}:"), post.key)

    async def _post(self, port: MatrixPort, post: Post) -> str:
        contents = await self._contents(port, post)
        content = render.in_thread(contents[0], post.thread) if post.thread else contents[0]
        first = await port.send(post.channel.remote_id, MESSAGE, content, txn_id(post.key, post.rev))
        self._own.learn(first, post.key)
        self._remember(first, Shown())
        try:
            await self._bring_up_rest(port, post, first, contents[1:])
        except DeliveryError as error:
            # The beginning is there: the next try has to find it, also under a later revision.
            raise DeliveryError(
                error.reason,
                permanent=error.permanent,
                unclear=True,
                retry_after=error.retry_after,
                cause=error.cause,
            ) from error
        return first

    async def _bring_up(self, port: MatrixPort, post: Post, first: str) -> None:
        contents = await self._contents(port, post)
        edit = render.as_edit(contents[0], first)
        await port.send(post.channel.remote_id, MESSAGE, edit, txn_id(post.key, post.rev))
        await self._bring_up_rest(port, post, first, contents[1:])

    async def _bring_up_rest(self, port: MatrixPort, post: Post, first: str, wanted: tuple[Content, ...]) -> None:
        """All the words first, then the pictures that say the same."""
        shown = await self._shown_of(port, post, first)
        await self._bring_up_parts(port, post, first, shown.parts, wanted)
        await self._pictures.bring_up(port, post, first, shown)

    async def _bring_up_parts(
        self, port: MatrixPort, post: Post, first: str, parts: list[str], wanted: tuple[Content, ...]
    ) -> None:
        """Further parts are edited where they are, added where they are missing, taken back where there are fewer."""
        room_id = post.channel.remote_id
        for number, content in enumerate(wanted, start=1):
            txn = txn_id(post.key, post.rev, number)
            if number <= len(parts):
                await port.send(room_id, MESSAGE, render.as_edit(content, parts[number - 1]), txn)
            else:
                placed = render.as_part(content, post.thread or first, first, number)
                parts.append(await port.send(room_id, MESSAGE, placed, txn))
                self._own.learn(parts[-1], post.key)
        while len(parts) > len(wanted):
            await redact(port, post, parts[-1])
            parts.pop()

    async def _shown_of(self, port: MatrixPort, post: Post, first: str) -> Shown:
        known = self._known.get(first)
        if known is None:
            related = await port.related(post.channel.remote_id, post.thread or first)
            hung = render.pictures_among(related, first)
            known = Shown(render.parts_among(related, first), {n: Hung(event_id) for n, event_id in hung.items()})
            self._remember(first, known)
        return known

    def _forget_unclear(self, post: Post, first: str) -> None:
        """A part or a picture that was added may be there although its answer was lost."""
        if post.is_unclear:
            self._known.pop(first, None)

    def _remember(self, first: str, shown: Shown) -> None:
        self._known[first] = shown
        while len(self._known) > REMEMBERED:
            del self._known[next(iter(self._known))]

    async def _contents(self, port: MatrixPort, post: Post) -> tuple[Content, ...]:
        scene = await port.scene(post.channel.remote_id)
        message = worded(post.message, scene.prefix, Words(post.channel.language or "en"))
        people, records = mentions.addressed(message.blocks), mentions.records(message.blocks)
        if not people and not records:
            return render.contents(message, Names())

        def look_up(tx: Tx) -> Names:
            return names_in(tx, scene, post.network_id, post.channel.id, people, records)

        try:
            return render.contents(message, await self._work.read(look_up))
        except TROUBLE as error:
            raise DeliveryError(f"the database is busy: {type(error).__name__}") from error

    def _port(self, post: Post) -> MatrixPort:
        port = self._ports.get(post.channel.workspace)
        if port is None:
            raise DeliveryError(f"no account on {post.channel.workspace} is connected", cause=OFF)
        return port


def names_in(
    tx: Tx, scene: Scene, network_id: int, channel_id: int | None, people: frozenset[int], records: frozenset[str]
) -> Names:
    """Accounts of people who are in the room, and links to the messages in it that show records."""
    accounts = places.accounts_of(tx.db, network_id, PLATFORM, scene.workspace, people)
    here = {id: user for id, users in accounts.items() for user in reversed(users) if user in scene.room.members}
    roots = places.roots_about(tx.db, network_id, channel_id, records) if channel_id is not None else {}
    links = {id: permalink(scene.room_id, event_id, scene.room.via) for id, event_id in roots.items()}
    return Names(here, links)


def _shown(post: Post) -> str:
    if post.remote_id is None:
        raise DeliveryError("the message has never been shown", permanent=True)
    return post.remote_id
