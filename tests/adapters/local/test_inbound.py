"""What the browser sends becomes what Mycel is told."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from adapters.local import inbound
from adapters.local.inbound import Delete, Edit, Press, React, Request, Say, Scene, Submit
from bot.core.conversation import (
    Actor,
    CommandTyped,
    FormSubmitted,
    Incoming,
    MessageEdited,
    MessagePosted,
    MessageRedacted,
    Place,
    Quoted,
    Reacted,
)
from storage.local_chat import Account, Happening, LocalMessage

AT = datetime(2026, 11, 2, 9, tzinfo=UTC)
ANA = Account("ana", "Ana", "oakland", "America/Los_Angeles", "steward")
WHO: dict[str, Any] = {"id": "deed-0001", "channel": "oakland", "account": "ana"}
ACTOR = Actor("local", "playground", "ana", "Ana", "America/Los_Angeles")


def shown(id: str, key: str | None = None, thread: str | None = None) -> LocalMessage:
    account = None if key else "ana"
    return LocalMessage(id, "oakland", thread, account, key, 1, "x", AT, False, False, 1, 1)


def told(request: Request, root: LocalMessage | None = None, message: LocalMessage | None = None) -> Incoming:
    data = inbound.describe(request, Scene(ANA, root, message))
    return inbound.incoming(Happening(request.id, inbound.kind(request), data, AT))


def place(thread: str | None = None, key: str | None = None) -> Place:
    return Place("local", "playground", "oakland", thread, key)


@pytest.mark.parametrize("typed", ["/decide Use Signal", "!decide Use Signal", "  /decide Use Signal  "])
def test_a_text_with_a_prefix_is_a_command_without_it(typed: str) -> None:
    assert told(Say(**WHO, text=typed)) == CommandTyped("deed-0001", place(), ACTOR, AT, "decide Use Signal")


@pytest.mark.parametrize("typed", ["hello", "/ or not", "!!", "!", "12/7"])
def test_what_only_looks_like_one_is_talk(typed: str) -> None:
    request = Say(**WHO, text=typed)
    posted = told(request, message=inbound.said(request, None, AT))
    assert posted == MessagePosted("deed-0001", place(), ACTOR, AT, "mdeed-0001", typed)


def test_a_reply_names_the_root_and_its_key() -> None:
    request, root = Say(**WHO, text="concern: no phones", thread="7"), shown("7", "window:D-1")
    posted = told(request, root, inbound.said(request, root, AT))
    assert posted == MessagePosted("deed-0001", place("7", "window:D-1"), ACTOR, AT, "mdeed-0001", "concern: no phones")


def test_a_command_in_a_thread_says_what_it_answers() -> None:
    answer = told(Say(**WHO, text="/pass D-1", thread="7"), shown("7", "window:D-1"))
    assert answer == CommandTyped("deed-0001", place("7", "window:D-1"), ACTOR, AT, "pass D-1", replied_to="7")


def test_a_button_is_its_command() -> None:
    pressed = told(Press(**WHO, command="/input D-1 support", message="7"), None, shown("7", "window:D-1"))
    assert pressed == CommandTyped("deed-0001", place(), ACTOR, AT, "input D-1 support", is_button=True)


def test_a_form_brings_its_values() -> None:
    filled = told(Submit(**WHO, command="decide", values={"title": "Use Signal", "affects": "nairobi,bilbao"}))
    values = {"title": "Use Signal", "affects": "nairobi,bilbao"}
    assert filled == FormSubmitted("deed-0001", place(), ACTOR, AT, "decide", values)


def test_edits_deletions_and_reactions_name_their_message() -> None:
    assert told(Edit(**WHO, message="7", text="better"), None, shown("7")) == MessageEdited(
        "deed-0001", place(), ACTOR, AT, "7", "better"
    )
    assert told(Delete(**WHO, message="7"), None, shown("7")) == MessageRedacted("deed-0001", place(), ACTOR, AT, "7")
    reaction = React(**WHO, message="7", emoji="👍", is_on=False)
    assert told(reaction, None, shown("7", "window:D-1")) == Reacted(
        "deed-0001", place(), ACTOR, AT, "7", "👍", False, "window:D-1"
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": "short"},
        {"id": "a" * 37},
        {"id": "deed 0001"},
        {"text": ""},
        {"text": "x" * 10_001},
        {"account": ""},
        {"is_admin": True},
    ],
)
def test_what_the_page_never_sends_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Say.model_validate({**WHO, "text": "hello", **wrong})


def test_an_unknown_kind_is_an_error() -> None:
    with pytest.raises(LookupError, match="dance"):
        inbound.incoming(Happening("deed-0001", "dance", inbound.describe(Delete(**WHO, message="7"), Scene(ANA)), AT))


@pytest.mark.parametrize("typed", ["@Mycel why Signal?", "@mycel: why Signal?", "Mycel, why Signal?"])
def test_a_mention_is_a_question_or_a_command(typed: str) -> None:
    asked = told(Say(**WHO, text=typed))
    assert asked == CommandTyped("deed-0001", place(), ACTOR, AT, "why Signal?", is_mention=True)


@pytest.mark.parametrize("typed", ["why Signal?", "/why Signal?", "@Mycel why Signal?"])
def test_alone_with_mycel_everything_is_said_to_it(typed: str) -> None:
    asked = told(Say(**{**WHO, "channel": "@ana"}, text=typed))
    where = Place("local", "playground", "@ana", is_direct=True)
    assert asked == CommandTyped("deed-0001", where, ACTOR, AT, "why Signal?", is_mention=True)


@pytest.mark.parametrize("typed", ["Mycelium grows", "mycel is nice", "ask @mycel"])
def test_a_name_within_talk_calls_nobody(typed: str) -> None:
    request = Say(**WHO, text=typed)
    assert isinstance(told(request, message=inbound.said(request, None, AT)), MessagePosted)


def test_a_command_under_a_persons_message_brings_what_was_said() -> None:
    ben = Account("ben", "Ben", "oakland", "", "")
    request = Say(**WHO, text="!decide", thread="7")
    data = inbound.describe(request, Scene(ANA, shown("7"), None, ben))
    typed = inbound.incoming(Happening(request.id, inbound.kind(request), data, AT))
    assert isinstance(typed, CommandTyped)
    assert typed.quoted == Quoted("7", Actor("local", "playground", "ben", "Ben"), "x", AT)
    before = {name: value for name, value in data.items() if name not in ("quoted", "is_mention")}
    assert inbound.incoming(Happening(request.id, "command", before, AT)) == replace(typed, quoted=None)
