"""Any neutral message, for laws of renderers: hostile signs, empty texts and very long ones among them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

from bot.core import message as m

AT = datetime(2026, 11, 9, 17, 0, tzinfo=UTC)
HOSTILE = [
    "@channel @here @everyone @room",
    "<!channel> <!here|x> <!everyone> <!subteam^S1>",
    "&lt;!channel&gt; &amp;lt;",
    "<@U0000001SL> <#C0000001SL|x> @mycel",
    "a & b < c > d && <<>>",
    "*bold* _it_ ~no~ `code` ```x```",
    "> quoted\n>>> more",
    "https://a.b/?x=1&y=<z>|w http://[ ftp://x",
    "<https://a.b|label> javascript:alert(1)",
    "line\nbreak\r\nand\ttab\x00\u2028",
    "👍🏽 ‮ rtl \u200b",
    "--why “curly” — dash",
]
LONG = ["&" * 1500, "<" * 4000, "x" * 12_001, "word " * 3000, "é\n" * 2500, "👍" * 800]

"""Too long for a block or a message of any platform, also once they are escaped."""

WORDS = st.text(max_size=40) | st.sampled_from(["", " \n ", *HOSTILE])
URLS = WORDS | st.sampled_from(["https://example.org/?a=1&b=2|c", "javascript:alert(1)", "http://[", "data:x"])
_NAMED = st.builds(m.PersonMention, st.integers(1, 3), WORDS, st.booleans())
_RECORD = st.builds(m.RecordMention, WORDS | st.just("D-1"))
_MOMENT = st.builds(m.Moment, st.just(AT), st.just("Africa/Nairobi"), WORDS)
SPAN = st.one_of(
    st.builds(m.Text, WORDS),
    st.builds(m.Bold, WORDS),
    st.builds(m.Code, WORDS),
    st.builds(m.Link, WORDS, URLS),
    st.builds(m.GroupMention, WORDS, WORDS),
    _NAMED,
    _RECORD,
    _MOMENT,
)


def long_blocks(words: str) -> list[m.Block]:
    """Blocks of every kind that say this."""
    spans = (m.Text(words),)
    return [
        m.Heading(spans),
        m.Paragraph((m.Bold(words), m.Code(words))),
        m.Note((m.Link(words, "https://example.org"),)),
        m.Bullets((spans, spans)),
        m.Fields(tuple((words, spans) for _ in range(12))),
        m.Quote(words, spans),
        m.Table((words,), ((spans,),)),
        m.Picture("x", words),
        m.Actions((m.Action(words, words),)),
        m.Paragraph((m.PersonMention(9, words), m.GroupMention(words, "x"), m.Moment(AT, "UTC", words))),
    ]


def _few(each: Any, most: int) -> Any:
    return st.lists(each, max_size=most).map(tuple)


SPANS = _few(SPAN, 4)
ACTION = st.builds(m.Action, WORDS, WORDS, st.sampled_from(["", "primary", "danger"]))
BLOCK: st.SearchStrategy[m.Block] = st.one_of(
    st.builds(m.Heading, SPANS),
    st.builds(m.Paragraph, SPANS),
    st.builds(m.Note, SPANS),
    st.builds(m.Bullets, _few(SPANS, 4)),
    st.builds(m.Fields, _few(st.tuples(WORDS, SPANS), 12)),
    st.builds(m.Quote, WORDS, SPANS),
    st.builds(m.Table, _few(WORDS, 3), _few(_few(SPANS, 3), 4)),
    st.builds(m.Picture, WORDS, WORDS),
    st.builds(m.Actions, _few(ACTION, 30)),
)
MESSAGE = st.builds(m.Message, _few(BLOCK, 6), _few(st.sampled_from("👍❓✋"), 3))
