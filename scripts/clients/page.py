"""The page docs/clients.md, from the reports of the trials."""

from collections.abc import Iterator, Mapping
from typing import Any

from mcp_chassis.cli.hosts.catalog import HOSTS

from clients.frameworks import FRAMEWORKS
from clients.hosts import DOCUMENTS, TRIALS
from clients.libraries import LIBRARIES, TRANSPORTS, outcome

Reports = Mapping[str, Mapping[str, Any]]
HEAD = """# Hosts and client libraries

`make clients` installs each of these in its newest version, tries it, and writes this page; it is not part of the
tests. This run: {day}, on Linux. Nothing needs a model or an account.

## Hosts

Each entry was written by `timezone-mcp config HOST --write`, local and with `--url`, into an empty home folder.

- *Lists*: the host's own list shows it, with its command or address where the list has them.
- *Connects*: that list starts or reaches the server, and says so. The other hosts connect only in a conversation.
- *Writes the same*: all that the host's own command (`mcp add`) puts into its file is in our entry.

A host without a version cannot be installed here and was **not tried**: its entry follows the document named.

| host | version | local entry | remote entry | not tried: follows |
|---|---|---|---|---|
"""
LIBRARY_HEAD = """
## Client libraries

Each connects to `timezone-mcp` over stdio and over HTTP, lists its tools and calls `get_timezone`.

| library | version | stdio | HTTP |
|---|---|---|---|
"""
FRAMEWORK_HEAD = """
## Agent frameworks, strictly

Every tool of every server, in every profile, over stdio, as these frameworks convert it for a model.

| framework | version | strict means | tools | refused |
|---|---|---|---|---|
"""


def page(day: str, hosts: Reports, libraries: Reports, frameworks: Reports) -> str:
    """The page, as Markdown, from the reports by name."""
    return "".join(
        [
            HEAD.format(day=day),
            *(_line(_host(name, hosts.get(name, {}))) for name in HOSTS),
            LIBRARY_HEAD,
            *(_line(_library(name, report)) for name, report in libraries.items()),
            FRAMEWORK_HEAD,
            *(_line(_framework(name, report)) for name, report in frameworks.items()),
            *_refusals(frameworks),
        ]
    )


def _line(cells: tuple[str, ...]) -> str:
    return f"|{''.join(f' {cell} |' if cell else ' |' for cell in cells)}\n"


def _host(name: str, report: Mapping[str, Any]) -> tuple[str, ...]:
    title = f"{HOSTS[name].title} (`{name}`)"
    if name not in TRIALS:
        return title, "", "", "", DOCUMENTS[name]
    if problem := report.get("problem"):
        return title, "", problem, "", ""
    return title, report["version"], _kind(report["kinds"]["stdio"]), _kind(report["kinds"]["HTTP"]), ""


def _kind(kind: Mapping[str, Any]) -> str:
    words = ["lists" if kind["listed"] else "**does not list**"]
    words += ["connects"] if kind["connected"] else []
    if kind["same"] is not None:
        words.append("writes the same" if kind["same"] else "**writes another entry**")
    return ", ".join(words)


def _library(name: str, report: Mapping[str, Any]) -> tuple[str, ...]:
    title = LIBRARIES[name].title if name in LIBRARIES else "MCP Inspector, command line"
    if problem := report.get("problem"):
        return title, "", problem, ""
    return title, report["version"], *(outcome(report, transport) for transport in TRANSPORTS)


def _framework(name: str, report: Mapping[str, Any]) -> tuple[str, ...]:
    strict = FRAMEWORKS[name].strict
    if problem := report.get("problem"):
        return name, "", strict, "", problem
    return name, report["version"], strict, str(report["tools"]), str(len(report["refused"]))


def _refusals(frameworks: Reports) -> Iterator[str]:
    lines = [f"- {name}: {line}\n" for name, report in frameworks.items() for line in report.get("refused", ())]
    if lines:
        yield "\nRefused:\n\n"
        yield from lines
