"""Guidelines in a browser, by keyboard: a manager loads a table, an advisor explains a group."""

from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from cma_app.services.budgets import record_line
from cma_app.services.guideline_versions import load_version
from tests.browser.conftest import Desk, Office
from tests.browser.looking import findings, picture, sideways
from tests.people import Cast
from tests.services.test_guidelines import FIRST, TABLE, WHY
from tests.services.test_statements import Leanne

pytestmark = [pytest.mark.browser, pytest.mark.database, pytest.mark.deep]

BAD = TABLE.replace("personal,60,50", "personal,sixty,-1").replace("£100", "1e9")
EXCEL = TABLE.replace("100", "£100.00").encode("cp1252")


def seen(page: Page, name: str) -> None:
    """Look at a state of the page in both themes and widths: axe, sideways scroll, a picture."""
    for width, scheme in ((1280, "light"), (1280, "dark"), (768, "light"), (768, "dark")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        picture(page, f"guidelines-{name}-{width}-{scheme}")
        if width == 768:
            assert sideways(page, boxes_may=False) == []
        if width != 768 or scheme == "dark":
            assert findings(page) == []
    page.set_viewport_size({"width": 320, "height": 700})
    assert sideways(page, boxes_may=True) == []
    picture(page, f"guidelines-{name}-320")
    page.set_viewport_size({"width": 1280, "height": 800})


class TestLoading:
    def form(self, page: Page) -> Locator:
        return page.get_by_role("region", name="Load your guidelines")

    def look(self, page: Page, table: str, version: str = "2026/27") -> Locator:
        """Paste a table, tab to the version and on to the button, and press it."""
        page.get_by_label("Or paste the table").fill(table)
        page.get_by_label("Or paste the table").press("Tab")
        page.keyboard.press("ControlOrMeta+a")
        page.keyboard.type(version)
        for _ in range(4):  # the three boxes of the day, and the button
            page.keyboard.press("Tab")
        expect(page.get_by_role("button", name="Look at the table")).to_be_focused()
        page.keyboard.press("Enter")
        return page.get_by_role("region", name="Preview")

    def test_a_manager_puts_a_table_right_and_loads_it(self, office: Office) -> None:
        page = office.signed_in("maria", "/guidelines").page
        expect(page.get_by_text("No guidelines are loaded")).to_be_visible()
        seen(page, "empty")

        self.look(page, "")
        expect(page.locator(".error-summary")).to_be_focused()
        expect(page.locator("#table-error")).to_have_text(
            "Paste the table with its header row, or choose a file."
        )
        seen(page, "no-table")

        preview = self.look(page, BAD)
        expect(preview.get_by_role("heading")).to_contain_text("3 things to put right")
        row = preview.get_by_role("row").filter(has_text="Row 4")
        expect(row).to_contain_text("sixty")
        expect(row).to_contain_text("Enter the amount in figures, like 85 or 1,200.50.")
        expect(row).to_contain_text("without a minus sign")
        expect(preview.get_by_role("button", name="Load these guidelines")).to_have_count(0)
        seen(page, "faults")

        preview = self.look(page, TABLE)
        expect(preview.get_by_role("heading")).to_have_text("2026/27, from 6 Apr 2026")
        expect(preview.get_by_role("row").filter(has_text="Food")).to_contain_text("£200.00")
        seen(page, "preview")
        page.keyboard.press("Tab")  # the table itself, which may scroll
        page.keyboard.press("Tab")
        expect(page.get_by_role("button", name="Load these guidelines")).to_be_focused()
        page.keyboard.press("Enter")
        loaded = page.get_by_role("region", name="2026/27")
        expect(loaded).to_contain_text("Holds today")
        expect(loaded).to_contain_text("From 6 Apr 2026. Loaded by Maria Silva, today")
        expect(page.get_by_label("Or paste the table")).to_have_value("")
        seen(page, "loaded")

        self.look(page, TABLE)
        expect(page.locator("#version-error")).to_contain_text(
            "“2026/27” is loaded already, from 6 Apr 2026. Remove that one first"
        )

        loaded.get_by_role("button", name="Remove 2026/27").focus()
        page.keyboard.press("Enter")
        expect(loaded).to_have_count(0)
        page.get_by_role("button", name="Undo").focus()
        page.keyboard.press("Enter")
        expect(loaded).to_be_visible()

    def test_a_file_is_read_in_the_browser(self, office: Office, tmp_path: Path) -> None:
        page = office.signed_in("maria", "/guidelines").page
        sent: list[str] = []
        page.on("request", lambda request: sent.append(request.method))
        for name, content in (("table.csv", EXCEL), ("table.xlsx", b"PK\x03\x04\x00\x00")):
            (tmp_path / name).write_bytes(content)
        choose = page.get_by_label("Choose a CSV or text file")
        choose.set_input_files(tmp_path / "table.xlsx")
        expect(page.locator("#table-file-error")).to_contain_text("Save the table as CSV")
        assert findings(page) == []
        choose.set_input_files(tmp_path / "table.csv")
        expect(page.get_by_text("table.csv is in the box below.")).to_be_visible()
        expect(page.get_by_label("Or paste the table")).to_have_value(EXCEL.decode("cp1252"))
        page.get_by_label("Version").fill("2026/27")
        page.get_by_role("button", name="Look at the table").click()
        expect(page.get_by_role("region", name="Preview")).to_contain_text("£100.00")
        assert "POST" not in sent

    def test_the_sample_is_marked_and_an_advisor_sees_and_loads_nothing(
        self, office: Office
    ) -> None:
        page = office.signed_in("maria", "/guidelines").page
        page.get_by_role("button", name="Load the fictional sample").click()
        sample = page.get_by_role("region", name="Fictional 2025/26")
        expect(sample.get_by_text("Fictional sample")).to_be_visible()
        expect(sample).to_contain_text("These figures are invented")
        advisor = office.signed_in("amina", "/guidelines").page
        expect(advisor.get_by_role("region", name="Fictional 2025/26")).to_be_visible()
        expect(advisor.get_by_role("button", name="Remove")).to_have_count(0)
        expect(advisor.get_by_role("heading", name="Load your guidelines")).to_have_count(0)
        expect(advisor.locator("nav [data-menu=guidelines]")).to_have_count(0)
        seen(advisor, "as-advisor")


class TestExplaining:
    @pytest.fixture
    def leanne(self, cast: Cast) -> Leanne:
        """Personal is £30 over the guideline of one adult and two children."""
        made = Leanne(cast)
        with cast.open(cast.amina) as session:
            record_line(session, made.sheet_id, code="rent", typed="1835", frequency="monthly")
            record_line(session, made.sheet_id, code="clothing-footwear", typed="150")
        with cast.open(cast.maria) as session:
            load_version(session, TABLE, version="2026/27", valid_from=FIRST)
        return made

    def card(self, desk: Desk) -> Locator:
        return desk.page.get_by_role("region", name="Spending guidelines")

    def box(self, desk: Desk) -> Locator:
        return desk.page.get_by_label("Why Personal is over")

    def test_from_the_statement_to_the_box_and_back(self, office: Office, leanne: Leanne) -> None:
        desk = office.signed_in("amina", f"/cases/{leanne.case_id}/statement")
        page = desk.page
        page.get_by_role("button", name="Prepare a statement").click()
        gap = page.get_by_role("link", name="Personal is over the spending guideline: say why.")
        expect(page.get_by_role("button", name="Complete statement")).to_be_disabled()
        gap.focus()
        page.keyboard.press("Enter")
        expect(self.box(desk)).to_be_focused()
        personal = self.card(desk).get_by_role("group", name="Personal")
        for said in ("£150.00", "£120.00", "£30.00 over", "Over, explanation missing"):
            expect(personal).to_contain_text(said)
        expect(self.card(desk)).to_contain_text("for 1 adult and 2 children under 16")
        seen(page, "missing")

        page.keyboard.type(WHY)
        page.keyboard.press("Tab")
        expect(personal).to_contain_text("Over, explained")
        expect(personal).to_contain_text("Saved ")
        seen(page, "explained")
        page.goto(f"{desk.served.origin}/cases/{leanne.case_id}/statement")
        page.get_by_role("button", name="Complete statement").click()
        expect(page.get_by_text("Not needed")).to_be_visible()
        expect(
            page.get_by_text(f"Guideline £120.00 (2026/27): over, explained. {WHY}")
        ).to_be_visible()

    def test_a_saved_line_is_compared_at_once(self, office: Office, leanne: Leanne) -> None:
        desk = office.signed_in("amina", f"/cases/{leanne.case_id}/budget")
        personal = self.card(desk).get_by_role("group", name="Personal")
        expect(personal).to_contain_text("£30.00 over")
        amount = desk.page.locator("tr[data-code=clothing-footwear] input[data-amount]")
        amount.fill("110")
        amount.press("Enter")
        expect(personal).to_contain_text("£10.00 under")
        expect(personal).to_contain_text("Within")
        expect(self.box(desk)).to_have_count(0)

    def test_too_long_is_said_beside_the_box_and_nothing_is_lost(
        self, office: Office, leanne: Leanne
    ) -> None:
        desk = office.signed_in("amina", f"/cases/{leanne.case_id}/budget")
        long = "x" * 512
        self.box(desk).fill(long)
        self.box(desk).press("Tab")
        expect(desk.page.locator("#explain-personal-error")).to_have_text(
            "Use at most 500 characters: this is 12 too many."
        )
        expect(self.box(desk)).to_have_value(long)
        seen(desk.page, "too-long")
        self.box(desk).fill(WHY)
        self.box(desk).press("Tab")
        expect(self.card(desk)).to_contain_text("Over, explained")

    def test_two_who_write_at_once_both_see_both(self, office: Office, leanne: Leanne) -> None:
        mine, theirs = (
            office.signed_in(who, f"/cases/{leanne.case_id}/budget") for who in ("amina", "ben")
        )
        self.box(mine).fill("My reason.")
        self.box(theirs).fill(WHY)
        self.box(theirs).press("Tab")
        expect(self.card(theirs)).to_contain_text("Over, explained")
        self.box(mine).press("Tab")
        told = self.card(mine).get_by_role("alert")
        expect(told).to_contain_text(f"Somebody wrote {WHY} in the meantime.")
        expect(self.box(mine)).to_have_value("My reason.")
        seen(mine.page, "conflict")
        told.get_by_role("button", name="Save mine").click()
        expect(told).to_have_count(0)
        mine.page.reload()
        expect(self.box(mine)).to_have_value("My reason.")

    def test_verifying_is_refused_by_name_and_leads_to_the_box(
        self, office: Office, leanne: Leanne
    ) -> None:
        desk = office.signed_in("ben", f"/cases/{leanne.case_id}/budget")
        page = desk.page
        page.get_by_role("button", name="Verify figures").click()
        expect(page.get_by_text("Personal: over the spending guideline.")).to_be_visible()
        page.get_by_role("link", name="Personal is over: say why").focus()
        page.keyboard.press("Enter")
        expect(self.box(desk)).to_be_focused()
        author = office.signed_in("amina", f"/cases/{leanne.case_id}/budget")
        self.box(author).fill(WHY)
        self.box(author).press("Tab")
        expect(self.card(author)).to_contain_text("Over, explained")
        page.reload()
        expect(self.card(desk)).to_contain_text("Over, explained")
        page.get_by_role("button", name="Verify figures").click()
        expect(page.get_by_text("Verified by Ben Ellis")).to_be_visible()

    def test_goes_on_typing_while_a_save_is_on_its_way(
        self, office: Office, leanne: Leanne
    ) -> None:
        desk = office.signed_in("amina", f"/cases/{leanne.case_id}/budget")
        expect(self.box(desk)).to_be_visible()
        desk.was_cut = True
        desk.context.set_offline(True)
        self.box(desk).fill("First words.")
        self.box(desk).press("Tab")
        self.box(desk).fill("First words, and more.")
        self.box(desk).press("Tab")
        desk.context.set_offline(False)
        expect(self.card(desk)).to_contain_text("Over, explained")
        expect(self.card(desk)).to_contain_text("Saved ")
        expect(self.box(desk)).to_have_value("First words, and more.")
        desk.page.reload()
        expect(self.box(desk)).to_have_value("First words, and more.")
