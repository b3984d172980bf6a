"""A client's whole file planted by the owner, with a canary in each text that a page could show.

A pack is one row in every table of a centre, and whatever else a handler can be sent the number
of. Its texts begin with the canary of its centre; the names of people who work there carry
another, since colleagues may read them and the next centre may not.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count
from typing import Any

from sqlalchemy import Connection, Engine, text

from cma_app.access.actor import Actor
from cma_app.clock import now, today
from cma_app.keys import encrypt_field
from cma_app.rules.checklists import Item
from cma_app.rules.letter_templates import letter_template
from cma_app.rules.review_sampling import levels
from cma_app.services.sign_off_steps import content_of_step
from cma_app.services.statement_content import content_now, hash_of
from cma_app.session import open_as
from models import Case, Statement
from tests.people import Cast, make_cast
from tests.plant import plant_case
from tests.planting import CENTRE_TABLES, plant_one

Pack = dict[str, Any]
"""The ids by table, and the pack's other numbers and words by name."""

"""The tables with texts that the whole centre sees."""

_numbers = count(1)
_days = count(1)
_past_days = count(1)
"""Days ahead on which nobody of a test has anything yet."""


@dataclass(frozen=True)
class Marks:
    """What may never be read outside: of casework, of the people, and the NI number."""

    casework: str
    people: str
    ni_number: str

    @property
    def all(self) -> tuple[str, ...]:
        """Return each of them."""
        return (self.casework, self.people, self.ni_number)


ASHDOWN = Marks("zqxA", "zqpA", "AB123456C")
BROOK = Marks("zqxB", "zqpB", "CE654321D")
RESTRICTED = Marks("zqxR", "zqpR", "JY334455A")
ASSIGNED = Marks("zqxT", "zqpT", "LB112233D")
SEARCH = "zqx"
"""What every planted name begins with, whichever its centre; not itself a canary."""


SHARED = {
    "access_grants",
    "covers",
    "users",
    "rooms",
    "spending_guidelines",
    "creditor_directory",
    "checklist_versions",
    "review_samples",
    "saved_views",
    "identity_providers",
    "identities",
    "linking_codes",
}
"""What the whole centre sees and is of no client."""


def plant_pack(
    owner: Engine,
    holder: Actor,
    colleague: Actor,
    marks: Marks,
    waiting: Marks | None = None,
) -> Pack:
    """Plant a file held by one person of a centre, who works there with a colleague.

    The two referrals, which are nobody's file yet, and the creditor of the centre's directory carry
    the marks of `waiting` if it is given; the creditor that of people, since colleagues read it.
    """
    waiting = waiting or marks
    pack: Pack = {
        "centre": holder.centre_id,
        "person": holder.user_id,
        "colleague": colleague.user_id,
        "unique": f"n{next(_numbers)}",
        "ni_number": marks.ni_number,
        "canary": marks.casework,
        "people_canary": marks.people,
        "free_day": (today() + timedelta(days=10 + next(_days))).isoformat(),
    }
    with owner.begin() as connection:
        for table in CENTRE_TABLES:
            mine = waiting if table.name in {"referrals", "creditor_directory"} else marks
            # what the whole centre sees is of no client
            shared = table.name in SHARED
            canary = mine.people if shared else mine.casework
            pack[table.name] = plant_one(
                connection, table, holder, pack, canary, _said(table.name, mine), everywhere=True
            )
        referrals = next(each for each in CENTRE_TABLES if each.name == "referrals")
        pack["other_referral"] = plant_one(
            connection,
            referrals,
            holder,
            pack,
            waiting.casework,
            _said("referrals", waiting),
            everywhere=True,
        )
        # the planted action is a legal clock's, which tells of it; a plain one is a task
        actions = next(each for each in CENTRE_TABLES if each.name == "next_actions")
        pack["task"] = plant_one(
            connection, actions, holder, pack, marks.casework, _said("next_actions", marks)
        )
        _plant_reviews(connection, holder, pack, marks)
        connection.execute(
            text("UPDATE account_links SET user_id = :who WHERE id = :id"),
            {"who": pack["users"], "id": pack["account_links"]},
        )
        connection.execute(
            text("UPDATE users SET must_change_password = true WHERE id = :who"),
            {"who": pack["users"]},
        )
        removed = {"deleted_at": now(), "document_type": "other"}
        pack["removed_document"] = plant_one(
            connection,
            next(each for each in CENTRE_TABLES if each.name == "documents"),
            holder,
            pack,
            marks.casework,
            removed,
        )
        _link(connection, pack)
        connection.execute(
            text(
                "UPDATE recommendations SET status = 'advised', given_at = now(),"
                " given_by = advised_by, choice = 'accepted', chosen_on = advised_on"
                " WHERE id = :id"
            ),
            {"id": pack["recommendations"]},
        )
        advised = next(each for each in CENTRE_TABLES if each.name == "recommendations")
        draft = _said("recommendations", marks) | {"version_no": 2}
        pack["advice_draft"] = plant_one(
            connection, advised, holder, pack, marks.casework, draft, everywhere=True
        )
        pack["reset_factor"] = plant_one(
            connection,
            next(each for each in CENTRE_TABLES if each.name == "second_factors"),
            holder,
            pack,
            marks.people,
            {"user_id": pack["users"]},
        )
        pack["second"] = _plant_second_person(connection, holder, pack, marks)
        _keep_ni_number(connection, pack, marks)
        pack |= _spare_centre(connection, pack["unique"])
        pack["appointment_day"] = connection.execute(
            text("SELECT scheduled_date FROM appointments WHERE id = :id"),
            {"id": pack["appointments"]},
        ).scalar_one()
        pack["reference"] = connection.execute(
            text("SELECT case_reference FROM cases WHERE id = :id"), {"id": pack["cases"]}
        ).scalar_one()
        for name, table in (
            ("version", "clients"),
            ("debt_version", "debts"),
            ("letter_version", "letters"),
        ):
            pack[name] = connection.execute(
                text(f"SELECT version FROM {table} WHERE id = :id"), {"id": pack[table]}
            ).scalar_one()
    _complete_statement(owner, holder, pack)
    _submit(owner, holder, pack, marks)
    return pack


