"""People whose clients are built on another Matrix library than Mycel: a command is sent, its answer read."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from adapters.matrix import connection
from adapters.matrix.cross_signing import Signed
from bot.app import FEATURES
from tests.support.independent_client import SIGNED_ONLY, independent
from tests.support.matrix_bot import Bots, eventually
from tests.support.synapse import Synapse
from tests.support.synapse_stage import People, SynapseStage, open_synapse_stage, register_people

# mautrix reads the deprecated field itself, of every message.
pytestmark = pytest.mark.filterwarnings("ignore:The sender_key field in Megolm events:DeprecationWarning")


@pytest.fixture
def people(synapse: Synapse) -> People:
    """New ones each time: the account's signature belongs to the first database that it is connected with."""
    return register_people(synapse)


@pytest.fixture
async def stage(
    request: pytest.FixtureRequest, sqlite_url: str, tmp_path: Path, people: People
) -> AsyncIterator[SynapseStage]:
    stage = await open_synapse_stage(sqlite_url, FEATURES, people, tmp_path, is_encrypting=request.param)
    yield stage
    await stage.close()


@pytest.mark.parametrize(
    ("stage", "signed_only"),
    [(False, False), (True, False), (True, True)],
    ids=["plain", "encrypted", "encrypted-for-signed-devices-only"],
    indirect=["stage"],
)
async def test_a_command_is_sent_and_its_answer_read_in_the_thread(stage: SynapseStage, signed_only: bool) -> None:
    room = stage.room_id("oakland")
    is_encrypting = (await stage.port.scene(room)).room.is_encrypted
    async with independent(stage.people["ana"], is_encrypting=is_encrypting, signed_only=signed_only) as ana:
        asked = await ana.say(room, "!decide Meet on Tuesdays --why Most of us can.")
        answer = await ana.reads(room, asked)
        assert "D-1" in answer.content.body
        assert answer.content.msgtype.value == "m.notice"
        if is_encrypting:
            assert answer["mautrix"]["was_encrypted"]
            assert answer["mautrix"]["trust_state"] >= SIGNED_ONLY


async def test_who_trusts_signed_devices_only_does_not_reach_one_that_is_not_signed(
    synapse: Synapse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the signature is for: without it, such a client keeps its keys from Mycel."""

    async def unsigned(*_: Any) -> Signed:
        return Signed(False, "switched off")

    monkeypatch.setattr(connection, "sign_device", unsigned)
    bots, ana = Bots(synapse, tmp_path), synapse.register()
    try:
        bot = await bots.new(is_encrypting=True).start()
        room = await bots.room_with(bot, ana, is_encrypted=True)
        async with independent(ana, is_encrypting=True, signed_only=True) as person:
            await person.say(room, "do you hear me?")
            await eventually(lambda: bot.troubles, "the room to be told")
            assert bot.heard() == []
            sent = {"msgtype": "m.notice", "body": "nor I you"}
            id = await bot.client.send(room, "m.room.message", sent, "t1")
            [event] = await eventually(lambda: [e for e in person.read if e.event_id == id], "the message")
            assert event["mautrix"]["trust_state"] < SIGNED_ONLY
        assert await asyncio.to_thread(lambda: ana.members(room)[bot.client.user_id]) == "join"
    finally:
        await bots.end()
