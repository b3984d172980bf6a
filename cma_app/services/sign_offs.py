"""Work that waits for sign-off: submitted by a trainee, decided by somebody else.

What is submitted is frozen with its hash. It is signed off only while the record still says the
same: a changed figure voids it, a note never does. Signing off carries the act out in the session
of whoever signs off, and the log names both.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlmodel import col, select

from cma_app.access.acts import Act, Role
from cma_app.clock import now, today
from cma_app.errors import CmaError, Conflict, Invalid, NotFound, Refused
from cma_app.rules.sign_offs import points_for
from cma_app.services.cases import write_event
from cma_app.services.forms import storable
from cma_app.services.locking import locked
from cma_app.services.notifications import notify
from cma_app.services.sign_off_content import Content
from cma_app.services.sign_off_steps import content_of_step, kept_of, step_of
from cma_app.services.supervision import here_today, supervises
from cma_app.session import CentreSession
from models import Case, Client, SignOff, User

MOST_REMARK: Final = 1000
MOST_COMMENT: Final = 1000
OWN_WORK: Final = "Somebody else signs off your work."
NOT_YOURS: Final = "Whoever supervises this trainee signs it off, or a manager."
VOIDED: Final = (
    "Something changed since this was submitted, so it cannot be signed off. It went back to"
    " {name}, who submits it again as it stands now."
)


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody decides: the checklist's answers, words beside lines, and edits of lines."""

    points: Mapping[str, str]
    comments: Mapping[str, str]
    edits: Mapping[str, str]
    remark: str = ""


def submit(session: CentreSession, step: str, subject_id: int, asked: Mapping[str, Any]) -> SignOff:
    """Submit a step that waits for sign-off, as the record stands now, and return its version.

    A version that still waits is withdrawn for it; one that says the same stays. Raises Invalid
    beside a box, or Conflict, where the step could not be carried out either.
    """
    how = step_of(step)
    row = session.require(how.table, subject_id)
    case = _case_of(session, row)
    session.authorize(Act.SIGN_OFF_SUBMIT, case)
    if not session.actor.prepares(how.act):
        raise Refused(None, how.act.value)
    locked(session, Case, case.id)
    kept = kept_of(step, asked)
    if how.check is not None:
        how.check(session, row, kept)
    content = content_of_step(step, session, row, kept)
    session.authorize(Act.SIGN_OFF_SUBMIT, case)
    key = str(kept.get(how.part, ""))[:40]
    before = _newest(session, case, step, subject_id, key)
    if before is not None and before.status == "submitted":
        if before.content_hash == content.hash and before.subject_id == subject_id:
            return before
        before.status, before.decided_at = "withdrawn", now()
        session.flush()
    submitted = SignOff(
        case_id=case.id,
        previous_id=before.id if before is not None and before.status != "approved" else None,
        act=how.act.value,
        step=step,
        subject_id=subject_id,
        subject_key=key,
        version_no=before.version_no + 1 if before is not None else 1,
        content=content.to_text(),
        content_hash=content.hash,
        submitted_by=session.actor.user_id,
        submitted_at=now(),
    )
    session.add(submitted)
    session.flush()
    _tell_supervisor(session, submitted)
    return submitted


def withdraw(session: CentreSession, sign_off_id: int) -> SignOff:
    """Take back what one submitted and nobody decided yet."""
    row = session.require(SignOff, sign_off_id)
    case = session.require(Case, row.case_id)
    session.authorize(Act.SIGN_OFF_SUBMIT, case)
    if row.submitted_by != session.actor.user_id:
        raise NotFound
    row = _still_waiting(session, row)
    row.status, row.decided_at = "withdrawn", now()
    session.flush()
    return row


