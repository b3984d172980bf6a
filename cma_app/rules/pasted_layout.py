"""How pasted text is laid out: which marks part its columns, and its rows of cells.

Four tables (tabs, pipes, semicolons, commas), columns held apart by spaces, or a block of
"Label: value" lines for each account. Every step passes over the text a fixed number of times.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from cma_app.rules.pasted_words import field_of_heading

LOOKED_AT: Final = 60  # lines that decide on the layout
LAYOUTS: Final[dict[str, str]] = {
    "tabs": "\t",
    "pipes": "|",
    "semicolons": ";",
    "commas": ",",
}
MOST_LINES_IN_CELL: Final = 20  # beyond that a quote is a slip, not the start of a long cell
MOST_COLUMNS: Final = 50
THOUSANDS: Final = re.compile(r"£ ?[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,3}(?:,[0-9]{3})+\.[0-9]{2}")
CHUNK: Final = re.compile(r"\S+(?: \S+)*")  # what stands between two or more spaces
GAP: Final = re.compile(r" {2,}|\t+")
TAIL: Final = re.compile(  # "1. Barclaycard - £1,200": a name, then an amount with its pound sign
    r"(?:[0-9]{1,3}[.)] |[-•*] )?(.*[^ :–—-])[ :–—-]+(\(?-?£ ?[0-9][0-9,.]*\)?(?: ?(?:DR|CR))?)",
    re.IGNORECASE,
)
LONGEST_TAIL: Final = 200
RULE: Final = re.compile(r"[\s|+:=_\-–—]+")
FENCES: Final = re.compile(r"\A[ \t]*\||\|[ \t]*\Z")


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of one row and the line of the text it begins on, the first being 1."""

    line: int
    cells: list[str]


@dataclass(slots=True)
class Layout:
    """The rows of a text; the labels of blocks are its headings, else a row may hold them."""

    name: str
    rows: list[Row]
    headings: list[str] = field(default_factory=list)
    left_over: list[Row] = field(default_factory=list)


def lay_out(text: str) -> Layout:
    """Return the rows of a text in the layout that fits it best."""
    text = text.removeprefix("\ufeff").replace("\u00a0", " ").rstrip()
    text = re.sub(r"\r\n?|[\u2028\u2029\u0085\x0b\x0c]", "\n", text)
    lines = text.split("\n")
    sample = [line for line in lines if line.strip()][:LOOKED_AT]
    if _are_blocks(sample):
        return _blocks(lines)
    name = _layout_of(sample)
    if name == "spaces":
        return Layout(name, list(_aligned(lines)))
    if name == "commas" and _have_tails(sample):
        return Layout("spaces", list(_aligned([_with_gap(line) for line in lines])))
    if name == "pipes":
        rows = [Row(n, _fenced(line)) for n, line in enumerate(lines, start=1)]
        return Layout(name, rows)
    return Layout(name, list(_parted(text, LAYOUTS[name])))


def _tail(line: str) -> re.Match[str] | None:
    return TAIL.fullmatch(line.strip()) if len(line) <= LONGEST_TAIL else None


def _have_tails(sample: list[str]) -> bool:
    """Say whether most lines are a name and an amount, and no line is more cells than that."""
    plain = [THOUSANDS.sub("0", line) for line in sample]
    return sum(_tail(line) is not None for line in plain if "," not in line) * 2 > len(sample)


def _with_gap(line: str) -> str:
    found = _tail(line)
    return f"{found[1]}  {found[2]}" if found else line


def is_rule(cells: list[str]) -> bool:
    """Say whether a row is only a line drawn between rows."""
    drawn = "".join(cells)
    return len(drawn) > 2 and RULE.fullmatch(drawn) is not None and bool(drawn.strip())


def _layout_of(sample: list[str]) -> str:
    """Return the layout's name; a mark that half the lines have wins, tabs before others."""
    for name in ("tabs", "pipes", "semicolons"):
        having = sum(LAYOUTS[name] in line for line in sample)
        if having and having * 2 >= len(sample):
            return name
    commas = _width([THOUSANDS.sub("0", line) for line in sample], ",")
    spaces = Counter(len(CHUNK.findall(line.strip())) for line in sample).most_common(1)
    if spaces and spaces[0][0] > 1 and spaces[0][0] >= commas:
        return "spaces"
    chunks = max((len(CHUNK.findall(line.strip())) for line in sample), default=0)
    return "spaces" if commas < 2 <= chunks else "commas"


