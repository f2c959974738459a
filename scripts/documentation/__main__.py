"""Builder of the documentation site in dist/site: `make site`. A link that leads nowhere, or any warning, fails it.

`--repository https://github.com/OWNER/NAME` gives links to sources the project's public address; without it they are
shown as paths.
"""

import argparse
import asyncio
import io
import logging
import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from servers import ROOT
from sphinx.application import Sphinx
from staging import Repository, project

from documentation import pages, reference
from documentation.contents import front_page

SETTINGS = {
    "project": "Toolroll",
    "extensions": ["myst_parser"],
    "myst_heading_anchors": 4,
    "myst_linkify_fuzzy_links": False,
    "html_theme": "furo",
    "html_title": "Toolroll",
    "html_copy_source": False,
    "html_show_copyright": False,
    "root_doc": "index",
    "suppress_warnings": ["myst.header"],
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="make site", description=__doc__)
    parser.add_argument("--repository", default="", metavar="URL", type=lambda text: text.removesuffix("/"))
    parser.add_argument("--out", default=ROOT / "dist" / "site", type=Path, help="the folder, which is emptied first")
    given = parser.parse_args()
    logging.disable(logging.INFO)  # the calls of the examples
    shutil.rmtree(given.out, ignore_errors=True)
    with TemporaryDirectory() as folder:
        source = Path(folder) / "source"
        write_sources(source, Repository(given.repository))
        return built(source, Path(folder) / "doctrees", given.out)


def write_sources(source: Path, repository: Repository) -> None:
    pages.copy(source, repository, project(ROOT / "shared")["version"])
    generated = asyncio.run(reference.pages())
    for path, text in generated.items():
        (source / path).parent.mkdir(parents=True, exist_ok=True)
        (source / path).write_text(text, encoding="utf-8")
    (source / "index.md").write_text(front_page(list(generated)), encoding="utf-8")


def built(source: Path, doctrees: Path, out: Path) -> int:
    """Run Sphinx; the exit code, 1 where it warned."""
    warnings = io.StringIO()
    site = Sphinx(
        str(source), None, str(out), str(doctrees), "html", confoverrides=SETTINGS, status=None, warning=warnings
    )
    site.build()
    found = [line for line in warnings.getvalue().replace(str(source), "").splitlines() if line.strip()]
    sys.stderr.write("".join(f"{line}\n" for line in found))
    sys.stdout.write(f"{len(site.env.found_docs)} pages in {out}, {len(found)} warnings\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
