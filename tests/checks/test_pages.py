"""The docs name what there is: settings, metrics and the commands of the command line."""

import re

from bot.__main__ import main
from tests.checks.tables import PAGE, generated


def test_settings_and_metrics_are_those_of_the_code() -> None:
    assert PAGE.read_text() == generated(PAGE.read_text()), "run: python -m tests.checks.tables"


def test_the_commands_of_the_command_line_are_documented() -> None:
    named = set(re.findall(r"`mycel ([a-z]+)", PAGE.read_text()))
    assert named == set(main.commands)
