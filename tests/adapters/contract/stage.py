"""What the contract asks of a platform: people act, channels show, and Mycel's clock goes on."""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import timedelta

from bot.core.deadlines import Clockwork
from bot.core.delivery import Deliverer
from storage import places
from storage.deadlines import next_due
from storage.work import Work
from tests.support.house import Clock

ANYWHERE = "*"


class Stage(ABC):
    """Three groups (Oakland, Nairobi, Bilbao) in the network 1, each at home in one channel, on one platform.

    Commands are written with "/"; `about` is a record ("D-1") whose first message in the channel is meant.
    """

    platform: str
    workspace: str
    work: Work
    clock: Clock
    clockwork: Clockwork
    deliverer: Deliverer

    def __init__(self) -> None:
        self.answers: list[str] = []
        """All that anybody was answered, in order."""

    async def say(self, channel: str, who: str, text: str, about: str = "") -> str:
        """Types a command or a message, with `about` in that message's thread; what they are answered, as text."""
        return self._answered(await self._say(channel, who, text, about))

    async def press(self, channel: str, who: str, label: str, about: str = "") -> str:
        """Takes the newest way of this name: in Mycel's last answer to them, in a record's thread, or ANYWHERE."""
        return self._answered(await self._press(channel, who, label, about))

    def _answered(self, answer: str) -> str:
        self.answers.append(answer)
        return answer

    @abstractmethod
    async def _say(self, channel: str, who: str, text: str, about: str) -> str: ...

    @abstractmethod
    async def _press(self, channel: str, who: str, label: str, about: str) -> str: ...

    @abstractmethod
    async def react(self, channel: str, who: str, emoji: str, about: str) -> None:
        """Puts a reaction on a message of Mycel's."""

    @abstractmethod
    async def unreact(self, channel: str, who: str, emoji: str, about: str) -> None:
        """Takes the last reaction that they put on a message off again."""

    @abstractmethod
    async def edit(self, channel: str, who: str, text: str) -> str:
        """Changes the last message that they sent there."""

    @abstractmethod
    async def delete(self, channel: str, who: str) -> None:
        """Takes back the last message that they sent there."""

    @abstractmethod
    async def shown(self, channel: str, about: str) -> list[str]:
        """The message about a record and Mycel's replies to it, as they look now."""

    async def restrict(self, channel: str, who: str) -> None:
        """What is said there stays there: by what the place is where the platform has such places, else by choice."""
        await self.say(channel, who, "/keep-words on")

    @abstractmethod
    async def everything(self, channel: str) -> list[str]:
        """All messages of Mycel's that the channel shows, in order, as they look now; answers to people not."""

    @abstractmethod
    async def direct(self, who: str) -> str:
        """The place in which somebody is alone with Mycel, to be given as a channel."""

    @abstractmethod
    def remote_id(self, channel: str) -> str:
        """The platform's id of a channel."""

    async def root(self, channel: str, about: str) -> str:
        """The platform's id of the message about a record."""
        place = (self.platform, self.workspace, self.remote_id(channel))
        known = await self.work.read(lambda tx: places.known(tx.db, *place))
        assert known is not None
        found = await self.work.read(lambda tx: places.roots_about(tx.db, 1, known.channel_id, [about]))
        return found[about]

    async def wait(self, **by: float) -> None:
        """Time passes; what falls due in it is done one after the other."""
        target = self.clock.now + timedelta(**by)
        while (due := await self.work.read(lambda tx: next_due(tx.db, 1))) is not None and due <= target:
            self.clock.now = max(self.clock.now, due)
            await self.clockwork.fire_due()
            await self.deliverer.drain()
        self.clock.now = target
        await self.deliverer.drain()

    @abstractmethod
    async def close(self) -> None:
        """The end."""
