"""The sender on a real homeserver, plain and encrypted: what it looks for after a trouble is really there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
from nio.crypto.attachments import decrypt_attachment

from adapters.matrix.own import OwnMessages
from adapters.matrix.port import Event
from adapters.matrix.sender import MatrixSender
from bot.core.delivery import Post
from bot.core.message import Message, Picture, paragraph
from bot.core.painting import WindowRow, painted, windows_drawing
from storage import pictures
from storage.network import Channel
from tests.support.synapse import Synapse, User
from tests.support.synapse_stage import People, SynapseStage, open_synapse_stage, register_people

LONG = tuple(paragraph(f"{letter} " + "x" * 15_000) for letter in "abc")


@pytest.fixture(scope="module")
def people(synapse: Synapse) -> People:
    return register_people(synapse)


@pytest.fixture(params=[False, True], ids=["plain", "encrypted"])
async def stage(
    request: pytest.FixtureRequest, sqlite_url: str, tmp_path: Path, people: People
) -> AsyncIterator[SynapseStage]:
    stage = await open_synapse_stage(sqlite_url, [], people, tmp_path, is_encrypting=request.param)
    yield stage
    await stage.close()


def fresh(stage: SynapseStage) -> MatrixSender:
    """A sender that remembers nothing, as after a restart."""
    return MatrixSender(stage.work, {stage.workspace: stage.port}, OwnMessages())


def post(stage: SynapseStage, rev: int, *blocks: Any, **more: Any) -> Post:
    home = Channel(1, 1, "matrix", stage.workspace, stage.room_id("oakland"), 1, True, "", "active")
    return replace(Post(1, home, "D-1:head:1", rev, Message(blocks), None, None, is_unclear=False), **more)


async def standing(stage: SynapseStage) -> dict[str, str]:
    """Event id → first letter of what Mycel shows in Oakland's room now."""
    shown: dict[str, str] = {}
    room_id = stage.room_id("oakland")
    for sent in await stage.port.sent(room_id, "D-1"):
        event = await stage.port.event(room_id, str(sent["event_id"]))
        content = event["content"] if event and "redacted_because" not in (event.get("unsigned") or {}) else {}
        new = content.get("m.new_content")
        if new:
            replaced = content["m.relates_to"]["event_id"]
            if replaced in shown:
                shown[replaced] = new["body"][:1]
        elif "body" in content:
            shown[str(sent["event_id"])] = content["body"][:1]
    return shown


async def words_left(stage: SynapseStage) -> list[str]:
    """What the homeserver still has of Mycel's messages, edits too, whatever clients would show of it."""
    events = await stage.port.sent(stage.room_id("oakland"), "D-1")
    return [str(e["event_id"]) for e in events if e["type"] != "m.room.redaction" and e["content"]]


async def test_a_long_message_is_followed_over_restarts(stage: SynapseStage) -> None:
    first = await fresh(stage).post(post(stage, 1, *LONG))
    assert await fresh(stage).post(post(stage, 1, *LONG)) == first
    assert list((await standing(stage)).values()) == ["a", "b", "c"]
    await fresh(stage).edit(post(stage, 2, *reversed(LONG), remote_id=first))
    assert list((await standing(stage)).values()) == ["c", "b", "a"]
    await fresh(stage).edit(post(stage, 3, paragraph("short"), remote_id=first))
    assert await standing(stage) == {first: "s"}
    await fresh(stage).remove(post(stage, 4, remote_id=first))
    assert await standing(stage) == {}
    assert await words_left(stage) == []
    again = await fresh(stage).post(post(stage, 5, paragraph("new"), is_unclear=True))
    assert await standing(stage) == {again: "n"}


async def test_an_unclear_post_is_found_under_a_later_revision(stage: SynapseStage) -> None:
    first = await fresh(stage).post(post(stage, 1, paragraph("one")))
    assert await fresh(stage).post(post(stage, 2, paragraph("two"), is_unclear=True)) == first
    assert await standing(stage) == {first: "t"}


async def test_a_picture_is_shown_once_and_can_be_opened_by_those_in_the_room(stage: SynapseStage) -> None:
    row = WindowRow("D-1", stage.clock.now, stage.clock.now + timedelta(days=9), (("Bilbao", True),))
    drawing = windows_drawing([row], stage.clock.now)
    await stage.work.write(1, lambda tx: pictures.keep(tx.db, 1, "digest", drawing, tx.now))
    digest = (paragraph("words"), Picture("digest", "what it shows"))
    first = await fresh(stage).post(post(stage, 1, *digest))
    assert await fresh(stage).post(post(stage, 2, *digest, is_unclear=True)) == first
    assert list((await standing(stage)).values()) == ["w", "w"]
    [image] = [e for e in await shown(stage) if e["content"]["msgtype"] == "m.image"]
    assert image["content"]["m.relates_to"]["event_id"] == first
    assert await asyncio.to_thread(opened, stage.people["ana"], image["content"]) == painted(drawing)
    await fresh(stage).remove(post(stage, 3, remote_id=first))
    assert await words_left(stage) == []


async def shown(stage: SynapseStage) -> list[Event]:
    """Mycel's messages in Oakland's room, decrypted, without edits."""
    room_id = stage.room_id("oakland")
    events = [await stage.port.event(room_id, str(e["event_id"])) for e in await stage.port.sent(room_id, "D-1")]
    return [e for e in events if e and "body" in e["content"] and "m.new_content" not in e["content"]]


def opened(person: User, content: dict[str, Any]) -> bytes:
    """The file as somebody's client shows it."""
    file = content.get("file")
    where = (file["url"] if file else content["url"]).removeprefix("mxc://")
    url = f"{person.url}/_matrix/client/v1/media/download/{where}"
    with urlopen(Request(url, headers={"Authorization": f"Bearer {person.token}"}), timeout=30) as answer:
        data: bytes = answer.read()
    if not file:
        assert answer.headers["Content-Type"] == "image/png"
        return data
    assert not data.startswith(b"\x89PNG")
    found: bytes = decrypt_attachment(data, file["key"]["k"], file["hashes"]["sha256"], file["iv"])
    return found
