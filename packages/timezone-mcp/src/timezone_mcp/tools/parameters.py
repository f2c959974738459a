"""Types of the tools' parameters."""

import dataclasses
from collections.abc import Sequence
from typing import Annotated

from mcp_chassis.failures import InvalidInput
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from timezone_mcp.times import moments
from timezone_mcp.times.readings import IfAmbiguous as Choice
from timezone_mcp.working_hours import written_hours
from timezone_mcp.working_hours.meetings import Participant
from timezone_mcp.zones import lookup

MAX_ZONES = 20


def _one_is_many(value: object) -> object:
    return [value] if isinstance(value, str) else value


ZoneName = Annotated[str, Field(max_length=lookup.MAX_NAME_CHARS)]
FirstZoneName = Annotated[ZoneName, Field(description="IANA name, city or offset")]
SeveralZones = Annotated[list[ZoneName], Field(max_length=MAX_ZONES)]
ZoneNames = Annotated[SeveralZones, BeforeValidator(_one_is_many, json_schema_input_type=SeveralZones)]
Moment = Annotated[str, Field(max_length=moments.MAX_TEXT_CHARS, coerce_numbers_to_str=True)]
DateTime = Annotated[Moment, Field(description="ISO 8601, epoch, now or like next friday 14:00")]
IfAmbiguous = Annotated[Choice | None, Field(description="If repeated or skipped; default: first, or moved forward")]
HoursText = Annotated[str, Field(max_length=written_hours.MAX_TEXT_CHARS)]
Hours = Annotated[HoursText | None, Field(description="Default 09:00-17:00 on local working days")]
SkipHolidays = bool  # whether public holidays of the zone's country are days off; the name needs no description


class Attendee(BaseModel):
    # No docstring: it would repeat `participants` in the schema and cost tokens.

    model_config = ConfigDict(extra="forbid")

    timezone: ZoneName
    hours: Annotated[HoursText | None, Field(description="Like 09:00-17:00")] = None
    days: Annotated[HoursText | None, Field(description="Like mon-fri")] = None

    def participant(self, *, skip_holidays: bool) -> Participant:
        """Parse zone and hours; `days` take precedence over days in `hours`.

        Raises:
            Failure: one of the texts cannot be parsed.
        """
        worked = written_hours.parse(self.hours, skip_holidays=skip_holidays)
        if self.days is not None:
            worked = dataclasses.replace(worked, days=written_hours.days(self.days))
        return Participant(lookup.resolve(self.timezone), worked)


def people_of(attendees: Sequence[Attendee], *, skip_holidays: bool) -> list[Participant]:
    """Parse the participants of a meeting.

    Raises:
        Failure: there are no participants, or one of the texts cannot be parsed.
    """
    if not attendees:
        raise InvalidInput("participants is empty: name at least one.")
    return [attendee.participant(skip_holidays=skip_holidays) for attendee in attendees]
