"""The list of who is to be forgotten, its confirmation by a manager, and the work that follows.

The worker writes the list of each centre once a day; it is a dry run, and nothing goes by it. A
manager confirms what they see of it. The worker then goes through the confirmed people, one circle
a transaction: what the owner's function does is done whole or not at all, and asks the database
once more whether anything is held. What was not due after all is left, with why.
"""

import json
from collections import defaultdict
from collections.abc import Collection
from datetime import date
from typing import Any, Final

from sqlalchemy import select, text, update
from sqlmodel import col

from cma_app.access.acts import Act
from cma_app.clock import now, today
from cma_app.errors import Conflict
from cma_app.rules.forgetting import DUE, CaseFacts, PersonFacts, Verdict, bands, judge, last_days
from cma_app.services.factor_setup import ask_fresh
from cma_app.services.forgetting_facts import count_rows, read_facts, undated_cases
from cma_app.services.locking import locked
from cma_app.services.retention import recount
from cma_app.session import CentreSession
from models import Case, RetentionItem, RetentionRun

BATCH: Final = 50
"""How many confirmed people are fetched at a time."""
CHANGED: Final = "The list was renewed in the meantime. Load the page again and look at it."
NOTHING: Final = "Nothing on this list is due."
_FORGET: Final = text("SELECT cma_forget(:item, cast(:bands AS jsonb))")


def list_today(session: CentreSession) -> bool:
    """Write today's list of the centre, once a day; False where that was done."""
    session.authorize(Act.RETENTION_WORK)
    done = select(col(RetentionRun.id)).where(col(RetentionRun.listed_on) == today()).limit(1)
    if session.execute(done).scalar_one_or_none() is not None:
        return False
    write_list(session)
    return True


def write_list(session: CentreSession) -> RetentionRun:
    """Write the list as it is now: in place of the one that waits, or a new one."""
    session.authorize(Act.RETENTION_WORK)
    people, cases = read_facts(session)
    held = {one.number for one in people if one.holds}
    _date(session, [case for case in cases if case.people & held])
    found = judge(people, cases, today())
    run = _waiting_run(session)
    _keep_items(session, run, found, _what(session, found, people, cases))
    return run


def _date(session: CentreSession, held: list[CaseFacts]) -> None:
    """Give ended cases their date that ended while somebody was held, and no more are."""
    for case_id in undated_cases(session, {case.number for case in held}):
        recount(session, locked(session, Case, case_id), "Counted anew")


def _waiting_run(session: CentreSession) -> RetentionRun:
    wanted = select(col(RetentionRun.id)).where(col(RetentionRun.status) == "listed")
    number = session.execute(wanted).scalar_one_or_none()
    if number is None:
        run = RetentionRun(listed_on=today())
        session.add(run)
    else:
        run = locked(session, RetentionRun, number)
        run.listed_on, run.updated_at = today(), now()  # another version, whatever the day
    session.flush()
    return run


def _what(
    session: CentreSession,
    found: list[Verdict],
    people: list[PersonFacts],
    cases: list[CaseFacts],
) -> dict[int, dict[str, Any]]:
    """Return in numbers what of each person on the list would go.

    Of who never had a case the day of the last contact is kept with it: the database leaves them
    where anything was recorded since.
    """
    listed = {each.person for each in found}
    theirs: dict[int, list[CaseFacts]] = defaultdict(list)
    for case in cases:
        for number in case.people & listed:
            theirs[number].append(case)
    counts = count_rows(session, sorted({case.number for each in theirs.values() for case in each}))
    what = {number: _of_person(theirs[number], counts) for number in listed}
    for one in people:
        if one.number in listed and one.last_contact is not None:
            what[one.number]["last_contact"] = one.last_contact.isoformat()
    return what


def _of_person(cases: list[CaseFacts], counts: dict[int, dict[str, int]]) -> dict[str, Any]:
    rows: dict[str, int] = defaultdict(int)
    for case in cases:
        for name, number in counts[case.number].items():
            rows[name] += number
    ended = [case.ended for case in cases if case.ended is not None]
    until = max((last_days(day)["audit"] for day in ended), default=today())
    numbers = sorted(case.number for case in cases)
    return {"cases": numbers, "rows": dict(rows), "log_until": until.isoformat()}


