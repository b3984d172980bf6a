"""How each step of a household's story is told: by one of the cast, through the services."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Connection

from cma_app.clock import today
from cma_app.demo.dates import day_of
from cma_app.demo.households import HouseholdData
from cma_app.demo.papers import add_paper
from cma_app.demo.people import ORIGIN, Cast
from cma_app.rules.consents import wording_on
from cma_app.rules.financial_statement import partner_lines
from cma_app.rules.sign_offs import points_for
from cma_app.services import (
    appointment_list,
    appointments,
    authorities,
    breathing_space,
    budgets,
    case_people,
    case_steps,
    cases,
    clients,
    closings,
    compliance,
    compliance_gates,
    consents,
    debt_events,
    debts,
    document_requests,
    feedback,
    guideline_reasons,
    households,
    letter_drafts,
    letter_issue,
    next_actions,
    notes,
    offers,
    recommendations,
    referrals,
    reminders,
    requests,
    rights,
    rooms,
    sheet_details,
    sign_off_list,
    sign_offs,
    statement_list,
    statements,
    vulnerability,
    walk_in,
)
from cma_app.services.replies import list_replies, record_reply, tell_client
from cma_app.services.sheet_day import sheet_day
from cma_app.session import CentreSession, open_as
from models import Debt, Recommendation

Step = Mapping[str, Any]
VERBS = (
    "walk_in",
    "referral",
    "accept",
    "consents",
    "partner",
    "partner_consents",
    "vulnerability",
    "household",
    "debts",
    "events",
    "written_off",
    "budget",
    "explain",
    "verify",
    "offers",
    "asked",
    "papers",
    "chased",
    "authority",
    "breathing_space",
    "request",
    "data_request",
    "statement",
    "advice",
    "chose",
    "progress",
    "checklist",
    "letters",
    "replies",
    "told",
    "done",
    "stage",
    "note",
    "submit",
    "send_back",
    "book",
    "rang",
    "outcome",
    "action",
    "review",
    "let_through",
    "close",
    "feedback",
)
"""What a step may say, in the order in which one step's parts are done."""


