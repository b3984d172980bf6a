"""Letters to look at and to read back: an offer, a hostile one and a very long one."""

from dataclasses import replace
from datetime import date

from cma_app.printing.letter_content import Block, Column, LetterContent, Letterhead, Row, Table

HEAD = Letterhead(
    name="Harbour Money Advice",
    address=("3 Camber Quay", "Portsmouth PO1 2NE"),
    phone="07700 900010",
    email="advice@harbour.example",
    website="harbour.example",
    small_print="Harbour Money Advice gives free debt advice. Fictional, for demonstrations.",
)

OFFERS = Table(
    columns=(
        Column(label="Creditor"),
        Column(label="Balance, £", is_sum=True),
        Column(label="Offer a month, £", is_sum=True),
    ),
    rows=(
        Row(cells=("Marlow Bank", "1,430.00", "17.52")),
        Row(cells=("Fernley Finance", "2,310.00", "28.30")),
        Row(cells=("Homefield Catalogue", "260.00", "3.18")),
    ),
    total=Row(cells=("Total", "4,000.00", "49.00")),
)


def offer_letter() -> LetterContent:
    """Return an offer to one creditor."""
    return LetterContent(
        letterhead=HEAD,
        recipient=(
            "Collections Department",
            "Marlow Bank",
            "PO Box 118",
            "Leeds",
            "LS1 4AB",
        ),
        date=date(2026, 11, 22),
        our_reference="HMA-2026-000001",
        their_reference="CAR-20471",
        salutation="Dear Sir or Madam",
        subject="Leanne Whitmore, 14 Cooper's Row, Portsmouth PO1 3AX: an offer of payment",
        body=(
            Block(text="We advise Ms Whitmore about her debts. Her authority is enclosed."),
            Block(
                text="Her income is £2,150.00 a month and her outgoings are £1,985.00. After "
                "savings and what she pays towards her rent and council tax arrears, £49.00 a "
                "month is left, which we have shared between her other creditors by balance."
            ),
            Block(kind="heading", text="What she offers"),
            Block(kind="table", table=OFFERS),
            Block(text="We ask you to:"),
            Block(
                kind="bullets",
                items=(
                    "accept £17.52 a month, the first payment on 1 December 2026;",
                    "stop interest and charges while the payments are kept up;",
                    "write to us, and not to Ms Whitmore, by 20 December 2026.",
                ),
            ),
            Block(text="The offer will be looked at again on 22 May 2027."),
        ),
        signatory="Priya Nair",
        signatory_role="Advisor",
        enclosures=("Financial statement, summary", "Authority of Leanne Whitmore"),
    )


def long_letter() -> LetterContent:
    """Return a letter of many pages with a table of forty rows and a very long address."""
    rows = tuple(
        Row(cells=(f"The {n}th Long Named Consumer Finance Company (Assigned)", "1,000.00", "9.99"))
        for n in range(1, 41)
    )
    letter = offer_letter()
    words = "What the client told us, what we found, and what will be done by whom and when. " * 8
    return replace(
        letter,
        recipient=(
            "Wilhelmina Featherstonehaugh-Cholmondeley of the Extraordinary Department",
            *(f"Line {n} of a long address" for n in range(2, 9)),
        ),
        body=(
            *(Block(text=words) for _ in range(6)),
            Block(kind="table", table=replace(OFFERS, rows=rows)),
            *letter.body,
        ),
        status_label="Draft: not for sending",
        copies_to=("Leanne Whitmore",),
    )
