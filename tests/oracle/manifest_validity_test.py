"""Which manifests are valid: those of the scenarios, each with something changed, against the CDK's own judgement."""

import copy
import json
import os
import random
import subprocess

import pytest

cdk = pytest.importorskip("airbyte_cdk.sources.declarative.concurrent_declarative_source")
from airbyte_cdk.sources.declarative.parsers.manifest_component_transformer import (  # noqa: E402
    ManifestComponentTransformer,
)
from airbyte_cdk.sources.declarative.parsers.manifest_reference_resolver import (  # noqa: E402
    ManifestReferenceResolver,
)
from scenarios import SCENARIOS  # noqa: E402

SPIKE = os.environ.get("SPIKE", "build/spike")
SCHEMA = cdk.get_declarative_component_schema()
MARK = "spike connector lint"  # of what the validation says
VALUES = [None, 5, "text", True, [], {}, {"type": "Nothing"}, ["a"], [5], 1.5, {"type": "NoAuth"}]


def places(node, path=()):
    """Every place of a tree, as the keys that lead there."""
    items = node.items() if isinstance(node, dict) else enumerate(node)
    for key, value in items:
        yield (*path, key)
        if isinstance(value, (dict, list)):
            yield from places(value, (*path, key))


def mutated(manifest, draw):
    made = copy.deepcopy(manifest)
    path = draw.choice([p for p in places(made) if len(p) > 1 or p[0] not in ("spec", "type")])
    holder = made
    for key in path[:-1]:
        holder = holder[key]
    if draw.random() < 0.3:
        del holder[path[-1]]
    elif draw.random() < 0.1 and isinstance(holder, dict):
        holder["unknown"] = 1
    else:
        holder[path[-1]] = draw.choice(VALUES)
    return made, path


def is_valid(manifest):
    """As the CDK says; None where it fails before."""
    try:
        resolved = ManifestReferenceResolver().preprocess_manifest(
            {"type": "DeclarativeSource", **copy.deepcopy(manifest)}
        )
        whole = ManifestComponentTransformer().propagate_types_and_parameters("", resolved, {})
        cdk.validate_manifest(whole, SCHEMA)
    except cdk.ValidationError:
        return False
    except Exception:
        return None
    return True


def engine_says(manifest, tmp_path):
    (tmp_path / "m.yaml").write_text(json.dumps(manifest))
    (tmp_path / "c.json").write_text('{"base": "http://127.0.0.1:1"}')
    command = [SPIKE, "source", "--manifest", str(tmp_path / "m.yaml"), "discover"]
    done = subprocess.run(
        [*command, "--config", str(tmp_path / "c.json")], capture_output=True, text=True, timeout=60
    )
    assert done.returncode >= 0, done.stderr
    return MARK not in done.stdout, done.stdout


@pytest.mark.parametrize("seed", range(6))
def test_a_changed_manifest_is_judged_as_the_cdk_does(seed, tmp_path):
    draw = random.Random(seed)
    judged = 0
    texts = [json.dumps(s.manifest) for s in SCENARIOS]
    manifests = [json.loads(t) for t in texts if "Dynamic" not in t]  # discover would ask a server
    while judged < 25:
        made, path = mutated(draw.choice(manifests), draw)
        valid = is_valid(made)
        if valid is None or not isinstance(made.get("spec"), (dict, type(None))):
            continue
        judged += 1
        accepted, said = engine_says(made, tmp_path)
        assert accepted == valid, (path, said[-600:])
