"""What the registry (connectors/components) promises, without a network."""

import json
import logging

import pytest
import requests
import yaml
from airbyte_cdk.sources.declarative.concurrent_declarative_source import (
    ConcurrentDeclarativeSource,
)
from airbyte_cdk.sources.streams.http.error_handlers.response_models import ResponseAction
from airbyte_cdk.utils import AirbyteTracedException
from conftest import ROOT

from spike_components import components
from spike_components.components import (
    BodyRuleErrorHandler,
    HeaderedRowsExtractor,
    JsonRecordExtractor,
    SessionLoginAuthenticator,
    TemplateBodyRequester,
    XmlRecordExtractor,
)


def answer(body, status=200):
    response = requests.Response()
    response.status_code = status
    response._content = body if isinstance(body, bytes) else body.encode()
    response.headers["Content-Type"] = "text/html"
    return response


def handler(**fields):
    return BodyRuleErrorHandler(config={}, parameters={}, **fields)


def rows(extractor, body):
    return list(extractor.extract_records(answer(body)))


def xml(**fields):
    fields.setdefault("record_path", ["ResultSet", "row"])
    return XmlRecordExtractor(config={}, parameters={}, **fields)


def headered(**fields):
    return HeaderedRowsExtractor(
        header_path=["data", "headerTitles"],
        rows_path=["data", "values"],
        row_values_key="data",
        has_data_path=["hasData"],
        config={},
        parameters={},
        **fields,
    )


# ---- the registry and the classes agree


@pytest.mark.parametrize(
    "file", sorted((ROOT / "connectors/components").glob("*.yaml")), ids=lambda file: file.stem
)
def test_every_registered_parameter_is_a_field_of_the_class(file):
    entry = yaml.safe_load(file.read_text())
    assert entry["class_name"] == f"source_declarative_manifest.components.{entry['name']}"
    fields = set(getattr(components, entry["name"]).__dataclass_fields__)
    missing = {parameter["name"] for parameter in entry["parameters"]} - fields
    assert not missing


@pytest.mark.parametrize("platform, secret", [("cellxpert", "api_key"), ("mexos", "password")])
def test_the_cdk_builds_the_spec_and_hides_the_secret(platform, secret):
    manifest = yaml.safe_load((ROOT / "connectors" / platform / "manifest.yaml").read_text())
    source = ConcurrentDeclarativeSource(
        config={}, catalog=None, state=None, source_config=manifest
    )
    spec = source.spec(logging.getLogger()).connectionSpecification
    secrets = [name for name, node in spec["properties"].items() if node.get("airbyte_secret")]
    assert secrets == [secret]
    assert {"base_url", secret, "tracker_login_id", "start_date"} <= set(spec["required"])
    assert spec["properties"]["loopback_days"]["default"] == 2
    assert {"recovery_dates", "gateway"} <= set(spec["properties"])


# ---- BodyRuleErrorHandler

RULES = [
    {"status": [200], "body_regex": "^Bad Key", "action": "FAIL", "failure_type": "config_error"},
    {"status": [200], "body_regex": r"(?s)^<r>.*</r>$", "action": "SUCCESS"},
    {"status": [200], "body_regex": "^<r>", "action": "RETRY", "failure_type": "transient_error"},
    {"status": [418], "action": "IGNORE"},
]


@pytest.mark.parametrize(
    "body, status, action, failure",
    [
        ("Bad Key", 200, "FAIL", "config_error"),
        ("<r>1</r>", 200, "SUCCESS", None),
        ("<r>1", 200, "RETRY", "transient_error"),
        ("", 418, "IGNORE", None),
        ("anything else", 200, "FAIL", "system_error"),
        ("anything else", 404, "FAIL", "system_error"),
        ("anything else", 429, "RATE_LIMITED", "transient_error"),
        ("anything else", 503, "RETRY", "transient_error"),
    ],
)
def test_the_first_rule_that_matches_decides(body, status, action, failure):
    resolution = handler(rules=RULES).interpret_response(answer(body, status))
    assert resolution.response_action == ResponseAction[action]
    assert (resolution.failure_type and resolution.failure_type.name) == failure


def test_a_byte_order_mark_does_not_hide_the_text():
    resolution = handler(rules=RULES).interpret_response(answer(b"\xef\xbb\xbfBad Key"))
    assert resolution.response_action == ResponseAction.FAIL


