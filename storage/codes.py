"""One-time codes: for a first steward, another workspace, a linked account, a further home of a group.

Only digests are stored. Codes are read in any case, without dashes, and with O for 0 and I or L for 1.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam

from storage.network_tables import codes
from storage.types import UtcDateTime

STEWARD, INVITE, LINK, HOME, EXPORT = "steward", "invite", "link", "home", "export"
STEWARD_CODE_FOR = timedelta(days=7)

_ALIKE = str.maketrans("OIL", "011")


@dataclass(frozen=True, slots=True)
class Code:
    """What a code stands for. `person_id` made it; None: the host did."""

    data: dict[str, Any]
    person_id: int | None


def digest(code: str) -> str:
    """The digest under which a code is stored, 64 hex digits."""
    letters = re.sub(r"[^0-9A-Z]", "", code.upper()).translate(_ALIKE)
    return hashlib.sha256(letters.encode()).hexdigest()


_ADD = sa.insert(codes)
_PRUNE = sa.delete(codes).where(codes.c.network_id == bindparam("n"), codes.c.expires_at <= bindparam("now"))
_USABLE = (
    codes.c.network_id == bindparam("n"),
    codes.c.digest == bindparam("d"),
    codes.c.purpose == bindparam("p"),
    codes.c.used_at.is_(None),
    codes.c.expires_at > bindparam("now", type_=UtcDateTime),
)
_FIND = sa.select(codes.c.data, codes.c.person_id).where(*_USABLE)
_PENDING = sa.select(codes.c.data, codes.c.person_id).where(
    codes.c.network_id == bindparam("n"),
    codes.c.purpose == bindparam("p"),
    codes.c.used_at.is_(None),
    codes.c.expires_at > bindparam("now", type_=UtcDateTime),
)
_USE = (
    sa.update(codes)
    .where(*_USABLE)
    .values(used_at=bindparam("now", type_=UtcDateTime))
    .returning(codes.c.data, codes.c.person_id)
)
_NETWORK = sa.select(codes.c.network_id).where(
    codes.c.digest == bindparam("d"), codes.c.purpose.in_((STEWARD, INVITE)), codes.c.used_at.is_(None)
)
_EXPORT_NETWORK = sa.select(codes.c.network_id).where(codes.c.digest == bindparam("d"), codes.c.purpose == EXPORT)
_FORGET = sa.delete(codes).where(codes.c.network_id == bindparam("n"), codes.c.person_id == bindparam("person"))


def add(
    db: sa.Connection,
    network_id: int,
    code: str,
    purpose: str,
    now: datetime,
    expires_at: datetime,
    *,
    data: dict[str, Any] | None = None,
    person_id: int | None = None,
) -> None:
    """Makes a code valid until `expires_at`, and deletes those of the network that ran out before `now`."""
    db.execute(_PRUNE, {"n": network_id, "now": now})
    row = {"network_id": network_id, "digest": digest(code), "purpose": purpose, "data": data or {}}
    db.execute(_ADD, row | {"person_id": person_id, "expires_at": expires_at})


def new_steward_code(db: sa.Connection, network_id: int, code: str, now: datetime) -> datetime:
    """Makes `code` (text by the caller, shown once) good for one steward; returns when it runs out."""
    add(db, network_id, code, STEWARD, now, now + STEWARD_CODE_FOR)
    return now + STEWARD_CODE_FOR


def find(db: sa.Connection, network_id: int, code: str, purpose: str, now: datetime) -> Code | None:
    """What a code stands for; None if it is unknown in this network, of another purpose, used, or has run out."""
    row = db.execute(_FIND, {"n": network_id, "d": digest(code), "p": purpose, "now": now}).one_or_none()
    return Code(*row) if row else None


def pending(db: sa.Connection, network_id: int, purpose: str, now: datetime) -> list[Code]:
    """All codes of a purpose that can still be used."""
    return [Code(*row) for row in db.execute(_PENDING, {"n": network_id, "p": purpose, "now": now})]


def use(db: sa.Connection, network_id: int, code: str, purpose: str, now: datetime) -> Code | None:
    """As `find`, and from now on it is used."""
    row = db.execute(_USE, {"n": network_id, "d": digest(code), "p": purpose, "now": now}).one_or_none()
    return Code(*row) if row else None


def network_of(db: sa.Connection, code: str) -> int | None:
    """The network that a steward's code or an invitation is for: the one question across networks."""
    found: int | None = db.execute(_NETWORK, {"d": digest(code)}).scalars().first()
    return found


def network_of_export(db: sa.Connection, code: str) -> int | None:
    """The network of a group whose export is fetched with this code, whatever its end."""
    found: int | None = db.execute(_EXPORT_NETWORK, {"d": digest(code)}).scalars().first()
    return found


def forget_person(db: sa.Connection, network_id: int, person_id: int) -> None:
    """Deletes all codes that somebody made."""
    db.execute(_FORGET, {"n": network_id, "person": person_id})
