"""Parameter types of the GitHub tools, with validators for rules that are not in the input schema."""

import re
from typing import Annotated, Literal

from mcp_chassis.tools import EMPTY_IS_ABSENT, Connected
from pydantic import AfterValidator, Field

from github_mcp.client import GitHubClient

_OWNER = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]{0,99})")
_REPO = re.compile(r"[A-Za-z0-9._-]{1,100}")
_LANGUAGE = re.compile(r"[^\"\\\x00-\x1f]{1,50}")
_SHA = re.compile(r"[0-9a-f]{7,40}")
_REF = re.compile(r"[^\x00-\x20\x7f~^:?*\[\\]{1,250}")


def _owner(value: str) -> str:
    if not _OWNER.fullmatch(value):
        raise ValueError("must be the login of an account, such as octocat")
    return value


def _repo(value: str) -> str:
    """Validate a repository's name; the suffix `.git` of a clone URL is removed."""
    value = value.removesuffix(".git")
    if not _REPO.fullmatch(value) or value in {".", ".."}:
        raise ValueError("must be the name of a repository without its owner")
    return value


def _full_name(value: str) -> str:
    owner, _, repo = value.partition("/")
    return f"{_owner(owner)}/{_repo(repo)}"


def _language(value: str | None) -> str | None:
    if value is not None and not _LANGUAGE.fullmatch(value):
        raise ValueError("must be the name of a language, such as C++")
    return value


def _ref(value: str | None) -> str | None:
    if value is not None and (not _REF.fullmatch(value) or ".." in value):
        raise ValueError("must be a branch, tag or commit")
    return value


def _required_ref(value: str) -> str:
    if not _REF.fullmatch(value) or ".." in value:
        raise ValueError("must be a branch, tag or commit")
    return value


def _compared_ref(value: str) -> str:
    """Validate a ref of the repository, or one of a fork: `user:branch` or `user:repository:branch`."""
    *fork, ref = value.split(":", 2)
    if fork:
        _owner(fork[0])
    if len(fork) > 1:
        _repo(fork[1])
    _required_ref(ref)
    return value


def _sha(value: str | None) -> str | None:
    if value is not None and not _SHA.fullmatch(value.lower()):
        raise ValueError("must be the id of a commit, or its first 7 characters or more")
    return None if value is None else value.lower()


def _path(value: str) -> str:
    """Validate a path; a slash or `./` at its beginning is removed."""
    value = re.sub(r"^(?:\./)*/?", "", value) if value not in {".", "./"} else ""
    if any(part in {".", ".."} for part in value.split("/")) or "//" in value:
        raise ValueError("must be a path from the repository's root, without `.` or `..`")
    return value


def _required_path(value: str) -> str:
    if not (path := _path(value)):
        raise ValueError("must be a path below the repository's root")
    return path


def _optional_path(value: str | None) -> str | None:
    return None if value is None else _path(value)


def _logins(value: list[str] | None) -> list[str] | None:
    """Remove the `@` of mentions from logins."""
    return None if value is None else [name.removeprefix("@") for name in value]


GitHub = Annotated[GitHubClient, Connected]
Owner = Annotated[str, Field(max_length=100), AfterValidator(_owner)]
Repo = Annotated[str, Field(max_length=100), AfterValidator(_repo)]
FullName = Annotated[str, Field(max_length=201), AfterValidator(_full_name)]
Number = Annotated[int, Field(ge=1, le=999_999_999, description="Of an issue or pull request.")]
PullNumber = Annotated[int, Field(ge=1, le=999_999_999)]
Language = Annotated[str | None, Field(max_length=50), AfterValidator(_language)]
Path = Annotated[str, Field(max_length=1000, description="Empty: the root."), AfterValidator(_path)]
Ref = Annotated[str | None, Field(max_length=250, description="Branch, tag or commit."), AfterValidator(_ref)]
OptionalPath = Annotated[str | None, Field(max_length=1000), AfterValidator(_optional_path)]
RequiredPath = Annotated[str, Field(min_length=1, max_length=1000), AfterValidator(_required_path)]
RequiredRef = Annotated[str, Field(min_length=1, max_length=250), AfterValidator(_required_ref)]
ComparedRef = Annotated[str, Field(min_length=1, max_length=250), AfterValidator(_compared_ref)]
RunId = Annotated[int, Field(ge=1, le=2**62)]
Sha = Annotated[str | None, Field(max_length=40), AfterValidator(_sha), EMPTY_IS_ABSENT]
Title = Annotated[str, Field(min_length=1, max_length=256)]
Body = Annotated[str, Field(max_length=65_000)]
CommentBody = Annotated[str, Field(min_length=1, max_length=65_000)]
Name = Annotated[str, Field(max_length=100)]
Names = Annotated[list[Name], Field(max_length=100)]
Logins = Annotated[Names, AfterValidator(_logins)]
Globs = Annotated[list[Name], Field(max_length=100, description="Globs of paths: src/*.py.")]
MaxResults = Annotated[int, Field(ge=1, le=100)]
Lines = Annotated[int, Field(ge=1, le=10_000)]
State = Literal["open", "closed", "all"]
