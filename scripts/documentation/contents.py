"""The front page of the site: what it holds, by kind of page."""

from pathlib import Path

from documentation.pages import paths

SECTIONS = {
    "Learn": ("docs/tutorial.md", "docs/adding-a-server.md"),
    "How to": (),  # every page of docs/how-to, in the order of their names
    "Look up": (),  # the generated pages first
    "Understand": (
        "docs/security.md",
        "docs/reliability.md",
        "docs/asking.md",
        "docs/tasks.md",
        "docs/features.md",
        "docs/versions.md",
        "CHANGELOG.md",
    ),
}
LOOKED_UP = (
    "docs/errors.md",
    "docs/operating.md",
    "docs/windows.md",
    "docs/remote.md",
    "docs/scaling.md",
    "docs/hosts.md",
    "docs/clients.md",
    "docs/client.md",
    "docs/sign-in.md",
    "docs/authorization-proxy.md",
    "docs/core.md",
    "docs/github.md",
    "docs/slack.md",
    "docs/database.md",
    "docs/rest.md",
    "docs/rest-documents.md",
    "docs/times.md",
)


def front_page(generated: list[str]) -> str:
    """The contents by kind; pages that no kind names are listed under Decisions or at the end."""
    known = set(paths())
    how_to = sorted(page for page in known if page.startswith("docs/how-to/"))
    sections = {**SECTIONS, "How to": tuple(how_to), "Look up": (*sorted(generated), *LOOKED_UP)}
    decisions = sorted(page for page in known if page.startswith("docs/adr/"))
    placed = {page for section in sections.values() for page in section} | {*decisions, "README.md"}
    sections |= {"The project": tuple(sorted(known - placed)), "Decisions": tuple(decisions)}
    lines = ["# Toolroll", "", "```{include} README.md", ":start-line: 1", ':end-before: "## Servers"', "```"]
    lines += ["", "[The project's front page](README.md) says how to install it.", ""]
    lines += ["```{toctree}", ":hidden:", "", "README", "```"]
    for title, pages in sections.items():
        depth = 1
        lines += ["", f"## {title}", "", "```{toctree}", f":maxdepth: {depth}", f":caption: {title}", ""]
        lines += [str(Path(page).with_suffix("")) for page in pages]
        lines += ["```"]
    return "\n".join(lines) + "\n"