def _link(connection: Connection, pack: Pack) -> None:
    """Link the planted colleague, who never signs in, to the planted provider."""
    connection.execute(
        text(
            "UPDATE identities i SET user_id = :user, ended_at = NULL, issuer = p.issuer"
            " FROM identity_providers p WHERE p.centre_id = i.centre_id AND i.id = :id"
        ),
        {"user": pack["users"], "id": pack["identities"]},
    )


def _plant_reviews(connection: Connection, holder: Actor, pack: Pack, marks: Marks) -> None:
    """Let a colleague have finished the planted review; one more waits, and one is disputed."""
    done = {"reviewer_id": pack["colleague"], "version_no": 1, "result": "meets"}
    connection.execute(
        text(
            "UPDATE file_reviews SET reviewer_id = :reviewer_id, version_no = :version_no,"
            " result = :result, answer = 'read' WHERE id = :id"
        ),
        {**done, "id": pack["file_reviews"]},
    )
    tables = {each.name: each for each in CENTRE_TABLES}
    for name, said in (
        ("waiting_review", {"reviewer_id": pack["colleague"], "finished_at": None}),
        ("disputed_review", {**done, "answer": "disputed"}),
    ):
        draw = plant_one(connection, tables["review_samples"], holder, pack, marks.people)
        over = {**said, "sample_id": draw}
        pack[name] = plant_one(
            connection, tables["file_reviews"], holder, pack, marks.casework, over
        )


def _plant_second_person(connection: Connection, holder: Actor, pack: Pack, marks: Marks) -> int:
    """Plant a client who is the second person of the planted case."""
    clients = next(each for each in CENTRE_TABLES if each.name == "clients")
    said = _said("clients", marks)
    second = plant_one(connection, clients, holder, pack, marks.casework, said, everywhere=True)
    connection.execute(
        text("UPDATE case_people SET client_id = :second WHERE id = :id"),
        {"second": second, "id": pack["case_people"]},
    )
    return second


def _complete_statement(owner: Engine, holder: Actor, pack: Pack) -> None:
    """Bind the planted statement to what it says now, as its holder did."""
    with open_as(holder) as session:
        statement = session.require(Statement, int(pack["statements"]))
        bound = hash_of(content_now(session, statement))
    with owner.begin() as connection:
        connection.execute(
            text("UPDATE statements SET status = 'complete', content_hash = :h WHERE id = :id"),
            {"h": bound, "id": pack["statements"]},
        )


def _submit(owner: Engine, holder: Actor, pack: Pack, marks: Marks) -> None:
    """Bind the planted submission to what its step says now: the case's priority, lowered."""
    asked = {"priority": "low", "reason": f"{marks.casework} reason"}
    with open_as(holder) as session:
        case = session.require(Case, int(pack["cases"]))
        content = content_of_step("lower_priority", session, case, asked)
    with owner.begin() as connection:
        connection.execute(
            text(
                "UPDATE sign_offs SET subject_id = :case, content = :content, content_hash = :hash,"
                " remark = NULL, decided_hash = NULL WHERE id = :id"
            ),
            {
                "case": pack["cases"],
                "content": content.to_text(),
                "hash": content.hash,
                "id": pack["sign_offs"],
            },
        )


