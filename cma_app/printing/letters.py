"""A frozen letter as a tagged PDF and as a Word file; what people wrote stays text in both."""

from typing import Any

from cma_app.printing.letter_content import Block, LetterContent, Table
from cma_app.printing.typesetting import typeset
from cma_app.printing.word import fill_letter


def letter_pdf(content: LetterContent) -> bytes:
    """Return the letter as PDF, its address where a window envelope shows it."""
    return typeset("letter", content.layout, letter_page(content), on=content.date)


def letter_docx(content: LetterContent) -> bytes:
    """Return the letter as a Word file, to be edited outside; the same content, the same bytes."""
    return fill_letter(letter_page(content), title=content.subject, on=content.date)


def letter_page(content: LetterContent) -> dict[str, Any]:
    """Return what both forms of the letter print, every figure already a text."""
    head = content.letterhead
    day = f"{content.date.day} {content.date:%B %Y}"
    references = [("Our reference", content.our_reference)]
    references.append(("Your reference", content.their_reference))
    reach = (*head.address, head.phone, head.email, head.website)
    return {
        "names": content.recipient[0] if content.recipient else "",
        "number": content.our_reference,
        "centre": {"name": head.name, "lines": [line for line in reach if line]},
        "small_print": head.small_print,
        "recipient": [line for line in content.recipient if line],
        "date": day,
        "references": [[label, value] for label, value in references if value],
        "status": content.status_label,
        "salutation": content.salutation,
        "subject": content.subject,
        "body": [_block(block) for block in content.body],
        "closing": content.closing,
        "signatory": content.signatory,
        "signatory_role": content.signatory_role,
        "ends": [
            [label, list(items)]
            for label, items in (
                ("Enclosures", content.enclosures),
                ("Copies to", content.copies_to),
            )
            if items
        ],
    }


def _block(block: Block) -> dict[str, Any]:
    return {
        "kind": block.kind,
        "text": block.text,
        "points": list(block.items),
        "table": _table(block.table) if block.table else None,
    }


def _table(table: Table) -> dict[str, Any]:
    sums = [column.is_sum for column in table.columns]

    def cells(texts: tuple[str, ...]) -> list[dict[str, Any]]:
        return [{"text": text, "is_sum": is_sum} for text, is_sum in zip(texts, sums, strict=True)]

    return {
        "head": cells(tuple(column.label for column in table.columns)),
        "rows": [cells(row.cells) for row in table.rows],
        "total": cells(table.total.cells) if table.total else [],
    }
