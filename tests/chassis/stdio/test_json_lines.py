"""Which lines are messages, what is answered to the others, and how messages become lines."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mcp_chassis.output.mirrored import MirroredResult, with_marker
from mcp_chassis.stdio.json_lines import InvalidMessage, dump, find_request_id, parse
from mcp_types import (
    CallToolResult,
    ErrorData,
    JSONRPCError,
    JSONRPCNotification,
    JSONRPCRequest,
    JSONRPCResponse,
    TextContent,
)

PARSE_ERROR, INVALID_REQUEST = -32700, -32600
SURROGATE = '{"jsonrpc":"2.0","id":7,"method":"m","params":{"text":"\\ud800"}}'


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b'{"jsonrpc":"2.0","id":1,"method":"m"}', JSONRPCRequest(jsonrpc="2.0", id=1, method="m")),
        (
            b' {"jsonrpc":"2.0","id":"a","method":"m","params":{}}\r',
            JSONRPCRequest(jsonrpc="2.0", id="a", method="m", params={}),
        ),
        (b'{"jsonrpc":"2.0","method":"m"}', JSONRPCNotification(jsonrpc="2.0", method="m")),
        (b'{"jsonrpc":"2.0","id":1,"result":{"a":1}}', JSONRPCResponse(jsonrpc="2.0", id=1, result={"a": 1})),
        (
            b'{"jsonrpc":"2.0","id":null,"error":{"code":1,"message":"x"}}',
            JSONRPCError(jsonrpc="2.0", id=None, error=ErrorData(code=1, message="x")),
        ),
    ],
)
def test_a_message_is_parsed_as_its_type(line: bytes, message: object) -> None:
    assert parse(line) == message


@pytest.mark.parametrize(
    ("line", "code", "identifier"),
    [
        (b"{", PARSE_ERROR, None),
        (b"not json", PARSE_ERROR, None),
        (b'{"jsonrpc":"2.0","id":1,"method":"m"', PARSE_ERROR, None),
        (b'{"jsonrpc":"2.0","id":1,"method":"\xff"}', PARSE_ERROR, None),
        (b'\xef\xbb\xbf{"jsonrpc":"2.0","id":1,"method":"m"}', PARSE_ERROR, None),
        (b"[]", INVALID_REQUEST, None),
        (b'[{"jsonrpc":"2.0","id":1,"method":"m"}]', INVALID_REQUEST, None),
        (b"1", INVALID_REQUEST, None),
        (b"null", INVALID_REQUEST, None),
        (b'"text"', INVALID_REQUEST, None),
        (b"{}", INVALID_REQUEST, None),
        (b'{"jsonrpc":"1.0","id":5,"method":"m"}', INVALID_REQUEST, 5),
        (b'{"id":"five","method":"m"}', INVALID_REQUEST, "five"),
        (b'{"jsonrpc":"2.0","id":1.5,"method":"m"}', INVALID_REQUEST, None),
        (b'{"jsonrpc":"2.0","id":true,"method":"m"}', INVALID_REQUEST, None),
        (b'{"jsonrpc":"2.0","id":null,"method":"m"}', INVALID_REQUEST, None),
        (b'{"jsonrpc":"2.0","id":5,"method":7}', INVALID_REQUEST, 5),
        (b'{"jsonrpc":"2.0","id":5,"method":"m","params":[1]}', INVALID_REQUEST, 5),
        (b'{"jsonrpc":"2.0","id":5,"result":1}', INVALID_REQUEST, 5),
        (b'{"jsonrpc":"2.0","id":5,"method":"m","params":{"a":' + b"[" * 500 + b"]" * 500 + b"}}", INVALID_REQUEST, 5),
        (b"[" * 100_000 + b"]" * 100_000, INVALID_REQUEST, None),
        (b'{"a":"\\ud800","b":' * 50_000 + b"1" + b"}" * 50_000, PARSE_ERROR, None),
    ],
)
def test_a_line_that_is_not_a_message_is_refused_with_the_matching_code(
    line: bytes, code: int, identifier: object
) -> None:
    refused = parse(line)
    assert isinstance(refused, InvalidMessage)
    assert (refused.code, refused.id) == (code, identifier)
    assert refused.response().error.message.endswith(".")


def test_half_of_a_surrogate_pair_reaches_the_check_of_arguments_and_the_response_can_be_written() -> None:
    message = parse(SURROGATE.encode())
    assert isinstance(message, JSONRPCRequest)
    assert message.params == {"text": "\ud800"}
    answer = JSONRPCResponse(jsonrpc="2.0", id=7, result={"text": "\ud800"})
    assert dump(answer) == b'{"jsonrpc": "2.0", "id": 7, "result": {"text": "\\ud800"}}'


@pytest.mark.parametrize(
    ("beginning", "identifier"),
    [
        (b'{"jsonrpc":"2.0","id":12,"method":"m","params":{"a":"xxxx', 12),
        (b'  { "id" : "a b" , "params":', "a b"),
        (b'{"params":{"id":3},"id":4', None),
        (b'{"jsonrpc":"2.0","method":"m","params":', None),
        (b'{"jsonrpc":"2.0","id":1.5,', None),
        (b'{"jsonrpc":"2.0","id":{', None),
        (b"", None),
    ],
)
def test_the_id_of_an_oversized_line_is_found_only_where_it_is_certain(beginning: bytes, identifier: object) -> None:
    assert find_request_id(beginning) == identifier


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(st.dictionaries(st.text(), JSON), st.integers(-(2**63), 2**63) | st.text())
def test_a_message_is_one_line_that_parses_to_the_same_message(
    result: dict[str, object], identifier: int | str
) -> None:
    message = JSONRPCResponse(jsonrpc="2.0", id=identifier, result=result)
    line = dump(message)
    assert b"\n" not in line
    assert parse(line) == message


@given(st.binary(max_size=200))
def test_no_sequence_of_bytes_raises_an_exception(line: bytes) -> None:
    assert isinstance(
        parse(line), InvalidMessage | JSONRPCRequest | JSONRPCNotification | JSONRPCResponse | JSONRPCError
    )


def test_non_finite_numbers_become_null() -> None:
    message = JSONRPCResponse(jsonrpc="2.0", id=1, result={"a": math.nan, "b": [math.inf]})
    assert json.loads(dump(message))["result"] == {"a": None, "b": [None]}


def test_a_number_of_more_digits_than_python_takes_is_refused_under_the_requests_id() -> None:
    line = b'{"jsonrpc":"2.0","id":7,"method":"ping","params":{"n":' + b"1" * 5_000 + b"}}"
    refused = parse(line)
    assert isinstance(refused, InvalidMessage)
    assert (refused.code, refused.id) == (-32600, 7)


@pytest.mark.parametrize("identifier", [1, "a", "\ud800"])
def test_a_marker_is_written_as_the_object_in_the_text(identifier: int | str) -> None:
    text = '{"rows":[[1,"ä\\n\\"x\\""],[null,1.5]]}'
    answer = MirroredResult(content=[TextContent(type="text", text=text)], structured_content=json.loads(text))
    plain = {"content": [{"type": "text", "text": text}], "structuredContent": json.loads(text), "isError": False}
    marked = with_marker(answer).model_dump(by_alias=True, mode="json", exclude_none=True)
    line = dump(JSONRPCResponse(jsonrpc="2.0", id=identifier, result=marked))
    assert json.loads(line) == {"jsonrpc": "2.0", "id": identifier, "result": {**plain, "resultType": "complete"}}
    assert b"\n" not in line


def test_a_result_whose_text_is_not_its_json_gets_no_marker() -> None:
    other = CallToolResult(content=[TextContent(type="text", text="seen")], structured_content={"a": 1})
    assert with_marker(other) is other
