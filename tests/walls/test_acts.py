"""One table says who may: every act is somebody's and is asked, and every service asks."""

import ast
from pathlib import Path

from cma_app.access.acts import REFUSALS, ROLE_ACTS, Act, Role
from cma_app.access.table import act_table
from cma_app.settings import ROOT

SERVICES = sorted((ROOT / "cma_app" / "services").glob("*.py"))
ASKS_NOBODY = {
    "sign_in": "before a person is known",
    "passwords": "values in, values out",
    "forms": "values in, values out",
}
EXEMPT_FUNCTIONS: dict[str, str] = {
    "identities.end_link": "a step of deactivating, asked there",
    "identities.make_code": "a step of adding, reactivating and linking people, asked there",
    "identities.provider_here": "a step of linking and of looking after people, asked there",
    "caseload_counts.lines_of": "a step of a round for who watches, asked there",
    "caseload_counts.people_at_work": "a step of reading the board, asked there: colleagues",
    "document_reading.debts_of": "a step of reading a document and of what it offers, asked there",
    "document_reading.newest_sheet": "a step of reading a document and of what it offers",
    "document_reading.settle_figure": "a step of accepting a figure, asked there",
    "advice_nation.old_nation": "a step of reading a case's first tab, asked there",
    "recommendations.draft_of": "a step of bringing a draft back, asked there",
    "recommendations.waits_for_sign_off": "a step of reading and of discarding advice, asked there",
    "recommendations.standing_advice": "a step of reading a closing and of giving, asked there",
    "sign_off_advice.advice_lines": "a step of submitting and of reading what was, asked there",
    "sign_off_advice.check_advice": "a step of submitting, asked there",
    "sign_off_case.check_closing": "a step of submitting, asked there",
    "sign_off_case.closing_lines": "a step of submitting and of reading what was, asked there",
    "sign_off_case.event_lines": "a step of submitting and of reading what was, asked there",
    "sign_off_case.stage_lines": "a step of submitting and of reading what was, asked there",
    "sign_off_list.shown_versions": "a step of reading what waits or was one's own, asked there",
    "sign_off_list.version_rows": "a step of reading what waits or was one's own, asked there",
    "sign_off_list.was_not_answered": "a condition of a query, asked where the query is",
    "sign_off_list.waits_for": "a step of reading what waits, asked there: a colleague's name",
    "sign_off_papers.letter_lines": "a step of submitting and of reading what was, asked there",
    "sign_off_papers.sheet_lines": "a step of submitting and of reading what was, asked there",
    "sign_offs.may_decide": "a step of deciding and of reading what waits, asked there",
    "supervision.supervises": "a step of reading and of deciding what waits, asked there",
    "supervision.supervisor_of": "a step of reading and of submitting, asked there: a colleague",
    "home_tasks.case_of": "a condition of a select, of no row",
    "home_tasks.client_of_case": "a condition of a select, of no row",
    "notifications.notify": "a step of the verb that did what is told, asked there",
    "locking.locked": "a way of reading, for verbs that have asked",
    "closings.closings_of": "a step of ending, amending and reading a closing, asked there",
    "closings.current_closing": "a step of ending, amending and reading a closing, asked there",
    "closings.debts_of": "a step of ending, amending and reading a closing, asked there",
    "closings.open_tasks": "a step of ending and reading a closing, asked there",
    "closings.standing_appointments": "a step of ending and reading a closing, asked there",
    "retention.lock_people": "a step of ending and amending a closing, asked there",
    "retention.other_open_cases": "a step of reading a closing, asked there",
    "retention.people_of": "a step of ending a case and of holds, asked there: numbers alone",
    "retention.recount_client": "a step of recording and answering data requests, asked there",
    "rights.nation_here": "a step of each data request, asked there: the centre's nation",
    "rights_holds.cases_about": "a step of reading holds and of a copy, asked there",
    "retention.recount_people": "a step of recording and answering requests, asked there",
    "retention.recount": "a step of ending, reopening and holds, asked there",
    "breathing_space_bars.refuse_barred": "a step of recording a breathing space, asked there",
    "breathing_space_bars.refuse_met_again": "a step of undoing an end, asked there",
    "breathing_space_debts.cover_debts": "a step of recording a breathing space, asked there",
    "clock_actions.drop_action": "a step of taking a clock off, asked there",
    "clock_actions.keep_action": "a step of recording a clock, asked there",
    "clock_actions.settle_action": "a step of recording what came of a clock, asked there",
    "cases.find_holder": "a step of starting, assigning and planning, asked there: reads a name",
    "cases.write_event": "a step of starting, ending and reopening, asked there",
    "checklists.items_for": "a step of starting a case, asked there: the centre's list",
    "compliance.begin_checklist": "a step of starting a case, asked there",
    "compliance.count_from_advice": "a step of moving to the advice stage, asked there",
    "compliance_gates.gate_sentence": "a step of issuing and of reading a letter, asked there",
    "compliance_gates.gate_row": "a step of reading a checklist, asked there",
    "compliance_gates.pass_gate": "a step of issuing and closing, asked there",
    "compliance_proofs.proven": "a step of reading a checklist, asked there: yes and no alone",
    "compliance_rows.names_of": "a step of reading a checklist, asked there",
    "letter_people.draft_like": "a step of drafting and restoring, asked there",
    "statement_list.files_of": "a step of reading and printing a statement, asked there",
    "statement_list.is_changed": "a step of reading and of each step of a statement, asked there",
    "statement_list.person_name": "a step of reading and issuing a statement, asked there",
    "statement_list.statement_rows": "a step of reading and issuing a statement, asked there",
    "partners.people_here": "a step of reading letters, asked there: who is on the case",
    "compliance_rows.rows_of": "a step of reading a checklist, asked there",
    "compliance_rows.standing_rows": "a step of reading a checklist, asked there",
    "compliance_rows.why_not": "a step of answering, asked there",
    "availability.may_record": "a step of reading hours and cover, asked there: yes or no",
    "availability.one_at_a_time": "a step of recording hours, leave and cover, asked there",
    "covers.covered_ids": "a step of reading cases and of supervising: colleagues' ids",
    "covers.covers_today": "a step of reading cases: who covers whom, by name",
    "covers.whose_work": "a step of the first page and its lists: colleagues' ids",
    "supervision.supervisors_of": "a step of reading a case and the first page: names",
    "supervision.here_today": "a step of submitting and of asking: who answers for a trainee",
    "supervision.trainees_of": "a step of the first page and of queues: colleagues' names",
    "document_queue.mark": "a step of queueing and recording a reading, asked there",
    "documents.document_arrived": "a step of keeping a version, asked there",
    "document_requests.settle_request": "a step of adding and of naming a document, asked there",
    "budgets.kept": "a step of recording a sheet, asked there: reads back the surplus",
    "issued_files.keep_file": "a step of issuing a statement or a letter, asked there",
    "review_draws.overlapping": "a step of drawing, asked there",
    "review_rates.levels_on": "a step of drawing and of the settings, asked there",
    "review_rates.rates_on": "a step of drawing and of the settings, asked there",
    "review_versions.read_versions": "a step of opening a review or one's feedback, asked there",
    "review_versions.say": "a step of answering a review or a dispute, asked there",
    "statement_checks.authors_of": "a step of verifying, asked there: reads who wrote",
    "statement_checks.needs_verification_of": "a step of confirming, asked there",
    "statement_checks.newest_sheet_of": "a step of preparing, asked there: reads the newest",
    "offer_debts.list_debts": "a step of reading and saving offers, asked there",
    "offer_desk.keep": "a step of saving offers, asked there",
    "offer_desk.offers_now": "a step of reading and saving offers, asked there",
    "offer_records.keep_entries": "a step of saving offers, asked there",
    "offer_records.keep_offers": "a step of saving offers, asked there",
    "offer_records.saved_offers": "a step of reading and saving offers, asked there",
    "partners.joined_person": "a step of reading a case, asked there: who else is on it",
    "partners.partner_of": "a step of reading a case, asked there: who else is on it",
    "partners.clocks_here": "a step of reading a timeline, asked there",
    "partners.debts_that_left": "a step of reading a timeline, asked there",
    "statement_checks.signers_of": "a step of confirming, asked there: reads who confirms",
    "households.newest_household": "a step of recording, joining and separating, asked there",
    "households.keep_household": "a step of recording, joining and separating, asked there",
    "reminders.plan_reminder": "a step of booking and moving, asked there",
    "reminders.ring_about_change": "a step of moving, asked there",
    "reminders.current_reminder": "a step of reading and of deciding, asked there",
    "reminder_timings.timing_rule": "a step of planning and of sending, asked there",
    "reminder_timings.sender_of": "a step of sending, asked there: the centre's own name",
    "calendar_feeds.find_feed_owner": "before a person is known: a secret says whose it is",
    "users.managed_person": "a step of looking after people, asked there",
    "passkeys.new_challenge": "a step of making and proving a passkey, asked there",
    "passkeys.take_challenge": "a step of making and proving a passkey, asked there",
    "second_factors.has_factor": "a step of proving and of what asks for it: yes or no of oneself",
    "second_factors.proved_lately": "a step of what asks for a proof: yes or no of oneself",
    "second_factors.confirm": "a step of what asks for a proof, asked there: one's own factor",
    "second_factors.prove": "a step of signing in and of what asks for a proof, asked there",
    "second_factors.stamp_proof": "a step of proving and of setting up, asked there",
    "second_factors.code_hash": "values in, values out",
    "second_factors.secret_context": "values in, values out",
    "factor_setup.count_in": "a step of setting up, asked there",
    "sign_in.end_other_sign_ins": "a step of change_own_password and of leaving, asked there",
}


