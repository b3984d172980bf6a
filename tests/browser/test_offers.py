"""The offers tab by keyboard: each way of sharing, tokens, one sum, warnings, what is frozen."""

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import Engine

from cma_app.services.budgets import record_line
from cma_app.services.offer_sharing import change_sharing
from tests.browser.conftest import Desk, Office
from tests.browser.looking import findings, picture, settled, sideways
from tests.depth import others_deep
from tests.people import Cast
from tests.services.money import make_case
from tests.services.test_offer_methods import known
from tests.services.test_offers import Household, budget_of, record
from tests.services.test_statements import Leanne

pytestmark = [pytest.mark.browser, pytest.mark.database]


@pytest.fixture
def whitmore(cast: Cast) -> Household:
    found = Household(cast)
    record(cast, found.case_id, decided={found.rent: "12w", found.tax: "48"})
    return found


def at(office: Office, case_id: int, who: str = "amina") -> Desk:
    desk = office.signed_in(who, f"/cases/{case_id}/offers")
    settled(desk.page)
    return desk


def box(page: Page, creditor: str) -> Locator:
    return page.locator("input[data-entry]").and_(page.get_by_label(creditor))


def sums(page: Page) -> Locator:
    return page.locator(".sumline")


def choose(page: Page, word: str) -> None:
    """Choose a way of sharing by the keyboard: the list takes its first letters."""
    page.locator("#method").focus()
    page.keyboard.type(word)


