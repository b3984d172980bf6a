"""The demo's file review: drawn, one finished and answered, others waiting, and dated as told."""

from datetime import date, datetime

from cma_app.clock import local
from cma_app.services.review_draws import list_samples, read_sample
from cma_app.services.review_feedback import list_my_reviews
from cma_app.services.review_results import ReviewFilter, list_reviews
from tests.demo.conftest import Told


class TestReviews:
    def test_ruth_drew_a_month_once(self, told: Told, morning: datetime) -> None:
        with told.open("ruth") as session:
            (draw,) = list_samples(session)
            lines = {line.name: line for line in read_sample(session, draw.id).lines}
        assert (draw.first_day, draw.last_day) == (date(2026, 10, 24), date(2026, 11, 23))
        assert {name: line.level for name, line in lines.items()} == {
            "Callum Reid": "trainee",
            "Priya Nair": "experienced",
            "Tom Hale": "experienced",
        }
        assert all(line.drawn == min(line.asked, line.pool) for line in lines.values())
        assert lines["Callum Reid"].pool == lines["Callum Reid"].drawn >= 1

    def test_one_is_finished_and_answered_and_others_wait(
        self, told: Told, morning: datetime
    ) -> None:
        with told.open("ruth") as session:
            found = list_reviews(session, ReviewFilter())
        assert found.counts["done"] == 1
        assert found.counts["waiting"] >= 4
        done = next(row for row in found.page.rows if row.finished_at)
        assert (done.client, done.result, done.answer) == ("Gordon Tait", "meets", "accepted")
        assert done.finished_at is not None
        assert local(done.finished_at).date() == date(2026, 11, 24)

    def test_callum_reads_his_own(self, told: Told, morning: datetime) -> None:
        with told.open("callum") as session:
            rows = list_my_reviews(session).came_back.rows
        assert [row.client for row in rows] == ["Gordon Tait"]

    def test_the_other_centre_has_none(self, told: Told, morning: datetime) -> None:
        with told.open("eleri") as session:
            assert list_samples(session) == []
            assert list_reviews(session, ReviewFilter()).counts["all"] == 0
