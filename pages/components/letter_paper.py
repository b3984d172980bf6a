"""A letter as it prints, on a sheet of paper; what is still to write in it is marked."""

from typing import Any

import reflex as rx


def letter_paper(view: Any) -> rx.Component:
    """Return the page of a letter; `view` is a var of `state.letter_views.PaperView`."""
    return rx.el.article(
        rx.el.header(
            rx.el.p(view.centre, class_name="paper-centre"),
            rx.el.p(
                rx.foreach(view.centre_lines, rx.el.span),
                class_name="paper-reach",
            ),
        ),
        rx.el.div(
            rx.el.p(rx.foreach(view.recipient, _line), class_name="paper-window"),
            rx.el.p(
                rx.el.span(view.date),
                rx.foreach(view.references, _line),
                class_name="paper-facts",
            ),
            class_name="paper-top",
        ),
        rx.cond(view.status != "", rx.el.p(view.status, class_name="paper-status")),
        rx.el.p(rx.foreach(view.salutation, _part)),
        rx.el.p(rx.el.strong(rx.foreach(view.subject, _part)), class_name="paper-subject"),
        rx.foreach(view.blocks, _block),
        rx.el.p(view.closing, class_name="paper-closing"),
        rx.el.p(rx.el.strong(view.signatory), rx.el.span(view.signatory_role)),
        _ends("Enclosures", view.enclosures),
        _ends("Copies to", view.copies),
        rx.cond(view.small_print != "", rx.el.footer(view.small_print)),
        class_name="paper",
        aria_label="The letter as it prints",
    )


def _part(part: Any) -> rx.Component:
    return rx.cond(part.is_gap, rx.el.mark(part.text), rx.fragment(part.text))


def _line(line: Any) -> rx.Component:
    return rx.el.span(rx.foreach(line.parts, _part))


def _block(block: Any) -> rx.Component:
    return rx.match(  # pyright: ignore[reportReturnType]
        block.kind,
        ("heading", rx.el.p(rx.el.strong(rx.foreach(block.parts, _part)), class_name="paper-part")),
        ("bullets", rx.el.ul(rx.foreach(block.points, lambda item: rx.el.li(_line(item))))),
        ("table", _table(block)),
        rx.el.p(rx.foreach(block.parts, _part), class_name="paper-said"),
    )


def _cell(cell: Any) -> rx.Component:
    return rx.el.td(cell.text, class_name=rx.cond(cell.is_sum, "num", ""))


def _table(block: Any) -> rx.Component:
    return rx.el.table(
        rx.el.thead(
            rx.el.tr(
                rx.foreach(
                    block.head,
                    lambda cell: rx.el.th(
                        cell.text, scope="col", class_name=rx.cond(cell.is_sum, "num", "")
                    ),
                )
            )
        ),
        rx.el.tbody(
            rx.foreach(block.rows, lambda row: rx.el.tr(rx.foreach(row.cells, _cell))),
            rx.cond(
                block.total.length() > 0,
                rx.el.tr(rx.foreach(block.total, _cell), class_name="total"),
            ),
        ),
    )


def _ends(label: str, items: Any) -> rx.Component:
    return rx.cond(
        items.length() > 0,
        rx.el.div(
            rx.el.p(label),
            rx.el.ul(rx.foreach(items, rx.el.li)),
            class_name="paper-ends",
        ),
    )
