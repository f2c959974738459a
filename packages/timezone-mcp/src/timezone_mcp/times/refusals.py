"""Error messages for texts that are not a time, with the form to write instead."""

import re

from mcp_chassis.failures import InvalidInput

from timezone_mcp.spelling import quoted
from timezone_mcp.times.days import MONTHS

FORMS = "Use ISO 8601 such as 2026-03-29T14:30, an epoch, now, or a form such as tomorrow 9am or next friday 14:00."
IN_ENGLISH = f"Write the digits 0 to 9 and English words. {FORMS}"
NAME_ZONE_APART = "Name the time zone in its own argument, or write an offset such as +01:00 behind the time."
_MONTH = "|".join(name[:length] for name in MONTHS for length in range(3, len(name) + 1))
_DAY_OF_MONTH = rf"(?:(?:{_MONTH}) \d\d?|\d\d?(?:st|nd|rd|th|\.)? (?:{_MONTH}))(?:st|nd|rd|th)?"
_CLOCK = r"\d\d?(?:[:.]\d\d)?(?: ?[ap]\.?m\.?)?"
# Patterns of texts that are ambiguous or name a time that does not exist, with the form to write instead.
_UNREADABLE = (
    (r"\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}( .*)?", "Day and month could be swapped: write YYYY-MM-DD."),
    (r"\d{4} \d\d? \d\d?( .*)?", "Write the date with hyphens: YYYY-MM-DD."),
    (r"\d{4}-?w\d\d", "That is a whole week: add the day, such as 2026-W13-1 for its Monday."),
    (r"\d{4}(-?\d{3}|w\d{3}|-w\d\d-\d)([t ]\d\d:\d\d(:\d\d)?)?", "That day or time of day does not exist."),
    (r"(19|20)\d\d(-\d\d)?", "That is a whole month or year: write YYYY-MM-DD."),
    (rf"{_DAY_OF_MONTH}(,? \d{{4}})?( \d\d?:\d\d)?", "That day or time of day does not exist."),
    (rf"\d\d?-(?:{_MONTH})-\d\d( .*)?", "Write the year in four digits."),
    (rf"{_DAY_OF_MONTH},? \d\d?", "Write the year in four digits and the time of day with minutes, such as 09:00."),
    (
        r"(.* )?(00?|1[3-9]|[2-9]\d)(:\d\d)? ?[ap]\.?m\.?",
        "Hours with am or pm are 1 to 12: write 00:30 or 13:00.",
    ),
    (r".*\d ?(noon|midday|midnight)", "Noon is 12:00 and midnight 00:00: write the word or the time."),
    (
        r"in .*|.* (ago|from now)",
        "Write one number and one unit, such as in 90 minutes; only hours, minutes and seconds take a fraction.",
    ),
    (
        rf"(.* )?{_CLOCK} ?(-|to) ?{_CLOCK}",
        "It may be a span of time: write one time, and an offset behind it as UTC-10:00.",
    ),
    (
        r".*[ a-z][+-]\d{1,2}",
        "It may be an offset or a number of days: write the offset as +02:00, or the date that is meant.",
    ),
    (r"(.* )?\d{1,2}", "It may be morning or evening: write 09:00, 9am or 9pm."),
    (
        r".*(:\d\d:|\dt\d{4})60([.,]\d+)?( ?(z|ut|utc|gmt|(utc|gmt)?[+-].*))?",
        "Leap seconds are not counted: write second 59, or 00:00 of the next minute.",
    ),
    (r"\d{4}-\d\d?-\d\d?([t ]\d\d:\d\d(:\d\d)?)?", "That day or time of day does not exist."),
    (r".*[t ]\d\d?[.,]\d+", "Write hours and minutes, such as 14:30."),
    (r".*:\d\d[.,]\d\d+", "Write seconds before their fraction, such as 14:30:15.5."),
    (r".*:.*\d ?(?!hours|hrs|uhr)[a-z]{2,5}(/[a-z_]+)*", NAME_ZONE_APART),
)
_FORM_BY_PATTERN = tuple((re.compile(pattern, re.ASCII), form) for pattern, form in _UNREADABLE)


def refusal(text: str, written: str, *, names_zone: bool = False) -> InvalidInput:
    """Build the error for `text`, with the form to write instead.

    Args:
        written: the text with plain spaces and hyphens, in lower case; empty if the text is empty or too long.
        names_zone: whether the text is a time followed by the name of a time zone.
    """
    remedy = NAME_ZONE_APART if names_zone else None if written.isascii() else IN_ENGLISH
    remedy = remedy or next((form for pattern, form in _FORM_BY_PATTERN if pattern.fullmatch(written)), FORMS)
    return InvalidInput(f"{quoted(text)} is not a date and time in a known form.", remedy=remedy)
