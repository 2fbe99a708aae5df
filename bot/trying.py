"""`mycel try`: a dialogue in a playground that is thrown away, with its own clock."""

from __future__ import annotations

import itertools
import tempfile
from pathlib import Path

from adapters.local.script import ScriptClock, ScriptError, run_script
from bot import app
from storage import migrate

__all__ = ["ScriptError", "run"]


async def run(text: str) -> str:
    """What the dialogue prints. Raises ScriptError with the line that cannot be done."""
    clock = ScriptClock()
    with tempfile.TemporaryDirectory(prefix="mycel-try-") as folder:
        url = f"sqlite:///{Path(folder) / 'try.db'}"
        migrate.upgrade(url)
        numbers = itertools.count(1)
        core = await app.build_core(
            url,
            "mycel",
            clock=clock,
            new_id=itertools.count(1000).__next__,
            codes=lambda: f"TRY-{next(numbers)}",  # anybody could guess them; the playground is thrown away
            base_url="http://127.0.0.1:8080",
        )
        playground = await app.build_playground(core)
        try:
            return await run_script(text, playground, clock, core.standing.begin)
        finally:
            await playground.close()
            await core.work.close()
