"""What a letter says: the parts that are edited, and the content that is printed of them."""

from collections.abc import Mapping
from typing import Annotated, Any, Final

from pydantic import Field

from cma_app.access.acts import Act
from cma_app.clock import today
from cma_app.printing.letter_content import Block, LetterContent, Table, body_from_text
from cma_app.rules.letter_templates import (
    TABLE,
    LetterTemplate,
    letter_template_of,
    still_to_write,
)
from cma_app.services.forms import Form, given
from cma_app.services.letter_facts import letterhead, table_for
from cma_app.services.letter_people import reader_of
from cma_app.session import CentreSession
from models import Case, Letter, User

DRAFT: Final = "Draft: not for sending"
PARTS: Final = {
    "to_lines": "Name and address",
    "their_reference": "Their reference",
    "salutation": "Begins",
    "subject": "Subject",
    "body": "Letter",
}
"""Each part that is edited, with its label."""


class LetterForm(Form):
    """A draft's parts as they are edited; lines of an address stand under each other."""

    to_lines: Annotated[str, given("Say who it goes to."), Field(max_length=500)]
    their_reference: Annotated[str, Field(max_length=100)] = ""
    salutation: Annotated[str, given("Say how it begins: Dear ..."), Field(max_length=100)]
    subject: Annotated[str, given("Give it a subject."), Field(max_length=200)]
    body: Annotated[str, given("The letter has no words yet."), Field(max_length=10_000)]

    @classmethod
    def as_typed(cls, data: Mapping[str, Any]) -> "LetterForm":
        """Return the parts as they stand, whether or not they would be saved."""
        parts: dict[str, Any] = {name: _plain(data.get(name)) for name in PARTS}
        return cls.model_construct(**parts)

    def missing(self) -> dict[str, list[str]]:
        """Return what each part still shows in square brackets for somebody to write."""
        said = {name: still_to_write(text) for name, text in self.model_dump().items()}
        return {name: gaps for name, gaps in said.items() if gaps}


def _plain(value: Any) -> str:
    return str(value or "").replace("\x00", "").replace("\r\n", "\n")


def template_of(letter: Letter) -> LetterTemplate:
    """Return the words that a letter was drafted from."""
    return letter_template_of(letter.kind, letter.template_version)


def stored_form(letter: Letter) -> LetterForm:
    """Return a letter's parts as they are kept."""
    if letter.status != "issued":
        return LetterForm.as_typed(letter.content)
    content = LetterContent.from_json(letter.content)
    return LetterForm.as_typed(
        {
            "to_lines": "\n".join(content.recipient),
            "their_reference": content.their_reference,
            "salutation": content.salutation,
            "subject": content.subject,
            "body": "\n\n".join(_block_text(block) for block in content.body),
        }
    )


def form_of(session: CentreSession, letter: Letter, form: LetterForm | None = None) -> LetterForm:
    """Return a letter's parts as they may be shown: no address of a client whom post may harm."""
    session.authorize(Act.CASE_OPEN, session.require(Case, letter.case_id))
    form = form or stored_form(letter)
    if letter.status == "issued" or letter.recipient != "client":
        return form
    if reader_of(session, letter).is_safe("post"):
        return form
    return form.model_copy(update={"to_lines": form.to_lines.strip().split("\n")[0]})


def content_of(session: CentreSession, letter: Letter, form: LetterForm) -> LetterContent:
    """Return what is printed of a letter: the frozen content, or the parts as they stand."""
    case = session.require(Case, letter.case_id)
    session.authorize(Act.CASE_OPEN, case)
    if letter.status == "issued":
        return LetterContent.from_json(letter.content)
    form = form_of(session, letter, form)
    advisor = session.require(User, case.advisor_id)
    to_client = letter.recipient == "client"
    copies = () if to_client or letter.kind != "offer" else (reader_of(session, letter).name,)
    return LetterContent(
        letterhead=letterhead(session, case),
        recipient=tuple(line.strip() for line in form.to_lines.split("\n") if line.strip()),
        date=today(),
        our_reference=case.case_reference,
        their_reference="" if to_client else form.their_reference,
        status_label=DRAFT,
        salutation=form.salutation,
        subject=form.subject,
        body=_blocks(form.body, table_for(session, case, letter)),
        closing="Yours sincerely" if to_client else "Yours faithfully",
        signatory=advisor.full_name,
        signatory_role="Debt advisor",
        enclosures=template_of(letter).enclosures,
        copies_to=copies,
    )


def _block_text(block: Block) -> str:
    if block.kind == "bullets":
        return "\n".join(f"- {item}" for item in block.items)
    if block.kind == "table":
        return TABLE
    return f"# {block.text}" if block.kind == "heading" else block.text


def _blocks(body: str, table: Table | None) -> tuple[Block, ...]:
    blocks: list[Block] = []
    for block in body_from_text(body):
        if block.kind == "paragraph" and block.text == TABLE:
            blocks += [Block(kind="table", table=table)] if table else []
        else:
            blocks.append(block)
    return tuple(blocks)