def _width(sample: list[str], mark: str) -> int:
    """Return how many cells most of the lines have."""
    widths = Counter(len(row.cells) for row in _parted("\n".join(sample), mark))
    return widths.most_common(1)[0][0] if widths else 0


def _fenced(line: str) -> list[str]:
    return [cell.strip() for cell in FENCES.sub("", line).split("|")]


def _parted(text: str, mark: str) -> Iterator[Row]:
    """Yield rows parted by a mark; a cell in quotes may hold the mark and new lines.

    A quote that opens a cell and is never closed before a mark is an ordinary character.
    """
    quotes = _Quotes(text, mark)
    at, line, cells, begun = 0, 1, [], 1
    while True:
        cell, after = _cell_at(text, at, quotes)
        line += text.count("\n", at, after)
        cells.append(cell)
        if after >= len(text) or text[after] == "\n":
            yield Row(begun, cells)
            cells, line, begun = [], line + 1, line + 1
        if after >= len(text):
            return
        at = after + 1


class _Quotes:
    """Where quoted cells of a text can end; made in one pass, asked in steps of halving."""

    def __init__(self, text: str, mark: str) -> None:
        self.text = text
        self.run = re.compile('"+')
        self.ends = re.compile(f"[{re.escape(mark)}\n]|\\Z")
        runs = re.finditer(f'"+(?=[{re.escape(mark)}\n]|\\Z)', text)
        # Inside a cell quotes are doubled, so only an odd run before a mark can close it.
        self.closers = [each.end() - 1 for each in runs if (each.end() - each.start()) % 2]
        self.new_lines = [each.start() for each in re.finditer("\n", text)]

    def closing(self, at: int) -> int | None:
        """Return where the quote that opens at a place is closed, or None where it is not."""
        opening = self.run.match(self.text, at)
        if opening is None:
            return None
        after = opening.end()
        if (after - at) % 2 == 0 and self.ends.match(self.text, after):
            return after - 1
        place = bisect_left(self.closers, after)
        if place == len(self.closers):
            return None
        closer = self.closers[place]
        lines = bisect_left(self.new_lines, closer) - bisect_left(self.new_lines, at)
        return closer if lines <= MOST_LINES_IN_CELL else None


def _cell_at(text: str, at: int, quotes: _Quotes) -> tuple[str, int]:
    closer = quotes.closing(at)
    if closer is not None:
        return text[at + 1 : closer].replace('""', '"').strip(), closer + 1
    found = quotes.ends.search(text, at)
    end = found.start() if found else len(text)
    return text[at:end].strip(), end


def _aligned(lines: list[str]) -> Iterator[Row]:
    """Yield rows of columns held apart by spaces; a gap keeps its place under the headings."""
    heads: list[tuple[int, int]] = []
    for number, written in enumerate(lines, start=1):
        line = written.expandtabs(8).rstrip()
        chunks = [(each.start(), each.end()) for each in CHUNK.finditer(line)]
        cells = [line[start:end] for start, end in chunks]
        if not heads and number <= LOOKED_AT and len(_fields(cells)) >= 2:
            heads = chunks[:MOST_COLUMNS]
        elif heads and 0 < len(chunks) < len(heads):
            cells = _placed(cells, chunks, heads)
        yield Row(number, cells)


def _placed(
    cells: list[str], chunks: list[tuple[int, int]], heads: list[tuple[int, int]]
) -> list[str]:
    """Return cells under the headings they stand nearest to, in their order."""
    row = [""] * len(heads)
    free = 0
    for count, (cell, (start, end)) in enumerate(zip(cells, chunks, strict=True)):
        last = len(heads) - (len(cells) - count)
        near = [
            min(abs(start - heads[i][0]), abs(end - heads[i][1])) for i in range(free, last + 1)
        ]
        place = free + near.index(min(near))
        row[place] = cell
        free = place + 1
    return row


