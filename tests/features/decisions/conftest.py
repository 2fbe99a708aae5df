"""The house with decisions alone."""

from collections.abc import Sequence

import pytest

from bot.core import telling
from bot.core.feature import Feature
from bot.features.decisions import FEATURE
from storage import roles
from storage.network_tables import people
from storage.work import Tx
from tests.support.house import House


@pytest.fixture
def features() -> Sequence[Feature]:
    return (FEATURE, telling.FEATURE)


async def give_role(house: House, name: str, role: str) -> None:
    """Makes somebody who has spoken a facilitator or steward."""

    def give(tx: Tx) -> None:
        person = tx.db.execute(people.select().where(people.c.name == name)).one()
        roles.add(tx.db, 1, person.id, role, tx.now)

    await house.work.write(1, give)
