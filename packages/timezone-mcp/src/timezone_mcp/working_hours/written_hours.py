"""Parser of working hours: `mon-fri 09:00-12:00, 13:00-17:00`, `9am-5pm weekdays`, `24/7`."""

import re
from datetime import timedelta

from mcp_chassis.failures import InvalidInput

from timezone_mcp.spelling import plain_hyphens, quoted
from timezone_mcp.times.weekdays import WEEKDAYS, starting_with
from timezone_mcp.working_hours.hours import DAY, EVERY_DAY, MAX_SPANS, Hours, Span

MAX_TEXT_CHARS = 64
_CLOCK = r"(?:\d{1,2}(?:[:.]\d\d|h(?:\d\d)?)?(?: ?[ap]\.?m\.?)?|\d{4}|noon|midnight)"
_SPAN = rf"{_CLOCK} ?(?:-|to|until) ?{_CLOCK}"
CLOCK = re.compile(
    r"(?P<hour>\d\d?)(?P<minute>[:.h]?\d\d|h)?(?: ?(?P<half>[ap])\.?m\.?)?|(?P<word>noon|midnight)", re.ASCII
)
SPAN = re.compile(rf"({_CLOCK}) ?(?:-|to|until) ?({_CLOCK})", re.ASCII)
HOURS = re.compile(
    rf"(?:(?P<before>\D+?)[ :,] ?)?(?P<spans>{_SPAN}(?: ?(?:,|;|&|and) ?{_SPAN})*)(?:,? (?P<after>\D+))?", re.ASCII
)
DAYS_APART = re.compile(r"[ ,;/&]+(?:and )?")
ROUND_THE_CLOCK = {"24/7", "24x7"}
DAILY = {"daily", "every day", "everyday", "all days"}
COUNTRYS_OWN = {"weekdays", "workdays", "working days", "business days"}
FORM = "Use a form such as 09:00-17:00, or mon-fri 08:30-12:00,13:00-16:30, or sun-thu 22:00-06:00."
DAYS_FORM = "Use a form such as mon-fri or sat,sun."
TWELVE_HOURS = "It may be morning or evening: write 09:00-17:00 or 9am-5pm."
BOTH_HALVES = "Write am or pm with both times, such as 9am-5pm."
OVERLAP = "The spans overlap: write them apart, such as 09:00-12:00,13:00-17:00."
SEVERAL_DAYS = "Days stand once for all hours: write mon-fri 09:00-17:00."
WHOLE_DAY = "Write 00:00-24:00 for work round the clock."


def parse(text: str | None, *, skip_holidays: bool = False) -> Hours:
    """Parse working hours. Without days they are those of the zone's country; without a text 09:00-17:00.

    Raises:
        InvalidInput: the text is not a span of hours, or is ambiguous.
    """
    if text is None:
        return Hours(skip_holidays=skip_holidays)
    written = plain_hyphens(" ".join(text.split()).lower()).replace("\u2014", "-")
    if written in ROUND_THE_CLOCK:
        return Hours(((timedelta(0), DAY),), EVERY_DAY, skip_holidays)
    if len(text) > MAX_TEXT_CHARS:
        raise _refusal(text, FORM)
    match = HOURS.fullmatch(written)
    if match is None or (match["before"] and match["after"]):
        raise _refusal(text, SEVERAL_DAYS if len(SPAN.findall(written)) > 1 else FORM)
    named_days = match["before"] or match["after"]
    weekdays = days(named_days) if named_days else None
    return Hours(_spans(text, match["spans"]), weekdays, skip_holidays)


def days(text: str) -> frozenset[int] | None:
    """Parse weekdays such as `mon-fri`, `sun, tue`, `monday to friday` or `daily`; 0 is Monday.

    None for `weekdays` and `working days`, which depend on the country.

    Raises:
        InvalidInput: one of them is not a day.
    """
    written = plain_hyphens(" ".join(text.split()).lower()).strip(" ,:;")
    if written in DAILY:
        return EVERY_DAY
    if written in COUNTRYS_OWN:
        return None
    found: set[int] = set()
    for part in DAYS_APART.split(re.sub(r" ?- ?| (?:to|through) ", "-", written)):
        first, dash, last = part.partition("-")
        ends = [_weekday(word) for word in ((first, last) if dash else (first, first))]
        if ends[0] is None or ends[1] is None:
            raise InvalidInput(f"{quoted(text)} does not name days.", remedy=DAYS_FORM)
        found.update((ends[0] + n) % 7 for n in range((ends[1] - ends[0]) % 7 + 1))
    return frozenset(found)


def _weekday(word: str) -> int | None:
    """The index of a weekday by its name, its plural or at least its first two letters."""
    return starting_with(word.removesuffix("s") if len(word) > 3 else word, WEEKDAYS, fewest_letters=2)


def _spans(text: str, written: str) -> tuple[Span, ...]:
    """Parse the spans of a day, in order.

    Raises:
        InvalidInput: one of them is invalid or ambiguous, or they overlap.
    """
    found = sorted(_span(text, opens, closes) for opens, closes in SPAN.findall(written))
    following = [*(opens for opens, _ in found[1:]), found[0][0] + DAY]
    if len(found) > MAX_SPANS or any(closes > opens for (_, closes), opens in zip(found, following, strict=True)):
        raise _refusal(text, OVERLAP if len(found) <= MAX_SPANS else FORM)
    return tuple(found)


def _span(text: str, opens: str, closes: str) -> Span:
    """Parse one span. If its end is before its start, the end is on the next day.

    Raises:
        InvalidInput: a time does not exist, or may be in the morning or the evening.
    """
    ends = [match for time in (opens, closes) if (match := CLOCK.fullmatch(time))]
    numbers = [match for match in ends if match["hour"]]
    halves = [match["half"] for match in numbers if match["half"]]
    if halves and len(halves) < len(numbers):
        raise _refusal(text, BOTH_HALVES)
    start, end = _since_midnight(ends[0]), _since_midnight(ends[1])
    if start is None or end is None or start == DAY:
        raise _refusal(text, FORM)
    if closes == "midnight" or (end == timedelta(0) and start):
        end = DAY
    if start == end:
        raise _refusal(text, WHOLE_DAY)
    bare = len(numbers) == 2 and not all(match["minute"] for match in numbers)
    if len(numbers) == 2 and not halves and (bare or end < start) and _on_a_twelve_hour_clock(numbers):
        raise _refusal(text, TWELVE_HOURS)
    return start, end if end > start else end + DAY


def _on_a_twelve_hour_clock(times: list[re.Match[str]]) -> bool:
    return all(1 <= int(time["hour"]) <= 12 for time in times)


def _since_midnight(time: re.Match[str]) -> timedelta | None:
    """The time since midnight, from 0 to 24 hours; None if there is no such time."""
    if time["word"]:
        return timedelta(hours=12 if time["word"] == "noon" else 0)
    hour, minute = int(time["hour"]), int((time["minute"] or "").strip(":.h") or 0)
    if time["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + 12 * (time["half"] == "p")
    reading = timedelta(hours=hour, minutes=minute)
    return reading if minute < 60 and reading <= DAY else None


def _refusal(text: str, remedy: str) -> InvalidInput:
    return InvalidInput(f"{quoted(text)} is not a span of working hours.", remedy=remedy)
