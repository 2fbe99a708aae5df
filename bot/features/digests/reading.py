"""How a time of the week is typed: "mon 09:00"."""

from __future__ import annotations

from bot.core import durations
from bot.core.errors import UserError
from bot.core.language import mark

DAYS = (
    mark("Monday"),
    mark("Tuesday"),
    mark("Wednesday"),
    mark("Thursday"),
    mark("Friday"),
    mark("Saturday"),
    mark("Sunday"),
)


def read_weekly(wanted: str) -> durations.OnWeekday:
    """A weekday, maybe with a time. UserError for everything else."""
    try:
        found = durations.parse_duration(wanted)
    except UserError:
        found = None
    if not isinstance(found, durations.OnWeekday):
        raise UserError(
            "“{typed}” is no time of the week. Type a weekday and a time, or now, off or on.",
            "/digest mon 09:00",
            typed=wanted,
        )
    return found
