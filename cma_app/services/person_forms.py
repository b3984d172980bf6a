"""What is typed about a person of a centre, checked: somebody new, and changed details."""

from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from cma_app.errors import CmaError
from cma_app.rules import identifiers
from cma_app.services import forms

USERNAME_HINT: Final = "Use 3 to 50 small letters, digits, dots or hyphens, such as a.khan."


def _lower(value: object) -> object:
    return value.strip().lower() if isinstance(value, str) else value


def _username(value: str) -> str:
    plain = value.replace(".", "").replace("-", "")
    if not (3 <= len(value) <= 50 and plain.isascii() and plain.isalnum()):
        raise ValueError(USERNAME_HINT)
    return value


def _email(value: object) -> str:
    try:
        return identifiers.email(value if isinstance(value, str) else "").lower()
    except CmaError as error:
        raise ValueError(error.sentence) from None


FirstName = Annotated[str, forms.given("Enter the first name."), Field(max_length=100)]
LastName = Annotated[str, forms.given("Enter the last name."), Field(max_length=100)]
Email = Annotated[str, BeforeValidator(_email), Field(max_length=255)]
RoleWord = Literal["admin", "manager", "advisor", "trainee"]
SupervisorId = Annotated[int | None, BeforeValidator(lambda value: value or None)]


class PersonForm(forms.Form):
    """A new person of a centre."""

    first_name: FirstName
    last_name: LastName
    username: Annotated[str, BeforeValidator(_lower), AfterValidator(_username)]
    email: Email
    role: RoleWord
    supervisor_id: SupervisorId = None
    stand_in_id: SupervisorId = None
    phone: forms.Phone = None
    qualification_level: Annotated[forms.Text, Field(max_length=50)] = None


class PersonEdit(forms.Form):
    """Changed details of a person; the username stays."""

    first_name: FirstName
    last_name: LastName
    email: Email
    phone: forms.Phone = None
    role: RoleWord
    supervisor_id: SupervisorId = None
    stand_in_id: SupervisorId = None
