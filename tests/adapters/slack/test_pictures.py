"""Pictures in Slack: uploaded where nobody sees it, shown by the one message, said in words where that cannot be."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import aiohttp
import pytest

from adapters.slack.errors import SlackError
from bot.app import FEATURES
from bot.core.delivery import Post
from bot.core.message import Message, Picture, paragraph
from bot.core.painting import WindowRow, windows_drawing
from storage import pictures
from tests.adapters.contract.slack import open_slack
from tests.adapters.slack.sending import LAG_S, Stage, now, open_stage
from tests.support.slack.faults import How
from tests.support.slack.server import Slack
from tests.support.slack.world import Json

WORDS = "Open windows on a time line: D-1 until Wed 2 Dec & D-2."
SHOWN = Message((paragraph("What concerns Oakland"), Picture("digest:1:202648", WORDS)))
UPLOAD = "files.getUploadURLExternal"


@pytest.fixture
async def stage(slack: Slack, sqlite_url: str) -> AsyncIterator[Stage]:
    async with open_stage(slack, sqlite_url) as stage:
        await draw(stage)
        yield stage


async def draw(stage: Stage, group: str = "Bilbao") -> None:
    row = WindowRow("D-1", now(), now() + timedelta(days=10), ((group, True),))
    drawing = windows_drawing([row], now())
    await stage.work.write(1, lambda tx: pictures.keep(tx.db, 1, "digest:1:202648", drawing, tx.now))


def digest(stage: Stage, **more: object) -> Post:
    return replace(stage.post(message=SHOWN), **more)  # type: ignore[arg-type]  # fields of a post


def images(stage: Stage) -> list[Json]:
    found = [b for m in stage.garden.messages.values() for b in m.raw.get("blocks", ()) if not m.is_gone]
    return [block for block in found if block["type"] == "image"]


async def test_a_picture_is_shown_by_its_message_with_its_words(stage: Stage) -> None:
    await (await stage.sender()).post(digest(stage))
    [image] = images(stage)
    file = stage.slack.world.uploads[image["slack_file"]["id"]]
    assert file.content.startswith(b"\x89PNG")
    assert file.is_complete
    assert image["alt_text"] == WORDS
    assert len(stage.garden.messages) == 1
    assert stage.slack.called(UPLOAD)[0].args["alt_txt"] == WORDS


@pytest.mark.parametrize("how", [How.RESET_AFTER, How.BROKEN_AFTER, How.RESET])
async def test_a_picture_comes_once_whatever_is_lost(stage: Stage, how: How) -> None:
    stage.slack.world.history_lag_s = LAG_S / 2
    sender = await stage.sender()
    stage.slack.faults.add("chat.postMessage", how)
    with pytest.raises(SlackError):
        await sender.post(digest(stage))
    ts = await sender.post(digest(stage, is_unclear=True, unclear_by=now()))
    await sender.edit(digest(stage, rev=2, remote_id=ts))
    assert len(images(stage)) == 1
    assert len(stage.garden.messages) == 1
    assert len(stage.slack.called(UPLOAD)) == 1
    # After a restart the file's id is not known any more; the message is still the one.
    again = await stage.sender()
    assert await again.post(digest(stage, rev=3, is_unclear=True, unclear_by=now())) == ts
    assert len(images(stage)) == 1
    await again.remove(digest(stage, rev=4, remote_id=ts))
    assert images(stage) == []


async def test_another_drawing_under_the_same_name_is_another_file(stage: Stage) -> None:
    sender = await stage.sender()
    ts = await sender.post(digest(stage))
    [before] = images(stage)
    await draw(stage, "Nairobi")
    await sender.edit(digest(stage, rev=2, remote_id=ts))
    [after] = images(stage)
    assert before["slack_file"] != after["slack_file"]


async def test_slack_is_given_time_to_look_the_file_over(stage: Stage) -> None:
    stage.slack.world.file_lag_s = 10
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 2:
            for file in stage.slack.world.uploads.values():
                file.shown_at = 0

    await (await stage.sender(sleep)).post(digest(stage))
    assert len(images(stage)) == 1
    assert pauses == [0.5, 1.0]


async def test_what_slack_never_shows_is_said_in_words(stage: Stage) -> None:
    stage.slack.world.file_lag_s = 3600

    async def sleep(_: float) -> None:
        return

    await (await stage.sender(sleep)).post(digest(stage))
    assert images(stage) == []
    assert WORDS in stage.shown()[0]


@pytest.mark.parametrize(
    ("method", "how", "error"),
    [
        (UPLOAD, How.REFUSED, "file_uploads_disabled"),
        (UPLOAD, How.LIMITED, ""),
        ("upload", How.BROKEN, ""),
        ("upload", How.RESET, ""),
        ("files.completeUploadExternal", How.BROKEN_AFTER, ""),
    ],
)
async def test_what_cannot_be_uploaded_is_said_in_words(stage: Stage, method: str, how: How, error: str) -> None:
    stage.slack.faults.add(method, how, error=error)
    await (await stage.sender()).post(digest(stage))
    assert stage.slack.faults.all_used
    assert images(stage) == []
    assert WORDS in stage.shown()[0]


async def test_a_picture_that_is_not_kept_any_more_is_said_in_words(stage: Stage) -> None:
    await stage.work.write(1, lambda tx: pictures.prune(tx.db, tx.now + timedelta(days=1)))
    await (await stage.sender()).post(digest(stage))
    assert stage.slack.called(UPLOAD) == []
    assert WORDS in stage.shown()[0]


async def test_the_stand_in_shows_no_file_before_its_time_nor_another_workspace_s(stage: Stage, slack: Slack) -> None:
    async with aiohttp.ClientSession() as session:
        headers = {"Authorization": f"Bearer {stage.team.token}"}

        async def call(method: str, **how: object) -> Json:
            url = f"{slack.api_url}{method}"
            async with session.post(url, headers=headers, **how) as answer:  # type: ignore[arg-type]  # json or data
                found: Json = await answer.json()
                return found

        assert (await call(UPLOAD, json={"filename": "a.png", "length": 3}))["error"] == "invalid_arguments"
        place = await call(UPLOAD, data={"filename": "a.png", "length": "3"})
        async with session.post(place["upload_url"], data=b"four") as answer:
            assert answer.status == 400
        files = f'[{{"id": "{place["file_id"]}"}}]'
        assert (await call("files.completeUploadExternal", data={"files": files}))["error"] == "file_not_found"
        async with session.post(place["upload_url"], data=b"abc") as answer:
            assert answer.status == 200
        block = {"type": "image", "slack_file": {"id": place["file_id"]}, "alt_text": "a"}
        shown = {"channel": stage.garden.id, "text": "a", "blocks": [block]}
        assert (await call("chat.postMessage", json=shown))["error"] == "invalid_blocks"
        assert (await call("files.completeUploadExternal", data={"files": files}))["ok"]
        assert (await call("files.completeUploadExternal", data={"files": files}))["error"] == "file_not_found"
        assert (await call("chat.postMessage", json=shown))["ok"]


async def test_a_digest_of_many_windows_has_its_picture_in_the_channel(sqlite_url: str) -> None:
    stage = await open_slack(sqlite_url, FEATURES)
    for n in range(3):
        await stage.say("oakland", "ana", f"/propose Number {n} --affects nairobi,bilbao --for 1mo")
    # An answer for one person alone shows no file: the picture is said in words.
    answer = await stage.say("bilbao", "iker", "/digest now")
    assert "Open windows on a time line: D-1 until" in answer
    assert stage.slack.called(UPLOAD) == []
    await stage.mycel.core.standing.begin()
    await stage.wait(days=7)
    said = [m.raw for m in stage.channels["bilbao"].messages.values() if "What concerns Bilbao" in m.raw["text"]]
    [image] = [block for block in said[-1]["blocks"] if block["type"] == "image"]
    assert stage.slack.world.uploads[image["slack_file"]["id"]].is_complete
    assert image["alt_text"].startswith("Open windows on a time line: D-1 until")
    await stage.close()
