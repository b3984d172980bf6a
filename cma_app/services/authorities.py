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
from cma_app.session import CentreSession
from models import Authority, Case, Creditor

SIGNED_HOW: Final = {"paper": "On paper", "electronic": "Electronically", "phone": "By phone"}


class AuthorityForm(Form):
    """One authority; without a creditor it is for every creditor of the case."""

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
    """One authority of a case; `creditor` is empty where it is for all."""

    id: int
    client_id: int
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
    """Return a case's authorities, the newest first."""
    case = session.require(Case, case_id)
    session.authorize(Act.CASE_OPEN, case)
    wanted = (
        select(
            col(Authority.id),
            col(Authority.client_id),
            col(Authority.creditor_id),
            func.coalesce(col(Creditor.creditor_name), "").label("creditor"),
            col(Authority.how),
            col(Authority.signed_on),
            col(Authority.expires_on),
            col(Authority.withdrawn_on),
            col(Authority.note),
        )
        .outerjoin(
            Creditor,
            (col(Creditor.id) == col(Authority.creditor_id))
            & (col(Creditor.centre_id) == col(Authority.centre_id)),
        )
        .where(
            col(Authority.centre_id) == case.centre_id,
            col(Authority.case_id) == case.id,
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
    """Record that the client of a case signed an authority, for one creditor or for all."""
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
    authority = Authority(
        client_id=case.client_id,
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
