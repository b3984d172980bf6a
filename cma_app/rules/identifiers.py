"""The numbers and addresses people are known by: checked for form, stored in one way."""

import re
from typing import Final

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from cma_app.errors import CmaError
from cma_app.rules.nations import nation_of_area

# HMRC National Insurance Manual, NIM39110.
NI_NUMBER: Final = re.compile(r"(?P<prefix>[A-Z]{2})[0-9]{6}[A-D]")
NI_FIRST: Final = set("ABCEGHJKLMNOPRSTWXYZ")  # not D F I Q U V
NI_SECOND: Final = NI_FIRST - {"O"}
NI_NEVER_ISSUED: Final = {"BG", "GB", "KN", "NK", "NT", "TN", "ZZ"}
TEMPORARY_REFERENCE: Final = re.compile(r"[0-9]{2}[A-Z][0-9]{5}|TN[0-9]{6}[A-Z]?")

# British Standard 7666, with P allowed in the third place as the Insolvency Service has it.
POSTCODE: Final = re.compile(
    r"(?P<area>[A-PR-UWYZ][A-HK-Y]?)"
    r"(?:[0-9]{1,2}|(?<![A-Z]{2})[0-9][A-HJKPSTUW]|(?<=[A-Z]{2})[0-9][ABEHMNPRVWXY])"
    r"[0-9][ABD-HJLNP-UW-Z]{2}"
)
FORCES: Final = re.compile(r"BFPO([0-9]{1,4})")
NO_FIXED_ADDRESS: Final = "No fixed address"
NO_ADDRESS_WORDS: Final = {"NOFIXEDADDRESS", "NOFIXEDABODE", "NFA"}
EMAIL_LONGEST: Final = 254
PHONE_LONGEST: Final = 40
PHONE_STORED: Final = 20


class BadIdentifier(CmaError):
    """A number or address that has the wrong form; the sentence says what is expected."""


def _compact(text: str) -> str:
    compact = re.sub(r"\s+", "", text)
    return compact.upper() if compact.isascii() else compact  # ß in capitals would be SS


def national_insurance_number(text: str) -> str:
    """Return a National Insurance number without spaces, in capitals.

    Anything else raises BadIdentifier; a temporary reference number has its own sentence.
    """
    number = _compact(text)
    if TEMPORARY_REFERENCE.fullmatch(number):
        raise BadIdentifier(
            "This is a temporary reference number, not a National Insurance number. Leave the box "
            "empty and put it in a note."
        )
    found = NI_NUMBER.fullmatch(number)
    if not found:
        raise BadIdentifier(
            "Enter a National Insurance number as two letters, six figures and a letter from A to "
            "D, like the one on a payslip."
        )
    prefix = found["prefix"]
    if prefix[0] not in NI_FIRST or prefix[1] not in NI_SECOND or prefix in NI_NEVER_ISSUED:
        raise BadIdentifier(
            f"No National Insurance number starts with {prefix}. Check the first two letters."
        )
    return number


def masked_ni_number(number: str) -> str:
    """Return a National Insurance number with all but its last two figures and letter hidden."""
    compact = _compact(number)
    return f"•• •• •• {compact[-3:-1]} {compact[-1:]}"


def postcode(text: str) -> str:
    """Return a postcode in capitals with one space; the form is checked, not that it exists.

    Forces' addresses (BFPO 12) and "no fixed address" are accepted; anything else raises
    BadIdentifier.
    """
    code = _compact(text)
    if code in NO_ADDRESS_WORDS:
        return NO_FIXED_ADDRESS
    forces = FORCES.fullmatch(code)
    if forces:
        return f"BFPO {forces[1]}"
    if code == "GIR0AA" or POSTCODE.fullmatch(code):
        return f"{code[:-3]} {code[-3:]}"
    raise BadIdentifier("Enter a full postcode, like PO1 3AX, or “no fixed address”.")


def nation_of_postcode(code: str) -> str | None:
    """Return the nation a postcode suggests, or None where its area crosses a border."""
    found = POSTCODE.fullmatch(_compact(code))
    return nation_of_area(found["area"]) if found else None


def _phone_number(text: str) -> phonenumbers.PhoneNumber:
    try:
        number = phonenumbers.parse(text[: PHONE_LONGEST + 1], "GB")
    except phonenumbers.NumberParseException:
        number = None
    possible = phonenumbers.ValidationResult.IS_POSSIBLE
    if (
        number is None
        or len(text) > PHONE_LONGEST
        or phonenumbers.is_possible_number_with_reason(number) != possible
    ):
        raise BadIdentifier("Enter a phone number with its area code, like 07700 900123.")
    return number


def phone(text: str) -> str:
    """Return a phone number as it is written here: 07700 900123, or +353 1 234 5678 from abroad.

    The number of figures is checked, not that the number is in use. Else, or where it is too long
    to store, raises BadIdentifier.
    """
    number = _phone_number(text)
    style = phonenumbers.PhoneNumberFormat
    is_ours = number.country_code == phonenumbers.country_code_for_region("GB")
    written = phonenumbers.format_number(number, style.NATIONAL if is_ours else style.INTERNATIONAL)
    if len(written) > PHONE_STORED:
        raise BadIdentifier("Enter the phone number without its extension, and put that in a note.")
    return written


def phone_digits(text: str) -> str:
    """Return a phone number's figures with the country's first, for comparing: 447700900123."""
    number = _phone_number(text)
    return f"{number.country_code}{phonenumbers.national_significant_number(number)}"


def email(text: str) -> str:
    """Return an e-mail address in its usual form; a wrong one raises BadIdentifier."""
    if len(text) <= EMAIL_LONGEST:
        try:
            return validate_email(text.strip(), check_deliverability=False).normalized
        except EmailNotValidError:
            pass
    raise BadIdentifier("Enter an e-mail address, like name@example.org.")


def reference(centre_code: str, year: int, number: int) -> str:
    """Return a reference of a centre's own, without personal data: HMA-2026-000101."""
    if not re.fullmatch(r"[A-Z0-9]{1,10}", centre_code) or not 1 <= number <= 999_999:
        raise ValueError(f"There is no reference for {centre_code!r}, {number}.")
    return f"{centre_code}-{year:04d}-{number:06d}"
