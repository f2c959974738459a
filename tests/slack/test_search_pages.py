"""Search with a user token over several pages: each match once, and no cursor after Slack's last page."""

from typing import Any

from mcp_chassis.testing import data
from slack_desk import ALICE, BOB, GENERAL, RANDOM, SECRET, Desk

MAX_PAGES = 6


async def _pages(desk: Desk, **arguments: Any) -> list[dict[str, Any]]:
    """All pages of one search, each requested with the cursor of the page before."""
    pages: list[dict[str, Any]] = []
    async with desk.client(SLACK_USER_TOKEN=desk.slack.with_user_token(ALICE)) as client:
        cursor: str | None = None
        for _ in range(MAX_PAGES):
            pages.append(data(await client.call_tool("search_messages", {**arguments, "cursor": cursor})))
            cursor = pages[-1].get("next_cursor")
            if cursor is None:
                return pages
    raise AssertionError(f"the search goes on after {MAX_PAGES} pages")


async def test_search_results_on_two_pages_are_returned_once_each(desk: Desk):
    stamps = [desk.workspace.say(GENERAL, BOB, f"needle {number}") for number in range(7)]
    first, second = await _pages(desk, query="needle", count=5, sort="newest")
    assert [hit["ts"] for hit in first["items"] + second["items"]] == list(reversed(stamps))
    assert (len(first["items"]), len(second["items"])) == (5, 2)
    assert (first["total"], second["total"]) == (7, 7)


async def test_search_pages_of_one_channel_contain_no_other_channels(desk: Desk):
    stamps = [desk.workspace.say(GENERAL, BOB, f"needle {number}") for number in range(6)]
    for number in range(6):
        desk.workspace.say(RANDOM, BOB, f"needle elsewhere {number}")
    pages = await _pages(desk, query="needle", channel="general", count=4, sort="newest")
    assert [hit["ts"] for page in pages for hit in page["items"]] == list(reversed(stamps))
    assert {hit["channel"] for page in pages for hit in page["items"]} == {"#general"}


async def test_a_search_page_without_allowed_results_does_not_end_the_search(desk: Desk):
    desk.env["SLACK_ALLOWED_CHANNELS"] = "general"
    wanted = [desk.workspace.say(GENERAL, BOB, f"needle {number}") for number in range(2)]
    for number in range(4):
        desk.workspace.say(SECRET, BOB, f"needle hidden {number}")
    wanted += [desk.workspace.say(GENERAL, BOB, f"needle late {number}") for number in range(2)]
    pages = await _pages(desk, query="needle", count=3, sort="newest")
    assert [hit["ts"] for page in pages for hit in page["items"]] == list(reversed(wanted))
    assert all("left out" in page["warnings"][0] for page in pages)
    assert all("total" not in page for page in pages)
