"""A group's calendar: what is typed for it, and what it computes, over all zones and their clock changes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot.core.errors import UserError
from bot.core.working_time import (
    WorkingTime,
    add_business_days,
    end_of_work,
    format_quiet,
    format_region,
    format_working_days,
    holidays_used,
    is_quiet,
    is_working_day,
    last_working_day,
    last_working_day_before,
    local_date,
    next_working_moment,
    parse_quiet,
    parse_region,
    parse_working_days,
    parse_zone,
    to_local,
    to_utc,
    warm,
)

ZONES = sorted(available_timezones())
# Summer time around Ramadan, half an hour of it, a day that never was, changes at midnight, at 23:00 and at 00:01.
ODD_ZONES = (
    "Africa/Casablanca",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "America/Santiago",
    "America/Nuuk",
    "America/St_Johns",
    "Africa/Cairo",
)
NAIROBI = WorkingTime("Africa/Nairobi", "KE")
OAKLAND = WorkingTime("America/Los_Angeles", "US-CA")
CAIRO = WorkingTime("Africa/Cairo", working_days=frozenset({6, 0, 1, 2, 3}))
EVENINGS_OFF = WorkingTime("Europe/Madrid", "ES-PV", quiet_from=time(18), quiet_until=time(9))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def at(calendar: WorkingTime, text: str) -> datetime:
    return to_utc(datetime.fromisoformat(text), calendar.zone)


def wall(calendar: WorkingTime, moment: datetime) -> str:
    return to_local(moment, calendar.zone).isoformat(" ", "minutes")


@cache
def clock_changes(zone: str) -> tuple[tuple[datetime, timedelta], ...]:
    """Every change of the clock from 2005 to 2037: (the first moment after it, by how much)."""

    def offset(moment: datetime) -> timedelta:
        return moment.astimezone(ZoneInfo(zone)).utcoffset() or timedelta()

    found = []
    moment = utc("2005-01-01")
    while moment.year < 2038:
        later = moment + timedelta(days=7)
        if offset(later) != offset(moment):
            low, high = moment, later
            while high - low > timedelta(seconds=1):
                middle = low + timedelta(seconds=int((high - low).total_seconds()) // 2)
                low, high = (middle, high) if offset(middle) == offset(moment) else (low, middle)
            found.append((high, offset(later) - offset(moment)))
        moment = later
    return tuple(found)


zones = st.sampled_from(ZONES)
times = st.times(max_value=time(23, 59)).map(lambda t: t.replace(second=0, microsecond=0))
locals_ = st.datetimes(datetime.fromisoformat("1971-01-01"), datetime.fromisoformat("2037-12-01"))


@st.composite
def moments(draw: st.DrawFn, zone: str) -> datetime:
    """Any moment, most often within three days of a clock change."""
    changes = clock_changes(zone)
    if not changes or draw(st.integers(0, 3)) == 0:
        return draw(locals_).replace(tzinfo=UTC)
    return draw(st.sampled_from(changes))[0] + timedelta(minutes=draw(st.integers(-4320, 4320)))


def walls(zone: str) -> st.SearchStrategy[datetime]:
    """Wall times, most often near a clock change, skipped ones among them."""
    skips = st.sampled_from((timedelta(0), timedelta(minutes=20), timedelta(hours=1)))
    return st.builds(lambda moment, skip: to_local(moment, zone) - skip, moments(zone), skips)


def is_skipped(local: datetime, zone: str) -> bool:
    """PEP 495: in a gap the two folds have their offsets the other way round."""
    before, after = (local.replace(tzinfo=ZoneInfo(zone), fold=fold).utcoffset() or timedelta() for fold in (0, 1))
    return before < after


@st.composite
def calendars(draw: st.DrawFn) -> WorkingTime:
    begin, end = draw(st.tuples(times, times).filter(lambda ends: ends[0] != ends[1]))
    has_quiet = draw(st.booleans())
    days = st.dates(date(2024, 1, 1), date(2026, 12, 31))
    return WorkingTime(
        draw(zones | st.sampled_from(ODD_ZONES)),
        draw(st.sampled_from((None, "KE", "US-CA", "ES-PV", "XX-YY"))),
        draw(st.frozensets(st.integers(0, 6), min_size=1)),
        begin if has_quiet else None,
        end if has_quiet else None,
        tuple(draw(st.lists(st.tuples(days, st.booleans()), max_size=5))),
    )


class TestLocalTime:
    @pytest.mark.parametrize(
        ("zone", "local", "expected"),
        [
            ("Africa/Nairobi", "2026-12-04 17:00", "2026-12-04 14:00"),
            ("Europe/Madrid", "2026-03-29 02:30", "2026-03-29 01:30"),  # skipped: 03:30
            ("Europe/Madrid", "2026-10-25 02:30", "2026-10-25 00:30"),  # twice: the first
            ("Australia/Lord_Howe", "2026-10-04 02:10", "2026-10-03 15:40"),  # half an hour is skipped: 02:40
            ("Australia/Lord_Howe", "2026-04-05 01:45", "2026-04-04 14:45"),
            ("America/Santiago", "2026-09-06 00:00", "2026-09-06 04:00"),  # no midnight: 01:00
            ("Pacific/Apia", "2011-12-30 12:00", "2011-12-30 22:00"),  # no such day: the 31st
            (
                "Africa/Casablanca",
                "2026-03-22 02:30",
                "2026-03-22 02:30",
            ),  # summer time comes back after Ramadan: 03:30
        ],
    )
    def test_skipped_times_shift_forward_and_doubled_ones_are_the_first(
        self, zone: str, local: str, expected: str
    ) -> None:
        assert to_utc(datetime.fromisoformat(local), zone) == utc(expected)

    def test_the_second_of_two_is_never_chosen(self) -> None:
        local = datetime.fromisoformat("2026-10-25 02:30")
        assert to_utc(local.replace(fold=1), "Europe/Madrid") == to_utc(local, "Europe/Madrid")

    def test_a_local_time_has_no_zone(self) -> None:
        with pytest.raises(ValueError, match="zone"):
            to_utc(utc("2026-01-01"), "UTC")

    @settings(max_examples=300, deadline=None)
    @given(st.data(), zones | st.sampled_from(ODD_ZONES))
    def test_comes_back_as_the_same_wall_time_or_the_one_after_the_gap(self, data: st.DataObject, zone: str) -> None:
        local = data.draw(walls(zone))
        moment = to_utc(local, zone)
        assert moment.tzinfo is UTC
        assert to_local(moment, zone) == local or is_skipped(local, zone)
        assert to_local(moment, zone) >= local

    @settings(max_examples=300, deadline=None)
    @given(st.data(), zones | st.sampled_from(ODD_ZONES))
    def test_earlier_on_the_wall_is_earlier_but_in_a_gap(self, data: st.DataObject, zone: str) -> None:
        first, second = sorted((data.draw(walls(zone)), data.draw(walls(zone))))
        assert to_utc(first, zone) <= to_utc(second, zone) or is_skipped(first, zone)

    @pytest.mark.parametrize("area", sorted({zone.partition("/")[0] for zone in ZONES}))
    def test_every_change_of_every_zone(self, area: str) -> None:
        for zone in (z for z in ZONES if z.partition("/")[0] == area):
            for change, by in clock_changes(zone):
                after = to_local(change, zone)
                middle = after - by / 2
                if by > timedelta():
                    assert to_local(to_utc(middle, zone), zone) == middle + by
                    assert to_utc(after - by, zone) == change, (zone, change)
                else:
                    assert to_utc(middle, zone) == change + by / 2, (zone, change)
                    assert to_utc(after, zone) == change + by, (zone, change)


class TestWorkingDays:
    @pytest.mark.parametrize(
        ("calendar", "day", "is_worked"),
        [
            (NAIROBI, date(2026, 12, 11), True),
            (NAIROBI, date(2026, 12, 12), False),  # a Saturday; Jamhuri Day
            (NAIROBI, date(2026, 6, 1), False),  # Madaraka Day
            (OAKLAND, date(2026, 3, 31), False),  # Cesar Chavez Day, in California
            (WorkingTime("America/New_York", "US-NY"), date(2026, 3, 31), True),
            (CAIRO, date(2026, 12, 4), False),  # a Friday
            (CAIRO, date(2026, 12, 6), True),  # a Sunday
            (WorkingTime("Pacific/Apia"), date(2011, 12, 30), False),  # never was
        ],
    )
    def test_holidays_of_the_region_are_off(self, calendar: WorkingTime, day: date, is_worked: bool) -> None:
        assert is_working_day(day, calendar) is is_worked

    def test_a_group_overrides_holidays_and_weekends_and_its_last_word_holds(self) -> None:
        jamhuri, friday = date(2026, 12, 12), date(2026, 12, 11)
        own = WorkingTime("Africa/Nairobi", "KE", overrides=((jamhuri, True), (friday, True), (friday, False)))
        assert is_working_day(jamhuri, own)
        assert not is_working_day(friday, own)

    def test_a_region_that_the_data_lost_has_no_holidays(self) -> None:
        assert is_working_day(date(2026, 12, 25), WorkingTime("UTC", "XX-YY"))

    def test_the_holidays_used_are_those_that_took_a_working_day(self) -> None:
        own = WorkingTime(
            "America/Los_Angeles", "US-CA", overrides=((date(2026, 11, 27), True), (date(2026, 12, 1), False))
        )
        used = holidays_used(own, at(own, "2026-11-20 10:00"), at(own, "2026-12-04 10:00"))
        assert used == ((date(2026, 11, 26), "Thanksgiving Day"), (date(2026, 12, 1), ""))

    def test_their_names_do_not_follow_the_machine(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("LANGUAGE", "es")
        bilbao = WorkingTime("Europe/Madrid", "ES-PV")
        used = holidays_used(bilbao, utc("2031-01-01 12:00"), utc("2031-01-01 12:00"))
        assert used == ((date(2031, 1, 1), "New Year's Day"),)

    def test_warming_takes_what_is_stored_whatever_it_is(self) -> None:
        warm(["KE", "US-CA", "XX-YY"], [2026, 2027])
        assert not is_working_day(date(2027, 6, 1), NAIROBI)

    def test_the_last_working_day_before_an_end(self) -> None:
        assert last_working_day_before(NAIROBI, at(NAIROBI, "2026-12-14 09:00")) == date(2026, 12, 11)
        assert last_working_day_before(NAIROBI, at(NAIROBI, "2026-12-11 09:00")) == date(2026, 12, 10)
        assert last_working_day(NAIROBI, date(2026, 12, 11)) == date(2026, 12, 11)


class TestBusinessDays:
    @pytest.mark.parametrize(
        ("calendar", "start", "n", "end"),
        [
            (NAIROBI, "2026-11-23 15:00", 10, "2026-12-07 15:00"),
            (NAIROBI, "2026-12-11 15:00", 1, "2026-12-14 15:00"),  # a Friday: Monday
            (NAIROBI, "2026-12-12 15:00", 1, "2026-12-15 15:00"),  # a Saturday counts as Monday
            (OAKLAND, "2026-11-25 09:30", 1, "2026-11-30 09:30"),  # Thanksgiving, the day after, a weekend
            (OAKLAND, "2026-03-06 02:30", 1, "2026-03-09 02:30"),  # over the change to summer time
            (CAIRO, "2026-12-03 12:00", 1, "2026-12-06 12:00"),  # a Thursday: Sunday
            (WorkingTime("Pacific/Apia"), "2011-12-29 10:00", 1, "2012-01-02 10:00"),  # Friday the 30th never was
            (WorkingTime("America/Nuuk", working_days=frozenset({5})), "2026-03-21 23:30", 1, "2026-03-29 00:30"),
        ],
    )
    def test_ends_at_the_same_hour_after_as_many_working_days(
        self, calendar: WorkingTime, start: str, n: int, end: str
    ) -> None:
        assert wall(calendar, add_business_days(calendar, at(calendar, start), n)) == end

    def test_a_proposal_of_friday_evening_elsewhere_leaves_all_ten_days(self) -> None:
        opened = at(OAKLAND, "2026-11-06 16:00")  # Saturday, 03:00, in Nairobi
        assert wall(NAIROBI, add_business_days(NAIROBI, opened, 10)) == "2026-11-23 03:00"

    def test_no_business_days_have_no_end(self) -> None:
        with pytest.raises(ValueError, match="0 business days"):
            add_business_days(NAIROBI, utc("2026-12-04"), 0)

    @settings(max_examples=150, deadline=None)
    @given(st.data(), calendars(), st.integers(1, 30))
    def test_exactly_n_working_days_and_on_a_working_day(
        self, data: st.DataObject, calendar: WorkingTime, n: int
    ) -> None:
        start = data.draw(moments(calendar.zone))
        opening, end = to_local(start, calendar.zone), add_business_days(calendar, start, n)
        first = opening.date()
        while not is_working_day(first, calendar):
            first += timedelta(days=1)
        # Whole days, because a skipped hour is shifted forward, even past midnight.
        last = opening.date() + timedelta(days=(to_local(end, calendar.zone) - opening) // timedelta(days=1))
        days = [first + timedelta(days=i) for i in range(1, (last - first).days + 1)]
        assert is_working_day(last, calendar)
        assert sum(is_working_day(day, calendar) for day in days) == n
        assert end < add_business_days(calendar, start, n + 1)


class TestQuietHours:
    @pytest.mark.parametrize(
        ("local", "expected"),
        [
            ("2026-12-04 12:00", "2026-12-04 12:00"),
            ("2026-12-03 18:00", "2026-12-04 09:00"),
            ("2026-12-04 08:59", "2026-12-04 09:00"),
            ("2026-12-04 17:59", "2026-12-04 17:59"),
            ("2026-12-04 18:00", "2026-12-07 09:00"),  # Friday evening: Monday
            ("2026-12-07 20:00", "2026-12-09 09:00"),  # the 8th is a holiday
        ],
    )
    def test_a_group_is_addressed_in_its_working_hours(self, local: str, expected: str) -> None:
        moment = next_working_moment(EVENINGS_OFF, at(EVENINGS_OFF, local))
        assert wall(EVENINGS_OFF, moment) == expected

    def test_without_quiet_hours_a_working_day_has_24(self) -> None:
        assert not is_quiet(NAIROBI, at(NAIROBI, "2026-12-04 03:00"))
        assert wall(NAIROBI, next_working_moment(NAIROBI, at(NAIROBI, "2026-12-05 03:00"))) == "2026-12-07 00:00"

    def test_quiet_hours_that_end_in_a_skipped_hour_end_with_the_change(self) -> None:
        night = WorkingTime(
            "Europe/Madrid", working_days=frozenset(range(7)), quiet_from=time(22), quiet_until=time(2, 30)
        )
        assert wall(night, next_working_moment(night, at(night, "2026-03-29 01:00"))) == "2026-03-29 03:00"

    def test_a_clock_set_back_out_of_quiet_hours_opens_the_day_again(self) -> None:
        siesta = WorkingTime(
            "Europe/Madrid", working_days=frozenset(range(7)), quiet_from=time(2, 30), quiet_until=time(9)
        )
        assert next_working_moment(siesta, utc("2026-10-25 00:45")) == utc("2026-10-25 01:00")

    @pytest.mark.parametrize(
        ("quiet", "end"),
        [
            ("off", 18),
            ("18:00-09:00", 18),
            ("16:00-10:00", 16),
            ("17:00-23:00", 17),
            ("13:00-15:00", 18),
            ("00:00-08:00", 18),
        ],
    )
    def test_work_ends_where_the_evening_begins(self, quiet: str, end: int) -> None:
        begin, until = parse_quiet(quiet)
        assert end_of_work(WorkingTime("UTC", quiet_from=begin, quiet_until=until)) == time(end)

    @settings(max_examples=150, deadline=None)
    @given(st.data(), calendars())
    def test_the_next_working_moment_is_later_reachable_and_stays(
        self, data: st.DataObject, calendar: WorkingTime
    ) -> None:
        start = data.draw(moments(calendar.zone))
        found = next_working_moment(calendar, start)
        assert found >= start
        assert is_reachable(calendar, found)
        assert next_working_moment(calendar, found) == found

    @settings(max_examples=60, deadline=None)
    @given(st.data(), calendars())
    def test_nothing_before_it_is_reachable(self, data: st.DataObject, calendar: WorkingTime) -> None:
        start = data.draw(moments(calendar.zone)).replace(second=0, microsecond=0)
        found = next_working_moment(calendar, start)
        minutes = min(int((found - start).total_seconds() / 60), 2880)
        assert not any(is_reachable(calendar, found - timedelta(minutes=m)) for m in range(1, minutes + 1))


def is_reachable(calendar: WorkingTime, moment: datetime) -> bool:
    return not is_quiet(calendar, moment) and is_working_day(local_date(moment, calendar.zone), calendar)


class TestWhatIsTyped:
    @pytest.mark.parametrize("typed", ["Africa/Nairobi", " africa/nairobi ", "AFRICA/NAIROBI"])
    def test_a_zone_in_any_case(self, typed: str) -> None:
        assert parse_zone(typed) == "Africa/Nairobi"

    @pytest.mark.parametrize("zone", [*ODD_ZONES, "UTC", "America/Argentina/Buenos_Aires"])
    def test_a_zone_reads_back(self, zone: str) -> None:
        assert parse_zone(zone) == zone

    @pytest.mark.parametrize(
        ("typed", "said"),
        [
            ("Africa/Nairobbi", "There is no time zone “Africa/Nairobbi”. Did you mean Africa/Nairobi"),
            ("nairobi", "Did you mean Africa/Nairobi?"),
            ("new york", "Did you mean America/New_York?"),
            ("EST", "Type it as Area/City"),
            ("localtime", "There is no time zone"),
            ("../../etc/passwd", "There is no time zone"),
            ("", "Type it as Area/City"),
        ],
    )
    def test_no_such_zone(self, typed: str, said: str) -> None:
        with pytest.raises(UserError) as caught:
            parse_zone(typed)
        assert said in caught.value.message

    @pytest.mark.parametrize(
        ("typed", "region"),
        [
            ("ke", "KE"),
            ("Kenya", "KE"),
            ("us-ca", "US-CA"),
            ("US - California", "US-CA"),
            ("ES-PV", "ES-PV"),
            ("UK-SCT", "GB-SCT"),
            ("de-augsburg", "DE-Augsburg"),
            ("none", None),
        ],
    )
    def test_a_region(self, typed: str, region: str | None) -> None:
        assert parse_region(typed) == region
        assert parse_region(format_region(region)) == region

    @pytest.mark.parametrize(
        ("typed", "said"),
        [
            ("Kenia", "Did you mean KE?"),
            ("XX", "Type a country such as KE"),
            ("", "Type a country such as KE"),
            ("US-Californa", "Type for example US-CA"),
            ("KE-30", "Type just KE"),
            ("none-CA", "Type a country such as KE"),
        ],
    )
    def test_no_such_region(self, typed: str, said: str) -> None:
        with pytest.raises(UserError) as caught:
            parse_region(typed)
        assert said in caught.value.message

    @pytest.mark.parametrize(
        ("typed", "days", "shown"),
        [
            ("mon-fri", {0, 1, 2, 3, 4}, "mon-fri"),
            ("Sunday – Thursday", {6, 0, 1, 2, 3}, "sun-thu"),
            ("mon,wed,fri", {0, 2, 4}, "mon,wed,fri"),
            ("sat-wed", {5, 6, 0, 1, 2}, "sat-wed"),
            ("fri sat", {4, 5}, "fri,sat"),
            ("tue-mon", set(range(7)), "mon-sun"),
            ("tues", {1}, "tue"),
        ],
    )
    def test_working_days(self, typed: str, days: set[int], shown: str) -> None:
        assert parse_working_days(typed) == days
        assert format_working_days(frozenset(days)) == shown

    @settings(deadline=None)
    @given(st.frozensets(st.integers(0, 6), min_size=1))
    def test_working_days_read_back(self, days: frozenset[int]) -> None:
        assert parse_working_days(format_working_days(days)) == days

    @pytest.mark.parametrize("typed", ["", " , ", "mon-", "fr-mo", "daily", "none"])
    def test_no_working_days_are_refused(self, typed: str) -> None:
        with pytest.raises(UserError, match="mon-fri"):
            parse_working_days(typed)

    def test_a_calendar_in_which_nobody_is_ever_reached_cannot_be_made(self) -> None:
        with pytest.raises(ValueError, match="working days"):
            WorkingTime("UTC", working_days=frozenset())
        with pytest.raises(ValueError, match="both ends"):
            WorkingTime("UTC", quiet_from=time(9))
        with pytest.raises(ValueError, match="some of the day"):
            WorkingTime("UTC", quiet_from=time(9), quiet_until=time(9))

    @pytest.mark.parametrize(
        ("typed", "quiet"),
        [("18:00-09:00", (time(18), time(9))), ("22:30 – 24:00", (time(22, 30), time(0))), ("Off", (None, None))],
    )
    def test_quiet_hours(self, typed: str, quiet: tuple[time, time]) -> None:
        assert parse_quiet(typed) == quiet

    @settings(deadline=None)
    @given(st.tuples(times, times).filter(lambda ends: ends[0] != ends[1]) | st.just((None, None)))
    def test_quiet_hours_read_back(self, quiet: tuple[time, time] | tuple[None, None]) -> None:
        assert parse_quiet(format_quiet(*quiet)) == quiet

    @pytest.mark.parametrize("typed", ["", "18:00", "18-9", "25:00-09:00", "09:00-09:00", "1:00-2:00-3:00"])
    def test_no_quiet_hours(self, typed: str) -> None:
        with pytest.raises(UserError, match=r"18:00-09:00, or off"):
            parse_quiet(typed)

    @settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.text(max_size=30) | st.text("aefmnortu/-:, 0189", max_size=20))
    @example("9" * 5000)
    @example("\u0663:\u0660\u0660-\u0664:\u0660\u0660")
    def test_anything_else_is_said_back_and_nothing_else_raised(self, typed: str) -> None:
        for parse in (parse_zone, parse_region, parse_working_days, parse_quiet):
            said = refusal(parse, typed)
            assert said == "" or said.endswith((".", "?"))
            assert len(said) < 250


def refusal(parse: Callable[[str], object], typed: str) -> str:
    try:
        parse(typed)
    except UserError as error:
        return error.message
    return ""
