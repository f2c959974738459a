"""Normalization of times in words: number words, noon, a clock time before its day, hours with minutes."""

import re

NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
NUMBER = re.compile(rf"\b({'|'.join(NUMBERS)})(?= (?:sec|min|hour|day|week|month|year))")
PAIR = re.compile(r"\b(?:a )?couple(?: of)?(?= )")
HALF_AN_HOUR = re.compile(r"\bhalf an hour\b")
HOURS_AND_MINUTES = re.compile(r"\b(\d{1,3}) ?h(?:ours?|rs?)?,?(?: and)? ?(\d{1,3}) ?m(?:in(?:ute)?s?)?\b")
CLOCK_FIRST = re.compile(r"(?:at )?(\d{1,2}(?::\d{2})?(?: ?[ap]\.?m\.?)?),?(?: on)? ([^\d\s].*|\d{4}-\d{2}-\d{2})")
DOTTED = re.compile(r"\b(\d{1,2})\.(\d{1,2})\.(\d{4})\b")
HOUR_OF_ONE_DIGIT = re.compile(r"(?<=\d{4}-\d{2}-\d{2}[t ])(?=\d:\d{2})")


def shortened(words: str) -> str:
    """Rewrite a time in words to the form that the parsers read; other words stay unchanged.

    Args:
        words: text in lower case, with single spaces.
    """
    text = NUMBER.sub(lambda match: str(NUMBERS.index(match[1]) + 1), PAIR.sub("2", words))
    text = HALF_AN_HOUR.sub("30 minutes", text)
    text = HOURS_AND_MINUTES.sub(lambda match: f"{int(match[1]) * 60 + int(match[2])} minutes", text)
    text = DOTTED.sub(lambda match: f"{match[3]}-{match[2]:0>2}-{match[1]:0>2}", text)
    text = HOUR_OF_ONE_DIGIT.sub("0", re.sub(r"\bnoon\b", "12:00", text))
    clock = CLOCK_FIRST.fullmatch(text)
    is_clock = clock and (":" in clock[1] or clock[1].rstrip(".").endswith("m"))
    return (
        f"{clock[2]} {clock[1]}" if clock and is_clock and clock[2] not in {"z", "am", "pm", "a.m.", "p.m."} else text
    )
