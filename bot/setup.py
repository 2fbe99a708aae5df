"""`mycel init`: the network, and a code for its first steward."""

from __future__ import annotations

from bot import app
from bot.settings import Settings
from storage import codes
from storage.work import Tx


async def init(settings: Settings) -> str:
    """Makes the network where there is none; returns what to tell the person who installs Mycel."""
    app.prepare_database(settings, may_migrate=True)
    core = await app.build_core(settings.database_url, settings.mycel_network)
    code = app.new_code()

    def make(tx: Tx) -> str:
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
