"""`cma`: what an operator can do, in words; each command is a few lines that call the work."""

import code
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from cma_app.errors import CmaError
from cma_app.settings import BadSettings, settings

app = typer.Typer(
    name="cma",
    help="The case management system: start it, keep it, look after its data.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,
)

Yes = Annotated[bool, typer.Option("--yes", help="Do it without asking.")]


def say(words: str) -> None:
    """Print a line at once: what we do is seen while we do it."""
    print(words, flush=True)


@app.command()
def serve(
    demo: Annotated[
        bool, typer.Option("--demo", help="Put the demo into a new database of our own.")
    ] = False,
) -> None:
    """Start PostgreSQL, the web process and the worker and keep them up until Ctrl-C."""
    from cma_app.commands import serving

    serving.serve(say, demo=demo)


@app.command(hidden=True)
def work() -> None:
    """Send reminders until SIGTERM; `cma serve` runs this by itself, with its own database."""
    from cma_app.jobs import main as run

    run()


@app.command()
def migrate() -> None:
    """Bring the schema to the newest revision."""
    from cma_app.commands import schema
    from cma_app.databases import open_database, settle_keys

    with open_database(say) as database:
        schema.migrate(database, say)
        settle_keys(database, settings().home)
        say("The schema is current.")


@app.command()
def demo(
    on: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Tell it as on this day; today unless given."),
    ] = None,
) -> None:
    """Put two centres of made-up people into a database that holds no real one."""
    from cma_app.commands import demonstration, serving
    from cma_app.databases import open_database

    with open_database(say) as database:
        serving.prepare(database, say)
        told = demonstration.load_demo(database, say, on=on.date() if on else None)
        say(
            "The demo is loaded. Sign in as:" if told else "The demo was there already. Sign in as:"
        )
        for line in demonstration.sign_ins():
            say(f"  {line}")


@app.command("create-admin")
def create_admin(
    username: Annotated[str, typer.Option(prompt=True, help="What the person signs in with.")],
    email: Annotated[str, typer.Option(prompt="E-mail", help="The person's e-mail address.")],
    name: Annotated[str, typer.Option(prompt="First and last name", help="The person's name.")],
) -> None:
    """Add an admin, who adds centres and people, and print the one-time password."""
    from cma_app.commands import admins, serving
    from cma_app.databases import open_database
    from cma_app.services.passwords import ONE_TIME_VALID

    with open_database(say) as database:
        serving.prepare(database, say)
        password = admins.create_admin(database, username=username, email=email, name=name)
    say(f"{username} is added. One-time password, shown only now: {password}")
    say(f"It ends after {ONE_TIME_VALID.days} days; a new one is chosen at the first sign-in.")


@app.command("reset-factor")
def reset_factor(
    username: Annotated[str, typer.Argument(help="Who lost the second factor.")],
) -> None:
    """Remove a person's second factors, for an admin whom no other admin can help."""
    from cma_app.commands import admins
    from cma_app.databases import open_database

    with open_database(say) as database:
        name = admins.reset_factor(database, username=username)
    say(f"{name} has no second factor now and was signed out.")


@app.command()
def doctor() -> None:
    """Say what is there and what is missing."""
    from cma_app.commands import doctor as examination

    findings = []
    for finding in examination.examine():
        findings.append(finding)
        say(f"{'ok     ' if finding.well else 'MISSING'}  {finding.words}")
    if not all(finding.well for finding in findings):
        raise typer.Exit(1)


@app.command()
def backup(file: Annotated[Path, typer.Argument(help="The new file.")]) -> None:
    """Write the whole database to one file; the keys are not in it: keep them elsewhere."""
    from cma_app.backup import back_up
    from cma_app.databases import open_database

    with open_database(say) as database:
        say(f"Writing the database to {file}")
        manifest = back_up(database, settings().home, file)
    say(f"{sum(manifest.rows.values())} rows of {len(manifest.rows)} tables written.")
    say(f"The keys are not in it: keep a copy of {settings().home / 'keys'} in another place.")


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A file made by `cma backup`.")],
    yes: Yes = False,
) -> None:
    """Put a backup in the place of what the database holds; stop `cma serve` first."""
    from cma_app.backup import restore as put_back
    from cma_app.databases import open_database, settle_keys

    with open_database(say, attach=False) as database:
        say(f"Putting {file} back")
        manifest = put_back(database, settings().home, file, overwrite=yes)
        settle_keys(database, settings().home, restored=True)
    say(f"{sum(manifest.rows.values())} rows restored, as they were on {manifest.made_at}.")
    say("The next `cma serve` brings the schema up to date.")


keys_app = typer.Typer(no_args_is_help=True, help="The keys that documents are sealed with.")
app.add_typer(keys_app, name="keys")
documents_app = typer.Typer(no_args_is_help=True, help="The stored documents.")
app.add_typer(documents_app, name="documents")


@keys_app.command("rotate")
def rotate() -> None:
    """Seal the documents' keys under a new one while people work, and drop the old ones."""
    from cma_app.commands.documents import owner_engine, rotate_keys
    from cma_app.databases import open_database

    with open_database(say) as database, owner_engine(database) as owner:
        say(f"{rotate_keys(owner, say)} documents are under the new key; the old ones are gone.")
        say("Make a backup of the database and of the keys now: older ones do not fit together.")


@documents_app.command("sweep")
def sweep_documents() -> None:
    """Remove copies that a crash left behind, and tell which documents lost theirs."""
    from cma_app.commands.documents import owner_engine, sweep
    from cma_app.databases import open_database

    with open_database(say) as database, owner_engine(database) as owner:
        if sweep(owner, say).missing:
            raise typer.Exit(1)


@app.command("check-statements")
def check_statements(
    centre: Annotated[
        str | None, typer.Option(help="The code of the one centre to look at.")
    ] = None,
) -> None:
    """Find issued statements whose sums do not reconcile; exit 1 where there is one."""
    from cma_app.commands.statements import check_statements as check
    from cma_app.databases import open_database

    with open_database(say) as database:
        if check(database, say, code=centre):
            raise typer.Exit(1)


@app.command("check-schema", hidden=True)
def check_schema() -> None:
    """Say whether models and migrations agree, on a throwaway database."""
    from cma_app.commands.schema import check_schema as check

    check(say)


@app.command("act-table")
def act_table() -> None:
    """Print who may do what, as `docs/who-may-do-what.md` holds it."""
    from cma_app.access.table import act_table as table

    print(table(), end="")


@app.command()
def shell() -> None:
    """Open Python on the database, as the role that serves."""
    from cma_app.database import app_engine
    from cma_app.databases import open_database

    with open_database(say):
        code.interact(
            banner="engine: the app's engine; rows show only inside a centre's session.",
            local={"engine": app_engine(), "settings": settings()},
        )


def main() -> None:
    """Run `cma`; what a person can act on is one sentence, and the exit code is 1."""
    try:
        app()
    except (CmaError, BadSettings) as error:
        print(f"cma: {error.sentence}", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
