"""Authorization of subscriptions, before their stream is opened."""

from mcp.shared.exceptions import MCPError
from mcp_types import SubscriptionFilter

from mcp_chassis.failures import PermissionDenied
from mcp_chassis.pipeline.caller import error_code
from mcp_chassis.pipeline.tool_registry import ToolRegistry
from mcp_chassis.pipeline.transport import Authorizer
from mcp_chassis.tools import PROMPTS, RESOURCES


def check_watching(gate: Authorizer, inventory: ToolRegistry, watched: SubscriptionFilter) -> None:
    """Check that the current caller may read what it subscribes to.

    Raises:
        MCPError: naming the permission that is missing.
    """
    try:
        if watched.resources_list_changed or watched.resource_subscriptions:
            gate.check(RESOURCES)
        if watched.prompts_list_changed:
            gate.check(PROMPTS)
        if watched.tools_list_changed and not inventory.visible(gate):
            gate.check("read")
    except PermissionDenied as failure:
        raise MCPError(error_code(failure), failure.message, failure.wire()) from failure
