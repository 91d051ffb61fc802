"""Components for affiliate platforms, for manifests that run in Airbyte and in Spike alike.

One file on purpose: the CDK takes custom code as a single module (`--components-path`, or
`__injected_components_py` in the configuration). The contract of each class, parameter by
parameter, is the registry in `connectors/components/`; the C engine implements the same.
"""

import copy
import json
import re
import threading
from dataclasses import InitVar, dataclass, field
from typing import Any, Callable, Dict, Iterable, List, Mapping, Optional, Sequence, Tuple, Union
from xml.parsers import expat

import requests
from airbyte_cdk.models import FailureType
from airbyte_cdk.sources.declarative.auth.declarative_authenticator import DeclarativeAuthenticator
from airbyte_cdk.sources.declarative.extractors.record_extractor import RecordExtractor
from airbyte_cdk.sources.declarative.interpolation import InterpolatedString
from airbyte_cdk.sources.declarative.requesters.error_handlers import DefaultErrorHandler
from airbyte_cdk.sources.declarative.requesters.http_requester import HttpRequester
from airbyte_cdk.sources.declarative.requesters.request_options import (
    InterpolatedRequestOptionsProvider,
)
from airbyte_cdk.sources.streams.http.error_handlers.response_models import (
    SUCCESS_RESOLUTION,
    ErrorResolution,
    ResponseAction,
)
from airbyte_cdk.utils import AirbyteTracedException
from airbyte_cdk.utils.mapping_helpers import get_interpolation_context

PROOF = "spike_empty_proof"
LOGIN_TIMEOUT_SECONDS = 60
MAX_XML_DEPTH = 64
DUPLICATE_POLICIES = ("number", "first", "last", "list")


def data_error(message: str) -> AirbyteTracedException:
    return AirbyteTracedException(
        message=message, internal_message=message, failure_type=FailureType.system_error
    )


def parse_json(response: requests.Response) -> Any:
    """The body as JSON, or a failure: an answer that cannot be read is never an empty one."""
    try:
        return json.loads(response.content)
    except ValueError as error:
        raise data_error("the answer is not JSON, or was cut short") from error


def walk(document: Any, path: Sequence[str]) -> Tuple[bool, Any]:
    """(found, value) at a path of object keys."""
    for key in path:
        if not isinstance(document, Mapping) or key not in document:
            return False, None
        document = document[key]
    return True, document


def put(row: Dict[str, Any], key: str, value: Any, policy: str) -> None:
    """Adds a column to a row; `policy` says what becomes of a name that is there already."""
    if key not in row or policy == "last":
        row[key] = value
    elif policy == "list":
        earlier = row[key]
        row[key] = earlier + [value] if isinstance(earlier, list) else [earlier, value]
    elif policy == "number":
        number = 2
        while f"{key}_{number}" in row:
            number += 1
        row[f"{key}_{number}"] = value


def check_policy(policy: str) -> None:
    if policy not in DUPLICATE_POLICIES:
        raise ValueError(f"duplicate_policy: {policy!r} is none of {', '.join(DUPLICATE_POLICIES)}")


def enveloped(rows: Iterable[Dict[str, Any]], key: Optional[str]) -> Iterable[Dict[str, Any]]:
    return ({key: row} for row in rows) if key else rows


# ---- error handling


@dataclass(frozen=True)
class BodyRule:
    """One entry of `rules`, `empty_proof` or `default`."""

    status: Tuple[int, ...]
    regex: Optional["re.Pattern[str]"]
    resolution: ErrorResolution

    @staticmethod
    def read(node: Mapping[str, Any], action: str) -> "BodyRule":
        regex = node.get("body_regex")
        failure = node.get("failure_type")
        return BodyRule(
            status=tuple(node.get("status") or ()),
            regex=re.compile(regex) if regex else None,
            resolution=ErrorResolution(
                response_action=ResponseAction[action],
                failure_type=FailureType[failure] if failure else None,
                error_message=node.get("message"),
            ),
        )

    def matches(self, status: int, text: str) -> bool:
        if self.status and status not in self.status:
            return False
        return self.regex is None or self.regex.search(text) is not None


