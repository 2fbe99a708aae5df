"""Texts cut in two: nothing is lost, and both halves are shorter, so that cutting comes to an end."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.splitting import halves_of_text


@given(st.text(alphabet="ab \n", min_size=2, max_size=30))
def test_both_halves_are_shorter_and_say_the_same(text: str) -> None:
    cut = halves_of_text(text)
    assert cut is not None
    assert "".join(cut) == text
    assert all(cut)


@pytest.mark.parametrize("text", ["", "x"])
def test_what_is_too_short_stays_whole(text: str) -> None:
    assert halves_of_text(text) is None


def test_words_stay_whole() -> None:
    assert halves_of_text("one two three") == ("one ", "two three")
