"""One file's review: opened by its reviewer, kept as a draft while it is written, then finished.

A finished review never changes: a correction is another version with its reason. Nobody reviews a
file that is theirs, or that they held in the period. What has to be done becomes a next action of
the case, for whoever advises there now.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlmodel import col
from sqlmodel import select as sqlmodel_select

from cma_app.access.acts import Act
from cma_app.clock import now, today
from cma_app.errors import Conflict, Invalid, NotFound, Refused
from cma_app.rules.review_criteria import Criteria, criteria_on, outcome_of
from cma_app.services.cases import read_case
from cma_app.services.drafts import drop_draft, keep_draft, kept_draft
from cma_app.services.locking import locked
from cma_app.services.next_actions import record_action
from cma_app.services.notifications import notify
from cma_app.services.review_forms import ReviewForm, Step, read_review
from cma_app.services.review_versions import VersionView, read_versions, say
from cma_app.session import CentreSession
from models import (
    Case,
    Client,
    FileAccess,
    FileReview,
    FileReviewVersion,
    ReviewResponse,
    ReviewSample,
    User,
)

DRAFT: Final = "file_review"
OWN: Final = "Nobody reviews a file of their own. Choose somebody else to review it."
REVIEWERS: Final = ("advisor", "manager")


@dataclass(frozen=True, slots=True)
class OpenReview:
    """A review as its reviewer or a manager sees it; versions newest first."""

    row: FileReview
    sample: ReviewSample
    client: str
    is_restricted: bool
    holder: str
    advisor: str
    reviewer: str
    criteria: Criteria
    versions: list[VersionView]
    typed: dict[str, str]
    may_write: bool
    why_not: str
    may_reply: bool
    reviewers: list[tuple[int, str]]


def open_review(session: CentreSession, review_id: int) -> OpenReview:
    """Return a review for whoever reviews the file, or leads the centre; its opening is logged."""
    row = session.require(FileReview, review_id)
    session.authorize(Act.REVIEW_RECORD)
    _refuse_stranger(session, row)
    case = read_case(session, row.case_id)
    session.authorize(Act.REVIEW_RECORD)
    client = session.require(Client, case.client_id)
    versions = read_versions(session, row)
    why_not = _why_not(session, row, case)
    typed = kept_draft(session, DRAFT, record_id=row.id) if not why_not else {}
    may_assign = session.actor.may(Act.REVIEW_ASSIGN) and not versions
    newest = versions[0] if versions else None
    return OpenReview(
        row=row,
        sample=session.require(ReviewSample, row.sample_id),
        client=f"{client.first_name} {client.last_name}",
        is_restricted=client.is_restricted,
        holder=session.require(User, row.holder_id).full_name,
        advisor=session.require(User, case.advisor_id).full_name,
        reviewer=session.require(User, row.reviewer_id).full_name if row.reviewer_id else "",
        criteria=newest.criteria if newest else criteria_on(today()),
        versions=versions,
        typed=typed,
        may_write=not why_not,
        why_not=why_not,
        may_reply=not why_not and row.answer == "disputed",
        reviewers=_reviewers(session, row, case) if may_assign else [],
    )


def keep_review(session: CentreSession, review_id: int, typed: Mapping[str, str]) -> datetime:
    """Keep what was typed into a review until it is finished; return when."""
    row = _to_write(session, review_id)
    return keep_draft(session, DRAFT, dict(typed), record_id=row.id)


def drop_review(session: CentreSession, review_id: int) -> None:
    """Forget what was typed into a review and not finished."""
    row = _to_write(session, review_id)
    drop_draft(session, DRAFT, record_id=row.id)


def finish_review(
    session: CentreSession, review_id: int, data: Mapping[str, Any], *, seen: int
) -> FileReviewVersion:
    """Finish a review, or correct a finished one with its reason; its actions go to the case.

    `seen` is the newest version the reviewer saw, 0 for none.
    """
    row = _to_write(session, review_id)
    row = locked(session, FileReview, row.id)
    if row.version_no != seen:
        raise Conflict("Somebody finished this review in the meantime. Load the page again.")
    case = session.require(Case, row.case_id)
    before = _newest(session, row)
    criteria = criteria_on(before.criteria_from if before else today())
    harm_was = (before.harm or "") if before else ""
    form = read_review(data, criteria, is_correction=before is not None, harm_was=harm_was)
    outcome = outcome_of(criteria, form.given, harm=form.harm is not None)
    version = FileReviewVersion(
        review_id=row.id,
        version_no=row.version_no + 1,
        criteria_from=criteria.start,
        scores=form.scores,
        percent=outcome.percent,
        result=outcome.result,
        summary=form.summary,
        harm=form.harm.what if form.harm else None,
        actions=[*(before.actions if before else []), *_new_actions(session, case, form, harm_was)],
        reason=form.reason or None,
        finished_by=session.actor.user_id,
        finished_at=now(),
    )
    session.authorize(Act.REVIEW_RECORD)
    session.add(version)
    row.version_no, row.result, row.answer = version.version_no, outcome.result, None
    row.finished_at = version.finished_at
    session.flush()
    drop_draft(session, DRAFT, record_id=row.id)
    # who gave the case away still reads the review, and may not see the case
    about = case.id if case.advisor_id == row.holder_id else None
    notify(session, row.holder_id, kind="review_finished", case_id=about, ref_id=row.id)
    return version


def assign_reviewer(
    session: CentreSession, review_id: int, user_id: int, *, seen: int | None = None
) -> FileReview:
    """Choose who reviews a file: an advisor or manager who does not hold it and did not then."""
    row = session.require(FileReview, review_id)
    session.authorize(Act.REVIEW_ASSIGN)
    row = locked(session, FileReview, row.id)
    case = session.require(Case, row.case_id)
    if row.finished_at is not None:
        raise Conflict("This review is finished. Its reviewer can correct it.")
    if seen is not None and (row.reviewer_id or 0) != seen:
        raise Conflict("Somebody chose another reviewer first. Load the page again.")
    if user_id not in dict(_reviewers(session, row, case)):
        raise Invalid({"reviewer_id": "Choose somebody of the list: not whose file it is."})
    row.reviewer_id = user_id
    session.flush()
    notify(session, user_id, kind="review_given", case_id=case.id, ref_id=row.id)
    return row


def reply(session: CentreSession, review_id: int, body: str) -> ReviewResponse:
    """Answer an advisor's dispute once; the version itself stays, or is corrected instead."""
    row = _to_write(session, review_id)
    row = locked(session, FileReview, row.id)
    if row.answer != "disputed":
        raise Conflict("There is no dispute to answer on this version.")
    return say(session, row, "replied", body)


