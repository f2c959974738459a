"""The console script of every server."""

import subprocess
import sys
from importlib.metadata import entry_points

from servers import servers

LOADED = """
import importlib, sys
for name in sys.argv[1:]:
    importlib.import_module(name)
print(sorted({"mcp", "mcp_types", "pydantic", "httpx2"} & sys.modules.keys()))
"""


def scripts() -> dict[str, str]:
    return {script.name: script.value for script in entry_points(group="console_scripts")}


def test_every_servers_script_is_main_in_its_main_module() -> None:
    found = scripts()
    wrong = [name for name, server in servers().items() if found[name] != f"{name.replace('-', '_')}.__main__:main"]
    assert wrong == []


def test_main_is_imported_without_the_sdk() -> None:
    modules = [scripts()[name].partition(":")[0] for name in servers()]
    run = subprocess.run([sys.executable, "-c", LOADED, *modules], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
