"""The working days of 2018 to 2026, as the State Council's yearly notices give them; each with its holiday's name.

A house that typed some of these days keeps its own. Later years come by `flask workdays import` or its page.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

DECEMBER = 12
SOURCE = "国务院办公厅关于{year}年部分节假日安排的通知"

# year: (holiday, first and last day off, days worked instead); weekends inside a holiday are named like the notices do
NOTICES: dict[int, list[tuple[str, str, str]]] = {
    2018: [
        ("元旦", "0101", ""),
        ("春节", "0215-0221", "0211 0224"),
        ("清明节", "0405-0407", "0408"),
        ("劳动节", "0429-0501", "0428"),
        ("端午节", "0618", ""),
        ("中秋节", "0924", ""),
        ("国庆节", "1001-1007", "0929 0930"),
        ("元旦", "1230-1231", "1229"),
    ],
    2019: [
        ("元旦", "0101", ""),
        ("春节", "0204-0210", "0202 0203"),
        ("清明节", "0405-0407", ""),
        ("劳动节", "0501-0504", "0428 0505"),
        ("端午节", "0607-0609", ""),
        ("中秋节", "0913-0915", ""),
        ("国庆节", "1001-1007", "0929 1012"),
    ],
    2020: [
        ("元旦", "0101", ""),
        ("春节", "0124-0202", "0119"),
        ("清明节", "0404-0406", ""),
        ("劳动节", "0501-0505", "0426 0509"),
        ("端午节", "0625-0627", "0628"),
        ("国庆节", "1001-1008", "0927 1010"),
    ],
    2021: [
        ("元旦", "0101-0103", ""),
        ("春节", "0211-0217", "0207 0220"),
        ("清明节", "0403-0405", ""),
        ("劳动节", "0501-0505", "0425 0508"),
        ("端午节", "0612-0614", ""),
        ("中秋节", "0919-0921", "0918"),
        ("国庆节", "1001-1007", "0926 1009"),
    ],
    2022: [
        ("元旦", "0101-0103", ""),
        ("春节", "0131-0206", "0129 0130"),
        ("清明节", "0403-0405", "0402"),
        ("劳动节", "0430-0504", "0424 0507"),
        ("端午节", "0603-0605", ""),
        ("中秋节", "0910-0912", ""),
        ("国庆节", "1001-1007", "1008 1009"),
        ("元旦", "1231", ""),
    ],
    2023: [
        ("元旦", "0101-0102", ""),
        ("春节", "0121-0127", "0128 0129"),
        ("清明节", "0405", ""),
        ("劳动节", "0429-0503", "0423 0506"),
        ("端午节", "0622-0624", "0625"),
        ("中秋节", "0929", ""),
        ("国庆节", "0930-1006", "1007 1008"),
        ("元旦", "1230-1231", ""),
    ],
    2024: [
        ("元旦", "0101", ""),
        ("春节", "0210-0217", "0204 0218"),
        ("清明节", "0404-0406", "0407"),
        ("劳动节", "0501-0505", "0428 0511"),
        ("端午节", "0610", ""),
        ("中秋节", "0915-0917", "0914"),
        ("国庆节", "1001-1007", "0929 1012"),
    ],
    2025: [
        ("元旦", "0101", ""),
        ("春节", "0128-0204", "0126 0208"),
        ("清明节", "0404-0406", ""),
        ("劳动节", "0501-0505", "0427"),
        ("端午节", "0531-0602", ""),
        ("国庆节、中秋节", "1001-1008", "0928 1011"),
    ],
    2026: [
        ("元旦", "0101-0103", "0104"),
        ("春节", "0215-0223", "0214 0228"),
        ("清明节", "0404-0406", ""),
        ("劳动节", "0501-0505", "0509"),
        ("端午节", "0619-0621", ""),
        ("中秋节", "0925-0927", ""),
        ("国庆节", "1001-1007", "0920 1010"),
    ],
}

workdays = sa.table(
    "workdays",
    sa.column("day", sa.Date),
    sa.column("is_working", sa.Boolean),
    sa.column("name", sa.String),
    sa.column("source", sa.String),
)


def days() -> Iterator[tuple[date, bool, str]]:
    """Every day of the notices: the day, is it worked, the holiday's name."""
    for year, holidays in NOTICES.items():
        for name, off, worked in holidays:
            first, _, last = off.partition("-")
            first_on, last_on = _day(year, first), _day(year, last or first)
            for passed in range((last_on - first_on).days + 1):
                yield first_on + timedelta(days=passed), False, name
            for day in worked.split():
                yield _day(year, day), True, name


def upgrade() -> None:
    op.add_column("workdays", sa.Column("name", sa.String(length=32), nullable=False, server_default=""))
    known = set(op.get_bind().execute(sa.select(workdays.c.day)).scalars())
    op.bulk_insert(workdays, [_row(*one) for one in days() if one[0] not in known])


def downgrade() -> None:
    for year in NOTICES:
        op.execute(sa.delete(workdays).where(workdays.c.source == SOURCE.format(year=year)))
    op.drop_column("workdays", "name")


def _row(day: date, is_working: bool, name: str) -> dict[str, Any]:
    """A day off or worked in December belongs to the New Year and so to the next year's notice."""
    source = SOURCE.format(year=day.year + (day.month == DECEMBER))
    return {"day": day, "is_working": is_working, "name": name, "source": source}


def _day(year: int, month_and_day: str) -> date:
    return date(year, int(month_and_day[:2]), int(month_and_day[2:]))
