from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cma_app.rules.debt_types import UnknownDebtType, debt_types
from cma_app.rules.limitation import FACTS, LimitationFacts, limit_on, limitation_flag
from cma_app.rules.nations import NATIONS

TODAY = date(2026, 11, 22)
LONG_AGO = date(1999, 5, 1)


def facts(nation: str = "england", kind: str = "credit_card", **known) -> LimitationFacts:
    return LimitationFacts(nation, kind, **known)


@pytest.mark.parametrize(
    ("nation", "kind", "years", "sentence"),
    [
        ("england", "credit_card", 6, "Possibly time-barred: check last payment"),
        ("wales", "personal_loan", 6, "Possibly time-barred: check last payment"),
        ("northern_ireland", "catalogue", 6, "Possibly time-barred: check last payment"),
        ("scotland", "credit_card", 5, "Possibly extinguished: check last payment"),
        ("england", "rent", 6, "Possibly time-barred"),
    ],
)
def test_the_flag_goes_up_the_day_after_the_anniversary(nation, kind, years, sentence):
    paid = date(2026 - years, 11, 22)
    known = facts(nation, kind, last_payment=paid, has_judgment="no")
    on_the_day = limitation_flag(known, TODAY)
    assert (on_the_day.status, on_the_day.last_day) == ("none", TODAY)
    assert limitation_flag(known, TODAY - timedelta(1)).status == "none"
    after = limitation_flag(known, TODAY + timedelta(1))
    assert after.status == "possibly"
    assert after.sentence.startswith(sentence)
    assert after.limit is not None
    assert after.limit.years == years


def test_the_sentence_says_what_to_check():
    known = facts(last_payment=LONG_AGO)
    assert limitation_flag(known, TODAY).sentence == (
        "Possibly time-barred: check last payment, acknowledgement and judgment."
    )
    known = facts("scotland", last_payment=LONG_AGO)
    assert limitation_flag(known, TODAY).sentence == (
        "Possibly extinguished: check last payment, acknowledgement and decree."
    )


def test_a_payment_on_29_february_counts_to_the_28th():
    known = facts(last_payment=date(2020, 2, 29))
    assert limitation_flag(known, date(2026, 2, 28)).status == "none"
    assert limitation_flag(known, date(2026, 3, 1)).status == "possibly"


class TestWhatStartsTheTimeAgain:
    @pytest.mark.parametrize("name", ["last_payment", "last_acknowledgement", "default"])
    def test_one_recent_date_is_enough(self, name):
        known = {"last_payment": LONG_AGO, "agreement": LONG_AGO, name: date(2024, 1, 1)}
        assert limitation_flag(facts(**known), TODAY).status == "none"

    def test_the_default_counts_and_not_the_agreement_before_it(self):
        known = facts(agreement=LONG_AGO, default=date(2024, 1, 1))
        assert limitation_flag(known, TODAY).status == "none"

    def test_a_payment_does_not_restart_a_council_tax_order(self):
        known = facts(kind="council_tax", default=date(2015, 4, 1), last_payment=date(2026, 1, 1))
        assert limitation_flag(known, TODAY).status == "possibly"

    def test_an_acknowledgement_restarts_twenty_years_in_scotland_until_the_reform(self):
        known = facts(
            "scotland",
            "council_tax",
            default=date(2000, 1, 1),
            last_acknowledgement=date(2015, 1, 1),
        )
        assert limitation_flag(known, date(2025, 2, 27)).status == "none"
        assert limitation_flag(known, date(2025, 2, 28)).status == "possibly"


class TestUnknown:
    def test_nothing_known_names_what_is_missing(self):
        found = limitation_flag(facts(), TODAY)
        assert found.status == "unknown"
        assert found.missing == (
            "last_payment", "last_acknowledgement", "fell_due", "has_judgment",
        )  # fmt: skip
        assert found.sentence == (
            "Age not checked. Not known: the last payment, the last written acknowledgement, "
            "the date of the agreement or default and whether there is a judgment."
        )

    def test_an_old_agreement_alone_says_nothing_of_payments_since(self):
        found = limitation_flag(facts(agreement=LONG_AGO), TODAY)
        assert (found.status, found.missing) == ("unknown", ("last_payment",))

    def test_never_paid_is_an_answer(self):
        found = limitation_flag(facts(default=LONG_AGO, never_paid=True), TODAY)
        assert found.status == "possibly"
        assert found.missing == ("last_acknowledgement", "has_judgment")

    def test_all_known_misses_nothing(self):
        known = facts(last_payment=LONG_AGO, never_acknowledged=True, has_judgment="no")
        assert limitation_flag(known, TODAY).missing == ()

    def test_without_a_nation(self):
        known = LimitationFacts(None, "credit_card", last_payment=LONG_AGO)
        assert limitation_flag(known, TODAY).missing == ("nation",)

    def test_council_tax_needs_its_date_alone(self):
        found = limitation_flag(facts(kind="council_tax", last_payment=LONG_AGO), TODAY)
        assert found.missing == ("fell_due", "has_judgment")


