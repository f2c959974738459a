"""Values of a project's fields: parsing of a text according to the field, and comparison with the present value."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import TypeVar

from mcp_chassis.failures import InvalidInput
from mcp_chassis.suggestions import did_you_mean

from github_mcp.client.list_pages import named
from github_mcp.models.projects import ITERATION, SETTABLE, SINGLE_SELECT
from github_mcp.records.projects import FieldValueRecord, IterationRecord, ProjectFieldRecord, ProjectRecord

MAX_TEXT_CHARS = 1024
Named = TypeVar("Named")
Value = Mapping[str, object]
"""GraphQL input of type `ProjectV2FieldValue`; empty to clear the field."""

_TOOL_FOR: Mapping[str, str] = {
    "TITLE": "update_issue",
    "LABELS": "update_issue",
    "ASSIGNEES": "update_issue",
    "MILESTONE": "organize_issue",
    "PARENT_ISSUE": "organize_issue",
    "SUB_ISSUES_PROGRESS": "organize_issue",
    "REVIEWERS": "update_pull_request",
}


def field_called(project: ProjectRecord, name: str) -> ProjectFieldRecord:
    """The field of a project with a name: an equal one first, else one that differs in case only.

    Raises:
        InvalidInput: if there is none or several, or if the issue and not the project has its value.
    """
    found = _called(project.fields.nodes, name, lambda field: field.name)
    if found is None:
        names = [each.name for each in project.fields.nodes if each.data_type in SETTABLE]
        raise InvalidInput(
            f"Project {project.number} has no field called {name!r}.{did_you_mean(name, names)}",
            remedy=f"Its fields are: {named(names)}.",
        )
    if found.data_type not in SETTABLE:
        tool = _TOOL_FOR.get(found.data_type)
        raise InvalidInput(
            f"The field {found.name} shows what the issue or pull request itself has, and cannot be set in a project.",
            remedy=f"Use {tool} instead." if tool else "",
        )
    return found


def value_for(field: ProjectFieldRecord, text: str) -> Value:
    """The value of a field that a text means; an empty text clears the field.

    Raises:
        InvalidInput: if the text is not a value of this field; it names the options or iterations that exist.
    """
    if not text.strip():
        return {}
    if field.data_type == SINGLE_SELECT:
        return {"singleSelectOptionId": _option(field, text)}
    if field.data_type == ITERATION:
        return {"iterationId": _iteration(field, text).id}
    return _PARSERS[field.data_type](field.name, text)


def is_set(value: Value, present: FieldValueRecord | None) -> bool:
    """Whether the present value of a field is the wanted one; for an empty value, whether the field has none."""
    if not value or present is None or present.shown is None:
        return not value and (present is None or present.shown in (None, ""))
    found: Value = {
        "singleSelectOptionId": present.option_id,
        "iterationId": present.iteration_id,
        "number": present.number,
        "date": present.date,
        "text": (present.text or "").strip(),
    }
    return all(found[name] == (each.strip() if isinstance(each, str) else each) for name, each in value.items())


def _option(field: ProjectFieldRecord, text: str) -> str:
    found = _called(field.options, text, lambda option: option.name)
    if found is None:
        names = [option.name for option in field.options]
        raise InvalidInput(
            f"The field {field.name} has no option called {text!r}.{did_you_mean(text, names)}",
            remedy=f"Its options are: {named(names)}.",
        )
    return found.id


def _iteration(field: ProjectFieldRecord, text: str) -> IterationRecord:
    """The iteration with a title, or with a start date; the latter if several have the same title."""
    on_day = [each for each in field.iterations if each.start_date == text.strip()]
    found = on_day[0] if on_day else _called(field.iterations, text, lambda each: each.title)
    if found is None:
        names = [f"{each.title} (from {each.start_date})" for each in field.iterations]
        raise InvalidInput(
            f"The field {field.name} has no iteration, or several, called {text!r}.",
            remedy=f"Give a title or a start date of: {named(names)}.",
        )
    return found


def _called(items: Sequence[Named], name: str, name_of: Callable[[Named], str]) -> Named | None:
    """The one item with exactly this name, else the one whose name differs only in case and spaces around it."""
    equal = [each for each in items if name_of(each) == name]
    return _sole(equal) if equal else _sole(each for each in items if _folded(name_of(each)) == _folded(name))


def _sole(items: Iterable[Named]) -> Named | None:
    found = list(items)
    return found[0] if len(found) == 1 else None


def _folded(name: str) -> str:
    return name.strip().casefold()


def _number(name: str, text: str) -> Value:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise InvalidInput(f"{text!r} is not a number, which the field {name} requires.", remedy="Such as 3 or 2.5.")
    return {"number": number}


def _date(name: str, text: str) -> Value:
    try:
        return {"date": date.fromisoformat(text.strip()).isoformat()}
    except ValueError as exc:
        remedy = "Give it as YYYY-MM-DD."
        raise InvalidInput(f"{text!r} is not a date, which the field {name} requires.", remedy=remedy) from exc


def _text(name: str, text: str) -> Value:
    if len(text) > MAX_TEXT_CHARS:
        raise InvalidInput(f"The text for the field {name} has more than {MAX_TEXT_CHARS} characters.")
    return {"text": text}


_PARSERS: Mapping[str, Callable[[str, str], Value]] = {"NUMBER": _number, "DATE": _date, "TEXT": _text}
