"""Shows Mycel's messages in the playground, each exactly once however often it is sent."""

from __future__ import annotations

from collections.abc import Callable

from adapters.local.changes import Changes
from bot.core.delivery import Post
from bot.core.errors import DeliveryError
from bot.core.message import Message
from bot.core.message_json import to_json
from storage import directory, local_chat
from storage.work import Busy, Closed, GroupLost, Tx, Work


class LocalSender:
    """The playground's way out: the key makes posting idempotent, the revision keeps edits in order."""

    platform = local_chat.PLATFORM

    def __init__(self, work: Work, new_id: Callable[[], int], changes: Changes) -> None:
        self._work, self._new_id, self._changes = work, new_id, changes

    async def post(self, post: Post) -> str:
        """Shows a message and returns its id; sent again, it is the same message."""

        def show(tx: Tx) -> str:
            at = tx.now + directory.network(tx.db, post.network_id).clock_ahead
            return local_chat.post(
                tx.db,
                post.network_id,
                str(self._new_id()),
                post.channel.remote_id,
                post.thread,
                to_json(post.message),
                at,
                key=post.key,
                rev=post.rev,
            )

        return await self._write(post.network_id, show)

    async def edit(self, post: Post) -> None:
        """Changes a message in place, unless a later revision is shown already."""
        if post.remote_id is None:
            raise DeliveryError("the playground does not know this message", permanent=True)
        await self._bring_up(post, post.message, is_removed=False)

    async def remove(self, post: Post) -> None:
        """Takes a message back, if it arrived; its words are kept nowhere."""
        await self._bring_up(post, Message(()), is_removed=True)

    async def _bring_up(self, post: Post, message: Message, *, is_removed: bool) -> None:
        body = to_json(message)

        def show(tx: Tx) -> str:
            id = post.remote_id or local_chat.id_of(tx.db, post.network_id, post.key)
            if id is not None:
                local_chat.show(tx.db, post.network_id, id, post.rev, body, is_removed=is_removed)
            return id or ""

        await self._write(post.network_id, show)

    async def _write(self, network_id: int, fn: Callable[[Tx], str]) -> str:
        try:
            result = await self._work.write(network_id, fn)
        except (Busy, Closed, GroupLost) as error:
            raise DeliveryError(f"the playground is busy: {type(error).__name__}", unclear=True) from error
        self._changes.ring()
        return result
