"""Every route with the demo on it: axe finds nothing, and nothing is cut off at any width.

With CMA_SHOTS naming a folder, each page is kept there as a picture.
"""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from cma_app.demo.people import PASSWORD
from tests.browser.conftest import Desk, Office
from tests.browser.looking import findings, picture, settled, sideways
from tests.demo.conftest import Told, told

__all__ = ["told"]

pytestmark = [
    pytest.mark.database,
    pytest.mark.browser,
]

CASE, CLIENT = "/cases/{Dudek}", "/clients/{Oakley}"
TABS = (
    "household",
    "debts",
    "debts/paste",
    "dates",
    "budget",
    "advice",
    "offers",
    "statement",
    "letters",
    "documents",
    "checklist",
    "notes",
)
PLACES = {
    "tom": (
        "/",
        "/walk-in",
        "/clients",
        "/clients?q=nobody",
        "/cases?advisor=all",
        "/referrals",
        "/cases/{Petty}/budget",
        "/cases/{Petty}",
        "/cases/{Petty}/dates",
        "/cases/{Oakley}/dates",
        "/creditors",
        "/documents",
    ),
    "priya": (
        *(CASE, *[f"{CASE}/{tab}" for tab in TABS], CLIENT, f"{CLIENT}/data"),
        *(
            "/cases/{Lomax}/debts",
            "/cases/{Lomax}/documents",
            "/cases/{Lomax}/debts/0",
            "/cases/{Lomax}/closing",
            "/cases/{Oakley}/advice",
        ),
        "/cases/{Lomax}/dates",
        *("/calendar?view=week&day=2026-11-25", "/calendar?view=list&day=2026-11-25"),
        *("/appointments/{Whitmore}", "/calendar/book?case={Whitmore}", "/availability"),
        *("/call-list?mine=1", "/sign-offs", "/sign-offs/{Tait}", "/notifications"),
    ),
    "ruth": (
        *("/", "/board", "/board?view=list", "/people", "/cases/{Lomax}", "/guidelines"),
        "/emergency-access",
        *("/board?by=advisor", "/board/figures", "/board?view=list&show=missed"),
        *("/calendar", "/calendar?view=day&day=2026-11-25", "/availability"),
        *("/checklists", "/checklists?view=changes", "/checklists?view=preview"),
        *("/checklists?type=one_off", "/compliance", "/compliance/list?show=late"),
        "/compliance/list?show=let",
        *("/outcomes?from=2026-09-01&to=2026-10-31", "/outcomes/list?figure=clients_seen"),
        *("/reviews", "/reviews?draw=all&state=done", "/reviews/draw", "/reviews/rates"),
        *("/reviews/{Tait}", "/my-reviews"),
        *("/call-list", "/appointments/{Petty}", "/appointments/{Tait}"),
        *("/requests", "/requests?state=decided", "/retention"),
    ),
    "callum": (
        "/calendar?view=week&day=2026-11-27&who=all",
        "/",
        "/cases",
        "/cases/{Tait}/budget",
        "/cases/{Tait}/budget/compare",
        *("/cases/{Dudek}", "/cases/{Dudek}/offers"),
        "/board",
        "/cases/{Lomax}",
        "/compliance",
        "/notifications",
        "/my-reviews",
        *("/my-reviews/{Tait}", "/my-work", "/sign-offs/{Tait}"),
    ),
    "gareth": (
        *("/cases/{Fenwick}", "/cases/{Fenwick}/household"),
        *("/cases/{Prowse}", "/cases/{Prowse}/closing"),
    ),
    "admin": ("/", "/people", "/centres", "/password", "/sign-ins"),
}
"""Where each person looks; a name in braces stands for the record of that household."""
SEEN_ELSEWHERE = {
    "priya": {
        CASE,
        *[f"{CASE}/{tab}" for tab in ("household", "offers", "letters", "statement", "notes")],
        *[f"{CASE}/{tab}" for tab in ("documents", "checklist", "advice")],
        *(f"{CLIENT}/data", "/cases/{Lomax}/documents", "/cases/{Lomax}/debts/0"),
        *("/cases/{Lomax}/closing", "/cases/{Oakley}/advice", "/cases/{Lomax}/dates"),
        *("/appointments/{Whitmore}", "/calendar/book?case={Whitmore}", "/call-list?mine=1"),
        *("/sign-offs", "/sign-offs/{Tait}", "/notifications"),
    },
    "gareth": {"/cases/{Fenwick}/household", "/cases/{Prowse}/closing"},
    "callum": {
        *("/my-work", "/sign-offs/{Tait}"),
        *("/calendar?view=week&day=2026-11-27&who=all", "/", "/cases", "/cases/{Dudek}"),
        *("/cases/{Dudek}/offers", "/board", "/cases/{Lomax}", "/compliance", "/notifications"),
    },
    "tom": {"/cases/{Petty}/budget", "/cases/{Petty}", "/cases/{Oakley}/dates"},
    "ruth": {
        *("/cases/{Lomax}", "/availability", "/calendar", "/appointments/{Tait}", "/people"),
        *("/emergency-access", "/outcomes?from=2026-09-01&to=2026-10-31", "/call-list"),
        *("/outcomes/list?figure=clients_seen", "/appointments/{Petty}", "/requests"),
        *("/requests?state=decided", "/retention"),
    },
}
"""What only a run with --deep opens: a screen that another person opens too, or that a journey of
its own looks at with axe and at each width."""


