"""The lines of an export, one JSON value each: a header, then rows table by table, and at the end their number."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

FORMAT, VERSION = "mycel-export", 1


def header_line(network: str, made_at: datetime, group: str = "") -> str:
    """`group`: the slug of the one whose export it is; "" for a whole network's."""
    of_group = {"group": group} if group else {}
    return _line({"format": FORMAT, "version": VERSION, "network": network, "made_at": made_at.isoformat()} | of_group)


def row_line(table: str, row: dict[str, Any]) -> str:
    return _line({"table": table, "row": row})


def end_line(rows: int) -> str:
    """The last line: a file without it was cut off."""
    return _line({"end": {"rows": rows}})


def _line(value: dict[str, Any]) -> str:
    # Sorted: PostgreSQL gives JSON back in an order of its own.
    return json.dumps(value, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")) + "\n"
