"""Pictures made safe: decoded and written anew, so that nothing but pixels comes through.

Runs in the workshop alone. What a camera notes beside the picture (place, time, maker) is left
behind, and so is every byte after the picture's end.
"""

import io
from typing import Final

import pikepdf
import pillow_heif
from PIL import Image, ImageOps, ImageSequence, UnidentifiedImageError

from cma_app.intake.kinds import JPEG, PDF, PNG, is_whole
from cma_app.intake.refusals import MOST_PAGES, MOST_PIXELS, FileRefused

LONGEST_SIDE: Final = 5000
"""Pixels of what is kept: A4 at more than 400 dots an inch."""
QUALITY: Final = 88
_A4_POINTS: Final = 842

Image.MAX_IMAGE_PIXELS = None  # the sizes are looked at here, before a pixel is made
pillow_heif.register_heif_opener(
    thumbnails=False, depth_images=False, aux_images=False, decode_threads=1
)


def clean_picture(content: bytes, kind: str) -> tuple[bytes, str, int, list[str]]:
    """Return the picture written anew, its type, its pages, and what was left behind.

    Of several pictures in one HEIC the first is taken, as the phone shows it.
    """
    if kind == "heif" and not is_whole(content):
        raise FileRefused("cut_off")
    try:
        with Image.open(io.BytesIO(content), formats=[kind]) as picture:
            frames = getattr(picture, "n_frames", 1)
            if kind == "tiff" and frames > 1:
                return _sheets(picture, frames)
            return _one(picture, kind, frames)
    except UnidentifiedImageError:
        raise FileRefused("broken") from None
    except OSError as error:
        cut = "truncated" in str(error) or "unexpected end" in str(error).lower()
        raise FileRefused("cut_off" if cut else "broken") from None


def _one(picture: Image.Image, kind: str, frames: int) -> tuple[bytes, str, int, list[str]]:
    shown = _decoded(picture)
    left = ["details"] if picture.getexif() or picture.info.get("comment") else []
    left += ["frames"] if frames > 1 else []
    stays = kind == "png" or (kind == "tiff" and shown.mode in {"1", "L"})
    return (*_written(shown, as_png=stays), 1, left)


def _decoded(picture: Image.Image) -> Image.Image:
    """Return the pixels, upright, grey or RGB on white, no side longer than we keep."""
    width, height = picture.size
    if width * height > MOST_PIXELS:  # asked before anything is decoded
        raise FileRefused("pixels")
    picture.load()
    shown = _plain(_smaller(picture))
    turned = ImageOps.exif_transpose(_oriented(shown, picture))
    turned.info.clear()
    return turned


def _smaller(picture: Image.Image) -> Image.Image:
    """Return the picture at half its size, and half again, until no side is too long."""
    shown = picture
    if picture.mode in {"P", "PA"}:
        shown = picture.convert("RGBA" if "transparency" in picture.info else "RGB")
    while max(shown.size) > LONGEST_SIDE:
        shown = shown.reduce(2)
    return shown


def _oriented(shown: Image.Image, picture: Image.Image) -> Image.Image:
    """Return the pixels with what the camera said of its turn, so that they can be turned."""
    shown.info = {name: picture.info[name] for name in ("exif",) if name in picture.info}
    return shown


def _plain(picture: Image.Image) -> Image.Image:
    if picture.mode in {"1", "L", "RGB"}:
        return picture
    if picture.mode.startswith("I"):
        return picture.convert("I").point(lambda level: level * (1 / 256)).convert("L")
    if picture.mode in {"LA", "RGBA", "La", "RGBa"} or "transparency" in picture.info:
        seen = picture if picture.mode == "RGBA" else picture.convert("RGBA")
        paper = Image.new("RGB", seen.size, "white")
        paper.paste(seen, mask=seen.getchannel("A"))
        return paper
    return picture.convert("RGB")


def _written(picture: Image.Image, *, as_png: bool) -> tuple[bytes, str]:
    into = io.BytesIO()
    if as_png:
        picture.save(into, "PNG")
        return into.getvalue(), PNG
    picture = picture.convert("L") if picture.mode == "1" else picture
    picture.save(into, "JPEG", quality=QUALITY)
    return into.getvalue(), JPEG


def _sheets(picture: Image.Image, frames: int) -> tuple[bytes, str, int, list[str]]:
    """Return the pages of a TIFF as a PDF of one picture a page."""
    if frames > MOST_PAGES:
        raise FileRefused("pages")
    book = pikepdf.new()
    for frame in ImageSequence.Iterator(picture):
        shown = _decoded(frame.copy())
        _add_page(book, *_written(shown, as_png=False), shown)
    into = io.BytesIO()
    book.save(into)
    return into.getvalue(), PDF, frames, []


def _add_page(book: pikepdf.Pdf, jpeg: bytes, _type: str, shown: Image.Image) -> None:
    width, height = shown.size
    scale = _A4_POINTS / max(width, height)
    wide, high = round(width * scale, 2), round(height * scale, 2)
    seen = pikepdf.Stream(book, jpeg)
    seen.update(
        {
            "/Type": pikepdf.Name.XObject,
            "/Subtype": pikepdf.Name.Image,
            "/Width": width,
            "/Height": height,
            "/BitsPerComponent": 8,
            "/ColorSpace": pikepdf.Name.DeviceRGB
            if shown.mode == "RGB"
            else pikepdf.Name.DeviceGray,
            "/Filter": pikepdf.Name.DCTDecode,
        }
    )
    page = book.add_blank_page(page_size=(wide, high))
    page.obj.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=seen))
    page.obj.Contents = pikepdf.Stream(book, f"q {wide} 0 0 {high} 0 0 cm /Im0 Do Q".encode())
