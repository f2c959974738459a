"""The Slack server: its tools, resources, prompts and settings."""

from mcp_chassis.server import Server
from mcp_chassis.sign_in import SignIn

from slack_mcp.connection import connect, probe
from slack_mcp.profiles import MORE_TOOLS, PROFILES
from slack_mcp.prompts import catch_up, draft_announcement, summarize_channel
from slack_mcp.resources import recent, workspace
from slack_mcp.settings import SlackSettings
from slack_mcp.token_revocation import revoke
from slack_mcp.tools.channels import create_channel, list_channels
from slack_mcp.tools.messages import add_reaction, get_channel_history, get_thread, send_message, update_message
from slack_mcp.tools.search import search_messages
from slack_mcp.tools.users import find_users

SERVER = Server(
    name="slack-mcp",
    distribution="toolroll-slack-mcp",
    title="Slack",
    description="Channels, messages, people and search of one Slack workspace",
    website="https://docs.slack.dev",
    settings=SlackSettings,
    connect=connect,
    instructions=(
        "Slack: read, search and post. Channels are #name, id or link; people are @handle, id or e-mail; times in "
        "results are UTC. A message's ts names it in the other tools."
    ),
    tools=(
        send_message,
        search_messages,
        get_channel_history,
        get_thread,
        list_channels,
        find_users,
        create_channel,
        add_reaction,
        update_message,
    ),
    more_tools=MORE_TOOLS,
    profiles=PROFILES,
    resources=(workspace, recent),
    prompts=(summarize_channel, catch_up, draft_announcement),
    probe=probe,
    sign_in=SignIn(
        "Slack",
        "https://slack.com/oauth/v2/authorize",
        "https://slack.com/api/oauth.v2.access",
        ("channels:history", "channels:read", "channels:write", "chat:write", "reactions:write", "users:read"),
        credential="bot_token",
        scope_parameter="user_scope",
        scope_separator=",",
        granted=lambda answer: answer.get("authed_user") or {},
        revoke=revoke,
    ),
)
