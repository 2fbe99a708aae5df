"""Importing into a Mycel that runs, as a host does it: two programs, one folder, and people who go on deciding."""

from __future__ import annotations

import asyncio
import io
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.features.transfer.conftest import put

ROOT = Path(__file__).resolve().parents[2]
PEPS = 60


@dataclass
class Host:
    """A folder with a Mycel in it, and its port."""

    folder: Path
    port: int

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("MYCEL_", "DATABASE_"))}
        return kept | {"PYTHONPATH": str(ROOT), "MYCEL_PORT": str(self.port)}

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "bot", "run"]
        return subprocess.Popen(
            command, cwd=self.folder, env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    async def mycel(self, *words: str) -> tuple[int, str, str]:
        """Runs a command to its end: (exit code, stdout, stderr)."""
        run = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", *words),
            cwd=self.folder,
            env=self.environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await run.communicate()
        return run.returncode or 0, out.decode(), err.decode()


@pytest.fixture
def peps(tmp_path: Path) -> Path:
    folder = tmp_path / "peps"
    folder.mkdir()
    for number in range(1, PEPS + 1):
        body = f"Abstract\n========\n\nWord{number:03} and more of it.\n"
        put(folder, number, body=body, Replaces=str(number - 1), Status="Final")
    return folder


@pytest.fixture
async def host(tmp_path: Path) -> AsyncIterator[Host]:
    """A running Mycel."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    (tmp_path / "home").mkdir()
    found = Host(tmp_path / "home", port)
    process = found.start()
    try:
        await asyncio.wait_for(until_ready(found, process), 60)
        yield found
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


async def until_ready(host: Host, process: subprocess.Popen[bytes]) -> None:
    async with aiohttp.ClientSession() as session:
        while True:
            assert process.poll() is None, "Mycel ended before it was ready"
            try:
                async with session.get(host.url("/readyz")) as response:
                    if response.status == 200:
                        return
            except aiohttp.ClientConnectorError:
                await asyncio.sleep(0.05)


async def say(session: aiohttp.ClientSession, host: Host, id: str, text: str) -> dict[str, Any]:
    said = {"id": f"deed-{id}", "channel": "oakland", "account": "ana", "text": text}
    async with session.post(host.url("/try/say"), json=said) as response:
        assert response.status == 200, await response.text()
        found: dict[str, Any] = await response.json()
        return found


async def shown(session: aiohttp.ClientSession, host: Host) -> str:
    async with session.get(host.url("/try/state")) as response:
        return json.dumps(await response.json())


async def test_an_import_and_people_who_go_on_deciding(host: Host, peps: Path) -> None:
    async with aiohttp.ClientSession() as session:
        importing = asyncio.create_task(host.mycel("import", "pep", str(peps), "--json"))
        answers: list[str] = []
        while not importing.done():
            answers.append(
                json.dumps(await say(session, host, f"live{len(answers):04}", f"/decide Live {len(answers)}"))
            )
        code, out, _ = await importing
        told = json.loads(out)
        found = json.dumps(await say(session, host, "search01", "/decisions word042"))
        channels = await shown(session, host)
        again_code, again_out, again_err = await host.mycel("import", "pep", str(peps))
    assert (code, told["counts"]["imported"], told["counts"]["links_made"]) == (0, PEPS, PEPS - 1)
    assert answers
    assert [answer for answer in answers if "Logged: " not in answer] == []
    assert "Proposal 42" in found
    assert "Live 0" in channels
    assert "Proposal" not in channels
    assert (again_code, f"here already: {PEPS}" in again_out, "imported:" in again_out) == (0, True, False)
    assert f"Importing: {PEPS} of {PEPS}" in again_err


async def test_one_imported_is_shown_and_superseded(host: Host, peps: Path) -> None:
    code, _, _ = await host.mycel("import", "pep", str(peps), "--group", "oakland")
    async with aiohttp.ClientSession() as session:
        number = PEPS
        whole = json.dumps(await say(session, host, "show0001", f"/show D-{number}"))
        answer = json.dumps(await say(session, host, "decide01", f"/decide Something new --supersedes D-{number}"))
        after = json.dumps(await say(session, host, "show0002", f"/show D-{number}"))
    assert code == 0
    assert "Imported from" in whole
    assert f"pep:{PEPS}" in whole
    assert "Logged: " in answer
    assert "Superseded by " in after


async def test_a_killed_import_is_completed_by_the_next(host: Host, peps: Path) -> None:
    command = [sys.executable, "-m", "bot", "import", "pep", str(peps)]
    killed = await asyncio.create_subprocess_exec(
        *command, cwd=host.folder, env=host.environment, stderr=asyncio.subprocess.PIPE
    )
    assert killed.stderr is not None
    while b"Reading" not in await killed.stderr.readline():
        pass
    killed.kill()
    await killed.wait()
    code, out, _ = await host.mycel("import", "pep", str(peps), "--json")
    counts = json.loads(out)["counts"]
    assert code == 0
    assert counts["imported"] + counts["here_already"] == PEPS
    assert counts["links_made"] + counts["links_here_already"] == PEPS - 1


async def test_only_this_machines_command_line_may_hand_work_over(host: Host) -> None:
    running = json.loads((host.folder / "data" / "running.json").read_text())
    good = {"Authorization": f"Bearer {running['token']}", "Content-Type": "application/json"}
    url, body = host.url("/internal/import"), b'{"step": "begin", "group": null}'
    statuses = {}
    async with aiohttp.ClientSession() as session:
        for name, headers, data in (
            ("no token", {"Content-Type": "application/json"}, body),
            ("another token", good | {"Authorization": "Bearer é"}, body),
            ("another name", good | {"Host": f"evil.example:{host.port}"}, body),
            ("a page", good | {"Origin": host.url("")}, body),
            ("a form", good | {"Content-Type": "text/plain"}, body),
            ("too large", good, b"x" * (5 << 20)),
            ("no step", good, b'{"step": "nothing"}'),
            ("right", good, body),
        ):
            async with session.post(url, data=io.BytesIO(data), headers=headers) as response:
                statuses[name] = response.status
    assert statuses == {
        "no token": 401,
        "another token": 401,
        "another name": 403,
        "a page": 403,
        "a form": 415,
        "too large": 413,
        "no step": 409,
        "right": 200,
    }


async def test_an_export_beside_it_comes_back_in_another_folder(host: Host, peps: Path, tmp_path: Path) -> None:
    await host.mycel("import", "pep", str(peps))
    out = tmp_path / "out.jsonl"
    code, _, _ = await host.mycel("export", "jsonl", str(out))
    (tmp_path / "second").mkdir()
    second = Host(tmp_path / "second", 1)
    imported = await second.mycel("import", "jsonl", str(out), "--json")
    _, again, _ = await second.mycel("export", "jsonl", "-")
    into_lived_in = await host.mycel("import", "jsonl", str(out))
    assert (code, imported[0]) == (0, 0)
    assert again.split("\n")[1:] == out.read_text().split("\n")[1:]
    assert into_lived_in[0] == 0
    assert "rows stored" not in into_lived_in[1]


async def test_what_goes_wrong_is_said_plainly(host: Host, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    ends = [
        await host.mycel("import", "pep", str(tmp_path / "nothing")),
        await host.mycel("import", "pep", str(tmp_path / "empty")),
        await host.mycel("import", "jsonl", str(tmp_path / "nothing")),
        await host.mycel("import", "pep"),
        await host.mycel("export", "jsonl", str(tmp_path / "nothing" / "out.jsonl")),
    ]
    assert [code for code, _, _ in ends] == [1, 1, 1, 2, 1]
    assert ["Traceback" in err for _, _, err in ends] == [False] * 5
    assert "There is no file or folder" in ends[0][2]
    assert "has no PEP files" in ends[1][2]
    assert "There is no file" in ends[2][2]
    assert "cannot be written" in ends[4][2]
