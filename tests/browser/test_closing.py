"""Ending a case in a browser: by keyboard alone, kept while it is filled in, told to the second."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from cma_app.clock import today
from cma_app.rules.dates import add_months
from cma_app.services.appointments import book_appointment
from cma_app.services.compliance_gates import open_gate
from cma_app.services.debts import add_debt
from cma_app.services.next_actions import record_action
from state.closing_views import long_day
from tests.browser.conftest import Office
from tests.browser.looking import faults, picture
from tests.people import Cast
from tests.services.closings import close_with
from tests.services.test_cases import make_case

pytestmark = [pytest.mark.browser, pytest.mark.database]


@pytest.fixture
def case_id(cast: Cast) -> int:
    """A case of Amina's with two debts, an appointment to come and something to do."""
    case_id = make_case(cast, cast.amina)
    with cast.open(cast.amina) as session:
        for creditor, kind, balance in (
            ("Northern Bank", "credit_card", "1430.25"),
            ("Portsea City Council", "council_tax", "860"),
        ):
            said = {"creditor": creditor, "debt_type": kind, "balance": balance}
            add_debt(session, case_id, said)
        record_action(session, case_id, what="Send the last letter", due_date=today())
        meeting = {
            "appointment_type": "review",
            "advisor_id": str(cast.amina.user_id),
            "scheduled_date": (today() + timedelta(days=30)).isoformat(),
            "scheduled_time": "10:00",
            "anyway": "on",
        }
        book_appointment(session, case_id, meeting)
    return case_id


def let_through(cast: Cast, case_id: int) -> None:
    with cast.open(cast.maria) as session:
        open_gate(session, case_id, gate="closing", reason="Audited on paper")


def chosen(page: Page, label: str, begins: str, within: str = "") -> None:
    """Choose from a list by keyboard: the first word that begins so."""
    part = page.get_by_role("group", name=within) if within else page
    box = part.get_by_label(label, exact=True)
    box.focus()
    page.keyboard.type(begins)
    expect(box.locator("option:checked")).to_have_text(re.compile(f"^{begins}"))


def typed(page: Page, label: str, text: str, within: str = "") -> None:
    part = page.get_by_role("group", name=within) if within else page
    part.get_by_label(label, exact=True).focus()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type(text)


def filled(page: Page) -> None:
    """Fill the whole page in, by keys alone."""
    chosen(page, "The case is", "Closed")
    expect(page.get_by_label("Why", exact=True).locator("option")).not_to_have_count(1)
    chosen(page, "Why", "Advice")
    chosen(page, "Debt solution", "Repayment")
    chosen(page, "Outcome for the regulator", "Advice given, and the client acts")
    chosen(page, "Outcome", "Written", "Northern Bank")
    typed(page, "Now, £", "0", "Northern Bank")
    typed(page, "Written off, £", "1430.25", "Northern Bank")
    chosen(page, "Outcome", "Repayment", "Portsea City Council")
    typed(page, "Now, £", "620.50", "Portsea City Council")
    chosen(page, "What", "Benefit", "Gain 1")
    typed(page, "Which", "Carer's Allowance", "Gain 1")
    typed(page, "Amount, £", "81.90", "Gain 1")
    chosen(page, "How often", "Weekly", "Gain 1")
    for what in ("What happens to Appointment", "What happens to Send"):
        box = page.get_by_label(re.compile(f"^{what}"))
        box.focus()
        page.keyboard.press("ArrowDown")
    typed(page, "In the client's own words, if they wish", "I open my post again.")


