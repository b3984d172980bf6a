"""Sealed bytes by path, in a folder of this machine or in an S3-compatible store.

The setting CMA_DOCUMENT_STORE says which. What was put is on the disk, not on its way there,
before `put` returns: the row that names it is committed after.
"""

import contextlib
import os
import re
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, S3Store

from cma_app.errors import CmaError
from cma_app.settings import Settings, settings
from cma_app.vault.sealing import Damaged

PATH: Final = re.compile(r"[0-9]+/[0-9a-f]{2}/[0-9a-f]{32}")


class StoreAway(CmaError):
    """The store does not answer, or is full."""

    sentence = (
        "The place where documents are kept does not answer. Nothing was changed. Try again in a"
        " few minutes."
    )


def new_path(centre_id: int) -> str:
    """Return a path that nobody can guess and no name went into."""
    name = secrets.token_hex(16)
    return f"{centre_id}/{name[:2]}/{name}"


def put(path: str, content: bytes) -> None:
    """Keep bytes under a new path, for good; StoreAway where that did not work."""
    try:
        obstore.put(_store(settings()), path, content, use_multipart=False)
        if not settings().documents_at.startswith("s3:"):
            _settle(Path(settings().documents_at) / path)
    except (BaseError, OSError, ValueError):
        raise StoreAway from None


def get(path: str) -> bytes:
    """Return the bytes under a path; Damaged where there are none, StoreAway without the store."""
    try:
        return bytes(obstore.get(_store(settings()), path).bytes())
    except FileNotFoundError:
        raise Damaged from None
    except (BaseError, OSError, ValueError):
        raise StoreAway from None


def exists(path: str) -> bool:
    """Say whether there are bytes under a path of ours."""
    if not PATH.fullmatch(path):
        return False
    try:
        obstore.head(_store(settings()), path)
    except FileNotFoundError:
        return False
    except (BaseError, OSError, ValueError):
        raise StoreAway from None
    return True


def remove(path: str) -> None:
    """Forget what is under a path; nothing there is well too."""
    with contextlib.suppress(FileNotFoundError):
        try:
            obstore.delete(_store(settings()), path)
        except (BaseError, OSError, ValueError) as error:
            if isinstance(error, FileNotFoundError):
                raise
            raise StoreAway from None


def everything() -> Iterator[tuple[str, datetime]]:
    """Yield every path of ours in the store and when it was put there."""
    try:
        for part in obstore.list(_store(settings()), chunk_size=1000):
            for each in part:
                if PATH.fullmatch(each["path"]):
                    yield each["path"], each["last_modified"]
    except (BaseError, OSError, ValueError):
        raise StoreAway from None


def remove_unfinished(before: datetime) -> int:
    """Remove what a crash left half written in a folder, if older; return how much it was.

    Such a file has no path of ours yet; an S3 store shows none.
    """
    where = settings().documents_at
    if where.startswith("s3:"):
        return 0
    gone = 0
    for file in Path(where).glob("*/*/*#*"):
        if datetime.fromtimestamp(file.stat().st_mtime, UTC) < before:
            file.unlink(missing_ok=True)
            gone += 1
    return gone


def _settle(file: Path) -> None:
    """Wait until a file and the folders that name it are on the disk."""
    root = Path(settings().documents_at)
    for place in (file, *[each for each in file.parents if each.is_relative_to(root)]):
        handle = os.open(place, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _store(given: Settings) -> Any:
    secret = given.s3_password.get_secret_value() if given.s3_password else None
    return _opened(
        given.documents_at, given.s3_endpoint, given.s3_region, given.s3_access_key_id, secret
    )


@cache
def _opened(
    where: str, endpoint: str | None, region: str | None, user: str | None, secret: str | None
) -> Any:
    if not where.startswith("s3:"):
        Path(where).mkdir(mode=0o700, parents=True, exist_ok=True)
        return LocalStore(where)
    parts = urlsplit(where)
    given = {
        "endpoint": endpoint,
        "region": region or "us-east-1",
        "access_key_id": user,
        "secret_access_key": secret,
    }
    return S3Store(
        parts.netloc,
        prefix=parts.path.strip("/") or None,
        client_options={
            "allow_http": bool(endpoint and endpoint.startswith("http://")),
            "timeout": "60s",
            "connect_timeout": "5s",
        },
        retry_config={"max_retries": 2},
        **{name: value for name, value in given.items() if value},
    )
