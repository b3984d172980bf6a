"""What each figure of the outcomes report counts, as SQL: a figure and its rows are one question.

Every row says its part of the breakdown, whose it is, in which case, its sum and its day. All of
it is asked under row security: what the reader may not see is not counted.
"""

from collections.abc import Mapping
from typing import Final

from cma_app.rules.outcomes import Band, Definitions, Figure

BASIS: Final = """
  k AS MATERIALIZED (
    SELECT c.id, c.client_id, c.case_reference, c.advisor_id, c.status, c.stage, c.emergency,
      c.opening_date,
      c.closing_date, c.advised_on, c.next_review_date, c.reopened_count,
      concat_ws(' ', p.first_name, p.last_name) AS client, p.date_of_birth, p.postcode,
      CASE WHEN jsonb_array_length(p.vulnerability_flags) > 0 THEN 'yes' ELSE 'no' END
        AS vulnerable
    FROM cases c
    JOIN clients p ON p.centre_id = c.centre_id AND p.id = c.client_id AND p.deleted_at IS NULL
    WHERE c.centre_id = :centre AND c.deleted_at IS NULL),
  later AS MATERIALIZED (
    SELECT DISTINCT ON (l.record_id, c.name) l.record_id AS case_id, c.name,
      l.old_values ->> c.name AS was
    FROM audit_logs l CROSS JOIN (VALUES ('stage'), ('emergency'), ('advisor_id')) c (name)
    WHERE l.centre_id = :centre AND l.table_name = 'cases' AND l.timestamp >= :ends
      AND jsonb_exists(l.old_values, c.name)
    ORDER BY l.record_id, c.name, l.timestamp),
  alarm AS MATERIALIZED (
    SELECT DISTINCT e.case_id FROM debt_events e
    JOIN debts d ON d.centre_id = e.centre_id AND d.id = e.debt_id
    WHERE e.centre_id = :centre AND e.kind = ANY (:emergencies) AND e.created_at < :ends
      AND (e.ended_at IS NULL OR e.ended_at >= :ends)
      AND (e.deleted_at IS NULL OR e.deleted_at >= :ends)
      AND (d.deleted_at IS NULL OR d.deleted_at >= :ends)),
  live AS MATERIALIZED (
    SELECT k.id, k.client_id, k.opening_date,
      coalesce(cast(held.was AS bigint), k.advisor_id) AS advisor_id,
      cast(cast(:weights AS jsonb) ->> coalesce(s.was, k.stage) AS numeric)
        + CASE WHEN alarm.case_id IS NOT NULL
            OR CASE WHEN e.case_id IS NULL THEN k.emergency ELSE e.was END IS NOT NULL
          THEN cast(cast(:weights AS jsonb) ->> 'emergency' AS numeric) ELSE 0 END AS weight
    FROM k
    LEFT JOIN later s ON s.case_id = k.id AND s.name = 'stage'
    LEFT JOIN later e ON e.case_id = k.id AND e.name = 'emergency'
    LEFT JOIN later held ON held.case_id = k.id AND held.name = 'advisor_id'
    LEFT JOIN alarm ON alarm.case_id = k.id
    WHERE k.opening_date <= :last AND (k.closing_date IS NULL OR k.closing_date > :last)),
  visit AS MATERIALIZED (
    SELECT a.case_id, a.client_id, a.status, a.cancelled_by, a.meeting_mode,
      a.scheduled_date AS day
    FROM appointments a
    JOIN clients p ON p.centre_id = a.centre_id AND p.id = a.client_id AND p.deleted_at IS NULL
    WHERE a.centre_id = :centre AND a.deleted_at IS NULL
      AND a.scheduled_date BETWEEN :first AND least(:last, :today)),
  contact AS MATERIALIZED (
    SELECT k.id AS case_id, k.client_id, n.channel AS part,
      cast(n.happened_at AT TIME ZONE 'Europe/London' AS date) AS day
    FROM case_notes n JOIN k ON k.id = n.case_id
    WHERE n.centre_id = :centre AND n.deleted_at IS NULL AND n.corrects_id IS NULL
      AND n.happened_at >= :begins AND n.happened_at < :ends
    UNION ALL
    SELECT k.id, k.client_id,
      CASE v.meeting_mode WHEN 'outreach' THEN 'in_person' ELSE v.meeting_mode END, v.day
    FROM visit v JOIN k ON k.id = v.case_id WHERE v.status IN ('attended', 'late')),
  spoken AS MATERIALIZED (
    SELECT client_id, max(day) AS day FROM contact GROUP BY client_id),
  seen AS MATERIALIZED (
    SELECT DISTINCT ON (k.client_id) k.*, spoken.day
    FROM k JOIN spoken ON spoken.client_id = k.client_id
    ORDER BY k.client_id, k.opening_date > :last, k.opening_date DESC, k.id DESC),
  home AS MATERIALIZED (
    SELECT DISTINCT ON (h.case_id) h.case_id, h.tenure, h.adults,
      h.children_under_16 + h.children_16_to_18 AS children
    FROM households h JOIN seen ON seen.id = h.case_id
    WHERE h.centre_id = :centre ORDER BY h.case_id, h.id DESC),
  sheet AS MATERIALIZED (
    SELECT DISTINCT ON (b.case_id) b.case_id, floor(b.total_income) AS income
    FROM budget_sheets b JOIN seen ON seen.id = b.case_id
    WHERE b.centre_id = :centre AND b.deleted_at IS NULL
      AND (b.total_income > 0 OR b.total_expenses > 0)
    ORDER BY b.case_id, b.sheet_no DESC),
  dealt AS MATERIALIZED (
    SELECT k.id AS case_id, k.client_id, d.debt_type, d.is_priority, d.balance
    FROM debts d JOIN k ON k.id = d.case_id JOIN seen ON seen.client_id = k.client_id
    WHERE d.centre_id = :centre AND d.deleted_at IS NULL AND k.opening_date <= :last
      AND (k.closing_date IS NULL OR k.closing_date >= :first)),
  ended AS MATERIALIZED (
    SELECT k.*, c.id AS closing_id, coalesce(c.saved, '[]') AS saved,
      coalesce(c.debt_solution, 'unknown') AS debt_solution,
      coalesce(c.fca_outcome, 'unknown') AS fca_outcome
    FROM k
    LEFT JOIN LATERAL (
      SELECT r.id, r.saved, r.debt_solution, r.fca_outcome FROM case_closings r
      WHERE r.centre_id = :centre AND r.case_id = k.id AND r.round_no = k.reopened_count + 1
      ORDER BY r.revision DESC LIMIT 1) c ON true
    WHERE k.closing_date BETWEEN :first AND :last
      AND k.status IN ('closed', 'referred', 'cancelled')),
  settled AS MATERIALIZED (
    SELECT e.id AS case_id, e.client_id, e.closing_date AS day, d.outcome, d.grouping,
      d.owed_at_start, d.owed_at_closing, d.written_off
    FROM closing_debts d JOIN ended e ON e.closing_id = d.closing_id
    WHERE d.centre_id = :centre),
  advised AS MATERIALIZED (
    SELECT DISTINCT ON (r.case_id, r.solution) r.case_id, k.client_id, r.advised_on AS day,
      r.solution, coalesce(r.choice, 'unknown') AS choice
    FROM recommendations r JOIN k ON k.id = r.case_id
    WHERE r.centre_id = :centre AND r.status <> 'draft' AND r.advised_on BETWEEN :first AND :last
    ORDER BY r.case_id, r.solution, r.version_no DESC),
  taken AS MATERIALIZED (
    SELECT r.case_id, k.client_id, coalesce(r.chosen, r.solution) AS solution, r.status,
      r.started_on, r.ended_on, r.version_no
    FROM recommendations r JOIN k ON k.id = r.case_id
    WHERE r.centre_id = :centre AND r.status <> 'draft'),
  asked AS MATERIALIZED (
    SELECT DISTINCT ON (f.client_id) f.client_id, f.case_id, f.asked_on AS day,
      CASE WHEN f.answered_on IS NOT NULL THEN 'answered' WHEN f.is_declined THEN 'declined'
        ELSE 'unknown' END AS answer
    FROM client_feedback f JOIN k ON k.id = f.case_id
    WHERE f.centre_id = :centre AND f.deleted_at IS NULL AND f.asked_on BETWEEN :first AND :last
    ORDER BY f.client_id, f.asked_on DESC, f.id DESC),
  answered AS MATERIALIZED (
    SELECT DISTINCT ON (f.client_id) f.client_id, f.case_id, f.answered_on AS day, f.rating
    FROM client_feedback f JOIN k ON k.id = f.case_id
    WHERE f.centre_id = :centre AND f.deleted_at IS NULL
      AND f.answered_on BETWEEN :first AND :last
    ORDER BY f.client_id, f.answered_on DESC, f.id DESC),
  gained AS MATERIALIZED (
    SELECT e.id AS case_id, e.client_id, e.closing_date AS day, g.kind, g.counted,
      g.entered_frequency = 'once' AS is_once
    FROM closing_gains g JOIN ended e ON e.closing_id = g.closing_id
    WHERE g.centre_id = :centre),
  begun AS MATERIALIZED (
    SELECT k.id AS case_id, k.client_id, min(a.scheduled_date) AS day,
      greatest(0, min(a.scheduled_date) - coalesce((
        SELECT min(r.received_date) FROM referrals r
        WHERE r.centre_id = :centre AND r.case_id = k.id AND r.deleted_at IS NULL),
        k.opening_date)) AS waited
    FROM appointments a JOIN k ON k.id = a.case_id
    WHERE a.centre_id = :centre AND a.deleted_at IS NULL AND a.status IN ('attended', 'late')
    GROUP BY k.id, k.client_id, k.opening_date
    HAVING min(a.scheduled_date) BETWEEN :first AND :last)
"""
"""What the figures stand on, asked once: `:first` and `:last` are days, `:begins` and `:ends` the
moments between which they lie. What a case was at the end is what the first change after it says
that it was before; where there is none, what it is."""

