"""How Mycel says things in Slack, and reads what Slack makes of people's words."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from adapters.slack import reading
from adapters.slack.port import Known, Profile, Team
from adapters.slack.wording import typed, worded
from bot.core.language import Words
from bot.core.message import Code, Message, Paragraph, Quote, to_plain

KNOWN = Known(
    Team("T1", "UBOT"),
    "T1",
    {"U1": Profile("U1", "Ana Lee", home="T1"), "U9": Profile("U9", "Guest", home="T9")},
)


@pytest.mark.parametrize(
    ("command", "shown"),
    [
        ("/decide Use Signal", "/decide Use Signal"),
        ("/show D-1", "/mycel show D-1"),
        ("/group NAME --tz Area/City", "/mycel group NAME --tz Area/City"),
        ("/mycel help", "/mycel help"),
        ("D-1", "D-1"),
        ("Area/City", "Area/City"),
    ],
)
def test_commands_stand_as_they_are_typed(command: str, shown: str) -> None:
    assert typed(command) == shown


def test_only_our_own_code_is_reworded_and_reactions_are_offered_once() -> None:
    message = Message((Paragraph((Code("/show D-1"),)), Quote("/show D-1")), ("👍", "✋"))
    assert to_plain(worded(message, Words())) == "`/mycel show D-1`\n> /show D-1\nReact with: 👍 ✋"


@pytest.mark.parametrize(
    ("raw", "read"),
    [
        ("a &lt; b &amp;&amp; c &gt; d", "a < b && c > d"),
        ("ask <@U1> or <@U2|ben> or <@U3>", "ask @Ana Lee or @ben or @U3"),
        ("in <#C1|garden> and <#C2>", "in #garden and #C2"),
        ("<!here> <!channel> <!everyone|everyone>", "@here @channel everyone"),
        ("<!subteam^S1|@cooks> <!subteam^S2>", "@cooks @S2"),
        ("<!date^1392734382^{date}|Feb 18, 2014>", "Feb 18, 2014"),
        ("<https://a.example/x?y=1&amp;z=2>", "https://a.example/x?y=1&z=2"),
        ("<https://a.example|a.example> <https://a.example|here>", "https://a.example here (https://a.example)"),
        ("<mailto:a@b.example|a@b.example>", "a@b.example"),
        ("&lt;!channel&gt; &amp;lt;", "<!channel> &lt;"),
    ],
)
def test_slack_s_markup_is_read_as_people_see_it(raw: str, read: str) -> None:
    assert reading.read(raw, KNOWN) == read


@pytest.mark.parametrize(
    ("raw", "read"),
    [
        ("roles <@U1|ana> facilitator", "roles @U1 facilitator"),
        ("mycel roles <@U1|ana> facilitator", "mycel roles @U1 facilitator"),
        ("roles <@U9|guest> facilitator", "roles @Guest facilitator"),
        ("roles because of <@U1>", "roles because of @Ana Lee"),
        ("roles --to <@U1> as <@U1> said", "roles --to @U1 as @Ana Lee said"),
        ("roles \u2014to=<@U1>", "roles \u2014to=@U1"),
        ("roles --why <@U1>", "roles --why @Ana Lee"),
    ],
)
def test_where_a_command_names_a_person_it_is_by_account(raw: str, read: str) -> None:
    assert reading.read(raw, KNOWN, options=("", "to")) == read


@pytest.mark.parametrize(
    ("raw", "rest"),
    [
        ("<@UBOT> decide it", "decide it"),
        (" <@UBOT|mycel>: why Signal?", "why Signal?"),
        ("<@UBOT>", ""),
        ("hello <@UBOT>", None),
        ("<@U1> decide", None),
    ],
)
def test_mycel_is_called_at_the_beginning(raw: str, rest: str | None) -> None:
    assert reading.mention_of("UBOT", raw) == rest


def test_files_are_named() -> None:
    files = [{"name": "plan.pdf", "title": "The plan"}, {"name": "map.png"}, {}]
    assert reading.with_files("see:", files) == "see:\n📎 The plan\n📎 map.png"
    assert reading.with_files(" ", files[1:]) == "📎 map.png"
    assert reading.with_files("see", None) == "see"


def test_signs_and_times() -> None:
    signs = ("+1", "thumbsup::skin-tone-5", "question", "raised_hand", "tada")
    assert [reading.sign_of(name) for name in signs] == ["👍", "👍", "❓", "✋", ":tada:"]
    assert reading.moment("1596183880.004200") == datetime(2020, 7, 31, 8, 24, 40, 4200, tzinfo=UTC)
    assert reading.moment("1596183880") == datetime(2020, 7, 31, 8, 24, 40, tzinfo=UTC)
