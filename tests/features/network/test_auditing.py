"""Stewards read who changed what; ids only, and nothing of what is not theirs to read."""

from collections.abc import Sequence

import pytest

from bot.app import FEATURES
from bot.core.feature import Feature
from tests.features.network.changing import everybody, merge
from tests.features.network.conftest import MakeSteward
from tests.support.house import House, plain


@pytest.fixture
def features() -> Sequence[Feature]:
    return FEATURES


async def test_roles_groups_protocol_and_redactions(house: House, make_steward: MakeSteward) -> None:
    await everybody(house)
    await make_steward("oakland", "ana")
    await house.say("oakland", "ana", "/roles otieno facilitator")
    await house.say("nairobi", "otieno", "/group --quiet off")
    await house.say("oakland", "ana", "/protocol set affects-others 5bd")
    await house.say("bilbao", "iker", "/decide Open")
    await house.say("bilbao", "iker", "/decide Hidden --audience group")
    await house.say("bilbao", "iker", "/redact D-2")
    await house.say("bilbao", "iker", "/redact D-3")
    await merge(house)
    shown = plain(await house.say("oakland", "ana", "/audit"))
    for said in (
        "Ana: made Otieno facilitator",
        "Otieno: changed quiet of Nairobi",
        "Ana: changed the protocol: affects-others",
        "Iker: took the words out of D-2",
        "Iker: took the words out of a decision that is not yours to read",
        "Wanjiku: Bilbao became part of another group",
    ):
        assert said in shown, (said, shown)
    assert "D-3" not in shown


async def test_it_is_for_stewards_and_told_to_them_alone(house: House, make_steward: MakeSteward) -> None:
    await everybody(house)
    assert "This is for stewards" in plain(await house.say("oakland", "ben", "/audit"))
    await make_steward("oakland", "ana")
    reply = await house.say("oakland", "ana", "/audit")
    assert getattr(reply, "is_secret", False)


async def test_it_is_paged(house: House, make_steward: MakeSteward) -> None:
    await make_steward("oakland", "ana")
    for n in range(20):
        await house.say("oakland", "ana", f"/group --rename Oakland{n}")
    first = plain(await house.say("oakland", "ana", "/audit"))
    assert first.count("changed name of") == 15
    before = first.rsplit("--before ", 1)[1].split()[0]
    second = plain(await house.say("oakland", "ana", f"/audit --before {before}"))
    assert second.count("changed name of") == 5
    assert "made Ana steward" in second
