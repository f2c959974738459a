"""The parameters of the tools, each described once."""

import dataclasses
from collections.abc import Sequence
from typing import Annotated

from mcp_chassis.failures import InvalidInput
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from timezone_mcp import hours, moments, zones
from timezone_mcp.meetings import Participant
from timezone_mcp.readings import IfAmbiguous as Choice

MOST_ZONES = 20


def _one_is_many(value: object) -> object:
    return [value] if isinstance(value, str) else value


ZoneName = Annotated[str, Field(max_length=zones.LONGEST_NAME)]
FirstZoneName = Annotated[ZoneName, Field(description="IANA name, city or offset")]
SeveralZones = Annotated[list[ZoneName], Field(max_length=MOST_ZONES)]
ZoneNames = Annotated[SeveralZones, BeforeValidator(_one_is_many, json_schema_input_type=SeveralZones)]
Moment = Annotated[str, Field(max_length=moments.LONGEST_TEXT, coerce_numbers_to_str=True)]
DateTime = Annotated[Moment, Field(description="ISO 8601, epoch, now or like next friday 14:00")]
IfAmbiguous = Annotated[Choice | None, Field(description="If repeated or skipped; default: first, or moved forward")]
HoursText = Annotated[str, Field(max_length=hours.LONGEST_TEXT)]
Hours = Annotated[HoursText | None, Field(description="Default mon-fri 09:00-17:00")]


class Attendee(BaseModel):
    # without a docstring: it would stand in the schema, where `participants` says it already

    model_config = ConfigDict(extra="forbid")

    timezone: ZoneName
    hours: Annotated[HoursText | None, Field(description="Like 09:00-17:00")] = None
    days: Annotated[HoursText | None, Field(description="Like mon-fri")] = None

    def participant(self) -> Participant:
        """Their zone and hours; `days` count before days named in `hours`.

        Raises:
            Failure: one of the texts is none.
        """
        worked = hours.parse(self.hours)
        if self.days is not None:
            worked = dataclasses.replace(worked, days=hours.days(self.days))
        return Participant(zones.resolve(self.timezone), worked)


def people_of(attendees: Sequence[Attendee]) -> list[Participant]:
    """Everyone to meet.

    Raises:
        Failure: nobody is named, or one of the texts is none.
    """
    if not attendees:
        raise InvalidInput("participants names nobody to meet.")
    return [attendee.participant() for attendee in attendees]
