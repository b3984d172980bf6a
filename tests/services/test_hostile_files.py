"""Hostile files by the hundred: each is refused in words or comes out with nothing hostile in it.

The workshop is the real one: a process of its own with its limits, which must outlive them all.
"""

import io
import json
import os
import random
import socket
import struct
import threading
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pikepdf
import pytest
from PIL import Image

from cma_app.intake import workshop as ours
from cma_app.intake.kinds import KEPT, tidy_name
from cma_app.intake.refusals import MOST_PAGES, SENTENCES, FileRefused
from cma_app.intake.scanner import scan
from cma_app.intake.workshop import SafeFile, Workshop, spool, workshop
from cma_app.settings import Settings, settings, use_settings
from tests.papers import paper, picture

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
MARK = b"HOSTILE-PAYLOAD-"
"""Stands in every hostile part: where it comes back, something hostile did."""
File = tuple[str, bytes]


def _zip(name: str = "word/document.xml") -> bytes:
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(name, MARK + b"0" * 5_000_000)
    return into.getvalue()


def _chunk(kind: bytes, data: bytes) -> bytes:
    body = kind + data
    return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))


def png_bomb(side: int, depth: int = 8) -> bytes:
    """Return a PNG that claims side x side pixels and unpacks into nothing of the kind."""
    head = struct.pack(">IIBBBBB", side, side, depth, 2, 0, 0, 0)
    data = zlib.compress(b"\0" * 2_000_000)
    parts = (_chunk(b"IHDR", head), _chunk(b"IDAT", data), _chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def png_text_bomb(number: int) -> bytes:
    """Return a PNG whose compressed text unpacks into sixty megabytes."""
    made = picture("PNG")
    text = zlib.compress(MARK + b"A" * (60_000_000 + number), 1)
    bomb = _chunk(b"zTXt", b"Comment\0\0" + text)
    return made[:33] + bomb + made[33:]


def with_extras(number: int) -> bytes:
    """Return a PDF with everything that acts or is attached, in a different dress each time."""
    with pikepdf.open(io.BytesIO(paper(f"Honest page {number}"))) as pdf:
        js = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=(MARK + b"app.alert(1)").decode())
        act: Any = [
            js,
            pikepdf.Dictionary(S=pikepdf.Name.Launch, F=(MARK + b"cmd.exe").decode()),
            pikepdf.Dictionary(S=pikepdf.Name.URI, URI=(MARK + b"http://evil.example").decode()),
            pikepdf.Dictionary(S=pikepdf.Name.SubmitForm, F=MARK.decode()),
            pikepdf.Dictionary(S=pikepdf.Name.GoToR, F=MARK.decode(), D=[0]),
        ][number % 5]
        page = pdf.pages[0].obj
        places: list[Callable[[], None]] = [
            lambda: pdf.Root.__setitem__("/OpenAction", pdf.make_indirect(act)),
            lambda: page.__setitem__("/AA", pikepdf.Dictionary(O=act)),
            lambda: pdf.Root.__setitem__(
                "/Names",
                pikepdf.Dictionary(JavaScript=pikepdf.Dictionary(Names=["x", act])),
            ),
            lambda: page.__setitem__("/Annots", [_link(pdf, act)]),
            lambda: pdf.attachments.__setitem__("evil.exe", MARK + b"MZ" + os.urandom(50)),
            lambda: page.__setitem__("/PieceInfo", pikepdf.Dictionary(X=MARK.decode())),
            lambda: page.__setitem__("/Metadata", pikepdf.Stream(pdf, MARK * 9)),
            lambda: page.Resources.__setitem__(
                "/Properties", pikepdf.Dictionary(M0=pikepdf.Dictionary(AF=[act], JS=act))
            ),
            lambda: pdf.Root.__setitem__(
                "/AcroForm",
                pikepdf.Dictionary(Fields=[], XFA=pikepdf.Stream(pdf, MARK * 3)),
            ),
            lambda: pdf.docinfo.__setitem__("/Title", MARK.decode()),
        ]
        for each in random.Random(number).sample(places, 4):
            each()
        into = io.BytesIO()
        pdf.save(into)
        return into.getvalue() + MARK * (number % 2) + b"\n%%EOF\n"


def _link(pdf: pikepdf.Pdf, act: pikepdf.Object) -> pikepdf.Object:
    return pdf.make_indirect(
        pikepdf.Dictionary(
            Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 600, 800], A=act
        )
    )


