"""The timezone-mcp server: its settings, tools, resources and prompts."""

from mcp_chassis.server import Server

from timezone_mcp.connection import connect
from timezone_mcp.prompts import explain_dst, plan_meeting
from timezone_mcp.reach import probe
from timezone_mcp.resources import timezone, timezone_of_region, timezone_without_area, timezones
from timezone_mcp.settings import TimezoneSettings
from timezone_mcp.tools.arithmetic import add_duration, time_between
from timezone_mcp.tools.conversion import convert_timezone, get_current_time
from timezone_mcp.tools.places import get_timezone, search_timezones
from timezone_mcp.tools.planning import check_working_hours, find_meeting_slots

SERVER = Server(
    name="timezone-mcp",
    distribution="toolroll-timezone-mcp",
    title="Time zones",
    description="Time zones, conversions, holidays and meeting times",
    website="https://www.iana.org/time-zones",
    settings=TimezoneSettings,
    connect=connect,
    instructions=(
        "Time zones, conversions, durations and meeting times. A time zone is an IANA name, a city, an offset such as "
        "UTC+5:30 or a Windows name; an abbreviation only where it has one meaning. Local times that a clock change "
        "skips or repeats are reported with both readings."
    ),
    tools=(
        convert_timezone,
        get_current_time,
        get_timezone,
        search_timezones,
        find_meeting_slots,
        add_duration,
        time_between,
        check_working_hours,
    ),
    resources=(timezones, timezone, timezone_of_region, timezone_without_area),
    prompts=(plan_meeting, explain_dst),
    probe=probe,
    foreign_text=False,
)
