"""What all facts have: what they are about, whose they are, and their values for the log."""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

NOT_LOGGED = {"is_logged": False}
"""Metadata of a field for those who act in the same transaction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """`about` is the record's id ("D-12"); `group_id` the group whose fact it is."""

    about: str
    group_id: int | None = None

    @classmethod
    def kind(cls) -> str:
        """The name under which the log keeps it: "decision_logged"."""
        return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()

    def data(self) -> dict[str, Any]:
        """JSON values of all fields but the two that the log has columns for, and those that are NOT_LOGGED."""
        own = {f.name: getattr(self, f.name) for f in dataclasses.fields(self) if f.metadata != NOT_LOGGED}
        return {k: _plain(v) for k, v in own.items() if k not in ("about", "group_id") and v not in (None, (), "")}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value
