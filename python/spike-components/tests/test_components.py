"""What the registry (connectors/components) promises, without a network."""

import json
import logging

import pytest
import requests
import xmltodict
import yaml
from airbyte_cdk.sources.declarative.concurrent_declarative_source import (
    ConcurrentDeclarativeSource,
)
from airbyte_cdk.sources.streams.http.error_handlers.response_models import ResponseAction
from airbyte_cdk.utils import AirbyteTracedException
from conftest import ROOT

from spike_components import components
from spike_components.components import BodyRuleErrorHandler, SessionLoginAuthenticator


def answer(body, status=200):
    response = requests.Response()
    response.status_code = status
    response._content = body if isinstance(body, bytes) else body.encode()
    response.headers["Content-Type"] = "text/html"
    return response


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


# ---- the golden cases, which the C engine's components must pass too


def cases(name):
    return list(read_cases(name))


def read_cases(name):
    file = ROOT / "connectors/components/cases" / f"{name}.json"
    document = json.loads(file.read_text())
    for case in document["cases"]:
        yield pytest.param({"parameters": document["parameters"], **case}, id=case["name"])


def build(name, case, /, **more):
    config = case.get("config", {})
    return getattr(components, name)(config=config, parameters={}, **case["parameters"], **more)


@pytest.mark.parametrize("case", cases("body_rule_error_handler"))
def test_the_error_handler_decides(case):
    response = answer(case["body"], case["status"])
    resolution = build("BodyRuleErrorHandler", case).interpret_response(response)
    assert resolution.response_action == ResponseAction[case["action"]]
    failure = resolution.failure_type and resolution.failure_type.name
    assert failure == case.get("failure_type")
    if "message" in case:
        assert resolution.error_message == case["message"]
    assert getattr(response, components.PROOF, False) == case.get("proof", False)


EXTRACTORS = {
    "XmlRecordExtractor": "xml_record_extractor",
    "JsonRecordExtractor": "json_record_extractor",
    "HeaderedRowsExtractor": "headered_rows_extractor",
}


@pytest.mark.parametrize(
    "name, case",
    [
        pytest.param(name, *case.values, id=f"{name}: {case.id}")
        for name, file in EXTRACTORS.items()
        for case in cases(file)
    ],
)
def test_an_extractor_gives_the_records_or_fails(name, case):
    extractor = build(name, case)
    if "records" in case:
        assert list(extractor.extract_records(answer(case["body"]))) == case["records"]
        return
    with pytest.raises(AirbyteTracedException) as failure:
        list(extractor.extract_records(answer(case["body"])))
    assert failure.value.failure_type.name == case["failure_type"]


def by_xmltodict(body, path):
    """The rows as the CDK's XmlDecoder, which is xmltodict, and a DpathExtractor give them."""
    found = [xmltodict.parse(body)]
    for key in path:
        values = [node.get(key) for node in found if isinstance(node, dict) and key in node]
        found = [one for value in values for one in (value if isinstance(value, list) else [value])]
    return [row or {} for row in found]


def comparable(param):
    """Not a failure, and no prefix of attributes that xmltodict does not have."""
    case = param.values[0]
    return "records" in case and "attribute_prefix" not in case["parameters"]


@pytest.mark.parametrize("case", list(filter(comparable, cases("xml_record_extractor"))))
def test_xml_rows_have_the_shape_that_xmltodict_gives(case):
    parameters = {**case["parameters"], "duplicate_policy": "list"}
    parameters.pop("envelope", None)
    extractor = build("XmlRecordExtractor", {"parameters": parameters})
    expected = by_xmltodict(case["body"], parameters["record_path"])
    assert list(extractor.extract_records(answer(case["body"]))) == expected


@pytest.mark.parametrize("case", cases("template_body_requester"))
def test_the_requester_makes_the_body(case):
    def make():
        return build("TemplateBodyRequester", case, name="s", url_base="http://127.0.0.1/")

    if case.get("refused"):
        with pytest.raises((KeyError, IndexError, ValueError)):
            make()
        return
    body = make().get_request_body_json(
        stream_slice=case.get("stream_slice"), next_page_token=case.get("next_page_token")
    )
    assert json.dumps(body) == json.dumps(case["request_body"])


@pytest.mark.parametrize("name", EXTRACTORS)
def test_a_proof_of_emptiness_is_no_rows_for_every_extractor(name):
    case = next(iter(cases(EXTRACTORS[name]))).values[0]
    response = answer("nothing that could be read")
    handler = BodyRuleErrorHandler(
        config={}, parameters={}, empty_proof=[{"body_regex": "^nothing"}]
    )
    assert handler.interpret_response(response).response_action == ResponseAction.SUCCESS
    assert list(build(name, case).extract_records(response)) == []


def test_a_request_without_answer_is_tried_again():
    handler = BodyRuleErrorHandler(config={}, parameters={})
    resolution = handler.interpret_response(requests.ConnectionError())
    assert resolution.response_action == ResponseAction.RETRY


@pytest.mark.parametrize("name", ["XmlRecordExtractor", "HeaderedRowsExtractor"])
def test_an_unknown_policy_is_refused_at_once(name):
    case = next(iter(cases(EXTRACTORS[name]))).values[0]
    with pytest.raises(ValueError, match="duplicate_policy"):
        build(name, case, duplicate_policy="newest")


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
