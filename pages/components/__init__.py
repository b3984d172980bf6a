"""Parts that every screen is made of.

A feature's page, whole (`state/base.py` has its state):

    from cma_app.access.acts import Act
    from pages import routes
    from pages.components.form import error_summary, form, form_foot, submit, text_area
    from pages.components.table import card
    from pages.layout import page_head, screen
    from state.notes import NoteState

    @screen("Notes", route=routes.CASE_NOTES, act=Act.CASE_OPEN, section="cases",
            on_load=NoteState.open)
    def notes() -> rx.Component:
        return rx.el.div(
            page_head("Notes"),
            card("Write a note", form(
                error_summary(NoteState.errors),
                text_area("What was said", "said", error=NoteState.errors["said"]),
                form_foot(submit("Save note", busy="Saving")),
                on_submit=NoteState.record, on_check=NoteState.check,
                key=NoteState.note.id,
            ), key="write"),
            class_name="page",
        )

and one line in `cma_app/cma_app.py`: `notes.notes` in SCREENS.

form: form, field, text_area, select, choice, tick, date_boxes, submit, button, error_summary,
form_foot. table: link (within the app), anchor (all others: `rx.el.a` makes a router's link of any
address of ours), table, column, cell, row_head, pager, chip, card, dialog, opens. deeds:
more_button, more_dialog and deed, for what is behind a row. status: badge, status_badge, callout.
money: pounds, money, money_cell, surplus. dates: day_text, moment_text,
time_of. empty: empty, skeleton. icons: icon. layout: screen, page_head, main_link, when_may.

Give ids by `custom_attrs={"id": ...}`: Reflex makes refs of `id=` and sends boxes twice. No
`style`, `css` or layout props: the policy forbids inline styles; classes are in assets/style.css.
No `rx.call_script`, `rx.html`, `rx.markdown`, `rx.upload`, `rx.toast`.
"""
