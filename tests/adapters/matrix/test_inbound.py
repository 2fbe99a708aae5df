"""What clients send becomes what Mycel is told."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.matrix.inbound import incoming, is_edit, quoted, who
from adapters.matrix.port import Scene
from adapters.matrix.rooms import Rooms
from bot.core.conversation import Actor, Around, CommandTyped, Incoming, MessagePosted, MessageRedacted, Place, Reacted
from tests.adapters.matrix.events import (
    ANA,
    BOT,
    COMMANDS,
    PILL,
    SENT,
    edit,
    event,
    html,
    in_thread,
    reply_to,
    scene,
    text,
)

ACTOR = Actor("matrix", "example.org", ANA, "Ana", "America/Los_Angeles")
PLACE = Place("matrix", "example.org", "!room", may_arrange=False)
MENTIONED = {"m.mentions": {"user_ids": [BOT]}}


def told(content: dict[str, Any], where: Scene | None = None, **more: Any) -> Incoming | None:
    return incoming(event(content, **more), where or scene(), COMMANDS, {"$root": "D-1:head:3"})


def command(content: dict[str, Any], where: Scene | None = None) -> str | None:
    found = told(content, where)
    assert found is not None
    return found.text if isinstance(found, CommandTyped) else None


def test_a_command_is_told_with_place_person_and_time() -> None:
    assert told(text("!decide Use Signal")) == CommandTyped("$1", PLACE, ACTOR, SENT, "decide Use Signal")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("!decide Use Signal", "decide Use Signal"),
        ("  !decide Use Signal\n--why because  ", "decide Use Signal\n--why because"),
        ("!unheard of", "unheard of"),
        ("/decide Use Signal", "decide Use Signal"),
        ("/shrug whatever", None),
        ("!", None),
        ("!!", None),
        ("! decide", None),
        ("!1 thing", None),
        ("decide Use Signal", None),
        ("say !decide", None),
    ],
)
def test_a_prefix_and_a_letter_make_a_command(body: str, expected: str | None) -> None:
    assert command(text(body)) == expected


def test_the_prefix_is_the_operator_s_choice() -> None:
    assert command(text("?decide x"), scene(prefix="?")) == "decide x"
    assert command(text("!decide x"), scene(prefix="?")) is None


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (html("Mycel: decide x", f"{PILL}: decide x", **MENTIONED), "decide x"),
        (html("Mycel decide x", f"<p>{PILL} decide x</p>", **MENTIONED), "decide x"),
        (html("@mycel:example.org: !decide x", f"{PILL}: !decide x"), "decide x"),
        (html("My friend: pass D-1", PILL.replace(">Mycel<", ">My friend<") + ": pass D-1"), "pass D-1"),
        (text("[Mycel](https://matrix.to/#/@mycel:example.org) pass D-1"), "pass D-1"),
        (html("Mycel: pass D-1", PILL.replace("@mycel:", "%40mycel%3A") + ": pass D-1"), "pass D-1"),
        (text("@mycel:example.org decide x", **MENTIONED), "decide x"),
        (text("Mycel, why Signal?"), "why Signal?"),
        (text("mycel: what about Signal?"), "why what about Signal?"),
        (text("Mycel pass D-1"), "pass D-1"),
        (text("Mycel", **MENTIONED), "help"),
        (text("Mycel is a fine name"), None),
        (text("Mycelium: decide x"), None),
        (text("thank you Mycel", **MENTIONED), None),
        (html("Ana: decide x", '<a href="https://matrix.to/#/@ana:example.org">Ana</a>: decide x'), None),
    ],
)
def test_a_mention_at_the_beginning_calls_the_bot(content: dict[str, Any], expected: str | None) -> None:
    assert command(content) == expected


def test_a_reply_mentions_the_bot_without_calling_it() -> None:
    """Clients put whom somebody replies to into m.mentions by themselves."""
    assert command(text("Mycel is right", **MENTIONED, **{"m.relates_to": reply_to("$root")})) is None


def test_without_why_a_question_is_left_to_the_answer_of_an_unknown_command() -> None:
    found = incoming(event(text("Mycel: what about Signal?")), scene(), ("decide",))
    assert isinstance(found, CommandTyped)
    assert found.text == "what about Signal?"


def test_alone_with_the_bot_a_command_needs_no_prefix() -> None:
    alone = scene(is_direct=True)
    assert command(text("Decide Use Signal"), alone) == "Decide Use Signal"
    assert command(text("!decide Use Signal"), alone) == "decide Use Signal"
    assert command(text("hello"), alone) is None
    found = told(text("help"), alone)
    assert found is not None
    assert found.place.is_direct


def test_a_message_in_a_thread_names_the_root_and_its_key() -> None:
    found = told(text("concern: no phones", **{"m.relates_to": in_thread()}))
    place = Place("matrix", "example.org", "!room", "$root", "D-1:head:3", may_arrange=False)
    assert found == MessagePosted("$1", place, ACTOR, SENT, "$1", "concern: no phones")


def test_a_client_without_threads_answers_by_replying() -> None:
    found = told(text("> <@mycel:example.org> D-1\n> more\n\nsupport: yes", **{"m.relates_to": reply_to("$root")}))
    assert isinstance(found, MessagePosted)
    assert (found.text, found.place.thread, found.place.thread_key) == ("support: yes", "$root", "D-1:head:3")


def test_what_people_quote_themselves_is_no_fallback() -> None:
    quoted = "> half of us\n\nconcern: that is true"
    found = told(text(quoted, **{"m.relates_to": reply_to("$root")}))
    assert isinstance(found, MessagePosted)
    assert found.text == quoted


def test_a_command_in_reply_names_what_it_answers() -> None:
    found = told(text("> <@ben:other.net> we use Signal\n\n!decide Use Signal", **{"m.relates_to": reply_to("$9")}))
    assert isinstance(found, CommandTyped)
    assert (found.text, found.replied_to) == ("decide Use Signal", "$9")
    threaded = told(text("!decide Use Signal", **{"m.relates_to": in_thread()}))
    assert isinstance(threaded, CommandTyped)
    assert threaded.replied_to == "$root"
    inside = {**in_thread(), "is_falling_back": False}
    answering = told(text("!decide Use Signal", **{"m.relates_to": inside}))
    assert isinstance(answering, CommandTyped)
    assert (answering.replied_to, answering.place.thread) == ("$last", "$root")


def test_a_reaction_is_the_character_itself() -> None:
    related = {"rel_type": "m.annotation", "event_id": "$root", "key": "✋\ufe0f"}
    found = told({"m.relates_to": related}, type="m.reaction")
    assert found == Reacted("$1", PLACE, ACTOR, SENT, "$root", "✋", True, "D-1:head:3")


@pytest.mark.parametrize("where", ["content", "event"])
def test_a_redaction_names_what_is_gone_in_every_room_version(where: str) -> None:
    redaction = event({"redacts": "$9"} if where == "content" else {}, type="m.room.redaction")
    if where == "event":
        redaction["redacts"] = "$9"
    assert incoming(redaction, scene()) == MessageRedacted("$1", PLACE, ACTOR, SENT, "$9")


@pytest.mark.parametrize(
    "heard",
    [
        event(text("!decide x"), sender=BOT),
        event({"msgtype": "m.notice", "body": "!decide x"}),
        event({"msgtype": "m.image", "body": "!decide.png"}),
        event({"msgtype": "m.image", "body": "a.png", "filename": "a.png"}),
        event(text("   ")),
        event({}),
        event({"msgtype": "m.text", "body": 7}),
        event({"membership": "join"}, type="m.room.member"),
        event({}, type="m.room.redaction"),
        event({"m.relates_to": {"rel_type": "m.annotation", "event_id": "$9"}}, type="m.reaction"),
        edit("!decide x"),
    ],
)
def test_the_rest_is_not_its_business(heard: dict[str, Any]) -> None:
    assert incoming(heard, scene(), COMMANDS) is None


def test_a_caption_is_what_somebody_said() -> None:
    found = told({"msgtype": "m.image", "body": "!decide Buy this one", "filename": "tent.png"})
    assert isinstance(found, CommandTyped)


def test_a_stranger_has_the_name_in_their_id() -> None:
    found = told(text("hello"), sender="@zoe:far.net")
    assert found is not None
    assert found.actor == Actor("matrix", "example.org", "@zoe:far.net", "zoe", None)


def test_an_edit_is_told_from_a_message() -> None:
    assert is_edit(edit("!decide x"))
    assert not is_edit(event(text("!decide x")))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)
KEYS = ("msgtype", "body", "formatted_body", "m.relates_to", "m.mentions", "filename", "redacts", "m.new_content")


@settings(max_examples=150, deadline=None)
@given(
    st.dictionaries(st.sampled_from(KEYS), JSON, max_size=6),
    st.sampled_from(["m.room.message", "m.reaction", "m.room.redaction"]),
    JSON,
)
def test_no_content_of_strangers_breaks_it(content: dict[str, Any], type: str, sent: Any) -> None:
    strange = {**event({"msgtype": "m.text", **content}, type=type), "origin_server_ts": sent}
    found = incoming(strange, scene(), COMMANDS)
    assert found is None or found.event_key == "$1"


def test_a_message_that_is_answered_is_quoted_where_it_may_leave_its_room() -> None:
    said = event(text("Let us use Signal"), sender="@ben:other.net", id="$9")
    found = quoted(said, scene(), ANA)
    assert found is not None
    assert (found.message_id, found.actor.name, found.text, found.at) == ("$9", "Ben", "Let us use Signal", SENT)
    encrypted = replace(scene(), room=replace(scene().room, is_encrypted=True))
    hidden, own = quoted(said, encrypted, ANA), quoted(said, encrypted, "@ben:other.net")
    assert hidden is not None
    assert own is not None
    assert (hidden.text, own.text) == ("", "Let us use Signal")


@pytest.mark.parametrize(
    ("said", "sender"), [("Use Signal", BOT), ("!decide Use Signal", ANA), ("   ", ANA), ("Mycel: help", ANA)]
)
def test_what_is_no_persons_message_is_not_quoted(said: str, sender: str) -> None:
    assert quoted(event(text(said), sender=sender), scene(), ANA, COMMANDS) is None


def test_a_place_says_what_its_room_is_and_what_the_sender_may_do_in_it() -> None:
    levels = {"type": "m.room.power_levels", "state_key": "", "content": {"users": {ANA: 50}}}
    named = {"type": "m.room.name", "state_key": "", "content": {"name": "Gardens"}}
    joined = {"type": "m.room.member", "state_key": ANA, "content": {"membership": "join"}}
    rooms = Rooms("@mycel:example.org")
    rooms.take("!space", [levels, named, joined, child("!room"), child("!other")])
    encrypted = {"type": "m.room.encryption", "state_key": "", "content": {"algorithm": "m.megolm.v1.aes-sha2"}}
    rooms.take("!room", [levels, joined, encrypted, named])
    _, place, _, _ = who(event(text("hello")), Scene(rooms.info("!room"), "@mycel:example.org"))
    assert place.around == (Around("!space", "Gardens", 2, may_arrange=True),)
    assert (place.is_restricted, place.may_arrange) == (True, True)
    rooms.take("!room", [{**levels, "content": {}}])
    _, place, _, _ = who(event(text("hello")), Scene(rooms.info("!room"), "@mycel:example.org"))
    assert not place.may_arrange
    rooms.leave("!space")
    assert rooms.info("!room").spaces == ()


def child(room_id: str) -> dict[str, Any]:
    return {"type": "m.space.child", "state_key": room_id, "content": {"via": ["example.org"]}}
