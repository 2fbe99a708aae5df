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


async def test_help_begins_with_what_is_needed_first_and_names_every_command(house: House) -> None:
    shown = plain(await house.say("oakland", "ana", "/help"))
    assert "• `/decide Use Signal for alerts` – Log a decision where it happens" in shown
    assert "Decisions: `decide`, `propose`, " in shown
    assert [command.name for command in COMMANDS if f"`{command.name}`" not in shown] == []


@pytest.mark.parametrize("feature", [f for f in FEATURES if f.commands], ids=lambda feature: feature.name)
async def test_help_explains_the_commands_of_a_kind(house: House, feature: Feature) -> None:
    word = feature.name.split("_")[-1]
    shown = plain(await house.say("oakland", "ana", f"/help {word}"))
    if word in REGISTRY.commands:
        assert f"/{word}\n" in shown
        assert "Of the same kind: " in shown or len(feature.commands) == 1
    else:
        assert [command.summary for command in feature.commands if command.summary not in shown] == []


async def test_help_explains_a_command_of_two_words(house: House) -> None:
    assert plain(await house.say("oakland", "ana", "/help group pause")).startswith("/group-pause\n")


async def test_mycel_alone_is_help(house: House) -> None:
    assert plain(await house.say("oakland", "ana", "/mycel")) == plain(await house.say("oakland", "ana", "/help"))


async def test_help_works_in_a_channel_of_no_group(house: House) -> None:
    assert "/group" in plain(await house.say("elsewhere", "zed", "/help"))


async def test_help_explains_one_command(house: House) -> None:
    shown = plain(await house.say("oakland", "ana", "/help !group"))
    assert shown.startswith("/group\nMake this channel a home of a group")
    assert "Of the same kind: `group-confirm`, " in shown
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
