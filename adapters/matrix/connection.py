"""Brings an account to where it can sync: logged in, with its keys open, uploaded and signed."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from nio import Client

from adapters.matrix.cross_signing import Signed, SigningKeys, sign_device
from adapters.matrix.crypto import Crypto
from adapters.matrix.http import Http
from adapters.matrix.key_store import open_store
from adapters.matrix.login import Account, Session, log_in
from adapters.matrix.sync import STAGING
from adapters.matrix.vault import Vault
from storage import matrix
from storage.work import Work

log = logging.getLogger("mycel.matrix")


@dataclass(frozen=True, slots=True)
class Connected:
    """`crypto` and `keys` are None without end-to-end encryption."""

    session: Session
    crypto: Crypto | None
    keys: Client | None
    signed: Signed


async def connect(http: Http, account: Account, work: Work, vault: Vault, new_id: Callable[[], int]) -> Connected:
    """Raises CannotConnect where somebody has to do something, MatrixError where it may be tried again."""
    session = await log_in(http, account, work, vault)
    if not account.is_encrypting:
        return Connected(session, None, None, Signed(False, "end-to-end encryption is off"))
    user_id, device_id = session.user_id, session.device_id
    # nio warns each time that it meets a message without a key; adapters.matrix.closed says it once.
    logging.getLogger("nio").setLevel(logging.ERROR)
    keys = await open_store(http, account.store, user_id, device_id, vault.pickle_key(user_id))
    crypto = Crypto(keys, http, lambda: f"keys:{new_id()}")
    await crypto.upkeep()
    signing = await _signing_keys(session, work, vault)
    signed = await sign_device(http, user_id, device_id, signing, crypto.machine.sign_json, account.password)
    if not signed.is_signed:
        log.warning("the device of %s is not signed: %s", user_id, signed.why_not)
    return Connected(session, crypto, keys, signed)


async def _signing_keys(session: Session, work: Work, vault: Vault) -> SigningKeys:
    """Kept before they are used: the homeserver takes the first ones only."""
    if session.signing_keys is not None:
        return SigningKeys.from_text(vault.unlock(session.signing_keys))
    keys = SigningKeys.new()
    locked = vault.lock(keys.to_text())
    await work.write(STAGING, lambda tx: matrix.save_signing_keys(tx.db, session.user_id, locked))
    return keys
