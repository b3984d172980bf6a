"""Somebody who may be the same person, as a page shows them."""

from dataclasses import dataclass

from cma_app.services.duplicates import PossiblePerson
from cma_app.services.intake import SOURCES
from state.words import day_text

STRENGTH_WORDS = {
    "definite": "The same NI number",
    "likely": "Likely the same",
    "possible": "Possibly the same",
}


@dataclass(frozen=True, slots=True)
class SamePerson:
    """A client or a waiting referral, how sure we are, and why."""

    key: str
    kind: str
    id: int
    name: str
    detail: str
    strength: str
    reasons: list[str]
    case_id: int

    @classmethod
    def of(cls, person: PossiblePerson) -> "SamePerson":
        """Return the view of a possible duplicate."""
        return cls(
            key=f"{person.kind}-{person.id or person.reference}",
            kind=person.kind,
            id=person.id,
            name=person.name,
            detail=_detail(person),
            strength=STRENGTH_WORDS[person.strength],
            reasons=list(person.reasons),
            case_id=person.case_id or 0,
        )

    @classmethod
    def each(cls, people: list[PossiblePerson]) -> list["SamePerson"]:
        """Return the views of several."""
        return [cls.of(person) for person in people]


def _detail(person: PossiblePerson) -> str:
    if person.kind == "referral":
        sent = SOURCES.get(person.source, "")
        return f"Referral of {day_text(person.received_date)}. {sent}. No case yet"
    if person.kind == "others_client":
        return f"{person.reference}. Not one of yours"
    if person.case_reference:
        return f"{person.reference}. Case {person.case_reference}"
    return f"{person.reference}. No case yet"
