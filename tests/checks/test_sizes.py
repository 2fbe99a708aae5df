"""The size check finds what is too long, and the tree has nothing of it."""

from pathlib import Path

from tests.checks.sizes import CODE, TESTS, Finding, findings, survey


def function_of(lines: int) -> str:
    return "def long() -> None:\n" + "    print()\n" * (lines - 1)


def test_nothing_in_the_tree_is_too_long() -> None:
    assert [str(finding) for finding in survey() if finding.fails] == []


def test_the_survey_reads_code_and_tests(tmp_path: Path) -> None:
    for folder, text in {"bot/core": function_of(50), "tests/core": "x = 1\n" * 600}.items():
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "a.py").write_text(text, encoding="utf-8")
    assert [str(finding) for finding in survey(tmp_path)] == [
        "bot/core/a.py:1 long(): 50 lines, must stay under 50",
        "tests/core/a.py: 600 lines, must stay under 600",
    ]


def test_a_function_stops_at_fifty_lines() -> None:
    assert list(findings(function_of(29), "a.py", CODE)) == []
    assert [finding.fails for finding in findings(function_of(49), "a.py", CODE)] == [False]
    assert list(findings(function_of(50), "a.py", CODE)) == [Finding("a.py:1 long()", 50, 50, fails=True)]


def test_a_file_stops_at_four_hundred_lines_and_a_test_at_six_hundred() -> None:
    assert list(findings("x = 1\n" * 249, "a.py", CODE)) == []
    assert [finding.fails for finding in findings("x = 1\n" * 399, "a.py", CODE)] == [False]
    assert list(findings("x = 1\n" * 400, "a.py", CODE)) == [Finding("a.py", 400, 400, fails=True)]
    assert [finding.fails for finding in findings("x = 1\n" * 599, "t.py", TESTS)] == [False]
    assert list(findings("x = 1\n" * 600, "t.py", TESTS)) == [Finding("t.py", 600, 600, fails=True)]


def test_nested_and_async_functions_count() -> None:
    body = "class Room:\n    async def door(self) -> None:\n" + "        print()\n" * 49
    assert [finding.where for finding in findings(body, "a.py", CODE)] == ["a.py:2 door()"]
