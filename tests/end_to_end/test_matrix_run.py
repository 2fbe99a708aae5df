"""`mycel run` on a real homeserver: from an invitation to the outcome, in three rooms, and what the doctor says."""

from __future__ import annotations

import re
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.__main__ import main
from tests.end_to_end.test_process import Home
from tests.support.synapse import Synapse, User, request

PATIENCE_S = 40


def until(is_so: Callable[[], bool], what: str) -> None:
    """Waits for a condition of another process."""
    end = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < end, f"still waiting for {what}"
        time.sleep(0.1)


def is_ready(home: Home) -> bool:
    try:
        with urllib.request.urlopen(f"{home.url}/readyz", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def said(user: User, room: str, bot: str) -> str:
    return "\n".join(user.texts(room, bot))


Mycel = Callable[..., str]


@pytest.fixture
def mycel(home: Home, monkeypatch: pytest.MonkeyPatch) -> Mycel:
    """A command of the command line in the home's folder, in this process; gives what it prints."""

    def run(*words: str) -> str:
        with monkeypatch.context() as here:
            here.chdir(home.folder)
            for name, value in {**home.settings, "MYCEL_PORT": str(home.port)}.items():
                here.setenv(name, value)
            return CliRunner().invoke(main, words).stdout

    return run


@pytest.fixture
def home(tmp_path: Path, synapse: Synapse) -> Home:
    bot = synapse.register()
    settings = {"MATRIX_HOMESERVER": bot.url, "MATRIX_USER": bot.user_id, "MATRIX_PASSWORD": bot.password}
    return Home(tmp_path, settings=settings)


def test_from_the_invitation_to_the_outcome(home: Home, mycel: Mycel, synapse: Synapse) -> None:
    bot = home.settings["MATRIX_USER"]
    before = mycel("doctor")
    assert f"answers; Mycel will be {bot} there" in before
    assert f"{bot} has not logged in yet" in before
    assert "this computer agree" in before
    code = re.search(r"/steward (\S+)", mycel("init"))
    assert code is not None
    ana, wanjiku = synapse.register(), synapse.register()
    with home.running() as announced:
        assert announced.startswith(f"On Matrix as {bot}")
        until(lambda: is_ready(home), "the first sync")
        oakland, nairobi = ana.create_room(bot, name="Oakland"), wanjiku.create_room(bot, name="Nairobi")
        until(lambda: "I am Mycel" in said(ana, oakland, bot), "the greeting in Oakland")
        until(lambda: "I am Mycel" in said(wanjiku, nairobi, bot), "the greeting in Nairobi")
        ana.send(oakland, f"!steward {code[1]}")
        until(lambda: "steward" in said(ana, oakland, bot), "the steward")
        ana.send(oakland, "!group Oakland --tz America/Los_Angeles --quiet off")
        until(lambda: "This channel is a home of Oakland" in said(ana, oakland, bot), "Oakland")
        wanjiku.invite(nairobi, ana.user_id)
        ana.join(nairobi)
        ana.send(nairobi, "!group Nairobi --tz Africa/Nairobi --quiet off")
        until(lambda: "This channel is a home of Nairobi" in said(wanjiku, nairobi, bot), "Nairobi")
        ana.send(oakland, "!propose Use Signal --affects nairobi --for 2h")
        until(lambda: "I have answered you in private" in said(ana, oakland, bot), "the question of the first month")
        ana.send(oakland, "!draft 1 open")
        until(lambda: "Use Signal" in said(wanjiku, nairobi, bot), "the window in Nairobi")
        wanjiku.send(nairobi, "!input D-1 concern half of us have no smartphone")
        until(lambda: "half of us have no smartphone" in said(ana, oakland, bot), "the concern in Oakland")
        ana.send(oakland, "!outcome D-1 adopted-with-changes SMS stays as a second way")
        until(lambda: "SMS stays as a second way" in said(wanjiku, nairobi, bot), "the outcome in Nairobi")
        assert "and is ready" in mycel("doctor")
    after = mycel("doctor")
    assert f"✓ {bot} is logged in on device" in after
    assert "is signed: clients that want signed devices hear it" in after
    assert f"✓ {bot} is in 3 rooms; groups are at home in 2" in after
    body: dict[str, object] = {"type": "m.login.password", "identifier": {"type": "m.id.user", "user": bot}}
    password = {"password": home.settings["MATRIX_PASSWORD"]}
    token = request(synapse.url, "POST", "/_matrix/client/v3/login", body | password)["access_token"]
    request(synapse.url, "POST", "/_matrix/client/v3/logout/all", {}, token)
    assert f"The session of {bot} cannot be used: 401" in mycel("doctor")


def test_a_wrong_password_is_said_plainly(home: Home) -> None:
    done = home.mycel("run", MATRIX_PASSWORD="wrong")
    assert done.returncode == 1
    assert done.stderr.count("Traceback") == 0
    assert "mycel: " in done.stderr