class TestClosing:
    def test_by_keyboard_alone_from_the_overview_to_the_record(
        self, office: Office, cast: Cast, case_id: int
    ) -> None:
        let_through(cast, case_id)
        page = office.signed_in("amina", f"/cases/{case_id}").page
        page.get_by_role("link", name="End case").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="End the case")).to_be_visible()
        filled(page)
        expect(page.get_by_text("£4,258.80 a year").first).to_be_visible()
        sums = page.get_by_role("region", name="The sums")
        expect(sums.get_by_text("£2,290.25")).to_be_visible()
        expect(page.get_by_text(re.compile("^Draft kept"))).to_be_visible()
        picture(page, "closing-filled")

        page.get_by_role("button", name="End the case").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="How the case ended")).to_be_visible()
        until = long_day(add_months(today(), 72))
        kept = page.get_by_role("region", name="How long it is kept")
        expect(kept.get_by_text(f"Kept until {until}").first).to_be_visible()
        expect(kept.get_by_text(f"own details are kept until {until}")).to_be_visible()
        record = page.get_by_role("region", name="Closing", exact=True)
        expect(record.get_by_text("I open my post again.")).to_be_visible()
        expect(page.get_by_role("row", name=re.compile("Northern Bank.*1,430.25"))).to_be_visible()
        assert faults(page, "closing-record") == []

        page.get_by_role("link", name="Back to the overview").focus()
        page.keyboard.press("Enter")
        card = page.get_by_role("region", name="How it ended")
        expect(card.get_by_text("Advice is complete")).to_be_visible()
        expect(card.get_by_text("£1,430.25")).to_be_visible()
        expect(page.get_by_text("No appointment is booked.")).to_be_visible()
        assert faults(page, "closing-overview") == []

    def test_a_reload_loses_nothing_and_what_is_wrong_is_told_beside_its_box(
        self, office: Office, case_id: int
    ) -> None:
        page = office.signed_in("amina", f"/cases/{case_id}/closing").page
        expect(page.get_by_role("heading", name="End the case")).to_be_visible()
        assert faults(page, "closing-new") == []
        filled(page)
        page.get_by_role("button", name="Add another gain").click()
        chosen(page, "What", "Grant", "Gain 2")
        typed(page, "Amount, £", "ten pounds", "Gain 2")
        typed(page, "What happens next", "They ring us when something changes.")
        sums = page.get_by_role("region", name="The sums")
        expect(sums.get_by_text("Not known", exact=True)).to_be_visible()
        expect(page.get_by_text(re.compile("^Draft kept"))).to_be_visible()
        page.wait_for_function(
            "() => document.querySelector('#what_next').value.endsWith('changes.')"
        )
        page.get_by_role("button", name="End the case").click()
        expect(page.get_by_role("alert").first).to_contain_text("Check these answers")
        second = page.get_by_role("group", name="Gain 2")
        expect(second.get_by_text("Choose how often.")).to_be_visible()
        assert faults(page, "closing-refused") == []
        page.reload()
        expect(page.get_by_label("What happens next")).to_have_value(
            "They ring us when something changes."
        )
        expect(second.get_by_label("Amount, £")).to_have_value("ten pounds")
        first = page.get_by_role("group", name="Northern Bank")
        expect(first.get_by_label("Written off, £")).to_have_value("1430.25")
        expect(first.get_by_label("Outcome", exact=True)).to_have_value("written_off")

    def test_the_gate_says_what_is_missing_and_where(
        self, office: Office, cast: Cast, case_id: int
    ) -> None:
        page = office.signed_in("amina", f"/cases/{case_id}/closing").page
        gate = page.get_by_role("region", name="Before it can close")
        gate.get_by_text(re.compile("^and .* more$")).click()
        letter = gate.get_by_role("link", name="Closing letter sent")
        expect(letter).to_have_attribute("href", f"/cases/{case_id}/letters")
        filled(page)
        page.get_by_role("button", name="End the case").click()
        expect(page.get_by_role("alert").first).to_contain_text("Closing the case waits")
        picture(page, "closing-gate")
        expect(page.get_by_label("In the client's own words")).to_have_value(
            "I open my post again."
        )
        let_through(cast, case_id)
        page.get_by_role("button", name="End the case").click()
        expect(page.get_by_role("heading", name="How the case ended")).to_be_visible()

    def test_a_client_may_be_referred_on_with_the_checklist_open(
        self, office: Office, case_id: int
    ) -> None:
        page = office.signed_in("amina", f"/cases/{case_id}/closing").page
        chosen(page, "The case is", "Referred")
        to = page.get_by_label("Referred to")
        expect(to).to_be_visible()
        expect(page.get_by_label("Why", exact=True).locator("option")).not_to_have_count(1)
        chosen(page, "Why", "Needs")
        typed(page, "Referred to", "Quay Law Centre")
        for what in ("What happens to Appointment", "What happens to Send"):
            page.get_by_label(re.compile(f"^{what}")).select_option("keep")
        page.get_by_role("button", name="End the case").click()
        expect(page.get_by_role("heading", name="How the case ended")).to_be_visible()
        expect(page.get_by_text("Quay Law Centre")).to_be_visible()

    def test_of_two_people_the_second_is_told(
        self, office: Office, cast: Cast, case_id: int
    ) -> None:
        let_through(cast, case_id)
        page = office.signed_in("amina", f"/cases/{case_id}/closing").page
        expect(page.get_by_role("heading", name="End the case")).to_be_visible()
        filled(page)
        with cast.open(cast.maria) as session:
            close_with(session, case_id)
        page.get_by_role("button", name="End the case").click()
        expect(page.get_by_role("alert").first).to_contain_text("Maria Silva ended it at")
        expect(page.get_by_role("heading", name="How the case ended")).to_be_visible()
        picture(page, "closing-second")

    def test_a_trainee_submits_and_does_not_close(self, office: Office, cast: Cast) -> None:
        case_id = make_case(cast, cast.tess)
        with cast.open(cast.tess) as session:
            add_debt(
                session,
                case_id,
                {"creditor": "Bank", "debt_type": "credit_card", "balance": "5"},
            )
        page = office.signed_in("tess", f"/cases/{case_id}/closing").page
        expect(page.get_by_text("once your supervisor has signed it off.")).to_be_visible()
        expect(page.get_by_role("button", name="Submit for sign-off")).to_be_visible()
        expect(page.get_by_role("button", name="End the case")).to_have_count(0)
        chosen(page, "Outcome", "Client", "Bank")
        page.get_by_role("button", name="Save the outcomes").click()
        expect(page.get_by_text("1 of 1 debts have an outcome")).to_be_visible()


