"""The example's API itself, asked everything that its description allows and much that it does not."""

import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis import GenerationMode
from schemathesis.core.parameters import ParameterLocation
from support_api.application import Desk
from support_api.store import Store
from support_api_desk import TOKEN

DESK = schemathesis.openapi.from_asgi("/openapi.json", Desk(Store(), TOKEN).application)
ASKED = settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


@DESK.parametrize()
@ASKED
def test_the_api_answers_as_it_describes_itself(case: schemathesis.Case) -> None:
    spoilt = {place for place, part in case.meta.components.items() if part.mode is GenerationMode.NEGATIVE}
    admitted = {} if ParameterLocation.HEADER in spoilt else {"Authorization": f"Bearer {TOKEN}"}
    case.call_and_validate(headers=admitted)
