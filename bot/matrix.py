"""Matrix put together: every account of the settings as one platform."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from adapters.matrix.client import MatrixClient, Tools
from adapters.matrix.errors import CannotConnect
from adapters.matrix.floor import Floor
from adapters.matrix.handling import Handling
from adapters.matrix.login import Account
from adapters.matrix.own import OwnMessages
from adapters.matrix.port import PLATFORM, server_of
from adapters.matrix.rooms import RoomInfo
from adapters.matrix.sender import MatrixSender
from adapters.matrix.vault import Vault
from adapters.matrix.voice import Voice
from bot.parts import CannotStart, Core, Platform
from bot.settings import MatrixAccount
from storage import directory
from storage.matrix import StagedEvent
from storage.work import Tx


async def build_matrix(
    core: Core, accounts: list[MatrixAccount], secret: bytes, jitter: Callable[[], float]
) -> Platform:
    """Connects nothing yet. `jitter`: from 0 to 1, spreads what is tried again. Raises CannotStart."""
    tools, own = Tools(core.work, Vault(secret), core.clock, core.new_id, jitter), OwnMessages()
    floor = Floor()
    clients: dict[str, MatrixClient] = {}
    for each in accounts:
        account = account_of(each)
        workspace = server_of(account.user)
        if workspace in clients:
            raise CannotStart(f"Two Matrix accounts are on {workspace}; one for each homeserver is enough.")
        clients[workspace] = _client(core, tools, own, floor, account)
    await core.work.write(core.network_id, lambda tx: _connect(tx, core.network_id, clients))
    core.add_sender(MatrixSender(core.work, clients, own, floor))
    return Platform(
        "matrix",
        f"On Matrix as {', '.join(a.user for a in accounts)}: invite it into a room (first steward: `mycel init`).",
        run=tuple(partial(_run, client) for client in clients.values()),
        problem=lambda: "; ".join(f"{c.account.user}: {c.why_not_ready}" for c in clients.values() if c.why_not_ready),
    )


def _client(core: Core, tools: Tools, own: OwnMessages, floor: Floor, account: Account) -> MatrixClient:
    async def handle(event: StagedEvent, room: RoomInfo) -> None:
        await handling.handle(event.payload, room)

    async def tell(room_id: str, what: str) -> None:
        await handling.trouble(room_id, what)

    client = MatrixClient(account, tools, handle, tell)
    handling = Handling(core.work, core.dispatch, client, own, Voice(core.work, client), floor)
    return client


async def _run(client: MatrixClient) -> None:
    try:
        await client.run()
    except CannotConnect as error:
        raise CannotStart(str(error)) from error


def _connect(tx: Tx, network_id: int, clients: Mapping[str, MatrixClient]) -> None:
    for workspace in clients:
        directory.add_workspace(tx.db, PLATFORM, workspace, network_id, tx.now)


def account_of(account: MatrixAccount) -> Account:
    """The account as the adapter takes it. Raises CannotStart."""
    if not account.homeserver or not account.user.startswith("@") or ":" not in account.user:
        raise CannotStart(
            "Matrix needs MATRIX_HOMESERVER (https://matrix.example.org)\n"
            "and the whole MATRIX_USER (@mycel:example.org)."
        )
    return Account(
        account.homeserver.rstrip("/"),
        account.user,
        account.password.get_secret_value() if account.password else None,
        account.access_token.get_secret_value() if account.access_token else None,
        account.device_id,
        tuple(part.strip() for part in account.allow.split(",") if part.strip()),
        account.store,
    )
