"""Heavy modules are imported only when they are needed."""

import subprocess
import sys

PROGRAM = """
import sys
from mcp_chassis.pipeline.dispatch import Dispatch
from timezone_mcp.server import SERVER
Dispatch(SERVER, SERVER.settings.load({}))
from timezone_mcp import tzdb
heavy = {"tzlocal", "tzlocal.windows_tz", "timezone_mcp.opentimezone", "mcp_chassis.http.json_api"} & sys.modules.keys()
print(sorted(heavy), tzdb.names.cache_info().currsize, tzdb.load.cache_info().currsize)
"""


def test_a_server_is_built_without_reading_a_zone_or_importing_what_a_conversion_may_never_need() -> None:
    run = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    assert run.stdout.split("\n")[0] == "[] 0 0"
