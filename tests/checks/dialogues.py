"""Dialogues in the docs: a ```dialogue block is run, and the ```shown block behind it has to be what it prints.

`python -m tests.checks.dialogues` writes what is printed now into the pages.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path

from bot import trying

ROOT = Path(__file__).parent.parent.parent
_PAIR = re.compile(r"```dialogue\n(?P<script>.*?)```\n\s*```shown\n(?P<shown>.*?)```", re.DOTALL)


def pages() -> list[Path]:
    """The pages that have dialogues."""
    return sorted(page for page in (ROOT / "docs").rglob("*.md") if "```dialogue" in page.read_text())


def dialogues(page: Path) -> Iterator[tuple[str, str]]:
    """(script, what the page says it prints)."""
    for found in _PAIR.finditer(page.read_text()):
        yield found["script"], found["shown"]


def printed(script: str) -> str:
    """What the dialogue prints now."""
    return asyncio.run(trying.run(script)).strip("\n") + "\n"


def update(page: Path) -> None:
    """Writes what is printed now into the page."""

    def anew(found: re.Match[str]) -> str:
        return f"```dialogue\n{found['script']}```\n\n```shown\n{printed(found['script'])}```"

    page.write_text(_PAIR.sub(anew, page.read_text()))


if __name__ == "__main__":
    for each in pages():
        update(each)
        print(each.relative_to(ROOT))
