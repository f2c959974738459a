"""Test support for any server: a connected client, access to results and failures, and a scripted upstream."""

from mcp_chassis.testing.connecting import connected, data, failure, text
from mcp_chassis.testing.replies import Reply
from mcp_chassis.testing.upstream import ScriptedUpstream

__all__ = ["Reply", "ScriptedUpstream", "connected", "data", "failure", "text"]
