"""Steers random requests to what there is: a model that answers, and time enough to do so."""

import atexit
import collections
import json
import os
import pathlib

import jsonschema_rs
import schemathesis
import yaml

DOCUMENT = yaml.safe_load(pathlib.Path(os.environ["OPENAPI"]).read_text(encoding="utf-8"))

MODEL = "tiny:1m"
ASKED_FOR = {"/api/show", "/api/generate", "/api/chat", "/api/embed", "/api/embeddings", "/api/tokenize", "/api/detokenize"}
PATIENCE = 60  # seconds; a deadline that cannot be met is refused with 504, as documented, and is not what is tested
ANSWERED = collections.Counter()


@schemathesis.hook
def after_call(context, case, response):
    """Counts what came to something: a run in which every request is refused would test little."""
    if response.status_code < 300:
        ANSWERED[f"{case.method} {case.operation.path}"] += 1


@atexit.register
def say_what_was_answered():
    print("answered:", ", ".join(f"{route} {count} times" for route, count in sorted(ANSWERED.items())))


@schemathesis.hook
def map_body(context, body):
    if context.operation.path == "/api/delete":
        return "nobody" if "tiny" in str(body).lower() else body  # names seen in replies are tried, too
    if context.operation.path == "/api/create" and isinstance(body, dict):
        body["model"] = "made:" + str(len(str(body)) % 8) if "tiny" in str(body.get("model")) else body.get("model")
        # A model that is not there would be looked for far away; every eighth request starts from none.
        body["from"] = MODEL if len(str(body)) % 8 else ""
        # Each of these makes nearly every request one that is refused: no such file was sent, the model is quantised.
        for field in ("files", "adapters", "quantize", "template"):
            if len(str(body)) % 4:
                body.pop(field, None)
        return body
    if not isinstance(body, dict) or context.operation.path not in ASKED_FOR | {"/api/copy"}:
        return body
    name = "source" if context.operation.path == "/api/copy" else "model"
    # Most random names are nobody's; every eighth stays, so that unknown models are asked for, too.
    if isinstance(body.get(name), str) and len(body[name]) % 8 != 7:
        body[name] = MODEL
    if isinstance(body.get("images"), (str, list)) and len(body["images"]) % 8:
        del body["images"]  # no model here sees, so each would be refused
    for field, least in (("deadline", PATIENCE), ("deadline_ms", 1000 * PATIENCE)):
        value = body.get(field)
        if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 < value < least:
            body[field] = value + least
        elif isinstance(value, str) and value.endswith(("ms", "s")):
            body[field] = "60s"
    return body


def judge(path):
    """The document's schema for a line of an answer in pieces."""
    operation = DOCUMENT["paths"][path]["post"]
    schema = operation["responses"]["200"]["content"]["application/x-ndjson"]["schema"]
    return jsonschema_rs.Draft202012Validator({**schema, "components": DOCUMENT["components"]})


PROGRESS = {"/api/create"}
JUDGES = {path: judge(path) for path in {"/api/generate", "/api/chat"} | PROGRESS}


@schemathesis.check
def every_line_is_as_documented(ctx, response, case):
    """Schemathesis judges whole bodies; an answer in pieces is many, and ends with one that says so."""
    kind = response.headers.get("content-type", [""])[0]
    if not kind.startswith("application/x-ndjson"):
        return
    lines = [json.loads(line) for line in response.content.splitlines()]
    for line in lines:
        JUDGES[case.operation.path].validate(line)
    if case.operation.path in PROGRESS:
        assert lines[-1].get("status") == "success" or "error" in lines[-1], "the last line does not end the answer"
        return
    assert all(not line.get("done", True) for line in lines[:-1]), "a line before the last ends the answer"
    assert lines[-1].get("done", False) or "error" in lines[-1], "the last line does not end the answer"