def _to_write(session: CentreSession, review_id: int) -> FileReview:
    """Return a review that this person writes; NotFound or Refused with a sentence otherwise."""
    row = session.require(FileReview, review_id)
    session.authorize(Act.REVIEW_RECORD)
    _refuse_stranger(session, row)
    why = _why_not(session, row, session.require(Case, row.case_id))
    if why:
        raise Refused(why, Act.REVIEW_RECORD.value)
    return row


def _refuse_stranger(session: CentreSession, row: FileReview) -> None:
    """Make a review absent for an advisor who is not its reviewer: their own is elsewhere."""
    if session.actor.may(Act.REVIEW_SEE_ALL):
        return
    if row.reviewer_id != session.actor.user_id:
        raise NotFound


def _why_not(session: CentreSession, row: FileReview, case: Case) -> str:
    """Return why this person may not write a review, or an empty text."""
    me = session.actor.user_id
    if me in {row.holder_id, case.advisor_id}:
        return OWN
    if row.reviewer_id is None:
        return "Nobody was chosen to review this file yet."
    if row.reviewer_id != me:
        return f"{session.require(User, row.reviewer_id).full_name} reviews this file."
    return ""


def _newest(session: CentreSession, row: FileReview) -> FileReviewVersion | None:
    wanted = sqlmodel_select(FileReviewVersion).where(
        col(FileReviewVersion.centre_id) == row.centre_id,
        col(FileReviewVersion.review_id) == row.id,
        col(FileReviewVersion.version_no) == row.version_no,
    )
    return session.exec(wanted).one_or_none()


def _new_actions(
    session: CentreSession, case: Case, form: ReviewForm, harm_was: str
) -> list[dict[str, Any]]:
    """Make next actions of the case of what has to be done, and return how they are kept."""
    harm = form.harm if form.harm and form.harm.what != harm_was else None
    owner = session.require(User, case.advisor_id)
    owner_id = owner.id if owner.is_active else session.actor.user_id
    kept = []
    for step, is_harm in [*((each, True) for each in [harm] if each), *_plain(form)]:
        begins = "File review, harm now" if is_harm else "File review"
        action = record_action(
            session,
            case.id,
            what=f"{begins}: {step.what}",
            due_date=step.due,
            owner_id=owner_id,
            tells=False,  # the review itself does
        )
        kept.append(
            {
                "what": step.what,
                "due": step.due.isoformat(),
                "is_harm": is_harm,
                "action_id": action.id,
            }
        )
    return kept


def _plain(form: ReviewForm) -> list[tuple[Step, bool]]:
    return [(each, False) for each in form.actions]


def _reviewers(session: CentreSession, row: FileReview, case: Case) -> list[tuple[int, str]]:
    """Return who may review a file, by name; of a restricted one only those named on it."""
    wanted = (
        select(User)
        .where(
            col(User.centre_id) == row.centre_id,
            col(User.role).in_(REVIEWERS),
            col(User.is_active),
            col(User.id).not_in((row.holder_id, case.advisor_id)),
        )
        .order_by(col(User.first_name), col(User.last_name), col(User.id))
    )
    if session.require(Client, case.client_id).is_restricted:
        named = select(col(FileAccess.user_id)).where(
            col(FileAccess.centre_id) == row.centre_id, col(FileAccess.client_id) == case.client_id
        )
        wanted = wanted.where(col(User.id).in_(named))
    return [(each.id, each.full_name) for each in session.execute(wanted).scalars()]
