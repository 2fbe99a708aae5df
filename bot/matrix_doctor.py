"""What `mycel doctor` says of each Matrix account: login, device, cross-signing, rooms, clock."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import sqlalchemy as sa

from adapters.matrix.checkup import Health, examine
from adapters.matrix.login import Account
from adapters.matrix.port import PLATFORM, server_of
from adapters.matrix.vault import Vault
from bot.app import real_clock
from bot.finding import NOTE, OK, WRONG, Finding
from bot.matrix import account_of
from bot.parts import CannotStart
from bot.secret_key import kept_key
from bot.settings import MatrixAccount, Settings
from storage import directory, matrix
from storage.engine import open_reader
from storage.matrix import MatrixAccountRow

CLOCK_OFF = timedelta(seconds=30)


def accounts(settings: Settings) -> list[Finding]:
    """All accounts of the settings. Nothing is changed, and nobody is logged in."""
    key = kept_key(settings)
    vault = Vault(key) if key else None
    return [finding for each in settings.matrix_accounts for finding in _account(settings, each, vault)]


def _account(settings: Settings, wanted: MatrixAccount, vault: Vault | None) -> list[Finding]:
    if wanted.password is None and wanted.access_token is None:
        return [Finding(WRONG, f"{wanted.user} has no way to log in", "Set MATRIX_PASSWORD or MATRIX_ACCESS_TOKEN.")]
    try:
        account = account_of(wanted)
    except CannotStart as error:
        return [Finding(WRONG, "Matrix is half set up", str(error).replace("\n", " "))]
    kept, homes = _stored(settings, account)
    health = asyncio.run(examine(account, kept, vault, real_clock()))
    return findings(account, health, homes)


def _stored(settings: Settings, account: Account) -> tuple[MatrixAccountRow | None, dict[str, str]]:
    """The session that was kept, and the state of each room that is a group's home; nothing without a database."""
    try:
        engine = open_reader(settings.database_url)
    except ValueError:
        return None, {}
    try:
        with engine.connect() as db:
            rows = [row for row in matrix.all_accounts(db) if account.is_of(row.user_id)]
            return next(iter(rows), None), directory.homes_on(db, PLATFORM, server_of(account.user))
    except sa.exc.SQLAlchemyError:
        return None, {}  # said by the look at the database
    finally:
        engine.dispose()


def findings(account: Account, health: Health, homes: dict[str, str]) -> list[Finding]:
    """What to tell of an account. Pure. `homes`: state by room id of those that are groups' homes."""
    user, server = account.user, account.homeserver
    if health.unreachable:
        return [Finding(WRONG, f"{server} does not answer: {health.unreachable}", "Look at MATRIX_HOMESERVER.")]
    found = [Finding(OK, f"{server} answers; Mycel will be {user} there")]
    off = health.clock_off.total_seconds()
    if abs(health.clock_off) > CLOCK_OFF:
        step = "Set both clocks by a time server: an edit counts as a command within a minute."
        found.append(Finding(WRONG, f"The clock of {server} is {off:+.0f} s off this computer's", step))
    else:
        found.append(Finding(OK, f"The clocks of {server} and of this computer agree"))
    if not health.has_session:
        return [*found, Finding(NOTE, f"{user} has not logged in yet", "`mycel run` does, with the password.")]
    if health.dead:
        step = "With a password Mycel logs in again when it starts; else set a new token of the same device."
        return [*found, Finding(WRONG, f"The session of {user} cannot be used: {health.dead}", step)]
    return [*found, *_device(account, health), _rooms(user, health, homes)]


def _device(account: Account, health: Health) -> list[Finding]:
    user, device = health.user_id, health.device_id
    found = [Finding(OK, f"{user} is logged in on device {device}")]
    if not health.has_keys:
        step = "After the first start: restore the folder from the backup (docs/operators/matrix.md)."
        found.append(Finding(WRONG, f"The keys of device {device} are not in {account.store}", step))
    if health.is_signed:
        found.append(Finding(OK, f"Device {device} is signed: clients that want signed devices hear it"))
    else:
        step = "Set MATRIX_PASSWORD for one start, or verify the device in the client that has the account's keys."
        found.append(Finding(WRONG, f"Device {device} is not signed: some clients neither hear it nor reach it", step))
    return found


def _rooms(user: str, health: Health, homes: dict[str, str]) -> Finding:
    lost = sorted(set(homes) - health.rooms)
    counted = f"{user} is in {len(health.rooms)} rooms; groups are at home in {len(homes)}"
    if lost:
        return Finding(WRONG, f"{counted}, but it is not in {', '.join(lost)}", "Invite it there again.")
    return Finding(OK, counted)