def flate_bomb(lines: int, *, twice: bool = False) -> bytes:
    """Return a small PDF whose page's content unpacks into twelve bytes for each of its lines."""
    with pikepdf.open(io.BytesIO(paper())) as pdf:
        raw = zlib.compress(b"0 0 m 9 9 l " * lines, 1)
        bomb = pikepdf.Stream(pdf, zlib.compress(raw, 1) if twice else raw)
        bomb.Filter = pikepdf.Array([pikepdf.Name.FlateDecode] * (2 if twice else 1))
        pdf.pages[0].obj.Contents = bomb
        into = io.BytesIO()
        pdf.save(into, stream_decode_level=pikepdf.StreamDecodeLevel.none, compress_streams=False)
        return into.getvalue()


def odd_pages(number: int) -> bytes:
    """Return a PDF with a page of an impossible size, or too many pages, or none."""
    if number % 3 == 0:
        return paper(pages=MOST_PAGES + 1 + number)
    with pikepdf.open(io.BytesIO(paper())) as pdf:
        side = [1e12, -5, 0][number % 3]
        pdf.pages[0].obj.MediaBox = [0, 0, side, side]
        into = io.BytesIO()
        pdf.save(into)
        return into.getvalue()


def locked_pdf(number: int) -> bytes:
    """Return a PDF that asks for a password."""
    with pikepdf.open(io.BytesIO(paper())) as pdf:
        into = io.BytesIO()
        pdf.save(into, encryption=pikepdf.Encryption(owner="o", user=f"u{number}"))
        return into.getvalue()


def cut(content: bytes, share: float) -> bytes:
    """Return the beginning of a file."""
    return content[: max(int(len(content) * share), 20)]