def functions(path: Path) -> list[ast.FunctionDef]:
    """Return a module's public functions that take a session first."""
    tree = ast.parse(path.read_text())
    return [
        node
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
        and not node.name.startswith("_")
        and node.args.args
        and node.args.args[0].arg == "session"
    ]


def asks(function: ast.AST, asking: set[str]) -> bool:
    """Say whether a function authorizes, itself or through one of its module that does."""
    for node in ast.walk(function):
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Attribute) and node.func.attr == "authorize":
            return True
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        if name in asking:
            return True
    return False


def test_every_verb_asks_before_it_touches_a_row() -> None:
    asking: set[str] = set()
    silent: dict[str, str] = {}
    modules = {path: functions(path) for path in SERVICES if path.stem not in ASKS_NOBODY}
    for _ in range(4):  # verbs may ask through other verbs
        silent = {
            f"{path.stem}.{each.name}": each.name
            for path, verbs in modules.items()
            for each in verbs
            if not asks(each, asking)
        }
        asking = (
            {
                each.name
                for path, verbs in modules.items()
                for each in verbs
                if f"{path.stem}.{each.name}" not in silent
            }
            | asking
            | _private_asking(asking)
        )
    assert set(silent) - set(EXEMPT_FUNCTIONS) == set()


def _private_asking(asking: set[str]) -> set[str]:
    found = set()
    for path in SERVICES:
        for node in ast.parse(path.read_text()).body:
            private = isinstance(node, ast.FunctionDef) and node.name.startswith("_")
            if private and asks(node, asking):
                found.add(node.name)
    return found