_EMPTY: Final = "cast(NULL AS numeric)"


def _rows(
    source: str,
    *,
    part: str = "''",
    person: str = "client_id",
    case: str = "case_id",
    amount: str = _EMPTY,
    day: str = "day",
) -> str:
    return (
        f"SELECT {part} AS part, {person} AS person, {case} AS case_id, {amount} AS amount,"
        f" {day} AS day FROM {source}"
    )


def _of_case(source: str, *, part: str = "''", day: str, amount: str = _EMPTY) -> str:
    return _rows(source, part=part, case="id", day=day, amount=amount)


def _of_seen(part: str = "''", joined: str = "", where: str = "") -> str:
    chosen = f" WHERE {where}" if where else ""
    return _rows(
        f"seen s{joined}{chosen}", part=part, person="s.client_id", case="s.id", day="s.day"
    )


def _band(value: str, bands: tuple[Band, ...]) -> str:
    """Return the code of the band a whole number lies in; nothing recorded is not known."""
    steps = "".join(
        f" WHEN {value} <= {int(band.until)} THEN 'b{number}'"
        for number, band in enumerate(bands)
        if band.until is not None
    )
    return f"CASE WHEN {value} IS NULL THEN 'unknown'{steps} ELSE 'b{len(bands) - 1}' END"


