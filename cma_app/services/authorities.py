"""Authorities: what a client signed so that we may act with a creditor, and until when."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field, model_validator
from sqlalchemy import func, select
from sqlmodel import col

from cma_app.access.acts import Act
from cma_app.clock import today
from cma_app.errors import Conflict, Invalid
from cma_app.services.forms import Blank, Day, Form, choice
from cma_app.services.partners import partner_of
from cma_app.session import CentreSession
from models import Authority, Case, Client, Creditor

SIGNED_HOW: Final = {"paper": "On paper", "electronic": "Electronically", "phone": "By phone"}


class AuthorityForm(Form):
    """One authority; without a creditor it is for every creditor of the case."""

    client_id: Annotated[int | None, Blank] = None
    creditor_id: Annotated[int | None, Blank] = None
    how: Annotated[str, BeforeValidator(choice(*SIGNED_HOW))] = "paper"
    signed_on: Day = None
    expires_on: Day = None
    note: Annotated[str | None, Field(max_length=500), Blank] = None

    @model_validator(mode="after")
    def _in_order(self) -> "AuthorityForm":
        if self.signed_on and self.expires_on and self.expires_on < self.signed_on:
            raise ValueError("The last day cannot be before the day it was signed.")
        return self


@dataclass(frozen=True, slots=True)
class AuthorityRow:
    """One authority of a case, and whose; `creditor` is empty where it is for all."""

    id: int
    client_id: int
    person: str
    creditor_id: int | None
    creditor: str
    how: str
    signed_on: date
    expires_on: date | None
    withdrawn_on: date | None
    note: str | None

    def is_live(self, on: date) -> bool:
        """Say whether it holds on a day: signed by then, not expired, not withdrawn."""
        ended = [day for day in (self.withdrawn_on,) if day is not None and day <= on]
        lapsed = self.expires_on is not None and self.expires_on < on
        return self.signed_on <= on and not lapsed and not ended


def list_authorities(session: CentreSession, case_id: int) -> list[AuthorityRow]:
    """Return the authorities of the people a case is for now, the newest first."""
    case = session.require(Case, case_id)
    session.authorize(Act.CASE_OPEN, case)
    partner = partner_of(session, case)
    people = {case.client_id, *([partner.id] if partner else [])}
    wanted = (
        select(
            col(Authority.id),
            col(Authority.client_id),
            func.concat_ws(" ", col(Client.first_name), col(Client.last_name)).label("person"),
            col(Authority.creditor_id),
            func.coalesce(col(Creditor.creditor_name), "").label("creditor"),
            col(Authority.how),
            col(Authority.signed_on),
            col(Authority.expires_on),
            col(Authority.withdrawn_on),
            col(Authority.note),
        )
        .join(
            Client,
            (col(Client.id) == col(Authority.client_id))
            & (col(Client.centre_id) == col(Authority.centre_id)),
        )
        .outerjoin(
            Creditor,
            (col(Creditor.id) == col(Authority.creditor_id))
            & (col(Creditor.centre_id) == col(Authority.centre_id)),
        )
        .where(
            col(Authority.centre_id) == case.centre_id,
            col(Authority.case_id) == case.id,
            col(Authority.client_id).in_(people),
            col(Authority.deleted_at).is_(None),
        )
        .order_by(col(Authority.signed_on).desc(), col(Authority.id).desc())
    )
    return [AuthorityRow(**dict(row)) for row in session.execute(wanted).mappings()]


def without_authority(
    authorities: Iterable[AuthorityRow], creditors: Mapping[int, str], on: date
) -> list[str]:
    """Return the names of the creditors with whom we may not act on a day."""
    live = [each for each in authorities if each.is_live(on)]
    if any(each.creditor_id is None for each in live):
        return []
    covered = {each.creditor_id for each in live}
    return [name for creditor_id, name in creditors.items() if creditor_id not in covered]


def record_authority(session: CentreSession, case_id: int, data: Mapping[str, Any]) -> Authority:
    """Record that a person of a case signed an authority, for one creditor or for all.

    Without `client_id` it is the client's; it may be a second person's while they are joined.
    """
    case = session.require(Case, case_id)
    session.authorize(Act.AUTHORITY_RECORD, case)
    form = AuthorityForm.read(data)
    if form.signed_on is None:
        raise Invalid({"signed_on": "Enter the day it was signed."})
    if form.signed_on > today():
        raise Invalid({"signed_on": "This day has not come yet."})
    if form.creditor_id is not None:
        creditor = session.require(Creditor, form.creditor_id)
        if creditor.case_id != case.id:
            raise Invalid({"creditor_id": "Choose a creditor of this case."})
    partner = partner_of(session, case)
    signer = form.client_id or case.client_id
    if signer not in (case.client_id, partner.id if partner else None):
        raise Invalid({"client_id": "Choose one of the people of this case."})
    authority = Authority(
        client_id=signer,
        case_id=case.id,
        creditor_id=form.creditor_id,
        how=form.how,
        signed_on=form.signed_on,
        expires_on=form.expires_on,
        note=form.note,
    )
    session.add(authority)
    session.flush()
    return authority


def withdraw_authority(session: CentreSession, authority_id: int) -> Authority:
    """Record that an authority was withdrawn today; what was sent under it stays as it was."""
    authority = session.require(Authority, authority_id)
    session.authorize(Act.AUTHORITY_RECORD, session.require(Case, authority.case_id))
    if authority.withdrawn_on is not None:
        raise Conflict("This authority is withdrawn already.")
    authority.withdrawn_on = today()
    session.flush()
    return authority
