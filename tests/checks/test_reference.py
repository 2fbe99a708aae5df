"""The reference page says what the code declares."""

from tests.checks.reference import PAGE, generated


def test_the_reference_page_is_as_the_code_has_it() -> None:
    assert PAGE.read_text(encoding="utf-8") == generated(), "run: python -m tests.checks.reference"
