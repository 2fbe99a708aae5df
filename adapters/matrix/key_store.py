"""The key store of an account: nio's SQLite file in MATRIX_STORE, encrypted, with the account's device in it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nio import Client, ClientConfig

from adapters.matrix.errors import CannotConnect
from adapters.matrix.http import Http, path


def store_file(folder: Path, user_id: str, device_id: str) -> Path:
    """The file of a device; user ids may hold characters that file names may not."""
    plain = re.sub(r"[^A-Za-z0-9._=-]", "_", f"{user_id}_{device_id}")[:100]
    return folder / f"{plain}_{hashlib.sha256(f'{user_id} {device_id}'.encode()).hexdigest()[:12]}.db"


async def open_store(http: Http, folder: Path, user_id: str, device_id: str, pickle_key: str) -> Client:
    """nio with the keys of this device, which are made where the device has none yet.

    Raises CannotConnect where the device has keys but not these, MatrixError.
    """
    there = await _keys_on_server(http, user_id, device_id)
    file = store_file(folder, user_id, device_id)
    if there and not file.exists():
        raise CannotConnect(_lost(user_id, device_id, folder))
    client = _opened(file, user_id, device_id, pickle_key, http.token)
    account = client.olm.account
    if not there:
        # Never uploaded, or the homeserver has forgotten the device meanwhile.
        account.shared = False
    elif there.get(f"curve25519:{device_id}") != account.identity_keys["curve25519"]:
        raise CannotConnect(_lost(user_id, device_id, folder))
    return client


def _opened(file: Path, user_id: str, device_id: str, pickle_key: str, token: str) -> Client:
    folder = file.parent
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    client = Client(user_id, device_id, str(folder), ClientConfig(store_name=file.name, pickle_key=pickle_key))
    try:
        client.restore_login(user_id, device_id, token)
    except ValueError as error:  # vodozemac's: what is in the file cannot be opened with this key
        raise CannotConnect(
            f"The keys of {user_id} in {folder} were stored with another MYCEL_SECRET_KEY.\n"
            "Set the old one again (without the setting it is in data/secret.key), or restore it from the backup."
        ) from error
    file.chmod(0o600)
    return client


def close_store(client: Client) -> None:
    if client.store is not None:
        client.store.database.close()


@contextmanager
def in_one_commit(client: Client) -> Iterator[None]:
    """All that nio stores in the block is stored together: a stop on the way cannot part a session from its keys."""
    with client.store.database.atomic():
        yield


async def _keys_on_server(http: Http, user_id: str, device_id: str) -> dict[str, str]:
    found = await http.call("POST", path("keys", "query"), {"device_keys": {user_id: [device_id]}})
    keys: dict[str, str] = found.get("device_keys", {}).get(user_id, {}).get(device_id, {}).get("keys", {})
    return keys


def _lost(user_id: str, device_id: str, folder: Path) -> str:
    return (
        f"The homeserver knows encryption keys of {user_id} on device {device_id}, but {folder} does not have them.\n"
        "Without them Mycel can read nothing that is sent to this device. Restore MATRIX_STORE from the backup; or let "
        "Mycel be a new device: with MATRIX_PASSWORD, set MATRIX_DEVICE_ID to a name that was not used yet; with "
        "MATRIX_ACCESS_TOKEN, set the token of a new device."
    )
