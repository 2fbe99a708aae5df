"""`mycel` as a process: what it prints, what it refuses and how, and what it never tells."""

from __future__ import annotations

import contextlib
import json
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.living import environment, free_port

CANARY = "xoxb-1234567890-canary"
PATIENCE_S = 20
"""A busy machine may need it; how soon Mycel stops is measured in test_kill.py."""


@dataclass
class Home:
    """A fresh folder to run `mycel` in."""

    folder: Path
    port: int = field(default_factory=free_port)
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def command(self, *words: str, module: str = "bot", **settings: str) -> tuple[list[str], dict[str, str]]:
        return [sys.executable, "-m", module, *words], environment(self.port, **{**self.settings, **settings})

    def mycel(self, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
        """Runs a command to its end."""
        words_, env = self.command(*words, **settings)
        return subprocess.run(
            words_, env=env, cwd=self.folder, capture_output=True, text=True, timeout=PATIENCE_S, check=False
        )

    @contextlib.contextmanager
    def running(self, *words: str, module: str = "bot", **settings: str) -> Iterator[str]:
        """`mycel run` until the block ends; gives the line that it printed. It has to stop well."""
        command, env = self.command("run", *words, module=module, **settings)
        with (
            self.log.open("a") as log,
            subprocess.Popen(
                command, env=env, cwd=self.folder, stdout=subprocess.PIPE, stderr=log, text=True
            ) as process,
        ):
            try:
                assert process.stdout is not None
                line = process.stdout.readline()
                assert line, self.log.read_text()
                yield line.strip()
                process.send_signal(signal.SIGTERM)
                assert process.wait(PATIENCE_S) == 0, self.log.read_text()
                assert process.stdout.read() == ""
            finally:
                process.kill()

    @property
    def log(self) -> Path:
        return self.folder / "log"

    def get(self, path: str) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(self.url + path, timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def say(self, id: str, text: str, account: str = "ana") -> dict[str, Any]:
        said = {"id": f"process-{id}", "channel": "oakland", "account": account, "text": text}
        request = urllib.request.Request(
            f"{self.url}/try/say", json.dumps(said).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=5) as answer:
            reply: dict[str, Any] = json.loads(answer.read())["reply"]
        return reply


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def refused(done: subprocess.CompletedProcess[str], code: int = 1) -> str:
    """What a command said that could not do its work: to stderr, without a traceback."""
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    return done.stderr


def test_run_on_a_fresh_folder_serves_the_playground(home: Home) -> None:
    with home.running() as line:
        assert line == f"The playground is at {home.url}/try (no platform is set up)"
        assert home.get("/healthz") == (200, "ok\n")
        assert home.get("/readyz") == (200, "ready\n")
        assert home.get("/try")[0] == 200
        status, figures = home.get("/metrics")
        assert (status, "mycel_stored" in figures) == (200, True)
        secrets = [home.folder / "data" / name for name in ("running.json", "secret.key")]
        assert [path.stat().st_mode & 0o777 for path in secrets] == [0o600, 0o600]
        assert (home.folder / "data").stat().st_mode & 0o777 == 0o700
        again = refused(home.mycel("run", MYCEL_PORT=str(free_port())))
        assert again == f"mycel: Mycel is running already in {home.folder}: one process a folder.\n"
    assert not (home.folder / "data" / "running.json").exists()


def test_what_was_said_is_there_after_a_restart_and_the_key_is_the_same(home: Home) -> None:
    key = home.folder / "data" / "secret.key"
    with home.running():
        assert home.say("1", "/decide Use Signal")["is"] == "answer"
        first = key.read_bytes()
    with home.running():
        assert home.say("1", "/decide Use Signal")["is"] == "nothing"
        assert "Use Signal" in json.dumps(home.say("2", "/show D-1"))
        assert key.read_bytes() == first


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"DATABASE_URL": "postgresql+psycopg://me:hunter2@127.0.0.1:1/name"}, "The database cannot be used"),
        ({"SLACK_BOT_TOKEN": CANARY}, "Slack is half set up: nothing can come in"),
        ({"MATRIX_USER": "@hunter2:example.org"}, "Matrix needs MATRIX_HOMESERVER (https://matrix.example.org)"),
        ({"MYCEL_HOST": "0.0.0.0"}, "the playground has no login: it is served on 127.0.0.1 only"),
    ],
)
def test_run_says_plainly_why_it_cannot_start(home: Home, settings: dict[str, str], words: str) -> None:
    said = refused(home.mycel("run", **settings))
    assert words in said
    assert "hunter2" not in said
    assert CANARY not in said


@pytest.mark.parametrize("command", ["run", "doctor"])
def test_wrong_settings_are_named_without_their_values(home: Home, command: str) -> None:
    wrong = {"MYCEL_PORT": "eighty", "MYCEL_TICK_SECONDS": "-7", "MYCEL_LOG_FORMAT": "prose"}
    said = refused(home.mycel(command, **wrong), code=2)
    assert all(name in said for name in wrong)
    assert not any(value in said for value in wrong.values())


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("mysql://me:hunter2@host/name", "names mysql, which Mycel cannot store in"),
        ("sqlite://", "names no file"),
        ("hunter2", "is not a URL"),
    ],
)
@pytest.mark.parametrize("command", ["run", "doctor", "migrate"])
def test_a_database_that_mycel_cannot_store_in_is_a_wrong_setting(
    home: Home, command: str, url: str, words: str
) -> None:
    said = refused(home.mycel(command, DATABASE_URL=url), code=2)
    assert "DATABASE_URL: " in said
    assert words in said
    assert "hunter2" not in said


