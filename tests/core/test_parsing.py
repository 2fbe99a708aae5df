"""Typed text and form values become arguments, and back; what is wrong is said with what was understood."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.app import FEATURES
from bot.core import parsing
from bot.core.commands import Args, Command, Field
from bot.core.durations import BusinessDays, Days, Duration, Weeks
from bot.core.errors import UserError
from bot.core.kinds import AnyId, Choice, DurationKind, Flag, FreeText, Id, Ids, Many
from bot.core.registry import Registry
from bot.features.decisions.change_commands import edit, link
from bot.features.decisions.declarations import ProposeDecision
from bot.features.decisions.log_commands import decide, propose, undo, use_draft
from bot.features.decisions.read_commands import list_decisions
from bot.features.input_windows.concluding import say_outcome as outcome
from bot.features.network.access import show_roles as roles

COMMANDS = Registry(FEATURES).commands
PIECES = st.sampled_from(
    [
        "Use",
        "Signal",
        "Don't",
        "—why",
        "--why",
        "--affects=a",
        "“two words”",
        '"',
        "\x00",
        "\ud800",
        "‮",
        "–",
        "a,",
        "D-1",
        "\n",
    ]
)
TYPED = st.lists(PIECES | st.text(max_size=12), max_size=14).map(" ".join)
DURATIONS = ["10bd", "2w", "3d", "2h", "30min", "1mo", "2026-12-04", "2026-12-04 17:00", "fri", "fri 17:00", "eow"]
WORDS = st.text(alphabet="abé- \"“'—,\\=\n", min_size=1, max_size=12)


def given_for(command: Command, typed: str) -> dict[str, Any]:
    return parsing.parse(command, typed).model_dump(exclude_defaults=True)


def error_of(command: Command, typed: str) -> parsing.Misread:
    with pytest.raises(parsing.Misread) as caught:
        parsing.parse(command, typed)
    return caught.value


def text_of(field: Field) -> st.SearchStrategy[str]:
    """Texts that somebody may type for a field."""
    match field.kind:
        case Choice(options=options):
            return st.sampled_from(options)
        case Flag():
            return st.just("yes")
        case Id() | Ids() as kind:
            return st.integers(1, 10**6).map(lambda n: f"{kind.letter}-{n}")
        case AnyId(letters=letters):
            return st.tuples(st.sampled_from(letters), st.integers(1, 999)).map(lambda p: f"{p[0]}-{p[1]}")
        case DurationKind():
            return st.sampled_from(DURATIONS)
        case Many():
            return st.lists(WORDS, min_size=1, max_size=3).map(",".join)
        case FreeText():
            return WORDS | TYPED
        case _:
            return WORDS


@st.composite
def arguments(draw: st.DrawFn, command: Command) -> Args | None:
    """Arguments as they come from a form; None where the texts drawn are no valid ones."""
    texts = {f.name: draw(text_of(f)) for f in command.fields if f.is_required or draw(st.booleans())}
    try:
        return parsing.build(command, texts)
    except UserError:
        return None


@pytest.mark.parametrize("command", COMMANDS.values(), ids=list(COMMANDS))
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_every_command_reads_back_what_it_writes(command: Command, data: st.DataObject) -> None:
    args = data.draw(arguments(command))
    if args is not None:
        name, _, typed = parsing.formatted(command, args).partition(" ")
        assert name == command.name
        assert parsing.parse(command, typed) == args


@pytest.mark.parametrize("command", COMMANDS.values(), ids=list(COMMANDS))
@settings(max_examples=15, deadline=None)
@given(typed=TYPED)
def test_nothing_but_a_user_error_comes_of_any_text(command: Command, typed: str) -> None:
    try:
        found: object = parsing.parse(command, typed)
    except parsing.Misread as error:
        found = error
    assert isinstance(found, command.model) or str(found)


@pytest.mark.parametrize("command", COMMANDS.values(), ids=list(COMMANDS))
def test_examples_in_the_help_can_be_typed(command: Command) -> None:
    for shown in command.examples:
        found, typed = Registry(FEATURES).find(shown.removeprefix("/"))
        assert found is command
        assert isinstance(parsing.parse(command, typed), command.model) or not typed


@pytest.mark.parametrize(
    "typed",
    [
        "Use Signal --why because --affects a,b",
        "--affects a,b Use Signal --why because",
        "Use --affects a,b Signal --why because",
        "--affects=a,b --why=because Use Signal",
        "Use Signal —why because —affects a, b",
        "Use Signal --affects a , b --why because",
        'Use Signal --affects "A","b" --why “because”',
        '--title "Use Signal" --why because --affects a;b',
    ],
)
def test_options_stand_before_between_and_after_the_title(typed: str) -> None:
    assert given_for(decide, typed) == {"title": "Use Signal", "why": "because", "affects": ("a", "b")}


@pytest.mark.parametrize(
    ("command", "typed", "expected"),
    [
        (decide, "Don't meet on Mondays", {"title": "Don't meet on Mondays"}),
        (decide, 'Adopt "Signal" for alerts', {"title": 'Adopt "Signal" for alerts'}),
        (decide, '"Never type --force again"', {"title": "Never type --force again"}),
        (decide, "Signal — not WhatsApp", {"title": "Signal — not WhatsApp"}),
        (decide, "Signal —really", {"title": "Signal —really"}),
        (decide, '"Half a quote --why x', {"title": '"Half a quote', "why": "x"}),
        (decide, "One\nline", {"title": "One line"}),
        (decide, "T --why first\n\n“second” part", {"title": "T", "why": "first\n\n“second” part"}),
        (decide, "T --reversible --why x", {"title": "T", "why": "x", "reversible": True}),
        (decide, "T --reversible=no", {"title": "T"}),
        (decide, "T --as oakland", {"title": "T", "as_group": "oakland"}),
        (decide, "Use Signal —afects=nairobi", {"title": "Use Signal —afects=nairobi"}),
        (undo, "", {}),
        (undo, "#12", {"decision": 12}),
        (use_draft, "7 now the water is off", {"draft": "7", "action": "now", "why": "the water is off"}),
        (list_decisions, "signal --by Ana Maria", {"words": "signal", "by": "Ana Maria"}),
        (edit, "12 --note=", {"decision": 12}),
        (link, "D–12 supersedes d3", {"decision": 12, "relation": "supersedes", "to": 3}),
    ],
)
def test_what_people_type(command: Command, typed: str, expected: dict[str, Any]) -> None:
    assert given_for(command, typed) == expected


@pytest.mark.parametrize(
    ("typed", "length"),
    [
        ("T --for 3 weeks", Weeks(3)),
        ("--for 10 business days T", BusinessDays(10)),
        ("--for=3 d T", Days(3)),
    ],
)
def test_a_length_may_be_typed_in_words(typed: str, length: Duration) -> None:
    args = parsing.parse(propose, typed)
    assert isinstance(args, ProposeDecision)
    assert (args.title, args.length) == ("T", length)


@pytest.mark.parametrize(
    ("command", "typed", "reason", "corrected"),
    [
        (decide, "Use Signal --afects nairobi", "did you mean “--affects”", "/decide Use Signal --affects nairobi"),
        (propose, "T --for 10 of them", "“10” of what?", ""),
        (propose, "T --affects a --for 5m", "minute or month", "/propose T --affects a --for 5min"),
        (outcome, "D-1 adoptd because", "none of: adopted,", "/outcome D-1 adopted because"),
        (roles, "Ben stewrd", "none of: member, facilitator", "/roles Ben steward"),
        (decide, "T --WYH x", "“--wyh” here; did you mean “--why”", "/decide T --why x"),
        (decide, "T --colour red", "There are: --why, --affects", ""),
        (decide, "T --why", "needs a value", ""),
        (decide, "T --why a --why b", "given twice", ""),
        (decide, "T --title U", "given twice", ""),
        (decide, "--why x", "“title” is missing", ""),
        (decide, "T" * 301, "“title” can be 300 characters long; this is 301", ""),
        (decide, "T --audience everyone", "none of: group, affected, network, circle", ""),
        (decide, f"T --tags {'x' * 81}", "too long for one of a list", ""),
        (undo, "D-1 D-2", "“D-2” is more than this command takes", ""),
        (edit, "C-1 --why x", "looks like D-12", ""),
        (edit, "D-0", "looks like D-12", ""),
    ],
)
def test_what_is_wrong_is_said_with_a_way_on(command: Command, typed: str, reason: str, corrected: str) -> None:
    error = error_of(command, typed)
    assert reason in error.message
    assert error.example
    assert parsing.corrected(error, f"{command.name} {typed}") == corrected


def test_what_was_understood_is_kept_beside_the_error() -> None:
    error = error_of(decide, 'Use Signal --why "they share our numbers" --review yesterday')
    assert error.field == "review"
    assert error.understood == (("title", "Use Signal"), ("why", "they share our numbers"))
    assert error_of(decide, "--afects x Use Signal").understood == ()
    assert error_of(decide, "Use Signal --afects x").understood == (("title", "Use Signal"),)
    assert error_of(outcome, "D-6 adoptd").understood == (("decision", "D-6"),)


@pytest.mark.parametrize(
    ("typed", "corrected"),
    [
        ("decide Call nairbi --affects nairbi", "/decide Call nairbi --affects nairobi"),
        ("decide T --affects=Nairbi,bilbao", "/decide T --affects=nairobi,bilbao"),
        ("decide T --affects 'x'", ""),
        ("decide T --affects nairbi " + "x" * 2000, ""),
    ],
)
def test_a_misspelt_word_is_corrected_where_it_stands(typed: str, corrected: str) -> None:
    error = UserError("{wrong}? {near}!", wrong="nairbi", near="nairobi")
    assert parsing.corrected(error, typed) == corrected


def test_long_texts_take_no_longer_than_their_length() -> None:
    words = "w " * 30_000
    assert "this is 59999" in error_of(decide, f"T --why {words}").message
    assert "this is 59999" in error_of(decide, words).message
    assert "this is 59997" in error_of(decide, f"--why {words}").message