def place(told: Told, path: str) -> str:
    """Return an address with the ids of the demo's households in it."""
    found = re.search(r"\{(\w+)\}", path)
    if not found:
        return path
    case_id = told.case(found[1])
    if path.endswith("/debts/0"):
        debt = "SELECT min(id) FROM debts WHERE case_id = :id"
        path = f"{path.removesuffix('0')}{told.value(debt, id=case_id)}"
    record = case_id
    if path.startswith("/appointments"):
        record = told.value("SELECT max(id) FROM appointments WHERE case_id = :id", id=case_id)
    if path.startswith("/sign-offs"):
        record = told.value("SELECT max(id) FROM sign_offs WHERE case_id = :id", id=case_id)
    if "reviews/" in path:
        record = told.value("SELECT id FROM file_reviews WHERE case_id = :id", id=case_id)
    if path.startswith("/clients"):
        record = told.value("SELECT client_id FROM cases WHERE id = :id", id=case_id)
    return path.replace(found[0], str(record))


def named(who: str, path: str, width: int) -> str:
    plain = re.sub(r"\W+", "-", path).strip("-") or "home"
    return f"{who}-{plain}-{width}"


def at_desk(office: Office, who: str, told: Told, path: str = "/") -> Desk:
    desk = office.desk()
    desk.sign_in(who, place(told, path), PASSWORD)
    settled(desk.page)
    return desk


class TestPlaces:
    """Light at 1280, dark at 768 (axe with --deep alone), nothing cut off to 320."""

    @pytest.mark.parametrize("who", PLACES)
    def test_every_route_of_a_role(
        self, office: Office, told: Told, who: str, pytestconfig: pytest.Config
    ) -> None:
        desk = at_desk(office, who, told)
        found: dict[str, list[str]] = {}
        deep = pytestconfig.getoption("deep")
        again = set() if deep else SEEN_ELSEWHERE.get(who, set())
        for path in (each for each in PLACES[who] if each not in again):
            page = desk.page
            page.set_viewport_size({"width": 1280, "height": 800})
            page.emulate_media(color_scheme="light")
            if path == "/password":
                page.goto(f"{office.served.origin}{path}")
            else:
                settled(desk.open(place(told, path)))
            found[f"{path} 1280"] = findings(page) + sideways(page, boxes_may=False)
            picture(page, named(who, path, 1280))
            page.set_viewport_size({"width": 768, "height": 1024})
            picture(page, named(who, path, 768))
            page.emulate_media(color_scheme="dark")
            found[f"{path} 768"] = sideways(page, boxes_may=False)
            found[f"{path} 768"] += findings(page)
            page.set_viewport_size({"width": 320, "height": 700})
            found[f"{path} 320"] = sideways(page, boxes_may=True)
        assert {at: what for at, what in found.items() if what} == {}

    def test_who_is_not_signed_in(self, office: Office) -> None:
        desk = office.desk(expected=("/sign-in", "/forgotten", "/invitation?t=none"))
        page = desk.page
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            for path in ("/forgotten", "/invitation?t=none"):
                page.goto(f"{office.served.origin}{path}")
                assert findings(page) + sideways(page, boxes_may=True) == []
            page.goto(f"{office.served.origin}/sign-in")
            picture(page, named("nobody", f"/sign-in-{scheme}", 1280))
            assert findings(page) == []
            page.fill("#identifier", "tom")
            page.fill("#password", "not this one")
            page.click("button[type=submit]")
            expect(page.get_by_role("alert")).to_be_visible()
            assert findings(page) == []
            page.set_viewport_size({"width": 320, "height": 700})
            assert sideways(page, boxes_may=True) == []


