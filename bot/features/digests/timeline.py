"""The picture of a digest: open windows on a time line, and who gave input. Kept as a drawing, painted when shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.core.context import Context
from storage.network import Group


def keep(ctx: Context, group: Group, args: Mapping[str, Any], shown: str) -> dict[str, Any]:
    """Stores the drawing where it says more than the text; what the message keeps of it."""
    return {}
