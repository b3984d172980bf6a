"""The outcomes report at ten thousand cases: all figures of a period, beside its time limit.

Each case has contacts, appointments, debts, a household and a budget; the ended ones a closing
with what came of each debt; the centre's log has forty changes a case: emergencies are found there.
"""

import statistics
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Final

from sqlalchemy import Engine, text

from cma_app.clock import today
from cma_app.rules.report_periods import Days, quick_choices
from cma_app.services.outcomes import list_rows, read_report
from tests.people import Cast

ROUNDS: Final = 5
MOST_SECONDS: Final = 5.0

PLANTED: Final = (
    "UPDATE cases SET closing_date = opening_date + 30 WHERE centre_id = :c AND status = 'closed'",
    "UPDATE clients SET is_restricted = true WHERE centre_id = :c AND id % 50 = 0",
    (
        "INSERT INTO case_notes (centre_id, case_id, channel, body, happened_at)"
        " SELECT centre_id, id, (ARRAY['phone', 'email', 'in_person'])[1 + id % 3], 'x',"
        " opening_date + n * 12 + interval '10 hours'"
        " FROM cases, generate_series(0, 3) n WHERE centre_id = :c"
    ),
    (
        "INSERT INTO appointments (centre_id, case_id, client_id, advisor_id, appointment_type,"
        " status, scheduled_date, scheduled_time)"
        " SELECT centre_id, id, client_id, advisor_id, 'first',"
        " (ARRAY['attended', 'did_not_attend', 'late'])[1 + id % 3], opening_date + n * 9,"
        " time '10:00'"
        " FROM cases, generate_series(0, 1) n WHERE centre_id = :c"
    ),
    (
        "INSERT INTO creditors (centre_id, case_id, creditor_name)"
        " SELECT centre_id, id, 'x' FROM cases WHERE centre_id = :c"
    ),
    (
        "INSERT INTO debts (centre_id, case_id, creditor_id, debt_type, balance, is_priority)"
        " SELECT k.centre_id, k.case_id, k.id,"
        " (ARRAY['credit_card', 'council_tax', 'rent'])[1 + n % 3], 500, n % 3 = 1"
        " FROM creditors k, generate_series(1, 3) n WHERE centre_id = :c"
    ),
    (
        "INSERT INTO case_closings (centre_id, case_id, round_no, revision, status, closed_on,"
        " reason, debt_solution, fca_outcome, owed_at_start, owed_at_closing, written_off,"
        " arranged, in_solution, gained_a_year, gained_once)"
        " SELECT centre_id, id, 1, 1, 'closed', closing_date, 'advice_complete',"
        " (ARRAY['offers', 'none', 'bankruptcy'])[1 + id % 3],"
        " (ARRAY['advice_followed', 'own_choice', 'unknown'])[1 + id % 3], 0, 0, 0, 0, 0, 0, 0"
        " FROM cases WHERE centre_id = :c AND status = 'closed'"
    ),
    (
        "INSERT INTO closing_debts (centre_id, case_id, closing_id, debt_id, creditor_name,"
        " debt_type, is_priority, outcome, outcome_word, grouping, owed_at_start, owed_at_closing,"
        " written_off)"
        " SELECT d.centre_id, d.case_id, c.id, d.id, 'x', d.debt_type, false,"
        " (ARRAY['plan', 'written_off', 'unknown'])[1 + d.id % 3], 'x', 'arranged', 500, 100, 20"
        " FROM debts d JOIN case_closings c ON c.centre_id = d.centre_id AND c.case_id = d.case_id"
        " WHERE d.centre_id = :c"
    ),
    (
        "INSERT INTO closing_gains (centre_id, case_id, closing_id, kind, kind_word, amount,"
        " entered_frequency, counted)"
        " SELECT centre_id, case_id, id, 'benefit', 'x', 10, 'yearly', 10"
        " FROM case_closings WHERE centre_id = :c"
    ),
    (
        "INSERT INTO households (centre_id, case_id, adults)"
        " SELECT centre_id, id, 1 FROM cases WHERE centre_id = :c"
    ),
    (
        "INSERT INTO budget_sheets (centre_id, case_id, lines_version, total_income)"
        " SELECT centre_id, id, '1', id % 3000 + 1 FROM cases WHERE centre_id = :c"
    ),
    (
        "INSERT INTO monitoring_answers (centre_id, client_id, question, monitored_answer, basis,"
        " questions_version) SELECT centre_id, id, 'sex', (ARRAY['female', 'male'])[1 + id % 2],"
        " 'equality', '1' FROM clients WHERE centre_id = :c AND id % 3 <> 0"
    ),
    (
        "INSERT INTO audit_logs (timestamp, centre_id, user_id, action, table_name, record_id,"
        " client_id, case_id, new_values)"
        " SELECT opening_date + n * interval '2 hours', centre_id, :a, 'update',"
        " (ARRAY['cases', 'debts', 'debt_events', 'case_notes'])[1 + n % 4], id, client_id, id,"
        ' CASE WHEN n = 4 AND id % 9 = 0 THEN jsonb \'{"emergency": "eviction"}\''
        " ELSE jsonb_build_object('stage', 'advice', 'words', repeat('abc ', 60)) END"
        " FROM cases, generate_series(1, 40) n WHERE centre_id = :c"
    ),
)


def outcomes(chief: Engine, cast: Cast, say: Callable[[str], None]) -> None:
    """Plant what a report counts, and say how long each period and the rows of a figure take."""
    with chief.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        for statement in PLANTED:
            connection.execute(
                text(statement), {"c": cast.maria.centre_id, "a": cast.amina.user_id}
            )
    say("before the planner knows the tables")
    _periods(cast, say)
    with chief.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
    say("after ANALYZE")
    _periods(cast, say)


def _periods(cast: Cast, say: Callable[[str], None]) -> None:
    chosen = quick_choices(today())
    periods = {
        "last month": chosen["Last month"],
        "last financial year": chosen["Last financial year"],
        "all ten thousand cases": Days(today() - timedelta(days=1000), today()),
    }
    for name, days in periods.items():
        report, rows, seen = [], [], 0
        for _ in range(ROUNDS):
            began = time.perf_counter()
            with cast.open(cast.maria) as session:
                seen = read_report(session, days).cells["clients_seen"].value
            report.append(time.perf_counter() - began)
            began = time.perf_counter()
            with cast.open(cast.maria) as session:
                list_rows(session, days, figure="debts_by_type", part="rent")
            rows.append(time.perf_counter() - began)
        most = max(report)
        over = "" if most <= MOST_SECONDS else f"  MORE THAN {MOST_SECONDS:.0f} s"
        say(
            f"{f'outcomes, {name}':36}{statistics.median(report):6.2f} s, at most {most:.2f} s;"
            f" {seen:,} clients seen; rows of a figure {statistics.median(rows):.2f} s{over}"
        )
