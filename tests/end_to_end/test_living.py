"""An account that cannot go on leaves the others alone; with the last of them Mycel ends."""

from __future__ import annotations

import asyncio
import json
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from pydantic import SecretStr

from adapters.matrix.port import server_of
from bot import app
from bot.living import Accounts
from bot.parts import CannotStart, Platform
from bot.settings import MatrixAccount, Settings
from tests.end_to_end.living import free_port
from tests.support.matrix_bot import eventually
from tests.support.synapse import Synapse


async def for_ever() -> None:
    await asyncio.Event().wait()


async def cannot(why: str) -> None:
    raise CannotStart(why)


async def until_over(*works: asyncio.Task[None], stop: asyncio.Event | None = None) -> str:
    """What is said at the end; "" for a stop that was asked for."""
    try:
        await asyncio.wait_for(Accounts().go_on({"matrix": works}, stop or asyncio.Event()), 10)
    except CannotStart as error:
        return str(error)
    finally:
        for work in works:
            work.cancel()
        await asyncio.gather(*works, return_exceptions=True)
    return ""


async def test_the_last_account_ends_it_and_all_that_was_wrong_is_said() -> None:
    works = [asyncio.create_task(cannot(why)) for why in ("no token", "no password")]
    assert (await until_over(*works)).splitlines() == ["no token", "no password"]


async def test_without_accounts_or_while_one_lives_it_goes_on_until_it_is_stopped() -> None:
    for works in ([], [asyncio.create_task(cannot("no token")), asyncio.create_task(for_ever())]):
        stop = asyncio.Event()
        asyncio.get_running_loop().call_later(0.05, stop.set)
        assert await until_over(*works, stop=stop) == ""


async def test_a_bug_ends_it_at_once() -> None:
    async def bug() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await until_over(asyncio.create_task(bug()), asyncio.create_task(for_ever()))


async def test_what_an_account_said_at_its_end_is_the_platform_s_problem(caplog: pytest.LogCaptureFixture) -> None:
    platform, accounts, stop = Platform("slack", ""), Accounts(), asyncio.Event()
    works = [asyncio.create_task(cannot("no token\nget one")), asyncio.create_task(for_ever())]
    going_on = asyncio.create_task(accounts.go_on({"slack": works}, stop))
    await eventually(lambda: accounts.problem(platform))
    stop.set()
    await going_on
    works[1].cancel()
    assert accounts.problem(platform) == "no token"
    assert "no token\nget one" in caplog.text


class Deaf(BaseHTTPRequestHandler):
    """A homeserver that knows no token."""

    def _refuse(self) -> None:
        body = json.dumps({"errcode": "M_UNKNOWN_TOKEN", "error": "no"}).encode()
        self.send_response(401)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = _refuse

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def deaf() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Deaf)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@asynccontextmanager
async def mycel(settings: Settings) -> AsyncIterator[asyncio.Task[None]]:
    stop = asyncio.Event()
    app.prepare_database(settings, may_migrate=True)
    running = asyncio.create_task(app.run(settings, announce=lambda _: None, stop=stop))
    try:
        yield running
    finally:
        stop.set()
        await running


def readiness(settings: Settings) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"{settings.local_url}/readyz", timeout=10) as answer:
            return answer.status, ""
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()
    except OSError:
        return 0, ""


async def test_a_dead_token_of_one_homeserver_leaves_the_other_at_work(
    synapse: Synapse, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.chdir(tmp_path)
    bot, ana = synapse.register(), synapse.register()
    with deaf() as elsewhere:
        lives = MatrixAccount(homeserver=bot.url, user=bot.user_id, password=SecretStr(bot.password))
        dead = MatrixAccount(homeserver=elsewhere, user="@mycel:elsewhere", access_token=SecretStr("old"))
        settings = Settings(database_url=sqlite_url, mycel_port=free_port(), matrix=[dead, lives])
        async with mycel(settings):
            room = await asyncio.to_thread(ana.create_room, bot.user_id, name="Leeds")
            await eventually(lambda: "I am Mycel" in "\n".join(ana.texts(room, bot.user_id)), "the greeting")

            async def is_the_dead_one_named() -> bool:
                status, said = await asyncio.to_thread(readiness, settings)
                return status == 503 and "@mycel:elsewhere any more" in said and server_of(bot.user_id) not in said

            await eventually(is_the_dead_one_named, "readiness")
    assert "MATRIX_ACCESS_TOKEN" in caplog.text
    assert "The others go on" in caplog.text
