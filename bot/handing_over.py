"""Where an import's steps are done: in the Mycel that runs on the data folder, or here if none does."""

from __future__ import annotations

import asyncio
import contextlib
import io
from collections.abc import AsyncIterator, Callable
from typing import Any, Protocol

import sqlalchemy as sa

from adapters.web.internal import PATH, WorkRefused
from bot.features.transfer import steps
from bot.features.transfer.steps import Refused, Request
from bot.running import Address
from storage.work import GroupLost, Work

TIMEOUT_S = 120
TRIES = 5


class Steps(Protocol):
    """Does the steps of an import, one transaction each."""

    async def do(self, request: Request) -> dict[str, Any]:
        """The answer to one step. Raises Refused; may be called again with the same."""


class OwnSteps:
    """Steps on a database of one's own, behind live commands."""

    def __init__(self, work: Work, network_id: int, new_id: Callable[[], int]) -> None:
        self._work, self._network_id, self._new_id = work, network_id, new_id

    async def do(self, request: Request) -> dict[str, Any]:
        def perform(tx: Any) -> dict[str, Any]:
            return steps.perform(tx, self._network_id, self._new_id, request)

        try:
            if steps.only_reads(request):
                return await self._work.read(perform)
            return await self._work.write(self._network_id, perform, background=True)
        except (sa.exc.IntegrityError, sa.exc.DataError) as error:
            raise Refused(f"The database refuses {_what(request)}: {type(error.orig).__name__}.") from error
        except (sa.exc.OperationalError, GroupLost) as error:
            raise Refused(f"The database could not store {_what(request)}: {type(error).__name__}.") from error

    async def take(self, raw: bytes) -> dict[str, Any]:
        """A step that came over the loopback. Raises WorkRefused."""
        try:
            return await self.do(steps.parse(raw))
        except Refused as refused:
            raise WorkRefused(str(refused)) from refused


def _what(request: Request) -> str:
    match request:
        case steps.Restore(lines=lines) if lines:
            return f"lines {lines[0].number} to {lines[-1].number}, which may refer to what is not there"
        case _:
            return f"the step “{request.step}”"


class RemoteSteps:
    """Steps that a running Mycel does; each is sent again where it is unclear whether it was done."""

    def __init__(self, session: Any, address: Address) -> None:
        self._session, self._address = session, address

    async def do(self, request: Request) -> dict[str, Any]:
        import aiohttp

        headers = {"Authorization": f"Bearer {self._address.token}", "Content-Type": "application/json"}
        url, body = self._address.url + PATH, request.model_dump_json().encode()
        for attempt in range(TRIES):
            try:
                async with self._session.post(url, data=io.BytesIO(body), headers=headers) as response:
                    return _answered(response.status, await response.json())
            except (aiohttp.ClientConnectorError, aiohttp.ContentTypeError) as error:
                raise Refused(_gone(self._address)) from error
            except (aiohttp.ClientError, TimeoutError) as error:
                if attempt + 1 == TRIES:
                    raise Refused(_gone(self._address)) from error
            await asyncio.sleep(0.2 * 2**attempt)
        raise AssertionError("unreachable")


def _answered(status: int, answer: dict[str, Any]) -> dict[str, Any]:
    if status == 200:
        return answer
    raise Refused(str(answer.get("error", f"The running Mycel answered {status}.")))


def _gone(address: Address) -> str:
    return (
        f"The running Mycel (process {address.pid}, {address.url}) does not answer. "
        "Run the same again: what is stored stays stored, and nothing is stored twice."
    )


@contextlib.asynccontextmanager
async def remote(address: Address) -> AsyncIterator[RemoteSteps]:
    """Steps in a running Mycel; no proxy is asked."""
    import aiohttp

    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=TIMEOUT_S), trust_env=False) as session:
        yield RemoteSteps(session, address)
