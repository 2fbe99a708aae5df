"""Recorded payloads through the inbound translation; and the stand-in's payloads beside the recorded ones."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from adapters.slack import forms, inbound, reading
from adapters.slack.port import PLATFORM, Known, Profile, Team
from bot.core.conversation import (
    Actor,
    CommandTyped,
    MessageEdited,
    MessagePosted,
    Place,
    Reacted,
)
from tests.adapters.slack.recorded import recorded
from tests.support.slack import payloads
from tests.support.slack.people import Person
from tests.support.slack.people import Team as Workspace
from tests.support.slack.server import Slack
from tests.support.slack.stub_app import StubApp
from tests.support.slack.views import made

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
TEAM = Team("T111", bot_user="W111")
KNOWN = Known(TEAM, "T111", {"U222": Profile("U222", "Ben", "Africa/Nairobi")})
OTHER_BOT = Known(Team("T111", bot_user="U999"), "T111")
PLACE = Place(PLATFORM, "T111", "C111")


def at(seconds: int, micro: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC) + timedelta(microseconds=micro)


def test_a_slash_command() -> None:
    payload = recorded("slash_command")
    assert reading.interacting_team(payload) == ("T111", "E111")
    assert inbound.command(payload, KNOWN, NOW) == CommandTyped(
        "trigger:111.111.xxx", PLACE, Actor(PLATFORM, "T111", "W111", "primary-owner"), NOW, "hello-world Hi"
    )


def test_a_slash_command_through_socket_mode_that_was_given_nothing() -> None:
    payload = recorded("socket_0_slash_commands")
    assert inbound.command(payload, OTHER_BOT, NOW) == CommandTyped(
        "trigger:111.222.xxx", PLACE, Actor(PLATFORM, "T111", "U111", "testxyz"), NOW, "hello-socket-mode"
    )


def test_a_message() -> None:
    payload = recorded("event_message")
    actor = Actor(PLATFORM, "T111", "W111", "W111")
    assert inbound.event(payload, OTHER_BOT) == MessagePosted(
        "Ev111", PLACE, actor, at(1596183880, 4200), "1596183880.004200", "Hello World!"
    )


def test_ones_own_message_is_not_taken_up() -> None:
    assert inbound.event(recorded("event_message"), KNOWN) is None


def test_a_mention_is_a_command_and_its_twin_is_not_taken_up() -> None:
    payload = recorded("event_app_mention")
    actor = Actor(PLATFORM, "T111", "W222", "W222")
    assert inbound.event(payload, KNOWN) == CommandTyped(
        "Ev111", PLACE, actor, at(1595926230, 9600), "Hi there!", is_mention=True
    )
    twin = recorded("socket_3_events_api")
    assert twin["event"]["text"] == "<@U111> Hi here!"
    called = Known(Team("T111", bot_user="U111"), "T111", KNOWN.people)
    assert inbound.event(twin, called) is None
    mention = inbound.event(recorded("socket_1_events_api"), called)
    assert isinstance(mention, CommandTyped)
    assert (mention.text, mention.actor.name, mention.actor.zone) == ("help", "Ben", "Africa/Nairobi")


def test_an_edit() -> None:
    payload = recorded("event_message_changed")
    assert reading.authorized_team(payload) == ("T-auth", "E-auth")
    actor = Actor(PLATFORM, "T111", "U111", "U111")
    assert inbound.event(payload, OTHER_BOT) == MessageEdited(
        "Ev111", PLACE, actor, at(1665102362, 0), "1665102338.901939", "updated message"
    )


def test_a_reaction() -> None:
    payload = recorded("event_reaction_added")
    actor = Actor(PLATFORM, "T111", "W111", "W111")
    moment = at(1599616881, 800)
    ts = "1599529504.000400"
    assert inbound.event(payload, OTHER_BOT) == Reacted("Ev111", PLACE, actor, moment, ts, ":heart_eyes:")
    payload["event"] |= {"type": "reaction_removed", "reaction": "+1::skin-tone-3"}
    assert inbound.event(payload, OTHER_BOT) == Reacted("Ev111", PLACE, actor, moment, ts, "👍", is_added=False)


def test_a_button() -> None:
    payload = recorded("block_actions_message_button")
    actor = Actor(PLATFORM, "T111", "W111", "primary-owner")
    assert inbound.press(payload, OTHER_BOT, NOW, "input D-1 support") == CommandTyped(
        "trigger:111.222.valid", PLACE, actor, NOW, "input D-1 support", is_button=True
    )


def test_a_shortcut_on_a_message() -> None:
    payload = recorded("message_shortcut")
    assert inbound.people_in(payload) == {"W111", "W222"}
    actor = Actor(PLATFORM, "T111", "W111", "test-test")
    assert inbound.asked(payload, OTHER_BOT, NOW, "decide") == CommandTyped(
        "trigger:111.222.xxx", PLACE, actor, NOW, "decide", replied_to="1583636382.000300", is_button=True
    )


def test_what_stands_in_a_submitted_view() -> None:
    view = recorded("view_submission")["view"]
    assert forms.values(view) == {}
    view["state"]["values"] = {"f:title": view["state"]["values"]["hspI"]}
    assert forms.values(view) == {"title": "test"}


def same_keys(ours: Any, theirs: Any, *but: str) -> set[str]:
    """Keys that Slack's payload has and the stand-in's lacks."""
    return set(theirs) - set(ours) - set(but)


async def test_the_stand_in_speaks_as_slack_was_recorded(slack: Slack) -> None:
    team = Workspace(slack, "coop", enterprise_id="E111")
    ana = team.person("ana")
    oakland = team.channel("oakland", ana)
    message = await said(slack, ana)
    url, world = slack.url, slack.world
    typed = payloads.command(world, url, ana.account, oakland, "/decide", "x")
    assert same_keys(typed, recorded("slash_command")) == set()
    event = payloads.events(world, oakland, message.raw)[0]
    for name in ("event_message", "socket_3_events_api"):
        assert same_keys(event, recorded(name), "authed_users") == set()
        assert same_keys(event["event"], recorded(name)["event"], "event_ts") == set()
    click = payloads.click(world, url, ana.account, oakland, message.raw, {"type": "button"}, "ephemeral")
    assert same_keys(click, recorded("block_actions_message_button")) == set()
    assert same_keys(click["container"], recorded("block_actions_message_button")["container"]) == set()
    shortcut = payloads.shortcut(world, url, ana.account, "log", oakland, message)
    assert same_keys(shortcut, recorded("message_shortcut")) == set()
    field = {"type": "input", "label": {"type": "plain_text", "text": "x"}, "element": {"type": "plain_text_input"}}
    view = made(
        world, {"type": "modal", "title": {"type": "plain_text", "text": "x"}, "blocks": [field]}, ana.id, team.id
    )
    submitted = payloads.submission(world, ana.account, view)
    assert same_keys(submitted, recorded("view_submission")) == set()
    assert same_keys(submitted["view"], recorded("view_submission")["view"]) == set()


async def test_the_stand_in_answers_nothing_that_slack_was_not_recorded_to_answer(slack: Slack, stub: StubApp) -> None:
    team = Workspace(slack, "coop")
    ana = team.person("ana")
    oakland = team.channel("oakland", ana)
    seen = await stub.call("users.info", team.token, user=ana.id)
    assert same_keys(recorded("web_users.info_ok")["user"], seen["user"]) == set()
    assert same_keys(recorded("web_users.info_ok")["user"]["profile"], seen["user"]["profile"]) == set()
    seen = await stub.call("conversations.info", team.token, channel=oakland.id)
    # Newer than the recording, and in Slack's reference of the object.
    newer = ("is_org_shared", "context_team_id", "shared_team_ids")
    assert same_keys(recorded("web_conversations.info_ok")["channel"], seen["channel"], *newer) == set()
    posted = await stub.call("chat.postMessage", team.token, channel=oakland.id, text="hi")
    assert same_keys(posted, recorded("web_chat.postMessage_ok")) == set()
    await stub.call("chat.postMessage", team.token, channel=oakland.id, text="hi", thread_ts=posted["ts"])
    replies = await stub.call("conversations.replies", team.token, channel=oakland.id, ts=posted["ts"])
    assert same_keys(replies, recorded("web_conversations.replies_ok")) == set()
    assert [m["thread_ts"] for m in replies["messages"]] == [posted["ts"]] * 2
    tested = await stub.call("auth.test", team.token)
    assert same_keys(tested, recorded("web_auth.test_ok")) == set()


async def said(slack: Slack, ana: Person) -> Any:
    """A message of hers in a channel that the app is not told of."""
    return await ana.says(Workspace(slack, "elsewhere").channel("x", ana, is_in=False), "hello")
