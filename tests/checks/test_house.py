"""The files around the code keep their promises: settings, locks, container, documents."""

import ast
import os
import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.settings import documented

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("requirements/run.txt", "requirements/test.txt")

# Spelled in parts, so that this file may be searched as well.
FORBIDDEN = [
    *(".".join(parts) for parts in (("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("npmjs", "com"))),
    *(".".join((part, "debian", "org")) for part in ("deb", "security", "ftp")),
    *("/".join(("", *parts, "")) for parts in (("work", "main"), ("work", "shared"), ("work", ".library"))),
    "/".join(("..", "shared", "")),
]


def tracked() -> Iterator[Path]:
    """What git keeps or would keep; without git, every file that is not in a hidden folder."""
    git = shutil.which("git")
    if git and (ROOT / ".git").exists():
        command = [git, "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        names = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split("\0")
    else:
        names = [str(path.relative_to(ROOT)) for path in ROOT.rglob("*") if "/." not in f"/{path.relative_to(ROOT)}"]
    return (ROOT / name for name in names if name and (ROOT / name).is_file())


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def make_targets() -> set[str]:
    return set(re.findall(r"^([a-z][a-z-]*):", read("Makefile"), re.MULTILINE))


def pinned(lock: str) -> dict[str, str]:
    """Name → everything said about it, of a file of hashed requirements."""
    joined = read(lock).replace("\\\n", " ")
    lines = (line for line in joined.splitlines() if line and not line.lstrip().startswith("#"))
    return {re.split(r"[=<>;\s\[]", line)[0]: line for line in lines}


def canonical(requirement: str) -> str:
    return re.sub(r"[-_.]+", "-", re.split(r"[\[<>=!~;\s]", requirement)[0]).lower()


def test_the_example_names_every_setting_and_no_other() -> None:
    shown = re.findall(r"^# ([A-Z][A-Z0-9_]*)=", read(".env.example"), re.MULTILINE)
    assert sorted(shown) == sorted(name for name, _default, _description in documented())


def test_every_setting_is_described() -> None:
    assert [name for name, _default, description in documented() if not description.strip()] == []


def test_no_file_names_a_registry_or_a_path_of_one_machine() -> None:
    found = []
    for path in tracked():
        text = path.read_bytes().decode("utf-8", errors="replace")
        found += [(str(path.relative_to(ROOT)), word) for word in FORBIDDEN if word in text]
    assert found == []


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_has_a_hash_for_everything_and_no_address(lock: str) -> None:
    assert "://" not in read(lock)
    assert pinned(lock)
    assert [name for name, line in pinned(lock).items() if "==" not in line or "--hash=sha256:" not in line] == []


def test_the_locks_hold_what_pyproject_asks_for() -> None:
    project = tomllib.loads(read("pyproject.toml"))
    run = {canonical(each) for each in project["project"]["dependencies"] + project["dependency-groups"]["build"]}
    groups = project["dependency-groups"].values()
    everything = run | {canonical(each) for group in groups for each in group}
    assert run <= pinned("requirements/run.txt").keys()
    assert everything <= pinned("requirements/test.txt").keys()


def test_tests_run_on_the_versions_that_are_shipped() -> None:
    shipped, tested = ({name: line.split()[0] for name, line in pinned(lock).items()} for lock in LOCKS)
    assert {name: tested.get(name) for name in shipped} == shipped


def test_the_container_is_built_by_the_makefile_and_runs_as_nobody_special() -> None:
    dockerfile = read("Dockerfile")
    steps = set(re.findall(r"\bmake ([a-z-]+)", dockerfile))
    assert steps
    assert steps <= make_targets()
    assert re.search(r"^USER (?!root)\w+$", dockerfile, re.MULTILINE)
    assert "/healthz" in dockerfile
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", dockerfile, re.MULTILINE)
    assert [name for line in copied for name in line.split() if not (ROOT / name).exists()] == []


def test_continuous_integration_runs_everything() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert "make test" in script.read_text(encoding="utf-8")


def test_the_licence_is_apache_2() -> None:
    assert tomllib.loads(read("pyproject.toml"))["project"]["license"] == "Apache-2.0"
    assert "Version 2.0, January 2004" in read("LICENSE")
    assert "END OF TERMS AND CONDITIONS" in read("LICENSE")


def test_documents_name_make_targets_that_exist() -> None:
    named = {
        (path.name, target)
        for path in tracked()
        if path.suffix == ".md"
        for target in re.findall(r"`make ([a-z-]+)", path.read_text(encoding="utf-8"))
    }
    assert named
    assert [each for each in sorted(named) if each[1] not in make_targets()] == []


def test_links_between_documents_lead_somewhere() -> None:
    broken = []
    for path in tracked():
        if path.suffix == ".md":
            links = re.findall(r"\]\((?![a-z]+:|#)([^)#\s]+)", path.read_text(encoding="utf-8"))
            broken += [(path.name, link) for link in links if not (path.parent / link).exists()]
    assert broken == []


def test_no_await_in_features_and_storage() -> None:
    waits = ast.Await | ast.AsyncFunctionDef | ast.AsyncFor | ast.AsyncWith
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for folder in ("bot/features", "storage")
        for path in (ROOT / folder).rglob("*.py")
        if path != ROOT / "storage" / "work.py"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, waits)
    ]
    assert found == []