@dataclass
class BodyRuleErrorHandler(DefaultErrorHandler):
    """Decides by the text of the body, because most platforms answer errors with HTTP 200.

    Order: `empty_proof`, `rules`, then every other 2xx answer gets `default` (FAIL). Answers that
    are not 2xx, and requests without answer, fall back to the CDK's own table.
    """

    rules: List[Mapping[str, str]] = field(default_factory=list)
    empty_proof: List[Mapping[str, str]] = field(default_factory=list)
    default: Optional[Mapping[str, str]] = None

    def __post_init__(self, parameters: Mapping[str, Any]) -> None:
        super().__post_init__(parameters)
        self._proofs = [BodyRule.read(node, "SUCCESS") for node in self.empty_proof]
        self._rules = [BodyRule.read(node, node["action"]) for node in self.rules]
        standard = {
            "action": "FAIL",
            "failure_type": "system_error",
            "message": "the platform's answer is not recognised",
            **(self.default or {}),
        }
        self._default = BodyRule.read(standard, standard["action"])

    def interpret_response(
        self, response_or_exception: Optional[Union[requests.Response, Exception]]
    ) -> ErrorResolution:
        if not isinstance(response_or_exception, requests.Response):
            return super().interpret_response(response_or_exception)
        response = response_or_exception
        # Not response.text: without a charset, requests takes text/html for ISO-8859-1.
        text = response.content.decode("utf-8-sig", "replace")
        for proof in self._proofs:
            if proof.matches(response.status_code, text):
                setattr(response, PROOF, True)
                return SUCCESS_RESOLUTION
        for rule in self._rules:
            if rule.matches(response.status_code, text):
                return rule.resolution
        return self._default.resolution if response.ok else super().interpret_response(response)


# ---- from body to records


class XmlTree:
    """Parses XML into rows as the CDK's XmlDecoder shapes them: an element with children or
    attributes is a dict, any other is its text or None. Names keep their prefix as written."""

    def __init__(self, path: Sequence[str], policy: str, attribute_prefix: str) -> None:
        self._path = list(path)
        self._policy = policy
        self._attribute_prefix = attribute_prefix
        self._names: List[str] = []
        self._open: List[Tuple[Dict[str, Any], List[str]]] = []
        self.rows: List[Any] = []
        self.root: Optional[str] = None

    def parse(self, body: bytes) -> None:
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.StartDoctypeDeclHandler = self._doctype
        try:
            parser.Parse(body, True)
        except expat.ExpatError as error:
            raise data_error(f"the answer is not well-formed XML: {error}") from error

    def _doctype(self, *_: Any) -> None:
        raise data_error("the answer declares a document type, which is not accepted")

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        self.root = self.root or name
        self._names.append(name)
        if len(self._names) > MAX_XML_DEPTH:
            raise data_error(f"the answer's XML is nested deeper than {MAX_XML_DEPTH} elements")
        if len(self._names) >= len(self._path) and self._names[: len(self._path)] == self._path:
            prefixed = {f"{self._attribute_prefix}{key}": attributes[key] for key in attributes}
            self._open.append((prefixed, []))

    def _text(self, text: str) -> None:
        if self._open:
            self._open[-1][1].append(text)

    def _end(self, name: str) -> None:
        if self._open:
            children, texts = self._open.pop()
            text = "".join(texts).strip()
            if children and text:
                children["#text"] = text
            value: Any = children or text or None
            if self._open:
                put(self._open[-1][0], name, value, self._policy)
            else:
                self.rows.append(value)
        self._names.pop()


@dataclass
class XmlRecordExtractor(RecordExtractor):
    """Every element at `record_path` is a record. The document must be well-formed and its root
    must be the path's first name: then no element there means no rows."""

    record_path: List[str]
    config: Mapping[str, Any]
    parameters: InitVar[Mapping[str, Any]]
    duplicate_policy: str = "number"
    attribute_prefix: str = "@"
    envelope: Optional[str] = None

    def __post_init__(self, parameters: Mapping[str, Any]) -> None:
        check_policy(self.duplicate_policy)

    def extract_records(self, response: requests.Response) -> Iterable[Dict[str, Any]]:
        if getattr(response, PROOF, False):
            return []
        tree = XmlTree(self.record_path, self.duplicate_policy, self.attribute_prefix)
        tree.parse(response.content)
        if tree.root != self.record_path[0]:
            raise data_error(f"the answer's root is <{tree.root}>, not <{self.record_path[0]}>")
        rows = [row if isinstance(row, dict) else {} for row in tree.rows]
        return enveloped(rows, self.envelope)