def scrambled(content: bytes, number: int) -> bytes:
    """Return a file with its middle overwritten, its beginning whole."""
    noise = random.Random(number).randbytes(len(content) // 3)
    start = len(content) // 3
    return content[:start] + noise + content[start + len(noise) :]


PLAIN: list[tuple[str, bytes, str]] = [
    ("letter.docx", _zip(), "office"),
    ("pack.zip", _zip("a.txt"), "archive"),
    ("old.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + MARK * 40, "office"),
    ("run.exe", b"MZ" + MARK * 40, "program"),
    ("run.pdf", b"MZ" + MARK * 40, "program"),
    ("run.sh", b"#!/bin/sh\n" + MARK, "program"),
    ("lib.so", b"\x7fELF" + MARK * 9, "program"),
    ("page.html", b"<!DOCTYPE html><script>" + MARK, "page"),
    ("page.pdf", b"<html><body onload=x>" + MARK, "page"),
    ("drawing.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>" + MARK, "page"),
    ("feed.xml", b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]>" + MARK, "page"),
    ("photo.heic", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + MARK, "cut_off"),
    ("photo.avif", b"\0\0\0\x18ftypavif\0\0\0\0mif1avif" + MARK, "kind"),
    ("film.mp4", b"\0\0\0\x18ftypisom\0\0\0\0" + MARK, "kind"),
    ("words.txt", b"Plain words " + MARK, "kind"),
    ("moving.gif", b"GIF89a" + MARK * 4, "kind"),
    ("old.bmp", b"BM" + MARK * 4, "kind"),
    ("rich.rtf", b"{\\rtf1 " + MARK, "office"),
    ("nothing.pdf", b"", "empty"),
    ("virus.com", EICAR, "kind"),
    ("wrong.exe", paper(), "name"),
    ("wrong.html", picture("PNG"), "name"),
    ("wrong.pdf", picture("JPEG"), "name"),
    ("wrong.jpg", paper(), "name"),
    ("photo.pdf.exe", picture("JPEG"), "name"),
]


def corpus() -> Iterator[tuple[str, bytes, str]]:
    """Yield names, hostile bytes, and the reason they are refused for ("" where any will do)."""
    for turn in range(3):
        for name, content, code in PLAIN:
            yield f"{turn}-{name}", content + (b"\n" * turn if content else b""), code
    for number in range(90):
        yield f"extras-{number}.pdf", with_extras(number), ""
    yield "flate.pdf", flate_bomb(30_000_000), "too_much"
    yield "flate-twice.pdf", flate_bomb(2_000_000, twice=True), ""
    for number in range(2):
        yield f"text-{number}.png", png_text_bomb(number), ""
    for number in range(6):
        yield f"pages-{number}.pdf", odd_pages(number), ""
        yield f"locked-{number}.pdf", locked_pdf(number), "password"
        yield f"bomb-{number}.png", png_bomb(20_000 + 9_000 * number), "pixels"
        yield f"claims-{number}.png", png_bomb(5_000 + number), ""
    for number in range(40):
        share = 0.05 + number * 0.022
        form = ("JPEG", "PNG", "WEBP", "TIFF", "HEIF")[number % 5]
        yield f"cut-{number}.{form.lower()}", cut(picture(form, (640, 480)), share), ""
        yield f"noise-{number}.{form.lower()}", scrambled(picture(form, (640, 480)), number), ""
        yield f"tail-{number}.{form.lower()}", picture(form) + _tail(number), ""
        yield f"cut-{number}.pdf", cut(paper(), share), "cut_off"
        yield f"noise-{number}.pdf", scrambled(paper(), number), ""


def _tail(number: int) -> bytes:
    return [MARK * 20, _zip("x"), b"<script>" + MARK, EICAR + MARK][number % 4]


def taken(name: str, content: bytes) -> SafeFile | str:
    """Return what the workshop makes of a file, or the code of its refusal."""
    with spool() as file:
        file.write(content)
        try:
            return workshop().make_safe(file, name=name)
        except FileRefused as refused:
            assert SENTENCES[refused.code] == refused.sentence
            return refused.code


def hostile_in(safe: SafeFile) -> list[str]:
    """Return what is hostile in bytes that would be kept, looked at unpacked."""
    found = [word for word in ("HOSTILE", "EICAR") if word.encode() in safe.content]
    if safe.mime_type != "application/pdf":
        return found
    with pikepdf.open(io.BytesIO(safe.content)) as pdf:
        if set(pdf.Root.keys()) - {"/Type", "/Pages"}:
            found.append(f"the root has {sorted(pdf.Root.keys())}")
        for each in pdf.objects:
            if isinstance(each, pikepdf.Stream):
                raw = each.read_raw_bytes() + _unpacked(each)
                found += ["stream"] if MARK in raw or b"EICAR" in raw else []
            text = repr(each)
            found += [w for w in ("HOSTILE", "/JS", "/Launch", "/AA", "/URI") if w in text]
    return found


def _unpacked(stream: pikepdf.Stream) -> bytes:
    try:
        return stream.read_bytes()
    except pikepdf.PdfError:
        return b""


def test_hundreds_of_hostile_files_leave_nothing_and_the_worker_lives() -> None:
    tried, kept, codes = 0, 0, set()
    wrong: list[str] = []
    taken("first.pdf", paper())
    process = workshop()._process
    assert process is not None
    for name, content, code in corpus():
        came = taken(name, content)
        tried += 1
        if isinstance(came, str):
            codes.add(came)
            if code and came != code:
                wrong.append(f"{name}: {came} and not {code}")
            continue
        kept += 1
        if code:
            wrong.append(f"{name}: kept, and should be refused as {code}")
        assert came.mime_type in KEPT
        wrong += [f"{name}: {each}" for each in hostile_in(came)]
    assert wrong == []
    assert tried >= 300
    assert kept >= 90  # the honest part of what was dressed up is kept
    assert {"too_much", "pixels", "pages", "cut_off", "broken", "password"} <= codes
    assert workshop()._process is process, "the worker died"
    assert process.poll() is None
    assert 32 * 1024 * 1024 < workshop().most_memory < 512 * 1024 * 1024
    assert isinstance(taken("last.pdf", paper()), SafeFile)


def test_a_hundred_honest_files_are_all_taken_in() -> None:
    refused: list[str] = []
    for number in range(100):
        form = ("PDF", "JPEG", "PNG", "WEBP", "TIFF", "HEIF")[number % 6]
        mode = ("RGB", "L", "RGBA", "P", "1")[number // 6 % 5]
        mode = "RGB" if form in {"JPEG", "WEBP", "HEIF"} and mode not in {"RGB", "L"} else mode
        size = (60 + number * 7, 90 + number * 5)
        content = paper(pages=1 + number % 4) if form == "PDF" else picture(form, size, mode)
        ending = {"JPEG": "JPG", "TIFF": "tif", "HEIF": "HEIC"}.get(form, form.lower())
        came = taken(f"Honest {number}.{ending}", content)
        if isinstance(came, str):
            refused.append(f"{form} {mode}: {came}")
        elif form == "PDF":
            assert came.page_count == 1 + number % 4
            with pikepdf.open(io.BytesIO(came.content)) as pdf:
                assert b"A payslip" in pdf.pages[0].Contents.read_bytes()
        else:
            with Image.open(io.BytesIO(came.content)) as shown:
                assert shown.size == size
    assert refused == []


def heic_that_claims(side: int) -> bytes:
    """Return a HEIC of 64 pixels a side that says it has so many."""
    made = picture("HEIF", (64, 64))
    true = b"ispe" + bytes(4) + struct.pack(">II", 64, 64)
    assert true in made
    return made.replace(true, b"ispe" + bytes(4) + struct.pack(">II", side, side))


def heic_of(many: int) -> bytes:
    """Return one HEIC with so many pictures, the first of them red."""
    into = io.BytesIO()
    others = [Image.new("RGB", (320, 240), "navy")] * (many - 1)
    Image.new("RGB", (320, 240), "red").save(into, "HEIF", save_all=True, append_images=others)
    return into.getvalue()


def test_a_phones_picture_comes_out_as_its_first_picture_and_without_its_notes() -> None:
    into = io.BytesIO()
    notes = Image.Exif()
    notes[0x010F] = MARK.decode()  # the maker
    Image.new("RGB", (320, 240), "red").save(into, "HEIF", exif=notes)
    for name, content in (("IMG_1.HEIC", into.getvalue()), ("IMG_2.heif", heic_of(12))):
        came = taken(name, content)
        assert isinstance(came, SafeFile), came
        assert (came.mime_type, came.page_count) == ("image/jpeg", 1)
        assert hostile_in(came) == []
        with Image.open(io.BytesIO(came.content)) as shown:
            assert shown.size == (320, 240)
            (lowest, red), *others = shown.convert("RGB").getextrema()
            assert min(lowest, red) > 200
            assert max(high for _, high in others) < 60
            assert not shown.getexif()
    assert isinstance(taken("IMG_3.jpg", heic_of(1)), SafeFile)  # phones name them so, too


@pytest.mark.parametrize(
    ("content", "codes"),
    [
        (lambda: heic_that_claims(20_000), {"pixels"}),
        (lambda: heic_that_claims(7_000), {"broken", "too_much"}),
        (lambda: heic_that_claims(0), {"broken"}),
        (lambda: cut(picture("HEIF", (640, 480)), 0.6), {"cut_off"}),
        (lambda: cut(heic_of(3), 0.97), {"cut_off"}),
        (lambda: picture("HEIF")[:16] + struct.pack(">I", 2**31) + b"meta", {"cut_off"}),
    ],
)
def test_a_hostile_heic_is_refused_in_words_and_the_worker_lives(
    content: Callable[[], bytes], codes: set[str]
) -> None:
    taken("first.pdf", paper())
    process = workshop()._process
    assert taken("photo.heic", content()) in codes
    assert workshop()._process is process
    assert process is not None
    assert process.poll() is None


def test_what_a_form_says_stays_and_the_cameras_notes_go() -> None:
    with pikepdf.open(io.BytesIO(paper())) as pdf:
        look = pikepdf.Stream(pdf, b"BT /F1 12 Tf 2 4 Td (Filled in by hand) Tj ET")
        look.Type, look.Subtype = pikepdf.Name.XObject, pikepdf.Name.Form
        look.BBox, look.Resources = [0, 0, 200, 20], pdf.pages[0].obj.Resources
        box = pdf.make_indirect(
            pikepdf.Dictionary(
                Type=pikepdf.Name.Annot,
                Subtype=pikepdf.Name.Widget,
                FT=pikepdf.Name.Tx,
                T="name",
                V="Filled in by hand",
                Rect=[50, 50, 250, 70],
                F=4,
                DA="/F1 12 Tf 0 g",
                AP=pikepdf.Dictionary(N=look),
            )
        )
        pdf.pages[0].obj.Annots = [box]
        pdf.Root.AcroForm = pdf.make_indirect(
            pikepdf.Dictionary(Fields=[box], DA="/F1 12 Tf 0 g", DR=pdf.pages[0].obj.Resources)
        )
        into = io.BytesIO()
        pdf.save(into)
    came = taken("form.pdf", into.getvalue())
    assert isinstance(came, SafeFile)
    assert "form" in came.left_behind
    from pypdf import PdfReader

    assert "Filled in by hand" in PdfReader(io.BytesIO(came.content)).pages[0].extract_text()
    notes = Image.Exif()
    notes[0x010F], notes[0x0112] = "HOSTILE maker", 6
    photo = io.BytesIO()
    Image.new("RGB", (40, 20)).save(photo, "JPEG", exif=notes)
    came = taken("photo.jpg", photo.getvalue())
    assert isinstance(came, SafeFile)
    assert came.left_behind == ("details",)
    assert b"HOSTILE" not in came.content
    with Image.open(io.BytesIO(came.content)) as shown:
        assert shown.size == (20, 40)  # turned as the camera was held


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("..\\..\\windows\\system32\\a.pdf", "a"),
        ("a\r\nSet-Cookie: x=1.pdf", "a Set-Cookie: x=1"),
        ("\u202egpj.exe", "gpj"),
        ("<script>alert(1)</script>.png", "script"),
        ("  .pdf", "Document"),
        ("", "Document"),
        ("CON", "CON"),
        ("x" * 500 + ".pdf", "x" * 120),
        ("Lohnzettel März.pdf", "Lohnzettel März"),
        ("a\0b.pdf", "ab"),
    ],
)
def test_names_become_plain(given: str, shown: str) -> None:
    assert tidy_name(given) == shown


class TestWorkshop:
    def test_it_starts_again_when_it_was_killed(self) -> None:
        mine = Workshop()
        try:
            for _ in range(2):
                with spool() as file:
                    file.write(paper())
                    assert mine.make_safe(file, name="a.pdf").page_count == 1
                assert mine._process is not None
                mine._process.kill()
                mine._process.wait()
        finally:
            mine.close()

    def test_a_file_that_takes_too_long_is_ended(self, monkeypatch: pytest.MonkeyPatch) -> None:
        slow = flate_bomb(3_000_000)  # taken in where there is time
        monkeypatch.setattr(ours, "CLEAN_SECONDS", 0.05)
        mine = Workshop()
        try:
            with spool() as file, pytest.raises(FileRefused, match="takes too long"):
                file.write(slow)
                mine.make_safe(file, name="slow.pdf")
        finally:
            mine.close()


def _clamd(line: socket.socket, heard: list[int]) -> None:
    """Answer as clamd does over INSTREAM."""
    with line, line.makefile("rb") as stream:
        assert stream.read(10) == b"zINSTREAM\0"
        content = b""
        while size := struct.unpack(">I", stream.read(4))[0]:
            content += stream.read(size)
        heard.append(len(content))
        line.sendall(b"stream: Eicar-Signature FOUND\0" if EICAR in content else b"stream: OK\0")


@contextmanager
def scanner(answer: Callable[[socket.socket, list[int]], None] = _clamd) -> Iterator[list[int]]:
    """Run a peer that speaks INSTREAM on loopback, and set it; yield the sizes that it was sent."""
    heard: list[int] = []
    with socket.create_server(("127.0.0.1", 0)) as door:

        def serve() -> None:
            while True:
                try:
                    line, _ = door.accept()
                except OSError:
                    return
                answer(line, heard)

        threading.Thread(target=serve, daemon=True).start()
        with set_scanner(f"127.0.0.1:{door.getsockname()[1]}"):
            yield heard
        door.shutdown(socket.SHUT_RDWR)


@contextmanager
def set_scanner(where: str) -> Iterator[None]:
    """Set a scanner while the block runs."""
    before = settings()
    use_settings(before.model_copy(update={"scanner": where, "scanner_seconds": 2}))
    try:
        yield
    finally:
        use_settings(before)


def scanned(content: bytes) -> str:
    with spool() as file:
        file.write(content)
        file.flush()
        try:
            scan(file)
        except FileRefused as refused:
            return refused.code
        return "passed"


class TestScanner:
    def test_what_it_finds_is_refused_and_the_rest_passes(self) -> None:
        long = paper() + b"%" * 300_000
        with scanner() as heard:
            assert scanned(EICAR) == "virus"
            assert scanned(picture() + EICAR) == "virus"
            assert scanned(long) == "passed"
        assert heard[0] == len(EICAR)
        assert heard[2] == len(long)

    def test_while_it_is_silent_gone_or_unclear_nothing_passes(self) -> None:
        def rude(line: socket.socket, _: list[int]) -> None:
            with line:
                line.sendall(b"INSTREAM size limit exceeded. ERROR\0")

        def gone(line: socket.socket, _: list[int]) -> None:
            line.close()

        for answer in (rude, gone):
            with scanner(answer):
                assert scanned(paper()) == "scanner_away"
        with socket.create_server(("127.0.0.1", 0)) as closed:
            port = closed.getsockname()[1]
        with set_scanner(f"127.0.0.1:{port}"):
            assert scanned(paper()) == "scanner_away"
        assert scanned(EICAR) == "passed"  # none is set: what cannot be kept is refused by its kind

    def test_a_wrong_setting_is_a_sentence(self) -> None:
        for wrong in ("localhost", "http://x", "a b:1"):
            with pytest.raises(ValueError, match="must be host:port"):
                Settings(CMA_CLAMD=wrong)


def test_the_reasons_are_sentences() -> None:
    for said in SENTENCES.values():
        assert said.endswith(".")
        assert json.dumps(said, ensure_ascii=False)
