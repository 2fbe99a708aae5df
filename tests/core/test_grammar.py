"""The text grammar of commands, as phones and people type it."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.core.grammar import joined, quoted, tokens

ANY_TEXT = st.text(alphabet=st.characters(), max_size=300)
TYPED = st.text(alphabet="ab,\\\" \n\t“”„«»'’-–—=:\x00\ud800א‮é", max_size=60)


def read(typed: str) -> list[tuple[str, str | None]]:
    return [(t.name, t.value) for t in tokens(typed)]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("Use Signal", [("", "Use"), ("", "Signal")]),
        ("--why because", [("why", None), ("", "because")]),
        ("--why=because", [("why", "because")]),
        ("--WHY=because", [("why", "because")]),
        ("—why because", [("why", None), ("", "because")]),
        ("–why=because", [("why", "because")]),
        ('--why="the water is off"', [("why", "the water is off")]),
        ("--why=“the water is off”", [("why", "the water is off")]),
        ("--why „tief unten“", [("why", None), ("", "tief unten")]),
        ("«ici et là»", [("", "ici et là")]),
        ('“closed with a straight one"', [("", "closed with a straight one")]),
        ('"a \\"quoted\\" word"', [("", 'a "quoted" word')]),
        ('"--why"', [("", "--why")]),
        ("Don't we’ll", [("", "Don't"), ("", "we’ll")]),
        ('"unclosed words', [("", '"unclosed'), ("", "words")]),
        ("open — closed", [("", "open"), ("", "—"), ("", "closed")]),
        ("stop -- go", [("", "stop"), ("", "--"), ("", "go")]),
        ("well-known -1 ---x --1", [("", "well-known"), ("", "-1"), ("", "---x"), ("", "--1")]),
        ("--why=", [("why", "")]),
        ("--why= because", [("why", None), ("", "because")]),
        ('he said "yes" twice', [("", "he"), ("", "said"), ("", "yes"), ("", "twice")]),
        ("", []),
        (" \n\t ", []),
    ],
)
def test_what_is_typed_is_cut_into_words_and_options(typed: str, expected: list[tuple[str, str | None]]) -> None:
    assert read(typed) == expected


def test_a_typographic_dash_is_soft_as_prose_uses_it_too() -> None:
    assert [t.is_soft for t in tokens("--a —b –c")] == [False, True, True]


@given(ANY_TEXT | TYPED)
@example('"' * 50)
@example("\\")
@example('"\\')
def test_it_never_raises_and_loses_nothing(typed: str) -> None:
    found = tokens(typed)
    assert "".join(t.space + t.raw for t in found) == typed.rstrip() or not typed.strip()


@given(ANY_TEXT | TYPED)
def test_a_quoted_value_reads_back_as_one_word(value: str) -> None:
    assert [(t.name, t.value) for t in tokens(quoted(value))] == [("", value)]
    assert [(t.name, t.value) for t in tokens(f"--x={quoted(value)}")] == [("x", value)]


@given(st.lists(TYPED.filter(lambda x: bool(x.strip())), min_size=1, max_size=4))
def test_quoted_words_stay_apart(values: list[str]) -> None:
    assert [t.value for t in tokens(" ".join(quoted(v) for v in values))] == values


def test_joined_words_keep_their_lines_and_inner_quotes() -> None:
    assert joined(tokens('first line\n\nsecond "line"')) == 'first line\n\nsecond "line"'
    assert joined(tokens('"all of it"')) == "all of it"


@pytest.mark.parametrize("piece", ['"a ', "“a ", "--why ", '\\" ', "— "])
def test_long_texts_take_no_longer_than_their_length(piece: str) -> None:
    # Quadratic reading of the same text would take minutes.
    assert len(tokens(piece * 30_000)) == 30_000