def _said(table: str, marks: Marks) -> dict[str, Any]:
    """Return the values of a table that must be right for its handlers to succeed."""
    canary = marks.casework
    born = date(1984, 3, 27)
    name = {"last_name": f"{canary} family", "date_of_birth": born, "postcode": "PO1 3AX"}
    said: dict[str, dict[str, Any]] = {
        "identity_providers": {"is_active": True},
        "identities": {"ended_by": None},
        "clients": {**name, "vulnerability_flags": [_flag(canary)]},
        "referrals": {
            **name,
            "received_date": today(),
            "nation": "england",
            "client_id": None,
            "case_id": None,
            "phone": None,
            "email": None,
        },
        "access_grants": {"opened_at": now(), "expires_at": now() + timedelta(hours=3)},
        "cases": {"closure_reason": None},
        "case_closings": {"round_no": 9, "amended_because": None},
        "retention_dates": {"ended_because": None},
        "legal_holds": {"ended_because": None},
        "budget_sheets": {
            "lines_version": "2018-02",
            "statement_date": today(),
            "verified_by": None,
            "income_details": {"client-salary-or-wages": _line(canary)},
            "total_income": 100,
        },
        "spending_guidelines": {"is_sample": True},
        "debts": {
            "debt_type": "council_tax",
            "is_priority": True,
            "balance": 100,
            "arrears": 100,
            "ordered_payment": 60,
        },
        "next_actions": {"due_date": today(), "done_by": None, "rule": None, "cause": None},
        "offers": {"amount": 1},
        "documents": {"document_type": "other"},
        "document_requests": {"document_type": "payslip", "chased_how": None},
        "case_compliance": {
            "compliance_type": "I2",
            "item": {**Item("I2", "intake", f"{canary} asked", evidence="note").to_json()},
            "deadline_date": today() - timedelta(days=1),
        },
        "checklist_versions": {
            "case_type": "review",
            "version_no": next(_numbers),
            "status": "discarded",
            "items": [Item("I2", "intake", f"{marks.people} asked").to_json()],
        },
        "letters": {
            "template_version": letter_template("holding", today()).version,
            "recipient": "creditor",
            "statement_id": None,
            "issued_by": None,
            "content": {
                "to_lines": f"{canary} bank",
                "salutation": "Dear Sir or Madam",
                "subject": f"{canary} subject",
                "body": f"{canary} body",
            },
        },
        "review_rates": {
            "rates": {level: {"percent": 50, "at_least": 1} for level in levels()},
        },
        "issued_files": {"statement_id": None, "kind": "full"},
        "consents": {"purpose": "holding"},
        "monitoring_answers": {"question": "sex", "monitored_answer": "male"},
        "breathing_spaces": {
            "start_date": today() - timedelta(days=30),
            "review_from": today() - timedelta(days=5),
            "review_by": today() + timedelta(days=4),
            "protected_until": today() + timedelta(days=29),
        },
        "breathing_space_debts": {"effective_on": today() - timedelta(days=30)},
        "request_deadlines": {
            "asked_on": today() - timedelta(days=3),
            "due_date": today() + timedelta(days=5),
            "is_given": True,
        },
        "recommendations": {
            "nation": "england",
            "advised_on": today() - timedelta(days=3),
        },
        "rights_requests": {
            "received_on": today() - timedelta(days=3),
            "due_date": today() + timedelta(days=20),
        },
        # one a day, and only as many days back as there are packs: older clocks were others
        "appointments": {
            "scheduled_date": today()
            - timedelta(days=next(_past_days) if table == "appointments" else 0)
        },
        "working_weeks": {"valid_from": date(2040, 1, 1) + timedelta(days=next(_numbers))},
        "reminders": {"status": "unknown", "starts_at": now() + timedelta(days=30)},
        "calendar_feeds": {"revoked_at": now()},
        "covers": {"first_day": today(), "last_day": today() + timedelta(days=1)},
        "case_shadows": {"first_day": today(), "ended_by": None},
        "audit_logs": {"table_name": None},
        "drafts": {"content": {"body": f"{canary} draft"}},
    }
    return said.get(table, {})


def _flag(canary: str) -> dict[str, Any]:
    return {
        "id": "flag-1",
        "driver": "health",
        "detail": f"{canary} detail",
        "adjustment": f"{canary} adjustment",
        "recorded_by": 0,
        "recorded_at": "2026-11-22T09:00:00+00:00",
    }


