"""One-line descriptions of files: name, type, size, id, and whether the file is deleted or hidden."""

from slack_mcp.records.files import FileRecord

GONE = {"tombstone": "(deleted file)", "hidden_by_limit": "(file hidden by the plan's limit)"}
MAX_ALT_CHARACTERS = 100  # of a text that people do not see beside the image


def described_file(file: FileRecord) -> str:
    """Description such as `plan.pdf (PDF, 120 kB, F012AB34CD)`, with alt text or the address of an external file."""
    if file.mode in GONE:
        return GONE[file.mode]
    kind = file.pretty_type or file.filetype
    size = shown_size(file.size) if not file.is_canvas else ""
    name = file.name if not file.is_canvas else file.title
    shown = name or file.title or file.name or file.id or "file"
    described = f'"{shown_alt(file.alt_txt)}"' if file.alt_txt else ""
    identity = file.id if file.id != shown else ""
    facts = ", ".join(filter(None, (kind, size, described, identity, _address(file), _access(file))))
    return f"{shown} ({facts})" if facts else shown


def shown_alt(text: str) -> str:
    """Alternative text of an image, cut to what may describe it."""
    return cut(text, MAX_ALT_CHARACTERS)


def cut(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[:length]}…"


def file_content(file: FileRecord) -> str:
    """The text of a snippet, e-mail or voice clip that the message record contains."""
    return (file.transcription.preview.content or file.plain_text or file.preview).strip()


def shown_size(count: int) -> str:
    for unit, factor in (("MB", 1_000_000), ("kB", 1_000)):
        if count >= factor:
            return f"{count / factor:.0f} {unit}"
    return f"{count} B" if count > 0 else ""


def _address(file: FileRecord) -> str:
    return file.url_private if file.is_external else ""


def _access(file: FileRecord) -> str:
    return (
        "not described in this message" if file.file_access == "check_file_info" or file.mode == "file_access" else ""
    )
