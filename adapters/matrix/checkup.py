"""What the homeserver says of an account of Mycel's: asked from outside, without logging in or changing anything."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import aiohttp

from adapters.matrix.cross_signing import is_signed, look_up
from adapters.matrix.errors import CannotConnect, MatrixError
from adapters.matrix.http import CLIENT, Http, path
from adapters.matrix.key_store import store_file
from adapters.matrix.login import Account
from adapters.matrix.vault import Vault
from storage.matrix import MatrixAccountRow


@dataclass(frozen=True, slots=True)
class Health:
    """`unreachable` and `dead`: why, "" where it is not so. `has_session` False: Mycel has never logged in.

    `clock_off`: how far the homeserver's clock is ahead of ours. `has_keys`: the device's keys are in MATRIX_STORE.
    `rooms`: those that the account is in.
    """

    unreachable: str = ""
    clock_off: timedelta = timedelta()
    has_session: bool = False
    dead: str = ""
    user_id: str = ""
    device_id: str = ""
    has_keys: bool = False
    is_signed: bool = False
    rooms: frozenset[str] = field(default_factory=frozenset)


async def examine(account: Account, kept: MatrixAccountRow | None, vault: Vault | None, now: datetime) -> Health:
    """`kept`: the session that Mycel has stored; `vault` None where there is no secret key yet. `now`: aware UTC."""
    http = Http(account.homeserver, timeout_s=10)
    try:
        return await _examined(http, account, kept, vault, now)
    finally:
        await http.close()


async def _examined(
    http: Http, account: Account, kept: MatrixAccountRow | None, vault: Vault | None, now: datetime
) -> Health:
    try:
        clock_off = await _clock_off(account.homeserver, now)
    except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
        return Health(unreachable=str(error) or type(error).__name__)
    try:
        token = account.access_token or (vault.unlock(kept.token) if kept and vault else "")
    except CannotConnect as error:
        return Health(clock_off=clock_off, has_session=True, dead=str(error).splitlines()[0])
    if not token:
        return Health(clock_off=clock_off)
    http.token = token
    try:
        return await _of_session(http, account, clock_off)
    except MatrixError as error:
        return Health(clock_off=clock_off, has_session=True, dead=error.reason)


async def _of_session(http: Http, account: Account, clock_off: timedelta) -> Health:
    who = await http.call("GET", path("account", "whoami"))
    user_id, device_id = str(who["user_id"]), str(who.get("device_id") or account.device_id)
    found = await look_up(http, user_id)
    joined = await http.call("GET", f"{CLIENT}/joined_rooms")
    return Health(
        clock_off=clock_off,
        has_session=True,
        user_id=user_id,
        device_id=device_id,
        has_keys=store_file(account.store, user_id, device_id).exists(),
        is_signed=is_signed(found, user_id, device_id),
        rooms=frozenset(map(str, joined.get("joined_rooms", []))),
    )


async def _clock_off(homeserver: str, now: datetime) -> timedelta:
    """Whole seconds at best: that is what HTTP tells."""
    timeout = aiohttp.ClientTimeout(total=10)
    async with (
        aiohttp.ClientSession(timeout=timeout) as session,
        session.get(f"{homeserver}/_matrix/client/versions") as answer,
    ):
        answer.raise_for_status()
        said = answer.headers.get("Date", "")
    return parsedate_to_datetime(said).astimezone(UTC) - now if said else timedelta()
