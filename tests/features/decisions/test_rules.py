"""The rules of decisions, without any database."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.core.errors import UserError
from bot.features.decisions import rules
from bot.features.decisions.declarations import EditDecision, LogDecision
from storage.decisions import Decision
from storage.links import Link

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
MAKER = rules.Maker(1, 10, 100, (20, 30), (30, 40))
ARGS = LogDecision(title="Use Signal", why="because", urgent="now", tags=("a",))
TAKEN = rules.new_decision(1, MAKER, ARGS, status="taken", at=NOW, review_at=None)
OTHER = replace(TAKEN, number=2)


@pytest.mark.parametrize(
    ("protocol", "affects_others", "is_reversible", "expected"),
    [
        ({}, False, False, None),
        ({}, True, False, rules.Notice("affects-others", "10bd")),
        ({}, True, True, rules.Notice("reversible", "3d")),
        ({"affects-others": "5bd"}, True, False, rules.Notice("affects-others", "5bd")),
        ({"affects-others": "5bd"}, True, True, rules.Notice("reversible", "3d")),
        ({"affects-others": "none"}, True, False, None),
        ({"affects-others": "5bd"}, False, True, None),
    ],
)
def test_who_affects_nobody_needs_no_notice(
    protocol: dict[str, str], affects_others: bool, is_reversible: bool, expected: rules.Notice | None
) -> None:
    assert rules.notice(protocol, affects_others=affects_others, is_reversible=is_reversible) == expected


def test_a_taken_decision_is_taken_now_and_a_group_is_affected_or_told_not_both() -> None:
    assert (TAKEN.taken_at, TAKEN.version, TAKEN.affected_ids, TAKEN.told_ids) == (NOW, 1, (20, 30), (40,))
    proposed = rules.new_decision(1, MAKER, ARGS, status="proposed", at=NOW, review_at=None)
    assert proposed.taken_at is None


@pytest.mark.parametrize("audience", ["group", "circle"])
def test_who_is_asked_or_told_may_read_it(audience: str) -> None:
    rules.check_readers(audience, (), ())
    rules.check_readers("affected", (1,), (2,))
    for affected, told in [((1,), ()), ((), (2,))]:
        with pytest.raises(UserError, match="could not read it"):
            rules.check_readers(audience, affected, told)


@pytest.mark.parametrize(
    ("decision", "after", "reason"),
    [
        (TAKEN, timedelta(minutes=10), ""),
        (TAKEN, timedelta(minutes=10, microseconds=1), "for ten minutes only"),
        (replace(TAKEN, status="undone"), timedelta(), "taken back already"),
        (replace(TAKEN, source="pep:1"), timedelta(), "for ten minutes only"),
    ],
)
def test_undo_is_for_ten_minutes(decision: Decision, after: timedelta, reason: str) -> None:
    if reason:
        with pytest.raises(UserError, match=reason):
            rules.check_undo(decision, NOW + after)
    else:
        assert rules.check_undo(decision, NOW + after) is None  # type: ignore[func-returns-value]  # it does not raise


def test_an_edit_changes_what_is_given_and_nothing_else() -> None:
    new = rules.edited(TAKEN, EditDecision(decision=1, why="better", tags=("b",)), NOW)
    assert new == replace(TAKEN, why="better", tags=("b",), review_at=NOW, version=2)
    for old in (replace(TAKEN, status="undone"), replace(TAKEN, redacted_at=NOW)):
        with pytest.raises(UserError, match="nothing left to edit"):
            rules.edited(old, EditDecision(decision=1, why="better"), None)
    with pytest.raises(UserError, match="changes nothing"):
        rules.edited(TAKEN, EditDecision(decision=1, title="Use Signal"), None)


def test_a_redaction_leaves_nobodys_words() -> None:
    left = rules.redacted(replace(TAKEN, alternatives="x", taken_by="y", rests_on=("z",)), NOW)
    texts = (left.title, left.why, left.alternatives, left.taken_by, left.urgent)
    assert (*texts, left.tags, left.rests_on, left.redacted_at) == ("", "", "", "", "", (), (), NOW)


@pytest.mark.parametrize(
    ("later", "relation", "earlier", "leads_back", "reason"),
    [
        (OTHER, "supersedes", TAKEN, False, ""),
        (OTHER, "supersedes", OTHER, False, "to itself"),
        (OTHER, "supersedes", replace(TAKEN, status="proposed"), False, "nothing to replace"),
        (OTHER, "amends", replace(TAKEN, status="proposed"), False, ""),
        (OTHER, "relates-to", replace(TAKEN, status="undone"), False, "taken back"),
        (replace(OTHER, status="withdrawn"), "relates-to", TAKEN, False, "withdrawn"),
        (OTHER, "depends-on", TAKEN, True, "circle"),
        (OTHER, "relates-to", TAKEN, True, ""),
    ],
)
def test_links_make_sense(later: Decision, relation: str, earlier: Decision, leads_back: bool, reason: str) -> None:
    if reason:
        with pytest.raises(UserError, match=reason):
            rules.check_link(later, relation, earlier, leads_back=leads_back)
    else:
        rules.check_link(later, relation, earlier, leads_back=leads_back)
        assert rules.link_state(later, relation, earlier) == "kept"


@pytest.mark.parametrize(
    ("group", "status", "relation", "state"),
    [
        (10, "taken", "supersedes", "kept"),
        (10, "proposed", "supersedes", "waiting"),
        (10, "proposed", "amends", "kept"),
        (77, "taken", "amends", "asked"),
        (77, "proposed", "reverses", "asked"),
        (77, "taken", "depends-on", "kept"),
    ],
)
def test_what_changes_another_groups_decision_is_asked(group: int, status: str, relation: str, state: str) -> None:
    assert rules.link_state(replace(OTHER, group_id=group, status=status), relation, TAKEN) == state


def test_only_a_kept_link_retires() -> None:
    link = Link(1, 2, "supersedes", 1, "kept", 100, NOW)
    assert rules.retires(link, 1)
    assert not rules.retires(link, 2)
    assert not rules.retires(replace(link, state="asked"), 1)
    assert not rules.retires(replace(link, relation="amends"), 1)


@pytest.mark.parametrize(("typed", "kept"), [("5bd", "5bd"), (" None ", "none"), ("2 weeks", "2w")])
def test_a_rule_of_the_protocol_is_a_length_or_none(typed: str, kept: str) -> None:
    assert rules.check_rule("reversible", typed) == kept
    for case, wrong in [("other", "5bd"), ("reversible", ""), ("reversible", "2026-12-04"), ("reversible", "eow")]:
        with pytest.raises(UserError):
            rules.check_rule(case, wrong)


def test_a_rule_in_force_is_not_undone() -> None:
    with pytest.raises(UserError, match="set a rule"):
        rules.check_no_rule(TAKEN, [1])
    assert rules.check_no_rule(TAKEN, [2]) is None  # type: ignore[func-returns-value]  # it does not raise
