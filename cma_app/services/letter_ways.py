"""How a letter may leave, and what stands in its way: told before, refused when it is tried."""

from dataclasses import dataclass, field
from typing import Final

from cma_app.access.acts import Act
from cma_app.errors import Conflict, Invalid
from cma_app.rules.letter_templates import has_table
from cma_app.services.authorities import list_authorities
from cma_app.services.compliance_gates import gate_sentence
from cma_app.services.letter_facts import creditors_to
from cma_app.services.letter_offers import accounts_at, newest_issued, offered, strange_sums
from cma_app.services.letter_people import owing, people_of, reader_of, unsigned
from cma_app.services.letter_texts import LetterForm, template_of
from cma_app.session import CentreSession
from models import Case, Creditor, Letter

ROUTE_WORDS: Final = {"post": "By post", "email": "By e-mail", "handed": "Handed over"}
ANSWERED_SO: Final = {"no": "was answered no", "not_asked": "was never asked about"}
FIGURES: Final = "figures"
"""The field of an obstacle that is passed by saying that the figures are meant."""


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why a letter cannot leave yet: the part it is in, or the tab that puts it right."""

    sentence: str
    field: str = ""
    tab: str = ""


@dataclass(frozen=True, slots=True)
class Ways:
    """The ways by which a letter may leave, and why not by the others."""

    possible: list[str] = field(default_factory=list)
    why_not: dict[str, str] = field(default_factory=dict)


def ways_of(session: CentreSession, letter: Letter) -> Ways:
    """Return how a letter may leave: to a client only as they said that they may be reached."""
    session.authorize(Act.CASE_OPEN, session.require(Case, letter.case_id))
    if letter.recipient == "creditor":
        known = {each.id: each.email for each in creditors_to(session, letter.case_id)}
        if known.get(letter.creditor_id or 0):
            return Ways(list(ROUTE_WORDS))
        return Ways(["post", "handed"], {"email": "No e-mail address is known for this creditor."})
    reader = reader_of(session, letter)
    why_not = {}
    for route, word in (("post", "Post"), ("email", "E-mail")):
        if not reader.is_safe(route):
            answer = ANSWERED_SO[reader.answers.get(route, "not_asked")]
            why_not[route] = f"Not safe for {reader.name}: {word.lower()} {answer}."
    if "email" not in why_not and not reader.email:
        why_not["email"] = f"No e-mail address is known for {reader.name}."
    return Ways([route for route in ROUTE_WORDS if route not in why_not], why_not)


def obstacles(session: CentreSession, letter: Letter, form: LetterForm) -> list[Obstacle]:
    """Return why a letter cannot leave by any way, its words first."""
    case = session.require(Case, letter.case_id)
    session.authorize(Act.CASE_OPEN, case)
    found = _in_words(form)
    if letter.recipient == "creditor" and letter.creditor_id is not None:
        creditor = session.require(Creditor, letter.creditor_id)
        if not accounts_at(session, case, creditor.id):
            said = f"{creditor.creditor_name} is owed nothing any more. Discard this letter."
            return [*found, Obstacle(said)]
        found += _no_authority(session, case, letter, creditor)
        if letter.kind == "offer":
            found += _offer(session, case, letter, creditor, form)
    if template_of(letter).carries_advice and (
        waits := gate_sentence(session, case, "advice", letter=letter)
    ):
        found.append(Obstacle(waits, tab="checklist"))
    return found


def _in_words(form: LetterForm) -> list[Obstacle]:
    found = [
        Obstacle(f"Still to write: {', '.join(gaps)}.", name)
        for name, gaps in form.missing().items()
    ]
    try:
        LetterForm.read(form.model_dump())
    except Invalid as error:
        found += [Obstacle(said, name) for name, said in error.fields.items()]
    return found


def _no_authority(
    session: CentreSession, case: Case, letter: Letter, creditor: Creditor
) -> list[Obstacle]:
    """Return an obstacle where anybody whom the letter is about has not signed for its creditor."""
    people = people_of(session, case.id)
    accounts = accounts_at(session, case, creditor.id)
    about = owing({each.owed_by for each in accounts}, people)
    if letter.client_id not in {each.id for each in about}:
        about = [reader_of(session, letter), *about]
    given = list_authorities(session, case.id)
    missing = unsigned(given, about, creditor.id, creditor.creditor_name)
    if not missing:
        return []
    names = " and ".join(each.name for each in missing)
    of = f" of {names}" if people[1:] else ""
    sentence = (
        f"There is no live authority{of} for {creditor.creditor_name}."
        " Record it on the statement tab first."
    )
    return [Obstacle(sentence, tab="statement")]


def _offer(
    session: CentreSession, case: Case, letter: Letter, creditor: Creditor, form: LetterForm
) -> list[Obstacle]:
    issued = newest_issued(session, case)
    if issued is None:
        said = "Issue the financial statement first: the offer is made from it."
        return [Obstacle(said, tab="statement")]
    if letter.statement_id != issued.id:
        said = "This letter is not of the statement issued last. Discard it and draft it again."
        return [Obstacle(said)]
    content, debts = offered(session, case, creditor.id, creditor.creditor_name)
    if content is None or not debts:
        said = f"The issued statement offers {creditor.creditor_name} nothing."
        return [Obstacle(said, tab="statement")]
    found = []
    if has_table(template_of(letter).body) and not has_table(form.body):
        said = "The table of offers is gone. Write {table} on a line of its own where it belongs."
        found.append(Obstacle(said, "body"))
    strange = strange_sums(f"{form.subject}\n{form.body}", debts)
    if strange:
        verb = "is" if len(strange) == 1 else "are"
        on = content.statement_date
        said = (
            f"{', '.join(strange)} {verb} not in the statement of {on.day} {on:%b %Y}."
            " Put it right, or say on the letter that it is meant."
        )
        found.append(Obstacle(said, FIGURES))
    return found


def refuse_unready(
    session: CentreSession, letter: Letter, form: LetterForm, *, route: str, figures_meant: bool
) -> None:
    """Raise what stands in the way of a letter by one route."""
    ways = ways_of(session, letter)
    stands = obstacles(session, letter, form)
    if figures_meant:
        stands = [each for each in stands if each.field != FIGURES]
    fields = {each.field: each.sentence for each in reversed(stands) if each.field}
    if route not in ways.possible:
        fields["route"] = ways.why_not.get(route, "Choose another way.")
    if route == "post" and len(form.to_lines.strip().split("\n")) < 2:
        fields["to_lines"] = "There is no address yet: write it under the name."
    if fields:
        raise Invalid(fields)
    if stands:
        raise Conflict(stands[0].sentence)
