"""npm's `oidc-provider`, certified by the OpenID Foundation, run by our own bun as a real peer.

Installed once, beside its lock, with exactly what that names; `make test` in a clean clone does it.
"""

import fcntl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from cma_app.build import build_environment
from cma_app.settings import ROOT

FOLDER = ROOT / "tests" / "identity_provider"
CLIENT_ID = "cma-of-ashdown"
CLIENT_SECRET = "a-secret-of-forty-characters-or-more-1234"
BACK = "/sign-in/organisation/back"


@dataclass(frozen=True)
class NpmProvider:
    """Where it answers."""

    issuer: str


def installed() -> None:
    """Install it, one process at a time; where it is there, nothing is fetched."""
    mark = FOLDER / "node_modules" / ".installed"
    with (FOLDER / "package.json").open() as one_at_a_time:
        fcntl.flock(one_at_a_time, fcntl.LOCK_EX)
        lock = (FOLDER / "bun.lock").read_text()
        if mark.exists() and mark.read_text() == lock:
            return
        _bun("install", "--frozen-lockfile")
        mark.write_text(lock)


def _bun(*words: str) -> None:
    done = subprocess.run(  # noqa: PLW1510 - its own words say more
        ["bun", *words],
        cwd=FOLDER,
        env=build_environment(),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr


@contextmanager
def npm_provider(origin: str) -> Iterator[NpmProvider]:
    """Serve until the end of the block, for our app at this address."""
    installed()
    with subprocess.Popen(
        ["bun", "provider.mjs", CLIENT_ID, CLIENT_SECRET, f"{origin}{BACK}", f"{origin}/sign-in"],
        cwd=FOLDER,
        env=build_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            yield NpmProvider(_issuer(process.stdout))
        finally:
            process.kill()


def _issuer(lines: Iterator[str]) -> str:
    return next(line.strip() for line in lines if line.startswith("http"))
