"""What a letter says, frozen when it is issued: a few kinds of block, and text that stays text."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal, get_args

from cma_app.printing import frozen

LAYOUT: Final = 1

BlockKind = Literal["paragraph", "bullets", "heading", "table"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterhead:
    """The centre as its letters show it; `small_print` is who regulates it, its charity number."""

    name: str
    address: tuple[str, ...] = ()
    phone: str = ""
    email: str = ""
    website: str = ""
    small_print: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a letter's table; sums stand to the right."""

    label: str
    is_sum: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of a letter's table: a text for each column."""

    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Debts, offers or sums in a letter; `total` is its last row, set apart."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    total: Row | None = None

    def __post_init__(self) -> None:
        for row in (*self.rows, *((self.total,) if self.total else ())):
            if len(row.cells) != len(self.columns):
                raise ValueError("a row of a letter's table has too many or too few cells")


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A paragraph or heading (`text`), a list (`items`) or a table."""

    kind: str = "paragraph"  # a BlockKind
    text: str = ""
    items: tuple[str, ...] = ()
    table: Table | None = None

    def __post_init__(self) -> None:
        if self.kind not in get_args(BlockKind):
            raise ValueError(f"unknown kind of block {self.kind}")
        if (self.kind == "table") != (self.table is not None):
            raise ValueError("a table, and only a table, has rows")


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterContent:
    """One letter to one reader, to be kept and printed again as it was.

    `recipient` is the address as it shows in the envelope's window, name first. `status_label`
    is printed above the subject: "Draft: not for sending".
    """

    layout: int = LAYOUT
    letterhead: Letterhead
    recipient: tuple[str, ...]
    date: date
    our_reference: str = ""
    their_reference: str = ""
    status_label: str = ""
    salutation: str
    subject: str
    body: tuple[Block, ...]
    closing: str = "Yours faithfully"
    signatory: str
    signatory_role: str = ""
    enclosures: tuple[str, ...] = ()
    copies_to: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the content as dictionaries, lists and strings, to be kept as JSONB."""
        return frozen.to_json(self)

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> "LetterContent":
        """Return the content that `to_json` made; another shape raises Unreadable."""
        return frozen.from_json(cls, dict(content))


def body_from_text(text: str) -> tuple[Block, ...]:
    """Return the blocks of an edited text: an empty line parts paragraphs, "- " begins an item.

    A line that begins with "# " is a heading. Nothing else has a meaning.
    """
    blocks: list[Block] = []
    for part in text.replace("\r\n", "\n").split("\n\n"):
        lines = [line for line in part.split("\n") if line.strip()]
        if lines and all(line.startswith("- ") for line in lines):
            blocks.append(Block(kind="bullets", items=tuple(line[2:].strip() for line in lines)))
        elif len(lines) == 1 and lines[0].startswith("# "):
            blocks.append(Block(kind="heading", text=lines[0][2:].strip()))
        elif lines:
            blocks.append(Block(text="\n".join(line.strip() for line in lines)))
    return tuple(blocks)
