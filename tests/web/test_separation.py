"""After two people are separated neither file tells of the other, wherever one looks.

Each of the two has planted words in whatever can be written of them, before the separation and
after it. Then every reading of the services, and every page that belongs to a case or a client, is
walked for the one and searched for the other's words. That the same walk hears both while they
are together is what makes the silence afterwards mean something.
"""

import importlib
import inspect
import io
import pkgutil
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import Engine
from sqlmodel import col, select

import cma_app.cma_app
from cma_app import services
from cma_app.clock import today
from cma_app.errors import CmaError, NotFound
from cma_app.services.authorities import record_authority
from cma_app.services.budgets import record_line, revise_sheet, start_sheet
from cma_app.services.case_people import alike_people, join_new_person
from cma_app.services.clients import ClientForm, edit_client, find_clients
from cma_app.services.consents import ConsentForm, record_consent
from cma_app.services.contact_routes import RouteAnswers, record_routes
from cma_app.services.debts import add_debt
from cma_app.services.duplicates import person_of, possible
from cma_app.services.households import record_household
from cma_app.services.issued_files import open_issued_file
from cma_app.services.letter_drafts import draft_letters
from cma_app.services.letter_issue import issue_letter
from cma_app.services.letters import (
    discard_letter,
    edit_letter,
    list_letters,
    print_letter,
    read_letter,
    restore_letter,
)
from cma_app.services.next_actions import record_action
from cma_app.services.notes import record_note
from cma_app.services.replies import record_reply
from cma_app.services.retention import place_hold
from cma_app.services.separation import separate_people
from cma_app.services.statement_list import read_statements
from cma_app.services.statements import prepare_statement, preview_statement
from cma_app.services.vulnerability import VulnerabilityForm, add_vulnerability
from cma_app.services.walk_in import start_walk_in
from cma_app.session import CentreSession
from models import BudgetSheet, Case, Client, Creditor, Debt, IssuedFile, Letter
from tests.people import Cast, make_cast
from tests.served import Served
from tests.services.intake_forms import walk_in_form
from tests.web.calls import Call
from tests.web.matrix import CALLS
from tests.web.tabs import Tab

HERS, HIS = "Zqh", "Zqs"
"""What each planted text of the one and of the other begins with."""
UNASKED = {f"route_{name}": "not_asked" for name in ("call", "voicemail", "email", "post")}


APPOINTED = {"salutation": "Dear you", "subject": "Your visit", "body": "Please come."}


class Undone(Exception):
    """Ends a session without a trace: a reading that writes is rolled back."""


@dataclass
class Two:
    """Her case and client, his client, and his own case once there is one."""

    cast: Cast
    hers: dict[str, int]
    his: dict[str, int]

    def open(self) -> Any:
        return self.cast.open(self.cast.amina)


def details(mark: str, version_of: Any) -> tuple[ClientForm, int]:
    """Return a file with the mark in each text of it."""
    form = ClientForm(
        first_name=f"{mark}first",
        last_name=f"{mark}last",
        address_line1=f"{mark} Street 1",
        address_line2=f"{mark} House",
        city=f"{mark}ton",
        email=f"{mark.lower()}@example.org",
    )
    return form, version_of.version


def write_file(session: CentreSession, client_id: int, mark: str) -> None:
    """Write the mark into all that hangs on a client."""
    form, version = details(mark, session.require(Client, client_id))
    edit_client(session, client_id, form, version=version)
    answers = {**UNASKED, "route_text": "yes", "route_text_note": f"{mark} route"}
    record_routes(session, client_id, RouteAnswers.read(answers))
    flag = {"driver": "health", "detail": f"{mark} ill", "adjustment": f"{mark} gently"}
    add_vulnerability(session, client_id, VulnerabilityForm.read(flag))
    consent = {"purpose": "holding", "answer": "given", "wording_version": "2026-01"}
    record_consent(session, client_id, ConsentForm.read(consent))


def owe(session: CentreSession, case_id: int, owed_by: str, mark: str) -> None:
    """Write a debt to a friend, whose name is offered to nobody else."""
    row = {
        "creditor": f"{mark} friend",
        "debt_type": "friends_family",
        "balance": "77",
        "owed_by": owed_by,
        "account_number": f"{mark}-acc",
    }
    add_debt(session, case_id, row)


