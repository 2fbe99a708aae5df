"""Pictures in Matrix: after their words, in the thread, once; left to the words where the homeserver takes no file."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from nio.crypto.attachments import decrypt_attachment
from PIL import Image

from adapters.matrix.errors import MatrixError
from adapters.matrix.own import OwnMessages, key_of_post
from adapters.matrix.sender import MatrixSender
from bot.core.delivery import Post
from bot.core.errors import DeliveryError
from bot.core.message import Message, Picture, paragraph
from bot.core.painting import SCALE, WindowRow, windows_drawing
from storage import pictures
from storage.network import Channel
from tests.support.fake_matrix import SERVER
from tests.support.matrix_stage import MatrixStage, notices

HOME = Channel(1, 1, "matrix", SERVER, "!oakland", 1, True, "", "active")
WORDS = "Open windows on a time line: D-1 until Wed 2 Dec & D-2."
NAME = "digest:1:202648"
UNCLEAR = MatrixError("no answer", unclear=True)


def digest(rev: int = 1, *, has_picture: bool = True, **more: Any) -> Post:
    blocks = (paragraph("What concerns Oakland"), *((Picture(NAME, WORDS),) if has_picture else ()))
    return replace(Post(1, HOME, "digest:1", rev, Message(blocks), None, None, is_unclear=False), **more)


async def draw(stage: MatrixStage, group: str = "Bilbao") -> None:
    row = WindowRow("D-1", stage.clock.now, stage.clock.now + timedelta(days=10), ((group, True),))
    drawing = windows_drawing([row], stage.clock.now)
    await stage.work.write(1, lambda tx: pictures.keep(tx.db, 1, NAME, drawing, tx.now))


def fresh(stage: MatrixStage) -> MatrixSender:
    """A sender that remembers nothing, as after a restart."""
    return MatrixSender(stage.work, {SERVER: stage.port}, OwnMessages())


@pytest.fixture
async def sender(stage: MatrixStage) -> MatrixSender:
    await draw(stage)
    return MatrixSender(stage.work, {SERVER: stage.port}, stage.own)


def events(stage: MatrixStage, msgtype: str) -> list[dict[str, Any]]:
    return [e for e in stage.room("oakland").events if e["content"].get("msgtype") == msgtype]


def images(stage: MatrixStage) -> list[dict[str, Any]]:
    """The events that show a picture by themselves; edits are not among them."""
    return [e for e in events(stage, "m.image") if "m.new_content" not in e["content"]]


async def test_a_picture_follows_its_words_in_the_thread(stage: MatrixStage, sender: MatrixSender) -> None:
    first = await sender.post(digest())
    [words], [image] = events(stage, "m.notice"), images(stage)
    assert WORDS in words["content"]["body"]
    content = image["content"]
    assert (content["body"], content["filename"]) == (WORDS, "mycel.png")
    assert content["m.relates_to"]["rel_type"] == "m.thread"
    assert content["m.relates_to"]["event_id"] == first
    assert content["m.mentions"] == {}
    png = stage.port.files[content["url"]]
    painted = Image.open(io.BytesIO(png))
    assert content["info"] == {
        "mimetype": "image/png",
        "w": painted.width // SCALE,
        "h": painted.height // SCALE,
        "size": len(png),
    }
    assert key_of_post(image) == "digest:1"
    assert stage.own.keys[image["event_id"]] == "digest:1"


async def test_in_an_encrypted_room_the_file_is_encrypted(stage: MatrixStage, sender: MatrixSender) -> None:
    stage.encrypt("oakland")
    await sender.post(digest())
    [image] = images(stage)
    assert "url" not in image["content"]
    file = image["content"]["file"]
    sealed = stage.port.files[file["url"]]
    assert not sealed.startswith(b"\x89PNG")
    opened = decrypt_attachment(sealed, file["key"]["k"], file["hashes"]["sha256"], file["iv"])
    assert opened.startswith(b"\x89PNG")


async def test_a_picture_of_a_reply_stands_in_the_thread_of_its_root(stage: MatrixStage, sender: MatrixSender) -> None:
    root = await sender.post(digest(has_picture=False, key="root"))
    await sender.post(digest(thread=root))
    [image] = images(stage)
    assert image["content"]["m.relates_to"]["event_id"] == root


@pytest.mark.parametrize("is_lost", [True, False], ids=["it arrived", "it did not arrive"])
@pytest.mark.parametrize("restarted", [True, False], ids=["killed", "running"])
@pytest.mark.parametrize("rev", [1, 2])
async def test_an_unclear_picture_comes_once(
    stage: MatrixStage, sender: MatrixSender, is_lost: bool, restarted: bool, rev: int
) -> None:
    stage.port.refusals, stage.port.is_answer_lost = [UNCLEAR, None], is_lost
    with pytest.raises(DeliveryError) as error:
        await sender.post(digest())
    assert error.value.unclear
    again = fresh(stage) if restarted else sender
    first = await again.post(digest(rev, is_unclear=True))
    await again.edit(digest(rev + 1, remote_id=first))
    assert len(images(stage)) == 1


async def test_an_unclear_edit_that_adds_a_picture_adds_one(stage: MatrixStage, sender: MatrixSender) -> None:
    first = await sender.post(digest(has_picture=False))
    stage.port.refusals, stage.port.is_answer_lost = [UNCLEAR, None], True
    with pytest.raises(DeliveryError):
        await sender.edit(digest(2, remote_id=first))
    await sender.edit(digest(3, remote_id=first, is_unclear=True))
    assert len(images(stage)) == 1


@pytest.mark.parametrize("restarted", [True, False], ids=["restarted", "running"])
async def test_an_edit_of_the_words_sends_no_picture(stage: MatrixStage, sender: MatrixSender, restarted: bool) -> None:
    first = await sender.post(digest())
    again = fresh(stage) if restarted else sender
    await again.edit(digest(2, remote_id=first))
    await again.edit(digest(3, remote_id=first))
    assert len(events(stage, "m.image")) == 1
    assert len(stage.port.files) == 1


async def test_another_drawing_takes_the_place_of_the_first(stage: MatrixStage, sender: MatrixSender) -> None:
    first = await sender.post(digest())
    await draw(stage, "Nairobi")
    await sender.edit(digest(2, remote_id=first))
    before, edit = events(stage, "m.image")
    assert edit["content"]["m.relates_to"] == {"rel_type": "m.replace", "event_id": before["event_id"]}
    assert edit["content"]["m.new_content"]["url"] != before["content"]["url"]
    assert edit["content"]["m.new_content"]["body"] == WORDS
    assert key_of_post(edit) is None
    # After a restart the edit tells what hangs there.
    await fresh(stage).edit(digest(3, remote_id=first))
    assert len(events(stage, "m.image")) == 2


@pytest.mark.parametrize("restarted", [True, False], ids=["restarted", "running"])
async def test_what_is_taken_back_takes_its_picture_along(
    stage: MatrixStage, sender: MatrixSender, restarted: bool
) -> None:
    first = await sender.post(digest())
    await draw(stage, "Nairobi")
    await sender.edit(digest(2, remote_id=first))
    await (fresh(stage) if restarted else sender).remove(digest(3, remote_id=first))
    assert events(stage, "m.image") == []
    assert events(stage, "m.notice") == []


async def test_an_edit_without_the_picture_takes_it_back(stage: MatrixStage, sender: MatrixSender) -> None:
    first = await sender.post(digest())
    await fresh(stage).edit(digest(2, has_picture=False, remote_id=first))
    assert images(stage) == []
    await fresh(stage).edit(digest(3, remote_id=first))
    assert len(images(stage)) == 1


@pytest.mark.parametrize(
    "refusal",
    [
        MatrixError("413 M_TOO_LARGE", status=413, code="M_TOO_LARGE", permanent=True),
        MatrixError("403 M_FORBIDDEN", status=403, code="M_FORBIDDEN", permanent=True),
        MatrixError("no answer in time", unclear=True),
        MatrixError("429 M_LIMIT_EXCEEDED", status=429, retry_after=timedelta(hours=1)),
    ],
    ids=lambda error: str(error),
)
async def test_a_file_that_is_not_taken_is_left_to_the_words(
    stage: MatrixStage, sender: MatrixSender, caplog: pytest.LogCaptureFixture, refusal: MatrixError
) -> None:
    stage.port.upload_refusals = [refusal]
    await sender.post(digest())
    assert images(stage) == []
    [words] = events(stage, "m.notice")
    assert WORDS in words["content"]["body"]
    [line] = [record.getMessage() for record in caplog.records if record.name == "mycel.matrix"]
    assert line == f"a picture of message digest:1 in channel 1 is left to its words: {refusal}"


async def test_a_picture_that_the_room_refuses_loses_no_message(stage: MatrixStage, sender: MatrixSender) -> None:
    stage.port.refusals = [MatrixError("403 M_FORBIDDEN", status=403, permanent=True), None]
    first = await sender.post(digest())
    assert images(stage) == []
    await sender.edit(digest(2, remote_id=first))
    assert len(images(stage)) == 1
    assert len(stage.port.files) == 1


async def test_a_picture_that_has_to_wait_comes_later(stage: MatrixStage, sender: MatrixSender) -> None:
    stage.port.refusals = [MatrixError("429", status=429, retry_after=timedelta(seconds=3)), None]
    with pytest.raises(DeliveryError) as error:
        await sender.post(digest())
    assert error.value.retry_after == timedelta(seconds=3)
    await sender.post(digest(is_unclear=True))
    assert len(images(stage)) == 1
    assert len(events(stage, "m.notice")) == 1


async def test_a_picture_that_is_not_kept_any_more_stays_where_it_hangs(
    stage: MatrixStage, sender: MatrixSender
) -> None:
    first = await sender.post(digest())
    await stage.work.write(1, lambda tx: pictures.prune(tx.db, tx.now + timedelta(days=1)))
    await fresh(stage).edit(digest(2, remote_id=first))
    assert len(images(stage)) == 1
    await fresh(stage).post(digest(key="digest:2"))
    assert len(images(stage)) == 1


async def test_a_digest_of_many_windows_has_its_picture_in_the_room(stage: MatrixStage) -> None:
    for n in range(3):
        body = f"!propose Number {n} --affects nairobi,bilbao --for 1mo"
        await stage.send("oakland", "ana", "m.room.message", {"msgtype": "m.text", "body": body})
    asked = await stage.send("bilbao", "iker", "m.room.message", {"msgtype": "m.text", "body": "!digest now"})
    answer = notices(stage.room("bilbao"), f"answer:{asked}")
    kinds = [
        (each["content"]["msgtype"], "Open windows on a time line: D-1" in each["content"]["body"]) for each in answer
    ]
    assert kinds == [("m.notice", True), ("m.image", True)]
    assert stage.port.files[answer[-1]["content"]["url"]].startswith(b"\x89PNG")