def looked_at(page: Page, name: str) -> None:
    """Keep pictures at both widths and say that axe finds nothing and nothing is cut off."""
    found = []
    for width, scheme in ((1280, "light"), (768, "dark"), (768, "light"), (1280, "dark")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        picture(page, f"offers-{name}-{width}-{scheme}")
        found += sideways(page, boxes_may=False)
        if (width, scheme) in ((1280, "light"), (768, "dark")):
            found += findings(page)
    page.set_viewport_size({"width": 320, "height": 700})
    found += sideways(page, boxes_may=True)
    page.set_viewport_size({"width": 1280, "height": 800})
    assert found == []


class TestSharing:
    @pytest.mark.parametrize(
        ("word", "offers", "unallocated"),
        others_deep(
            [
                ("By contractual", ("15.00", "34.00", "0.00"), "£0.00"),
                ("Equal", ("16.33", "16.34", "16.33"), "£0.00"),
                ("Each", ("", "", ""), "£49.00"),
                ("Nil", ("0.00", "0.00", "0.00"), "£49.00"),
            ]
        ),
    )
    def test_a_way_of_sharing_is_chosen_by_keyboard(
        self,
        office: Office,
        whitmore: Household,
        owner: Engine,
        word: str,
        offers: tuple[str, ...],
        unallocated: str,
    ) -> None:
        known(owner, whitmore.card, monthly_payment=30)
        known(owner, whitmore.loan, monthly_payment=68)
        desk = at(office, whitmore.case_id)
        page = desk.page
        choose(page, word)
        for creditor, offer in zip(
            ("Northern Bank", "Swift Loans", "Home Catalogue"), offers, strict=True
        ):
            expect(box(page, creditor)).to_have_value(offer)
        expect(sums(page)).to_contain_text("Available for debts£149.00")
        expect(sums(page)).to_contain_text(f"Unallocated{unallocated}")
        expect(page.locator(".sumline .live")).to_be_visible()
        looked_at(page, word.rsplit(maxsplit=1)[-1].lower())
        desk.open(f"/cases/{whitmore.case_id}/offers")
        expect(box(page, "Swift Loans")).to_have_value(offers[1])

    def test_typed_offers_survive_another_way_of_sharing(
        self, office: Office, whitmore: Household
    ) -> None:
        page = at(office, whitmore.case_id).page
        choose(page, "Each")
        expect(page.get_by_text("Other debts without an offer: 3")).to_be_visible()
        box(page, "Northern Bank").focus()
        for typed in ("10", "5w", "0"):
            page.keyboard.type(typed)
            page.keyboard.press("Enter")
        expect(box(page, "Swift Loans")).to_have_value("21.67")
        expect(sums(page)).to_contain_text("Unallocated£17.33")
        page.select_option("#method", label="By balance")
        expect(box(page, "Northern Bank")).to_have_value("17.52")
        expect(page.get_by_text("3 amounts you entered before")).to_be_visible()
        page.select_option("#method", label="Each typed")
        expect(box(page, "Northern Bank")).to_have_value("10.00")
        expect(sums(page)).to_contain_text("Unallocated£17.33")

    def test_one_offer_is_fixed_and_shares_again(self, office: Office, whitmore: Household) -> None:
        page = at(office, whitmore.case_id).page
        box(page, "Northern Bank").fill("25")
        box(page, "Northern Bank").press("Enter")
        expect(box(page, "Swift Loans")).to_have_value("21.57")
        expect(page.get_by_role("row", name="Northern Bank").get_by_text("Fixed")).to_be_visible()
        looked_at(page, "fixed")
        box(page, "Northern Bank").fill("")
        box(page, "Northern Bank").press("Enter")
        expect(box(page, "Swift Loans")).to_have_value("28.30")

    def test_whole_pounds_and_a_minimum(self, office: Office, whitmore: Household) -> None:
        page = at(office, whitmore.case_id).page
        page.locator("#minimum").focus()
        page.keyboard.type("£5")
        page.keyboard.press("Tab")
        expect(box(page, "Home Catalogue")).to_have_value("5.00")
        page.keyboard.press("Space")
        expect(page.locator("#in_pounds")).to_be_checked()
        expect(box(page, "Swift Loans")).to_have_value("27.00")
        expect(sums(page)).to_contain_text("Other offers£49.00")
        page.locator("#minimum").fill("20")
        page.locator("#minimum").press("Enter")
        expect(page.get_by_text("so it is set aside")).to_be_visible()

    @pytest.mark.parametrize("typed", ["12,5", "-1"])
    def test_a_doubtful_minimum_stays_in_its_box(
        self, office: Office, whitmore: Household, typed: str
    ) -> None:
        page = at(office, whitmore.case_id).page
        page.locator("#minimum").fill(typed)
        page.locator("#minimum").press("Tab")
        expect(page.locator("#minimum-error")).to_be_visible()
        expect(page.locator("#minimum")).to_have_value(typed)
        expect(page.locator("#minimum")).to_have_attribute("aria-invalid", "true")

    def test_two_people_see_both_values(
        self, office: Office, cast: Cast, whitmore: Household
    ) -> None:
        page = at(office, whitmore.case_id).page
        with cast.open(cast.ben) as session:
            change_sharing(session, whitmore.case_id, name="method", typed="equal")
            change_sharing(session, whitmore.case_id, name="minimum", typed="7")
        page.locator("#method").select_option(label="Nil")  # one choice, so one answer
        said = "Somebody chose Equal in the meantime; you chose Nil."
        expect(page.get_by_role("alert")).to_contain_text(said)
        expect(page.locator("#method")).to_have_value("equal")
        with cast.open(cast.ben) as session:
            change_sharing(session, whitmore.case_id, name="minimum", typed="8")
        page.locator("#minimum").fill("9")
        page.locator("#minimum").press("Tab")
        theirs = page.get_by_role("alert").filter(has_text="Somebody entered")
        expect(theirs).to_contain_text("£8.00")
        page.get_by_role("button", name="Save mine").click()
        expect(box(page, "Home Catalogue")).to_have_value("16.33")
        expect(page.locator("#minimum")).to_have_value("9.00")


class TestDeficit:
    @pytest.fixture
    def rahimi(self, cast: Cast, whitmore: Household) -> Household:
        with cast.open(cast.amina) as session:
            record_line(session, whitmore.sheet_id, code="groceries", typed="500")
        return whitmore

    def test_nil_is_the_default_and_tokens_stand_beside_it(
        self, office: Office, rahimi: Household
    ) -> None:
        page = at(office, rahimi.case_id).page
        expect(page.get_by_text("check benefits and other income")).to_be_visible()
        expect(box(page, "Northern Bank")).to_have_value("0.00")
        page.get_by_role("button", name="Save offers").click()
        expect(page.get_by_text("nothing is offered, so the £1,240.00")).to_be_visible()
        looked_at(page, "deficit")
        page.locator("#tokens").focus()
        page.keyboard.press("Space")
        expect(box(page, "Northern Bank")).to_have_value("1.00")
        row = page.get_by_role("row", name="Northern Bank")
        expect(row.get_by_text("Token, not from surplus")).to_be_visible()
        expect(sums(page)).to_contain_text("Tokens, not from surplus£3.00")
        expect(sums(page)).to_contain_text("Unallocated−£335.00")
        looked_at(page, "token")
        box(page, "Swift Loans").fill("5")
        box(page, "Swift Loans").press("Enter")
        expect(page.get_by_role("alert")).to_contain_text("The budget has nothing left.")


class TestFullAndFinal:
    def test_one_sum_is_offered_and_taken_back(self, office: Office, whitmore: Household) -> None:
        page = at(office, whitmore.case_id).page
        page.locator("summary", has_text="Full and final").focus()
        page.keyboard.press("Enter")
        page.locator("#lump_sum").focus()
        page.keyboard.type("12,5")
        page.keyboard.press("Tab")
        expect(page.locator("#lump_sum-error")).to_contain_text("Check the comma")
        page.get_by_role("button", name="Offer full and final").click()
        expect(page.locator(".error-summary")).to_contain_text("Say where the money comes from")
        expect(page.locator("#lump_sum")).to_have_value("12,5")
        looked_at(page, "once-errors")
        page.locator("#lump_sum").fill("£1,500")
        page.locator("#lump_sum_source").fill("A gift from her mother")
        page.locator("#not_borrowed").focus()
        page.keyboard.press("Space")
        page.get_by_role("button", name="Offer full and final").press("Enter")
        table = page.get_by_role("table", name="Full and final offers")
        row = table.get_by_role("row", name="Northern Bank")
        expect(row).to_contain_text("536.25")
        expect(row).to_contain_text("37.50%")
        expect(sums(page)).to_contain_text("Full and final, once£1,500.00")
        expect(sums(page)).to_contain_text("Unallocated£49.00")
        looked_at(page, "once")
        page.get_by_role("button", name="Offer monthly payments instead").click()
        expect(box(page, "Northern Bank")).to_have_value("17.52")


class TestWarnings:
    def test_below_an_order_is_a_task_away(
        self, office: Office, whitmore: Household, owner: Engine
    ) -> None:
        known(owner, whitmore.card, ordered_payment=30)
        known(owner, whitmore.loan, monthly_payment=20, interest_rate=30)
        known(owner, whitmore.tax, deduction_source="benefits", deduction_amount=20)
        desk = at(office, whitmore.case_id)
        page = desk.page
        page.get_by_role("button", name="Save offers").click()
        listed = page.get_by_role("region", name="Look at these offers")
        expect(listed).to_contain_text("above the agreed payment of £20.00")
        expect(listed).to_contain_text("Ask the creditor to stop interest")
        expect(page.get_by_role("region", name="Paid by deduction", exact=True)).to_contain_text(
            "Benefits"
        )
        expect(box(page, "City Council")).to_have_count(0)
        box(page, "Northern Bank").fill("20")
        box(page, "Northern Bank").press("Enter")
        expect(listed).to_contain_text("form N245")
        looked_at(page, "warnings")
        page.get_by_role("button", name="Add task to apply to vary for Northern Bank").press(
            "Enter"
        )
        expect(listed.get_by_text("On the list")).to_be_visible()
        desk.open(f"/cases/{whitmore.case_id}")
        said = "Northern Bank: Apply to vary the order: form N245."
        expect(page.get_by_text(said).first).to_be_visible()

    def test_the_review_date_is_asked_for(self, office: Office, whitmore: Household) -> None:
        page = at(office, whitmore.case_id).page
        for part in ("review_date", "review_date-month", "review_date-year"):
            page.locator(f"#{part}").fill("")
        page.get_by_role("button", name="Save offers").click()
        said = "Enter the day when the offers are looked at again."
        expect(page.locator("#review_date-error")).to_contain_text(said)


class TestNothingYet:
    def test_without_a_budget(self, office: Office, cast: Cast) -> None:
        page = at(office, make_case(cast, cast.amina)).page
        expect(page.get_by_role("link", name="Enter the budget")).to_be_visible()
        looked_at(page, "no-sheet")

    def test_without_debts(self, office: Office, cast: Cast) -> None:
        case_id = make_case(cast, cast.amina)
        budget_of(cast, case_id, "1000", "900")
        page = at(office, case_id).page
        expect(page.get_by_role("link", name="Enter the debts")).to_be_visible()
        looked_at(page, "no-debts")


class TestFrozen:
    def test_issued_offers_can_be_read_and_not_changed(self, office: Office, cast: Cast) -> None:
        leanne = Leanne(cast)
        leanne.issue()
        page = at(office, leanne.case_id).page
        expect(page.get_by_text("A statement was issued with these offers")).to_be_visible()
        expect(page.locator("main").get_by_role("textbox")).to_have_count(0)
        bank = page.locator(".shares tr", has_text="Northern Bank")
        expect(bank).to_contain_text("17.52")
        expect(page.get_by_text("How the rest was shared: By balance.")).to_be_visible()
        expect(page.locator("#method, #tokens")).to_have_count(0)
        expect(page.get_by_role("button", name="Save offers")).to_have_count(0)
        looked_at(page, "issued")
        page.get_by_role("link", name="Revise the budget").press("Enter")
        page.wait_for_url(f"**/cases/{leanne.case_id}/budget")
