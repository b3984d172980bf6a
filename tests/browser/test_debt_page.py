"""One debt in a browser: filled by keyboard, refused with words, its emergency told everywhere."""

import re
from datetime import date, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from cma_app.clock import today
from cma_app.services.debts import add_debt, change_debt
from cma_app.services.drafts import kept_draft
from models import Debt
from tests.browser.conftest import Desk, Office
from tests.browser.looking import findings, picture, sideways
from tests.depth import others_deep
from tests.people import Cast
from tests.platform.waiting import until
from tests.services.money import make_case

pytestmark = [pytest.mark.browser, pytest.mark.database]

RENT = {"creditor": "Harbour Homes", "debt_type": "rent", "balance": "2964"}


def soon() -> tuple[date, str]:
    """Return a day five days from now, and how the screens write it."""
    day = today() + timedelta(days=5)
    return day, f"{day:%a} {day.day} {day:%b %Y}"


@pytest.fixture
def owed(cast: Cast) -> tuple[int, int]:
    """Return a case of Amina's and a rent debt of it."""
    case_id = make_case(cast, cast.amina)
    with cast.open(cast.amina) as session:
        return case_id, add_debt(session, case_id, RENT).id


def path(owed: tuple[int, int]) -> str:
    return f"/cases/{owed[0]}/debts/{owed[1]}"


def tab_to(page: Page, box: Locator, most: int = 12) -> None:
    """Press Tab until a box has the focus."""
    for _ in range(most):
        if box.evaluate("each => each === document.activeElement"):
            return
        page.keyboard.press("Tab")
    expect(box).to_be_focused()


def fill_date(page: Page, name: str, day: str, month: str, year: str) -> None:
    for part, typed in (("day", day), ("month", month), ("year", year)):
        page.locator(f"[name='{name}-{part}']").fill(typed)


def choose_event(page: Page, kind: str) -> Locator:
    page.get_by_role("button", name="Add a step or event").click()
    dialog = page.get_by_role("dialog", name="Court step or event")
    dialog.get_by_label("What happened, or is going to").select_option(kind)
    return dialog


def told_elsewhere(desk: Desk, owed: tuple[int, int]) -> None:
    """Look for the eviction on the other pages that tell of it."""
    page, (_, when) = desk.page, soon()
    clock = page.locator(".identity-bar .clock")
    desk.open(f"/cases/{owed[0]}/budget")
    expect(clock).to_contain_text("Eviction in 5 days")
    desk.open(f"/cases/{owed[0]}")
    expect(page.get_by_role("region", name="Emergencies")).to_contain_text("Harbour Homes")
    picture(page, "overview-emergency")
    assert findings(page) == []
    desk.open("/")
    expect(page.get_by_role("main").get_by_role("listitem")).to_contain_text(["Eviction"])
    desk.open(f"/cases/{owed[0]}/debts")
    expect(page.locator("[data-debt]").first).to_contain_text(f"Eviction {when} 10:30")
    picture(page, "grid-emergency")
    assert findings(page) == []


