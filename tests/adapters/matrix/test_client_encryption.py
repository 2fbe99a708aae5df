"""Encrypted rooms: read and written over restarts, with a device that others may trust and keys that do not run out."""

from __future__ import annotations

import asyncio
import json
import shutil
from base64 import b64decode
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from adapters.matrix import wanted
from adapters.matrix.crypto import COUNTED, Crypto
from adapters.matrix.errors import CannotConnect, MatrixError
from adapters.matrix.http import Http, path
from bot.core.errors import DeliveryError
from storage import matrix
from tests.support.matrix_bot import Bot, Bots, eventually
from tests.support.synapse import Synapse, User


@pytest.fixture
async def bots(synapse: Synapse, tmp_path: Path) -> AsyncIterator[Bots]:
    bots = Bots(synapse, tmp_path)
    yield bots
    await bots.end()


@pytest.fixture
def ana(synapse: Synapse) -> User:
    return synapse.register()


def text(body: str) -> dict[str, Any]:
    return {"msgtype": "m.text", "body": body}


def crypto_of(bot: Bot) -> Crypto:
    assert bot.client.connected is not None
    assert bot.client.connected.crypto is not None
    return bot.client.connected.crypto


async def say(person: Bot, room: str, body: str) -> str:
    return await person.client.send(room, "m.room.message", text(body), f"say {body}")


async def two_in_a_room(bots: Bots) -> tuple[Bot, Bot, str]:
    """Mycel, a person with a client that encrypts, and their encrypted room."""
    bot = await bots.new(is_encrypting=True).start()
    person = await bots.new(is_encrypting=True).start()
    room = await bots.room_with(bot, bots.server_user(person), is_encrypted=True)
    await eventually(lambda: bot.client.user_id in person.members_of(room), "the join to be seen")
    return bot, person, room


async def test_both_ways_and_over_restarts(bots: Bots) -> None:
    bot, person, room = await two_in_a_room(bots)
    root = await say(person, room, "hello")
    await bot.hears("hello")
    thread = {"rel_type": "m.thread", "event_id": root}
    answer = {"msgtype": "m.notice", "body": "hello back", "m.relates_to": thread}
    sent = await bot.client.send(room, "m.room.message", answer, "t1")
    await person.hears("hello back")
    [on_the_wire] = [e for e in bots.server_user(person).messages(room) if e["event_id"] == sent]
    assert on_the_wire["type"] == "m.room.encrypted"
    assert on_the_wire["content"]["m.relates_to"] == thread
    assert "hello back" not in str(on_the_wire)
    liked = {"m.relates_to": {"rel_type": "m.annotation", "event_id": root, "key": "👍"}}
    reaction = await bot.client.send(room, "m.reaction", liked, "t2")
    [counted] = [e for e in bots.server_user(person).messages(room) if e["event_id"] == reaction]
    assert (counted["type"], counted["content"]) == ("m.reaction", liked)
    await bot.stop()
    await say(person, room, "while you were away")
    await bot.start()
    await bot.hears("hello", "while you were away")
    again = await bot.client.send(room, "m.room.message", answer, "t1")
    assert again == sent
    await say(bot, room, "I am back")
    await person.hears("hello back", "I am back")
    assert (await bot.client.event(room, sent) or {})["content"]["body"] == "hello back"


async def test_a_new_device_that_came_while_it_was_down_reads_along(bots: Bots) -> None:
    bot, person, room = await two_in_a_room(bots)
    await say(bot, room, "one")
    await person.hears("one")
    await bot.stop()
    phone = await bots.new(bots.server_user(person), is_encrypting=True, device_id="PHONE").start()
    await bot.start()
    await say(bot, room, "two")
    await phone.hears("two")
    await person.hears("one", "two")


async def test_a_new_device_beside_the_running_bot_reads_along_and_is_read(bots: Bots) -> None:
    bot, person, room = await two_in_a_room(bots)
    await say(bot, room, "one")
    await person.hears("one")
    phone = await bots.new(bots.server_user(person), is_encrypting=True, device_id="PHONE").start()
    device = crypto_of(phone).machine.device_id
    store = crypto_of(bot).machine.device_store
    await eventually(lambda: device in store[person.client.user_id], "the new device to be known")
    await say(bot, room, "two")
    await phone.hears("two")
    await say(phone, room, "from the phone")
    await bot.hears("from the phone")


