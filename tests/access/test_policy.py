"""The record's own word, after the role's."""

import pytest

from cma_app.access.acts import Act
from cma_app.access.policy import ENDED, FIGURES, check
from cma_app.errors import NotFound, Refused
from models import Case
from tests.people import Cast


def case_of(person, *, status="in_progress") -> Case:
    return Case(centre_id=person.centre_id, client_id=1, advisor_id=person.user_id, status=status)


@pytest.mark.parametrize("act", sorted(FIGURES))
@pytest.mark.parametrize("status", sorted(ENDED))
def test_the_figures_of_an_ended_case_stand_still(cast: Cast, act: Act, status: str) -> None:
    with pytest.raises(Refused, match="Reopen it first"):
        check(cast.maria, act, case_of(cast.amina, status=status))
    check(cast.maria, act, case_of(cast.amina))


@pytest.mark.parametrize("act", [Act.NOTE_RECORD, Act.ACTION_RECORD, Act.CASE_OPEN])
def test_a_note_or_a_next_action_never_waits(cast: Cast, act: Act) -> None:
    check(cast.amina, act, case_of(cast.amina, status="closed"))


def test_a_trainee_finds_assigned_cases_only(cast: Cast) -> None:
    check(cast.tess, Act.CASE_OPEN, case_of(cast.tess))
    with pytest.raises(NotFound):
        check(cast.tess, Act.CASE_OPEN, case_of(cast.amina))


def test_another_centres_record_is_not_found(cast: Cast) -> None:
    with pytest.raises(NotFound):
        check(cast.colin, Act.CASE_OPEN, case_of(cast.amina))
