"""Whole lives: what people are answered, what channels show and what is written down is the same on every platform."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import pytest

from bot.app import FEATURES
from tests.adapters.contract import alike
from tests.adapters.contract.lives import LIVES, Life
from tests.adapters.contract.local import open_local
from tests.adapters.contract.stage import Stage


@dataclass(frozen=True)
class Left:
    """What a life has left behind, in words that no platform owns."""

    answers: list[str]
    shown: dict[str, list[str]]
    written: list[str]


async def lived(life: Life, stage: Stage) -> Left:
    await life(stage)
    return Left([alike.words(answer) for answer in stage.answers], await alike.shown(stage), await alike.written(stage))


@cache
def _known() -> dict[str, Left]:
    return {}


@pytest.fixture(params=LIVES, ids=lambda life: life.__name__)
def life(request: pytest.FixtureRequest) -> Life:
    found: Life = request.param
    return found


@pytest.fixture
async def elsewhere(life: Life, tmp_path_factory: pytest.TempPathFactory) -> Left:
    """The same life in the playground, once for all platforms."""
    known = _known()
    if life.__name__ not in known:
        stage = await open_local(f"sqlite:///{tmp_path_factory.mktemp('playground')}/mycel.db", FEATURES)
        known[life.__name__] = await lived(life, stage)
        await stage.close()
    return known[life.__name__]


async def test_a_life_is_the_same_everywhere(stage: Stage, life: Life, elsewhere: Left) -> None:
    left = await lived(life, stage)
    assert left.answers == elsewhere.answers
    assert left.shown == elsewhere.shown
    assert left.written == elsewhere.written
