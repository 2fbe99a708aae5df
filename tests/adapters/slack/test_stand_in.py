"""The stand-in is as strict as Slack: what Slack would refuse, it refuses."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import pytest

from tests.support.slack.faults import How
from tests.support.slack.people import Person, Team
from tests.support.slack.server import Slack
from tests.support.slack.stub_app import StubApp
from tests.support.slack.world import Channel, Json


@pytest.fixture
def team(slack: Slack) -> Team:
    return Team(slack, "coop")


@pytest.fixture
def ana(team: Team) -> Person:
    return team.person("ana", "America/Los_Angeles")


@pytest.fixture
def oakland(team: Team, ana: Person) -> Channel:
    return team.channel("oakland", ana)


def section(text: str = "hello") -> Json:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def button(label: str, **more: Any) -> Json:
    return {"type": "button", "text": {"type": "plain_text", "text": label}, **more}


def modal(*blocks: Json, **more: Any) -> Json:
    title, submit = ({"type": "plain_text", "text": text} for text in ("Decide", "Log"))
    return {"type": "modal", "title": title, "submit": submit, "blocks": list(blocks), **more}


def text_field(label: str, **more: Any) -> Json:
    element = {"type": "plain_text_input", "action_id": "value", **more}
    label_object = {"type": "plain_text", "text": label}
    return {"type": "input", "block_id": label.lower(), "label": label_object, "element": element}


async def test_a_call_needs_a_token_that_works_and_its_scope(
    stub: StubApp, team: Team, oakland: Channel, slack: Slack
) -> None:
    post = {"channel": oakland.id, "text": "hi"}
    assert (await stub.call("chat.postMessage", **post))["error"] == "not_authed"
    assert (await stub.call("chat.postMessage", "xoxb-wrong", **post))["error"] == "token_revoked"
    assert (await stub.call("chat.postMessage", slack.app.app_token, **post))["error"] == "not_allowed_token_type"
    assert (await stub.call("chat.rename", team.token))["error"] == "unknown_method"
    team.workspace.installed.scopes = ("channels:read",)
    refused = await stub.call("chat.postMessage", team.token, **post)
    assert (refused["error"], refused["needed"]) == ("missing_scope", "chat:write")


async def test_arguments_are_checked(stub: StubApp, team: Team, oakland: Channel) -> None:
    refused = await stub.call("chat.update", team.token, channel=oakland.id, text="hi", colour="red")
    assert refused["error"] == "invalid_arguments"
    assert refused["response_metadata"]["messages"] == [
        "[ERROR] missing required field: ts",
        "[ERROR] no such argument: colour",
    ]


@pytest.mark.parametrize(
    ("blocks", "why"),
    [
        ([section("x" * 3001)], "must be less than 3001 characters"),
        ([section()] * 51, "no more than 50 items"),
        ([{"type": "actions", "elements": [button(f"{n}") for n in range(26)]}], "no more than 25 items"),
        ([{"type": "actions", "elements": [button("x" * 76)]}], "must be less than 76"),
        ([{"type": "actions", "elements": [button("x", value="y" * 2001)]}], "must be less than 2001"),
        ([{"type": "actions", "elements": [button("x", action_id="y" * 256)]}], "must be less than 256"),
        ([{"type": "actions", "elements": [button("x", action_id="a")] * 2}], "action_id a already exists"),
        ([{**section(), "block_id": "b"}] * 2, "block_id b already exists"),
        ([{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}], "plain_text"),
        ([{"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}], "must be less than 151"),
        ([{"type": "context", "elements": [{"type": "mrkdwn", "text": "x"}] * 11}], "no more than 10 items"),
        ([{"type": "section", "fields": [{"type": "mrkdwn", "text": "x" * 2001}]}], "must be less than 2001"),
        ([{"type": "section"}], "must have text or fields"),
        ([section(""), section()], "at least 1 character"),
        ([{"type": "carousel"}], "carousel"),
        ([{**section(), "colour": "red"}], "Extra inputs"),
    ],
)
async def test_blocks_are_refused(stub: StubApp, team: Team, oakland: Channel, blocks: list[Json], why: str) -> None:
    refused = await stub.call("chat.postMessage", team.token, channel=oakland.id, text="hi", blocks=blocks)
    assert refused["error"] == "invalid_blocks"
    assert why in refused["response_metadata"]["messages"][0]
    assert team.shown(oakland) == []


@pytest.mark.parametrize(
    ("view", "why"),
    [
        (modal(*[section()] * 101), "no more than 100 items"),
        (modal(section(), title={"type": "plain_text", "text": "x" * 25}), "must be less than 25"),
        (modal(section(), private_metadata="x" * 3001), "must be less than 3001"),
        (modal(section(), callback_id="x" * 256), "must be less than 256"),
        (modal(text_field("Why", initial_value="x" * 3001)), "must be less than 3001"),
        ({name: value for name, value in modal(text_field("Why")).items() if name != "submit"}, "submit button"),
    ],
)
async def test_views_are_refused(stub: StubApp, team: Team, ana: Person, slack: Slack, view: Json, why: str) -> None:
    trigger = slack.world.trigger(ana.id, team.id)
    refused = await stub.call("views.open", team.token, trigger_id=trigger, view=view)
    assert refused["error"] == "invalid_arguments"
    assert why in refused["response_metadata"]["messages"][0]
    assert ana.modal is None


async def test_a_trigger_lives_three_seconds_and_once(stub: StubApp, team: Team, ana: Person, slack: Slack) -> None:
    async def opened(trigger: str) -> str:
        return str((await stub.call("views.open", team.token, trigger_id=trigger, view=modal(section()))).get("error"))

    trigger = slack.world.trigger(ana.id, team.id)
    assert [await opened(trigger), await opened(trigger)] == ["None", "exchanged_trigger_id"]
    late = slack.world.trigger(ana.id, team.id)
    slack.world.triggers[late].ends_at -= 4
    assert await opened(late) == "expired_trigger_id"
    assert await opened("1.2.3") == "invalid_trigger_id"


async def test_a_message_is_posted_changed_and_found_with_its_metadata(
    stub: StubApp, team: Team, oakland: Channel
) -> None:
    metadata = {"event_type": "mycel", "event_payload": {"key": "k1"}}
    posted = await stub.call(
        "chat.postMessage", team.token, channel=oakland.id, text="hi", blocks=[section()], metadata=metadata
    )
    await stub.call("chat.update", team.token, channel=oakland.id, ts=posted["ts"], text="new")
    [message] = (await stub.call("conversations.history", team.token, channel=oakland.id))["messages"]
    assert "metadata" not in message
    assert "blocks" not in message, "text without blocks takes the blocks away"
    wanted = {"channel": oakland.id, "include_all_metadata": True}
    [message] = (await stub.call("conversations.history", team.token, **wanted))["messages"]
    assert message["metadata"] == metadata


async def test_history_lags_behind(stub: StubApp, team: Team, oakland: Channel, slack: Slack) -> None:
    slack.world.history_lag_s = 60
    await stub.call("chat.postMessage", team.token, channel=oakland.id, text="hi")
    assert (await stub.call("conversations.history", team.token, channel=oakland.id))["messages"] == []
    assert [m.text for m in team.shown(oakland)] == ["hi"]


async def test_the_app_has_to_be_in_a_channel(stub: StubApp, team: Team, ana: Person) -> None:
    public, secret = team.channel("open", ana, is_in=False), team.channel("closed", ana, kind="group", is_in=False)
    post = {"text": "hi"}
    assert (await stub.call("chat.postMessage", team.token, channel=public.id, **post))["error"] == "not_in_channel"
    assert (await stub.call("chat.postMessage", team.token, channel=secret.id, **post))["error"] == "channel_not_found"
    await stub.call("conversations.join", team.token, channel=public.id)
    assert (await stub.call("chat.postMessage", team.token, channel=public.id, **post))["ok"]


async def test_a_command_comes_signed_and_its_answer_is_seen_by_its_sender_alone(
    stub: StubApp, team: Team, ana: Person, oakland: Channel
) -> None:
    ben = team.person("ben")
    stub.answer = lambda _: {"text": "Logged &amp; done", "blocks": [section("*D-1* is logged")]}
    ack = await ana.types(oakland, "/decide Ask @ben about <b> in #oakland")
    assert ack.is_ok
    assert stub.got[0]["text"] == f"Ask <@{ben.id}|ben> about &lt;b&gt; in <#{oakland.id}|oakland>"
    assert stub.got[0]["team_id"] == team.id
    assert [m.text for m in ana.sees(oakland)] == ["*D-1* is logged"]
    assert ben.sees(oakland) == []
    with pytest.raises(AssertionError, match="not a valid command"):
        await ana.types(oakland, "/unknown")


async def test_a_late_or_failing_command_is_seen_as_slack_tells_it(
    stub: StubApp, ana: Person, oakland: Channel, slack: Slack
) -> None:
    stub.answer = lambda _: 500
    assert (await ana.types(oakland, "/decide x")).error == "http_error"
    slack.outgoing.ack_within_s, stub.pause_s = 0.05, 0.2
    assert (await ana.types(oakland, "/decide x")).error == "http_timeout"
    assert [m.text for m in ana.sees(oakland)] == [
        '/decide failed with the error "dispatch_failed"',
        '/decide failed with the error "operation_timeout"',
    ]


async def test_an_event_comes_again_until_it_is_acknowledged(stub: StubApp, ana: Person, oakland: Channel) -> None:
    answers = iter([500, 500, None])
    stub.answer = lambda _: next(answers)
    await ana.says(oakland, "a & b")
    assert [p["event"]["text"] for p in stub.got] == ["a &amp; b"] * 3
    assert len({p["event_id"] for p in stub.got}) == 1
    retries = [{k.lower(): v for k, v in h.items()} for h in stub.headers]
    assert [h.get("x-slack-retry-num") for h in retries] == [None, "1", "2"]
    assert retries[1]["x-slack-retry-reason"] == "http_error"


async def test_a_mention_is_two_events(stub: StubApp, ana: Person, oakland: Channel) -> None:
    message = await ana.mentions(oakland, "decide Use Signal")
    kinds = {(p["event"]["type"], p["event"]["ts"]) for p in stub.got}
    assert kinds == {("message", message.ts), ("app_mention", message.ts)}
    assert len({p["event_id"] for p in stub.got}) == 2


async def test_edits_deletions_and_reactions_are_told(stub: StubApp, team: Team, ana: Person, oakland: Channel) -> None:
    root, lone = await ana.says(oakland, "one"), await ana.says(oakland, "two")
    await ana.says(oakland, "reply", thread=root.ts)
    await ana.edits(oakland, root, "one and a half")
    await ana.reacts(oakland, root.ts, "👍")
    await ana.unreacts(oakland, root.ts, "👍")
    await ana.deletes(oakland, root)
    await ana.deletes(oakland, lone)
    events = [p["event"] for p in stub.got[3:]]
    assert [e.get("subtype", e["type"]) for e in events] == [
        "message_changed",
        "reaction_added",
        "reaction_removed",
        "message_changed",
        "message_deleted",
    ]
    assert events[0]["message"]["text"] == "one and a half"
    assert events[1]["reaction"] == "+1"
    assert events[3]["message"]["subtype"] == "tombstone"
    assert events[4]["deleted_ts"] == lone.ts
    assert [m.text for m in team.shown(oakland)] == []


async def test_a_button_leads_to_a_modal_and_its_errors_keep_what_was_typed(
    stub: StubApp, team: Team, ana: Person, oakland: Channel
) -> None:
    actions = {"type": "actions", "elements": [button("Add a concern", action_id="add", value="input D-1")]}
    await stub.call("chat.postMessage", team.token, channel=oakland.id, text="hi", blocks=[section(), actions])
    [shown] = team.shown(oakland)
    assert shown.text == "hello\n[Add a concern]"
    await ana.presses(oakland, shown, "Add a concern")
    click = stub.got[-1]
    assert click["actions"][0]["value"] == "input D-1"
    assert click["message"]["ts"] == shown.ts
    await stub.call("views.open", team.token, trigger_id=click["trigger_id"], view=modal(text_field("Concern")))
    with pytest.raises(AssertionError, match="Slack asks to fill in Concern"):
        await ana.submits()
    stub.answer = lambda _: {"response_action": "errors", "errors": {"concern": "Say more."}}
    await ana.submits(concern="no")
    assert ana.modal is not None
    assert ana.modal.errors == {"concern": "Say more."}
    assert stub.got[-1]["view"]["state"]["values"]["concern"]["value"]["value"] == "no"
    stub.answer = lambda _: None
    await ana.submits()
    assert stub.got[-1]["view"]["state"]["values"]["concern"]["value"]["value"] == "no"
    assert ana.modal is None


async def test_a_response_url_works_five_times(stub: StubApp, ana: Person, oakland: Channel) -> None:
    await ana.types(oakland, "/decide")
    url = stub.got[0]["response_url"]
    async with aiohttp.ClientSession() as session:
        found = [(await session.post(url, json={"text": f"{n}"})).status for n in range(6)]
    assert found == [200] * 5 + [404]
    assert [m.text for m in ana.sees(oakland)] == ["0", "1", "2", "3", "4"]


async def test_an_answer_that_slack_would_not_show_is_noticed(
    stub: StubApp, ana: Person, oakland: Channel, slack: Slack
) -> None:
    stub.answer = lambda _: {"text": "<!channel> a < b & c", "blocks": [section("> quoted\n<https://x.org|link>")]}
    await ana.types(oakland, "/decide")
    assert [c.partition(" in ")[0] for c in slack.world.complaints] == ["a mass mention", "not escaped"]
    slack.world.complaints.clear()


async def test_the_home_tab_is_published(stub: StubApp, team: Team, ana: Person) -> None:
    await ana.opens_home()
    assert stub.got[-1]["event"]["type"] == "app_home_opened"
    await stub.call("views.publish", team.token, user_id=ana.id, view={"type": "home", "blocks": [section("Owed")]})
    assert ana.home.text == "Owed"


async def test_faults_come_before_or_after_slack_took_a_call(
    stub: StubApp, team: Team, oakland: Channel, slack: Slack
) -> None:
    async def post(text: str) -> Json | type[Exception]:
        try:
            return await asyncio.wait_for(stub.call("chat.postMessage", team.token, channel=oakland.id, text=text), 0.2)
        except (aiohttp.ClientError, TimeoutError) as error:
            return type(error)

    for how in How:
        slack.faults.add("chat.postMessage", how, error="token_revoked")
    found = [await post(how.name) for how in How]
    assert [m.text for m in team.shown(oakland)] == ["RESET_AFTER", "BROKEN_AFTER", "HANG_AFTER"]
    assert [f for f in found if isinstance(f, dict)] == [
        {"status": 500},
        {"status": 500},
        {"ok": False, "error": "ratelimited", "status": 429, "retry_after": "1"},
        {"ok": False, "error": "token_revoked"},
    ]
    assert slack.faults.all_used


async def test_limits_are_by_channel_for_posting_and_by_method_otherwise(
    stub: StubApp, team: Team, ana: Person, slack: Slack
) -> None:
    one, other = team.channel("one", ana), team.channel("other", ana)
    slack.limits.is_on = True
    found = [
        (await stub.call("chat.postMessage", team.token, channel=one.id, text="hi")).get("error") for _ in range(6)
    ]
    assert found == [None] * 5 + ["ratelimited"]
    assert (await stub.call("chat.postMessage", team.token, channel=other.id, text="hi"))["ok"]
    listed = [(await stub.call("users.list", team.token)).get("retry_after") for _ in range(3)]
    assert listed[:2] == [None, None]
    assert listed[2] in ("3", "4")


async def test_slack_connect_is_one_channel_with_two_names_and_one_event(
    stub: StubApp, team: Team, ana: Person, oakland: Channel, slack: Slack
) -> None:
    other = Team(slack, "sister")
    iker = other.person("iker", None)
    other.share(oakland, "with-oakland", iker)
    await slack.outgoing.settled()
    stub.got.clear()
    await iker.says(oakland, "kaixo")
    await slack.outgoing.settled()
    [payload] = stub.got
    assert payload["is_ext_shared_channel"]
    assert payload["event"]["team"] == other.id
    assert [a["team_id"] for a in payload["authorizations"]] == [team.id]
    listed = await stub.call("users.list", team.token)
    assert iker.id not in [user["id"] for user in listed["members"]]
    seen = (await stub.call("users.info", team.token, user=iker.id))["user"]
    assert (seen["team_id"], "tz" in seen) == (other.id, False)
    for token, name in ((team.token, "oakland"), (other.token, "with-oakland")):
        assert (await stub.call("conversations.info", token, channel=oakland.id))["channel"]["name"] == name


async def test_installing_gives_tokens_that_rotate_and_end(stub: StubApp, slack: Slack) -> None:
    slack.app.is_rotating = True
    new = Team(slack, "new", enterprise_id="E0GRID", is_installed=False)
    client = {"client_id": slack.app.client_id, "client_secret": slack.app.client_secret}
    code = new.authorize("https://slack.com/oauth/v2/authorize?client_id=1&state=2")
    given = await stub.call("oauth.v2.access", code=code, **client)
    assert given["enterprise"]["id"] == "E0GRID"
    assert (await stub.call("oauth.v2.access", code=code, **client))["error"] == "invalid_code"
    assert (await stub.call("auth.test", given["access_token"]))["team_id"] == new.id
    refreshing = {"grant_type": "refresh_token", "refresh_token": given["refresh_token"]}
    again = await stub.call("oauth.v2.access", **refreshing, **client)
    assert (await stub.call("oauth.v2.access", **refreshing, **client))["error"] == "invalid_refresh_token"
    new.workspace.installed.tokens[given["access_token"]] = 0
    assert (await stub.call("auth.test", given["access_token"]))["error"] == "token_expired"
    new.uninstall()
    await slack.outgoing.settled()
    assert {p["event"]["type"] for p in stub.got} == {"app_uninstalled", "tokens_revoked"}
    assert (await stub.call("auth.test", again["access_token"]))["error"] == "token_revoked"


async def test_socket_mode_brings_envelopes_and_takes_acknowledgements(
    stub: StubApp, ana: Person, oakland: Channel, slack: Slack
) -> None:
    slack.app.request_url = ""
    assert (await ana.types(oakland, "/decide")).error == "connection_failed"
    await stub.connect()
    assert stub.got[0]["type"] == "hello"
    stub.answer = lambda p: {"text": "answer"} if "command" in p else None
    await ana.types(oakland, "/decide")
    await ana.says(oakland, "hi")
    assert [m.text for m in ana.sees(oakland)][-1] == "answer"
    assert (stub.got[-1]["retry_attempt"], stub.got[-1]["accepts_response_payload"]) == (0, False)
    await slack.sockets.disconnect("refresh_requested")
    assert stub.got[-1]["reason"] == "refresh_requested"
    assert slack.sockets.open == []


async def test_an_unacknowledged_envelope_goes_to_another_connection(
    stub: StubApp, ana: Person, oakland: Channel, slack: Slack
) -> None:
    slack.app.request_url, slack.outgoing.ack_within_s = "", 0.1
    await stub.connect(acks=False)
    await stub.connect()
    await ana.says(oakland, "hi")
    assert slack.outgoing.given_up == []
    assert [(s.attempt, s.ack.error) for s in slack.outgoing.sent] == [(0, "http_timeout"), (1, "")]
    slack.sockets.drop()
