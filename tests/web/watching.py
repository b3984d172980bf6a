"""What the audit log got while a test watched, and what the logs of a served app say."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

from sqlalchemy import Engine, text

from tests.people import PASSWORD
from tests.served import Served
from tests.web.packs import ASHDOWN, ASSIGNED, BROOK, RESTRICTED, Pack

MARKS: Final = (*ASHDOWN.all, *BROOK.all, *RESTRICTED.all, *ASSIGNED.all)
"""What planted files say."""
NOT_OURS: Final = {".git", ".venv", ".pytest_cache", "node_modules", "tests"}
"""What of a working directory no app writes into."""


class Log:
    """What the audit log got since it was asked last."""

    def __init__(self, owner: Engine) -> None:
        self.owner = owner
        self.last = self._newest()

    def _newest(self) -> int:
        with self.owner.connect() as connection:
            return connection.execute(text("SELECT max(id) FROM audit_logs")).scalar_one()

    def written(self, where: str = "true", **values: object) -> list[str]:
        """Return the changes and openings since then: who, what, of which record."""
        rows = text(
            "SELECT user_id, action, table_name, record_id FROM audit_logs WHERE id > :last"
            " AND action NOT LIKE 'refused%' AND coalesce(table_name, '') <> 'sessions'"
            f" AND ({where}) ORDER BY id"
        )
        with self.owner.connect() as connection:
            found = connection.execute(rows, {"last": self.last, **values}).all()
        return [f"{row.user_id} {row.action} {row.table_name} {row.record_id}" for row in found]

    def of(self, pack: Pack, people: list[int]) -> list[str]:
        """Return what was written about a pack, or in its centre by other centres' people."""
        return self.written(
            "case_id = :cases OR client_id = :clients"
            " OR (table_name = 'users' AND record_id = :users)"
            " OR (table_name = 'referrals' AND record_id IN (:referrals, :other_referral))"
            " OR (centre_id IN (:centre, :spare_centre) AND user_id = ANY (:people))",
            people=people,
            **{name: pack[name] for name in (
                "cases", "clients", "users", "referrals", "other_referral", "centre",
                "spare_centre",
            )},
        )  # fmt: skip


def said_in_logs(served: Served, cookies: dict[str, str], *canaries: str) -> list[str]:
    """Return what the logs of a served app hold of sign-ins, planted words and the given ones."""
    logs = "".join(each.read_text() for each in served.log.parent.rglob("*.log"))
    assert "Started worker" in logs
    tokens = [cookie.partition("=")[2] for cookie in cookies.values()]
    return [each for each in (*canaries, PASSWORD, *tokens, *MARKS) if each in logs]


def holding(*words: str, under: tuple[Path, Path]) -> list[str]:
    """Return which files of a home and of a working directory hold one of these words.

    The database and the documents, which are there to keep them, are left out.
    """
    home, _ = under
    kept = {home / "postgres", home / "documents"}
    asked = [word.encode() for word in words]
    found: list[str] = []
    for root in under:
        for folder, inner, names in os.walk(root):
            inner[:] = [e for e in inner if e not in NOT_OURS and Path(folder, e) not in kept]
            for path in (Path(folder, name) for name in names):
                with suppress(OSError):  # a file that has gone meanwhile holds nothing
                    if path.is_file() and any(word in path.read_bytes() for word in asked):
                        found.append(str(path))
    return found
