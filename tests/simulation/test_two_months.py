"""Two months of a small network in accelerated time; `mycel bench` does a year of a large one."""

from pathlib import Path

from bench.network import START, Life, Plan
from bench.year import broken, report
from storage import desk
from storage.audiences import Eyes
from storage.work import open_work
from tests.support.tables import make_tables

PLAN = Plan(groups=6, people=30, decisions=90, days=61, downtimes=4, seed=3)
EYES = Eyes(1, frozenset(), is_circle=True)


async def test_what_mycel_promises_holds_for_two_months(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'life.db'}"
    make_tables(url)
    clock = [START]
    work = open_work(url, clock=lambda: clock[0])
    life = Life(work, clock, PLAN)
    await life.live()
    ended = await work.read(lambda tx: desk.page(tx.db, EYES, desk.Wanted(is_ended=True), 99))
    await work.close()
    seen = life.platform.seen
    assert broken(life) == []
    assert sum(map(len, seen.digests.values())) >= 6 * 8
    assert seen.sorts["reminder"] > 10
    assert seen.sorts["question"] > 0
    assert seen.old_conflicts
    assert seen.sorts["conflict"] > 0
    assert {one.conflict.state for one in ended if one.conflict} >= {"open", "settled"}
    assert "promised: at most 6: kept" in report(life, 1.0).to_text()
