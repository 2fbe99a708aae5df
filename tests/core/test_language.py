"""Sentences with their values, in the reader's language and zone."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.language import Words, languages
from bot.core.message import Bold, RecordMention, Text, text


@given(value=st.text())
def test_what_people_say_is_never_read_as_a_template(value: str) -> None:
    assert Words()("It says {what}.", what=value) == f"It says {value}."
    assert Words().line("It says {what}.", what=value) == text("It says ", value, ".")


def test_values_may_be_spans_numbers_and_texts() -> None:
    line = Words().line("{id}: {n} of {all}", id=RecordMention("D-1"), n=3, all=(Bold("5"), Text("!")))
    assert line == (RecordMention("D-1"), Text(": "), Text("3"), Text(" of "), Bold("5"), Text("!"))


def test_a_sentence_without_values_may_have_braces() -> None:
    assert Words()("{not a value}") == "{not a value}"
    assert Words()("") == ""


@pytest.mark.parametrize(("n", "shown"), [(0, "0 channels"), (1, "1 channel"), (2, "2 channels")])
def test_counting(n: int, shown: str) -> None:
    assert Words().plural("{n} channel", "{n} channels", n) == shown


@pytest.mark.parametrize(
    ("items", "shown"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_listing(items: list[str], shown: str) -> None:
    assert Words().listed(items) == shown


def test_a_moment_names_its_zone() -> None:
    at = datetime(2026, 12, 4, 22, 30, tzinfo=UTC)
    assert Words("en", "Africa/Nairobi").moment(at).shown == "Sat 5 Dec 2026, 01:30 (Nairobi)"
    assert Words("en", "Africa/Nairobi").moment(at, "UTC").shown == "Fri 4 Dec 2026, 22:30 (UTC)"
    assert Words().day(date(2026, 12, 4)) == "Fri 4 Dec 2026"


def test_english_comes_first_and_an_unknown_language_is_english() -> None:
    assert languages()[0] == "en"
    assert Words("tlh")("Drop it") == "Drop it"
