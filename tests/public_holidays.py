"""The shipped public holidays of China, built from two sources: `make holidays`.

chinesecalendar transcribes the yearly notices of the State Council; holidays knows which days are
holidays by law, and has its own transcription. Both are asked about every day of the years that
have been announced, and where they differ nothing is built (SLA-1e), unless the notice itself
decided it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from importlib.metadata import version
from pathlib import Path
from textwrap import wrap
from typing import Final

import chinese_calendar
import holidays
from chinese_calendar import constants as notices

from domain.policy_content import HolidayYear, PublicHolidays

FILE: Final = Path(__file__).parent.parent / "domain" / "public_holidays.toml"
SOURCES: Final = ("chinesecalendar", "holidays")
WIDTH: Final = 100
HEAD: Final = """\
# China's public holidays, by the notices of the State Council (SLA-1e). Built by `make holidays`.
# `statutory` days are holidays by law, `rest_of_breaks` the other days of the official breaks,
# `make_up` weekend days that are worked instead (调休).

"""
WORKED: Final = True
DECIDED: Final[Mapping[date, bool]] = {
    date(2005, 12, 31): WORKED,  # decision 24: the notice for 2006 says so
}
DERIVED: Final = ("(observed)", "(substituted from", "Extended Holiday")
"""How holidays marks a day that is off without being a holiday by law."""


class SourcesDisagree(Exception):
    """The two sources differ. Read the notice, decide in a record, and name the day in DECIDED."""


def years() -> range:
    """The years that both know from a notice. holidays computes any year; a notice is announced."""
    return range(min(notices.holidays).year, max(notices.holidays).year + 1)


def days_of(year: int) -> Iterator[date]:
    first = date(year, 1, 1)
    return (first + timedelta(n) for n in range((date(year + 1, 1, 1) - first).days))


def disagreements(china: holidays.HolidayBase, years: Iterable[int]) -> list[date]:
    """The days that one source calls worked and the other does not."""
    return [
        day
        for year in years
        for day in days_of(year)
        if chinese_calendar.is_workday(day) != china.is_working_day(day)
    ]


def compared(china: holidays.HolidayBase, years: Iterable[int]) -> None:
    """Raises SourcesDisagree for a day that is not decided, or is decided without need."""
    found = set(disagreements(china, years))
    if undecided := sorted(found ^ set(DECIDED)):
        raise SourcesDisagree(f"{SourcesDisagree.__doc__} {', '.join(map(str, undecided))}")


def worked(day: date) -> bool:
    return DECIDED.get(day, chinese_calendar.is_workday(day))


def by_law(china: holidays.HolidayBase, day: date) -> bool:
    """Whether the day itself is a holiday by law, not a day off beside one or in its place."""
    names = china.get_list(day)
    return any(not any(mark in name for mark in DERIVED) for name in names)


def year_of(china: holidays.HolidayBase, year: int) -> HolidayYear:
    off = [day for day in days_of(year) if not worked(day)]
    statutory = tuple(day for day in off if by_law(china, day))
    return HolidayYear(
        year=year,
        statutory=statutory,
        rest_of_breaks=tuple(d for d in off if d in notices.holidays and d not in statutory),
        make_up=tuple(d for d in days_of(year) if worked(d) and d.isoweekday() > 5),
    )


def build() -> PublicHolidays:
    """What the sources say together. Raises SourcesDisagree."""
    china = holidays.country_holidays("CN", years=years(), language="en_US")
    compared(china, years())
    return PublicHolidays(
        sources=tuple(f"{source} {version(source)}" for source in SOURCES),
        years=tuple(year_of(china, year) for year in years()),
    )


def toml(content: PublicHolidays) -> str:
    """The policy as the file that ships."""
    return "".join(
        [
            HEAD,
            "[[policies]]\n",
            f'policy = "{content.policy}"\n',
            f"sources = [{', '.join(map(quoted, content.sources))}]\n",
            *(toml_of(year) for year in content.years),
        ]
    )


def toml_of(year: HolidayYear) -> str:
    return (
        f"\n[[policies.years]]\nyear = {year.year}\n"
        f"statutory = {dates(year.statutory)}\n"
        f"rest_of_breaks = {dates(year.rest_of_breaks)}\n"
        f"make_up = {dates(year.make_up)}\n"
    )


def dates(days: Iterable[date]) -> str:
    lines = wrap(
        ", ".join(map(str, days)), width=WIDTH, initial_indent=" " * 4, subsequent_indent=" " * 4
    )
    return "\n".join(["[", *lines, "]"])


def quoted(text: str) -> str:
    return f'"{text}"'


def main() -> None:
    FILE.write_text(toml(build()), encoding="utf-8")


if __name__ == "__main__":
    main()
