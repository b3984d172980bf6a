"""The files a draw could take: who held each at the period's end, and which rules of risk it fits.

One statement finds them all, by what the reader may see: a file that is hidden from the manager
is in no draw of hers. Who held a case on a day comes from the log, so that handing a case on
afterwards changes nothing.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from sqlalchemy import BigInteger, Select, and_, cast, exists, false, func, or_, select
from sqlalchemy.orm import aliased
from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import col

from cma_app.access.acts import Act
from cma_app.rules.local_time import moment_at
from cma_app.rules.review_sampling import Risk, months_begun, risks_on
from cma_app.services.emergencies import has_open_emergency
from cma_app.session import CentreSession
from models import (
    AuditLog,
    Case,
    CaseNote,
    CasePerson,
    Client,
    FileReview,
    FileReviewVersion,
    GateOverride,
    NextAction,
    Recommendation,
    User,
)

AT_WORK: Final = ("open", "in_progress")
NOBODYS_YET: Final = ("referral", "waiting")
"""The stages before a case has an advisor: there is no advice to look at."""


@dataclass(frozen=True, slots=True)
class Period:
    """Some days, both included, and the moments in UTC at which they begin and are over."""

    first: date
    last: date

    @property
    def begins(self) -> datetime:
        """Return the first moment."""
        return moment_at(self.first, time(0))

    @property
    def ends(self) -> datetime:
        """Return the moment at which it is over."""
        return moment_at(self.last + timedelta(days=1), time(0))

    @property
    def months(self) -> int:
        """Return how many months it began."""
        return months_begun(self.first, self.last)

    def back(self, days: int) -> date:
        """Return the day so many days before the last one."""
        return self.last - timedelta(days=days)


@dataclass(frozen=True, slots=True)
class PoolFile:
    """A file that a draw could take, with the codes of the rules it fits.

    `advisor_id` holds the case now, `holder_id` did at the period's end.
    """

    case_id: int
    holder_id: int
    is_apart: bool = False
    risks: tuple[str, ...] = ()
    reference: str = ""
    advisor_id: int = 0


def find_pool(session: CentreSession, period: Period, on: date) -> list[PoolFile]:
    """Return every file of the centre that was open in a period, as the reader may see them.

    The rules of risk are those of the day `on`.
    """
    session.authorize(Act.REVIEW_DRAW)
    rules = {each.code: each for each in risks_on(on) if not each.is_by_hand}
    by_file = {code: fits(rules[code], period) for code, fits in FITS.items() if code in rules}
    first = _first_cases(session, rules["first_cases"]) if "first_cases" in rules else set()
    harmed = _harmed(session, rules["after_harm"], period) if "after_harm" in rules else set()
    found = []
    for row in session.execute(_pool(period, by_file)):
        fitting = [code for code in by_file if getattr(row, f"is_{code}")]
        fitting += ["first_cases"] if row.id in first else []
        fitting += ["after_harm"] if row.holder_id in harmed else []
        known = tuple(code for code in rules if code in fitting)
        found.append(
            PoolFile(
                row.id,
                row.holder_id,
                row.is_apart,
                known,
                reference=row.case_reference,
                advisor_id=row.advisor_id,
            )
        )
    return found


def _pool(period: Period, by_file: dict[str, ColumnElement[bool]]) -> Select[Any]:
    handed_on = (
        select(cast(col(AuditLog.old_values)["advisor_id"].as_string(), BigInteger).label("who"))
        .where(
            col(AuditLog.centre_id) == col(Case.centre_id),
            col(AuditLog.table_name) == "cases",
            col(AuditLog.record_id) == col(Case.id),
            col(AuditLog.timestamp) >= period.ends,
            func.jsonb_exists(col(AuditLog.old_values), "advisor_id"),
        )
        .order_by(col(AuditLog.timestamp))
        .limit(1)
        .lateral("handed_on")
    )
    partner = aliased(Client)
    with_restricted = exists().where(
        col(CasePerson.centre_id) == col(Case.centre_id),
        col(CasePerson.case_id) == col(Case.id),
        col(CasePerson.left_on).is_(None),
        col(partner.centre_id) == col(Case.centre_id),
        col(partner.id) == col(CasePerson.client_id),
        col(partner.is_restricted),
    )
    return (
        select(
            col(Case.id),
            col(Case.case_reference),
            col(Case.advisor_id),
            func.coalesce(handed_on.c.who, col(Case.advisor_id)).label("holder_id"),
            or_(col(Client.is_restricted), with_restricted).label("is_apart"),
            *[condition.label(f"is_{code}") for code, condition in by_file.items()],
        )
        .select_from(Case)
        .join(
            Client,
            and_(
                col(Client.centre_id) == col(Case.centre_id), col(Client.id) == col(Case.client_id)
            ),
        )
        .outerjoin(handed_on, col(Case.id).is_not(None))
        .where(
            col(Case.opening_date) <= period.last,
            or_(col(Case.status).in_(AT_WORK), col(Case.closing_date) >= period.first),
            col(Case.stage).not_in(NOBODYS_YET),
            col(Case.deleted_at).is_(None),
        )
        .order_by(col(Case.id))
    )


def _gate(_rule: Risk, period: Period) -> ColumnElement[bool]:
    return exists().where(
        col(GateOverride.centre_id) == col(Case.centre_id),
        col(GateOverride.case_id) == col(Case.id),
        col(GateOverride.created_at) >= period.begins,
        col(GateOverride.created_at) < period.ends,
    )


def _emergency(_rule: Risk, _period: Period) -> ColumnElement[bool]:
    return has_open_emergency()


def _vulnerable(_rule: Risk, _period: Period) -> ColumnElement[bool]:
    second = aliased(Client)
    theirs = exists().where(
        col(CasePerson.centre_id) == col(Case.centre_id),
        col(CasePerson.case_id) == col(Case.id),
        col(CasePerson.left_on).is_(None),
        col(second.centre_id) == col(Case.centre_id),
        col(second.id) == col(CasePerson.client_id),
        func.jsonb_array_length(col(second.vulnerability_flags)) > 0,
    )
    return or_(func.jsonb_array_length(col(Client.vulnerability_flags)) > 0, theirs)


def _late(rule: Risk, period: Period) -> ColumnElement[bool]:
    overdue = exists().where(
        col(NextAction.centre_id) == col(Case.centre_id),
        col(NextAction.case_id) == col(Case.id),
        col(NextAction.deleted_at).is_(None),
        col(NextAction.done_at).is_(None),
        col(NextAction.due_date) <= period.back(rule.limits["days"]),
    )
    return or_(col(Case.compliance_status).in_(("late", "not_met")), overdue)


def _no_contact(rule: Risk, period: Period) -> ColumnElement[bool]:
    since = period.back(rule.limits["days"])
    said = exists().where(
        col(CaseNote.centre_id) == col(Case.centre_id),
        col(CaseNote.case_id) == col(Case.id),
        col(CaseNote.deleted_at).is_(None),
        col(CaseNote.happened_at) >= moment_at(since, time(0)),
        col(CaseNote.happened_at) < period.ends,
    )
    is_open = or_(col(Case.closing_date).is_(None), col(Case.closing_date) > period.last)
    return and_(col(Case.opening_date) < since, is_open, ~said)


def _high_debt(rule: Risk, _period: Period) -> ColumnElement[bool]:
    return func.coalesce(col(Case.total_debt), 0) >= rule.limits["pounds"]


def _insolvency(rule: Risk, _period: Period) -> ColumnElement[bool]:
    ended_so = func.coalesce(col(Case.debt_solution).in_(rule.codes), false())
    return or_(col(Case.case_type) == "debt_relief_order", ended_so)


def _advice_rejected(rule: Risk, _period: Period) -> ColumnElement[bool]:
    chose_otherwise = exists().where(
        col(Recommendation.centre_id) == col(Case.centre_id),
        col(Recommendation.case_id) == col(Case.id),
        col(Recommendation.status) != "draft",
        col(Recommendation.superseded_on).is_(None),
        col(Recommendation.choice) == "another",
    )
    return or_(func.coalesce(col(Case.fca_outcome).in_(rule.codes), false()), chose_otherwise)


FITS: Final = {
    "gate": _gate,
    "emergency": _emergency,
    "vulnerable": _vulnerable,
    "late": _late,
    "no_contact": _no_contact,
    "high_debt": _high_debt,
    "insolvency": _insolvency,
    "advice_rejected": _advice_rejected,
}
"""The rules that are a condition of a case; the others are known of its advisor."""
OF_ADVISORS: Final = ("first_cases", "after_harm")


def _first_cases(session: CentreSession, rule: Risk) -> set[int]:
    """Return the first cases of each trainee, by the day they were opened."""
    nth = func.row_number().over(
        partition_by=col(Case.advisor_id), order_by=(col(Case.opening_date), col(Case.id))
    )
    trainees = select(col(User.id)).where(
        col(User.centre_id) == session.actor.centre_id, col(User.role) == "trainee"
    )
    numbered = (
        select(col(Case.id), nth.label("nth"))
        .where(
            col(Case.centre_id) == session.actor.centre_id,
            col(Case.deleted_at).is_(None),
            col(Case.advisor_id).in_(trainees),
        )
        .subquery()
    )
    wanted = select(numbered.c.id).where(numbered.c.nth <= rule.limits["cases"])
    return set(session.execute(wanted).scalars())


def _harmed(session: CentreSession, rule: Risk, period: Period) -> set[int]:
    """Return the advisors of whom a standing review found immediate harm not long ago."""
    wanted = (
        select(col(FileReview.holder_id))
        .join(
            FileReviewVersion,
            and_(
                col(FileReviewVersion.centre_id) == col(FileReview.centre_id),
                col(FileReviewVersion.review_id) == col(FileReview.id),
                col(FileReviewVersion.version_no) == col(FileReview.version_no),
            ),
        )
        .where(
            col(FileReview.centre_id) == session.actor.centre_id,
            col(FileReview.finished_at) >= moment_at(period.back(rule.limits["days"]), time(0)),
            col(FileReviewVersion.harm).is_not(None),
        )
    )
    return set(session.execute(wanted).scalars())
