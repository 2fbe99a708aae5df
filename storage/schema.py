"""All of Mycel's tables: importing this is what makes `metadata` complete. In a database, migrations/ makes them."""

from storage import (
    activity,
    attention,
    counters,
    deadlines,
    decision_tables,
    delivery,
    events,
    inbox,
    local_chat,
    matrix,
    network_tables,
    nudges,
    pictures,
    search,
    tellings,
    window_tables,
)
from storage.types import metadata

__all__ = ["metadata", "modules"]

modules = (
    activity,
    attention,
    counters,
    deadlines,
    decision_tables,
    delivery,
    events,
    inbox,
    local_chat,
    matrix,
    network_tables,
    nudges,
    pictures,
    search,
    tellings,
    window_tables,
)
