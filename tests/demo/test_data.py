"""The data of the demo against the sheet it was checked from, by the rules alone."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from cma_app.clock import LONDON
from cma_app.demo.dates import day_of, moment_of
from cma_app.demo.households import HouseholdData, Sheet, households
from cma_app.demo.people import CAST, CENTRES, PASSWORD, sign_in_lines
from cma_app.demo.story import steps
from cma_app.demo.telling import VERBS
from cma_app.rules.calendars import is_working_day
from cma_app.rules.debt_types import is_priority
from cma_app.rules.entries import parse_entry
from cma_app.rules.financial_statement import Totals, line_entry, totals
from cma_app.rules.frequencies import monthly, monthly_from_pay
from cma_app.rules.identifiers import nation_of_postcode, phone_digits
from cma_app.rules.offers import DebtForOffer, Plan, plan_offers
from cma_app.services.passwords import OwnWords, good_password

T = date(2026, 11, 25)
TWO_YEARS = [date(2026, 3, 1) + timedelta(days=n) for n in range(730)]
BY_CODE = {each.code: each for each in households()}

# what the demo sheet says: income, outgoings, surplus, savings
BUDGETS = {
    "H1": ("2150.00", "1985.00", "165.00", "16.00"),
    "H2": ("3047.22", "2861.00", "186.22", "18.00"),
    "H3": ("1324.90", "1262.50", "62.40", "6.00"),
    "H4": ("1512.00", "1440.00", "72.00", "7.00"),
    "H5": ("1286.50", "1371.20", "-84.70", "0.00"),
    "H6": ("1318.00", "1280.00", "38.00", "3.00"),
    "H7": ("1640.00", "1528.00", "112.00", "11.00"),
    "H8": ("2388.00", "2304.00", "84.00", "8.00"),
    "C1": ("1467.36", "1452.36", "15.00", "1.00"),
}
OFFERS = {
    "H1": {
        "rent": "52.00",
        "council_tax": "48.00",
        "card": "17.52",
        "loan": "28.30",
        "catalogue": "3.18",
    },
    "H2": {"hmrc": "95.00", "van": "51.67", "loan": "11.89", "card": "9.66"},
    "H5": {"card": "0.00", "loan": "0.00", "catalogue": "0.00"},
    "H6": {"card": "22.58", "catalogue": "12.42"},
    "H7": {"council_tax": "45.00", "loan": "28.00", "card": "19.00", "store_card": "9.00"},
    "H8": {"rent": "52.00", "council_tax": "24.00", "loan": "0.00", "card": "0.00"},
    "C1": {"joint": "9.10", "hers": "3.15", "his": "1.75"},
}
OWED = {
    "H1": ("6100", "2100"),
    "H2": ("15640", "4040"),
    "H3": ("50120", "3700"),
    "H4": ("9870", "1970"),
    "H5": ("6310", "0"),
    "H6": ("4480", "0"),
    "H7": ("6050", "450"),
    "H8": ("8690", "3540"),
    "H9": ("2740", "0"),
    "C1": ("12000", "0"),
    "C2": ("3900", "0"),
    "C3": ("11430", "0"),
}


def sums(sheet: Sheet) -> Totals:
    def stored(lines: tuple) -> dict:
        entries = {line.code: parse_entry(line.typed) for line in lines}
        return {
            code: line_entry(code, entry.amount, entry.frequency, on=T)
            for code, entry in entries.items()
        }

    return totals(stored(sheet.income), stored(sheet.outgoings), T)


def planned(data: HouseholdData) -> Plan:
    decided = {
        key: monthly(entry.amount, entry.frequency, T)
        for key, typed in (data.offers or {}).items()
        for entry in [parse_entry(typed)]
    }
    asked = [
        DebtForOffer(
            debt["key"],
            Decimal(debt["balance"]),
            is_priority(debt["debt_type"], data.nation),
            arrears=Decimal(debt["arrears"]) if "arrears" in debt else None,
            manual_offer=decided.get(debt["key"]),
        )
        for debt in data.debts
        if debt.get("liability") != "disputed"
    ]
    return plan_offers(sums(data.sheets[-1]).available, asked, T)


def owed(data: HouseholdData, *, priority: bool = False) -> Decimal:
    return sum(
        (
            Decimal(debt["balance"])
            for debt in data.debts
            if not priority or is_priority(debt["debt_type"], data.nation)
        ),
        Decimal(0),
    )


class TestMoney:
    def test_there_are_nine_households_at_harbour_and_three_at_cwm(self) -> None:
        centres = [each.centre for each in households()]
        assert (centres.count("HMA"), centres.count("CWM"), len(centres)) == (9, 3, 12)

    @pytest.mark.parametrize("code", BUDGETS)
    def test_a_budget_comes_to_the_sheet(self, code: str) -> None:
        found = sums(BY_CODE[code].sheets[-1])
        expected = tuple(map(Decimal, BUDGETS[code]))
        assert (
            found.total_income,
            found.total_outgoings,
            found.surplus,
            found.savings,
        ) == expected

    def test_those_without_a_budget_are_the_ones_not_done(self) -> None:
        assert {each.code for each in households() if not each.sheets} == {"H9", "C2", "C3"}

    @pytest.mark.parametrize("code", OFFERS)
    def test_offers_come_to_the_sheet_to_the_penny(self, code: str) -> None:
        plan = planned(BY_CODE[code])
        found = {line.key: line.offer for line in plan.lines}
        assert found == {key: Decimal(offer) for key, offer in OFFERS[code].items()}
        assert sum(found.values(), plan.unallocated) == plan.available

    @pytest.mark.parametrize("code", [code for code in OFFERS if code != "H5"])
    def test_offers_take_all_there_is(self, code: str) -> None:
        assert planned(BY_CODE[code]).unallocated == 0

    @pytest.mark.parametrize("code", OWED)
    def test_debts_come_to_the_sheet(self, code: str) -> None:
        data = BY_CODE[code]
        assert (owed(data), owed(data, priority=True)) == tuple(map(Decimal, OWED[code]))

    def test_harbours_board_adds_up(self) -> None:
        harbour = [each for each in households() if each.centre == "HMA"]
        assert sum(map(owed, harbour)) == Decimal(110_000)
        assert sum(owed(each, priority=True) for each in harbour) == Decimal(15_800)

    def test_cwms_open_cases_add_up(self) -> None:
        assert owed(BY_CODE["C1"]) + owed(BY_CODE["C2"]) == Decimal(15_900)


class TestWhatEachShows:
    def test_rounding_each_line_alone_gives_h1_a_penny_too_many(self) -> None:
        exact = [planned(BY_CODE["H1"]).line(key).exact for key in ("card", "loan", "catalogue")]
        assert exact == [Decimal("17.5175"), Decimal("28.2975"), Decimal("3.1850")]

    def test_h2_earns_the_mean_of_three_months(self) -> None:
        months = [Decimal(1980), Decimal(1410), Decimal(2250)]
        profit = next(line for line in BY_CODE["H2"].sheets[0].income if "earnings" in line.code)
        assert parse_entry(profit.typed).amount == monthly_from_pay(months, "monthly")

    def test_h2_pays_for_539_months(self) -> None:
        plan = planned(BY_CODE["H2"])
        assert [plan.line(key).months for key in ("loan", "card")] == [539, 539]
        assert plan.line("loan").long_term

    def test_h3_owes_18640_that_would_count(self) -> None:
        outside = {"student_loan", "court_fine"}
        inside = [debt for debt in BY_CODE["H3"].debts if debt["debt_type"] not in outside]
        assert sum(Decimal(debt["balance"]) for debt in inside) == Decimal(18_640)

    def test_h4_owes_9250_in_breathing_space(self) -> None:
        inside = [debt for debt in BY_CODE["H4"].debts if debt["debt_type"] != "social_fund"]
        assert sum(Decimal(debt["balance"]) for debt in inside) == Decimal(9_250)

    def test_h7_counted_the_school_meals_twice(self) -> None:
        first, second = (sums(sheet) for sheet in BY_CODE["H7"].sheets)
        assert first.total_outgoings == Decimal("1573.00")
        changed = {
            group
            for group, amount in {**first.fixed, **first.flexible}.items()
            if {**second.fixed, **second.flexible}[group] != amount
        }
        assert changed == {"school"}
        assert first.fixed["school"] - second.fixed["school"] == Decimal("45.00")

    def test_h8_clears_its_rent_in_57_months(self) -> None:
        assert planned(BY_CODE["H8"]).line("rent").months == 57

    def test_two_referrals_name_the_same_person_in_two_spellings(self) -> None:
        said = [step["referral"] for step in BY_CODE["H9"].steps if "referral" in step]
        assert [each.get("first_name", "Stephen") for each in said] == ["Stephen", "Steven"]


class TestPeople:
    def test_the_password_is_good_enough_for_everybody(self) -> None:
        centres = {each.code: each.name for each in CENTRES}
        for member in CAST:
            own = OwnWords(
                member.username,
                f"{member.username}@example.org",
                (member.name, member.last_name),
                centres[member.centre],
                member.centre,
            )
            good_password(PASSWORD, field="new", own=own)

    def test_every_sign_in_is_printed(self) -> None:
        lines = sign_in_lines()
        assert [line.split()[0] for line in lines] == [*(each.username for each in CAST), "admin"]
        assert all(PASSWORD in line for line in lines)

    def test_no_telephone_reaches_a_person(self) -> None:
        numbers = [phone_digits(each.client["phone_primary"]) for each in households()]
        numbers += [phone_digits(each.partner["phone"]) for each in households() if each.partner]
        assert all(number.startswith("447700900") for number in numbers)
        assert len(set(numbers)) == len(numbers)

    def test_a_postcode_lies_in_the_centres_nation(self) -> None:
        for each in households():
            assert nation_of_postcode(each.client["postcode"]) == each.nation

    def test_each_story_is_told_by_people_of_its_centre(self) -> None:
        crew = {
            centre: {m.username for m in CAST if m.centre == centre} for centre in ("HMA", "CWM")
        }
        for each in households():
            assert {step["who"] for step in each.steps} | {each.holder} <= crew[each.centre]


class TestDays:
    @pytest.mark.parametrize(
        ("written", "day"),
        [
            ("T", date(2026, 11, 25)),
            ("T-33", date(2026, 10, 23)),
            ("<T-11", date(2026, 11, 13)),  # T-11 is a Saturday
            (">T+3", date(2026, 11, 30)),  # T+3 is a Saturday
            ("!T+3", date(2026, 11, 27)),
            ("W-4", date(2026, 11, 19)),
            ("T+6m", date(2027, 5, 25)),
            ("R", date(2020, 12, 5)),
            ("R-5", date(2020, 11, 30)),
        ],
    )
    def test_a_day_is_counted_from_t(self, written: str, day: date) -> None:
        assert day_of(written, T, "england") == day

    def test_a_date_of_ones_own_that_has_passed_goes_forward(self) -> None:
        good_friday = date(2027, 3, 26)
        assert day_of("!T+2", good_friday, "england") == date(2027, 3, 30)

    @pytest.mark.parametrize("written", ["", "T8", "X-3", "T-8d", "Tomorrow"])
    def test_another_word_is_refused(self, written: str) -> None:
        with pytest.raises(ValueError, match="no day"):
            day_of(written, T, "england")

    def test_the_story_is_in_order_and_over_before_t_on_whatever_day(self) -> None:
        for on in TWO_YEARS:
            for data in households():
                moments = [moment_of(step["at"], on, data.nation) for step in data.steps]
                assert moments == sorted(moments), (data.code, on)
                assert moments[-1].date() < on, (data.code, on)

    def test_an_eviction_is_on_a_working_day_near_enough_to_be_an_emergency(self) -> None:
        for on in TWO_YEARS:
            day = day_of(">T+5", on, "england")
            asked = moment_of("W-2 10:20", on, "england").date()
            assert is_working_day(day, "england"), on
            assert day - asked <= timedelta(days=14), on
            assert on <= day_of("!T+2", on, "england") < day, on

    def test_appointments_are_on_working_days_and_never_meet(self) -> None:
        for on in TWO_YEARS:
            held: set[tuple[object, ...]] = set()
            for data in households():
                for said in (step["book"] for step in data.steps if "book" in step):
                    day = day_of(said["day"], on, data.nation)
                    assert is_working_day(day, data.nation), (data.code, on)
                    for what in (data.holder, said.get("room")):
                        hour = (data.centre, what, day, said["time"][:2])
                        assert what is None or hour not in held, (data.code, on)
                        held.add(hour)

    def test_legal_days_are_counted_whatever_day_they_fall_on(self) -> None:
        began = day_of("T-33", T, "england")
        assert day_of("T+1", T, "england") == began + timedelta(days=34)  # day 35
        assert day_of("T+26", T, "england") == began + timedelta(days=59)  # day 60

    def test_steps_come_earliest_first_in_local_time(self) -> None:
        told = list(steps(T))
        assert [moment for moment, *_ in told] == sorted(moment for moment, *_ in told)
        assert len(told) == sum(len(each.steps) for each in households())
        assert all(moment.tzinfo is LONDON for moment, *_ in told)

    def test_each_step_does_something(self) -> None:
        assert all(set(step) & set(VERBS) for each in households() for step in each.steps)
