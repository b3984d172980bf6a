"""Everything that is held about one client, read from every table that holds something of a client.

Which rows are theirs follows from the catalogue: by the client, by a case that is about them, or by
a row that is. What of a joint case is the other person's alone is left out, and the copy says so.
The reader's own walls hold: what they may not see is not in the copy, and the copy says that too.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import Column, ColumnElement, Table, and_, exists, false, func, or_, select
from sqlmodel import col

from cma_app.access.acts import Act
from cma_app.clock import local, now
from cma_app.errors import CmaError, Refused
from cma_app.keys import decrypt_field
from cma_app.rules.financial_statement import statement_lines
from cma_app.rules.monitoring import answer_label
from cma_app.rules.solutions import solution_word
from cma_app.services.portability_tables import (
    ALSO_LEFT_OUT,
    LABELS,
    LEFT_OUT,
    NOT_SHOWN,
    RENAMED,
    SECTIONS,
)
from cma_app.services.rights_holds import cases_about
from cma_app.session import CentreSession
from models import CASEWORK, AuditLog, Case, Centre, Client, User, metadata

FORMAT: Final = "1"
"""The version of the file's own shape: raised when a key changes its meaning."""
NOT_YOURS: Final = (
    "A copy of everything is taken by whoever holds a case of the client, or a manager."
)
OPENINGS: Final = {
    "client:open": "Your page was opened",
    "client:export": "A copy of everything was asked for",
    "client:reveal_ni_number": "Your National Insurance number was shown",
    "document:open": "A document was opened",
}
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose data is read: the client, the cases about them, and the debts there of somebody else.

    `is_second` are the cases in which they are the second person. `shared` are those of two.
    """

    client: Client
    cases: list[Case]
    shared: frozenset[int]
    is_second: frozenset[int]
    others_debts: frozenset[int]

    @property
    def case_ids(self) -> list[int]:
        """Return the numbers of the cases."""
        return [each.id for each in self.cases]


@dataclass(frozen=True, slots=True)
class Everything:
    """A client's data by section, and what was left out with the reason, in sentences."""

    client: Client
    centre: Centre | None
    about: Row
    sections: dict[str, list[Row]] = field(default_factory=dict)
    opened: list[Row] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)

    def as_json(self) -> Row:
        """Return the whole as plain values."""
        return {
            "about_this_file": self.about,
            "left_out_and_why": self.left_out,
            **self.sections,
            "when_it_was_opened": self.opened,
        }


def may_copy(session: CentreSession, client: Client) -> None:
    """Raise Refused unless the person is a manager, or holds a case of the client."""
    session.authorize(Act.CLIENT_EXPORT, client)
    if session.actor.may(Act.RIGHTS_SEE_ALL):
        return
    held = [
        each for each in cases_about(session, client.id) if each.advisor_id == session.actor.user_id
    ]
    if not held:
        raise Refused(NOT_YOURS, Act.CLIENT_EXPORT.value)


def everything(
    session: CentreSession, client_id: int, *, why: str, without: Mapping[int, str] | None = None
) -> Everything:
    """Return everything about a client that the reader may see.

    `why` is for which request or reason it is read. `without` are documents to leave out, by number
    with their names.
    """
    client = session.require(Client, client_id)
    may_copy(session, client)
    whose, without = _whose(session, client), without or {}
    names = _names(session)
    sections = {name: _section(session, metadata.tables[name], whose, names) for name in SECTIONS}
    removed = {row["id"] for row in sections["documents"] if row["removed_at"]}
    for name, key, gone in (
        ("documents", "id", set(without)),
        ("document_versions", "document_id", set(without)),
        ("document_figures", "document_id", removed | set(without)),  # what was read from them
    ):
        sections[name] = [row for row in sections[name] if row[key] not in gone]
    return Everything(
        client=client,
        centre=session.get(Centre, client.centre_id),
        about=_about(session, client, why),
        sections=sections,
        opened=_opened(session, client),
        left_out=_left_out(session, whose, without),
    )


def _whose(session: CentreSession, client: Client) -> Whose:
    cases = cases_about(session, client.id)
    second = frozenset(each.id for each in cases if each.client_id != client.id)
    people = metadata.tables["case_people"]
    shared = select(people.c.case_id).where(
        people.c.centre_id == client.centre_id,
        people.c.case_id.in_([each.id for each in cases]),
        people.c.left_on.is_(None),
    )
    debts = metadata.tables["debts"]
    others = select(debts.c.id).where(
        debts.c.centre_id == client.centre_id,
        debts.c.case_id.in_([each.id for each in cases]),
        or_(
            debts.c.case_id.in_(second) & (debts.c.owed_by == "client"),
            debts.c.case_id.not_in(second) & (debts.c.owed_by == "partner"),
        ),
    )
    return Whose(
        client,
        cases,
        frozenset(session.execute(shared).scalars()),
        second,
        frozenset(session.execute(others).scalars()),
    )