@dataclass(slots=True)
class Telling:
    """One household's story as far as it is told: what was made, by the names of its data."""

    data: HouseholdData
    cast: Cast
    on: date
    client_id: int = 0
    case_id: int = 0
    partner_id: int = 0
    referral_id: int = 0
    sheet_id: int = 0
    appointment_id: int = 0
    debt_ids: dict[str, int] = field(default_factory=dict)
    letter_ids: dict[str, int] = field(default_factory=dict)

    def tell(self, connection: Connection, step: Step) -> None:
        """Do all that a step says as the person it names; whoever opens the case is written down.

        A step that says something unknown raises ValueError.
        """
        unknown = set(step) - {"at", "who", "minutes", "channel", *VERBS}
        if unknown:
            raise ValueError(f"The story of {self.data.code} says {', '.join(sorted(unknown))}.")
        with open_as(self.cast[step["who"]], ORIGIN, connection) as session:
            opened = bool(self.case_id) and "referral" not in step
            # held while the step lasts: the session need not read it again for each line typed
            _case = cases.open_case(session, self.case_id) if opened else None
            for verb in VERBS:
                if verb in step:
                    getattr(self, f"_{verb}")(session, step)

    def _day(self, written: str) -> date:
        return day_of(written, self.on, self.data.nation)

    def _intake(self, said: Mapping[str, Any]) -> dict[str, Any]:
        """Return an intake form as the screen sends it."""
        person = self.data.client
        typed = {
            "first_name": person["first_name"],
            "last_name": person["last_name"],
            "date_of_birth": person["date_of_birth"],
            "postcode": person["postcode"],
            "nation": self.data.nation,
            "phone": person["phone_primary"],
            "email": person.get("email", ""),
            "emergency": "yes" if "emergency_date" in said else said.get("emergency", "no"),
            "emergency_what": said.get("emergency", ""),
            "emergency_time": said.get("emergency_time", ""),
            "source": said["source"],
            "referred_by": said.get("referred_by", ""),
            "note": said["needs"],
            **{f"route_{name}": answer for name, answer in self.data.routes.items()},
        }
        if "emergency_date" in said:
            typed["emergency_date"] = self._day(said["emergency_date"]).isoformat()
        return typed | {"first_name": said.get("first_name", person["first_name"])}

    def _walk_in(self, session: CentreSession, step: Step) -> None:
        said = step["walk_in"]
        case = walk_in.start_walk_in(session, {**self._intake(said), "minutes": "20"})
        self.case_id, self.client_id = case.id, case.client_id
        client = clients.read_client(session, case.client_id)
        form = clients.ClientForm.read({"nation": self.data.nation, **self.data.client})
        clients.edit_client(session, client.id, form, version=client.version)

    def _referral(self, session: CentreSession, step: Step) -> None:
        self.referral_id = referrals.record_referral(session, self._intake(step["referral"])).id

    def _accept(self, session: CentreSession, _step: Step) -> None:
        case = referrals.accept_referral(session, self.referral_id)
        self.case_id, self.client_id = case.id, case.client_id
        holder = self.cast[self.data.holder].user_id
        case_steps.assign_case(session, case.id, advisor_id=holder)

    def _consents(self, session: CentreSession, step: Step) -> None:
        _agree(session, self.client_id, step["consents"])

    def _partner(self, session: CentreSession, _step: Step) -> None:
        routes = {f"route_{name}": answer for name, answer in self.data.partner_routes.items()}
        said = {**self.data.partner, **routes}
        self.partner_id = case_people.join_new_person(session, self.case_id, said).id

    def _partner_consents(self, session: CentreSession, step: Step) -> None:
        _agree(session, self.partner_id, step["partner_consents"])

    def _vulnerability(self, session: CentreSession, _step: Step) -> None:
        form = vulnerability.VulnerabilityForm.read(self.data.vulnerability)
        vulnerability.add_vulnerability(session, self.client_id, form)

    def _household(self, session: CentreSession, _step: Step) -> None:
        households.record_household(session, self.case_id, self.data.household)

    def _debts(self, session: CentreSession, _step: Step) -> None:
        for debt in self.data.debts:
            self.debt_ids[debt["key"]] = debts.add_debt(session, self.case_id, debt).id

    def _events(self, session: CentreSession, step: Step) -> None:
        for said in step["events"]:
            form = {**said, "event_date": self._day(said["day"]).isoformat()}
            debt_events.add_event(session, self.debt_ids[said["debt"]], form)

    def _written_off(self, session: CentreSession, _step: Step) -> None:
        versions = {row.id: row.version for row in debts.list_debts(session, self.case_id).rows}
        for debt in self.data.debts:
            debt_id = self.debt_ids[debt["key"]]
            said = {**debt, "status": "written_off"}
            debts.change_debt(session, debt_id, said, version=versions[debt_id])

    def _budget(self, session: CentreSession, step: Step) -> None:
        number = step["budget"]
        if number == 1:
            kept, lines = budgets.start_sheet(session, self.case_id), self.data.sheets[0].lines
        else:
            kept = budgets.revise_sheet(session, self.sheet_id)
            before = self.data.sheets[number - 2].lines
            lines = [line for line in self.data.sheets[number - 1].lines if line not in before]
        on = sheet_day(kept)
        is_for_two = self.partner_id or partner_lines([line.code for line in lines], on)
        if is_for_two and not kept.is_joint:
            head = {"sheet_type": kept.sheet_type, "statement_date": on}
            sheet_details.record_details(session, kept.id, {**head, "is_joint": "on"})
        for line in lines:
            budgets.record_line(session, kept.id, code=line.code, typed=line.typed, note=line.note)
        self.sheet_id = kept.id

    def _explain(self, session: CentreSession, step: Step) -> None:
        for group, reason in step["explain"].items():
            guideline_reasons.explain_group(session, self.sheet_id, group=group, reason=reason)

    def _verify(self, session: CentreSession, _step: Step) -> None:
        sheet = budgets.read_budget(session, self.case_id).sheet
        if sheet is None:
            raise ValueError(f"The story of {self.data.code} verifies a budget before there is one")
        budgets.verify_sheet(session, sheet.id, version=sheet.version)

    def _offers(self, session: CentreSession, _step: Step) -> None:
        decided = {self.debt_ids[key]: typed for key, typed in (self.data.offers or {}).items()}
        offers.record_offers(session, self.case_id, decided=decided)

    def _authority(self, session: CentreSession, step: Step) -> None:
        signed = {"how": step["authority"], "signed_on": f"{today():%d %m %Y}"}
        authorities.record_authority(session, self.case_id, signed)

    def _breathing_space(self, session: CentreSession, step: Step) -> None:
        breathing_space.record_space(session, self.case_id, self._dated(step["breathing_space"]))

    def _data_request(self, session: CentreSession, step: Step) -> None:
        asked = {"channel": "in_person", "identity": "known", **step["data_request"]}
        asked["received_on"] = self._day(asked["received_on"]).isoformat()
        rights.record_right(session, self.client_id, asked)

    def _request(self, session: CentreSession, step: Step) -> None:
        requests.record_request(session, self.case_id, self._dated(step["request"]))

    def _dated(self, said: Mapping[str, Any]) -> dict[str, str]:
        """Return a form whose days, named `_on` or `_date`, are those of the story."""
        return {
            name: self._day(text).isoformat() if name.endswith(("_on", "_date")) else text
            for name, text in said.items()
        }

    def _statement(self, session: CentreSession, step: Step) -> None:
        """Take a statement as far as the step says, with what the client said where it says how."""
        statements.prepare_statement(session, self.case_id)
        said = {"how": step["statement"].get("confirmed"), "is_accurate": True, "may_send": True}
        for name in step["statement"]["steps"]:
            shown = statement_list.read_statements(session, self.case_id).shown
            if shown is None:
                raise ValueError(f"The story of {self.data.code} has no statement to {name}.")
            verb = getattr(statements, f"{name}_statement")
            verb(
                session,
                shown.statement.id,
                version=shown.statement.version,
                **(said if name == "confirm" else {}),
            )

    def _advice(self, session: CentreSession, step: Step) -> None:
        said = {f"other-{code}": why for code, why in step["advice"].get("others", {}).items()}
        typed = {name: text for name, text in step["advice"].items() if name != "others"}
        recommendations.give_advice(session, self.case_id, {**typed, **said})

    def _chose(self, session: CentreSession, step: Step) -> None:
        row = self._standing(session)
        recommendations.record_choice(session, row.id, step["chose"], version=row.version)

    def _progress(self, session: CentreSession, step: Step) -> None:
        row, said = self._standing(session), self._dated(step["progress"])
        recommendations.record_progress(session, row.id, said, version=row.version)

    def _standing(self, session: CentreSession) -> Recommendation:
        (standing, *_) = recommendations.read_advice(session, self.case_id).given
        return standing.row

    def _feedback(self, session: CentreSession, step: Step) -> None:
        feedback.record_feedback(session, self.case_id, self._dated(step["feedback"]))

    def _checklist(self, session: CentreSession, step: Step) -> None:
        """Answer items by their codes: a text is what shows that one is met."""
        found = compliance.read_checklist(session, self.case_id)
        rows = {row.standing.item.code: row for row in found.rows}
        for code, said in step["checklist"].items():
            answer = {"answer": "met", "notes": said} if isinstance(said, str) else said
            row = rows[code]
            compliance.answer_item(session, row.id, answer, version=row.version)

    def _letters(self, session: CentreSession, step: Step) -> None:
        """Draft a letter about each debt named, and issue it where the step says by which way."""
        said = step["letters"]
        for key in said["to"]:
            creditor = session.require(Debt, self.debt_ids[key]).creditor_id
            (letter,) = letter_drafts.draft_letters(
                session, self.case_id, said["kind"], creditor_ids=[creditor]
            )
            self.letter_ids[key] = letter.id
            if "by" in said:
                letter_issue.issue_letter(
                    session, letter.id, version=letter.version, route=said["by"]
                )

    def _replies(self, session: CentreSession, step: Step) -> None:
        for key, said in step["replies"].items():
            answered = self.letter_ids.get(key)
            record_reply(session, self.debt_ids[key], said, letter_id=answered)

    def _told(self, session: CentreSession, step: Step) -> None:
        known = {row.debt_id: row.id for row in list_replies(session, self.case_id)}
        for key in step["told"]:
            tell_client(session, known[self.debt_ids[key]])

    def _done(self, session: CentreSession, step: Step) -> None:
        waiting = {row.what: row.id for row in next_actions.list_actions(session, self.case_id)}
        next_actions.complete_action(session, waiting[step["done"]])

    def _stage(self, session: CentreSession, step: Step) -> None:
        case_steps.move_stage(session, self.case_id, stage=step["stage"])

    def _note(self, session: CentreSession, step: Step) -> None:
        notes.record_note(
            session,
            self.case_id,
            channel=step.get("channel", "in_person"),
            minutes=step.get("minutes", 0),
            body=step["note"],
        )

    def _submit(self, session: CentreSession, step: Step) -> None:
        sign_offs.submit(session, step["submit"], self.sheet_id, {})

    def _send_back(self, session: CentreSession, step: Step) -> None:
        said = step["send_back"]
        waiting = next(
            row for row in sign_off_list.list_queue(session).rows if row.case_id == self.case_id
        )
        points = {
            point.code: "change" if point.code in said["change"] else "fine"
            for point in points_for(waiting.step, today())
        }
        decision = sign_offs.Decision(points, said["comments"], {}, said.get("remark", ""))
        seen = sign_off_list.open_sign_off(session, waiting.id).hash
        sign_offs.send_back(session, waiting.id, decision, seen=seen)

    def _book(self, session: CentreSession, step: Step) -> None:
        said = step["book"]
        numbers = {room.name: room.id for room in rooms.list_rooms(session)}
        form = {
            "appointment_type": said["type"],
            "meeting_mode": said.get("mode", "in_person"),
            "advisor_id": str(self._user(said.get("with", self.data.holder))),
            "room_id": str(numbers[said["room"]]) if "room" in said else "",
            "scheduled_date": self._day(said["day"]).isoformat(),
            "scheduled_time": said["time"],
            "duration_minutes": said.get("minutes", "60"),
            "location": said.get("location", ""),
            "preparation_notes": said.get("prepare", ""),
        }
        self.appointment_id = appointments.book_appointment(session, self.case_id, form).id

    def _rang(self, session: CentreSession, step: Step) -> None:
        kept = appointment_list.read_appointment(session, self.appointment_id).reminder
        assert kept is not None, "what is booked has a reminder"
        reminders.record_call(session, kept.id, step["rang"])

    def _outcome(self, session: CentreSession, step: Step) -> None:
        said = {name: text for name, text in step["outcome"].items() if name != "by"}
        if "by" in step["outcome"]:
            said["follow_up_date"] = self._day(step["outcome"]["by"]).isoformat()
        kept = appointment_list.read_appointment(session, self.appointment_id)
        appointments.record_outcome(session, kept.row.id, said, version=kept.row.version)

    def _action(self, session: CentreSession, step: Step) -> None:
        said = step["action"]
        next_actions.record_action(
            session,
            self.case_id,
            what=said["what"],
            due_date=self._day(said["due"]),
            owner_id=self._user(said.get("owner")),
            kind=said.get("kind", "task"),
        )

    def _review(self, session: CentreSession, step: Step) -> None:
        case = cases.read_case(session, self.case_id)
        case_steps.edit_case(
            session,
            self.case_id,
            version=case.version,
            nation=case.nation,
            case_type=case.case_type,
            next_review_date=self._day(step["review"]),
        )

    def _asked(self, session: CentreSession, step: Step) -> None:
        for said in step["asked"]:
            document_requests.ask_for(session, self.case_id, said)

    def _papers(self, session: CentreSession, step: Step) -> None:
        for said in step["papers"]:
            people = [self.cast[name].user_id for name in said.get("people", ())]
            add_paper(session, self.case_id, {**said, "people": people})

    def _chased(self, session: CentreSession, step: Step) -> None:
        for row in document_requests.list_asked(session, self.case_id).rows:
            if row.status == "asked":
                document_requests.chase(session, row.id, how=step["chased"], version=row.version)

    def _let_through(self, session: CentreSession, step: Step) -> None:
        compliance_gates.open_gate(session, self.case_id, **step["let_through"])

    def _close(self, session: CentreSession, step: Step) -> None:
        """End the case as the closing page would; what a step does not say is not known."""
        said = step["close"]
        form = {name: text for name, text in said.items() if name not in {"debts", "gains"}}
        for key, boxes in said["debts"].items():
            number = self.debt_ids[key]
            form |= {f"debt-{number}-{box}": text for box, text in boxes.items()}
        for number, boxes in enumerate(said.get("gains", ()), start=1):
            form |= {f"gain-{number}-{box}": text for box, text in boxes.items()}
        closings.end_case(session, self.case_id, form)

    def _user(self, username: str | None) -> int | None:
        return self.cast[username].user_id if username else None


def _agree(session: CentreSession, client_id: int, purposes: list[str]) -> None:
    """Record a person's own consents, in the words of the day."""
    for purpose in purposes:
        version = wording_on(purpose, today()).version
        form = {"purpose": purpose, "answer": "given", "wording_version": version}
        consents.record_consent(session, client_id, consents.ConsentForm.read(form))
