"""Models of the requests' queries and bodies. Unknown fields are refused."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

Status = Literal["open", "in_progress", "pending", "resolved", "closed"]
Priority = Literal["low", "medium", "high", "critical"]


def _whole(number: object) -> object:
    """Convert a float without a fraction to an integer: JSON does not distinguish 7.0 from 7."""
    return int(number) if isinstance(number, float) and number.is_integer() else number


Identifier = Annotated[int, BeforeValidator(_whole), Field(ge=1, le=999_999)]
Limit = Annotated[int, Field(ge=1, le=100)]
Position = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,9}$")]
Text = Annotated[str, StringConstraints(min_length=1)]


class Known(BaseModel):
    """Base of the models; refuses unknown fields."""

    model_config = ConfigDict(extra="forbid")


class UserQuery(Known):
    status: Literal["active", "inactive"] | None = None
    limit: Limit = 50
    cursor: Position | None = None


class TicketQuery(Known):
    status: Status | None = None
    user_id: Identifier | None = None
    limit: Limit = 50
    cursor: Position | None = None


class Nothing(Known):
    """A request without a query."""


class NewTicket(Known):
    model_config = ConfigDict(extra="forbid", strict=True)

    user_id: Identifier
    subject: Annotated[Text, Field(max_length=200)]
    description: Annotated[Text, Field(max_length=5_000)]
    priority: Priority = "medium"


class Changes(Known):
    model_config = ConfigDict(extra="forbid", strict=True)

    status: Status | None = None
    priority: Priority | None = None
    category: Literal["bug", "feature", "question"] | None = None
    queue: Annotated[Text, Field(max_length=40)] | None = None
    label: Annotated[Text, Field(max_length=40)] | None = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.model_fields_set or any(getattr(self, name) is None for name in self.model_fields_set):
            raise ValueError("must change something, and nothing to null")
        return self


class Key(Known):
    """The header `Idempotency-Key`."""

    key: Annotated[str, Field(min_length=1, max_length=255, pattern=r"^[!-~]+$")] | None


class Fault(Known):
    """Make the next `times` requests of `route` fail with `status`; if `after`, once they took effect."""

    route: Annotated[str, Field(max_length=100, pattern=r"^(GET|POST|PATCH) /[a-z/0-9]*$")]
    status: Annotated[int, Field(ge=400, le=599)] = 503
    times: Annotated[int, Field(ge=1, le=1_000)] = 1
    after: bool = False