def join_two(cast: Cast) -> Two:
    """Return a joint case in which both are written of in every way there is."""
    with cast.open(cast.amina) as session:
        case = start_walk_in(session, walk_in_form(first_name="A", last_name="B", note=""))
        hers = {"cases": case.id, "clients": case.client_id}
    with cast.open(cast.amina) as session:
        new = {"first_name": "C", "last_name": "D", "route_text": "yes", **UNASKED}
        his = join_new_person(session, case.id, new).id
        write_file(session, case.client_id, HERS)
        write_file(session, his, HIS)
        answers = {
            "adults": "2",
            "has_partner": "yes",
            "tenure": "other",
            "tenure_note": f"{HERS} boat",
            "employment": ["other"],
            "employment_note": f"{HERS} work",
            "partner_employment": ["other"],
            "partner_employment_note": f"{HIS} work",
        }
        record_household(session, case.id, answers)
        owe(session, case.id, "client", HERS)
        owe(session, case.id, "partner", HIS)
        joint = {"creditor": "Joint Bank", "debt_type": "personal_loan", "balance": "500"}
        add_debt(session, case.id, joint | {"owed_by": "joint"})
        sheet = start_sheet(session, case.id)
        sheet.is_joint = True
        session.flush()
        record_line(session, sheet.id, code="client-salary-or-wages", typed="9", note=f"{HERS} pay")
        record_line(session, sheet.id, code="partner-salary-or-wages", typed="9", note=f"{HIS} pay")
        prepare_statement(session, case.id)
        for client_id, mark in ((case.client_id, HERS), (his, HIS)):
            signed = {"signed_on": f"{today():%d %m %Y}", "client_id": str(client_id)}
            record_authority(session, case.id, signed | {"note": f"{mark} signed"})
        draft_letters(session, case.id, kind="balance_request")
        record_note(session, case.id, channel="phone", minutes=1, body=f"{HERS} said")
        record_action(session, case.id, what=f"{HERS} action")
    two = Two(cast, hers, {"clients": his})
    write_to_each(two)
    return two


def write_to_each(two: Two) -> None:
    """Issue a letter to each and to the friend each owes, who answers; and drop a draft to each."""
    case_id = two.hers["cases"]
    for client_id, mark in ((two.hers["clients"], HERS), (two.his["clients"], HIS)):
        with two.open() as session:
            friend = session.require(Debt, debt_to(session, case_id, mark)).creditor_id
            made = [
                *draft_letters(session, case_id, kind="appointment", client_ids=[client_id]),
                *draft_letters(session, case_id, kind="balance_request", creditor_ids=[friend]),
            ]
            for row in made:
                words = APPOINTED | {"to_lines": f"{mark}first {mark}last\n{mark} Street 1"}
                issued = edit_letter(session, row.id, words, version=row.version)
                way = "handed" if row.creditor_id is None else "post"
                issue_letter(session, row.id, version=issued.version, route=way)
            dropped = draft_letters(session, case_id, kind="closing", client_ids=[client_id])[0]
            discard_letter(session, dropped.id)
            answer = {"reply": "accept", "received_on": f"{today():%d %m %Y}", "note": f"{mark} ok"}
            record_reply(session, debt_to(session, case_id, mark), answer)


def debt_to(session: CentreSession, case_id: int, mark: str) -> int:
    """Return the debt to the friend whose name carries a mark."""
    rows = session.exec(
        select(Debt.id, Creditor.creditor_name)
        .join(Creditor, col(Creditor.id) == col(Debt.creditor_id))
        .where(col(Debt.case_id) == case_id)
    )
    return next(debt_id for debt_id, name in rows if name == f"{mark} friend" and debt_id)


def part(two: Two) -> None:
    """Separate them, and write on in both files and cases."""
    with two.open() as session:
        own = separate_people(session, two.hers["cases"], opens_case=True)
        assert own is not None
        two.his["cases"] = own.id
    for pack, mark in ((two.hers, HERS), (two.his, HIS)):
        with two.open() as session:
            write_file(session, pack["clients"], mark)
            case_id = pack["cases"]
            owe(session, case_id, "client", mark)
            record_note(session, case_id, channel="phone", minutes=1, body=f"{mark} later")
            record_action(session, case_id, what=f"{mark} later action")
            place_hold(session, case_id, {"kind": "other", "reason": f"{mark} held"})
            answers = {"adults": "1", "tenure": "other", "tenure_note": f"{mark} later home"}
            record_household(session, case_id, answers)
            sheet = start_sheet(session, case_id)
            record_line(session, sheet.id, code="rent", typed="5", note=f"{mark} rent")
            prepare_statement(session, case_id)
            draft_letters(session, case_id, kind="balance_request")