def _fields(cells: list[str]) -> set[str]:
    found = (field_of_heading(cell) for cell in cells[:50])
    return {each[0] for each in found if each and each[0]}


def _are_blocks(sample: list[str]) -> bool:
    known = {label for line in sample for label, _ in _labelled(line) if _known(label)}
    lines = sum(any(_known(label) for label, _ in _labelled(line)) for line in sample)
    return (
        len({_known(label) for label in known}) >= 2 and lines >= 2 and lines * 5 >= len(sample) * 2
    )


def _known(label: str) -> str:
    found = field_of_heading(label)
    return found[0] if found else ""


def _labelled(line: str) -> list[tuple[str, str]]:
    """Return the labels of a line with their values: "Balance: £5   Opened: May 2020" has two."""
    pairs: list[tuple[str, str]] = []
    chunks = [chunk for chunk in GAP.split(line.strip()[:2000]) if chunk]
    for chunk in chunks:
        label, colon, value = chunk.partition(":")
        if colon and 0 < len(label.strip()) <= 40 and label[:1].isalpha() and label.isascii():
            pairs.append((label.strip(), value.strip()))
        elif pairs and not pairs[-1][1]:
            pairs[-1] = (pairs[-1][0], chunk)
        elif len(chunks) == 2 and not pairs and _exactly(chunk):
            pairs.append((chunk, ""))
    return pairs


def _exactly(label: str) -> bool:
    found = field_of_heading(label)
    return found is not None and found[1] and bool(found[0])


def _blocks(lines: list[str]) -> Layout:
    """Return a row for each block of labelled lines; a bare line before one is its creditor."""
    gathered = _Blocks()
    for number, line in enumerate(lines, start=1):
        gathered.take(number, line)
    gathered.end()
    labels = list(gathered.labels)
    rows = [Row(n, [block.get(label, "") for label in labels]) for n, block in gathered.blocks]
    return Layout("blocks", rows, labels, gathered.left_over)


class _Blocks:
    """Blocks as they are gathered line by line."""

    def __init__(self) -> None:
        self.labels: dict[str, None] = {}
        self.by_field: dict[str, str] = {}
        self.blocks: list[tuple[int, dict[str, str]]] = []
        self.left_over: list[Row] = []
        self.begun = 0
        self.now: dict[str, str] = {}
        self.seen: set[str] = set()
        self.title: tuple[int, str] | None = None
        self.gap = True

    def take(self, number: int, line: str) -> None:
        if not line.strip() or is_rule([line]):
            self.gap = True
            return
        pairs = _labelled(line)
        if not pairs:
            self._bare(number, line.strip())
        for label, value in pairs:
            self._pair(number, label, value)
        self.gap = False

    def _bare(self, number: int, line: str) -> None:
        if self.now and not self.gap:
            self.left_over.append(Row(number, [line]))
            return
        self.close()
        if self.title:
            self.left_over.append(Row(self.title[0], [self.title[1]]))
        self.title = (number, line)

    def _pair(self, number: int, label: str, value: str) -> None:
        known, said = _known(label), label.casefold()
        if said in self.seen or (known == "creditor" and self.now and self.gap):
            self.close()
        if not self.now:
            self.begun = number
        if not self.now and self.title and known != "creditor":
            self.begun = self.title[0]
            self._keep("Creditor", self.title[1])
        elif not self.now and self.title:
            self.left_over.append(Row(self.title[0], [self.title[1]]))
        self.title = None
        self.seen.add(said)
        self._keep(label, value)

    def _keep(self, label: str, value: str) -> None:
        known = _known(label)
        usual = self.by_field.setdefault(known, label) if known else label
        label = label if usual in self.now else usual
        if label in self.labels or len(self.labels) <= MOST_COLUMNS:
            self.labels[label] = None
            self.now[label] = value

    def close(self) -> None:
        if self.now:
            self.blocks.append((self.begun, self.now))
        self.now, self.seen = {}, set()

    def end(self) -> None:
        self.close()
        if self.title:
            self.left_over.append(Row(self.title[0], [self.title[1]]))
