"""A trainee's own submissions: what waits, what came back and why, and how it went over a year."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from sqlalchemy import select
from sqlmodel import col

from cma_app.access.acts import Act
from cma_app.clock import local, now
from cma_app.paging import Page, offset_of
from cma_app.services.sign_off_list import (
    BACK,
    SIZE,
    QueueRow,
    shown_versions,
    version_rows,
    was_not_answered,
)
from cma_app.session import CentreSession, count
from models import SignOff

A_YEAR: Final = timedelta(days=365)
MOST_OF_A_YEAR: Final = 2000


@dataclass(frozen=True, slots=True)
class Month:
    """What a trainee submitted first in a month: signed off at once, after changes, or not yet."""

    first_day: date
    at_once: int = 0
    after_changes: int = 0
    not_yet: int = 0


@dataclass(frozen=True, slots=True)
class OwnWork:
    """One's own submissions: what came back, what waits, and over a year how it went and why."""

    to_do: list[QueueRow]
    waiting: list[QueueRow]
    decided: Page[QueueRow]
    months: list[Month] = field(default_factory=list)
    reasons: list[tuple[str, int]] = field(default_factory=list)


def read_own_work(session: CentreSession, number: int = 1) -> OwnWork:
    """Return what one submitted on the cases one holds: what came back and why, over a year."""
    session.authorize(Act.SIGN_OFF_SUBMIT)
    mine = version_rows(session).where(col(SignOff.submitted_by) == session.actor.user_id)
    newest = mine.order_by(col(SignOff.submitted_at).desc(), col(SignOff.id).desc())
    decided = mine.where(col(SignOff.status).in_(("approved", *BACK)))
    shown = decided.order_by(col(SignOff.decided_at).desc(), col(SignOff.id).desc())
    year = _a_year(session)
    back = newest.where(col(SignOff.status).in_(BACK), was_not_answered()).limit(200)
    return OwnWork(
        to_do=shown_versions(session, back),
        waiting=shown_versions(
            session, newest.where(col(SignOff.status) == "submitted").limit(200)
        ),
        decided=Page(
            shown_versions(session, shown.offset(offset_of(number, SIZE)).limit(SIZE)),
            count(session, decided),
            number,
            SIZE,
        ),
        months=_months(year),
        reasons=Counter(
            point["text"]
            for each in year
            for point in each.reasons
            if each.status == "returned" and point["answer"] == "change"
        ).most_common(),
    )


def _a_year(session: CentreSession) -> list[SignOff]:
    wanted = (
        select(SignOff)
        .where(
            col(SignOff.centre_id) == session.actor.centre_id,
            col(SignOff.submitted_by) == session.actor.user_id,
            col(SignOff.submitted_at) >= now() - A_YEAR,
        )
        .order_by(col(SignOff.id))
        .limit(MOST_OF_A_YEAR)
    )
    return list(session.execute(wanted).scalars())


def _months(rows: Iterable[SignOff]) -> list[Month]:
    """Return the months with a first version, newest first, and how its versions went on."""
    first: dict[int, SignOff] = {}
    last: dict[int, SignOff] = {}
    for row in rows:
        begun = first[row.id] = first.get(row.previous_id or 0, row)
        last[begun.id] = row
    counted: dict[date, Counter[str]] = {}
    for begun_id, row in last.items():
        day = local(first[row.id].submitted_at).date().replace(day=1)
        how = "not_yet" if row.status != "approved" else "at_once"
        if how == "at_once" and row.id != begun_id:
            how = "after_changes"
        if row.status != "withdrawn":
            counted.setdefault(day, Counter())[how] += 1
    return [
        Month(day, how["at_once"], how["after_changes"], how["not_yet"])
        for day, how in sorted(counted.items(), reverse=True)
    ]