class TestAfterwards:
    def test_a_manager_amends_with_a_reason_and_holds_the_record(
        self, office: Office, cast: Cast, case_id: int
    ) -> None:
        let_through(cast, case_id)
        with cast.open(cast.amina) as session:
            close_with(session, case_id, client_words="As it was")
        amina = office.signed_in("amina", f"/cases/{case_id}/closing").page
        expect(amina.get_by_text("As it was")).to_be_visible()
        expect(amina.get_by_role("button", name="Amend")).to_have_count(0)

        page = office.signed_in("maria", f"/cases/{case_id}/closing").page
        page.get_by_role("button", name="Amend").click()
        typed(page, "In the client's own words, if they wish", "As it is")
        page.get_by_role("button", name="Save the change").click()
        expect(page.get_by_role("alert").first).to_contain_text("Say why the closing is changed.")
        typed(page, "Why the closing is changed", "She rang and said so")
        page.get_by_role("button", name="Save the change").click()
        history = page.get_by_role("region", name="Earlier closings")
        expect(history.get_by_text("She rang and said so")).to_be_visible()
        expect(page.get_by_text("As it is")).to_be_visible()

        page.get_by_role("button", name="Hold the record").click()
        dialog = page.get_by_role("dialog", name="Hold this client's record")
        dialog.get_by_label("Because of").select_option("complaint")
        dialog.get_by_label("Why it is held").fill("Complaint of March is open")
        dialog.get_by_role("button", name="Hold the record").click()
        expect(dialog).to_be_hidden()
        kept = page.get_by_role("region", name="How long it is kept")
        expect(kept.get_by_text("Nothing of it is forgotten")).to_be_visible()
        assert faults(page, "closing-held") == []
        page.get_by_role("button", name="Lift this hold: An open complaint").click()
        lift = page.get_by_role("dialog", name="Lift this hold")
        lift.get_by_label("Why it is lifted").fill("Answered")
        lift.get_by_role("button", name="Lift the hold").click()
        expect(lift).to_be_hidden()
        until = long_day(add_months(today(), 72))
        expect(kept.get_by_text(f"Kept until {until}").first).to_be_visible()
