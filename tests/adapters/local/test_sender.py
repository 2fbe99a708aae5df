"""The playground shows each message once, and never an older revision over a newer one."""

from dataclasses import replace

import pytest

from adapters.local.changes import Changes
from adapters.local.sender import LocalSender
from bot.core.delivery import Post
from bot.core.errors import DeliveryError
from bot.core.message import Message, paragraph
from bot.core.message_json import to_json
from storage.network import Channel
from tests.support.playground import Stage

HOME = Channel(1, 1, "local", "playground", "oakland", 1, True, "", "active")


def message(text: str) -> Message:
    return Message((paragraph(text),))


def post(text: str, rev: int, remote_id: str | None = None) -> Post:
    return Post(1, HOME, "window:D-1", rev, message(text), remote_id, None, is_unclear=False)


@pytest.fixture
def sender(stage: Stage) -> LocalSender:
    ids = iter(range(1, 1000))
    return LocalSender(stage.work, lambda: next(ids), Changes())


async def test_posting_twice_is_posting_once(stage: Stage, sender: LocalSender) -> None:
    first = await sender.post(post("one", 1))
    again = await sender.post(post("one", 1))
    assert first == again
    assert [(m.id, m.body) for m in await stage.shown()] == [(first, to_json(message("one")))]


async def test_a_post_that_comes_again_with_a_later_revision_is_an_edit(stage: Stage, sender: LocalSender) -> None:
    id = await sender.post(post("one", 1))
    assert await sender.post(replace(post("two", 2), is_unclear=True)) == id
    assert [m.body for m in await stage.shown()] == [to_json(message("two"))]


async def test_what_may_have_arrived_is_taken_back_too(stage: Stage, sender: LocalSender) -> None:
    await sender.remove(replace(post("", 1), is_unclear=True))
    assert await stage.shown() == []
    await sender.post(post("one", 1))
    await sender.remove(replace(post("", 2), is_unclear=True))
    assert [m.is_removed for m in await stage.shown()] == [True]


async def test_an_older_revision_never_comes_back(stage: Stage, sender: LocalSender) -> None:
    id = await sender.post(post("one", 1))
    await sender.edit(post("three", 3, id))
    await sender.edit(post("two", 2, id))
    assert [(m.rev, m.body) for m in await stage.shown()] == [(3, to_json(message("three")))]


async def test_what_is_taken_back_leaves_no_words_and_can_come_again(stage: Stage, sender: LocalSender) -> None:
    id = await sender.post(post("one", 1))
    await sender.remove(post("", 2, id))
    [gone] = await stage.shown()
    assert gone.is_removed
    assert gone.body == to_json(Message(()))
    await sender.edit(post("back", 3, id))
    [back] = await stage.shown()
    assert not back.is_removed
    assert back.body == to_json(message("back"))


async def test_a_reply_stands_in_its_thread_at_the_network_s_time(stage: Stage, sender: LocalSender) -> None:
    root = await sender.post(post("root", 1))
    await sender.post(replace(post("reply", 1), key="reply", thread=root))
    shown = await stage.shown()
    assert [m.thread for m in shown] == [None, root]
    assert shown[1].created_at == await stage.time_travel.now(1)


async def test_an_edit_of_nothing_is_given_up(sender: LocalSender) -> None:
    with pytest.raises(DeliveryError) as error:
        await sender.edit(post("one", 1))
    assert error.value.permanent


async def test_every_change_rings(stage: Stage) -> None:
    changes = Changes()
    bell = changes.bell
    await LocalSender(stage.work, lambda: 1, changes).post(post("one", 1))
    assert bell.is_set()