def _press(word: str) -> Callable[[Page], None]:
    def press(page: Page) -> None:
        page.get_by_role("button", name=word, exact=True).first.click()

    return press


def _dialog(opener: str, submit: str) -> Callable[[Page], None]:
    """Open a dialog and send it empty, so that its errors show."""

    def show(page: Page) -> None:
        page.get_by_role("button", name=opener, exact=True).first.click()
        shown = page.locator("dialog[open]")
        expect(shown).to_have_count(1)
        shown.get_by_role("button", name=submit, exact=True).click()
        expect(shown.locator(".error-summary")).to_be_focused()

    return show


def _wrong_file(page: Page) -> None:
    page.get_by_label("Balance, £").fill("12,5")
    page.get_by_role("button", name="Save debt").click()
    expect(page.locator(".debt-file .error-summary")).to_be_focused()


def _dealt_with(page: Page) -> None:
    page.get_by_role("button", name=re.compile(r"^Dealt with\s+Eviction")).click()
    shown = page.locator("dialog[open]")
    shown.get_by_role("button", name="Record as dealt with").click()
    expect(shown.locator(".error-summary")).to_be_focused()


def _statement(page: Page) -> None:
    """Prepare the case's statement, where an earlier moment has not."""
    prepare = page.get_by_role("button", name="Prepare a statement", exact=True)
    expect(prepare.or_(page.get_by_role("heading", name="Authorities"))).to_be_visible()
    if prepare.count():
        prepare.click()
    expect(page.get_by_role("heading", name="Authorities")).to_be_visible()


def _authority(page: Page) -> None:
    _statement(page)
    _dialog("Record an authority", "Record authority")(page)


def _new_letter(page: Page) -> None:
    _dialog("New letter", "Draft letters")(page)
    shown = page.locator("dialog[open]")
    shown.get_by_label("What to write").select_option("closing")
    expect(shown.get_by_role("checkbox")).not_to_have_count(0)


def _open_letter(page: Page) -> None:
    """Draft the client's closing letter, and ask to issue it."""
    _new_letter(page)
    page.locator("dialog[open]").get_by_role("button", name="Draft letters", exact=True).click()
    expect(page.get_by_role("article")).to_be_visible()
    page.get_by_role("button", name="Issue letter").click()
    expect(page.locator("dialog[open]")).to_contain_text("Before it can be issued")


def _errors(*words: str) -> Callable[[Page], None]:
    """Press buttons in turn until a form shows what is wrong."""

    def show(page: Page) -> None:
        for word in words:
            page.get_by_role("button", name=word, exact=True).last.click()
        expect(page.locator(".error-summary").first).to_be_visible()

    return show


def _wrong_box(selector: str, typed: str) -> Callable[[Page], None]:
    def show(page: Page) -> None:
        page.locator(selector).first.fill(typed)
        page.locator(selector).first.press("Enter")
        expect(page.locator("[aria-invalid=true]").first).to_be_visible()

    return show