def _section(
    session: CentreSession, table: Table, whose: Whose, names: dict[int, str]
) -> list[Row]:
    shown = [each for each in table.c if not _is_hidden(table, each)]
    wanted = (
        select(*shown)
        .where(table.c.centre_id == whose.client.centre_id, _theirs(table, whose))
        .order_by(table.c.id)
    )
    return [_told(table, row, whose, names) for row in session.execute(wanted)]


def _is_hidden(table: Table, column: Column[Any]) -> bool:
    return column.name in NOT_SHOWN or f"{table.name}.{column.name}" in NOT_SHOWN


def _theirs(table: Table, whose: Whose) -> ColumnElement[bool]:
    """Return which rows of a table are the client's: by whom or what case they are of, and only
    where each row of one person that they refer to is theirs as well."""
    if table.name == "clients":
        return table.c.id == whose.client.id
    if table.name == "cases":
        return table.c.id.in_(whose.case_ids)
    conditions = [_by_owner(table, whose)]
    if table.name == "debts":
        conditions.append(table.c.id.not_in(whose.others_debts))
    if table.name == "creditors":
        conditions.append(_owed_by_them(table, whose))
    conditions += [
        or_(table.c[column].is_(None), _within(table.c[column], parent, whose))
        for column, parent in _parents(table)
        if "client_id" in parent.c or parent.name in {"creditors", "debts"}
    ]
    return and_(*conditions)


def _by_owner(table: Table, whose: Whose) -> ColumnElement[bool]:
    by_case = table.c.case_id.in_(whose.case_ids) if "case_id" in table.c else None
    if "client_id" in table.c:
        mine = table.c.client_id == whose.client.id
        if by_case is None or not table.c.client_id.nullable:
            return mine
        return or_(mine, and_(table.c.client_id.is_(None), by_case))
    if by_case is not None:
        return by_case
    needed = [each for each in _parents(table) if not table.c[each[0]].nullable]
    for column, parent in needed or _parents(table):
        return _within(table.c[column], parent, whose)
    return false()


def _parents(table: Table) -> list[tuple[str, Table]]:
    """Return which columns of a table refer to rows of casework beside clients and cases."""
    found = []
    for key in table.foreign_key_constraints:
        columns = [each.name for each in key.columns if each.name != "centre_id"]
        parent = key.referred_table
        if parent.name in CASEWORK - {"clients", "cases", table.name} and len(columns) == 1:
            found.append((columns[0], parent))
    return sorted(found, key=lambda pair: pair[0])


def _within(column: Column[Any], parent: Table, whose: Whose) -> ColumnElement[bool]:
    here = parent.c.centre_id == whose.client.centre_id
    return column.in_(select(parent.c.id).where(here, _theirs(parent, whose)))


def _owed_by_them(table: Table, whose: Whose) -> ColumnElement[bool]:
    """Return that a creditor is owed by the client too, or by nobody any more."""
    debts = metadata.tables["debts"].alias()
    of_it = (debts.c.centre_id == table.c.centre_id) & (debts.c.creditor_id == table.c.id)
    return or_(exists().where(of_it, debts.c.id.not_in(whose.others_debts)), ~exists().where(of_it))


def _told(table: Table, row: Any, whose: Whose, names: dict[int, str]) -> Row:
    """Return a row by its columns: days as ISO, pounds with two places, codes in words."""
    said: Row = {}
    for column in table.c:
        if _is_hidden(table, column):
            continue
        value = row._mapping[column]  # noqa: SLF001 - the name of SQLAlchemy's public mapping
        name = RENAMED.get(column.name, column.name)
        if _names_a_person(table, column):
            said[name] = names.get(value, "Somebody of the centre") if value else None
        else:
            said[name] = _plain(value, _label(table, column))
    return _of_one_person(table, said, whose)


def _names_a_person(table: Table, column: Column[Any]) -> bool:
    return any(
        column.name in [each.name for each in key.columns] and key.referred_table.name == "users"
        for key in table.foreign_key_constraints
        if column.name != "centre_id"
    )


def _label(table: Table, column: Column[Any]) -> Any:
    return LABELS.get(f"{table.name}.{column.name}") or LABELS.get(column.name)


def _plain(value: Any, label: Any) -> Any:  # noqa: PLR0911 - one line for each kind of value
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    if isinstance(value, datetime):
        return local(value).isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, str):
        return label(value) if label is not None else value
    if isinstance(value, list | tuple):
        return [_plain(each, label) for each in value]
    if isinstance(value, dict):
        return {each: _plain(part, None) for each, part in value.items() if each not in NOT_SHOWN}
    return str(value)


