"""The table of acts as a page to read: `docs/who-may-do-what.md` is printed from here."""

from cma_app.access.acts import ROLE_ACTS, Act, submits

HEAD = """# Who may do what

Printed from `cma_app/access/acts.py` by `cma act-table`; a test keeps it true. A role may still be
refused by the record: a trainee works on assigned cases only and reads those they shadow, nobody
verifies their own figures, a restricted file is absent for everybody who is not named on it, and an
admin sees no client. A "visitor" is an admin with emergency access to one centre, who reads there
and does nothing else. Covering for somebody adds no row here. "signed off" means: prepared on the
same screens, and carried out by whoever signs it off.
"""


def act_table() -> str:
    """Return the table of acts in Markdown, one line an act."""
    roles = list(ROLE_ACTS)
    lines = [
        "| act | " + " | ".join(map(str, roles)) + " |",
        "|---" * (len(roles) + 1) + "|",
    ]
    for act in Act:
        marks = (_mark(role, act) for role in roles)
        lines.append(f"| {_words(act)} | " + " | ".join(marks) + " |")
    return HEAD + "\n" + "\n".join(lines) + "\n"


def _mark(role: str, act: Act) -> str:
    if act in ROLE_ACTS[role]:
        return "yes"
    return "signed off" if submits(role, act) else ""


def _words(act: Act) -> str:
    subject, verb = act.value.split(":")
    return f"{subject}: {verb}".replace("_", " ")