def sign_off(session: CentreSession, sign_off_id: int, decision: Decision, *, seen: str) -> SignOff:
    """Carry out what was submitted, with the edits if any, and keep that it was signed off.

    `seen` is the hash of the version on screen. Where the record says something else by now
    nothing is carried out: the version that comes back is void, and goes back to who submitted it.
    """
    row, case = _to_decide(session, sign_off_id, seen)
    answered = _answered(row, decision.points)
    if any(each["answer"] != "fine" for each in answered):
        raise Invalid({"points": "Something is to change, so send it back instead."})
    content = Content.from_text(row.content)
    subject = _unchanged(session, row, content)
    if subject is None:
        row.status, row.decided_at = "void", now()
        session.flush()
        _tell(session, row, row.submitted_by, "signoff_void")
        session.authorize(Act.SIGN_OFF_DECIDE, case)
        return row
    edits = _edits(content, decision.edits)
    _carry_out(session, row, subject, content, edits)
    session.authorize(Act.SIGN_OFF_DECIDE, case)
    row.status, row.decided_hash, row.edits = "approved", content.hash, edits
    _decide(session, case, row, decision, answered)
    trainee = session.require(User, row.submitted_by)
    write_event(
        session,
        row.act,
        case,
        {"done_for": trainee.full_name, "signed_off_by": session.actor.name, "sign_off": row.id},
    )
    return row


def send_back(
    session: CentreSession, sign_off_id: int, decision: Decision, *, seen: str
) -> SignOff:
    """Send a version back with what has to change: a point, a word beside a line, or a remark."""
    row, case = _to_decide(session, sign_off_id, seen)
    answered = _answered(row, decision.points, all_of_them=False)
    lines = {line.key for line in Content.from_text(row.content).lines}
    comments = {
        key: _short(said, MOST_COMMENT, f"comment-{key}")
        for key, said in decision.comments.items()
        if key in lines and said.strip()
    }
    changes = any(each["answer"] == "change" for each in answered)
    if not (comments or decision.remark.strip() or changes):
        raise Invalid(
            {"remark": "Say what has to change: beside a line, in the checklist, or here."}
        )
    row.status, row.comments = "returned", comments
    _decide(session, case, row, decision, answered)
    return row


def may_decide(session: CentreSession, row: SignOff) -> bool:
    """Say whether the acting person may sign this off: not their own, their trainee's or any."""
    if not session.actor.may(Act.SIGN_OFF_DECIDE) or row.submitted_by == session.actor.user_id:
        return False
    return session.actor.role == Role.MANAGER or supervises(session, row.submitted_by)


def still_says(session: CentreSession, row: SignOff) -> bool:
    """Say whether the record still says what was submitted."""
    session.authorize(Act.CASE_OPEN, session.require(Case, row.case_id))
    return _unchanged(session, row, Content.from_text(row.content)) is not None


def _case_of(session: CentreSession, row: Any) -> Case:
    """Return the case that a step's row belongs to; of a client, their open case that one holds."""
    if isinstance(row, Case):
        return row
    if not isinstance(row, Client):
        return session.require(Case, row.case_id)
    held = (
        select(Case)
        .where(
            col(Case.centre_id) == row.centre_id,
            col(Case.client_id) == row.id,
            col(Case.advisor_id) == session.actor.user_id,
        )
        .order_by(col(Case.closing_date).is_not(None), col(Case.id).desc())
        .limit(1)
    )
    case = session.exec(held).first()
    if case is None:
        raise Refused("You hold no case of this client. Ask your supervisor to do this.")
    return case


def _tell_supervisor(session: CentreSession, row: SignOff) -> None:
    found = here_today(session, session.actor.user_id)
    _tell(session, row, found.answers if found is not None else None, "signoff_asked")


def _tell(session: CentreSession, row: SignOff, user_id: int | None, kind: str) -> None:
    what = step_of(row.step).word
    notify(session, user_id, kind=kind, case_id=row.case_id, ref_id=row.id, what=what)


def _newest(
    session: CentreSession, case: Case, step: str, subject_id: int, key: str
) -> SignOff | None:
    """Return the last version of the same thing: a revised sheet answers the sheet before it."""
    newest = (
        select(SignOff)
        .where(
            col(SignOff.centre_id) == case.centre_id,
            col(SignOff.case_id) == case.id,
            col(SignOff.step) == step,
            col(SignOff.subject_key) == key,
        )
        .order_by(col(SignOff.id).desc())
        .limit(1)
    )
    if not step_of(step).is_one_of_a_case:
        newest = newest.where(col(SignOff.subject_id) == subject_id)
    return session.exec(newest).first()


