"""The manifest that `mycel manifest` prints: as Slack takes it, and made from what is declared."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner

from adapters.slack.manifest import BOT_SCOPES, EVENTS
from bot.__main__ import main
from bot.app import FEATURES
from bot.core.registry import Registry
from bot.slack import SHORTCUTS, manifest_of
from tests.support.slack.reference import METHODS

SCHEMA = json.loads((Path(__file__).parent / "manifest.schema.json").read_text())
COMMANDS = dict(Registry(FEATURES).commands)
WAYS = {
    "Socket Mode": manifest_of(COMMANDS),
    "HTTP": manifest_of(COMMANDS, base_url="https://mycel.example.org"),
    "OAuth": manifest_of(COMMANDS, base_url="https://mycel.example.org", is_oauth=True),
}


@pytest.mark.parametrize("way", WAYS)
def test_slack_takes_it(way: str) -> None:
    jsonschema.Draft202012Validator(SCHEMA, format_checker=jsonschema.FormatChecker()).validate(WAYS[way])


def test_the_schema_refuses_what_slack_refuses() -> None:
    wrong: list[dict[str, Any]] = [
        {**WAYS["HTTP"], "more": 1},
        {**WAYS["HTTP"], "display_information": {"name": "m" * 36}},
        {**WAYS["HTTP"], "settings": {"event_subscriptions": {"bot_events": ["message"]}}},
        {**WAYS["HTTP"], "oauth_config": {"scopes": {"bot": ["chat:read"]}}},
        {**WAYS["HTTP"], "oauth_config": {"redirect_urls": ["http://mycel.example.org/"]}},
    ]
    assert all(list(jsonschema.Draft202012Validator(SCHEMA).iter_errors(each)) for each in wrong)


def test_commands_and_shortcuts_are_those_that_are_declared() -> None:
    features = WAYS["Socket Mode"]["features"]
    wanted = [f"/{name}" for name in ("decide", "propose", "conflicts") if name in COMMANDS]
    assert [each["command"] for each in features["slash_commands"]] == [*wanted, "/mycel"]
    assert features["slash_commands"][0]["description"] == COMMANDS["decide"].summary
    assert [each["callback_id"] for each in features["shortcuts"]] == [each.callback_id for each in SHORTCUTS]
    for shortcut in SHORTCUTS:
        fields = {field.name for field in COMMANDS[shortcut.command].fields}
        assert {name for name in (shortcut.title, shortcut.text, shortcut.about, *shortcut.given) if name} <= fields


def test_the_ways_differ_in_where_slack_sends() -> None:
    socket, http, oauth = (WAYS[way]["settings"] for way in WAYS)
    assert (socket["socket_mode_enabled"], http["socket_mode_enabled"]) == (True, False)
    assert "request_url" not in socket["event_subscriptions"]
    assert http["event_subscriptions"]["request_url"] == "https://mycel.example.org/slack/events"
    assert (http["token_rotation_enabled"], oauth["token_rotation_enabled"]) == (False, True)
    assert WAYS["OAuth"]["oauth_config"]["redirect_urls"] == ["https://mycel.example.org/slack/oauth_redirect"]


def test_scopes_are_those_of_the_methods_that_are_called() -> None:
    called = (
        *("chat.postMessage", "chat.postEphemeral", "chat.update", "chat.delete", "users.info"),
        *("conversations.history", "conversations.replies", "conversations.join", "conversations.open"),
        *("files.getUploadURLExternal", "files.completeUploadExternal"),
    )
    for name in called:
        assert set(METHODS[name].scopes) & set(BOT_SCOPES), name
    assert len(set(EVENTS)) == len(EVENTS)


def test_the_command_line_prints_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(main, ["manifest"])
    assert json.loads(done.stdout) == WAYS["Socket Mode"]
    refused = CliRunner().invoke(main, ["manifest", "--http"])
    assert refused.exit_code == 1
    assert "MYCEL_BASE_URL" in refused.stderr
    monkeypatch.setenv("MYCEL_BASE_URL", "https://mycel.example.org/")
    assert json.loads(CliRunner().invoke(main, ["manifest", "--http"]).stdout) == WAYS["OAuth"]
