"""Every component of the CDK's schema and each of its properties is known to the tables of properties."""

import json
import os
import subprocess

import pytest

cdk = pytest.importorskip("airbyte_cdk.sources.declarative.concurrent_declarative_source")

SPIKE = os.environ.get("SPIKE", "build/spike")
ELSEWHERE = {  # read by hand, in the files named
    "Spec": "manifest/spec.c, config/rules.c",
    "ConditionalStreams": "stream/nodes.c",
    "BlockSimultaneousSyncsAction": "stream/groups.c",
    "SessionTokenRequestApiKeyAuthenticator": "auth/session_token.c",
    "SessionTokenRequestBearerAuthenticator": "auth/session_token.c",
    "RequestBodyPlainText": "requester/request_body.c",
    "RequestBodyUrlEncodedForm": "requester/request_body.c",
    "RequestBodyJsonObject": "requester/request_body.c",
    "RequestBodyGraphQL": "requester/request_body.c",
    "DeclarativeStream.transformations": "selector/record_selector.c",
}


def test_no_property_of_the_schema_is_unknown():
    listed = subprocess.run(
        [SPIKE, "connector", "components", "--json"], capture_output=True, check=True
    )
    ours = {c["type"]: {p["name"] for p in c["properties"]} for c in json.loads(listed.stdout)}
    unknown = []
    for name, definition in cdk.get_declarative_component_schema()["definitions"].items():
        properties = definition.get("properties", {})
        if name.startswith("Custom") or ("type" not in properties and name not in ours):
            continue
        if name not in ours:
            unknown.append(name)
            continue
        missing = set(properties) - ours[name] - {"type", "$parameters"}
        unknown += [f"{name}.{one}" for one in sorted(missing)]
    assert sorted(unknown) == sorted(ELSEWHERE)
