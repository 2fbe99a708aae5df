"""The recorded payloads beside this file, by name."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

_FOLDER = Path(__file__).parent / "recorded"


def recorded(name: str) -> dict[str, Any]:
    """A payload as the adapter gets it: of an envelope what is in it, of a form its fields."""
    found: dict[str, Any] = json.loads((_FOLDER / f"{name}.json").read_text())
    if "form_body" in found:
        return dict(parse_qsl(found["form_body"]))
    inside: dict[str, Any] = found.get("payload", found)
    return inside
