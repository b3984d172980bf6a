"""The finished versions of a review with what was said to each, and what became of its actions."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import select
from sqlmodel import col
from sqlmodel import select as sqlmodel_select

from cma_app.clock import now
from cma_app.errors import Invalid
from cma_app.rules.review_criteria import Criteria, criteria_on, outcome_of
from cma_app.session import CentreSession
from models import FileReview, FileReviewVersion, NextAction, ReviewResponse, User

LONGEST: Final = 2000
"""Characters of an answer."""


@dataclass(frozen=True, slots=True)
class Said:
    """Something said to a version: by whom, when, and in which stance."""

    stance: str
    body: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ActionDone:
    """Something the review asked for: until when, and whether it is done (None: not seen)."""

    what: str
    due: date
    is_harm: bool
    is_done: bool | None


@dataclass(frozen=True, slots=True)
class VersionView:
    """A finished version: its row, its criteria, who finished it, what came of it."""

    row: FileReviewVersion
    criteria: Criteria
    why: str
    by: str
    actions: list[ActionDone]
    said: list[Said]


def say(session: CentreSession, row: FileReview, stance: str, body: str) -> ReviewResponse:
    """Keep something said to the newest version, and show it in lists; once a stance."""
    response = ReviewResponse(
        review_id=row.id,
        version_no=row.version_no,
        stance=stance,
        body=_said(body, needed=stance in {"disputed", "replied"}),
        said_by=session.actor.user_id,
        said_at=now(),
    )
    session.add(response)
    row.answer = stance
    session.flush()
    return response


def read_versions(session: CentreSession, row: FileReview) -> list[VersionView]:
    """Return the finished versions of a review, the newest first."""
    versions = session.exec(
        sqlmodel_select(FileReviewVersion)
        .where(
            col(FileReviewVersion.centre_id) == row.centre_id,
            col(FileReviewVersion.review_id) == row.id,
        )
        .order_by(col(FileReviewVersion.version_no).desc())
    ).all()
    answers = session.exec(
        sqlmodel_select(ReviewResponse)
        .where(
            col(ReviewResponse.centre_id) == row.centre_id,
            col(ReviewResponse.review_id) == row.id,
        )
        .order_by(col(ReviewResponse.id))
    ).all()
    done = _done_actions(session, [each for version in versions for each in version.actions])
    return [_version_view(session, version, answers, done) for version in versions]


def _version_view(
    session: CentreSession,
    version: FileReviewVersion,
    answers: Any,
    done: Mapping[int, bool],
) -> VersionView:
    criteria = criteria_on(version.criteria_from)
    given = {code: said["score"] for code, said in version.scores.items()}
    given = {each.code: "not_applicable" for each in criteria.criteria} | given
    return VersionView(
        row=version,
        criteria=criteria,
        why=outcome_of(criteria, given, harm=version.harm is not None).why,
        by=session.require(User, version.finished_by).full_name,
        actions=[
            ActionDone(
                each["what"],
                date.fromisoformat(each["due"]),
                each["is_harm"],
                done.get(each["action_id"]),
            )
            for each in version.actions
        ],
        said=[
            Said(
                each.stance,
                each.body or "",
                session.require(User, each.said_by).full_name,
                each.said_at,
            )
            for each in answers
            if each.version_no == version.version_no
        ],
    )


def _done_actions(session: CentreSession, actions: list[dict[str, Any]]) -> dict[int, bool]:
    """Return by its id whether each action is done, of those that the reader sees."""
    ids = {each["action_id"] for each in actions}
    if not ids:
        return {}
    wanted = select(col(NextAction.id), col(NextAction.done_at)).where(
        col(NextAction.centre_id) == session.actor.centre_id, col(NextAction.id).in_(ids)
    )
    return {row.id: row.done_at is not None for row in session.execute(wanted)}


def _said(body: str, *, needed: bool) -> str | None:
    said = body.strip()
    if needed and not said:
        raise Invalid({"body": "Say why, in a few words."})
    if len(said) > LONGEST:
        raise Invalid({"body": f"Use at most {LONGEST:,} characters."})
    return said or None
