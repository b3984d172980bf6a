"""The calls of the pages that read and find documents, for `tests/web/matrix.py`."""

from tests.web.calls import Call, flag_set, form
from tests.web.packs import SEARCH

READ = "/cases/{cases}/documents/{documents}/reading"
SHOWN = "{canary}"
OPENED = ("DocumentReadingState.open",)

READING = {
    "DocumentReadingState.open": Call(READ, shows=SHOWN),
    "DocumentReadingState.refresh": Call(READ, after=OPENED, shows=SHOWN),
    "DocumentReadingState.show_page": Call(READ, args={"number": 1}, after=OPENED, shows=SHOWN),
    "DocumentReadingState.show_figure": Call(
        READ,
        args={"figure_id": "@document_figures"},
        after=OPENED,
        shows=flag_set("marked", "{document_figures}"),
    ),
    "DocumentReadingState.choose_debt": Call(
        READ, args={"number": "{debts}"}, after=OPENED, shows=SHOWN
    ),
    "DocumentReadingState.read_again": Call(READ, after=OPENED, writes="documents"),
    "DocumentReadingState.choose_type": Call(
        READ,
        args=form(document_type="payslip"),
        after=OPENED,
        writes="document_type_choices",
    ),
    "DocumentReadingState.accept": Call(
        READ,
        args=form(figure="{document_figures}", value="12.34"),
        after=OPENED,
        writes="document_figures",
    ),
    "DocumentReadingState.dismiss": Call(
        READ,
        args={"figure_id": "@document_figures"},
        after=OPENED,
        writes="document_figures",
    ),
    "DocumentReadingState.bring_back": Call(
        READ,
        args={"figure_id": "@document_figures"},
        after=(*OPENED, "DocumentReadingState.dismiss"),
        writes="document_figures",
    ),
    "DocumentSearchState.open": Call(f"/documents?q={SEARCH}*", shows="Nothing found"),
    "DocumentSearchState.open all": Call("/documents", shows=SHOWN),
    "DocumentSearchState.find": Call("/documents", args=form(words=SEARCH), shows=f"q={SEARCH}"),
    "DocumentSearchState.step": Call("/documents", args={"by": 1}, shows="page=2"),
}