def _wrong_debt(page: Page) -> None:
    row = page.locator("[data-debt=new]").last
    row.locator("[data-box=creditor]").fill("Northern Bank")
    row.locator("[data-box=balance]").fill("a lot")
    row.locator("[data-box=account_number]").press("Enter")
    expect(page.locator("[aria-invalid=true]").first).to_be_visible()


def _walk_in(page: Page) -> None:
    page.fill("[name=first_name]", "Leane")
    page.fill("[name=last_name]", "Whitmore")
    page.fill("[name=postcode]", "PO1 3AX")
    expect(page.get_by_role("region", name="Possibly the same person")).to_contain_text("Leanne")
    _errors("Start case")(page)


def _national_insurance(page: Page) -> None:
    page.fill("#ni_number", "QQ 12 34 56 A")
    _errors("Save details")(page)


def _lines(page: Page) -> None:
    page.keyboard.press("Alt+a")
    expect(page.locator("tr[data-code=vet-bills-pet-insurance]")).to_be_visible()


def _help(page: Page) -> None:
    page.keyboard.press("?")
    expect(page.locator("#help")).to_be_visible()


def _manager(page: Page) -> None:
    _more("Choose manager", "Cwm Debt Centre")(page)
    expect(page.get_by_role("heading", name="Choose a manager")).to_be_visible()


def _of_row(page: Page, name: str) -> Locator:
    """Return a row's button, on whatever page of the list the run's other centres pushed it to."""
    wanted = page.get_by_role("button", name=name, exact=True)
    pages = page.get_by_role("navigation", name="Pages")
    onward = pages.get_by_role("button", name="Next", exact=True)
    while not wanted.count() and onward.count() and onward.is_enabled():
        place = pages.get_by_role("status").inner_text()
        onward.click()
        expect(pages.get_by_role("status")).not_to_have_text(place)
    return wanted


def _edit(whose: str, box: str) -> Callable[[Page], None]:
    """Open a row's dialog for editing, and send it with one answer gone."""

    def show(page: Page) -> None:
        _of_row(page, f"Edit {whose}").click()
        shown = page.locator("dialog[open]")
        expect(shown.locator(box)).not_to_have_value("")
        shown.locator(box).fill("")
        shown.get_by_role("button", name="Save changes").click()
        expect(shown.locator(".error-summary")).to_be_focused()

    return show


def _bad_table(page: Page) -> None:
    page.fill("#table", "group,first adult,each additional adult\npersonal,lots")
    page.fill("#version", "2026/27")
    page.get_by_role("button", name="Look at the table").click()
    expect(page.get_by_role("region", name="Preview")).to_contain_text("to put right")


def _behind(whose: str) -> Callable[[Page], None]:
    """Open the dialog behind a row, with its facts and deeds."""

    def show(page: Page) -> None:
        _of_row(page, f"More about {whose}").click()
        expect(page.locator("dialog[open]").get_by_role("heading", name=whose)).to_be_visible()

    return show


def _more(word: str, whose: str) -> Callable[[Page], None]:
    """Press a rarer deed of a row, which is behind it."""

    def show(page: Page) -> None:
        _behind(whose)(page)
        page.get_by_role("button", name=f"{word} for {whose}", exact=True).click()

    return show


def _confirm(word: str, whose: str) -> Callable[[Page], None]:
    """Open the dialog that asks before a step."""

    def show(page: Page) -> None:
        _more(word, whose)(page)
        expect(page.locator("dialog[open]")).to_contain_text(whose)

    return show


def _lump_sum(page: Page) -> None:
    page.get_by_text("Full and final offer instead").click()
    page.get_by_role("button", name="Offer full and final").click()
    expect(page.locator(".error-summary", has_text="Enter the")).to_be_visible()


def _handing_on(page: Page) -> None:
    _confirm("Deactivate", "Tom Hale")(page)
    shown = page.locator("dialog[open]")
    shown.get_by_label("Give every case to").select_option(label="Priya Nair")
    expect(shown.get_by_text("Goes", exact=True).first).to_be_visible()


