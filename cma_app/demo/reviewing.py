"""The demo's file review: Ruth draws a month of Harbour's files, reviews one, and it comes back.

Who held a file at a period's end comes from the log, so this is told once the story's log tells
of the right days. Which of the advisors' files are drawn is left to chance, as it is for everybody;
all of a trainee's are, so Gordon Tait's is the one that is finished.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import Connection
from sqlmodel import col, select

from cma_app.clock import at, today
from cma_app.demo.dates import day_of, moment_of
from cma_app.demo.people import ORIGIN, Cast
from cma_app.services.file_reviews import finish_review
from cma_app.services.review_feedback import answer_feedback, open_feedback
from cma_app.services.review_rates import set_level
from cma_app.services.review_samples import draw_sample
from cma_app.session import open_as
from models import FileReview

NATION: Final = "england"
EXPERIENCED: Final = ("tom", "priya")
FOUND: Final = {
    "score-facts": "met",
    "score-urgent": "met",
    "comment-urgent": "The council tax came first, and the plan was asked for in time.",
    "score-money": "partly",
    "comment-money": "Version 1 counted the school meals twice. Version 2 adds up.",
    "score-advice": "not_applicable",
    "comment-advice": "Not given yet: the file waits for sign-off.",
    "score-vulnerable": "met",
    "score-letters": "not_applicable",
    "score-records": "partly",
    "comment-records": "The notes do not say yet what Mr Tait agreed to after version 2.",
    "score-next_steps": "met",
    "summary": (
        "A careful file. Add up each group once more before it goes to sign-off, and write down"
        " what the client agreed to."
    ),
    "harm": "no",
    "action-1": "Write down what Mr Tait agreed to",
}
SAID: Final = "Thank you. I add up each group twice now, and will write the note today."


def tell_review(connection: Connection, cast: Cast, on: date) -> Iterator[datetime]:
    """Tell the review step by step, and yield the moment of each once it is told."""
    last = day_of("W-2", on, NATION)
    moment = moment_of("W-1 09:20", on, NATION)
    with at(moment), open_as(cast["ruth"], ORIGIN, connection) as session:
        for name in EXPERIENCED:
            level = {"level": "experienced", "valid_from": today().isoformat()}
            set_level(session, {**level, "user_id": cast[name].user_id})
        days = {"first_day": last - timedelta(days=30), "last_day": last}
        sample = draw_sample(session, {name: day.isoformat() for name, day in days.items()})
        mine = select(FileReview).where(
            col(FileReview.sample_id) == sample.id,
            col(FileReview.holder_id) == cast["callum"].user_id,
        )
        review_id = session.exec(mine.order_by(col(FileReview.id))).all()[0].id
    yield moment
    moment = moment_of("W-1 11:05", on, NATION)
    with at(moment), open_as(cast["ruth"], ORIGIN, connection) as session:
        due = day_of("T+9", on, NATION).isoformat()
        finish_review(session, review_id, {**FOUND, "action-1-due": due}, seen=0)
    yield moment
    moment = moment_of("W-1 15:40", on, NATION)
    with at(moment), open_as(cast["callum"], ORIGIN, connection) as session:
        open_feedback(session, review_id)
        answer_feedback(session, review_id, stance="accepted", body=SAID, seen=1)
    yield moment
