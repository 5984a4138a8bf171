"""Twilio's own description of its interface, as a judge of requests and answers, and as a mock that answers with its own examples."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jsonschema_rs

FILE = Path(__file__).parents[1] / "data" / "twilio" / "messages.json"
SHA256 = "9278b5228a2bd5654cd5f9364b615e5477ffdc87f80e16ef34c9572a66b56ec7"
PATH = "/2010-04-01/Accounts/{AccountSid}/Messages.json"


def load() -> dict[str, Any]:
    """The description, which nobody may have touched."""
    content = FILE.read_bytes()
    assert hashlib.sha256(content).hexdigest() == SHA256
    found: dict[str, Any] = json.loads(content)
    return found


class Description:
    def __init__(self) -> None:
        self._document = load()
        self._operations = self._document["paths"][PATH]
        form = self._operations["post"]["requestBody"]["content"]["application/x-www-form-urlencoded"]["schema"]
        self._form = form
        self._requests = self._validator(form | {"additionalProperties": False})
        self._query = {
            one["name"]: one["schema"] for one in self._operations["get"]["parameters"] if one["in"] == "query"
        }
        self._answers = {
            "post": self._validator(self._schema("post", "201")),
            "get": self._validator(self._schema("get", "200")),
        }

    def judge_address(self, path: str) -> bool:
        account = next(one for one in self._operations["post"]["parameters"] if one["name"] == "AccountSid")["schema"]
        found = re.fullmatch(re.escape(PATH).replace(re.escape("{AccountSid}"), "([^/]+)"), path)
        return bool(found) and self._validator(account).is_valid(found[1] if found else "")

    def judge_form(self, fields: Mapping[str, str]) -> list[str]:
        """What is wrong with a request to send."""
        values = {name: _typed(value, self._form["properties"].get(name, {})) for name, value in fields.items()}
        return [error.message for error in self._requests.iter_errors(values)]

    def judge_query(self, fields: Mapping[str, str]) -> list[str]:
        """What is wrong with a request for the list."""
        wrong = [f"{name} is no parameter" for name in fields if name not in self._query]
        for name, value in fields.items():
            schema = self._query.get(name, {})
            wrong += [error.message for error in self._validator(schema).iter_errors(_typed(value, schema))]
        return wrong

    def judge_answer(self, operation: str, answer: Any) -> list[str]:
        return [error.message for error in self._answers[operation].iter_errors(answer)]

    def example(self, operation: str, status: str) -> dict[str, Any]:
        """The first example that the description gives."""
        examples = self._operations[operation]["responses"][status]["content"]["application/json"]["examples"]
        found: dict[str, Any] = next(iter(examples.values()))["value"]
        return found

    def _schema(self, operation: str, status: str) -> dict[str, Any]:
        found: dict[str, Any] = self._operations[operation]["responses"][status]["content"]["application/json"][
            "schema"
        ]
        return found

    def _validator(self, schema: Mapping[str, Any]) -> Any:
        """OpenAPI 3.0 says `nullable` where a JSON schema lists a type more."""
        whole = {**schema, "components": self._document["components"]}
        return jsonschema_rs.Draft7Validator(_plain(whole))


def _plain(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_plain(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    plain = {name: _plain(one) for name, one in schema.items() if name not in {"nullable", "example", "examples"}}
    if schema.get("nullable") and "type" in plain:
        plain["type"] = [plain["type"], "null"]
    elif schema.get("nullable"):
        plain = {"anyOf": [plain, {"type": "null"}]}
    return plain


def _typed(value: str, schema: Mapping[str, Any]) -> Any:
    """A form's text as what the description says that it is."""
    kind = schema.get("type")
    if kind == "integer" and re.fullmatch(r"-?\d+", value):
        return int(value)
    if kind == "boolean" and value in ("true", "false"):
        return value == "true"
    if kind == "array":
        return [value]
    return value