def readings() -> Iterator[tuple[str, Callable[..., Any], str]]:
    """Yield each service that needs a session and one case or client, and which of the two."""
    for module in pkgutil.iter_modules(services.__path__):
        found = importlib.import_module(f"cma_app.services.{module.name}")
        for name, verb in inspect.getmembers(found, inspect.isfunction):
            if name.startswith("_") or verb.__module__ != found.__name__:
                continue
            needed = [
                each.name
                for each in inspect.signature(verb).parameters.values()
                if each.default is inspect.Parameter.empty
            ]
            if needed[:1] != ["session"]:
                continue
            more = set(needed[1:]) - {"first"}
            if more in ({"case_id"}, {"client_id"}):
                yield f"{module.name}.{name}", verb, more.pop()


def told_by_services(two: Two, pack: dict[str, int]) -> dict[str, str]:
    """Return what every reading says of one of the two, by its name."""
    said: dict[str, str] = {}
    for name, verb, key in readings():
        arguments = {key: pack["cases" if key == "case_id" else "clients"]}
        asked = inspect.signature(verb).parameters.get("first")
        if asked is not None and asked.default is inspect.Parameter.empty:
            arguments["first"] = False
        with pytest.raises((Undone, CmaError)), two.open() as session:
            answer = verb(session, **arguments)
            said[name] = repr(list(answer) if isinstance(answer, Iterator) else answer)
            raise Undone
    return said


def told_by_paper(two: Two, pack: dict[str, int]) -> dict[str, str]:
    """Return what a draft of the statement and each letter say of one of the two."""
    said = {}
    with two.open() as session:
        shown = read_statements(session, pack["cases"]).shown
        assert shown is not None
        for layout in ("full", "summary"):
            printed = preview_statement(session, shown.statement.id, layout=layout)
            pages = PdfReader(io.BytesIO(printed.content)).pages
            said[layout] = "\n".join(page.extract_text() for page in pages)
        for letter in draft_letters(session, pack["cases"], kind="balance_request"):
            said[f"letter {letter.id}"] = repr(read_letter(session, letter.id))
    return said


def letters_of(two: Two, mark: str) -> list[int]:
    """Return every letter of her case that was written to one of the two or about them."""
    with two.open() as session:
        whose = two.hers["clients"] if mark == HERS else two.his["clients"]
        letters = select(Letter.id).where(col(Letter.client_id) == whose)
        case = col(Letter.case_id) == two.hers["cases"]
        found = session.exec(letters.where(case).order_by(col(Letter.id)))
        return [letter_id for letter_id in found if letter_id]


def files_of(two: Two, letter_ids: list[int]) -> list[int]:
    """Return the kept files of letters."""
    with two.open() as session:
        found = session.exec(select(IssuedFile.id).where(col(IssuedFile.letter_id).in_(letter_ids)))
        return [file_id for file_id in found if file_id]


def told_by_search(two: Two, pack: dict[str, int], mark: str) -> dict[str, str]:
    """Return who is found by what is known of one of the two."""
    with two.open() as session:
        case = session.require(Case, pack["cases"])
        by = {
            "their reference": repr(find_clients(session, text=case.case_reference).rows),
            "their name": repr(find_clients(session, text=f"{mark}last").rows),
            "alike": repr(alike_people(session, case.id, {"first_name": f"{mark}first"})),
        }
        person = person_of(first_name=f"{mark}first", last_name=f"{mark}last")
        return by | {"possible": repr(possible(session, person))}


def pages() -> Iterator[tuple[str, Call]]:
    """Yield each call that opens something of a case or a client and sends nothing.

    Not an older sheet that is asked for by its number: those of the time together stay.
    """
    for name, call in CALLS.items():
        opens = name.partition(".")[2].startswith(("open", "refresh", "show_more", "look_again"))
        plain = not (call.args or call.after or call.by != "amina" or "from=" in call.at)
        if opens and plain and ("{cases}" in call.at or "{clients}" in call.at):
            yield name, call


def told_by_pages(two: Two, served: Served, pack: dict[str, int]) -> dict[str, str]:
    """Return the frames of each page of one of the two, in a fresh tab."""
    said = {}
    with Tab(served, served.sign_in(two.cast, "amina")) as tab:
        tab.arrive()
        for name, call in pages():
            if set(re.findall(r"\{(\w+)\}", call.at)) <= pack.keys():
                said[name] = "\n".join(tab.call(name, call, pack, pack)) + tab.rest()
    return said


def with_mark(said: dict[str, str], mark: str) -> set[str]:
    """Return where a mark is told, whichever its letters' case."""
    return {name for name, words in said.items() if mark.lower() in words.lower()}


