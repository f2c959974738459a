"""The known MCP hosts by name: title, configuration file, and the form of a server's entry in it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from mcp_chassis.cli.hosts.forms import AddressForm, BridgedForm, LocalForm, RemoteForm
from mcp_chassis.cli.hosts.place import Place

Format = Literal["jsonc", "toml", "yaml"]


@dataclass(frozen=True)
class Host:
    """One host.

    Args:
        title: its name as its vendor writes it.
        file: returns the path of its configuration file.
        parent: the top-level member that contains the servers' entries.
        local, remote: the forms of entries for servers that it starts, and that it reaches over HTTP.
        format: the file's format; `jsonc` is JSON with comments.
        inputs: the member with prompts, for hosts that ask for secrets and store them; else None.
        named: whether an entry repeats the server's name in a member `name`.
    """

    title: str
    file: Callable[[Place], Path]
    parent: str = "mcpServers"
    local: LocalForm = field(default_factory=LocalForm)
    remote: RemoteForm = field(default_factory=AddressForm)
    format: Format = "jsonc"
    inputs: str | None = None
    named: bool = False


def _claude_desktop(place: Place) -> Path:
    """The file of Claude Desktop. The Microsoft Store's version has AppData/Roaming in its package's folder."""
    store = place.local_data() / "Packages"
    packages = sorted(store.glob("Claude_*")) if place.system == "win32" else []
    folder = packages[0] / "LocalCache" / "Roaming" if packages else place.application_data()
    return folder / "Claude" / "claude_desktop_config.json"


def _zed(place: Place) -> Path:
    folder = place.application_data() / "Zed" if place.system == "win32" else place.configuration() / "zed"
    return folder / "settings.json"


def _goose(place: Place) -> Path:
    if place.system == "win32":
        return place.application_data() / "Block" / "goose" / "config" / "config.yaml"
    return place.configuration() / "goose" / "config.yaml"


def _opencode(place: Place) -> Path:
    folder = place.configuration() / "opencode" if place.system != "win32" else place.home / ".config" / "opencode"
    commented = folder / "opencode.jsonc"
    return commented if commented.exists() else folder / "opencode.json"


def _amp(place: Place) -> Path:
    folder = place.configuration() if place.system != "win32" else place.home / ".config"
    return folder / "amp" / "settings.json"


def _of_vscode(*parts: str) -> Callable[[Place], Path]:
    return lambda place: place.application_data().joinpath("Code", "User", *parts)


def _in_home(*parts: str) -> Callable[[Place], Path]:
    return lambda place: place.home.joinpath(*parts)


_STDIO = LocalForm({"type": "stdio"})
_HTTP = AddressForm({"type": "http"})
_EVERY_TOOL = {"tools": ["*"]}

HOSTS: Mapping[str, Host] = {
    "claude-desktop": Host("Claude Desktop", _claude_desktop, remote=BridgedForm()),
    "claude-code": Host(
        "Claude Code", lambda place: place.named("CLAUDE_CONFIG_DIR") / ".claude.json", local=_STDIO, remote=_HTTP
    ),
    "cursor": Host("Cursor", _in_home(".cursor", "mcp.json")),
    "vscode": Host("VS Code", _of_vscode("mcp.json"), "servers", _STDIO, _HTTP, inputs="inputs"),
    "codex": Host(
        "Codex",
        lambda place: place.named("CODEX_HOME", ".codex") / "config.toml",
        "mcp_servers",
        remote=AddressForm(headers="http_headers"),
        format="toml",
    ),
    "zed": Host("Zed", _zed, "context_servers", LocalForm({"source": "custom"})),
    "gemini-cli": Host("Gemini CLI", _in_home(".gemini", "settings.json"), remote=_HTTP),
    "qwen-code": Host("Qwen Code", _in_home(".qwen", "settings.json"), remote=AddressForm(url="httpUrl")),
    "opencode": Host(
        "opencode",
        _opencode,
        "mcp",
        LocalForm({"type": "local", "enabled": True}, args=None, env="environment"),
        AddressForm({"type": "remote", "enabled": True}),
    ),
    "copilot-cli": Host(
        "GitHub Copilot CLI",
        _in_home(".copilot", "mcp-config.json"),
        local=LocalForm({"type": "local", **_EVERY_TOOL}),
        remote=AddressForm({"type": "http", **_EVERY_TOOL}),
    ),
    "windsurf": Host(
        "Windsurf", _in_home(".codeium", "windsurf", "mcp_config.json"), remote=AddressForm(url="serverUrl")
    ),
    "goose": Host(
        "Goose",
        _goose,
        "extensions",
        LocalForm({"enabled": True, "type": "stdio", "timeout": 300}, command="cmd", env="envs"),
        AddressForm({"enabled": True, "type": "streamable_http", "timeout": 300}, url="uri"),
        format="yaml",
        named=True,
    ),
    "lm-studio": Host("LM Studio", _in_home(".lmstudio", "mcp.json")),
    "jetbrains": Host("JetBrains Junie", _in_home(".junie", "mcp", "mcp.json")),
    "kiro": Host("Kiro", _in_home(".kiro", "settings", "mcp.json")),
    "cline": Host(
        "Cline",
        _of_vscode("globalStorage", "saoudrizwan.claude-dev", "settings", "cline_mcp_settings.json"),
        remote=AddressForm({"type": "streamableHttp"}),
    ),
    "cline-cli": Host(
        "Cline CLI",
        _in_home(".cline", "data", "settings", "cline_mcp_settings.json"),
        remote=AddressForm({"type": "streamableHttp"}),
    ),
    "roo": Host(
        "Roo Code",
        _of_vscode("globalStorage", "rooveterinaryinc.roo-cline", "settings", "mcp_settings.json"),
        remote=AddressForm({"type": "streamable-http"}),
    ),
    "continue": Host("Continue", _in_home(".continue", "mcpServers", "toolroll.json"), remote=_HTTP),
    "warp": Host("Warp", _in_home(".warp", ".mcp.json")),
    "amp": Host("Amp", _amp, "amp.mcpServers"),
}