def test_a_request_without_answer_is_tried_again():
    resolution = handler(rules=RULES).interpret_response(requests.ConnectionError())
    assert resolution.response_action == ResponseAction.RETRY


@pytest.mark.parametrize("extractor", [xml(), headered(), JsonRecordExtractor({}, {}, ["rows"])])
def test_a_proof_of_emptiness_is_no_rows_for_every_extractor(extractor):
    response = answer("[]")
    proof = handler(empty_proof=[{"body_regex": r"^(\[\])?$"}])
    assert proof.interpret_response(response).response_action == ResponseAction.SUCCESS
    assert list(extractor.extract_records(response)) == []
    with pytest.raises(AirbyteTracedException):
        rows(extractor, "[]")


# ---- extractors


@pytest.mark.parametrize(
    "policy, expected",
    [
        ("number", {"a": "1", "a_2": "2", "a_3": "3"}),
        ("first", {"a": "1"}),
        ("last", {"a": "3"}),
        ("list", {"a": ["1", "2", "3"]}),
    ],
)
def test_a_tag_that_repeats_follows_the_policy(policy, expected):
    body = "<ResultSet><row><a>1</a><a>2</a><a>3</a></row></ResultSet>"
    assert rows(xml(duplicate_policy=policy), body) == [expected]


@pytest.mark.parametrize(
    "body, expected",
    [
        ("<ResultSet/>", []),
        ("<?xml version='1.0'?>\n<ResultSet>\n</ResultSet>", []),
        ("<ResultSet><row><a/><b> x </b></row></ResultSet>", [{"a": None, "b": "x"}]),
        ("<ResultSet><row/><other/></ResultSet>", [{}]),
        ("<ResultSet><row id='7'><a>1</a></row></ResultSet>", [{"@id": "7", "a": "1"}]),
        ("<ResultSet><row><a k='v'>t</a></row></ResultSet>", [{"a": {"@k": "v", "#text": "t"}}]),
        ("<ResultSet><row><x:a>&amp;</x:a></row></ResultSet>", [{"x:a": "&"}]),
        ("<ResultSet><row><row>in</row></row></ResultSet>", [{"row": "in"}]),
    ],
)
def test_xml_rows_have_the_shape_of_the_cdk(body, expected):
    assert rows(xml(), body) == expected


@pytest.mark.parametrize(
    "body",
    [
        "",
        "Bad Authentication Key",
        "<ResultSet><row>",
        "<html></html>",
        "<!DOCTYPE r [<!ENTITY a 'b'>]><ResultSet><row>&a;</row></ResultSet>",
        "<ResultSet>" + "<a>" * 70 + "</a>" * 70 + "</ResultSet>",
    ],
)
def test_xml_that_is_not_the_report_fails(body):
    with pytest.raises(AirbyteTracedException) as failure:
        rows(xml(), body)
    assert failure.value.failure_type.name == "system_error"


def test_the_envelope_keeps_the_row_under_its_key():
    body = '{"hasData": true, "data": {"headerTitles": ["Var 1"], "values": [{"data": ["x"]}]}}'
    assert rows(headered(envelope="data"), body) == [{"data": {"Var 1": "x"}}]
    assert rows(JsonRecordExtractor({}, {}, ["rows"], "data"), '{"rows":[{"a":1}]}') == [
        {"data": {"a": 1}}
    ]


@pytest.mark.parametrize(
    "document, expected",
    [
        ({"hasData": False, "data": None}, []),
        ({"hasData": True, "data": {"headerTitles": ["A"], "values": []}}, []),
        (
            {"hasData": True, "data": {"headerTitles": ["A", "A"], "values": [{"data": [1, "2"]}]}},
            [{"A": 1, "A_2": "2"}],
        ),
    ],
)
def test_positional_rows_get_their_titles(document, expected):
    assert rows(headered(), json.dumps(document)) == expected


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"hasData": "no"},
        {"hasData": True},
        {"hasData": True, "data": {"headerTitles": ["A"]}},
        {"hasData": True, "data": {"headerTitles": ["A"], "values": [{"data": [1, 2]}]}},
        {"hasData": True, "data": {"headerTitles": ["A"], "values": [{"other": [1]}]}},
    ],
)
def test_positional_rows_that_do_not_fit_fail(document):
    with pytest.raises(AirbyteTracedException):
        rows(headered(), json.dumps(document))


