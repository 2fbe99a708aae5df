"""The account vouches for its device: clients that trust only signed devices would not hear Mycel, nor be heard.

Source: https://spec.matrix.org/latest/client-server-api/#cross-signing
"""

from __future__ import annotations

import json
import logging
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from adapters.matrix.errors import MatrixError
from adapters.matrix.http import Http, path

log = logging.getLogger("mycel.matrix")

USAGES = ("master", "self_signing", "user_signing")


@dataclass(frozen=True, slots=True)
class SigningKeys:
    """The three private keys, as 32 bytes each."""

    master: bytes
    self_signing: bytes
    user_signing: bytes

    @classmethod
    def new(cls) -> SigningKeys:
        return cls(*(Ed25519PrivateKey.generate().private_bytes_raw() for _ in USAGES))

    @classmethod
    def from_text(cls, text: str) -> SigningKeys:
        return cls(**{name: b64decode(value) for name, value in json.loads(text).items()})

    def to_text(self) -> str:
        return json.dumps({name: b64encode(getattr(self, name)).decode() for name in USAGES})


@dataclass(frozen=True, slots=True)
class Signed:
    """Whether the device is signed; `why_not` is for the host of the bot."""

    is_signed: bool
    why_not: str = ""


async def look_up(http: Http, user_id: str) -> dict[str, Any]:
    """What the homeserver knows of the account's own keys. Raises MatrixError."""
    return await http.call("POST", path("keys", "query"), {"device_keys": {user_id: []}})


def is_signed(found: Mapping[str, Any], user_id: str, device_id: str) -> bool:
    """Whether the device carries a signature of the account's self-signing key (which the homeserver has checked)."""
    signer = next(iter(found.get("self_signing_keys", {}).get(user_id, {}).get("keys", {})), None)
    device = found.get("device_keys", {}).get(user_id, {}).get(device_id, {})
    return signer is not None and signer in device.get("signatures", {}).get(user_id, {})


async def sign_device(
    http: Http, user_id: str, device_id: str, keys: SigningKeys, sign_as_device: Any, password: str | None
) -> Signed:
    """Uploads `keys` where the account has none, and signs the device with them. The device's keys must be uploaded.

    `sign_as_device` signs a JSON object with the device's own key. Raises MatrixError where it may be tried again.
    """
    found = await look_up(http, user_id)
    if is_signed(found, user_id, device_id):
        return Signed(True)
    theirs = found.get("master_keys", {}).get(user_id)
    if theirs is None:
        if (why_not := await _upload(http, user_id, device_id, keys, sign_as_device, password)) is not None:
            return Signed(False, why_not)
    elif f"ed25519:{_public(keys.master)}" not in theirs.get("keys", {}):
        return Signed(
            False,
            f"{user_id} has cross-signing keys of another client. Verify the device {device_id} in that client, or "
            "people who exclude unverified devices will not see what Mycel writes.",
        )
    device = {k: v for k, v in found["device_keys"][user_id][device_id].items() if k != "unsigned"}
    signed = _signed(device, user_id, keys.self_signing)
    answer = await http.call("POST", path("keys", "signatures", "upload"), {user_id: {device_id: signed}})
    failures = answer.get("failures", {})
    return Signed(not failures, f"The homeserver did not take the signature: {failures}" if failures else "")


async def _upload(
    http: Http, user_id: str, device_id: str, keys: SigningKeys, sign_as_device: Any, password: str | None
) -> str | None:
    """Uploads the public keys; returns why the homeserver does not let us, None where it did."""
    body = {f"{usage}_key": _key_object(user_id, usage, getattr(keys, usage)) for usage in USAGES}
    for usage in USAGES[1:]:
        body[f"{usage}_key"] = _signed(body[f"{usage}_key"], user_id, keys.master)
    by_device = {f"ed25519:{device_id}": sign_as_device(body["master_key"])}
    body["master_key"] = {**body["master_key"], "signatures": {user_id: by_device}}
    where = path("keys", "device_signing", "upload")
    try:
        await http.call("POST", where, body)
    except MatrixError as error:
        if error.status != 401 or "flows" not in error.body:
            raise
        if password is None:
            return (
                f"The homeserver wants the password of {user_id} once, to sign the device {device_id}. Set "
                "MATRIX_PASSWORD beside the token for one start."
            )
        identifier = {"type": "m.id.user", "user": user_id}
        auth = {"type": "m.login.password", "identifier": identifier, "password": password}
        await http.call("POST", where, {**body, "auth": {**auth, "session": error.body.get("session")}})
    return None


def _key_object(user_id: str, usage: str, seed: bytes) -> dict[str, Any]:
    public = _public(seed)
    return {"user_id": user_id, "usage": [usage], "keys": {f"ed25519:{public}": public}}


def _signed(content: Mapping[str, Any], user_id: str, seed: bytes) -> dict[str, Any]:
    """The object with a signature by the key, beside those it has."""
    bare = {k: v for k, v in content.items() if k not in ("signatures", "unsigned")}
    canonical = json.dumps(bare, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
    signature = _text(Ed25519PrivateKey.from_private_bytes(seed).sign(canonical))
    others = content.get("signatures", {})
    mine = {**others.get(user_id, {}), f"ed25519:{_public(seed)}": signature}
    return {**bare, "signatures": {**others, user_id: mine}}


def _public(seed: bytes) -> str:
    return _text(Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw())


def _text(data: bytes) -> str:
    """Base64 without padding."""
    return b64encode(data).decode().rstrip("=")
