"""An edited message: other words, a command in time, or a command too late."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from adapters.matrix.edits import Ignored, Meaning, Retyped, Reworded, TooLate, meaning
from bot.core.conversation import CommandTyped, MessageEdited
from tests.adapters.matrix.events import ANA, BOT, COMMANDS, edit, event, in_thread, scene, text

MINUTE = timedelta(minutes=1)


def meant(changed: dict[str, Any], original: dict[str, Any] | None) -> Meaning:
    return meaning(changed, original, scene(), COMMANDS, {"$root": "D-1:head:3"})


def test_other_words_for_what_was_said_in_its_thread() -> None:
    original = event(text("concern: half of us", **{"m.relates_to": in_thread()}))
    found = meant(edit("concern: a third of us", after=MINUTE * 60), original)
    assert isinstance(found, Reworded)
    assert isinstance(found.incoming, MessageEdited)
    assert (found.incoming.message_id, found.incoming.text) == ("$1", "concern: a third of us")
    assert (found.incoming.place.thread, found.incoming.place.thread_key) == ("$root", "D-1:head:3")
    assert found.incoming.event_key == "$edit"


@pytest.mark.parametrize("before", ["!decied x", "decide x", "!decide x"])
def test_a_command_within_a_minute_is_carried_out_as_it_reads_now(before: str) -> None:
    found = meant(edit("!decide y", after=MINUTE), event(text(before, **{"m.relates_to": in_thread()})))
    assert isinstance(found, Retyped)
    assert isinstance(found.incoming, CommandTyped)
    assert (found.incoming.text, found.original, found.incoming.event_key) == ("decide y", "$1", "$edit")
    assert (found.incoming.place.thread, found.incoming.replied_to) == ("$root", "$root")


def test_later_it_is_told_how_to_change_it() -> None:
    late = edit("!decide y", after=MINUTE + timedelta(milliseconds=1))
    assert meant(late, event(text("!decide x"))) == TooLate("$1")


def test_an_edit_that_leaves_the_command_as_it_was_is_nothing() -> None:
    assert meant(edit("!decide x ", after=MINUTE * 5), event(text("!decide x"))) == Ignored()


@pytest.mark.parametrize(
    ("changed", "original"),
    [
        (edit("mine now"), None),
        (edit("mine now"), event(text("yours"), sender="@ben:other.net")),
        (edit("mine now"), {**event({}), "unsigned": {"redacted_because": {}}}),
        (edit("  "), event(text("hello"))),
        ({**edit("hello"), "sender": BOT}, event(text("hello"), sender=BOT)),
        ({**edit("x"), "content": {"m.relates_to": {"rel_type": "m.replace", "event_id": "$1"}}}, event(text("hello"))),
    ],
)
def test_what_nobody_may_change_stays(changed: dict[str, Any], original: dict[str, Any] | None) -> None:
    assert meant(changed, original) == Ignored()


def test_a_command_that_becomes_talk_is_an_edit_of_a_message() -> None:
    found = meant(edit("never mind"), event(text("!decide x")))
    assert isinstance(found, Reworded)
    assert found.incoming.actor.user == ANA