def _ended(part: str = "''", where: str = "true") -> str:
    return _of_case(f"ended WHERE {where}", part=part, day="closing_date")


_HOUSEHOLD: Final = (
    "CASE WHEN h.case_id IS NULL THEN 'unknown' WHEN h.adults > 1 THEN"
    " CASE WHEN h.children > 0 THEN 'together_children' ELSE 'together' END"
    " WHEN h.children > 0 THEN 'alone_children' ELSE 'alone' END"
)
_RESULT: Final = (
    "CASE WHEN status = 'attended' THEN 'kept' WHEN status = 'late' THEN 'late'"
    " WHEN status = 'did_not_attend' THEN 'missed'"
    " WHEN status = 'cancelled' AND cancelled_by = 'client' THEN 'by_client'"
    " WHEN status = 'cancelled' THEN 'by_us' ELSE 'unknown' END"
)
_EMERGENCIES: Final = (
    "(SELECT k.id AS case_id, k.client_id,"
    " min(cast(l.timestamp AT TIME ZONE 'Europe/London' AS date)) AS day"
    " FROM audit_logs l JOIN k ON k.id = l.case_id"
    " LEFT JOIN debt_events e ON e.centre_id = l.centre_id AND e.id = l.record_id"
    " AND l.table_name = 'debt_events'"
    " WHERE l.centre_id = :centre AND l.timestamp >= :begins AND l.timestamp < :ends"
    " AND l.table_name IN ('cases', 'debt_events')"
    " AND ((l.table_name = 'cases' AND l.new_values ->> 'emergency' IS NOT NULL)"
    " OR (l.new_values ->> 'kind' = ANY (:emergencies) AND e.deleted_at IS NULL))"
    " GROUP BY k.id, k.client_id) found"
)
_AGREED: Final = (
    "(SELECT n.is_given FROM consents n WHERE n.centre_id = :centre AND n.client_id = s.client_id"
    " AND n.purpose = 'feedback' ORDER BY n.id DESC LIMIT 1)"
)
_NEW: Final = "first_case.day BETWEEN :first AND :last"
_FIRST: Final = (
    " JOIN (SELECT client_id, min(opening_date) AS day FROM k GROUP BY client_id) first_case"
    " ON first_case.client_id = s.client_id"
)