class TestTheBoxes:
    def test_are_filled_by_keyboard_alone_and_kept(
        self, office: Office, owed: tuple[int, int]
    ) -> None:
        desk = office.signed_in("amina", f"/cases/{owed[0]}/debts")
        page = desk.page
        page.get_by_role("link", name="Open the debt to Harbour Homes").focus()
        page.keyboard.press("Enter")
        page.wait_for_url(f"**{path(owed)}")
        expect(page.get_by_role("link", name="All debts", exact=True)).to_be_visible()
        account = page.get_by_label("Account number")
        account.focus()
        page.keyboard.type("T-100/7")
        for name, typed in (
            ("collector", "Grange Recoveries"),
            ("balance", "£2,970.50"),
            ("balance_date-day", "2"),
            ("balance_date-month", "11"),
            ("balance_date-year", "2026"),
            ("payment_amount", "12"),
            ("payment_frequency", "Weekly"),
        ):
            tab_to(page, page.locator(f"[name='{name}']"))
            if name == "balance":
                page.keyboard.press("Control+A")
            page.keyboard.type(typed)
        page.get_by_role("button", name="Save debt").focus()
        page.keyboard.press("Enter")
        expect(page.locator(".toast")).to_contain_text("Debt saved.")
        expect(page.get_by_text("Comes to £52.00 a month")).to_be_visible()
        expect(page.locator(".form-foot").get_by_text("Saved ")).to_be_visible()
        expect(page.locator(".identity-bar")).to_contain_text("£2,970.50")
        desk.open(path(owed))
        expect(page.get_by_label("Collector or agent")).to_have_value("Grange Recoveries")
        expect(page.locator("[name='balance_date-year']")).to_have_value("2026")
        expect(page.locator("[name='payment_frequency']")).to_have_value("weekly")

    def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
        self, office: Office, owed: tuple[int, int]
    ) -> None:
        page = office.signed_in("amina", path(owed)).page
        balance = page.get_by_label("Balance, £")
        balance.fill("12,5")
        page.get_by_label("Of it arrears, £").focus()
        expect(page.locator("[id='balance-error']")).to_be_visible()
        page.get_by_label("Notes").fill("x" * 3000)
        fill_date(page, "last_payment_date", "31", "2", "2024")
        page.get_by_role("radio", name="Non-priority").check()
        page.get_by_role("button", name="Save debt").click()
        summary = page.locator(".error-summary")
        expect(summary).to_be_focused()
        for said in ("There is no such date", "at most 2000", "Check the comma"):
            expect(summary).to_contain_text(said)
        expect(balance).to_have_value("12,5")
        expect(page.get_by_label("Notes")).to_have_value("x" * 3000)
        assert findings(page) == []
        picture(page, "debt-errors")
        balance.fill("2964")
        page.get_by_label("Notes").fill("Kept every letter")
        fill_date(page, "last_payment_date", "28", "2", "2014")
        page.get_by_role("button", name="Save debt").click()
        expect(summary).to_contain_text("Say why this debt is treated differently.")
        page.get_by_label("Reason").fill("The landlord agreed to wait")
        page.get_by_role("button", name="Save debt").click()
        expect(page.locator(".toast")).to_contain_text("Debt saved.")
        expect(page.locator(".debt-head")).to_contain_text("Non-priority")
        expect(page.locator(".debt-head")).not_to_contain_text("If it is not paid")

    def test_two_people_see_both_values_and_keep_the_others(
        self, office: Office, owed: tuple[int, int]
    ) -> None:
        mine = office.signed_in("amina", path(owed)).page
        theirs = office.signed_in("ben", path(owed)).page
        theirs.get_by_label("Balance, £").fill("3000")
        theirs.get_by_label("Collector or agent").fill("Grange Recoveries")
        theirs.get_by_role("button", name="Save debt").click()
        expect(theirs.locator(".toast")).to_contain_text("Debt saved.")
        mine.get_by_label("Balance, £").fill("2900")
        mine.get_by_label("Strategy").fill("Offer and suspend")
        mine.get_by_role("button", name="Save debt").click()
        expect(mine.locator(".stored")).to_have_text("Stored now: 3,000.00")
        expect(mine.get_by_label("Balance, £")).to_have_value("2900")
        expect(mine.get_by_label("Strategy")).to_have_value("Offer and suspend")
        expect(mine.get_by_label("Collector or agent")).to_have_value("Grange Recoveries")
        mine.set_viewport_size({"width": 1280, "height": 4000})  # the foot lies over nothing
        assert findings(mine) == []
        picture(mine, "debt-both")
        mine.get_by_role("button", name="Save debt").click()
        expect(mine.locator(".toast")).to_contain_text("Debt saved.")
        expect(mine.locator(".identity-bar")).to_contain_text("£2,900.00")
        expect(mine.get_by_label("Collector or agent")).to_have_value("Grange Recoveries")


class TestKept:
    def test_what_was_typed_is_there_after_a_reload(
        self, office: Office, owed: tuple[int, int], cast: Cast
    ) -> None:
        page = office.signed_in("amina", path(owed)).page
        page.get_by_label("Account").first.fill("HH 77")
        page.get_by_label("Balance, £").fill("2964.50x")
        page.get_by_label("Strategy").fill("Ask for time.")
        page.get_by_label("Strategy").press("Tab")
        expect(page.get_by_text(re.compile("^Kept ..:.., not saved yet"))).to_be_visible()

        def is_kept() -> bool:
            with cast.open(cast.amina) as session:
                kept = kept_draft(session, "debt", record_id=owed[1])
                return kept.get("strategy") == "Ask for time."

        until(is_kept, what="keeping the strategy")
        with cast.open(cast.ben) as session:
            debt = session.require(Debt, owed[1])
            change_debt(session, owed[1], RENT | {"arrears": "80"}, version=debt.version)
        page.reload()
        expect(page.get_by_text("What you typed is kept, and not saved yet.")).to_be_visible()
        expect(page.get_by_label("Account").first).to_have_value("HH 77")
        expect(page.get_by_label("Balance, £")).to_have_value("2964.50x")
        expect(page.get_by_label("Arrears, £")).to_have_value("80.00")
        assert findings(page) == []
        page.get_by_label("Balance, £").fill("2964.50")
        page.get_by_role("button", name="Save debt").click()
        expect(page.get_by_text("Debt saved.")).to_be_visible()
        expect(page.get_by_text("not saved yet")).to_have_count(0)
        page.reload()
        expect(page.get_by_label("Strategy")).to_have_value("Ask for time.")
        expect(page.get_by_label("Balance, £")).to_have_value("2,964.50")


