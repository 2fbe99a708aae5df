"""Writes docs/users/reference.md from the declarations of all commands: `python -m tests.checks.reference`."""

from pathlib import Path

from bot.app import FEATURES
from bot.core.registry import Registry
from bot.features.help import reference

PAGE = Path(__file__).resolve().parents[2] / "docs" / "users" / "reference.md"


def generated() -> str:
    """The page as the code would have it."""
    return reference(Registry(FEATURES))


if __name__ == "__main__":
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(generated(), encoding="utf-8")
    print(f"Wrote {PAGE}.")
