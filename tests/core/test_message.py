"""Neutral messages: as plain text, and as JSON and back."""

import json
from datetime import UTC, datetime
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import message as m
from bot.core.message_json import from_json, to_json

TEXT = st.text(max_size=20)
SPANS = st.one_of(
    st.builds(m.Text, TEXT),
    st.builds(m.Bold, TEXT),
    st.builds(m.Code, TEXT),
    st.builds(m.Link, TEXT, TEXT),
    st.builds(m.PersonMention, st.integers(), TEXT, st.booleans()),
    st.builds(m.GroupMention, TEXT, TEXT),
    st.builds(m.RecordMention, TEXT),
    st.builds(m.Moment, st.datetimes(timezones=st.just(UTC)), TEXT, TEXT),
)
LINE = st.lists(SPANS, max_size=3).map(tuple)
BLOCKS = st.one_of(
    st.builds(m.Heading, LINE),
    st.builds(m.Paragraph, LINE),
    st.builds(m.Bullets, st.lists(LINE, max_size=3).map(tuple)),
    st.builds(m.Fields, st.lists(st.tuples(TEXT, LINE), max_size=3).map(tuple)),
    st.builds(m.Quote, TEXT, LINE),
    st.builds(
        m.Table,
        st.lists(TEXT, max_size=3).map(tuple),
        st.lists(st.lists(LINE, max_size=3).map(tuple), max_size=3).map(tuple),
    ),
    st.builds(m.Picture, TEXT, TEXT),
    st.builds(m.Actions, st.lists(st.builds(m.Action, TEXT, TEXT, TEXT), max_size=3).map(tuple)),
    st.builds(m.Note, LINE),
)
MESSAGES = st.builds(m.Message, st.lists(BLOCKS, max_size=4).map(tuple), st.lists(TEXT, max_size=2).map(tuple))


@given(message=MESSAGES)
def test_every_message_comes_back_from_json(message: m.Message) -> None:
    assert from_json(json.loads(json.dumps(to_json(message)))) == message


@given(message=MESSAGES)
def test_every_message_has_a_plain_text(message: m.Message) -> None:
    assert isinstance(m.to_plain(message), str)


def test_the_strategies_know_every_block_and_span() -> None:
    made = {"Heading", "Paragraph", "Bullets", "Fields", "Quote", "Table", "Picture", "Actions", "Note"}
    assert {t.__name__ for t in get_args(m.Block)} == made
    spans = {"Text", "Bold", "Code", "Link", "PersonMention", "GroupMention", "RecordMention", "Moment"}
    assert {t.__name__ for t in get_args(m.Span)} == spans


def test_another_format_is_refused() -> None:
    with pytest.raises(ValueError, match="format 2 is not known"):
        from_json({"format": 2, "blocks": [], "reactions": []})


def test_plain_text_says_all_that_the_blocks_say() -> None:
    at = m.Moment(datetime(2026, 12, 4, tzinfo=UTC), "UTC", "Fri 4 Dec 2026, 00:00 (UTC)")
    message = m.Message(
        (
            m.Heading(m.text(m.RecordMention("D-1"), " Title")),
            m.Paragraph(m.text("by ", m.PersonMention(1, "Ana", is_addressed=True), " for ", m.GroupMention("A", "a"))),
            m.Bullets((m.text(m.Bold("one")), m.text(m.Code("/two")))),
            m.Fields((("Until", (at,)),)),
            m.Quote("first\nsecond", m.text(m.PersonMention(1, "Ana"))),
            m.Quote(""),
            m.Table(("a", "b"), ((m.text("1"), m.text("2")),)),
            m.Picture("x.png", "a grid"),
            m.Actions((m.Action("Agree", "/agree D-1"),)),
            m.Note(m.text(m.Link("more", "https://example.org"))),
        )
    )
    assert m.to_plain(message).splitlines() == [
        *("D-1 Title", "by @Ana for A", "• one", "• `/two`", "Until: Fri 4 Dec 2026, 00:00 (UTC)"),
        *("> first", "> second", "— Ana", "> ", "a | b", "1 | 2", "a grid", "[Agree] /agree D-1"),
        "more <https://example.org>",
    ]