def _one_time(page: Page) -> None:
    page.select_option("#centre", label="Cwm Debt Centre (CWM)")
    _more("New password", "Siân Rees")(page)
    expect(page.locator(".one-time")).to_be_visible()


def _decline(page: Page) -> None:
    page.get_by_role("button", name=re.compile("^Decline ")).first.click()
    _errors("Decline")(page)


def _head_of_sheet(page: Page) -> None:
    page.locator("summary", has_text="Sheet details").click()
    page.get_by_label("Joint statement").uncheck()
    page.locator("#sheet-debt_admin_fee").fill("12,5")
    page.get_by_role("button", name="Save details").click()
    expect(page.locator(".sheet-details .error-summary")).to_be_visible()


def _kept_line(page: Page) -> None:
    page.locator("tr[data-code=rent] input.note").fill("Typed and not saved")
    page.wait_for_function("Object.keys(localStorage).join().includes('cma-kept')")
    page.reload()
    expect(page.get_by_role("button", name="Forget it")).to_be_visible()


def _nobody_chosen(page: Page) -> None:
    page.get_by_role("button", name="Book appointment", exact=True).click()
    expect(page.locator(".error-summary")).to_be_focused()


def _move(page: Page) -> None:
    """Open the form that moves an appointment, and ask it for free times."""
    page.get_by_role("button", name="Move or change", exact=True).click()
    page.get_by_role("button", name="Show the next free times", exact=True).click()
    expect(page.locator(".callout").get_by_role("radio").first).to_be_visible()


def _drawn_before(page: Page) -> None:
    """Ask for days that were drawn before, and draw without a reason."""
    page.fill("#first_day", "2026-11-01")
    page.fill("#last_day", "2026-11-20")
    page.get_by_role("button", name="Show what would be asked", exact=True).click()
    page.get_by_role("button", name="Draw the files", exact=True).click()
    expect(page.locator(".error-summary")).to_contain_text("drawn again")


def _level(page: Page) -> None:
    """Say an advisor's level without a day."""
    page.get_by_role("button", name="Change level of Tom Hale", exact=True).click()
    shown = page.locator("dialog[open]")
    shown.get_by_label("From", exact=True).fill("")
    shown.get_by_role("button", name="Save level", exact=True).click()
    expect(shown.locator(".error-summary")).to_be_focused()


def _correct_review(page: Page) -> None:
    """Correct a finished review without saying why."""
    page.get_by_role("button", name="Correct this review", exact=True).click()
    page.get_by_role("button", name="Finish review", exact=True).click()
    expect(page.locator(".error-summary")).to_contain_text("Say why the review is corrected")


def _hand_on(page: Page) -> None:
    """Tick every case of the list, and look at what would become of each."""
    page.get_by_role("checkbox", name="Tick every case of this page").check()
    page.get_by_role("button", name="Hand on…", exact=True).click()
    shown = page.locator("dialog[open]")
    shown.get_by_label("Give them to").select_option(label="Tom Hale")
    expect(shown.get_by_text("Tom Hale holds this case already.").first).to_be_visible()