@dataclass
class JsonRecordExtractor(RecordExtractor):
    """Every object of the list at `record_path` is a record. The list must be there."""

    config: Mapping[str, Any]
    parameters: InitVar[Mapping[str, Any]]
    record_path: List[str] = field(default_factory=list)
    envelope: Optional[str] = None

    def extract_records(self, response: requests.Response) -> Iterable[Dict[str, Any]]:
        if getattr(response, PROOF, False):
            return []
        found, rows = walk(parse_json(response), self.record_path)
        where = ".".join(self.record_path) or "the top"
        if not found or not isinstance(rows, list):
            raise data_error(f"the answer has no list at {where}")
        if not all(isinstance(row, dict) for row in rows):
            raise data_error(f"the list at {where} holds something other than objects")
        return enveloped(rows, self.envelope)


@dataclass
class HeaderedRowsExtractor(RecordExtractor):
    """Positional rows under one list of titles, as report engines answer them."""

    header_path: List[str]
    rows_path: List[str]
    config: Mapping[str, Any]
    parameters: InitVar[Mapping[str, Any]]
    row_values_key: Optional[str] = None
    has_data_path: List[str] = field(default_factory=list)
    duplicate_policy: str = "number"
    envelope: Optional[str] = None

    def __post_init__(self, parameters: Mapping[str, Any]) -> None:
        check_policy(self.duplicate_policy)

    def extract_records(self, response: requests.Response) -> Iterable[Dict[str, Any]]:
        if getattr(response, PROOF, False):
            return []
        document = parse_json(response)
        if self.has_data_path:
            found, has_data = walk(document, self.has_data_path)
            if not found or not isinstance(has_data, bool):
                where = ".".join(self.has_data_path)
                raise data_error(f"the answer has no true or false at {where}")
            if not has_data:
                return []
        titles = self._list_at(document, self.header_path)
        rows = [self._row(titles, row) for row in self._list_at(document, self.rows_path)]
        return enveloped(rows, self.envelope)

    def _list_at(self, document: Any, path: Sequence[str]) -> List[Any]:
        found, value = walk(document, path)
        if not found or not isinstance(value, list):
            raise data_error(f"the answer has no list at {'.'.join(path)}")
        return value

    def _row(self, titles: List[Any], row: Any) -> Dict[str, Any]:
        values = walk(row, [self.row_values_key])[1] if self.row_values_key else row
        if not isinstance(values, list) or len(values) != len(titles):
            count = len(values) if isinstance(values, list) else "no"
            raise data_error(f"a row has {count} values under {len(titles)} titles")
        record: Dict[str, Any] = {}
        for title, value in zip(titles, values, strict=True):
            put(record, str(title), value, self.duplicate_policy)
        return record


# ---- requests

CASTS: Mapping[str, Callable[[str], Any]] = {
    "string": str,
    "integer": int,
    "number": float,
    "boolean": lambda text: text.strip().lower() not in ("", "false", "0", "none"),
    "json": json.loads,
}


def set_at(document: Any, path: Sequence[Union[str, int]], value: Any) -> None:
    """Replaces what stands at a path that must exist: a typing error must not add a member."""
    for key in path[:-1]:
        document = document[key]
    document[path[-1]]  # raises where the template has nothing there
    document[path[-1]] = value


def without_empty(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: without_empty(value) for key, value in node.items() if value not in ("", None)}
    if isinstance(node, list):
        return [without_empty(item) for item in node]
    return node


@dataclass
class TemplateBodyRequester(HttpRequester):
    """Sends a JSON body that is written out in the manifest, changed only at named places.

    The CDK's own interpolated bodies drop members that are "" and turn "101" into a number; report
    engines refuse both.
    """

    http_method: str = "POST"
    body_template: str = "{}"
    patches: List[Mapping[str, str]] = field(default_factory=list)
    keep_empty: bool = True
    request_headers: Optional[Mapping[str, str]] = None
    request_parameters: Optional[Mapping[str, str]] = None

    def __post_init__(self, parameters: Mapping[str, Any]) -> None:
        self.request_options_provider = InterpolatedRequestOptionsProvider(
            config=self.config,
            parameters=parameters,
            request_headers=self.request_headers,
            request_parameters=self.request_parameters,
        )
        super().__post_init__(parameters)
        self._template = json.loads(self.body_template)
        self._patches = []
        for patch in self.patches:
            value = InterpolatedString.create(str(patch["value"]), parameters=parameters)
            cast = CASTS[patch.get("value_type", "string")]
            set_at(copy.deepcopy(self._template), patch["path"], None)
            self._patches.append((patch["path"], value, cast))

    def get_request_body_json(
        self,
        *,
        stream_state: Optional[Mapping[str, Any]] = None,
        stream_slice: Optional[Any] = None,
        next_page_token: Optional[Mapping[str, Any]] = None,
    ) -> Mapping[str, Any]:
        context = get_interpolation_context(
            stream_slice=stream_slice, next_page_token=next_page_token
        )
        body = copy.deepcopy(self._template)
        for path, value, cast in self._patches:
            text = value.eval(self.config, valid_types=(str,), **context)
            set_at(body, path, cast("" if text is None else str(text)))
        return body if self.keep_empty else without_empty(body)


