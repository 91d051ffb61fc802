"""Faults of a manifest itself: what is asked nevertheless, and who is blamed."""

import copy

from .parts import Scenario, lists, option, parents, requester, rows, scenario, source, stream


def broken(manifest, op="read", **extra):
    return Scenario(manifest, lambda r: rows(1), op=op, asks_nothing=True, **extra)


def without(node, *path):
    made = copy.deepcopy(node)
    holder = made
    for key in path[:-1]:
        holder = holder[key]
    del holder[path[-1]]
    return made


@scenario
def a_reference_that_leads_nowhere_is_the_connectors_fault():
    return broken(source({"$ref": "#/definitions/nothing", "name": "items"}))


@scenario
def a_reference_to_itself_is_the_connectors_fault():
    loop = {"loop": {"requester": {"$ref": "#/definitions/loop"}}}
    made = stream(retriever={"requester": {"$ref": "#/definitions/loop"}})
    return broken(source(made, definitions=loop))


@scenario
def a_reference_that_leads_nowhere_fails_a_discover():
    return broken(source({"$ref": "#/definitions/nothing", "name": "items"}), "discover")


@scenario
def an_invalid_manifest_fails_a_check_without_an_answer():
    return broken(source(without(stream(), "retriever", "requester", "url_base")), "check")


@scenario
def a_field_that_is_missing_fails_a_read():
    return broken(source(without(stream(), "retriever", "record_selector")))


@scenario
def a_field_that_is_missing_fails_a_discover():
    return broken(source(without(stream(), "retriever", "record_selector")), "discover")


@scenario
def a_manifest_without_version_is_invalid():
    return broken(without(source(stream()), "version"))


@scenario
def a_manifest_without_check_is_invalid():
    return broken(without(source(stream()), "check"), "check")


@scenario
def a_version_that_is_no_text_is_invalid():
    return broken(source(stream(), version=6))


@scenario
def a_version_of_a_later_day_is_read():
    return Scenario(source(stream(), version="99.1.0"), lambda r: rows(2))


@scenario
def a_version_that_is_no_version_is_read():
    return Scenario(source(stream(), version="soon"), lambda r: rows(2))


@scenario
def a_request_option_without_a_place_is_the_connectors_fault():
    router = lists(["a"])
    del router["request_option"]["field_name"]
    return broken(source(stream(router=router)))


@scenario
def a_request_option_without_a_place_fails_a_discover():
    router = lists(["a"])
    del router["request_option"]["field_name"]
    return broken(source(stream(router=router)), "discover")


@scenario
def a_request_option_without_a_place_is_an_answer_of_a_check():
    router = lists(["a"])
    del router["request_option"]["field_name"]
    return broken(source(stream(router=router)), "check")


@scenario
def a_page_size_that_nothing_has_is_the_connectors_fault():
    page = {
        "type": "DefaultPaginator",
        "pagination_strategy": {"type": "PageIncrement"},
        "page_size_option": option("size"),
        "page_token_option": option("page"),
    }
    return broken(source(stream(page=page)), "discover")


@scenario
def a_login_that_lacks_its_parts_is_the_connectors_fault():
    login = {"type": "OAuthAuthenticator", "token_refresh_endpoint": "{{ config['base'] }}/token"}
    return broken(source(stream(request=requester("/items", authenticator=login))), "discover")


@scenario
def a_choice_that_the_config_does_not_make_is_the_connectors_fault():
    login = {
        "type": "SelectiveAuthenticator",
        "authenticator_selection_path": ["kind"],
        "authenticators": {"none": {"type": "NoAuth"}},
    }
    return broken(source(stream(request=requester("/items", authenticator=login))), "discover")


@scenario
def combined_extractors_of_a_stream_that_is_read_once_are_a_config_error():
    made = stream(decoder={"type": "JsonlDecoder"})
    made["retriever"]["record_selector"]["extractor"] = {
        "type": "CombinedExtractor",
        "extractors": [{"type": "DpathExtractor", "field_path": ["a"]}],
    }
    return broken(source(made), "discover")


@scenario
def a_manifest_takes_no_parameters_itself():
    return broken(source(stream(), **{"$parameters": {"where": "there"}}))


@scenario
def a_parameter_fills_what_is_empty():
    made = stream(**{"$parameters": {"primary_key": "other", "path": "/from"}})
    made["primary_key"] = ""
    made["retriever"]["requester"]["path"] = ""
    return Scenario(source(made), lambda r: rows(1, path=r.path))


@scenario
def a_parameter_of_a_fields_name_is_for_the_other_fields():
    made = stream(**{"$parameters": {"retriever": "r", "schema_loader": ""}})
    made["retriever"]["requester"]["request_parameters"] = {
        "r": "{{ parameters.get('retriever', 'none') }}",
        "s": "{{ parameters.get('schema_loader', 'none') }}",
    }
    made["transformations"] = [
        {
            "type": "AddFields",
            "fields": [
                {
                    "type": "AddedFieldDefinition",
                    "path": [name],
                    "value": "{{ parameters.get('%s', 'none') }}" % name,
                }
                for name in ("retriever", "schema_loader")
            ],
        }
    ]
    return Scenario(source(made), lambda r: rows(1))


@scenario
def types_that_are_left_out():
    made = stream()
    made["retriever"].pop("type")
    made["retriever"]["requester"].pop("type")
    made["retriever"]["record_selector"].pop("type")
    made["retriever"]["record_selector"]["extractor"].pop("type")
    made.pop("type")
    router = parents(stream("tops"))
    for node in (router["parent_stream_configs"][0], router["parent_stream_configs"][0]["stream"]):
        node.pop("type")
    made["retriever"]["partition_router"] = router
    made["retriever"]["requester"]["path"] = "/of/{{ stream_partition.parent }}"
    whole = source(made)
    whole.pop("type")
    whole["check"].pop("type")
    whole["spec"].pop("type")
    return Scenario(whole, lambda r: rows(2))


@scenario
def integers_beyond_64_bits_in_a_changed_record():
    adds = {
        "type": "AddFields",
        "fields": [
            {"type": "AddedFieldDefinition", "path": ["copy"], "value": "{{ record['id'] }}"},
            {"type": "AddedFieldDefinition", "path": ["more"], "value": "{{ record['id'] + 1 }}"},
            {"type": "AddedFieldDefinition", "path": ["c1"], "value": "{{ record['c'] }}"},
        ],
    }
    body = '[{"id": 18446744073709551616, "c": 18446744073709551615}]'
    return Scenario(source(stream(transformations=[adds])), lambda r: body)