def _taken(day: str, where: str = "true") -> str:
    """Return the solutions of which something happened in the period, each of a case once."""
    return (
        f"(SELECT DISTINCT ON (case_id, solution) case_id, client_id, solution, {day} AS day"
        f" FROM taken WHERE {day} BETWEEN :first AND :last AND {where}"
        " ORDER BY case_id, solution, version_no DESC) found"
    )


_FINISHED: Final = "cast(r.finished_at AT TIME ZONE 'Europe/London' AS date)"


def _reviews() -> str:
    return (
        "file_reviews r JOIN k ON k.id = r.case_id WHERE r.centre_id = :centre"
        " AND r.finished_at >= :begins AND r.finished_at < :ends"
    )


def rows_of(definitions: Definitions) -> Mapping[str, str]:
    """Return the rows of each figure that is counted from rows the reader may see."""
    bands = definitions.bands
    age = "cast(date_part('year', age(:last, s.date_of_birth)) AS integer)"
    started, completed = _taken("started_on"), _taken("ended_on", "status = 'completed'")
    home, sheet = (f" LEFT JOIN {table} h ON h.case_id = s.id" for table in ("home", "sheet"))
    district = "coalesce(nullif(split_part(s.postcode, ' ', 1), ''), 'unknown')"
    return {
        "clients_seen": _of_seen(),
        "clients_new": _of_seen(joined=_FIRST, where=_NEW),
        "contacts": _rows("contact"),
        "contacts_by_channel": _rows("contact", part="part"),
        "debt_clients": _of_seen(where="s.client_id IN (SELECT client_id FROM dealt)"),
        "seen_by_vulnerability": _of_seen("s.vulnerable"),
        "seen_by_age": _of_seen(_band(age, bands["age"])),
        "seen_by_household": _of_seen(_HOUSEHOLD, home),
        "seen_by_tenure": _of_seen("coalesce(h.tenure, 'unknown')", home),
        "seen_by_income": _of_seen(_band("h.income", bands["income"]), sheet),
        "seen_by_district": _of_seen(district),
        "cases_opened": _of_case(
            "k WHERE opening_date BETWEEN :first AND :last", day="opening_date"
        ),
        "cases_ended": _ended(),
        "ended_by_status": _ended("status"),
        "cases_open": _of_case("live", day="opening_date", amount="weight"),
        "open_by_advisor": _of_case(
            "live", part="cast(advisor_id AS text)", day="opening_date", amount="weight"
        ),
        "emergencies": _rows(_EMERGENCIES),
        "reviews_overdue": _of_case(
            "k WHERE status IN ('open', 'in_progress')"
            " AND next_review_date < least(:last + 1, :today)",
            day="next_review_date",
        ),
        "debts_dealt": _rows("dealt", amount="balance", day="cast(NULL AS date)"),
        "debts_by_type": _rows(
            "dealt", part="debt_type", amount="balance", day="cast(NULL AS date)"
        ),
        "debts_by_priority": _rows(
            "dealt",
            part="CASE WHEN is_priority THEN 'yes' ELSE 'no' END",
            amount="balance",
            day="cast(NULL AS date)",
        ),
        "cases_advised": _of_case("k WHERE advised_on BETWEEN :first AND :last", day="advised_on"),
        "solutions_advised": _rows("advised"),
        "advised_by_kind": _rows("advised", part="solution"),
        "advised_by_choice": _rows("advised", part="choice"),
        "solutions_started": _rows(started),
        "started_by_kind": _rows(started, part="solution"),
        "solutions_completed": _rows(completed),
        "completed_by_kind": _rows(completed, part="solution"),
        "breathing_spaces": _rows(
            "breathing_spaces b JOIN k ON k.id = b.case_id WHERE b.centre_id = :centre"
            " AND b.deleted_at IS NULL AND b.start_date BETWEEN :first AND :last",
            person="b.client_id",
            case="b.case_id",
            day="b.start_date",
        ),
        "offers_accepted": _rows(
            "creditor_replies r JOIN k ON k.id = r.case_id WHERE r.centre_id = :centre"
            " AND r.deleted_at IS NULL AND r.reply = 'accept'"
            " AND r.received_on BETWEEN :first AND :last",
            person="k.client_id",
            case="r.case_id",
            day="r.received_on",
        ),
        "ended_by_solution": _ended("debt_solution"),
        "ended_by_result": _ended("fca_outcome"),
        "ended_by_vulnerability": _ended("vulnerable"),
        "result_by_vulnerability": _ended("fca_outcome || '/' || vulnerable"),
        "debts_ended": _rows("settled", amount="owed_at_start"),
        "debts_by_outcome": _rows("settled", part="outcome", amount="owed_at_start"),
        "written_off": _rows("settled WHERE written_off > 0", amount="written_off"),
        "rescheduled": _rows(
            "settled WHERE grouping = 'arranged' AND owed_at_closing > 0", amount="owed_at_closing"
        ),
        "in_solution": _rows(
            "settled WHERE grouping = 'solution' AND owed_at_closing > 0", amount="owed_at_closing"
        ),
        "gained_yearly": _rows("gained WHERE NOT is_once", amount="counted"),
        "gained_yearly_by_kind": _rows("gained WHERE NOT is_once", part="kind", amount="counted"),
        "gained_once": _rows("gained WHERE is_once", amount="counted"),
        "gained_once_by_kind": _rows("gained WHERE is_once", part="kind", amount="counted"),
        **{
            f"saved_{what}": _ended(where=f"saved @> '[\"{what}\"]'")
            for what in ("home", "fuel", "liberty")
        },
        "appointments": _rows("visit"),
        "appointments_by_result": _rows("visit", part=_RESULT),
        "first_appointments": _rows("begun"),
        "waited": _rows("begun", part=_band("waited", bands["waited"]), amount="waited"),
        "waited_median": _rows("begun", amount="waited"),
        "waiting_list": _rows(
            "referrals WHERE centre_id = :centre AND deleted_at IS NULL"
            " AND received_date <= :last AND (decided_at IS NULL OR decided_at >= :ends)",
            person="-id",
            case="cast(NULL AS bigint)",
            day="received_date",
        ),
        "files_reviewed": _rows(_reviews(), person="k.client_id", case="k.id", day=_FINISHED),
        "reviewed_by_result": _rows(
            _reviews(),
            part="coalesce(r.result, 'unknown')",
            person="k.client_id",
            case="k.id",
            day=_FINISHED,
        ),
        "complaints": _rows(
            "request_deadlines r JOIN k ON k.id = r.case_id WHERE r.centre_id = :centre"
            " AND r.deleted_at IS NULL AND r.asked_on BETWEEN :first AND :last"
            " AND r.kind IN ('complaint', 'complaint_at_once', 'data_complaint')",
            person="k.client_id",
            case="r.case_id",
            day="r.asked_on",
        ),
        "feedback_agreed": _of_seen(where=_AGREED),
        "feedback_asked": _rows("asked"),
        "feedback_by_answer": _rows("asked", part="answer"),
        "feedback_answered": _rows("answered"),
        "feedback_by_rating": _rows("answered", part="coalesce(cast(rating AS text), 'unknown')"),
        "feedback_mean": _rows("answered WHERE rating IS NOT NULL", amount="rating"),
    }


def counting(figure: Figure, rows: str) -> str:
    """Return the count of a figure and of each of its parts, of how many people, and their sum."""
    amount = "sum(amount)"
    if figure.median:
        amount = "percentile_disc(0.5) WITHIN GROUP (ORDER BY amount)"
    elif figure.mean:
        amount = "round(avg(amount), 1)"
    return (
        f"SELECT '{figure.code}' AS figure, part, GROUPING(part) AS is_whole, count(*) AS many,"
        f" count(DISTINCT person) AS people, {amount} AS amount FROM ({rows}) {figure.code}"
        " GROUP BY GROUPING SETS ((part), ())"
    )


MONITORED: Final = """
  SELECT 'seen_by_' || question, answer, 0, clients, clients, cast(NULL AS numeric)
  FROM cma_count_monitoring((SELECT coalesce(array_agg(client_id), '{}') FROM seen))
"""
"""The answers of clients seen, counted without being shown."""