# ---- sessions


@dataclass
class SessionLoginAuthenticator(DeclarativeAuthenticator):
    """Logs in with HTTP Basic, takes a token from the answer, makes the follow-up calls a platform
    wants, and sends the token in a header. One session serves all threads; when the platform
    refuses it (`refused_status`), the next request logs in anew."""

    url_base: str
    login: Mapping[str, str]
    token_path: List[str]
    header: str
    username: str
    password: str
    config: Mapping[str, Any]
    parameters: InitVar[Mapping[str, Any]]
    post_login: List[Mapping[str, str]] = field(default_factory=list)
    request_headers: Optional[Mapping[str, str]] = None
    refused_status: List[int] = field(default_factory=lambda: [401])

    def __post_init__(self, parameters: Mapping[str, Any]) -> None:
        self._lock = threading.Lock()
        self._token: Optional[str] = None
        self._parameters = parameters

    @property
    def auth_header(self) -> str:
        return self.header

    @property
    def token(self) -> str:
        with self._lock:
            if self._token is None:
                self._token = self._log_in()
            return self._token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers[self.header] = self.token
        if self._forget_refused not in request.hooks["response"]:
            request.register_hook("response", self._forget_refused)
        return request

    def get_auth_header(self) -> Mapping[str, Any]:
        return {}  # __call__ sets it, for the first try and for each retry

    def _forget_refused(self, response: requests.Response, **_: Any) -> None:
        if response.status_code in self.refused_status:
            with self._lock:
                if response.request.headers.get(self.header) == self._token:
                    self._token = None

    def _text(self, template: str) -> str:
        value = InterpolatedString.create(template, parameters=self._parameters)
        return str(value.eval(self.config, valid_types=(str,)) or "")

    def _log_in(self) -> str:
        credentials = (self._text(self.username), self._text(self.password))
        answer = self._call(self.login, auth=credentials)
        try:
            found, token = walk(json.loads(answer.content), self.token_path)
        except ValueError:
            found, token = False, None
        if not found or not isinstance(token, str) or not token:
            raise self._failure("the answer to the login holds no token", FailureType.config_error)
        for call in self.post_login:
            self._call(call, headers={self.header: token})
        return token

    def _call(
        self, call: Mapping[str, str], headers: Optional[Dict[str, str]] = None, auth: Any = None
    ) -> requests.Response:
        url = f"{self._text(self.url_base).rstrip('/')}/{call['path'].lstrip('/')}"
        every = {name: self._text(value) for name, value in (self.request_headers or {}).items()}
        every = {name: value for name, value in every.items() if value}
        try:
            answer = requests.request(
                call.get("method", "GET"),
                url,
                headers={**every, **(headers or {})},
                auth=auth,
                timeout=LOGIN_TIMEOUT_SECONDS,
            )
        except requests.RequestException as error:
            what = f"no answer to the login ({type(error).__name__})"
            raise self._failure(what, FailureType.transient_error) from error
        if answer.status_code in (401, 403):
            what = "the platform refuses the user name or the password"
            raise self._failure(what, FailureType.config_error)
        if not answer.ok:
            transient = answer.status_code == 429 or answer.status_code >= 500
            kind = FailureType.transient_error if transient else FailureType.config_error
            raise self._failure(f"the login was answered with HTTP {answer.status_code}", kind)
        return answer

    def _failure(self, message: str, kind: FailureType) -> AirbyteTracedException:
        return AirbyteTracedException(message=message, internal_message=message, failure_type=kind)
