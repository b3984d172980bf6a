from datetime import date, time

import pytest

from cma_app.rules.court_stages import (
    UnknownStage,
    court_stage,
    court_stages,
    event_kinds,
    how_to_vary,
    missing_facts,
)
from cma_app.rules.debt_events import DatedEvent, emergencies
from cma_app.rules.nations import NATIONS

TODAY = date(2026, 11, 22)
KINDS = [*court_stages(), *event_kinds()]
EMERGENCIES = {
    "bailiff_visit", "hearing", "possession_hearing", "eviction", "disconnection",
    "self_disconnected", "arrest_warrant", "repossession", "insolvency_deadline", "no_essentials",
    "statutory_demand", "bankruptcy_petition",
}  # fmt: skip


class TestStages:
    def test_run_from_none_to_a_petition(self):
        codes = [stage.code for stage in court_stages()]
        assert codes[0] == "none"
        assert codes[-1] == "bankruptcy_petition"
        for earlier, later in (("claim", "judgment"), ("judgment", "warrant")):
            assert codes.index(earlier) < codes.index(later)
        assert len(codes) == 15
        assert len({kind.code for kind in KINDS}) == len(KINDS) == 25

    def test_every_emergency_of_the_list_is_one(self):
        assert {kind.code for kind in KINDS if kind.is_emergency} == EMERGENCIES

    @pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.code)
    def test_each_has_words_in_each_nation_and_a_source(self, kind):
        assert len(kind.code) <= 30
        assert len(kind.reference.title) > 10
        assert kind.certainty in {"H", "M", "L"}
        assert set(kind.nations) <= set(NATIONS)
        assert set(dict(kind.label_in)) | set(dict(kind.consequence_in)) <= set(NATIONS)
        for nation in kind.nations:
            assert kind.label_for(nation)[0].isupper()
            assert kind.consequence_for(nation).endswith(".")

    def test_scotland_is_told_in_its_own_words(self):
        assert court_stage("judgment").label_for("scotland") == "Decree"
        assert court_stage("judgment").label_for("england") == "County Court judgment"
        assert court_stage("attachment_of_earnings").label_for("scotland") == "Earnings arrestment"
        for kind in KINDS:
            for nation in ("england", "wales", "northern_ireland"):
                said = f"{kind.label_for(nation)} {kind.consequence_for(nation)}".lower()
                assert "sheriff" not in said
                assert "arrestment" not in said
            said = f"{kind.label_for('scotland')} {kind.consequence_for('scotland')}"
            assert "Enforcement of Judgments" not in said
            assert "County Court" not in said

    def test_what_has_to_be_known(self):
        assert missing_facts("none", None, None) == {}
        assert missing_facts("eviction", None, None) == {
            "date": "Enter the date: eviction.",
            "time": "Enter the time: eviction.",
        }
        assert missing_facts("bailiff_visit", TODAY, None) == {}
        assert missing_facts("eviction", TODAY, time(10, 30)) == {}
        assert missing_facts("self_disconnected", None, None) == {}
        assert "as well as" in missing_facts("arrest_warrant", None, time(9))["date"]

    def test_how_an_order_is_varied(self):
        assert how_to_vary("england") == how_to_vary(None) == "Apply to vary the order: form N245."
        assert "sheriff" in how_to_vary("scotland")

    def test_an_unknown_one_is_an_error(self):
        with pytest.raises(UnknownStage, match="from the list"):
            court_stage("duel")
        with pytest.raises(UnknownStage):
            emergencies([DatedEvent("duel")], TODAY)


class TestEmergencies:
    def words(self, *events: DatedEvent, nation: str | None = None) -> list[str]:
        return [each.words for each in emergencies(events, TODAY, nation)]

    def test_are_in_order_of_their_day_and_hour(self):
        found = self.words(
            DatedEvent("hearing", date(2026, 11, 24), time(14, 0)),
            DatedEvent("bailiff_visit", date(2026, 11, 24)),
            DatedEvent("eviction", date(2026, 11, 24), time(10, 30)),
            DatedEvent("disconnection", date(2026, 11, 22)),
            DatedEvent("self_disconnected"),
        )
        assert found == [
            "Meter without credit",
            "Disconnection today",
            "Eviction Tue 24 Nov 2026 10:30",
            "Hearing Tue 24 Nov 2026 14:00",
            "Bailiff visit Tue 24 Nov 2026",
        ]

    def test_tomorrow_is_said(self):
        assert self.words(DatedEvent("hearing", date(2026, 11, 23), time(10, 30))) == [
            "Hearing tomorrow 10:30"
        ]

    def test_one_that_passed_stays_as_was_due_until_it_is_ended(self):
        past = DatedEvent("bailiff_visit", date(2026, 11, 20), key="7", about="Harbour Council")
        (found,) = emergencies([past], TODAY)
        assert found.words == "Bailiff visit was due Fri 20 Nov 2026"
        assert (found.was_due, found.days) == (True, -2)
        assert (found.event.key, found.event.about) == ("7", "Harbour Council")
        ended = DatedEvent("bailiff_visit", date(2026, 11, 20), ended_on=TODAY)
        assert emergencies([ended], TODAY) == []
        assert len(emergencies([ended], date(2026, 11, 21))) == 1

    def test_a_step_that_is_none_is_left_out(self):
        assert self.words(DatedEvent("judgment", TODAY), DatedEvent("claim", TODAY)) == []

    def test_a_demand_counts_from_its_last_day_to_answer(self):
        served = date(2026, 11, 13)
        assert self.words(DatedEvent("statutory_demand", served)) == [
            "Statutory demand of Fri 13 Nov 2026"
        ]
        answer = DatedEvent("statutory_demand", served, reply_by=date(2026, 12, 1))
        (found,) = emergencies([answer], TODAY)
        assert found.words == "Statutory demand, answer by Tue 1 Dec 2026"
        assert (found.days, found.was_due) == (9, False)
        late = DatedEvent("statutory_demand", served, reply_by=date(2026, 11, 20))
        (found,) = emergencies([late], TODAY)
        assert found.words == "Statutory demand, answer was due Fri 20 Nov 2026"
        assert found.was_due

    def test_in_the_words_of_the_nation(self):
        assert self.words(DatedEvent("bailiff_visit", TODAY), nation="scotland") == [
            "Sheriff officer visit today"
        ]
