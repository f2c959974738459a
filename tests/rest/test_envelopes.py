"""Proposals of `inspect` for lists that stand in an object beside words about pages."""

from pathlib import Path
from typing import Any

import pytest
from mcp_chassis.testing import Reply, data
from openapi_bridges import answered
from rest_mcp.bridge_file import read
from rest_mcp.openapi.document import Document
from rest_mcp.openapi.proposal import Proposal, proposed

TEXT, NUMBER = {"type": "string"}, {"type": "integer"}


def shape(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


def listed(**properties: Any) -> dict[str, Any]:
    return {"type": "array", "items": shape(**properties)}


CAMPAIGNS = listed(campaignId=TEXT, budget=shape(daily=TEXT))


def operation(identifier: str, schema: Any, *asked: str, **more: Any) -> dict[str, Any]:
    parameters = [{"name": name, "in": "query", "schema": TEXT} for name in asked]
    content = {"application/json": {"schema": schema}}
    responses = {"200": {"description": "ok", "content": content}}
    return {
        "operationId": identifier,
        "summary": "An operation",
        "parameters": parameters,
        "responses": responses,
    } | more


def proposal(paths: dict[str, Any]) -> Proposal:
    return proposed(Document(written(paths)), "api.json", 10)


def written(paths: dict[str, Any]) -> dict[str, Any]:
    return {"openapi": "3.0.3", "info": {"title": "Campaigns", "version": "1"}, "paths": paths}


def of_list(schema: Any, *asked: str, path: str = "/ad_campaign") -> dict[str, Any]:
    places = [{"name": "id", "in": "path", "required": True, "schema": TEXT}] if "{id}" in path else []
    found = proposal({path: {"get": operation("getCampaigns", schema, *asked), "parameters": places}})
    return found.bridge.requests[0].model_dump(exclude_defaults=True) | {"warnings": found.warnings}


PAGED = shape(campaigns=CAMPAIGNS, href=TEXT, limit=NUMBER, next=TEXT, offset=NUMBER, total=NUMBER)
ENVELOPES = [
    (PAGED, ("limit", "offset"), "campaigns", {"kind": "offset", "total": "total"}),
    (shape(campaigns=CAMPAIGNS, hasMore={"type": "boolean"}), ("page",), "campaigns", {"kind": "page"}),
    (shape(rows=CAMPAIGNS, meta=shape(totalCount=NUMBER)), ("page",), "rows",
     {"kind": "page", "total": "meta.totalCount"}),
    (shape(rows=CAMPAIGNS, nextPageToken=TEXT), ("pageToken",), "rows", {"kind": "cursor", "next": "nextPageToken"}),
    (shape(data=shape(rows=CAMPAIGNS), pagination=shape(next_cursor=TEXT)), ("cursor",), "data.rows",
     {"kind": "cursor", "next": "pagination.next_cursor"}),
    (shape(_embedded=shape(rows=CAMPAIGNS), page=shape(totalElements=NUMBER)), ("page",), "_embedded.rows",
     {"kind": "page", "total": "page.totalElements"}),
    (shape(campaigns=CAMPAIGNS, messages=CAMPAIGNS, page=NUMBER), ("page",), "campaigns", {"kind": "page"}),
    (shape(campaigns=CAMPAIGNS, errors=listed(text=TEXT), total=NUMBER), ("offset",), "campaigns",
     {"kind": "offset", "total": "total"}),
]  # fmt: skip


@pytest.mark.parametrize(("schema", "asked", "result", "page"), ENVELOPES)
def test_a_list_beside_words_about_pages_is_proposed_as_a_list_that_goes_on(
    schema: Any, asked: tuple[str, ...], result: str, page: dict[str, Any]
) -> None:
    found = of_list(schema, *asked)
    assert (found["answer"], found["result"], found["keep"]) == ("list", result, ("campaignId",))
    assert page.items() <= found["page"].items()


@pytest.mark.parametrize(
    ("schema", "path"),
    [
        (shape(id=TEXT, lines=CAMPAIGNS, total=NUMBER), "/order"),
        (shape(data=shape(id=TEXT, lines=CAMPAIGNS)), "/order"),
        (shape(name=TEXT, lines=CAMPAIGNS, links=shape()), "/order"),
        (shape(account=shape(iban=TEXT), balances=CAMPAIGNS, total=NUMBER), "/order"),
        (shape(bars=CAMPAIGNS, beats=CAMPAIGNS, meta=shape()), "/analysis"),
        (shape(lines=CAMPAIGNS, meta=shape()), "/order/{id}"),
        (shape(name=TEXT, lines=CAMPAIGNS, page=NUMBER), "/order/{id}"),
        (shape(id=TEXT, campaigns=CAMPAIGNS, page=NUMBER), "/ad_campaign"),
    ],
)
def test_one_thing_that_has_lists_is_no_page(schema: Any, path: str) -> None:
    assert of_list(schema, path=path).get("answer") is None


def test_several_lists_are_said_and_nothing_of_the_answer_is_left_out() -> None:
    found = of_list(shape(ads=CAMPAIGNS, banners=CAMPAIGNS, total=NUMBER), "offset")
    assert "keep" not in found
    assert any("answers several lists (ads, banners)" in warning for warning in found["warnings"])


def test_a_page_that_no_parameter_follows_keeps_what_tells_of_the_next_one() -> None:
    found = of_list(shape(campaigns=CAMPAIGNS, next=TEXT, total=NUMBER))
    assert found["keep"] == ("campaigns.campaignId", "next", "total")
    assert any("no parameter asks for the next" in warning for warning in found["warnings"])


def test_a_total_of_one_page_ends_no_list() -> None:
    total = {**NUMBER, "description": "The number of campaigns on this page."}
    assert "total" not in of_list(shape(campaigns=CAMPAIGNS, total=total), "offset")["page"]


WORDY = {**TEXT, "description": "word " * 200}
CREATE = shape(campaignName=TEXT, strategy=shape(**{f"part_{number}": WORDY for number in range(4)}))
LARGE = shape(**{f"field_{number}": {**TEXT, "maxLength": 30} for number in range(30)})
ONE = {"name": "id", "in": "path", "required": True, "schema": TEXT}


def noun(create: Any) -> dict[str, Any]:
    body = {"requestBody": {"required": True, "content": {"application/json": {"schema": create}}}}
    return {
        "/ad_campaign": {
            "get": operation("getCampaigns", PAGED, "limit", "offset"),
            "post": operation("createCampaign", shape(), **body),
        },
        "/ad_campaign/{id}": {
            "parameters": [ONE],
            "get": operation("getCampaign", shape(campaignId=TEXT, budget=shape(daily=TEXT))),
        },
    }


def test_a_list_in_an_envelope_leaves_room_for_the_get_and_the_create() -> None:
    found = proposal(noun(CREATE))
    assert [tool.name for tool in found.bridge.requests] == ["get_campaigns", "get_campaign", "create_campaign"]
    assert "get_campaign keeps single values; objects and lists of the answer are left out: budget" in found.warnings


@pytest.mark.parametrize(
    ("create", "offered"),
    [
        (CREATE, ["campaign_name", "strategy"]),
        ({**CREATE, "required": ["campaignName"]}, ["campaign_name"]),
        ({**CREATE, "required": ["strategy"]}, ["campaign_name", "strategy"]),
        (shape(campaignName=TEXT, budget=LARGE), ["campaign_name"]),
    ],
)
def test_an_object_that_a_create_may_need_is_offered(create: Any, offered: list[str]) -> None:
    found = proposal(noun(create))
    assert list(found.bridge.requests[-1].offered) == offered
    hidden = sorted({"strategy", "budget"} & {*create["properties"]} - set(offered))
    told = [each for each in found.warnings if "create_campaign does not offer" in each]
    assert ["".join(hidden) in each for each in told] == [True] * len(hidden)


async def test_the_proposed_file_reads_the_campaigns_page_by_page(tmp_path: Path) -> None:
    import json

    (tmp_path / "api.json").write_text(json.dumps(written(noun(CREATE))))
    (tmp_path / "bridge.toml").write_text(proposal(noun(CREATE)).text)
    assert read(tmp_path / "bridge.toml").requests[0].result == "campaigns"
    page = [{"campaignId": str(number)} for number in range(30)]
    reply = Reply(json={"campaigns": page, "total": 31, "next": "https://api.example/ad_campaign?offset=30"})
    requests, result = await answered(tmp_path / "bridge.toml", "get_campaigns", {}, reply)
    found = data(result)
    assert (requests[-1].query, found["items"], found["total"]) == ({"limit": "30"}, page, 31)
    assert "next_cursor" in found
