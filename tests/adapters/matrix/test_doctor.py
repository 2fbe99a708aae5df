"""What `mycel doctor` says of an account, whatever its state."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.matrix.checkup import Health
from adapters.matrix.login import Account
from bot.finding import NOTE, OK, WRONG
from bot.matrix_doctor import findings

ACCOUNT = Account("https://matrix.example.org", "@mycel:example.org", "password")
WELL = Health(
    has_session=True,
    user_id="@mycel:example.org",
    device_id="DEVICE",
    has_keys=True,
    is_signed=True,
    rooms=frozenset({"!a", "!b"}),
)


def test_an_account_that_is_well() -> None:
    found = findings(ACCOUNT, WELL, {"!a": "active"})
    assert {each.state for each in found} == {OK}
    assert found[-1].what == "@mycel:example.org is in 2 rooms; groups are at home in 1"


@pytest.mark.parametrize(
    ("health", "state", "said", "step"),
    [
        (Health(unreachable="refused"), WRONG, "does not answer: refused", "MATRIX_HOMESERVER"),
        (Health(), NOTE, "has not logged in yet", "`mycel run` does"),
        (Health(has_session=True, dead="401 M_UNKNOWN_TOKEN"), WRONG, "cannot be used: 401", "new token"),
        (replace(WELL, has_keys=False), WRONG, "DEVICE are not in data/matrix", "backup"),
        (replace(WELL, is_signed=False), WRONG, "DEVICE is not signed", "verify the device"),
        (replace(WELL, clock_off=timedelta(seconds=-90)), WRONG, "is -90 s off", "time server"),
        (replace(WELL, rooms=frozenset({"!b"})), WRONG, "it is not in !a", "Invite it"),
    ],
)
def test_what_is_wrong_is_said_with_the_next_step(health: Health, state: str, said: str, step: str) -> None:
    [wrong] = [each for each in findings(ACCOUNT, health, {"!a": "active"}) if each.state != OK]
    assert wrong.state == state
    assert said in wrong.what
    assert step in wrong.next_step
