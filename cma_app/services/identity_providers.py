"""A centre's identity provider: an admin sets it, tries it, and says whether passwords stay.

The client's secret is sealed with this machine's keys and never shown again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator, Field
from sqlalchemy import func, select
from sqlmodel import col

from cma_app.access.acts import Act, Role
from cma_app.errors import Conflict, Invalid
from cma_app.identity.fetching import require_https
from cma_app.identity.troubles import NotProven
from cma_app.keys import encrypt_field
from cma_app.services import forms
from cma_app.services.single_sign_on import secret_place
from cma_app.session import CentreSession, was_seen
from models import Centre, Identity, IdentityProvider, User

BESIDE: Final = "beside"
INSTEAD: Final = "instead"
CHANGED: Final = "Somebody else changed this after you opened it. Open it again to see it."


def _issuer(value: str) -> str:
    try:
        require_https(value)
    except NotProven:
        raise ValueError("Enter an address that begins with https://.") from None
    if "?" in value or "#" in value or value.endswith("/.well-known/openid-configuration"):
        raise ValueError("Enter the issuer alone, such as https://login.example.org/centre.")
    return value


def _needed(sentence: str) -> BeforeValidator:
    def read(value: object) -> object:
        if not isinstance(value, str) or not value.strip():
            raise ValueError(sentence)
        return value

    return BeforeValidator(read)


class ProviderForm(forms.Form):
    """A centre's provider; an empty secret keeps the one that is stored."""

    issuer: Annotated[
        str, _needed("Enter the issuer."), Field(max_length=500), AfterValidator(_issuer)
    ]
    application_id: Annotated[str, _needed("Enter the client ID."), Field(max_length=255)]
    application_secret: Annotated[str | None, Field(max_length=500), forms.Blank] = None
    passwords: Annotated[str, BeforeValidator(forms.choice(BESIDE, INSTEAD))] = BESIDE
    max_age_minutes: Annotated[int | None, Field(ge=1, le=1440), forms.Blank] = None
    acr: Annotated[str | None, Field(max_length=255), forms.Blank] = None
    is_active: forms.Tick = False


@dataclass(frozen=True, slots=True)
class ProviderDetails:
    """What is set for a centre, without its secret; `version` is 0 while nothing is."""

    centre_id: int
    centre_name: str
    version: int
    answers: dict[str, str]
    has_secret: bool
    linked: int
    people: int


def read_provider(session: CentreSession, centre_id: int) -> ProviderDetails:
    """Return what is set for a centre, and how many of its people are linked."""
    session.authorize(Act.CENTRE_EDIT)
    with session.in_centre(centre_id):
        found = _stored(session)
        linked, people = _counted(session)
        name = session.get_one(Centre, centre_id).name
    return ProviderDetails(
        centre_id,
        name,
        found.version if found else 0,
        _answers(found),
        found is not None,
        linked,
        people,
    )


def keep_provider(
    session: CentreSession, centre_id: int, data: Mapping[str, Any], *, version: int
) -> None:
    """Set a centre's provider by a `ProviderForm`'s answers; Conflict where another was first."""
    session.authorize(Act.CENTRE_EDIT)
    form = ProviderForm.read(data)
    with session.in_centre(centre_id):
        found = _stored(session)
        if (found.version if found else 0) != version:
            raise Conflict(CHANGED)
        if found is None and form.application_secret is None:
            raise Invalid({"application_secret": "Enter the client secret."})
        provider = found or IdentityProvider(issuer="", application_id="", application_secret="")
        if found is not None:
            was_seen(found, version)
        moved = found is not None and (found.issuer, found.application_id) != (
            form.issuer,
            form.application_id,
        )
        if moved and form.application_secret is None:
            # the stored secret belongs to the old place and is never sent to another
            raise Invalid({"application_secret": "Enter the secret of this issuer and client."})
        _take(provider, form, centre_id)
        session.add(provider)
        session.flush()


def issuer_to_try(session: CentreSession, issuer: str) -> str:
    """Return an issuer that may be asked what it says of itself; Invalid beside it otherwise."""
    session.authorize(Act.CENTRE_EDIT)
    plain = issuer.strip()
    sentence = ProviderForm.sentence_for("issuer", plain)
    if sentence is not None:
        raise Invalid({"issuer": sentence})
    return plain


def _stored(session: CentreSession) -> IdentityProvider | None:
    return session.scalars(select(IdentityProvider)).one_or_none()


def _take(provider: IdentityProvider, form: ProviderForm, centre_id: int) -> None:
    provider.issuer, provider.application_id = form.issuer, form.application_id
    if form.application_secret is not None:
        provider.application_secret = encrypt_field(
            form.application_secret, context=secret_place(centre_id)
        )
    provider.passwords, provider.is_active = form.passwords, form.is_active
    provider.max_age_minutes, provider.acr = form.max_age_minutes, form.acr


def _counted(session: CentreSession) -> tuple[int, int]:
    """Return how many of a centre's people are linked, and how many there are: no admins."""
    of_centre = (col(User.is_active).is_(True), col(User.role) != Role.ADMIN.value)
    people = session.execute(select(func.count(col(User.id))).where(*of_centre)).scalar_one()
    linked = session.execute(
        select(func.count(col(Identity.id)))
        .join(
            User,
            (col(User.centre_id) == col(Identity.centre_id))
            & (col(User.id) == col(Identity.user_id)),
        )
        .join(IdentityProvider, col(IdentityProvider.centre_id) == col(Identity.centre_id))
        .where(
            *of_centre,
            col(Identity.ended_at).is_(None),
            col(Identity.issuer) == col(IdentityProvider.issuer),
        )
    ).scalar_one()
    return linked, people


def _answers(found: IdentityProvider | None) -> dict[str, str]:
    if found is None:
        return dict.fromkeys(ProviderForm.model_fields, "") | {"passwords": BESIDE}
    return {
        "issuer": found.issuer,
        "application_id": found.application_id,
        "application_secret": "",
        "passwords": found.passwords,
        "max_age_minutes": str(found.max_age_minutes or ""),
        "acr": found.acr or "",
        "is_active": "on" if found.is_active else "",
    }
