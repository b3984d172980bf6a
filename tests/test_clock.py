"""The clock tells the story's moment inside a block, and the real one after it."""

from datetime import UTC, date, datetime, timedelta

import pytest

from cma_app.clock import LONDON, at, local, now, today


class TestAt:
    def test_it_is_that_moment_inside(self) -> None:
        moment = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)
        with at(moment):
            assert now() == moment
            assert today() == date(2026, 7, 1)  # summer time: past midnight in London
            assert local(now()).hour == 0

    def test_a_local_moment_is_kept_in_utc(self) -> None:
        with at(datetime(2026, 6, 30, 10, 20, tzinfo=LONDON)):
            assert now() == datetime(2026, 6, 30, 9, 20, tzinfo=UTC)
            assert now().tzinfo is UTC

    def test_moments_nest_and_the_real_one_returns_after_an_error(self) -> None:
        outer, inner = (datetime(2026, 6, day, tzinfo=UTC) for day in (1, 2))
        before = now()
        with pytest.raises(KeyError), at(outer):
            with at(inner):
                assert now() == inner
            assert now() == outer
            raise KeyError
        assert timedelta(0) <= now() - before < timedelta(minutes=1)

    def test_a_moment_without_its_zone_is_refused(self) -> None:
        with pytest.raises(ValueError, match="zone"), at(datetime(2026, 6, 30)):  # noqa: DTZ001
            pass
