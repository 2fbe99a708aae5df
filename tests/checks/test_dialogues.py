"""What the docs say that Mycel answers is what it answers."""

from pathlib import Path

import pytest

from tests.checks.dialogues import ROOT, dialogues, pages, printed

PAGES = pages()


def test_there_are_dialogues_in_the_docs() -> None:
    assert ROOT / "docs/users/first-decision.md" in PAGES


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_shows_what_its_dialogues_print(page: Path) -> None:
    found = list(dialogues(page))
    assert found
    assert page.read_text().count("```dialogue") == len(found), "each ```dialogue needs a ```shown behind it"
    for script, shown in found:
        assert printed(script) == shown