def _keep_items(
    session: CentreSession,
    run: RetentionRun,
    found: list[Verdict],
    what: dict[int, dict[str, Any]],
) -> None:
    standing = {
        row.client_id: row
        for row in session.execute(
            select(RetentionItem).where(col(RetentionItem.run_id) == run.id)
        ).scalars()
    }
    for each in found:
        row = standing.pop(each.person, None)
        given = {"covers": each.covers, "state": each.state, "kept_until": each.kept_until}
        if row is None:
            row = RetentionItem(run_id=run.id, client_id=each.person, **given)
        row.sqlmodel_update(given)
        row.reasons = [{"code": one.code, "about": one.about} for one in each.reasons]
        row.what, row.circle = what[each.person], list(each.circle)
        session.add(row)
    for row in standing.values():
        row.state = "left"
    session.flush()


def confirm_list(
    session: CentreSession,
    run_id: int,
    *,
    version: int,
    listed_on: date,
    people: Collection[int],
) -> int:
    """Confirm the people of a list who were shown as due, and return how many that is.

    It asks for a fresh proof of who confirms. Who was not shown stands on the next list; a circle
    with somebody restricted stays for a manager who is named on that file.
    """
    session.authorize(Act.RETENTION_CONFIRM)
    ask_fresh(session)
    session.authorize(Act.RETENTION_CONFIRM)  # what the log says from here on
    run = locked(session, RetentionRun, session.require(RetentionRun, run_id).id)
    if run.status != "listed" or run.version != version or run.listed_on != listed_on:
        raise Conflict(CHANGED)
    moment, me = now(), session.actor.user_id or None
    done = session.execute(
        update(RetentionItem)
        .where(
            col(RetentionItem.run_id) == run.id,
            col(RetentionItem.state) == DUE,
            col(RetentionItem.client_id).in_(people),
        )
        .values(state="confirmed", confirmed_at=moment, confirmed_by=me, updated_at=moment)
        .execution_options(synchronize_session=False)
    )
    number = int(getattr(done, "rowcount", 0))
    if not number:
        raise Conflict(NOTHING)
    run.status, run.confirmed_at, run.confirmed_by = "confirmed", moment, me
    session.flush()
    return number


def confirmed_items(session: CentreSession) -> list[int]:
    """Return some of the confirmed people whose turn is still to come, the oldest first."""
    session.authorize(Act.RETENTION_WORK)
    wanted = (
        select(col(RetentionItem.id))
        .where(col(RetentionItem.state) == "confirmed")
        .order_by(col(RetentionItem.kept_until), col(RetentionItem.id))
        .limit(BATCH)
    )
    return list(session.execute(wanted).scalars())


def forget(session: CentreSession, item_id: int) -> list[str]:
    """Forget one confirmed person and their circle; return the paths whose bytes go after that.

    The database refuses everybody but the worker, and leaves whoever is held or not due.
    """
    session.authorize(Act.RETENTION_WORK)
    given = {"item": item_id, "bands": json.dumps(bands())}
    found = session.execute(_FORGET, given).scalar_one_or_none() or {}
    return list(found.get("paths", []))


def leave(session: CentreSession, item_id: int) -> None:
    """Leave a person whose turn went wrong for the next list, so that the others have theirs."""
    session.authorize(Act.RETENTION_WORK)
    session.execute(
        update(RetentionItem)
        .where(col(RetentionItem.id) == item_id, col(RetentionItem.state) == "confirmed")
        .values(state="skipped", skipped_because="failed")
        .execution_options(synchronize_session=False)
    )


def end_lists(session: CentreSession) -> int:
    """End the confirmed lists of which nobody's turn is still to come; return how many."""
    session.authorize(Act.RETENTION_WORK)
    waiting = select(col(RetentionItem.run_id)).where(col(RetentionItem.state) == "confirmed")
    done = session.execute(
        update(RetentionRun)
        .where(col(RetentionRun.status) == "confirmed", col(RetentionRun.id).not_in(waiting))
        .values(status="done", ended_at=now())
        .execution_options(synchronize_session=False)
    )
    return int(getattr(done, "rowcount", 0))
