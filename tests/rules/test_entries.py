from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cma_app.rules.entries import TYPED, BadAmount, Entry, parse_entry, parse_money
from cma_app.rules.frequencies import ALL, FREQUENCIES, UnknownFrequency

AMOUNTS = st.decimals("0.00", "9999999.99", places=2)


@pytest.mark.parametrize(
    ("text", "amount", "frequency"),
    [
        ("85w", "85", "weekly"),
        ("340 4w", "340", "four_weekly"),
        ("1200y", "1200", "yearly"),
        ("85", "85", "monthly"),
        ("£1,200.50", "1200.50", "monthly"),
        ("£85 weekly", "85", "weekly"),
        ("31.50 m", "31.50", "monthly"),
        ("12d", "12", "daily"),
        ("100f", "100", "fortnightly"),
        ("100 2w", "100", "fortnightly"),
        ("40 2m", "40", "twice_monthly"),
        ("40 twice a month", "40", "twice_monthly"),
        ("96q", "96", "quarterly"),
        ("90t", "90", "termly"),
        ("60h", "60", "half_yearly"),
        ("60 half-yearly", "60", "half_yearly"),
        ("150 x10", "150", "ten_instalments"),
        ("150x10", "150", "ten_instalments"),
        ("150 10 instalments", "150", "ten_instalments"),
        ("85 W", "85", "weekly"),
        ("85 per week", "85", "weekly"),
        ("85 a week", "85", "weekly"),
        ("85/week", "85", "weekly"),
        ("85 pcm", "85", "monthly"),
        ("85 four-weekly", "85", "four_weekly"),
        ("85 4 weekly", "85", "four_weekly"),
        ("  £ 85  ", "85", "monthly"),
        ("85\u00a04w", "85", "four_weekly"),
        (".5", "0.50", "monthly"),
        ("5.", "5.00", "monthly"),
        ("84w", "84", "weekly"),
        ("3,404w", "3404", "weekly"),
        ("1,234,567.89 y", "1234567.89", "yearly"),
        ("0", "0", "monthly"),
        ("9,999,999.99", "9999999.99", "monthly"),
    ],
)
def test_reads_what_is_meant(text, amount, frequency):
    assert parse_entry(text) == Entry(Decimal(amount), frequency)


def test_the_line_decides_where_nothing_is_said():
    assert parse_entry("85", "four_weekly").frequency == "four_weekly"
    assert parse_entry("85m", "four_weekly").frequency == "monthly"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "Enter an amount"),
        ("   ", "Enter an amount"),
        ("words", "in figures"),
        ("£", "in figures"),
        ("12,5", "Check the comma"),
        ("1,2000", "Check the comma"),
        ("1200,50", "Check the comma"),
        (",500", "Check the comma"),
        ("12.50.1", "in figures"),
        ("-5", "without a minus"),
        ("−5", "without a minus"),
        ("£-5", "without a minus"),
        ("(5)", "without a minus"),
        ("1.234", "two figures at most"),
        ("31.504w", "two figures at most"),
        ("10,000,000", r"£9,999,999\.99 or less"),
        ("1 200", "without spaces"),
        ("150 10", "without spaces"),
        ("85 £", "in figures"),
        ("££85", "in figures"),
        ("$85", "in figures"),
        ("1e5", "say how often"),
        ("٣", "in figures"),
        ("５", "in figures"),
        ("85ww", "say how often"),
        ("85 often", "say how often"),
        ("9" * 10_000, "too long"),
        ("3404w", r"340 4w for four-weekly, or 3,404w for weekly"),
        ("£1202m", r"120 2m for twice a month, or 1,202m for monthly"),
        ("nan", "in figures"),
        ("inf", "in figures"),
    ],
)
def test_asks_rather_than_guesses(text, sentence):
    with pytest.raises((BadAmount, UnknownFrequency), match=sentence):
        parse_entry(text)


def test_an_unknown_default_is_an_error():
    with pytest.raises(UnknownFrequency):
        parse_entry("85", "hourly")


def test_money_boxes_take_no_frequency():
    with pytest.raises(BadAmount):
        parse_money("85w")


def test_no_word_means_two_things():
    words = [(word, code) for code, known in ALL.items() for word in known.typed]
    assert len(words) == len(dict(words))
    assert all(TYPED[word] == code for word, code in words)


@given(AMOUNTS)
def test_what_we_print_we_can_read(amount):
    for text in (f"{amount}", f"£{amount:,.2f}", f" {amount:,.2f} "):
        assert parse_money(text) == amount


@given(AMOUNTS, st.sampled_from(list(FREQUENCIES)))
def test_an_entry_with_its_label_comes_back(amount, code):
    for words in (FREQUENCIES[code], code, *ALL[code].typed):
        assert parse_entry(f"{amount:,.2f} {words}") == Entry(amount, code)


@given(st.text(max_size=80))
def test_any_text_is_an_amount_or_a_sentence(text):
    try:
        entry = parse_entry(text)
    except (BadAmount, UnknownFrequency) as refused:
        sentence = refused.sentence
    else:
        sentence = "An amount."
        assert 0 <= entry.amount <= Decimal("9999999.99")
        assert entry.frequency in FREQUENCIES
    assert sentence.endswith(".")
