"""`mycel init`: the network, and a code for its first steward."""

from __future__ import annotations

from datetime import timedelta

from bot import app
from bot.features.decisions.rules import ASKS_UNTIL
from bot.settings import Settings
from storage import codes, directory
from storage.work import Tx

FIRST_MONTH = timedelta(days=30)


async def init(settings: Settings) -> str:
    """Makes the network where there is none; returns what to tell the person who installs Mycel."""
    app.prepare_database(settings, may_migrate=True)
    core = await app.build_core(settings.database_url, settings.mycel_network)
    code = app.new_code()

    def make(tx: Tx) -> str:
        _begin_first_month(tx, core.network_id)
        expires_at = codes.new_steward_code(tx.db, core.network_id, code, tx.now)
        return f"{expires_at:%Y-%m-%d %H:%M} UTC"

    try:
        until = await core.work.write(core.network_id, make)
    finally:
        await core.work.close()
    return (
        f"Network “{settings.mycel_network}” is ready.\n"
        f"Its steward's code, good once until {until}: {code}\n"
        f"In a channel where Mycel is, type:  /steward {code}   (on Matrix: !steward {code})"
    )


def _begin_first_month(tx: Tx, network_id: int) -> None:
    """A network without groups begins: for a month it only logs, and asks before it opens a window."""
    network = directory.network(tx.db, network_id)
    if ASKS_UNTIL in network.settings or directory.all_groups(tx.db, network_id):
        return
    until = tx.now + network.clock_ahead + FIRST_MONTH
    directory.set_settings(tx.db, network_id, {**network.settings, ASKS_UNTIL: until.isoformat()})
