"""The session of an account: the one that was kept, one from a token, or a new one by password on the same device."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from adapters.matrix.errors import CannotConnect, MatrixError, session_ended
from adapters.matrix.http import Http, path
from adapters.matrix.sync import STAGING
from adapters.matrix.vault import Vault
from storage import matrix
from storage.matrix import MatrixAccountRow
from storage.work import Work

log = logging.getLogger("mycel.matrix")

DEVICE_NAME = "Mycel"


@dataclass(frozen=True, slots=True)
class Account:
    """One Matrix account as it is set up (MATRIX_… of interface.md). `user` is a whole user id, or its first part.

    `allow`: who may invite; empty: people of the account's own server. `is_encrypting` False: no end-to-end
    encryption, and `store` is not used.
    """

    homeserver: str
    user: str
    password: str | None = None
    access_token: str | None = None
    device_id: str = ""
    allow: tuple[str, ...] = ()
    store: Path = Path("data/matrix")
    is_encrypting: bool = True

    def is_of(self, user_id: str) -> bool:
        return user_id == self.user or user_id.partition(":")[0] == f"@{self.user}"


@dataclass(frozen=True, slots=True)
class Session:
    """Who we are on the homeserver. `next_batch`: where the last sync ended, at `synced_at`; None before the first."""

    user_id: str
    device_id: str
    next_batch: str | None
    synced_at: datetime | None
    signing_keys: str | None


async def log_in(http: Http, account: Account, work: Work, vault: Vault) -> Session:
    """Gives `http` its token and keeps the session. Raises CannotConnect, and MatrixError where it may come again."""
    kept = await _kept(account, work)
    token = account.access_token or (vault.unlock(kept.token) if kept else None)
    who = await _who_is(http, account, token) if token else None
    if who is None:
        if account.password is None:
            raise CannotConnect(
                f"There is no way to log {account.user} in. Set MATRIX_PASSWORD, or MATRIX_ACCESS_TOKEN and its "
                "MATRIX_DEVICE_ID."
            )
        who = await _by_password(http, account, account.password, kept.device_id if kept else "")
    user_id, device_id = str(who["user_id"]), str(who.get("device_id") or account.device_id)
    _check(account, user_id, device_id)
    locked = vault.lock(http.token)
    return await work.write(STAGING, lambda tx: _keep(tx.db, account, user_id, device_id, locked))


def _keep(db: Any, account: Account, user_id: str, device_id: str, token: str) -> Session:
    matrix.save_account(db, user_id, account.homeserver, device_id, token)
    row = matrix.account(db, user_id)
    assert row is not None
    return Session(user_id, device_id, row.next_batch, row.synced_at, row.signing_keys)


async def _kept(account: Account, work: Work) -> MatrixAccountRow | None:
    """The session of an earlier start, if it is of the device that is asked for."""
    rows = await work.read(lambda tx: matrix.all_accounts(tx.db))
    found = [row for row in rows if account.is_of(row.user_id) and row.homeserver == account.homeserver]
    return next((row for row in found if account.device_id in ("", row.device_id)), None)


async def _who_is(http: Http, account: Account, token: str) -> dict[str, Any] | None:
    """Whose token it is; None where it is dead and there is a password to get another."""
    http.token = token
    try:
        return await http.call("GET", path("account", "whoami"))
    except MatrixError as error:
        if not error.is_end_of_session:
            raise
        if account.password is None or account.access_token is not None:
            raise session_ended(account.user, error) from error
        log.warning("the session of %s has ended (%s); logging in again", account.user, error.reason)
        http.token = ""
        return None


async def _by_password(http: Http, account: Account, password: str, device_id: str) -> dict[str, Any]:
    body = {
        "type": "m.login.password",
        "identifier": {"type": "m.id.user", "user": account.user},
        "password": password,
        "initial_device_display_name": DEVICE_NAME,
    }
    if account.device_id or device_id:
        body["device_id"] = account.device_id or device_id
    try:
        who = await http.call("POST", path("login"), body)
    except MatrixError as error:
        if not error.permanent:
            raise
        raise CannotConnect(
            f"{account.homeserver} does not let {account.user} in: {error.reason}\n"
            "Look at MATRIX_HOMESERVER, MATRIX_USER and MATRIX_PASSWORD. A server without passwords (matrix.org) needs "
            "MATRIX_ACCESS_TOKEN."
        ) from error
    http.token = str(who["access_token"])
    return who


def _check(account: Account, user_id: str, device_id: str) -> None:
    if not account.is_of(user_id):
        raise CannotConnect(f"The access token is of {user_id}, but MATRIX_USER is {account.user}. One has to change.")
    if not device_id:
        raise CannotConnect(f"The access token of {user_id} belongs to no device. Set MATRIX_DEVICE_ID to its device.")
    if account.device_id and account.device_id != device_id:
        raise CannotConnect(
            f"The access token of {user_id} is of device {device_id}, but MATRIX_DEVICE_ID is {account.device_id}."
        )