class TestAnEmergency:
    def test_is_told_on_every_page_until_it_is_dealt_with(
        self, office: Office, owed: tuple[int, int]
    ) -> None:
        desk = office.signed_in("amina", path(owed))
        page = desk.page
        manager = office.signed_in("maria", "/board").page
        card = manager.locator(".case", has_text="Leanne Whitmore")
        expect(card).to_be_visible()
        expect(card).not_to_contain_text("Eviction")

        dialog = choose_event(page, "eviction")
        expect(dialog).to_contain_text("the case becomes urgent")
        expect(dialog).to_contain_text("The client has to leave by then.")
        dialog.get_by_role("button", name="Save").click()
        expect(dialog.locator(".error-summary")).to_be_focused()
        assert findings(page) == []
        picture(page, "debt-event-errors")
        day, when = soon()
        fill_date(page, "event_date", str(day.day), str(day.month), str(day.year))
        dialog.get_by_label("At what time").fill("10:30")
        dialog.get_by_role("button", name="Save").click()
        clock = page.locator(".identity-bar .clock")
        expect(clock).to_have_text(f"Eviction in 5 days, {when}, 10:30, the debt to Harbour Homes")
        expect(page.locator(".identity-bar")).to_contain_text("Urgent")
        expect(card).to_contain_text("Eviction")
        picture(page, "debt-emergency")
        assert findings(page) == []

        told_elsewhere(desk, owed)

        clock.get_by_role("link").click()
        page.wait_for_url(f"**{path(owed)}")
        page.get_by_role("button", name="Dealt with").click()
        dialog = page.get_by_role("dialog", name="Dealt with")
        expect(dialog).to_contain_text("Eviction")
        dialog.get_by_role("button", name="Record as dealt with").click()
        expect(dialog.locator(".error-summary")).to_contain_text("Say how it was dealt with.")
        assert findings(page) == []
        dialog.get_by_label("How it was dealt with").fill("Warrant suspended")
        dialog.get_by_role("button", name="Record as dealt with").click()
        expect(clock).to_have_count(0)
        events = page.get_by_role("region", name="Courts and dates")
        expect(events).to_contain_text("by Amina Khan: Warrant suspended")
        expect(page.locator(".identity-bar")).to_contain_text("Urgent")
        expect(card).not_to_contain_text("Eviction")

        events.get_by_role("button", name="Open again").click()
        expect(clock).to_have_count(1)
        expect(card).to_contain_text("Eviction")

    def test_a_trainee_raises_one_and_submits_its_end(self, office: Office, cast: Cast) -> None:
        case_id = make_case(cast, cast.tess)
        with cast.open(cast.tess) as session:
            debt_id = add_debt(session, case_id, RENT).id
        page = office.signed_in("tess", f"/cases/{case_id}/debts/{debt_id}").page
        choose_event(page, "self_disconnected").get_by_role("button", name="Save").click()
        expect(page.locator(".identity-bar .clock")).to_contain_text("date not known")
        events = page.get_by_role("region", name="Courts and dates")
        events.get_by_role("button", name="Dealt with").click()
        dialog = page.get_by_role("dialog", name="Dealt with")
        dialog.get_by_label("How it was dealt with").fill("The meter was topped up")
        dialog.get_by_role("button", name="Submit for sign-off").click()
        banner = page.get_by_role("list", name="Waiting for sign-off")
        expect(banner).to_contain_text("End an emergency of a debt waits for sign-off")
        expect(events).to_contain_text("Emergency")


class TestACourtStep:
    def test_is_kept_changed_and_taken_back(self, office: Office, owed: tuple[int, int]) -> None:
        page = office.signed_in("amina", path(owed)).page
        dialog = choose_event(page, "instalment_order")
        expect(dialog.get_by_label("At what time")).to_have_count(0)
        fill_date(page, "event_date", "2", "11", "2026")
        dialog.get_by_label("Detail").fill("£20 a month")
        dialog.get_by_role("button", name="Save").click()
        head = page.locator(".debt-head")
        expect(head).to_contain_text("Order to pay by instalments")
        expect(page.get_by_text("Apply to vary the order: form N245.")).to_be_visible()
        events = page.get_by_role("region", name="Courts and dates")
        events.get_by_role("button", name="Change").click()
        dialog = page.get_by_role("dialog", name="Court step or event")
        expect(dialog.get_by_label("Detail")).to_have_value("£20 a month")
        dialog.get_by_label("Detail").fill("£25 a month")
        dialog.get_by_role("button", name="Save").click()
        expect(events).to_contain_text("£25 a month")
        events.get_by_role("button", name="Take back").click()
        expect(head).not_to_contain_text("Order to pay")
        events.get_by_role("button", name="Undo").click()
        expect(head).to_contain_text("Order to pay by instalments")

    @pytest.mark.parametrize("width", others_deep([320, 768]))
    def test_fits_a_narrow_screen(self, office: Office, owed: tuple[int, int], width: int) -> None:
        page = office.signed_in("amina", path(owed), width=width).page
        expect(page.get_by_label("Account number")).to_be_visible()
        assert sideways(page, boxes_may=width < 768) == []
        choose_event(page, "claim")
        assert sideways(page, boxes_may=width < 768) == []
        picture(page, f"debt-event-{width}")