async def test_the_device_is_signed_by_the_account(bots: Bots, ana: User) -> None:
    bot = await bots.new(is_encrypting=True).start()
    connected = bot.client.connected
    assert connected is not None
    assert connected.signed.is_signed
    user, device = connected.session.user_id, connected.session.device_id
    found = ana.call("POST", "/keys/query", {"device_keys": {user: []}})
    [master] = found["master_keys"][user]["keys"].values()
    [signing] = found["self_signing_keys"][user]["keys"].values()
    assert_signed(found["self_signing_keys"][user], user, master)
    assert_signed(found["device_keys"][user][device], user, signing)
    await bot.again()
    assert bot.client.connected is not None
    assert bot.client.connected.signed.is_signed
    assert ana.call("POST", "/keys/query", {"device_keys": {user: []}})["master_keys"][user]["keys"] == {
        f"ed25519:{master}": master
    }


def assert_signed(signed: dict[str, Any], user: str, key: str) -> None:
    """Raises InvalidSignature."""
    signature = signed["signatures"][user][f"ed25519:{key}"]
    bare = {k: v for k, v in signed.items() if k not in ("signatures", "unsigned")}
    canonical = json.dumps(bare, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
    Ed25519PublicKey.from_public_bytes(b64decode(key + "=")).verify(b64decode(signature + "=="), canonical)


async def test_one_time_keys_are_refilled_at_zero_and_a_fallback_key_is_there(bots: Bots, ana: User) -> None:
    bot = await bots.new(is_encrypting=True).start()
    room = await bots.room_with(bot, ana)
    connected = bot.client.connected
    assert connected is not None
    user, device = connected.session.user_id, connected.session.device_id

    def claim() -> dict[str, Any]:
        found = ana.call("POST", "/keys/claim", {"one_time_keys": {user: {device: COUNTED}}})
        [key] = found["one_time_keys"][user][device].values()
        assert isinstance(key, dict)
        return key

    await bot.stop()
    claimed = 0
    while "fallback" not in claim():
        claimed += 1
    assert claimed >= 50
    await bot.start()
    ana.send(room, "hello")
    await bot.hears("hello")
    await eventually(lambda: "fallback" not in claim(), "new one-time keys")


async def test_a_count_of_keys_that_is_missing_is_zero(bots: Bots) -> None:
    machine = crypto_of(await bots.new(is_encrypting=True).start()).machine
    assert machine.uploaded_key_count == 50
    crypto_of(bots.made[0]).take({"device_one_time_keys_count": {}})
    assert machine.uploaded_key_count == 0
    assert machine.should_upload_keys


async def test_without_its_keys_it_does_not_start(bots: Bots) -> None:
    bot = await bots.new(is_encrypting=True).start()
    await bot.stop()
    bot.secret = b"another"
    with pytest.raises(CannotConnect, match="MYCEL_SECRET_KEY"):
        await bot.start()
    await bot.stop()
    bot.secret = b"secret of the tests"
    await asyncio.to_thread(shutil.rmtree, bot.account.store)
    with pytest.raises(CannotConnect, match="MATRIX_STORE"):
        await bot.start()
    assert not bot.account.store.exists()


async def test_the_keys_open_with_the_secret_key_alone(bots: Bots, synapse: Synapse) -> None:
    """With a token of the settings nothing else that is kept would tell the other key."""
    user = synapse.register()
    bot = await bots.new(user, access_token=user.token, is_encrypting=True).start()
    await bot.stop()
    bot.secret = b"another"
    with pytest.raises(CannotConnect, match=r"The keys of .* were stored with another"):
        await bot.start()


def hold_keys(monkeypatch: pytest.MonkeyPatch, person: Bot) -> tuple[Http, list[tuple[Any, ...]]]:
    """The keys that the person's client shares do not arrive until `undo`; returns what would have been sent."""
    http, held = person.client._http, list[tuple[Any, ...]]()
    call = http.call

    async def holding(method: str, path: str, *args: Any, **more: Any) -> dict[str, Any]:
        if "/sendToDevice/m.room.encrypted/" not in path:
            return await call(method, path, *args, **more)
        held.append((method, path, *args))
        return {}

    monkeypatch.setattr(http, "call", holding)
    return http, held


async def test_messages_whose_key_comes_late_are_heard(bots: Bots, monkeypatch: pytest.MonkeyPatch) -> None:
    bot, person, room = await two_in_a_room(bots)
    http, held = hold_keys(monkeypatch, person)
    await say(person, room, "sealed")
    await say(person, room, "sealed as well")
    await eventually(lambda: bot.troubles, "the room to be told")
    assert bot.heard() == []
    monkeypatch.undo()
    for message in held:
        await http.call(*message)
    await eventually(lambda: len(bot.heard()) == 2, "the messages to be opened")
    assert bot.heard() == ["sealed", "sealed as well"]
    assert bot.troubles == [(room, wanted.UNREADABLE)]


async def test_a_key_that_its_owner_gives_when_asked_is_taken(bots: Bots, monkeypatch: pytest.MonkeyPatch) -> None:
    bot, person, room = await two_in_a_room(bots)
    http, _held = hold_keys(monkeypatch, person)
    await say(person, room, "sealed")
    machine, own = crypto_of(person).machine, crypto_of(bot).machine
    session = machine.outbound_group_sessions[room].id
    await eventually(lambda: session in own.outgoing_key_requests, "the key to be asked for")
    monkeypatch.undo()
    device = machine.device_store[bot.client.user_id][own.device_id]
    key = machine.inbound_group_store.get(room, machine.account.identity_keys["curve25519"], session)
    message = machine._encrypt_forwarding_key(room, key, machine.session_store.get(device.curve25519), device)
    await http.call("PUT", path("sendToDevice", "m.room.encrypted", "forward"), message.as_dict())
    await bot.hears("sealed")


async def test_a_message_that_does_not_name_its_device_is_read(bots: Bots) -> None:
    bot, person, room = await two_in_a_room(bots)
    await say(person, room, "one")
    await bot.hears("one")
    content = await sealed(person, room, "two")
    bare = {name: value for name, value in content.items() if name not in ("sender_key", "device_id")}
    bots.server_user(person).send(room, bare, "m.room.encrypted")
    await bot.hears("one", "two")


async def sealed(person: Bot, room: str, body: str) -> dict[str, Any]:
    kind, content = await crypto_of(person).encrypt(person.client._rooms.joined[room], "m.room.message", text(body))
    assert kind == "m.room.encrypted"
    return content


async def test_a_device_that_the_homeserver_forgot_gets_its_keys_and_signature_anew(bots: Bots) -> None:
    bot, person, room = await two_in_a_room(bots)
    await say(person, room, "one")
    await bot.hears("one")
    await bot.stop()
    bots.server_user(bot).call("POST", "/logout/all", {})
    await bot.start()
    assert bot.client.connected is not None
    assert bot.client.connected.signed.is_signed
    await say(person, room, "two")
    await bot.hears("one", "two")


async def test_keys_from_a_backup_make_way_for_new_ones(bots: Bots) -> None:
    bot = await bots.new(is_encrypting=True).start()
    crypto = crypto_of(bot)
    old = crypto.machine.account.pickle("x")
    crypto.machine.uploaded_key_count = 0
    await crypto.upkeep()
    uploaded = crypto.machine.uploaded_key_count
    crypto.machine.account = type(crypto.machine.account).from_pickle(old, "x", shared=True)
    crypto.machine.uploaded_key_count = 0
    await crypto.upkeep()
    crypto.machine.uploaded_key_count = 0
    await crypto.upkeep()
    assert crypto.machine.uploaded_key_count > uploaded


async def test_a_message_that_nobody_can_open_is_asked_for_and_said_once(
    bots: Bots, ana: User, caplog: pytest.LogCaptureFixture
) -> None:
    bot = await bots.new(is_encrypting=True).start()
    room = await bots.room_with(bot, ana, is_encrypted=True)
    for n in range(2):
        sealed = {"algorithm": "m.megolm.v1.aes-sha2", "ciphertext": "AwgA", "session_id": f"s{n}"}
        ana.send(room, {**sealed, "sender_key": "k", "device_id": "D"}, "m.room.encrypted")
    await eventually(lambda: bot.troubles, "the room to be told")
    asked = ana.call("GET", "/sync", timeout="3000")["to_device"]["events"]
    requests = {e["content"]["body"]["session_id"] for e in asked if e["type"] == "m.room_key_request"}
    assert requests == {"s0", "s1"}
    assert caplog.text.count(f"room {room}: no key for message") == 2
    await bot.again()
    ana.send(room, "in the clear")
    await bot.hears("in the clear")
    assert bot.troubles == [(room, wanted.UNREADABLE)]
    assert len(await bot.stored(lambda db: matrix.locked(db, bot.client.user_id, 10))) == 2


async def test_a_broken_message_to_the_device_stops_nothing(bots: Bots, ana: User) -> None:
    bot = await bots.new(is_encrypting=True).start()
    room = await bots.room_with(bot, ana)
    connected = bot.client.connected
    assert connected is not None
    own = crypto_of(bot).machine.account.identity_keys["curve25519"]
    for kind, body in ((0, "not base64 ???"), (1, "AAAA"), (7, "AAAA"), (0, 3)):
        sealed = {"algorithm": "m.olm.v1.curve25519-aes-sha2", "sender_key": own}
        content = {**sealed, "ciphertext": {own: {"type": kind, "body": body}}}
        messages = {"messages": {bot.client.user_id: {connected.session.device_id: content}}}
        ana.call("PUT", f"/sendToDevice/m.room.encrypted/{kind}{len(str(body))}", messages)
    ana.send(room, "still there?")
    await bot.hears("still there?")


async def test_a_key_that_was_not_shared_is_not_taken_for_shared(bots: Bots, monkeypatch: pytest.MonkeyPatch) -> None:
    bot, person, room = await two_in_a_room(bots)
    http = bot.client._http
    call = http.call

    async def limited(method: str, path: str, *args: Any, **more: Any) -> dict[str, Any]:
        if "/sendToDevice/m.room.encrypted/" in path:
            raise MatrixError("502", status=502, unclear=True)
        return await call(method, path, *args, **more)

    monkeypatch.setattr(http, "call", limited)
    with pytest.raises(DeliveryError) as failed:
        await say(bot, room, "hello")
    assert not failed.value.unclear
    monkeypatch.undo()
    await say(bot, room, "hello")
    await person.hears("hello")


async def test_who_has_left_cannot_read_on_and_who_comes_can(bots: Bots) -> None:
    bot, person, room = await two_in_a_room(bots)
    await say(bot, room, "one")
    await person.hears("one")
    third = await bots.new(is_encrypting=True).start()
    bots.server_user(person).invite(room, third.client.user_id)
    await eventually(lambda: third.client.user_id in bot.members_of(room), "the join")
    await say(bot, room, "two")
    await third.hears("two")
    bots.server_user(person).kick(room, third.client.user_id)
    await eventually(lambda: third.client.user_id not in bot.members_of(room), "the kick")
    sessions = crypto_of(bot).machine.outbound_group_sessions
    before = sessions[room].id
    await say(bot, room, "three")
    assert sessions[room].id != before
    await person.hears("one", "two", "three")


async def test_without_encryption_nothing_is_sent_into_an_encrypted_room(bots: Bots, ana: User) -> None:
    bot = await bots.new().start()
    room = await bots.room_with(bot, ana, is_encrypted=True)
    with pytest.raises(DeliveryError, match="encryption switched off") as refused:
        await say(bot, room, "in the clear")
    assert refused.value.permanent
    assert not bot.account.store.exists()
