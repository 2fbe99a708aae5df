"""Neutral messages as Matrix events: few tags, nobody mentioned by accident, no event too large, no word lost."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.matrix import render
from adapters.matrix.markup import ALLOWED, SCHEMES, Names, block_plain, permalink
from adapters.matrix.port import Content
from adapters.matrix.reading import words_of
from adapters.matrix.wording import worded
from bot.core import mentions
from bot.core import message as m

ANA = m.PersonMention(1, "Ana", is_addressed=True)
NAMES = Names({1: "@ana:example.org"}, {"D-1": permalink("!r", "$1", ("example.org",))})
AT = datetime(2026, 12, 4, 14, tzinfo=UTC)

WORDS = st.text(max_size=60) | st.sampled_from(
    [
        "@room",
        "<b>@room</b>",
        "<script>alert(1)</script>",
        '"><img src=x onerror=y>',
        "&lt;p&gt;",
        "</li></ul>",
        "]]>",
        "\n",
    ]
)
SPAN = st.one_of(
    st.builds(m.Text, WORDS),
    st.builds(m.Bold, WORDS),
    st.builds(m.Code, WORDS),
    st.builds(
        m.Link, WORDS, WORDS | st.sampled_from(["javascript:alert(1)", 'https://a.b/"onclick="x', "http://[", "data:x"])
    ),
    st.builds(m.PersonMention, st.integers(1, 3), WORDS, st.booleans()),
    st.builds(m.GroupMention, WORDS, WORDS),
    st.builds(m.RecordMention, WORDS | st.just("D-1")),
    st.builds(m.Moment, st.just(AT), st.just("Africa/Nairobi"), WORDS),
)
SPANS = st.lists(SPAN, max_size=4).map(tuple)
BLOCK: st.SearchStrategy[m.Block] = st.one_of(
    st.builds(m.Heading, SPANS),
    st.builds(m.Paragraph, SPANS),
    st.builds(m.Note, SPANS),
    st.builds(m.Bullets, st.lists(SPANS, max_size=3).map(tuple)),
    st.builds(m.Fields, st.lists(st.tuples(WORDS, SPANS), max_size=3).map(tuple)),
    st.builds(m.Quote, WORDS, SPANS),
    st.builds(
        m.Table,
        st.lists(WORDS, max_size=3).map(tuple),
        st.lists(st.lists(SPANS, max_size=3).map(tuple), max_size=3).map(tuple),
    ),
    st.builds(m.Picture, WORDS, WORDS),
    st.builds(m.Actions, st.lists(st.builds(m.Action, WORDS, WORDS), max_size=3).map(tuple)),
)
MESSAGE = st.builds(
    m.Message, st.lists(BLOCK, max_size=5).map(tuple), st.lists(st.sampled_from("👍❓✋"), max_size=2).map(tuple)
)


class Tags(HTMLParser):
    """What a client's parser finds; every opened tag has to be closed in its order."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(f"a declaration: {decl}")

    def handle_pi(self, data: str) -> None:
        raise AssertionError(f"an instruction: {data}")


def parsed(content: Content) -> Tags:
    tags = Tags()
    tags.feed(content["formatted_body"])
    tags.close()
    return tags


def one(*blocks: m.Block) -> Content:
    [content] = render.contents(m.Message(blocks), NAMES)
    return content


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(MESSAGE)
def test_no_text_becomes_markup_or_a_mass_mention(message: m.Message) -> None:
    shown = worded(message)
    for content in render.contents(shown, NAMES):
        tags = parsed(content)
        assert tags.open == []
        for tag, attributes in tags.found:
            assert tag in ALLOWED
            assert set(attributes) <= ({"href"} if tag == "a" else set())
            if tag == "a":
                assert str(attributes["href"]).split(":")[0].lower() in SCHEMES
        assert content["msgtype"] == "m.notice"
        assert set(content["m.mentions"]) <= {"user_ids"}
        assert set(content["m.mentions"].get("user_ids", [])) <= {"@ana:example.org"}
        assert words_of(content) is None, "nobody answers a notice"


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(MESSAGE)
def test_exactly_the_addressed_are_mentioned(message: m.Message) -> None:
    spans = list(mentions.spans_of(message.blocks))
    people = {s.person_id for s in spans if isinstance(s, m.PersonMention) and s.is_addressed}
    found = {user for content in render.contents(message, NAMES) for user in content["m.mentions"].get("user_ids", [])}
    assert found == ({"@ana:example.org"} if 1 in people else set())


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(MESSAGE)
def test_an_edit_says_what_the_message_says_and_notifies_nobody(message: m.Message) -> None:
    content = render.contents(message, NAMES)[0]
    edit = render.as_edit(content, "$1")
    assert edit["m.new_content"] == content
    assert edit["m.relates_to"] == {"rel_type": "m.replace", "event_id": "$1"}
    assert edit["m.mentions"] == {}
    assert edit["body"].startswith("* ")


