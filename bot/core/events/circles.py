"""Facts of circles and other roles that go round."""

from __future__ import annotations

from dataclasses import dataclass

from bot.core.events.fact import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnBegan(Fact):
    """Somebody has a seat in a circle, or a role that goes round. `is_stand_in`: that of somebody who is away."""

    circle: int
    person_id: int
    is_stand_in: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnEnded(Fact):
    circle: int
    person_id: int
    is_stand_in: bool = False
