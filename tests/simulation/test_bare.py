"""What a command is compared with in the bench writes the same rows: else its figure would mean nothing."""

import pytest

from bench import bare
from bench.playing import DECIDE, PROPOSE, playing

KINDS = {"core": (bare.core_statements, bare.core_write), "raw": (bare.raw_statements, bare.raw_write)}


@pytest.mark.parametrize("text", [DECIDE, PROPOSE])
@pytest.mark.parametrize("kind", KINDS)
async def test_bare_statements_write_the_rows_of_the_command(sqlite_url: str, text: str, kind: str) -> None:
    async with playing(sqlite_url) as mycel:
        await mycel.say(text)
        load = await bare.bare_load(mycel, text, 1, *KINDS[kind])
        assert load.total == 1
        await load.one(0, 1)