def test_every_act_is_given_to_a_role_and_asked_somewhere() -> None:
    code = "\n".join(
        path.read_text()
        for folder in ("cma_app/services", "state", "pages", "cma_app/web")
        for path in sorted((ROOT / folder).rglob("*.py"))
    )
    for act in Act:
        assert any(act in acts for acts in ROLE_ACTS.values()), act
        assert f"Act.{act.name}" in code, f"nothing asks for {act.name}"


def test_what_a_trainee_and_an_admin_never_do() -> None:
    for act in (
        Act.BUDGET_VERIFY,
        Act.CASE_CLOSE,
        Act.CASE_LOWER_PRIORITY,
        Act.CLIENT_VULNERABILITY_REMOVE,
    ):
        assert act not in ROLE_ACTS[Role.TRAINEE]
        assert act in REFUSALS
    casework = ("client:", "case:", "debt:", "budget_sheet:", "offer:", "note:", "caseload:")
    assert not [act for act in ROLE_ACTS[Role.ADMIN] if act.value.startswith(casework)]


def test_the_page_says_what_the_table_says() -> None:
    assert (ROOT / "docs" / "who-may-do-what.md").read_text() == act_table()


def test_states_reach_no_row_by_themselves() -> None:
    banned = {"select", "exec", "execute", "add", "commit", "scalars", "scalar"}
    for path in sorted((ROOT / "state").glob("*.py")):
        tree = ast.parse(path.read_text())
        imported = {
            alias.name.split(".")[0]
            for node in ast.walk(tree)
            if isinstance(node, ast.Import | ast.ImportFrom)
            for alias in node.names
        } | {
            (node.module or "").split(".")[0]
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom)
        }
        assert not imported & {"sqlalchemy", "sqlmodel"}, path.name
        called = {
            node.func.attr
            for node in ast.walk(tree)
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id in {"session", "db"}
        }
        assert not called & banned, path.name
