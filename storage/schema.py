"""All of Mycel's tables: importing this is what makes `metadata` complete. In a database, migrations/ makes them."""

from storage import (
    activity,
    attention,
    circle_tables,
    conflict_tables,
    counters,
    deadlines,
    decision_life_tables,
    decision_tables,
    delivery_tables,
    events,
    group_tables,
    inbox,
    local_chat,
    matrix,
    network_tables,
    nudges,
    personal_digests,
    pictures,
    search,
    slack,
    tellings,
    window_tables,
)
from storage.types import metadata

__all__ = ["metadata", "modules"]

modules = (
    activity,
    attention,
    circle_tables,
    conflict_tables,
    counters,
    deadlines,
    decision_life_tables,
    decision_tables,
    delivery_tables,
    events,
    group_tables,
    inbox,
    local_chat,
    matrix,
    network_tables,
    nudges,
    personal_digests,
    pictures,
    search,
    slack,
    tellings,
    window_tables,
)