def test_a_port_that_there_is_not_is_a_wrong_setting(home: Home) -> None:
    assert "MYCEL_PORT" in refused(home.mycel("run", MYCEL_PORT="99999"), code=2)


def test_a_taken_port_is_told(home: Home) -> None:
    with socket.create_server(("127.0.0.1", home.port)):
        said = refused(home.mycel("run", MYCEL_LOG_LEVEL="error"))
        assert f"Port {home.port} on 127.0.0.1 cannot be used: Address already in use." in said
        assert home.mycel("doctor").returncode == 1


def test_a_folder_that_cannot_be_used_is_told(home: Home) -> None:
    (home.folder / "data").write_text("a file")
    assert "The folder data/ cannot be used: File exists." in refused(home.mycel("run"))


def test_postgresql_is_migrated_only_when_asked(home: Home, postgresql_url: str) -> None:
    home.settings["DATABASE_URL"] = postgresql_url
    said = refused(home.mycel("run"))
    assert "The database lacks" in said
    assert "mycel migrate" in said
    assert "migration(s) to run" in home.mycel("doctor").stdout
    with home.running("--migrate"):
        assert home.get("/readyz")[0] == 200
    with home.running():
        assert home.say("1", "/decide Use Signal")["is"] == "answer"


def test_migrate_runs_what_is_missing_once(home: Home) -> None:
    first, second = home.mycel("migrate"), home.mycel("migrate")
    assert (first.returncode, first.stdout.splitlines()[0]) == (0, "0001")
    assert (second.returncode, second.stdout) == (0, "The database is up to date.\n")


def test_init_gives_a_code_that_makes_one_steward(home: Home) -> None:
    done = home.mycel("init")
    assert done.returncode == 0, done.stderr
    code = done.stdout.split("/steward ")[1].split()[0]
    with home.running():
        assert home.say("1", f"/steward {code}", account="ben")["is"] == "answer"
        assert home.say("2", f"/steward {code}", account="iker")["is"] == "invalid"
        assert "steward" in json.dumps(home.say("3", "/whoami", account="ben"))


def test_doctor_tells_how_things_stand(home: Home) -> None:
    before = home.mycel("doctor")
    assert before.returncode == 0, before.stderr
    assert "migration(s) to run" in before.stdout
    assert "Mycel is not running in this folder" in before.stdout
    assert not (home.folder / "data" / "mycel.db").exists()
    with home.running():
        during = json.loads(home.mycel("doctor", "--json").stdout)
    assert during["is_well"]
    assert any(finding["what"] == f"Mycel runs at {home.url} and is ready" for finding in during["findings"])
    wrong = home.mycel("doctor", "--json", SLACK_BOT_TOKEN=CANARY)
    assert (wrong.returncode, json.loads(wrong.stdout)["is_well"], CANARY in wrong.stdout) == (1, False, False)


def test_help_lists_the_commands(home: Home) -> None:
    listed = home.mycel("--help").stdout
    assert all(f"  {name} " in listed for name in ("run", "try", "init", "doctor", "migrate"))
    assert home.mycel("nonsense").returncode == 2


def test_settings_are_read_from_both_files_and_the_environment_wins(home: Home) -> None:
    (home.folder / ".env").write_text("MYCEL_NETWORK=from-env-file\n")
    (home.folder / "mycel.toml").write_text('mycel_network = "from-toml"\nmycel_log_format = "json"\n')
    assert "network “from-env-file”" in home.mycel("doctor").stdout
    assert "network “from-environment”" in home.mycel("doctor", MYCEL_NETWORK="from-environment").stdout
    with home.running():
        pass
    assert [json.loads(line)["of"] for line in home.log.read_text().splitlines() if line.startswith("{")] != []
    (home.folder / "mycel.toml").write_text("mycel_network = ")
    assert "mycel.toml cannot be read" in refused(home.mycel("doctor"), code=2)


def test_no_secret_and_no_word_of_anybody_reaches_logs_and_figures(home: Home) -> None:
    """Also where a handler has a bug whose exception says what was typed."""
    settings = {"MYCEL_LOG_FORMAT": "json", "MYCEL_LOG_LEVEL": "debug", "MYCEL_SECRET_KEY": CANARY}
    with home.running(module="tests.end_to_end.with_a_bug", **settings):
        assert home.say("1", f"/decide Keep {CANARY} to ourselves")["is"] == "answer"
        assert home.say("2", f"/decide stumble over {CANARY} and private matters")["is"] == "invalid"
        figures = home.get("/metrics")[1]
    log = home.log.read_text()
    lines = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    bug = next(line for line in lines if line["level"] == "error")
    assert "builtins.ValueError" in bug["error"]
    assert "with_a_bug.py" in bug["error"]
    for told in (log, figures):
        assert not any(word in told for word in ("xoxb", "canary", "private", "ourselves"))
    assert not (home.folder / "data" / "secret.key").exists()
