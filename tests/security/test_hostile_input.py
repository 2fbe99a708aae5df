"""Whatever is typed, by form or by hand: an answer in words, never a bug, never a stop."""

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.app import FEATURES
from bot.core.conversation import CommandTyped, FormSubmitted
from bot.core.registry import Registry
from tests.support.house import House, plain

COMMANDS = Registry(FEATURES).commands
NASTY = {
    "digits": "9" * 5000,
    "id": "D-99999999999999999999",
    "id of contribution": "C-99999999999999999999",
    "last id": "D-999999999",
    "other digits": "D-١٢٣",
    "long": "x" * 60_000,
    "wide": "ﷺ" * 30_000,
    "percent": "%_" * 30_000,
    "many": "a," * 20_000,
    "ids": "D-1," * 5_000,
    "quotes": '"' * 20_000,
    "dashes": "--" * 20_000,
    "options": "--why " * 2_000,
    "full text": 'NEAR("a" "b", 2) OR words:* AND NOT ^a',
    "nul": "a\x00b",
    "half": "a\ud800b",
    "right to left": "\u202e\u2066evil\u2069",
    "zalgo": "z" + "\u0301" * 5_000,
    "mentions": "<!channel> @room @here " * 1_000,
    "markup": "<script>alert(1)</script> [x](javascript:alert(1)) {text} {0} %s %(x)s",
    "far": "9999-12-31",
    "long ago": "0001-01-01",
    "past": "1900-01-01",
    "long length": "9999d",
    "zone": "../../../etc/passwd",
    "absolute zone": "/etc/passwd",
    "zone folder": "Europe",
    "blank": "\u3000\u200b",
    "newlines": "\n\r\u2028\u2029" * 100,
}


@pytest.fixture
async def house(house: House) -> House:
    await house.say("oakland", "ana", "/propose Use Signal --affects nairobi --for 3d")
    await house.say("nairobi", "wanjiku", "/input D-1 concern no phones")
    return house


@pytest.mark.parametrize("nasty", NASTY)
async def test_no_command_fails_on_it(house: House, nasty: str) -> None:
    text = NASTY[nasty]
    for name, command in COMMANDS.items():
        if name == "forget-me":
            continue
        typed = [f"/{name} {text}", f"/{name} D-1 {text}", f"/{name} C-1 {text}"]
        typed += [f'/{name} {"x " * (f.option != "title")}--{f.option} "{text}"' for f in command.fields if not f.at]
        for each in typed:
            assert_told(plain(await house.dispatch.handle(said(house, each))), name)
        for f in command.fields:
            values = {g.name: "D-1" for g in command.fields if g.is_required} | {f.name: text}
            assert_told(plain(await house.dispatch.handle(submitted(house, name, values))), f"{name} {f.name}")
        await house.deliverer.drain()  # what came of all of them is rendered, too
    assert_told(plain(await house.say("oakland", "ana", text, thread="D-1:head:1")), "a reply")


def said(house: House, typed: str) -> CommandTyped:
    return CommandTyped(house.event_key(), house.place("oakland"), house.actor("ana"), house.clock(), typed[1:])


def submitted(house: House, command: str, values: dict[str, str]) -> FormSubmitted:
    return FormSubmitted(house.event_key(), house.place("oakland"), house.actor("ana"), house.clock(), command, values)


def assert_told(answer: str, what: str) -> None:
    assert "our fault" not in answer, f"{what}: {answer[:300]}"
    assert len(answer) < 300_000, what


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
async def test_no_words_break_the_search(house: House, data: st.DataObject) -> None:
    words = data.draw(st.text(max_size=40))
    assert_told(plain(await house.say("oakland", "ana", f"/decisions {words}")), repr(words))


async def test_ids_that_no_record_has_are_not_found(house: House) -> None:
    numbers = [random.Random(n).randrange(1 << 30, 1 << 70) for n in range(5)]
    for number in numbers:
        for typed in (f"/show D-{number}", f"/redact C-{number}", f"/decisions --before D-{number}"):
            answer = plain(await house.say("oakland", "ana", typed))
            assert "our fault" not in answer
            assert "no id of this kind" in answer or "There is no" in answer
