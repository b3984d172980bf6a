"""What the forms of an appointment send: booking and moving, cancelling, its outcome, a note."""

from typing import Annotated

from pydantic import BeforeValidator, Field

from cma_app.rules.appointments import CANCELLED_BY, LONGEST, MODES, OUTCOMES, SHORTEST, TYPES
from cma_app.services.forms import (
    Clock,
    Day,
    Form,
    LongText,
    RecordId,
    Text,
    Tick,
    choice,
    given,
    read_record_id,
)


class AppointmentForm(Form):
    """An appointment as a form sends it."""

    appointment_type: Annotated[str, BeforeValidator(choice(*TYPES))]
    meeting_mode: Annotated[str, BeforeValidator(choice(*MODES))] = "in_person"
    advisor_id: Annotated[
        int, given("Choose who meets the client."), BeforeValidator(read_record_id)
    ]
    room_id: RecordId = None
    scheduled_date: Annotated[Day, given("Give the day.")]
    scheduled_time: Annotated[Clock, given("Give the time it begins.")]
    duration_minutes: Annotated[int, Field(ge=SHORTEST, le=LONGEST)] = 60
    location: Text = None
    preparation_notes: LongText = None
    anyway: Tick = False


class CancelForm(Form):
    """Who cancelled and why, as a form sends it."""

    cancelled_by: Annotated[
        str,
        Field(validate_default=True),
        BeforeValidator(choice(*CANCELLED_BY)),
        given("Say who cancelled."),
    ] = ""
    reason: Annotated[str, given("Say why."), Field(max_length=500)]


class OutcomeForm(Form):
    """What came of an appointment, as a form sends it."""

    outcome: Annotated[
        str,
        Field(validate_default=True),
        BeforeValidator(choice(*OUTCOMES)),
        given("Say whether they came."),
    ] = ""
    outcome_summary: LongText = None
    follow_up: Annotated[str | None, Field(max_length=200)] = None
    follow_up_date: Day = None


class NoteForm(Form):
    """A note on an appointment, as a form sends it."""

    body: Annotated[str, given("Write the note."), Field(max_length=10_000)]
