"""Forms as modals: within Slack's limits whatever is in them, and nothing that somebody typed is lost."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.slack import forms, limits
from adapters.slack.forms import Origin
from bot.core.conversation import Place
from bot.core.language import Words
from bot.core.message import Message, paragraph
from bot.core.replies import Form, FormField
from tests.support.slack import kit

PLACE = Place("slack", "T1", "C1", "111.222")
WORDS = Words()
TEXT = st.text(max_size=30) | st.sampled_from(["w" * 4000, "é" * 80, "🍄" * 3000])
OPTIONS = st.lists(st.tuples(st.text(min_size=1, max_size=9), TEXT), max_size=5).map(tuple) | st.sampled_from(
    [tuple((f"g{n}", "G") for n in range(101)), (("s" * 80, "long"),)]
)
WIDGETS = ["text", "long_text", "number", "groups", "group", "choice", "flag", "date", "person", "people", "channel"]


def field(name: str, widget: str = "text", **more: Any) -> FormField:
    return FormField(name, name.capitalize(), "", widget, **more)


def shown(*fields: FormField, hidden: dict[str, str] | None = None, url: str = "") -> dict[str, Any]:
    form = Form("decide", "Log a decision where it happens", fields, hidden or {}, "/decide TITLE")
    return forms.view(form, WORDS, Origin("decide", PLACE, url, {}))


def filled(view: dict[str, Any], **states: Any) -> dict[str, Any]:
    values = {f"f:{name}": {"v": state} for name, state in states.items()}
    return {**view, "state": {"values": values}}


@settings(max_examples=50)
@given(
    TEXT,
    st.lists(st.tuples(st.sampled_from(WIDGETS), TEXT, TEXT, OPTIONS), max_size=5),
    st.dictionaries(st.text(min_size=1, max_size=20), TEXT, max_size=4),
)
def test_no_form_is_refused(title: str, declared: list[tuple[str, str, str, Any]], hidden: dict[str, str]) -> None:
    fields = tuple(
        FormField(f"f{n}", f"Field {n}", hint, widget, value, options=options)
        for n, (widget, value, hint, options) in enumerate(declared)
    )
    form = Form("decide", title, fields, hidden, f"/decide {title}")
    view = forms.view(form, WORDS, Origin("decide", PLACE, "https://hooks.example.org/" + "x" * 200, {}))
    if fields:
        assert kit.wrong_view(view) == []
    assert len(view["private_metadata"]) <= limits.METADATA
    assert forms.origin_of(view).place == PLACE


def test_what_does_not_fit_beside_the_form_is_asked_for_in_it() -> None:
    view = shown(field("text"), hidden={"draft": "7", "why": "w" * 2990})
    assert forms.origin_of(view).hidden == {"draft": "7"}
    asked = {block["block_id"]: block["element"].get("initial_value") for block in view["blocks"] if "element" in block}
    assert asked == {"f:text": None, "f:why": "w" * 2990}


def test_fields_have_the_pickers_that_slack_has() -> None:
    view = shown(
        field("person", "person", value="@U123"),
        field("day", "date", value="2026-12-04"),
        field("home", "channel"),
        field("soon", "flag"),
        field("groups", "groups", value="nairobi", options=(("nairobi", "Nairobi"), ("bilbao", "Bilbao"))),
        field("many", "groups", options=tuple((f"g{n}", f"G{n}") for n in range(101))),
    )
    elements = [block["element"] for block in view["blocks"] if "element" in block]
    assert [element["type"] for element in elements] == [
        *("users_select", "datepicker", "conversations_select", "checkboxes", "multi_static_select"),
        "plain_text_input",
    ]
    assert elements[0]["initial_user"] == "U123"
    assert elements[1]["initial_date"] == "2026-12-04"
    assert [option["value"] for option in elements[4]["initial_options"]] == ["nairobi"]
    assert kit.wrong_view(view) == []


def test_what_comes_back_is_what_would_be_typed() -> None:
    view = filled(
        {"type": "modal"},
        title={"type": "plain_text_input", "value": "Use Signal"},
        why={"type": "plain_text_input", "value": None},
        affects={"type": "multi_static_select", "selected_options": [{"value": "nairobi"}, {"value": "bilbao"}]},
        audience={"type": "static_select", "selected_option": {"value": "group"}},
        person={"type": "users_select", "selected_user": "U7"},
        review={"type": "datepicker", "selected_date": "2026-12-04"},
        reversible={"type": "checkboxes", "selected_options": [{"value": "yes"}]},
        urgent={"type": "checkboxes", "selected_options": []},
    )
    assert forms.values(view) == {
        "title": "Use Signal",
        "affects": "nairobi,bilbao",
        "audience": "group",
        "person": "@U7",
        "review": "2026-12-04",
        "reversible": "yes",
    }


def test_errors_stand_at_their_fields_and_only_at_those_that_are_shown() -> None:
    view = shown(field("title"), field("review"))
    assert forms.errors(view, {"review": "“tomorow” is no time.", "draft": "gone"}) == {
        "f:review": "“tomorow” is no time."
    }
    assert forms.errors(view, {"draft": "gone"}) == {}


def test_a_problem_stands_over_the_form_and_what_was_typed_stays() -> None:
    options = (("nairobi", "Nairobi"), ("bilbao", "Bilbao"))
    view = filled(
        shown(
            field("title", value="old"), field("affects", "groups", options=options), url="https://hooks.example.org"
        ),
        title={"type": "plain_text_input", "value": "new words"},
        affects={"type": "multi_static_select", "selected_options": [{"text": {}, "value": "bilbao"}]},
    )
    again = forms.with_problem(view, Message((paragraph("This is for members of the group."),)), WORDS)
    assert again["blocks"][0]["text"]["text"] == "This is for members of the group."
    by_id = {block.get("block_id"): block for block in again["blocks"]}
    assert by_id["f:title"]["element"]["initial_value"] == "new words"
    assert [o["value"] for o in by_id["f:affects"]["element"]["initial_options"]] == ["bilbao"]
    assert again["private_metadata"] == view["private_metadata"]
    twice = forms.with_problem({**again, "state": view["state"]}, Message((paragraph("Another."),)), WORDS)
    assert len(twice["blocks"]) == len(again["blocks"])
