"""The test's hold on a Mycel that is killed and born again, and what it says to it as a platform would."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import os
import signal
import socket
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

ROOT = Path(__file__).parents[2]
KILLED = -signal.SIGKILL
_PATIENCE_S = 60
"""A nursery imports everything before its first child, on a machine that may be busy."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def environment(port: int, **settings: str) -> dict[str, str]:
    """What a process of Mycel gets: no setting of this machine's but these."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    return {**kept, "PYTHONPATH": str(ROOT), "MYCEL_PORT": str(port), **settings}


class Cradle:
    """A nursery in a folder of its own, with at most one Mycel alive. `announced`: what says that it serves."""

    def __init__(self, folder: Path, url: str, *, announced: str = "The playground is at", **settings: str) -> None:
        self.folder, self.port, self.url = folder, free_port(), url
        self._announced, self._settings = announced, settings
        self.log = folder / "log"
        self._process: asyncio.subprocess.Process | None = None
        self.pid = 0

    async def __aenter__(self) -> Cradle:
        settings = {"DATABASE_URL": self.url, "MYCEL_TICK_SECONDS": "0.1", "MYCEL_LOG_FORMAT": "json"}
        settings |= self._settings
        with self.log.open("w") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "tests.end_to_end.nursery",
                cwd=self.folder,
                env=environment(self.port, **settings),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                start_new_session=True,
            )
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._process is not None
        # With the child, also one of which nobody has heard yet.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        await self._process.wait()

    async def bear(self, point: str = "", nth: int = 1) -> bool:
        """Starts Mycel, to be killed at a point; True once it serves, False if it was killed before."""
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"point": point, "nth": nth}).encode() + b"\n")
        self.pid = json.loads(await self._line())["pid"]
        line = await self._line()
        if line.startswith(self._announced):
            return True
        self._ended(line, KILLED)
        return False

    async def end(self, how: int = 0) -> None:
        """Waits for its end, which has to be this one (0: done, -9: killed)."""
        self._ended(await self._line(), how)

    def kill(self, with_signal: int = signal.SIGKILL) -> None:
        os.kill(self.pid, with_signal)

    def _ended(self, line: str, how: int) -> None:
        self.pid = 0
        ended = json.loads(line)["ended"]
        assert ended == how, f"ended with {ended}:\n{self.log.read_text()[-3000:]}"

    async def _line(self) -> str:
        assert self._process is not None
        assert self._process.stdout is not None
        line = await asyncio.wait_for(self._process.stdout.readline(), _PATIENCE_S)
        assert line, self.log.read_text()[-3000:]
        return line.decode()


@dataclass(frozen=True)
class Deed:
    """Something said in the playground; `id` is the client's, so that it can be said again."""

    id: str
    channel: str
    account: str
    text: str


@dataclass
class Driver:
    """Says things over HTTP, and says again with the same id what nobody has acknowledged."""

    cradle: Cradle
    acknowledged: dict[str, Deed] = field(default_factory=dict)
    replies: dict[str, Any] = field(default_factory=dict)
    open: dict[str, Deed] = field(default_factory=dict)
    ids: itertools.count[int] = field(default_factory=lambda: itertools.count(1))
    rounds: itertools.count[int] = field(default_factory=itertools.count)

    def decide(self) -> None:
        n = next(self.ids)
        self._add(Deed(f"decide-{n:05}", "oakland", "ana", f"/decide Matter {n:05} is decided --tell nairobi,bilbao"))

    def propose(self) -> None:
        n = next(self.ids)
        text = f"/propose Matter {n:05} is proposed --affects nairobi --for 2h"
        self._add(Deed(f"propose-{n:05}", "bilbao", "iker", text))

    def talk(self) -> None:
        n = next(self.ids)
        self._add(Deed(f"talk-{n:05}", "nairobi", "otieno", f"Matter {n:05} is only talk"))

    def _add(self, deed: Deed) -> None:
        self.open[deed.id] = deed

    async def round(self, session: aiohttp.ClientSession) -> bool:
        """Says all that is open at once; False if Mycel died of it."""
        return all(await asyncio.gather(*(self._say(session, deed) for deed in list(self.open.values()))))

    async def _say(self, session: aiohttp.ClientSession, deed: Deed) -> bool:
        said = {"id": deed.id, "channel": deed.channel, "account": deed.account, "text": deed.text}
        found = await self.post(session, "say", said)
        if found is None:
            return False
        status, answer = found
        assert status in (200, 202), (deed, status, answer)
        assert status == 202 or answer["reply"]["is"] in ("answer", "nothing"), (deed, answer)
        self.acknowledged[deed.id] = self.open.pop(deed.id)
        return True

    async def move_clock(self, session: aiohttp.ClientSession) -> bool | None:
        """To the next thing due. False if there is none, None if Mycel died of it."""
        found = await self.post(session, "clock", {"id": f"clock-{next(self.ids):05}", "by": "next"})
        if found is None:
            return None
        status, answer = found
        assert status == 200 or answer == {"error": "Nothing is due in this network."}, answer
        return status == 200

    async def post(self, session: aiohttp.ClientSession, what: str, body: Any) -> tuple[int, Any] | None:
        """Status and answer; None where the connection broke."""
        try:
            async with session.post(f"http://127.0.0.1:{self.cradle.port}/try/{what}", json=body) as response:
                return response.status, await response.json()
        except (aiohttp.ClientConnectionError, aiohttp.ClientPayloadError):
            return None