def _of_one_person(table: Table, said: Row, whose: Whose) -> Row:
    """Return a row without what is the other person's of a joint case, and with what is locked."""
    if table.name == "clients":
        said["national_insurance_number"] = _ni_number(whose.client)
    if table.name == "monitoring_answers":
        said["monitored_answer"] = answer_label(said["question"], said["monitored_answer"])
    if table.name == "recommendations":
        said["others"] = {solution_word(code): why for code, why in said["others"].items()}
    if said.get("case_id") not in whose.shared:
        return said
    is_second = said["case_id"] in whose.is_second
    if table.name == "households":
        theirs = ("employment", "employment_note")
        drop = theirs if is_second else tuple(f"partner_{each}" for each in theirs)
        return {name: value for name, value in said.items() if name not in drop}
    if table.name == "budget_sheets":
        day = date.fromisoformat(said["statement_date"]) if said["statement_date"] else None
        lines = statement_lines(day or now().date())
        said["income_details"] = {
            code: value
            for code, value in (said["income_details"] or {}).items()
            if _is_partners(lines, code) == is_second
        }
    return said


def _is_partners(lines: Any, code: str) -> bool:
    try:
        return bool(lines.line(code).partner)
    except CmaError:  # a line that there was once
        return False


def _ni_number(client: Client) -> str | None:
    if client.national_insurance_number is None:
        return None
    context = f"clients.national_insurance_number:{client.centre_id}:{client.id}"
    return decrypt_field(client.national_insurance_number, context=context)


def _names(session: CentreSession) -> dict[int, str]:
    rows = session.execute(select(col(User.id), col(User.first_name), col(User.last_name)))
    return {row.id: f"{row.first_name or ''} {row.last_name or ''}".strip() for row in rows}


def _opened(session: CentreSession, client: Client) -> list[Row]:
    """Return on which days the record was opened, and for what; by whom is left out."""
    day = func.date(func.timezone("Europe/London", col(AuditLog.timestamp)))
    wanted = (
        select(day.label("day"), col(AuditLog.action), func.count().label("times"))
        .where(
            col(AuditLog.centre_id) == client.centre_id,
            col(AuditLog.client_id) == client.id,
            col(AuditLog.action).in_(list(OPENINGS)),
        )
        .group_by(day, col(AuditLog.action))
        .order_by(day, col(AuditLog.action))
    )
    return [
        {
            "day": row.day.isoformat(),
            "what": OPENINGS[row.action],
            "times": row.times,
        }
        for row in session.execute(wanted)
    ]


def _about(session: CentreSession, client: Client, why: str) -> Row:
    centre = session.get(Centre, client.centre_id)
    address = (
        [centre.address_line1, centre.address_line2, centre.city, centre.postcode] if centre else []
    )
    return {
        "format": f"CMA copy of everything about a client, version {FORMAT}",
        "made_at": local(now()).isoformat(timespec="seconds"),
        "made_by": session.actor.name,
        "made_because": why,
        "about": client.full_name,
        "reference": client.client_reference,
        "controller": {
            "name": centre.name if centre else session.actor.centre_name,
            "address": ", ".join(each for each in address if each),
            "phone": centre.phone if centre else None,
            "email": centre.email if centre else None,
        },
        "what_for": "Giving debt advice, and keeping a record of it as the law asks.",
        "complaints": "To the centre first; then the Information Commissioner, ico.org.uk.",
        "words": "Dates are year-month-day. Sums are pounds. Times are British.",
    }


def _left_out(session: CentreSession, whose: Whose, without: Mapping[int, str]) -> dict[str, str]:
    """Return what is not in the copy, and why: never silently."""
    said = {name.replace("_", " ").capitalize(): why for name, why in LEFT_OUT.items()}
    said |= ALSO_LEFT_OUT
    if whose.shared:
        said["The other person of a joint case"] = (
            "Their details, their own debts, income, letters, agreements and appointments are"
            " theirs. What is of both is in the copy. Notes stand as they were written."
        )
    if without:
        said["Documents about somebody else"] = (
            f"{len(without)} left out by whoever made this copy, as about somebody else."
        )
    said["Documents for named people"] = (
        "A document kept for named people is in the copy only where whoever made it is one of them."
    )
    if not _holds_one(session, whose):
        said["Answers to equality questions"] = (
            "They are kept apart, for whoever recorded them or holds the case, who can add them."
        )
    return said


def _holds_one(session: CentreSession, whose: Whose) -> bool:
    return any(each.advisor_id == session.actor.user_id for each in whose.cases)