MOMENTS = {
    "tom": (
        ("/", _help),
        ("/walk-in", _walk_in),
        ("/referrals", _decline),
    ),
    "priya": (
        (CASE, _dialog("Add note", "Save note")),
        (CASE, _dialog("Add action", "Add action")),
        (CASE, _dialog("Emergency", "Record emergency")),
        (CASE, _press("Edit")),
        (CASE, _press("Move stage")),
        (CASE, _press("Raise priority")),
        (f"{CASE}/household", _wrong_box("#child_ages", "three")),
        (f"{CASE}/household", _dialog("Add the partner", "Make a file and add")),
        (f"{CASE}/debts", _wrong_debt),
        (f"{CASE}/debts/0", _wrong_file),
        (f"{CASE}/debts/0", _dialog("Add a step or event", "Save")),
        ("/cases/{Lomax}/debts/0", _dealt_with),
        (f"{CASE}/budget", _wrong_box("tr[data-code=rent] input[data-amount]", "12,5")),
        (f"{CASE}/budget", _lines),
        (f"{CASE}/budget", _wrong_box("#savings", "900")),
        (f"{CASE}/budget", _head_of_sheet),
        (f"{CASE}/budget", _kept_line),
        (f"{CASE}/statement", _statement),
        (f"{CASE}/statement", _authority),
        (f"{CASE}/letters", _new_letter),
        (f"{CASE}/letters", _open_letter),
        (f"{CASE}/letters", _dialog("Record an answer", "Save answer")),
        (f"{CASE}/offers", _wrong_box("input[aria-describedby~=offer-hint]", "900")),
        (f"{CASE}/offers", _lump_sum),
        ("/calendar/book", _nobody_chosen),
        ("/appointments/{Whitmore}", _move),
        ("/appointments/{Whitmore}", _dialog("Cancel", "Cancel the appointment")),
        ("/availability", _wrong_box("#monday", "17-9")),
        (CLIENT, _national_insurance),
        (CLIENT, _errors("Add", "Save vulnerability")),
    ),
    "callum": (("/walk-in", _walk_in),),
    "gareth": (("/cases/{Fenwick}/household", _press("Separate the two")),),
    "ruth": (
        ("/board?view=list", _hand_on),
        ("/board", _dialog("Views", "Save view")),
        ("/availability", _errors("Add leave")),
        ("/availability", _errors("Set cover")),
        ("/availability", _errors("Add room")),
        ("/people", _errors("Add a person", "Add person")),
        ("/people", _edit("Callum Reid", "#edit-first_name")),
        ("/people", _behind("Callum Reid")),
        ("/people", _confirm("Deactivate", "Callum Reid")),
        ("/people", _handing_on),
        ("/cases/{Lomax}", _dialog("Lower priority", "Lower priority")),
        ("/cases/{Lomax}/closing", _press("Hold the record")),
        ("/cases/{Lomax}", _press("Hand on")),
        ("/board", _press("Hide names")),
        ("/board", _press("Tick cases")),
        ("/guidelines", _bad_table),
        ("/checklists", _errors("Add item to Intake", "Save item")),
        ("/checklists", _press("Publish")),
        ("/checklists", _press("Discard draft")),
        ("/reviews", _errors("Add a file", "Add file")),
        ("/reviews/draw", _drawn_before),
        ("/reviews/rates", _level),
        ("/reviews/rates", _wrong_box("#trainee_percent", "101")),
        ("/reviews/{Tait}", _correct_review),
    ),
    "admin": (
        ("/centres", _errors("Add a centre", "Add centre")),
        ("/centres", _behind("Cwm Debt Centre")),
        ("/centres", _manager),
        ("/centres", _edit("Cwm Debt Centre", "#edit-name")),
        ("/centres", _confirm("Close", "Cwm Debt Centre")),
        ("/people", _one_time),
    ),
}
"""Errors shown and dialogs open: where, and what is done there."""


@pytest.mark.deep
class TestMoments:
    @pytest.mark.parametrize("who", MOMENTS)
    def test_errors_and_dialogs(self, office: Office, told: Told, who: str) -> None:
        desk = at_desk(office, who, told)
        found: dict[str, list[str]] = {}
        for number, (path, do) in enumerate(MOMENTS[who]):
            page = settled(desk.open(place(told, path)))
            page.emulate_media(color_scheme="dark" if number % 2 else "light")
            do(page)
            picture(page, named(who, f"{path}-moment-{number}", 1280))
            found[f"{path} {number}"] = findings(page)
            page.set_viewport_size({"width": 768, "height": 1024})
            picture(page, named(who, f"{path}-moment-{number}", 768))
            found[f"{path} {number} at 768"] = sideways(page, boxes_may=False)
            page.set_viewport_size({"width": 1280, "height": 800})
        assert {at: what for at, what in found.items() if what} == {}
