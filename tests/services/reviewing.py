"""Shorthand for file reviews: files of the past, a draw, and a review filled in."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import Engine, text
from sqlmodel import col, select

from cma_app.access.actor import Actor
from cma_app.clock import today
from cma_app.rules.review_criteria import criteria_on
from cma_app.services.file_reviews import assign_reviewer, finish_review
from cma_app.services.review_samples import draw_sample
from models import FileReview, ReviewSample
from tests.people import Cast
from tests.services.test_cases import make_case, put


def days(back: int = 27) -> dict[str, str]:
    """Return the form of a draw of so many days up to today."""
    first = today() - timedelta(days=back)
    return {"first_day": first.isoformat(), "last_day": today().isoformat()}


def old_case(cast: Cast, owner: Engine, who: Actor, **values: object) -> int:
    """Return a case that somebody opened a while ago and wrote a note on since."""
    case_id = make_case(cast, who)
    stored = {"stage": "action", "status": "in_progress", **values}
    put(owner, case_id, opening_date=today() - timedelta(days=100), **stored)
    with owner.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO case_notes (centre_id, case_id, body, happened_at)"
                " VALUES (:centre, :case, 'Rang', now() - interval '3 days')"
            ),
            {"centre": who.centre_id, "case": case_id},
        )
    return case_id


def drawn(cast: Cast, who: Actor | None = None, **over: Any) -> int:
    """Draw the last four weeks as Maria, and return the draw's id."""
    with cast.open(who or cast.maria) as session:
        return draw_sample(session, {**days(), **over}).id


def reviews_of(cast: Cast, sample_id: int, who: Actor | None = None) -> dict[int, FileReview]:
    """Return the files of a draw by their cases, as somebody sees them."""
    with cast.open(who or cast.maria) as session:
        rows = session.exec(select(FileReview).where(col(FileReview.sample_id) == sample_id))
        return {row.case_id: row for row in rows}


def sample_of(cast: Cast, sample_id: int) -> ReviewSample:
    """Return a draw."""
    with cast.open(cast.maria) as session:
        return session.require(ReviewSample, sample_id)


def filled(**over: str) -> dict[str, str]:
    """Return a filled-in review in which everything is met."""
    said = {f"score-{each.code}": "met" for each in criteria_on(today()).criteria}
    answers = {"summary": "A good file.", "harm": "no"}
    return said | answers | {name.replace("__", "-"): text_ for name, text_ in over.items()}


def day(ahead: int) -> str:
    """Return a day so many days ahead, as a form sends it."""
    return (today() + timedelta(days=ahead)).isoformat()


def on(ahead: int) -> date:
    """Return a day so many days ahead."""
    return today() + timedelta(days=ahead)


def finish(cast: Cast, review_id: int, who: Actor | None = None, seen: int = 0, **over: str) -> int:
    """Finish a review as Maria, and return the number of its version."""
    with cast.open(who or cast.maria) as session:
        return finish_review(session, review_id, filled(**over), seen=seen).version_no


def give(cast: Cast, review_id: int, reviewer: Actor) -> None:
    """Let somebody review a file."""
    with cast.open(cast.maria) as session:
        assign_reviewer(session, review_id, reviewer.user_id)


def one_review(cast: Cast, owner: Engine, holder: Actor) -> FileReview:
    """Return a review that waits for Maria, of a file of somebody."""
    case_id = old_case(cast, owner, holder)
    return reviews_of(cast, drawn(cast))[case_id]
