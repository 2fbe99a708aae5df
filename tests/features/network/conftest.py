"""The house with the network's commands, and a steward."""

from collections.abc import Awaitable, Callable, Sequence

import pytest

from bot.core.feature import Feature
from bot.features.help import FEATURE as HELP
from bot.features.network import FEATURE as NETWORK
from storage import codes
from tests.support.house import House

MakeSteward = Callable[[str, str], Awaitable[None]]


@pytest.fixture
def features() -> Sequence[Feature]:
    return (NETWORK, HELP)


@pytest.fixture
def make_steward(house: House) -> MakeSteward:
    """Makes somebody a steward, as `mycel init` and `steward CODE` do."""

    async def make(channel: str, who: str) -> None:
        code = house.new_code()
        await house.work.write(1, lambda tx: codes.new_steward_code(tx.db, 1, code, tx.now))
        await house.say(channel, who, f"/steward {code}")

    return make
