"""A frozen statement as a tagged PDF: in full for the file, in summary for creditors."""

from cma_app.printing.content import StatementContent
from cma_app.printing.statement_page import full_page
from cma_app.printing.summary_page import summary_page
from cma_app.printing.typesetting import typeset


def full(content: StatementContent) -> bytes:
    """Return the whole statement as PDF: every line with what was entered, and its note."""
    return typeset("full", content.layout, full_page(content), on=content.statement_date)


def summary(content: StatementContent) -> bytes:
    """Return the statement for creditors as PDF: totals and debts, without line detail."""
    return typeset("summary", content.layout, summary_page(content), on=content.statement_date)
