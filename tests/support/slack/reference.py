"""The Web API's methods as Slack's reference has them: arguments, scopes, tiers, errors."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PER_MINUTE = {"t1": 1, "t2": 20, "t3": 50, "t4": 100, "t5": 300}
"""Calls a minute by tier; t5 stands for methods with a limit of their own."""
_OF_TOKENS = ("not_authed", "invalid_auth", "token_revoked", "token_expired", "account_inactive", "missing_scope")
_ALWAYS = (*_OF_TOKENS, "not_allowed_token_type", "internal_error", "invalid_arguments", "ratelimited")


@dataclass(frozen=True, slots=True)
class Method:
    """`scopes`: a bot token needs one of them (for conversations: the one of the channel's kind)."""

    name: str
    scopes: tuple[str, ...]
    per_minute: int
    required: tuple[str, ...]
    args: Mapping[str, str]
    errors: tuple[str, ...]

    def knows(self, error: str) -> bool:
        return error in self.errors or error in _ALWAYS

    def wrong(self, given: Mapping[str, Any]) -> list[str]:
        """What is wrong with these arguments, in Slack's words."""
        missing = [f"[ERROR] missing required field: {name}" for name in self.required if given.get(name) in (None, "")]
        unknown = [f"[ERROR] no such argument: {name}" for name in given if name not in self.args]
        kinds = [_wrong_kind(name, self.args[name], value) for name, value in given.items() if name in self.args]
        return missing + unknown + [each for each in kinds if each]


def _wrong_kind(name: str, wanted: str, value: Any) -> str:
    kinds = wanted.split("|")
    fits = {
        "boolean": str(value).lower() in ("true", "false", "1", "0"),
        "number": str(value).replace(".", "", 1).isdigit(),
        "integer": str(value).isdigit(),
    }
    # Of strings the reference says little: arrays and objects are accepted as JSON and as text.
    if value is None or any(fits.get(kind, True) for kind in kinds):
        return ""
    return f"[ERROR] invalid type for {name}: expected {wanted}"


def _load() -> dict[str, Method]:
    found = json.loads((Path(__file__).parent / "slack_api_ref" / "methods.json").read_text())
    return {
        name: Method(
            name,
            tuple(m["scopes"]),
            PER_MINUTE[m["tier"]],
            tuple(m["required"]),
            m["args"],
            tuple(m["errors"]),
        )
        for name, m in found.items()
    }


METHODS = _load()