def _still_waiting(session: CentreSession, row: SignOff) -> SignOff:
    """Return a version locked behind its case; Conflict where it waits no more."""
    locked(session, Case, row.case_id)
    row = locked(session, SignOff, row.id)
    if row.status == "submitted":
        return row
    if row.decided_by is not None:
        who = session.require(User, row.decided_by).full_name
        word = "signed this off" if row.status == "approved" else "sent this back"
        raise Conflict(f"{who} {word} already.")
    if row.status == "void":
        raise Conflict("Something changed since this was submitted. It is submitted anew first.")
    raise Conflict("This version was withdrawn. Look for a newer one in the queue.")


def _to_decide(session: CentreSession, sign_off_id: int, seen: str) -> tuple[SignOff, Case]:
    row = session.require(SignOff, sign_off_id)
    case = session.require(Case, row.case_id)
    session.authorize(Act.SIGN_OFF_DECIDE, case)
    if row.submitted_by == session.actor.user_id:
        raise Refused(OWN_WORK, Act.SIGN_OFF_DECIDE.value)
    if not may_decide(session, row):
        raise Refused(NOT_YOURS, Act.SIGN_OFF_DECIDE.value)
    row = _still_waiting(session, row)
    if row.content_hash != seen:
        raise Conflict("This is not the version you were shown. Load the page again.")
    return row, session.require(Case, row.case_id)


def _answered(
    row: SignOff, points: Mapping[str, str], *, all_of_them: bool = True
) -> list[dict[str, str]]:
    """Return the checklist with its answers, in the words it was answered in."""
    asked = points_for(row.step, today())
    wrong = {
        f"point-{each.code}": f"In order or not? {each.text}"
        for each in asked
        if points.get(each.code) not in {"fine", "change"}
    }
    if wrong and all_of_them:
        raise Invalid(wrong)
    return [
        {"code": each.code, "text": each.text, "answer": points[each.code]}
        for each in asked
        if points.get(each.code) in {"fine", "change"}
    ]


def _unchanged(session: CentreSession, row: SignOff, content: Content) -> Any:
    """Return the row a step acts on while it says what was submitted; None once it does not."""
    try:
        subject = session.require(step_of(row.step).table, row.subject_id)
        present = content_of_step(row.step, session, subject, content.asked)
    except CmaError:
        return None
    return subject if present.hash == row.content_hash else None


def _edits(content: Content, edits: Mapping[str, str]) -> dict[str, str]:
    """Return what differs of the lines that may be edited."""
    return {
        line.key: storable(edits[line.key]).strip()
        for line in content.lines
        if line.may_edit and line.key in edits and _plain(edits[line.key]) != _plain(line.text)
    }


def _plain(text: str) -> str:
    return storable(text).replace("\r\n", "\n").strip()


def _carry_out(
    session: CentreSession, row: SignOff, subject: Any, content: Content, edits: dict[str, str]
) -> None:
    """Do what was submitted; what its form refuses is said in one sentence."""
    try:
        step_of(row.step).do(session, subject, content.asked, edits)
    except Invalid as error:
        edited = {f"edit-{name}": said for name, said in error.fields.items() if name in edits}
        if edited:
            raise Invalid(edited) from None
        raise Conflict(next(iter(error.fields.values()))) from None


def _decide(
    session: CentreSession,
    case: Case,
    row: SignOff,
    decision: Decision,
    answered: list[dict[str, str]],
) -> None:
    row.reasons = answered
    row.remark = _short(decision.remark, MOST_REMARK, "remark") or None
    row.decided_by, row.decided_at = session.actor.user_id, now()
    session.flush()
    kind = "signoff_approved" if row.status == "approved" else "signoff_sent_back"
    _tell(session, row, row.submitted_by, kind)
    session.authorize(Act.SIGN_OFF_DECIDE, case)


def _short(said: str, most: int, name: str) -> str:
    said = storable(said).strip()
    if len(said) > most:
        raise Invalid({name: f"Use at most {most:,} characters."})
    return said
