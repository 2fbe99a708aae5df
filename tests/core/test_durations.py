"""Lengths and moments as people type them, and when they end."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import available_timezones

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from bot.core.durations import (
    BusinessDays,
    Days,
    Duration,
    EndOf,
    Hours,
    Minutes,
    Months,
    OnDate,
    OnWeekday,
    Span,
    Weeks,
    ends_at,
    parse_duration,
    parse_moment_past,
    parse_span,
)
from bot.core.errors import UserError
from bot.core.working_time import WorkingTime, parse_quiet, parse_working_days, to_local, to_utc

NAIROBI = WorkingTime("Africa/Nairobi", "KE")
BILBAO = WorkingTime("Europe/Madrid", "ES-PV", quiet_from=time(17, 30), quiet_until=time(9))
CAIRO = WorkingTime("Africa/Cairo", working_days=parse_working_days("sun-thu"))
NOW = "2026-12-02 10:00"  # a Wednesday

clock_times = st.none() | st.times(max_value=time(23, 59)).map(lambda t: t.replace(second=0, microsecond=0))
spans = st.one_of(
    st.builds(Days, st.integers(1, 730)),
    st.builds(Weeks, st.integers(1, 104)),
    st.builds(Months, st.integers(1, 24)),
    st.builds(Hours, st.integers(1, 17_520)),
    st.builds(Minutes, st.integers(1, 1_051_200)),
)
durations = st.one_of(
    spans,
    st.builds(BusinessDays, st.integers(1, 520)),
    st.builds(OnDate, st.dates(date(1900, 1, 1), date(2999, 12, 31)), clock_times),
    st.builds(OnWeekday, st.integers(0, 6), clock_times),
    st.builds(EndOf, st.sampled_from(("day", "week", "month"))),
)
calendars = st.builds(
    WorkingTime,
    st.sampled_from(sorted(available_timezones())),
    st.sampled_from((None, "KE", "ES-PV")),
    st.frozensets(st.integers(0, 6), min_size=1),
)
# From 2012 on no zone has left out a whole day, which would make one more of it end at the same moment.
moments = st.datetimes(
    datetime.fromisoformat("2012-01-01"), datetime.fromisoformat("2037-01-01"), timezones=st.just(UTC)
)


def ended(typed: str, calendar: WorkingTime = NAIROBI, now: str = NOW) -> str:
    end = ends_at(parse_duration(typed), to_utc(datetime.fromisoformat(now), calendar.zone), calendar)
    return to_local(end, calendar.zone).isoformat(" ", "minutes")


def since(typed: str, zone: str = "Africa/Nairobi", *, is_end: bool = False) -> str:
    now = to_utc(datetime.fromisoformat(NOW), zone)
    return to_local(parse_moment_past(typed, now, zone, is_end=is_end), zone).isoformat(" ", "minutes")


class TestWhatIsTyped:
    @pytest.mark.parametrize(
        ("typed", "duration"),
        [
            ("10bd", BusinessDays(10)),
            ("10 Business Days", BusinessDays(10)),
            ("1 working day", BusinessDays(1)),
            ("3d", Days(3)),
            (" 3  DAYS ", Days(3)),
            ("2w", Weeks(2)),
            ("2 weeks", Weeks(2)),
            ("2h", Hours(2)),
            ("30min", Minutes(30)),
            ("1mo", Months(1)),
            ("030d", Days(30)),
            ("2026-12-04", OnDate(date(2026, 12, 4))),
            ("2026-12-04 17:00", OnDate(date(2026, 12, 4), time(17))),
            ("2026-12-04T9:05", OnDate(date(2026, 12, 4), time(9, 5))),
            ("fri 17:00", OnWeekday(4, time(17))),
            ("Friday", OnWeekday(4)),
            ("mon", OnWeekday(0)),
            ("eod", EndOf("day")),
            ("EOW", EndOf("week")),
            ("eom", EndOf("month")),
        ],
    )
    def test_is_understood(self, typed: str, duration: Duration) -> None:
        assert parse_duration(typed) == duration

    @pytest.mark.parametrize(
        ("typed", "said"),
        [
            ("30m", "“30m”: minute or month? Type 30min or 30mo."),
            ("30 M", "“30m”: minute or month? Type 30min or 30mo."),
            ("0d", "A length is a whole number from 1 up. Type for example 1d."),
            ("-3 bd", "A length is a whole number from 1 up. Type for example 1bd."),
            ("1.5h", "A length is a whole number from 1 up. Type for example 1h."),
            ("800d", "800d is more than two years. Type 730d or less."),
            ("25mo", "25mo is more than two years. Type 24mo or less."),
            ("10", "“10” of what? Type 10d for days, 10bd for business days, 10h for hours."),
            ("1y", "“y” is no unit of time. Type bd, d, w, mo, h or min behind the number."),
            ("2026-02-30", "2026-02 has no day 30. Type for example 2026-02-28."),
            ("2026-13-01", "There is no date 2026-13-01. Type it as year-month-day: 2026-12-04."),
            ("0000-01-01", "There is no date 0000-01-01. Type it as year-month-day: 2026-12-04."),
            ("fri 25:00", "“25:00” is no time of day. Type it from 00:00 to 23:59, for example 17:00."),
            ("2026-12-04 17", "“17” is no time of day. Type it from 00:00 to 23:59, for example 17:00."),
            (
                "soon",
                "“soon” is no length of time or date. "
                "Type for example 10bd, 3d, 2w, 30min, 1mo, 2026-12-04 or fri 17:00.",
            ),
        ],
    )
    def test_is_not_and_why(self, typed: str, said: str) -> None:
        with pytest.raises(UserError) as caught:
            parse_duration(typed)
        assert caught.value.message == said

    @settings(deadline=None)
    @given(durations)
    def test_reads_back_and_passes_through_a_declaration(self, duration: Duration) -> None:
        assert parse_duration(str(duration)) == duration
        assert parse_duration(str(duration).upper()) == duration
        assert TypeAdapter[Duration](Duration).validate_python(duration) == duration

    @settings(max_examples=400, deadline=None)
    @given(
        st.text(max_size=30)
        | st.text("0123456789-:.+, bdwmohintefrisu", max_size=16)
        | st.from_regex(r"[0-9]+ ?[a-z]+")
    )
    @example("9" * 5000 + "d")
    @example("9" * 5000)
    @example("\u0663d")
    @example("{typed}")
    def test_anything_is_understood_or_said_back(self, typed: str) -> None:
        said = refusal(typed)
        assert said or parse_duration(str(parse_duration(typed))) == parse_duration(typed)
        assert len(said) < 250


def refusal(typed: str) -> str:
    try:
        parse_duration(typed)
    except UserError as error:
        return error.message
    return ""


class TestEnd:
    @pytest.mark.parametrize(
        ("typed", "end"),
        [
            ("10bd", "2026-12-16 10:00"),
            ("3d", "2026-12-05 10:00"),
            ("2w", "2026-12-16 10:00"),
            ("1mo", "2027-01-02 10:00"),
            ("2h", "2026-12-02 12:00"),
            ("30min", "2026-12-02 10:30"),
            ("2026-12-04", "2026-12-04 18:00"),
            ("2026-12-05 17:00", "2026-12-05 17:00"),
            ("fri 17:00", "2026-12-04 17:00"),
            ("wed 17:00", "2026-12-02 17:00"),
            ("wed 10:00", "2026-12-09 10:00"),  # not ahead today: next week
            ("wed", "2026-12-02 18:00"),
            ("tue", "2026-12-08 18:00"),
            ("eod", "2026-12-02 18:00"),
            ("eow", "2026-12-04 18:00"),
            ("eom", "2026-12-31 18:00"),
        ],
    )
    def test_of_each_kind(self, typed: str, end: str) -> None:
        assert ended(typed) == end

    @pytest.mark.parametrize(
        ("typed", "calendar", "now", "end"),
        [
            ("eod", BILBAO, NOW, "2026-12-02 17:30"),  # when its quiet hours begin
            ("eow", BILBAO, "2026-03-30 10:00", "2026-04-01 17:30"),  # Maundy Thursday and Good Friday are off
            ("eow", CAIRO, NOW, "2026-12-03 18:00"),  # its week ends on Thursday
            ("eow", CAIRO, "2026-12-04 10:00", "2026-12-10 18:00"),
            ("eom", CAIRO, "2026-07-02 10:00", "2026-07-30 18:00"),  # the 31st is a Friday
            ("1mo", NAIROBI, "2026-01-31 10:00", "2026-02-28 10:00"),
            ("1mo", NAIROBI, "2025-12-31 10:00", "2026-01-31 10:00"),
            ("1d", BILBAO, "2026-03-28 10:00", "2026-03-29 10:00"),  # 23 hours
            ("24h", BILBAO, "2026-03-28 10:00", "2026-03-29 11:00"),
            ("1d", BILBAO, "2026-03-28 02:30", "2026-03-29 03:30"),  # a skipped time
            ("2026-03-29 02:30", BILBAO, "2026-03-01 10:00", "2026-03-29 03:30"),
        ],
    )
    def test_follows_the_calendar(self, typed: str, calendar: WorkingTime, now: str, end: str) -> None:
        assert ended(typed, calendar, now) == end

    def test_of_a_week_without_one_long_rest(self) -> None:
        assert ended("eow", WorkingTime("UTC", working_days=parse_working_days("mon,wed,fri"))) == "2026-12-04 18:00"
        assert ended("eow", WorkingTime("UTC", working_days=parse_working_days("mon-sun"))) == "2026-12-06 18:00"

    def test_of_a_day_whose_quiet_hours_are_a_siesta(self) -> None:
        begin, until = parse_quiet("13:00-15:00")
        assert ended("eod", WorkingTime("UTC", quiet_from=begin, quiet_until=until)) == "2026-12-02 18:00"

    @pytest.mark.parametrize(
        ("typed", "now", "said"),
        [
            ("2026-12-01", NOW, "2026-12-01 18:00 (Africa/Nairobi) has passed."),
            ("2026-12-02 10:00", NOW, "2026-12-02 10:00 (Africa/Nairobi) has passed."),
            ("1900-01-01", NOW, "1900-01-01 18:00 (Africa/Nairobi) has passed."),
            ("eod", "2026-12-02 18:00", "2026-12-02 18:00 (Africa/Nairobi) has passed."),
            ("eow", "2026-12-04 19:00", "2026-12-04 18:00 (Africa/Nairobi) has passed."),
            ("2999-12-31", NOW, "2999-12-31 18:00 (Africa/Nairobi) is more than two years away."),
        ],
    )
    def test_that_cannot_be_is_said_with_its_date(self, typed: str, now: str, said: str) -> None:
        with pytest.raises(UserError) as caught:
            ended(typed, now=now)
        assert caught.value.message.startswith(said)

    @settings(max_examples=250, deadline=None)
    @given(durations, moments, calendars)
    def test_is_ahead_or_refused(self, duration: Duration, start: datetime, calendar: WorkingTime) -> None:
        try:
            end = ends_at(duration, start, calendar)
        except UserError:
            assert isinstance(duration, OnDate | EndOf)
            return
        assert end > start
        assert end.tzinfo is UTC

    @settings(max_examples=150, deadline=None)
    @given(spans, moments, calendars)
    def test_of_one_more_is_later(self, span: Span, start: datetime, calendar: WorkingTime) -> None:
        more = type(span)(span.n + 1)
        assert ends_at(more, start, calendar) > ends_at(span, start, calendar)


class TestLookingBack:
    @pytest.mark.parametrize(
        ("typed", "moment"),
        [
            ("7d", "2026-11-25 10:00"),
            ("2w", "2026-11-18 10:00"),
            ("1mo", "2026-11-02 10:00"),
            ("24mo", "2024-12-02 10:00"),
            ("2h", "2026-12-02 08:00"),
            ("2026-01-31", "2026-01-31 00:00"),
            ("2026-12-02", "2026-12-02 00:00"),
            ("2026-01-31 12:00", "2026-01-31 12:00"),
            ("1900-01-01", "1900-01-01 00:00"),
        ],
    )
    def test_begins(self, typed: str, moment: str) -> None:
        assert since(typed) == moment

    def test_until_a_date_takes_the_whole_day(self) -> None:
        assert since("2026-01-31", is_end=True) == "2026-02-01 00:00"
        assert since("2026-12-02", is_end=True) == "2026-12-03 00:00"
        assert since("2026-01-31 12:00", is_end=True) == "2026-01-31 12:00"
        assert since("2026-12-31", is_end=True) == "2027-01-01 00:00"
        assert since("7d", is_end=True) == "2026-11-25 10:00"

    @pytest.mark.parametrize(
        ("typed", "said"),
        [
            ("2026-12-03", "2026-12-03 is still ahead."),
            ("10bd", "“10bd” is no date to look back to."),
            ("fri", "“fri” is no date to look back to."),
            ("30m", "“30m”: minute or month?"),
        ],
    )
    def test_is_refused(self, typed: str, said: str) -> None:
        with pytest.raises(UserError) as caught:
            since(typed)
        assert caught.value.message.startswith(said)

    @settings(max_examples=150, deadline=None)
    @given(spans, moments, st.sampled_from(sorted(available_timezones())))
    def test_is_never_ahead(self, span: Span, now: datetime, zone: str) -> None:
        assert parse_moment_past(str(span), now, zone) < now

    def test_a_plain_length_is_the_same_for_all(self) -> None:
        assert parse_span("7 days") == Days(7)
        for typed in ("10bd", "fri", "2026-12-04", "eow"):
            with pytest.raises(UserError, match="no plain length of time"):
                parse_span(typed)

    def test_a_length_of_hours_is_elapsed_time(self) -> None:
        now = datetime(2026, 3, 29, 12, tzinfo=UTC)
        assert now - parse_moment_past("24h", now, "Europe/Madrid") == timedelta(hours=24)
        assert now - parse_moment_past("1d", now, "Europe/Madrid") == timedelta(hours=23)