@pytest.mark.parametrize(
    "body", ["", "{", "[]", '{"rows": null}', '{"rows": [1]}', '{"other": []}']
)
def test_json_without_the_list_fails(body):
    with pytest.raises(AirbyteTracedException):
        rows(JsonRecordExtractor({}, {}, ["rows"]), body)


# ---- TemplateBodyRequester


def requester(**fields):
    return TemplateBodyRequester(
        name="s", config={"key": "101"}, parameters={}, url_base="http://127.0.0.1/", **fields
    )


def test_the_body_keeps_empty_members_and_texts_that_look_like_numbers():
    body = requester(
        body_template='{"a": "", "b": [{"type": "date", "v": "1"}], "n": 7, "k": ""}',
        patches=[{"path": ["k"], "value": "{{ config['key'] }}"}],
    ).get_request_body_json()
    assert body == {"a": "", "b": [{"type": "date", "v": "1"}], "n": 7, "k": "101"}


def test_a_patch_has_the_type_it_names_and_sees_slice_and_token():
    made = requester(
        body_template='{"day": "", "paging": {"offset": 0}, "on": false, "list": []}',
        patches=[
            {"path": ["day"], "value": "{{ stream_slice['date'] }}"},
            {
                "path": ["paging", "offset"],
                "value": "{{ next_page_token['next_page_token'] if next_page_token else 0 }}",
                "value_type": "integer",
            },
            {"path": ["on"], "value": "true", "value_type": "boolean"},
            {"path": ["list"], "value": "[1, 2]", "value_type": "json"},
        ],
    )
    body = made.get_request_body_json(
        stream_slice={"date": "2026-01-01"}, next_page_token={"next_page_token": 1000}
    )
    assert body == {"day": "2026-01-01", "paging": {"offset": 1000}, "on": True, "list": [1, 2]}
    assert made.get_request_body_json(stream_slice={"date": "x"})["paging"]["offset"] == 0


def test_a_patch_of_a_place_that_is_not_there_is_refused_at_once():
    with pytest.raises(KeyError):
        requester(body_template="{}", patches=[{"path": ["typo"], "value": "1"}])


def test_keep_empty_false_drops_empty_members_at_every_level():
    body = requester(
        body_template='{"a": "", "b": {"c": null, "d": 0}}', keep_empty=False
    ).get_request_body_json()
    assert body == {"b": {"d": 0}}


# ---- SessionLoginAuthenticator


def test_one_login_serves_until_the_session_is_refused(monkeypatch):
    calls = []

    def respond(method, url, headers=None, auth=None, timeout=None):
        calls.append((method, url, dict(headers or {}), auth))
        return answer(json.dumps({"data": {"value": f"token-{len(calls)}"}}))

    monkeypatch.setattr(components.requests, "request", respond)
    session = SessionLoginAuthenticator(
        url_base="http://host/base/",
        login={"path": "rest/login"},
        token_path=["data", "value"],
        header="X-Auth-Token",
        username="{{ config['user'] }}",
        password="007",
        config={"user": "u"},
        parameters={},
        post_login=[{"method": "PUT", "path": "rest/track"}],
    )
    request = requests.Request("GET", "http://host/").prepare()
    for _ in range(3):
        session(request)
    assert request.headers["X-Auth-Token"] == "token-1"
    assert calls == [
        ("GET", "http://host/base/rest/login", {}, ("u", "007")),
        ("PUT", "http://host/base/rest/track", {"X-Auth-Token": "token-1"}, None),
    ]
    refused = answer("", 401)
    refused.request = request
    for hook in request.hooks["response"]:
        hook(refused)
    session(request)
    assert request.headers["X-Auth-Token"] == "token-3"


@pytest.mark.parametrize(
    "body, status, failure",
    [
        ("", 401, "config_error"),
        ("", 503, "transient_error"),
        ("", 404, "config_error"),
        ("{}", 200, "config_error"),
        ("<html>", 200, "config_error"),
    ],
)
def test_a_login_that_gives_no_token_says_whose_move_it_is(monkeypatch, body, status, failure):
    monkeypatch.setattr(components.requests, "request", lambda *_, **__: answer(body, status))
    session = SessionLoginAuthenticator(
        url_base="http://host",
        login={"path": "login"},
        token_path=["data", "value"],
        header="X-Auth-Token",
        username="u",
        password="p",
        config={},
        parameters={},
    )
    with pytest.raises(AirbyteTracedException) as raised:
        _ = session.token
    assert raised.value.failure_type.name == failure
