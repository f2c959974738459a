"""Files: description, list, content."""
# pyright: reportUnknownMemberType=false
# slack-sdk's signatures hold bare dicts and untyped keywords.

from dataclasses import dataclass
from urllib.parse import urlsplit

from mcp_chassis.failures import NotFound, PermissionDenied
from mcp_chassis.http.json_api import JsonApi

from slack_mcp.client.web_methods import WebMethods, as_response
from slack_mcp.records.files import FileRecord
from slack_mcp.records.messages import SearchPagingRecord

FILES_ORIGIN = "https://files.slack.com"


@dataclass(frozen=True)
class FilePage:
    files: list[FileRecord]
    pages: int


class Files:
    """Slack's methods about files, with one token.

    Args:
        downloads: the APIs that may get the token for a download, by origin.
    """

    def __init__(self, web: WebMethods, downloads: dict[str, JsonApi]) -> None:
        self._web = web
        self._downloads = downloads

    async def info(self, identity: str) -> FileRecord:
        response = as_response(await self._web.sdk.files_info(file=identity))
        return response.record(FileRecord, operation="describe the file", at="file")

    async def page(self, channel: str | None, user: str | None, *, count: int, page: int) -> FilePage:
        """One page of files, newest first."""
        response = as_response(await self._web.sdk.files_list(channel=channel, user=user, count=count, page=page))
        operation = "list the files"
        found = response.records(FileRecord, operation=operation, at="files", noun="files")
        paging = response.record(SearchPagingRecord, operation=operation, at="paging")
        return FilePage(found.items, paging.pages)

    async def content(self, file: FileRecord) -> bytes:
        """The bytes of a file. The token goes to Slack's own file host alone.

        Raises:
            NotFound: when the file lies elsewhere or has no content.
            PermissionDenied: when Slack shows a page for signing in instead.
        """
        address = urlsplit(file.url_private)
        http = self._downloads.get(f"{address.scheme}://{address.netloc}")
        if http is None or file.is_external:
            raise NotFound("Slack does not hold the content of this file.", remedy="Its address is in the result.")
        response = await http.get("/{+path}", {"path": address.path.lstrip("/")}, headers={"accept": "*/*"})
        if "html" in response.headers.get("content-type", "") and not file.holds_html:
            raise PermissionDenied("Slack shows a page for signing in: the token lacks the scope files:read.")
        return response.body
