"""Builder of everything that is published, into dist/: packages, bundles, manifests and software bills of materials.

`dist.py --repository https://github.com/OWNER/NAME` names the public address of the source. Without it links and URLs
are left out, and so are the entries of the MCP registry, whose names derive from it.
"""

import argparse
import json
import os
import shutil
import struct
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lock import requirements
from manifests import Publication, bundle_manifest, claude_plugin, gemini_extension, launch, registry_entry
from servers import ROOT, servers
from staging import PUBLISHED, Repository, build, project, stage

ICON_PIXELS, GROUND, CLOTH, TOOL = 512, b"\x1f\x2a\x37", b"\xc9\x8a\x4b", b"\xf4\xef\xe6"
CORE = ROOT / "shared"
BUNDLE_PROJECT = """# One server and the core, run by the host with `uv run`; the pins are those of the tests.
[project]
name = "{name}-bundle"
version = "{version}"
requires-python = ">=3.11"
dependencies = ["{distribution}{extras}"]

[tool.uv]
package = false
constraint-dependencies = [
{pins}]

[tool.uv.workspace]
members = ["core", "server"]

[tool.uv.sources]
{core} = {{ workspace = true }}
{distribution} = {{ workspace = true }}
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repository", default="", metavar="URL", type=lambda text: text.removesuffix("/"))
    parser.add_argument("--out", default=ROOT / "dist", type=Path, help="an absolute folder, which is emptied first")
    given = parser.parse_args()
    repository, out = Repository(given.repository), given.out
    shutil.rmtree(out, ignore_errors=True)
    staged = {member: stage(member, out / "staged" / member.name, repository) for member in PUBLISHED}
    for folder in staged.values():
        build(folder, out / "python", uv())
    for member, published in publications():
        write_manifests(published, repository, out)
        write_bundle(published, staged[member], staged[CORE], repository, out / "mcpb")
        write_bill_of_materials(published, out / "sbom")
    shutil.rmtree(out / "staged")
    for path in sorted(path for path in out.rglob("*") if path.is_file() and path.name != ".gitignore"):
        print(f"{path.stat().st_size:>9,} {path.relative_to(out)}")
    if not repository.namespace:
        print("server.json is left out: its name derives from --repository https://github.com/OWNER/NAME")
    return 0


def publications() -> Iterator[tuple[Path, Publication]]:
    """Each published server with the folder of its member."""
    found = servers()
    for member in PUBLISHED[1:]:
        about = project(member)
        yield (
            member,
            Publication(member.name, about["name"], about["version"], about["description"], found[member.name]),
        )


def write_manifests(published: Publication, repository: Repository, out: Path) -> None:
    claude = out / "claude-code" / published.name
    write_json(claude / ".claude-plugin" / "plugin.json", claude_plugin(published, repository))
    write_json(claude / ".mcp.json", {"mcpServers": {published.name: launch(published)}})
    write_json(out / "gemini" / published.name / "gemini-extension.json", gemini_extension(published))
    if repository.namespace:
        write_json(out / "registry" / published.name / "server.json", registry_entry(published, repository))


def write_bundle(published: Publication, server: Path, core: Path, repository: Repository, out: Path) -> None:
    """NAME.mcpb: a zip of the manifest, the icon, and a workspace of the server and the core."""
    archive = out / f"{published.name}-{published.version}.mcpb"
    archive.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as bundle:
        bundle.writestr("manifest.json", json.dumps(bundle_manifest(published, repository), indent=2))
        bundle.writestr("icon.png", icon())
        bundle.writestr("pyproject.toml", bundle_project(published))
        for name, folder in {"core": core, "server": server}.items():
            for path in sorted(path for path in folder.rglob("*") if path.is_file()):
                bundle.write(path, f"{name}/{path.relative_to(folder).as_posix()}")


def bundle_project(published: Publication) -> str:
    about = project(ROOT / "packages" / published.name)
    extras = ",".join(about.get("optional-dependencies", {}))
    pins = [f"{each.name}=={each.version}" + (f" ; {each.marker}" if each.marker else "") for each in locked()]
    return BUNDLE_PROJECT.format(
        name=published.name,
        version=published.version,
        distribution=published.distribution,
        extras=f"[{extras}]" if extras else "",
        core=project(CORE)["name"],
        pins="".join(f'    "{pin}",\n' for pin in pins),
    )


def locked() -> list[Any]:
    return requirements((ROOT / "requirements.lock").read_text(encoding="utf-8"))


def write_bill_of_materials(published: Publication, out: Path) -> None:
    """CycloneDX: the server with everything that it may install, each with its version and hashes."""
    command = [uv(), "export", "--quiet", "--frozen", "--format=cyclonedx1.5", "--all-extras", "--no-dev"]
    text = subprocess.run(
        [*command, f"--package={published.distribution}"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    write_json(out / f"{published.name}.cdx.json", json.loads(text))


def icon() -> bytes:
    """A PNG of a cloth with a pocket for each of three tools."""
    rows = b"".join(b"\0" + b"".join(_colour(x, y) for x in range(ICON_PIXELS)) for y in range(ICON_PIXELS))
    header = struct.pack(">IIBBBBB", ICON_PIXELS, ICON_PIXELS, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _colour(x: int, y: int) -> bytes:
    in_cloth = 64 <= x < 448 and 224 <= y < 432
    in_tool = 80 <= y < 336 and (x - 64) % 128 in range(40, 88) and 64 <= x < 448
    return TOOL if in_tool and not (in_cloth and y >= 288) else CLOTH if in_cloth else GROUND


def write_json(path: Path, value: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def uv() -> str:
    return os.environ.get("UV") or shutil.which("uv") or str(ROOT / ".tools" / "uv" / "bin" / "uv")


if __name__ == "__main__":
    sys.exit(main())