def letters(text: str) -> str:
    """The text without what lists, quotes and cuts add or take."""
    return re.sub(r"[\s>•]+", "", text)


@pytest.mark.parametrize(
    "block",
    [
        m.paragraph("word " * 40_000),
        m.paragraph("ж" * 60_000),
        m.paragraph("😀" * 20_000),
        m.Paragraph(tuple(m.Bold(f"part {n} ") for n in range(9000))),
        m.Paragraph((m.Link("y" * 70_000, "https://example.org/"),)),
        m.Bullets(tuple(m.text(f"item {n} ", "x" * 500) for n in range(300))),
        m.Bullets((m.text("z " * 50_000),)),
        m.Fields(tuple((f"label {n}", m.text("x" * 300)) for n in range(500))),
        m.Fields((("one", m.text("v" * 90_000)),)),
        m.Quote("line of a concern\n" * 6000, m.text("— Ana")),
        m.Table(("a",), tuple((m.text(f"row {n} ", "x" * 200),) for n in range(600))),
        m.Actions(tuple(m.Action(f"label {n}", "/input " + "x" * 100) for n in range(800))),
        m.Picture("p.png", "seen " * 30_000),
    ],
    ids=lambda block: type(block).__name__,
)
def test_a_long_block_is_cut_and_nothing_of_it_is_lost(block: m.Block) -> None:
    message = m.Message((m.Heading(m.text("Before")), block, m.paragraph("After")))
    parts = render.contents(message, Names())
    assert len(parts) > 1
    for part in parts:
        whole = render.as_part(part, "$" + "r" * 43, "$" + "f" * 43, 99)
        assert render.size(whole) * 4 / 3 < 60_000
        assert render.size(render.as_edit(part, "$" + "r" * 43)) * 4 / 3 < 60_000
        assert parsed(part).open == []
    said = letters("\n".join(part["body"] for part in parts))
    expected = letters("\n".join(block_plain(each) for each in message.blocks))
    if isinstance(block, m.Table):
        said, expected = said.replace("a", ""), expected.replace("a", "")  # each piece has the head again
    if isinstance(block, m.Link | m.Table):
        said, expected = said.replace("<https://example.org/", ""), expected.replace("<https://example.org/", "")
    assert said == expected


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(BLOCK, max_size=4), st.integers(600, 1500))
def test_any_message_is_cut_without_loss(blocks: list[m.Block], limit: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(render, "LARGEST", limit)
        parts = render.contents(m.Message(tuple(blocks)), Names())
    said = letters("".join(part["body"] for part in parts))
    for word in {w for s in mentions.spans_of(blocks) if isinstance(s, m.Text) for w in re.findall(r"\w{3,}", s.text)}:
        assert word in said
    for part in parts:
        assert parsed(part).open == []


def test_short_blocks_stay_together_and_long_ones_begin_anew() -> None:
    long = m.paragraph("x" * 15_000)
    parts = render.contents(m.Message((m.paragraph("a"), long, m.paragraph("b"), long, m.paragraph("c"))), Names())
    assert [part["body"].replace("x", "") for part in parts] == ["a\n\nb", "\nc"]


def test_every_block_in_html_and_plain() -> None:
    content = one(
        m.Heading(m.text(m.RecordMention("D-1"), " ", m.Bold("Use <Signal>"))),
        m.paragraph("Until ", m.Moment(AT, "Africa/Nairobi", "Fri 4 Dec 2026, 17:00 (Africa/Nairobi)"), "."),
        m.Fields((("By", m.text(ANA, " and ", m.PersonMention(2, "Ben", is_addressed=True))),)),
        m.Quote("no\nphones", m.text("C-1")),
        m.Table(("Group", "Kind"), ((m.text("Bilbao"), m.text(m.Code("support"))),)),
        m.Actions((m.Action("Pass", "!pass D-1"),)),
        m.Note(m.text(m.Link("docs", "https://example.org/?a=1&b=2"))),
    )
    assert content["formatted_body"] == (
        '<h3><a href="https://matrix.to/#/%21r/%241?via=example.org">D-1</a> <strong>Use &lt;Signal&gt;</strong></h3>'
        "<p>Until Fri 4 Dec 2026, 17:00 (Africa/Nairobi).</p>"
        '<ul><li><strong>By:</strong> <a href="https://matrix.to/#/%40ana%3Aexample.org">Ana</a> and Ben</li></ul>'
        "<blockquote><p>no<br>phones</p></blockquote><p>— C-1</p>"
        "<table><thead><tr><th>Group</th><th>Kind</th></tr></thead>"
        "<tbody><tr><td>Bilbao</td><td><code>support</code></td></tr></tbody></table>"
        "<ul><li>Pass: <code>!pass D-1</code></li></ul>"
        '<p><a href="https://example.org/?a=1&amp;b=2">docs</a></p>'
    )
    assert content["body"] == (
        "D-1 Use <Signal>\nUntil Fri 4 Dec 2026, 17:00 (Africa/Nairobi).\nBy: @Ana and @Ben\n> no\n> phones\n— C-1\n"
        "Group | Kind\nBilbao | `support`\n• Pass: !pass D-1\ndocs <https://example.org/?a=1&b=2>"
    )
    assert content["m.mentions"] == {"user_ids": ["@ana:example.org"]}


def test_a_link_without_a_web_address_stays_text() -> None:
    content = one(m.paragraph(m.Link("here", "javascript:alert(1)")))
    assert content["formatted_body"] == "<p>here &lt;javascript:alert(1)&gt;</p>"


def test_threads_replies_parts_and_links() -> None:
    content: dict[str, Any] = {"body": "x"}
    falling_back = {"is_falling_back": True, "m.in_reply_to": {"event_id": "$root"}}
    assert render.in_thread(content, "$root")["m.relates_to"] == {
        "rel_type": "m.thread",
        "event_id": "$root",
        **falling_back,
    }
    assert render.in_thread(content, "$root", "$9")["m.relates_to"]["m.in_reply_to"] == {"event_id": "$9"}
    assert render.as_reply(content, "$9")["m.relates_to"] == {"m.in_reply_to": {"event_id": "$9"}}
    parts = [render.as_part(content, "$root", "$1", number) for number in (2, 1)]
    events = [{"event_id": f"$p{n}", "content": part} for n, part in zip((2, 1), parts, strict=True)]
    assert render.parts_among([*events, {"event_id": "$x", "content": content}], "$1") == ["$p1", "$p2"]
    assert render.parts_among(events, "$other") == []
    assert (
        permalink("!r:a.b", "$1", ("a.b", "c.d:8448")) == "https://matrix.to/#/%21r%3Aa.b/%241?via=a.b&via=c.d%3A8448"
    )


def test_commands_are_shown_as_they_are_typed_here() -> None:
    message = m.Message(
        (
            m.paragraph("Type ", m.Code("/resolve C-1"), " or ", m.Code("/help"), ", not ", m.Code("/srv/data")),
            m.Bullets((m.text(m.Code("/pass D-1")),)),
            m.Fields((("How", m.text(m.Code("/show D-1"))),)),
            m.Table(("a",), ((m.text(m.Code("/mine")),),)),
            m.Quote("/decide is what I typed", m.text(m.Code("/said"))),
            m.Actions((m.Action("Pass", "/pass D-1"),)),
        )
    )
    plain = "\n".join(block_plain(block) for block in worded(message, "?").blocks)
    assert plain == (
        "Type `?resolve C-1` or `?help`, not `/srv/data`\n• `?pass D-1`\nHow: `?show D-1`\na\n`?mine`\n"
        "> /decide is what I typed\n— `/said`\n• Pass: ?pass D-1"
    )


def test_offered_reactions_are_named_once() -> None:
    named = m.Message((m.paragraph("React: 👍 support, ✋ concern"),), ("👍", "✋"))
    assert worded(named).blocks == named.blocks
    silent = worded(m.Message((m.paragraph("Well?"),), ("👍", "✋")))
    assert m.to_plain(silent) == "Well?\nReact with: 👍 ✋"