class TestJudgment:
    @pytest.mark.parametrize("nation", ["england", "wales", "northern_ireland"])
    def test_is_not_barred_by_its_age(self, nation):
        known = facts(nation, last_payment=LONG_AGO, has_judgment="yes")
        assert limitation_flag(known, TODAY).status == "none"
        assert limitation_flag(facts(nation, "court_judgment"), TODAY).status == "none"

    def test_a_decree_has_twenty_years(self):
        decree = date(2006, 11, 22)
        known = facts("scotland", has_judgment="yes", default=LONG_AGO, judgment=decree)
        assert limitation_flag(known, TODAY).status == "none"
        assert limitation_flag(known, TODAY + timedelta(1)).status == "possibly"

    def test_a_decree_without_its_date(self):
        old = facts("scotland", has_judgment="yes", default=LONG_AGO)
        assert limitation_flag(old, TODAY).missing == ("judgment",)
        young = facts("scotland", has_judgment="yes", default=date(2015, 1, 1))
        assert limitation_flag(young, TODAY).status == "none"


class TestMortgage:
    @pytest.mark.parametrize("nation", ["england", "wales", "northern_ireland"])
    def test_twelve_years_and_six_for_interest(self, nation):
        known = facts(nation, "mortgage", last_payment=date(2014, 11, 22))
        assert limitation_flag(known, TODAY + timedelta(1)).sentence.startswith("Possibly")
        interest = limitation_flag(known, TODAY)
        assert interest.status == "possibly"
        assert interest.sentence.startswith("Interest more than 6 years old: possibly time-barred")
        assert limitation_flag(known, date(2020, 11, 22)).status == "none"
        assert limitation_flag(known, date(2020, 11, 23)).status == "possibly"


class TestNoLimit:
    @pytest.mark.parametrize("kind", ["court_fine", "child_maintenance", "hmrc"])
    def test_collected_without_a_claim(self, kind):
        found = limitation_flag(facts(kind=kind, last_payment=LONG_AGO), TODAY)
        assert found.status == "none"
        assert "without a claim in court" in found.sentence


def test_every_kind_has_law_with_a_source_in_each_nation():
    for kind in debt_types():
        for nation in kind.nations:
            limit = limit_on(nation, kind.code, TODAY)
            assert limit.certainty in {"H", "M", "L"}
            assert len(limit.reference.title) > 10
            assert limit.years is not None or limit.note.endswith(".")


def test_a_day_before_the_law_and_an_unknown_kind():
    with pytest.raises(LookupError, match="before its law"):
        limit_on("england", "credit_card", date(1980, 1, 1))
    with pytest.raises(UnknownDebtType):
        limitation_flag(facts(kind="yacht"), TODAY)


DAYS = st.none() | st.dates(date(1990, 1, 1), TODAY)


@given(
    st.sampled_from(list(NATIONS)),
    st.sampled_from([kind.code for kind in debt_types()]),
    DAYS,
    DAYS,
    DAYS,
    st.sampled_from(["yes", "no", "unknown"]),
)
def test_it_never_asserts(nation, kind, paid, acknowledged, default, judgment):
    known = facts(
        nation,
        kind,
        last_payment=paid,
        last_acknowledgement=acknowledged,
        default=default,
        has_judgment=judgment,
    )
    found = limitation_flag(known, TODAY)
    assert found.status in {"none", "possibly", "unknown"}
    assert set(found.missing) <= set(FACTS)
    if found.status == "possibly":
        assert "ossibly" in found.sentence
        assert "check" in found.sentence
    if found.status == "unknown":
        assert found.missing
