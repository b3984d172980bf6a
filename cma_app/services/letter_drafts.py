"""Drafting letters: one to each creditor or person chosen, merged from the case."""

from dataclasses import dataclass
from typing import Any

from cma_app.access.acts import Act
from cma_app.clock import today
from cma_app.errors import Conflict
from cma_app.rules.letter_templates import (
    LetterTemplate,
    fill,
    for_several_accounts,
    letter_template,
)
from cma_app.services.authorities import list_authorities
from cma_app.services.letter_facts import CreditorTo, creditors_to, facts_for
from cma_app.services.letter_offers import accounts_at, newest_issued
from cma_app.services.letter_people import (
    PersonTo,
    draft_like,
    owing,
    people_of,
    unsigned,
)
from cma_app.services.locking import locked
from cma_app.session import CentreSession
from models import Case, Letter


@dataclass(frozen=True, slots=True)
class CreditorChoice:
    """A creditor that a letter may go to, and what is still wanting for it to leave."""

    id: int
    name: str
    accounts: int
    has_authority: bool
    has_address: bool


@dataclass(frozen=True, slots=True)
class Readers:
    """Who of a case may be written to."""

    creditors: list[CreditorChoice]
    people: list[PersonTo]


def readers_of(session: CentreSession, case_id: int) -> Readers:
    """Return who of a case may be written to, with what is wanting for each creditor."""
    case = session.require(Case, case_id)
    session.authorize(Act.CASE_OPEN, case)
    known, people = creditors_to(session, case.id), people_of(session, case.id)
    given = list_authorities(session, case.id)
    return Readers(
        creditors=[
            CreditorChoice(
                id=each.id,
                name=each.name,
                accounts=len(each.owed_by),
                has_authority=not unsigned(given, owing(each.owed_by, people), each.id, each.name),
                has_address=bool(each.address),
            )
            for each in known
        ],
        people=people,
    )


def draft_letters(
    session: CentreSession,
    case_id: int,
    kind: str,
    *,
    creditor_ids: list[int] | None = None,
    client_ids: list[int] | None = None,
    chases_id: int | None = None,
) -> list[Letter]:
    """Draft a letter to each creditor named (None: all), or to each person (None: the client).

    A creditor with several accounts gets one letter that lists them. A draft of the same kind to
    the same reader that was not issued yet is returned as it is. A chaser goes to the creditor of
    the letter it chases.
    """
    case = session.require(Case, case_id)
    session.authorize(Act.LETTER_RECORD, case)
    locked(session, Case, case.id)
    template = letter_template(kind, today())
    chases = session.require(Letter, chases_id) if chases_id else None
    _refuse_wrong_chase(kind, case, chases, creditor_ids)
    people = people_of(session, case.id)
    if template.recipient == "creditor":
        if chases is not None and chases.creditor_id is not None:
            creditor_ids = [chases.creditor_id]
        made = [
            _to_creditor(session, case, template, each, people=people, chases=chases)
            for each in _chosen(session, case, creditor_ids)
        ]
    else:
        wanted = [case.client_id] if client_ids is None else list(dict.fromkeys(client_ids))
        known = {each.id: each for each in people}
        if not wanted or not set(wanted) <= set(known):
            raise Conflict("Choose a person of this case.")
        made = [_to_person(session, case, template, known[each]) for each in wanted]
    session.authorize(Act.LETTER_RECORD, case)
    session.flush()
    return made


def _chosen(session: CentreSession, case: Case, ids: list[int] | None) -> list[CreditorTo]:
    known = {each.id: each for each in creditors_to(session, case.id)}
    if not known:
        raise Conflict("This case has no creditor to write to. Enter the debts first.")
    wanted = list(known) if ids is None else list(dict.fromkeys(ids))
    if not wanted or not set(wanted) <= set(known):
        raise Conflict("Choose a creditor of this case with a debt that still stands.")
    return [known[each] for each in wanted]


def _refuse_wrong_chase(
    kind: str, case: Case, chases: Letter | None, creditor_ids: list[int] | None
) -> None:
    if (kind == "chaser") != (chases is not None):
        raise Conflict("Choose the letter that this one chases.")
    if chases is None:
        return
    if chases.case_id != case.id or chases.status != "issued" or chases.creditor_id is None:
        raise Conflict("Only an issued letter of this case to a creditor can be chased.")
    if creditor_ids not in (None, [chases.creditor_id]):
        raise Conflict("A chaser goes to the creditor that was written to.")


def _to_creditor(
    session: CentreSession,
    case: Case,
    template: LetterTemplate,
    creditor: CreditorTo,
    *,
    people: list[PersonTo],
    chases: Letter | None,
) -> Letter:
    statement = newest_issued(session, case) if template.kind == "offer" else None
    whose = owing(creditor.owed_by, people)
    letter = _blank(
        case,
        template,
        client_id=whose[0].id,
        creditor_id=creditor.id,
        statement_id=statement.id if statement else None,
        chases_id=chases.id if chases else None,
    )
    begun = draft_like(session, letter)
    if begun is not None:
        return begun
    if len(accounts_at(session, case, creditor.id)) > 1:
        template = for_several_accounts(template)
    about = " and ".join(each.name for each in whose)
    facts = facts_for(
        session,
        case,
        kind=template.kind,
        about=about,
        client_id=whose[0].id,
        creditor=creditor,
        chases=chases,
    )
    return _keep(
        session,
        case,
        letter,
        template,
        facts,
        to_lines="\n".join((creditor.name, *creditor.address)),
        salutation="Dear Sir or Madam",
    )


def _to_person(
    session: CentreSession, case: Case, template: LetterTemplate, person: PersonTo
) -> Letter:
    letter = _blank(case, template, client_id=person.id)
    begun = draft_like(session, letter)
    if begun is not None:
        return begun
    facts = facts_for(
        session, case, kind=template.kind, about=person.name, client_id=person.id, creditor=None
    )
    return _keep(
        session,
        case,
        letter,
        template,
        facts,
        to_lines="\n".join(person.window),
        salutation=f"Dear {person.first_name}",
    )


def _blank(case: Case, template: LetterTemplate, **whose: int | None) -> Letter:
    return Letter(
        case_id=case.id,
        kind=template.kind,
        recipient=template.recipient,
        template_version=template.version,
        subject="",
        **whose,  # pyright: ignore[reportArgumentType]
    )


def _keep(
    session: CentreSession,
    case: Case,
    letter: Letter,
    template: LetterTemplate,
    facts: dict[str, str],
    **said: Any,
) -> Letter:
    filled = fill(template, facts)
    letter.subject = filled.subject[:200]
    letter.content = {
        "to_lines": said["to_lines"][:500],
        "their_reference": facts.get("reference", "")[:100],
        "salutation": said["salutation"][:100],
        "subject": filled.subject[:200],
        "body": filled.body,
    }
    session.authorize(Act.LETTER_RECORD, case)
    session.add(letter)
    session.flush()
    return letter
