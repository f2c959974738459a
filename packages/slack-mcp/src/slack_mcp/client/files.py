"""Requests about files: metadata, list, download, upload."""
# pyright: reportUnknownMemberType=false
# slack-sdk's signatures contain bare dicts and untyped keywords.

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from mcp_chassis.failures import Failure, NotFound, PermissionDenied, UpstreamError
from mcp_chassis.http.json_api import JsonApi
from mcp_chassis.upstream.retry import Repeat

from slack_mcp.client.web_methods import WebMethods, as_response
from slack_mcp.errors.meaning import REPORT
from slack_mcp.records.files import CompletedUploadRecord, FileRecord, UploadedFileRecord, UploadUrlRecord
from slack_mcp.records.messages import SearchPagingRecord

FILES_ORIGIN = "https://files.slack.com"
OPEN_ADDRESS = "list_files returns its address."


@dataclass(frozen=True)
class FilePage:
    files: list[FileRecord]
    pages: int


@dataclass(frozen=True)
class Upload:
    """A file to upload: name, bytes, title, and `alt_text`, the description of an image."""

    name: str
    content: bytes
    title: str = ""
    alt_text: str = ""


@dataclass(frozen=True)
class Uploaded:
    """An uploaded file; `recovered`: the response was lost and a look-up found that the file was shared."""

    id: str
    permalink: str = ""
    recovered: bool = False


class Files:
    """Slack's API methods about files, called with one token.

    Args:
        downloads: HTTP clients for downloads, by origin; they send the token.
        uploads: HTTP clients for uploads, by origin; they send no token.
    """

    def __init__(self, web: WebMethods, downloads: Mapping[str, JsonApi], uploads: Mapping[str, JsonApi]) -> None:
        self._web = web
        self._downloads = downloads
        self._uploads = uploads

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
        """Download the bytes of a file; the token is sent only to Slack's own file host.

        Raises:
            NotFound: when the file is stored outside Slack or has no content.
            PermissionDenied: when Slack returns its sign-in page instead of the file.
        """
        address = urlsplit(file.url_private)
        http = self._downloads.get(f"{address.scheme}://{address.netloc}")
        if http is None or file.is_external:
            raise NotFound("The file is not stored in Slack, so it cannot be read.", remedy=OPEN_ADDRESS)
        response = await http.get("/{+path}", {"path": address.path.lstrip("/")}, headers={"accept": "*/*"})
        if "html" in response.headers.get("content-type", "") and not file.holds_html:
            raise PermissionDenied(
                "Slack returned its sign-in page for the file: the token lacks the scope files:read."
            )
        return response.body

    async def upload(self, file: Upload, channel: str, blocks: list[dict[str, Any]], thread_ts: str | None) -> Uploaded:
        """Upload a file and share it in a channel or thread.

        Only the last of three requests makes the file visible, and that request is never repeated.

        Raises:
            OutcomeUnknown: when it is not certain that the file was shared.
        """
        place = await self._upload_place(file)
        await self._send_bytes(place, file.content)
        arguments: dict[str, Any] = {"files": [{"id": place.file_id, "title": file.title or file.name}]}
        arguments |= {"channel_id": channel, "blocks": blocks or None, "thread_ts": thread_ts}

        async def look_up() -> dict[str, Any] | None:
            found = await self.info(place.file_id)
            shared = channel in (*found.channels, *found.groups, *found.ims)
            return {"ok": True, "files": [{"id": found.id, "permalink": found.permalink}]} if shared else None

        response = await self._web.request(
            "files.completeUploadExternal",
            {name: value for name, value in arguments.items() if value is not None},
            recover=look_up,
        )
        done = response.record(CompletedUploadRecord, operation="share the file").files
        shared = next((one for one in done if one.id == place.file_id), UploadedFileRecord(place.file_id))
        return Uploaded(shared.id, shared.permalink, response.recovered)

    async def _upload_place(self, file: Upload) -> UploadUrlRecord:
        arguments: dict[str, Any] = {"filename": file.name, "length": len(file.content)}
        arguments |= {"alt_txt": file.alt_text} if file.alt_text else {}
        response = await self._web.request("files.getUploadURLExternal", arguments)
        return response.record(UploadUrlRecord, operation="prepare the upload")

    async def _send_bytes(self, place: UploadUrlRecord, content: bytes) -> None:
        """Send the bytes to the upload URL of Slack; a repeated request replaces the bytes of the first.

        Raises:
            UpstreamError: when the upload URL is not on a host of Slack.
            Failure: when the bytes were not accepted; the file is not shared.
        """
        address = urlsplit(place.upload_url)
        http = self._uploads.get(f"{address.scheme}://{address.netloc}")
        if http is None:
            raise UpstreamError(
                "Slack returned an upload URL outside its own hosts; the file was not sent.", remedy=REPORT
            )
        try:
            await http.post(
                "/{+path}",
                {"path": address.path.lstrip("/")},
                params=dict(parse_qsl(address.query)),
                content=content,
                repeat=Repeat.READ,
            )
        except Failure as failure:
            raise type(failure)(
                f"The file's content could not be sent, so nothing was shared: {failure.reason}",
                retry_after_seconds=failure.requested_retry_after_seconds,
            ) from failure
