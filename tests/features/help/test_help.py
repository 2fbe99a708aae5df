"""The help says what the declarations say, for every command there is."""

from collections.abc import Sequence

import pytest

from bot.app import FEATURES
from bot.core import parsing
from bot.core.commands import Command
from bot.core.feature import Feature
from bot.core.registry import Registry
from bot.features.help.messages import shown_fields
from tests.support.house import House, plain

REGISTRY = Registry(FEATURES)
COMMANDS = list(REGISTRY.commands.values())


@pytest.fixture
def features() -> Sequence[Feature]:
    return FEATURES


def named(command: Command) -> str:
    return command.name


async def test_help_lists_every_command_with_an_example(house: House) -> None:
    shown = plain(await house.say("oakland", "ana", "/help"))
    for command in COMMANDS:
        assert command.summary in shown
        assert f"/{command.name}" in shown


async def test_mycel_alone_is_help(house: House) -> None:
    assert plain(await house.say("oakland", "ana", "/mycel")) == plain(await house.say("oakland", "ana", "/help"))


async def test_help_works_in_a_channel_of_no_group(house: House) -> None:
    assert "/group" in plain(await house.say("elsewhere", "zed", "/help"))


async def test_help_explains_one_command(house: House) -> None:
    shown = plain(await house.say("oakland", "ana", "/help !group"))
    assert shown.startswith("/group\nMake this channel a home of a group")
    assert "`/group [NAME] [--slug short-name] [--tz Area/City]" in shown
    assert "• `--tz` – its time zone" in shown
    assert "Who may: anyone in a channel of the network." in shown
    assert "• `/group Oakland --tz America/Los_Angeles --region US-CA`" in shown


async def test_help_knows_what_was_meant(house: House) -> None:
    assert "did you mean “group”?" in plain(await house.say("oakland", "ana", "/help gruop"))


@pytest.mark.parametrize("command", COMMANDS, ids=named)
def test_a_command_is_declared_in_full(command: Command) -> None:
    assert command.summary
    assert not command.summary.endswith(".")
    assert command.examples
    assert [field.name for field in shown_fields(command) if not field.description] == []


@pytest.mark.parametrize("command", COMMANDS, ids=named)
def test_the_examples_of_a_command_are_understood(command: Command) -> None:
    for example in command.examples:
        found, typed = REGISTRY.find(example.removeprefix("/"))
        assert found is command
        if typed or not any(field.is_required for field in command.fields):
            parsing.parse(command, typed)
