"""Whatever a message says: Slack takes it, nobody is notified by it, no sign of it means more than it should."""

from __future__ import annotations

from collections import Counter

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from adapters.slack.markup import Names
from adapters.slack.render import Part, parts
from adapters.slack.wording import worded
from bot.core import message as m
from bot.core.language import Words
from tests.support.neutral import AT, HOSTILE, LONG, MESSAGE, long_blocks
from tests.support.slack import kit, markup, shown
from tests.support.slack.world import World

NAMES = Names({1: "U0000001SL"}, {"D-1": "https://coop.slack.com/archives/C1/p1?thread_ts=1.2&cid=C1"})
PATIENT = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    # Long texts are among them: making a failing one smaller would take minutes.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
_WORLD = World(float, float)


def rendered(message: m.Message) -> tuple[Part, ...]:
    return parts(worded(message, Words()), NAMES)


def check(message: m.Message) -> None:
    """Slack takes it, it notifies those alone whom it addresses, and no sign in it is markup by accident."""
    addressed = {s.person_id for s in spans(message) if isinstance(s, m.PersonMention) and s.is_addressed}
    for part in rendered(message):
        blocks = list(part.blocks)
        assert kit.wrong_blocks(blocks) == []
        assert 0 < len(part.text) <= 4000
        for text in [part.text, *markup.texts(blocks)]:
            assert not markup.MASS.search(text)
            assert markup.unescaped_signs(text) == []
            assert "<#" not in text
            assert set(markup.mentions(text)) <= {NAMES.accounts.get(id) for id in addressed}
        # Else Slack would look for names, channels and links in what people wrote.
        assert all(text["verbatim"] for text in markup.text_objects(blocks) if text["type"] == "mrkdwn")


@PATIENT
@given(MESSAGE)
def test_slack_takes_every_message(message: m.Message) -> None:
    check(message)


def test_slack_takes_the_longest_and_the_most_hostile_messages() -> None:
    for words in (*LONG, *HOSTILE):
        for block in long_blocks(words):
            check(m.Message((block,)))
    check(m.Message(tuple(block for words in LONG for block in long_blocks(words)[:3])))


TOKENS = st.integers(1, 2500).map(lambda count: " ".join(f"word{n}" for n in range(count)))
LONG_BLOCK: st.SearchStrategy[m.Block] = st.one_of(
    TOKENS.map(m.paragraph),
    TOKENS.map(lambda words: m.Quote(words)),
    TOKENS.map(lambda words: m.Heading((m.Text(words),))),
    TOKENS.map(lambda words: m.Note((m.Bold(words),))),
    TOKENS.map(lambda words: m.Bullets(((m.Text(words),), (m.Code(words),)))),
    TOKENS.map(lambda words: m.Fields((("Why", (m.Text(words),)),))),
    TOKENS.map(lambda words: m.Table(("A", "B"), (((m.Text(words),), (m.Text("b"),)),))),
)


@settings(PATIENT, max_examples=30)
@given(st.lists(LONG_BLOCK, min_size=1, max_size=3).map(tuple))
def test_no_word_of_a_long_message_is_lost(blocks: tuple[m.Block, ...]) -> None:
    message = m.Message(blocks)
    wanted = Counter(word for word in m.to_plain(message).replace("`", " ").split() if word.startswith("word"))
    seen = " ".join(shown.blocks_text(_WORLD, list(part.blocks)) for part in rendered(message))
    found = Counter(word for word in seen.replace("*", " ").replace("`", " ").split() if word.startswith("word"))
    assert wanted - found == Counter()


def test_people_groups_and_moments_are_slack_s_own() -> None:
    message = m.Message(
        (
            m.Paragraph(
                (
                    m.PersonMention(1, "Ana", is_addressed=True),
                    m.Text(" told "),
                    m.PersonMention(2, "Wanjiku <W>", is_addressed=True),
                    m.Text(" of "),
                    m.RecordMention("D-1"),
                    m.Text(" at "),
                    m.Moment(AT, "Africa/Nairobi", "9 Nov 20:00 EAT"),
                )
            ),
        )
    )
    [part] = rendered(message)
    [text] = markup.texts(list(part.blocks))
    assert text == (
        "<@U0000001SL> told Wanjiku &lt;W&gt; of "
        "<https://coop.slack.com/archives/C1/p1?thread_ts=1.2&amp;cid=C1|D-1> at "
        f"<!date^{int(AT.timestamp())}^{{date_short_pretty}} {{time}}|9 Nov 20:00 EAT>"
    )


def spans(message: m.Message) -> list[m.Span]:
    """All spans of a message."""
    found: list[m.Span] = []
    for block in message.blocks:
        match block:
            case m.Heading(spans) | m.Paragraph(spans) | m.Note(spans):
                found += spans
            case m.Bullets(items):
                found += [span for item in items for span in item]
            case m.Fields(rows):
                found += [span for _, value in rows for span in value]
            case m.Quote(_, source):
                found += source
            case m.Table(_, table_rows):
                found += [span for row in table_rows for cell in row for span in cell]
            case m.Picture() | m.Actions():
                pass
    return found
