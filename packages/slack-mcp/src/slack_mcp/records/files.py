"""Records of files in messages, file lists and uploads."""

from mcp_chassis.http.records import Record


class TranscriptPreviewRecord(Record, frozen=True):
    content: str = ""


class TranscriptionRecord(Record, frozen=True):
    status: str = ""
    preview: TranscriptPreviewRecord = TranscriptPreviewRecord()


class FileRecord(Record, frozen=True):
    """One file. `mode`: `tombstone` if deleted, `hidden_by_limit` if hidden by the plan; see also `file_access`."""

    id: str = ""
    name: str = ""
    title: str = ""
    mimetype: str = ""
    filetype: str = ""
    pretty_type: str = ""
    mode: str = ""
    file_access: str = ""
    size: int = 0
    user: str = ""
    created: int = 0
    is_external: bool = False
    alt_txt: str = ""
    permalink: str = ""
    url_private: str = ""
    url_private_download: str = ""
    channels: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    ims: tuple[str, ...] = ()
    preview: str = ""
    plain_text: str = ""
    transcription: TranscriptionRecord = TranscriptionRecord()

    @property
    def is_canvas(self) -> bool:
        return self.filetype == "quip" or self.mimetype == "application/vnd.slack-docs"

    @property
    def is_list(self) -> bool:
        return "list" in {self.filetype, self.mode}

    @property
    def holds_html(self) -> bool:
        return self.is_canvas or "html" in self.mimetype


class UploadUrlRecord(Record, frozen=True):
    """Upload URL and id of a new file."""

    upload_url: str
    file_id: str


class UploadedFileRecord(Record, frozen=True):
    id: str
    permalink: str = ""


class CompletedUploadRecord(Record, frozen=True):
    """Required fields of the response to sharing an uploaded file."""

    files: tuple[UploadedFileRecord, ...]