def _line(canary: str) -> dict[str, str]:
    return {"amount": "100.00", "frequency": "monthly", "monthly": "100.00", "note": canary}


def _keep_ni_number(connection: Connection, pack: Pack, marks: Marks) -> None:
    place = f"clients.national_insurance_number:{pack['centre']}:{pack['clients']}"
    connection.execute(
        text("UPDATE clients SET national_insurance_number = :sealed WHERE id = :id"),
        {"sealed": encrypt_field(marks.ni_number, context=place), "id": pack["clients"]},
    )


def _spare_centre(connection: Connection, unique: str) -> Pack:
    """Plant a centre that nobody of the test works at, for an admin to close."""
    centre = connection.execute(
        text("INSERT INTO centres (name, code) VALUES (:name, :code) RETURNING id"),
        {"name": f"Spare {unique}", "code": f"SP{unique}"},
    ).scalar_one()
    manager = _plant_person(connection, centre, f"spare-{unique}", "manager")
    return {"spare_centre": centre, "spare_manager": manager}


def _plant_person(connection: Connection, centre_id: int, name: str, role: str) -> int:
    """Plant somebody who never signs in."""
    return connection.execute(
        text(
            "INSERT INTO users (centre_id, username, email, password_hash, first_name, last_name,"
            " role) VALUES (:centre, :name, :email, 'x', 'Sam', 'Spare', :role) RETURNING id"
        ),
        {"centre": centre_id, "name": name, "email": f"{name}@example.org", "role": role},
    ).scalar_one()


class World:
    """Two centres: the people, their sign-ins, and packs that nobody has touched."""

    def __init__(self, owner: Engine, number: int) -> None:
        self.owner = owner
        self.cast: Cast = make_cast(owner, number)
        self.ashdown = self.of_ashdown()
        self.brook = self.of_brook()

    def of_ashdown(self) -> Pack:
        """Plant a file of Amina's."""
        return self._with_trainee(
            plant_pack(self.owner, self.cast.amina, self.cast.ben, ASHDOWN), self.cast.tess
        )

    def of_tess(self) -> Pack:
        """Plant a file of Tess's, a trainee, with marks that are no leak where she hears them."""
        pack = plant_pack(self.owner, self.cast.tess, self.cast.amina, ASSIGNED, ASHDOWN)
        with self.owner.begin() as connection:  # somebody else than whom a walk-in looks like
            connection.execute(
                text(
                    "UPDATE clients SET date_of_birth = '1961-07-04', postcode = 'LS1 4AP',"
                    " first_name = 'Otto' WHERE id IN (:id, :second)"
                ),
                {"id": pack["clients"], "second": pack["second"]},
            )
        return self._with_trainee(pack, self.cast.tess)

    def restricted(self) -> Pack:
        """Plant a file of Amina's that names her alone."""
        pack = plant_pack(self.owner, self.cast.amina, self.cast.ben, RESTRICTED, ASHDOWN)
        with self.owner.begin() as connection:
            connection.execute(
                text("UPDATE clients SET is_restricted = true WHERE id IN (:id, :second)"),
                {"id": pack["clients"], "second": pack["second"]},
            )
        return self._with_trainee(pack, self.cast.tess)

    @contextmanager
    def shadowed(self) -> Iterator[Pack]:
        """Plant a file of Amina's that Tess shadows for a while: she sees it in every list."""
        pack = self.of_ashdown()
        self._shadow(pack, trainee_id=self.cast.tess.user_id)
        yield pack
        self._shadow(pack, trainee_id=pack["trainee"])

    def _shadow(self, pack: Pack, *, trainee_id: int) -> None:
        change = text("UPDATE case_shadows SET trainee_id = :trainee WHERE id = :id")
        with self.owner.begin() as connection:
            connection.execute(change, {"trainee": trainee_id, "id": pack["case_shadows"]})

    def of_brook(self) -> Pack:
        """Plant a file of Colin's."""
        return self._with_trainee(
            plant_pack(self.owner, self.cast.colin, self.cast.bea, BROOK), self.cast.colin
        )

    def _with_trainee(self, pack: Pack, trainee: Actor) -> Pack:
        """Plant a case of a trainee's with nobody's marks, and one more who never signs in."""
        reference = f"T-{pack['unique']}"  # none that the centre will count up to
        pack["trainees_case"] = plant_case(self.owner, trainee, reference=reference)
        with self.owner.begin() as connection:
            pack["trainee"] = _plant_person(
                connection, trainee.centre_id, f"novice-{pack['unique']}", "trainee"
            )
        return pack
