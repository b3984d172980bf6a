"""What somebody inside tries: a trainee helping themselves, traces of a file that is not theirs."""

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import ProgrammingError

from cma_app.database import app_engine
from cma_app.errors import Conflict, NotFound
from cma_app.services import case_list, caseload, clients
from cma_app.services.case_list import CaseFilter
from tests.people import Cast
from tests.plant import plant_case
from tests.planting import plant
from tests.walls.test_isolation import scope

_TAKE = text(
    "INSERT INTO cases (centre_id, case_reference, client_id, advisor_id)"
    " VALUES (:centre, :reference, :client, :me)"
)


class TestATrainee:
    def test_cannot_begin_a_case_for_somebody_elses_client(self, cast: Cast, owner: Engine) -> None:
        case_id = plant_case(owner, cast.amina)
        with owner.connect() as connection:
            client_id = connection.execute(
                text("SELECT client_id FROM cases WHERE id = :id"), {"id": case_id}
            ).scalar_one()
        values = {
            "centre": cast.tess.centre_id,
            "reference": "taken",
            "client": client_id,
            "me": cast.tess.user_id,
        }
        with (
            pytest.raises(ProgrammingError, match="row-level security"),
            app_engine().begin() as connection,
        ):
            scope(connection, cast.tess)
            connection.execute(_TAKE, values)
        with cast.open(cast.tess) as session, pytest.raises(NotFound):
            clients.read_client(session, client_id)

    def test_can_for_a_client_they_recorded(self, cast: Cast, owner: Engine) -> None:
        with app_engine().begin() as connection:
            scope(connection, cast.tess)
            client_id = connection.execute(
                text(
                    "INSERT INTO clients (centre_id, client_reference, first_name, last_name,"
                    " created_by) VALUES (:centre, 'own', 'Pat', 'Own', :me) RETURNING id"
                ),
                {"centre": cast.tess.centre_id, "me": cast.tess.user_id},
            ).scalar_one()
            connection.execute(
                _TAKE,
                {
                    "centre": cast.tess.centre_id,
                    "reference": "own",
                    "client": client_id,
                    "me": cast.tess.user_id,
                },
            )


@pytest.mark.parametrize(
    "table",
    ["appointment_notes", "referrals", "file_reviews", "file_review_versions", "review_responses"],
)
def test_the_log_of_a_restricted_file_is_hidden_where_a_row_names_no_client(
    cast: Cast, owner: Engine, table: str
) -> None:
    plant(owner, cast.maria)
    planted = plant(owner, cast.amina, "hush")
    wanted = text("SELECT count(*) FROM audit_logs WHERE table_name = :t AND record_id = :id")
    values = {"t": table, "id": planted[table]}

    # of a review only its reviewer, its advisor and a manager hear at all
    reader = cast.maria if "review" in table else cast.ben

    def logged() -> int:
        with app_engine().begin() as connection:
            scope(connection, reader)
            return connection.execute(wanted, values).scalar_one()

    with owner.begin() as connection:
        # as the trigger writes them: a referral before it is accepted, a note of an appointment
        connection.execute(
            text(
                "UPDATE audit_logs SET client_id = NULL, case_id = NULL"
                " WHERE table_name = :t AND record_id = :id"
            ),
            values,
        )
    assert logged() == 1
    with owner.begin() as connection:
        connection.execute(
            text("UPDATE clients SET is_restricted = true WHERE id = :id"),
            {"id": planted["clients"]},
        )
    assert logged() == 0


class TestWhatNoColumnHolds:
    """A number too wide or a NUL is the sender's mistake, said in a sentence: never a failure."""

    WIDE = 2**63

    def test_a_wide_id_is_not_found(self, cast: Cast) -> None:
        for number in (self.WIDE, -self.WIDE - 1, 10**30, 0, -1):
            with cast.open(cast.amina) as session, pytest.raises(NotFound):
                clients.read_client(session, number)

    def test_a_wide_page_is_an_empty_one(self, cast: Cast, owner: Engine) -> None:
        plant_case(owner, cast.amina)
        with cast.open(cast.amina) as session:
            assert clients.find_clients(session, number=self.WIDE).rows == []
            listed = case_list.list_cases(session, CaseFilter(number=self.WIDE))
            assert listed.page.rows == []
        with cast.open(cast.maria) as session:
            assert caseload.listing(session, number=10**30).rows == []

    def test_a_nul_is_a_sentence(self, cast: Cast) -> None:
        with pytest.raises(Conflict, match="cannot be kept"), cast.open(cast.amina) as session:
            case_list.list_cases(session, CaseFilter(search="a\x00"))

    def test_so_is_a_wide_number_in_a_filter(self, cast: Cast) -> None:
        with pytest.raises(Conflict, match="cannot be kept"), cast.open(cast.amina) as session:
            case_list.list_cases(session, CaseFilter(advisor_id=self.WIDE))