@pytest.fixture(scope="module")
def together(owner: Engine, served: Served) -> Two:
    assert cma_app.cma_app.app
    return join_two(make_cast(owner, 7101))


@pytest.fixture(scope="module")
def apart(owner: Engine, served: Served) -> Two:
    two = join_two(make_cast(owner, 7102))
    part(two)
    return two


def test_together_both_are_told_of(together: Two, served: Served) -> None:
    by_services = told_by_services(together, together.hers)
    assert len(by_services) > 25
    spoken = {"case_people.read_people", "case_facts.open_facts", "debts.list_debts"}
    assert spoken <= with_mark(by_services, HIS) & with_mark(by_services, HERS)
    by_pages = told_by_pages(together, served, together.hers)
    opened = {"CaseBarState.open_tab", "HouseholdState.open", "DebtState.open", "ClientState.open"}
    assert opened <= with_mark(by_pages, HIS) & with_mark(by_pages, HERS)
    assert with_mark(told_by_paper(together, together.hers), HIS)


@pytest.mark.parametrize("side", ["hers", "his"])
class TestApart:
    def of(self, two: Two, side: str) -> tuple[dict[str, int], str, str]:
        """Return one of the two, whose words are theirs, and whose may not be heard."""
        return (two.hers, HERS, HIS) if side == "hers" else (two.his, HIS, HERS)

    def reference(self, two: Two, side: str) -> str:
        """Return the reference of the case that may not be heard of."""
        with two.open() as session:
            other = two.his if side == "hers" else two.hers
            return session.require(Case, other["cases"]).case_reference

    def test_no_reading_tells_of_the_other(self, apart: Two, side: str) -> None:
        pack, own, other = self.of(apart, side)
        said = told_by_services(apart, pack)
        assert len(with_mark(said, own)) > 8
        assert {"retention.list_holds", "closing_page.read_closing"} <= with_mark(said, own)
        assert with_mark(said, other) == set()
        assert with_mark(said, self.reference(apart, side)) == set()

    def test_no_page_tells_of_the_other(self, apart: Two, side: str, served: Served) -> None:
        pack, own, other = self.of(apart, side)
        said = told_by_pages(apart, served, pack)
        assert len(with_mark(said, own)) > 6
        assert "ClosingState.open" in with_mark(said, own)
        assert with_mark(said, other) == set()
        assert with_mark(said, self.reference(apart, side)) == set()

    def test_no_statement_or_letter_tells_of_the_other(self, apart: Two, side: str) -> None:
        pack, own, other = self.of(apart, side)
        said = told_by_paper(apart, pack)
        assert len(with_mark(said, own)) >= 2
        assert with_mark(said, other) == set()

    def test_no_search_finds_the_other(self, apart: Two, side: str) -> None:
        pack, own, other = self.of(apart, side)
        said = told_by_search(apart, pack, own)
        assert with_mark(said, own) >= {"their reference", "their name", "possible"}
        assert with_mark(said, other) == set()

    def test_an_older_sheet_tells_nothing_of_the_others_work(self, apart: Two, side: str) -> None:
        pack, _, other = self.of(apart, side)
        with apart.open() as session:
            newest = start_sheet(session, pack["cases"])
            revise_sheet(session, newest.id)
            assert session.require(BudgetSheet, newest.id).id == newest.id
        assert with_mark(told_by_services(apart, pack), other) == set()


def test_a_letter_goes_with_who_it_is_of(apart: Two) -> None:
    with apart.open() as session:
        listed = {row.id for row in list_letters(session, apart.hers["cases"])}
    hers, his = letters_of(apart, HERS), letters_of(apart, HIS)
    assert len(listed & set(hers)) >= 2
    assert listed & set(his) == set()
    for letter_id in his:
        for verb in (read_letter, restore_letter):
            with pytest.raises(NotFound), apart.open() as session:
                verb(session, letter_id)
        with pytest.raises(NotFound), apart.open() as session:
            print_letter(session, letter_id, ending="pdf")
    kept = files_of(apart, his)
    assert len(kept) == 4
    for file_id in kept:
        with pytest.raises(NotFound), apart.open() as session:
            open_issued_file(session, file_id)


def test_together_a_letter_to_either_is_read(together: Two) -> None:
    for letter_id in letters_of(together, HIS):
        with together.open() as session:
            assert read_letter(session, letter_id).letter.id == letter_id
    for file_id in files_of(together, letters_of(together, HIS)):
        with together.open() as session:
            assert open_issued_file(session, file_id).content
