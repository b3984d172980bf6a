"""The versions of spending guidelines that a centre has loaded: adding one, and taking one away.

The figures are licensed to members of the scheme, so each centre brings its own; we ship none but
a sample that is invented. A version is taken in whole or not at all, and one that a budget sheet
was compared with stays.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlmodel import col

from cma_app.access.acts import Act
from cma_app.clock import now, today
from cma_app.errors import Conflict, Invalid, NotFound
from cma_app.rules.guideline_tables import (
    LONGEST,
    LONGEST_VERSION,
    TablePreview,
    parse_guidelines,
    preview_table,
)
from cma_app.rules.guidelines import SAMPLE, Guideline, applicable, year_begun
from cma_app.services.guidelines import loaded_guidelines
from cma_app.session import CentreSession
from models import BudgetSheet, SpendingGuideline, User

EARLIEST: Final = date(2018, 3, 1)
"""The month in which the statement's format was published; no guidelines are older."""

AHEAD: Final = timedelta(days=730)
"""How far ahead a first day may lie; guidelines are announced some months before they begin."""

LACKING: Final = {
    "version": "Enter the version, like 2026/27, or give the table a column “version”.",
    "valid_from": "Enter the first day, or give the table a column “valid from”.",
}
TABLE: Final = SpendingGuideline.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One version: its figures by group, how many sheets keep it, who loaded it, and whether it
    holds today. `id` is that of its first row."""

    id: int
    version: str
    valid_from: date
    is_sample: bool
    guidelines: list[Guideline]
    sheets: int
    loaded_by: str
    loaded_at: datetime
    holds: bool


@dataclass(frozen=True, slots=True)
class LoadedVersions:
    """A centre's versions, the newest first, and the first day of the year that is due next.

    `overdue` is the first day of the guideline year at hand where no licensed version of it or
    later is loaded though an older one is, else None.
    """

    versions: list[VersionRow]
    suggested: date
    overdue: date | None


def list_versions(session: CentreSession) -> LoadedVersions:
    """Return the versions of guidelines that the centre has loaded."""
    guidelines = loaded_guidelines(session)
    holding = next((each.version for each in applicable(guidelines, today()).values()), None)
    by_version: dict[str, list[Guideline]] = {}
    for each in guidelines:
        by_version.setdefault(each.version, []).append(each)
    about, kept = _about(session), _kept_by(session)
    versions = [
        VersionRow(
            id=about[version][0],
            version=version,
            valid_from=its[0].valid_from,
            is_sample=its[0].is_sample,
            guidelines=its,
            sheets=kept.get(version, 0),
            loaded_by=about[version][2],
            loaded_at=about[version][1],
            holds=version == holding,
        )
        for version, its in reversed(by_version.items())
    ]
    licensed = [each.valid_from for each in versions if not each.is_sample]
    begun = year_begun(today())
    has_this = any(first >= begun for first in licensed)
    return LoadedVersions(
        versions=versions,
        suggested=year_begun(begun + timedelta(days=400)) if has_this else begun,
        overdue=begun if licensed and not has_this else None,
    )


def preview_version(
    session: CentreSession, table: str, *, version: str, valid_from: date | None
) -> TablePreview:
    """Return a pasted table as it would be loaded, or with each fault beside its cell.

    Version and first day stand in for columns that the table lacks. Nothing is stored. Raises
    Invalid, by field, where they are wrong in themselves or the version is loaded already.
    """
    session.authorize(Act.GUIDELINE_LOAD)
    if wrong := _wrong_beside(table, version):
        raise Invalid(wrong)
    found = preview_table(table, version=version.strip() or None, valid_from=valid_from)
    if found.lacks:
        raise Invalid({name: LACKING[name] for name in found.lacks})
    if found.guidelines:
        _refuse(session, found.guidelines)
    return found


def load_version(
    session: CentreSession, table: str, *, version: str, valid_from: date | None
) -> VersionRow:
    """Take in a licensed table whole; BadTable has every fault, and then nothing is stored."""
    session.authorize(Act.GUIDELINE_LOAD)
    if wrong := _wrong_beside(table, version):
        raise Invalid(wrong)
    found = parse_guidelines(table, version=version.strip() or None, valid_from=valid_from)
    return _take_in(session, found, is_sample=False)


def load_sample(session: CentreSession) -> VersionRow:
    """Take in the invented sample, for practice: only where no licensed version is loaded."""
    session.authorize(Act.GUIDELINE_LOAD)
    if any(not each.is_sample for each in loaded_guidelines(session)):
        raise Conflict("Your licensed guidelines are loaded. The sample is for practice without.")
    session.authorize(Act.GUIDELINE_LOAD)
    found = parse_guidelines(SAMPLE.read_text(encoding="utf-8"))
    return _take_in(session, found, is_sample=True)


def remove_version(session: CentreSession, guideline_id: int) -> str:
    """Take away the version that a row belongs to, whole, and return its name.

    Conflict where a sheet was compared with it when its statement was completed.
    """
    version = session.require(SpendingGuideline, guideline_id).version
    session.authorize(Act.GUIDELINE_REMOVE)
    if number := _kept_by(session).get(version, 0):
        sheets = "1 budget sheet was" if number == 1 else f"{number} budget sheets were"
        raise Conflict(
            f"“{version}” stays: {sheets} compared with it when a statement was completed."
        )
    moment = now()
    for row in _rows(session, version):
        row.deleted_at = moment
    session.flush()
    return version


def restore_version(session: CentreSession, guideline_id: int) -> str:
    """Bring back a version that was removed, whole, and return its name."""
    session.authorize(Act.GUIDELINE_REMOVE)
    gone = session.execute(
        select(TABLE.c.version, TABLE.c.deleted_at).where(
            TABLE.c.centre_id == session.actor.centre_id,
            TABLE.c.id == guideline_id,
            TABLE.c.deleted_at.is_not(None),
        )
    ).one_or_none()
    if gone is None:
        raise NotFound
    if _rows(session, gone.version):
        raise Conflict(f"“{gone.version}” was loaded again in the meantime. Remove that first.")
    session.execute(
        TABLE.update()
        .where(
            TABLE.c.centre_id == session.actor.centre_id,
            TABLE.c.version == gone.version,
            TABLE.c.deleted_at == gone.deleted_at,
        )
        .values(deleted_at=None, updated_at=now(), updated_by=session.actor.user_id or None)
    )
    return gone.version


def _wrong_beside(table: str, version: str) -> dict[str, str]:
    wrong = {}
    if not table.strip():
        wrong["table"] = "Paste the table with its header row, or choose a file."
    if len(table) > LONGEST:
        wrong["table"] = f"Use at most {LONGEST:,} characters: a table has one row for each group."
    if len(version.strip()) > LONGEST_VERSION:
        wrong["version"] = f"Use at most {LONGEST_VERSION} characters."
    return wrong


def _refuse(session: CentreSession, found: tuple[Guideline, ...] | list[Guideline]) -> None:
    """Raise Invalid where a version is loaded already, or its first day cannot be meant."""
    version, first = found[0].version, found[0].valid_from
    if not EARLIEST <= first <= today() + AHEAD:
        raise Invalid(
            {
                "valid_from": f"A first day is between {EARLIEST.day} {EARLIEST:%b %Y} and two"
                " years from now. Check the year."
            }
        )
    there = _rows(session, version)
    if there:
        raise Invalid({"version": _loaded_already(there[0], _kept_by(session).get(version, 0))})


def _loaded_already(row: SpendingGuideline, sheets: int) -> str:
    since = f"{row.valid_from.day} {row.valid_from:%b %Y}"
    said = f"“{row.version}” is loaded already, from {since}."
    if sheets:
        return f"{said} Sheets keep it, so give a corrected table another name."
    return f"{said} Remove that one first, or give this another name."


def _take_in(session: CentreSession, found: list[Guideline], *, is_sample: bool) -> VersionRow:
    _refuse(session, found)
    session.authorize(Act.GUIDELINE_LOAD)
    for each in found:
        session.add(
            SpendingGuideline(
                version=each.version,
                valid_from=each.valid_from,
                group_key=each.group,
                first_adult=each.first_adult,
                each_additional_adult=each.each_additional_adult,
                each_child_under_16=each.each_child_under_16,
                each_child_16_18=each.each_child_16_18,
                is_sample=is_sample,
            )
        )
    session.flush()
    return next(row for row in list_versions(session).versions if row.version == found[0].version)


def _rows(session: CentreSession, version: str) -> list[SpendingGuideline]:
    wanted = (
        select(SpendingGuideline)
        .where(
            col(SpendingGuideline.centre_id) == session.actor.centre_id,
            col(SpendingGuideline.version) == version,
            col(SpendingGuideline.deleted_at).is_(None),
        )
        .order_by(col(SpendingGuideline.id))
        .with_for_update()
    )
    return list(session.execute(wanted).scalars())


def _about(session: CentreSession) -> dict[str, tuple[int, datetime, str]]:
    """Return the first row, the moment and the person of each version's loading."""
    wanted = (
        select(
            col(SpendingGuideline.version),
            func.min(col(SpendingGuideline.id)),
            func.min(col(SpendingGuideline.created_at)),
            func.min(col(SpendingGuideline.created_by)),
        )
        .where(
            col(SpendingGuideline.centre_id) == session.actor.centre_id,
            col(SpendingGuideline.deleted_at).is_(None),
        )
        .group_by(col(SpendingGuideline.version))
    )
    return {
        version: (first, moment, session.require(User, who).full_name if who else "")
        for version, first, moment, who in session.execute(wanted).all()
    }


def _kept_by(session: CentreSession) -> dict[str, int]:
    """Return how many budget sheets keep each version, of those that the reader may see."""
    counted = (
        select(col(BudgetSheet.guideline_version), func.count())
        .where(
            col(BudgetSheet.centre_id) == session.actor.centre_id,
            col(BudgetSheet.guideline_version).is_not(None),
            col(BudgetSheet.deleted_at).is_(None),
        )
        .group_by(col(BudgetSheet.guideline_version))
    )
    return {row[0]: row[1] for row in session.execute(counted)}
