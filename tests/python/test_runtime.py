"""The embedding host gets JSON whatever happens, and nothing is printed."""

import json
import sys

import pytest

from sapwood import _core, runtime


def handle(request, on_event=None):
    text = request if isinstance(request, str) else json.dumps(request)
    return json.loads(runtime.Runtime().handle(text, on_event))


def test_ping_tells_who_answers(capfd):
    reply = handle({"method": "ping", "params": {}})["ok"]
    assert reply == {
        "version": _core.__version__,
        "python": ".".join(map(str, sys.version_info[:3])),
        "executable": sys.executable,
    }
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("request_", "named"),
    [
        ("{", "JSON"),
        ("[]", "request"),
        ({"method": "dance", "params": {}}, "dance"),
        ({"method": "train", "params": {"workspace": "w", "model": "tree-lstm", "epoch": 3}}, "epoch"),
        ({"method": "train", "params": {"workspace": "w", "model": "bert"}}, "model"),
        ({"method": "embed", "params": {"workspace": "w", "model": "structure", "items": [{"id": 1}]}}, "items.0"),
    ],
)
def test_a_wrong_request_is_an_error_that_names_the_place(request_, named, capfd):
    error = handle(request_)["error"]
    assert error["code"] == "bad_input"
    assert named in error["message"]
    assert "Traceback" in error["traceback"]
    assert capfd.readouterr() == ("", "")


def test_a_missing_workspace_has_its_code(tmp_path):
    request = {"method": "embed", "params": {"workspace": str(tmp_path), "model": "structure", "items": []}}
    assert handle(request)["error"]["code"] == "no_workspace"


def test_embed_answers_each_item(indexed):
    items = [{"id": "a", "code": "x = 1"}, {"id": "b", "code": "("}, {"id": "c", "code": "y", "language": "klingon"}]
    request = {"method": "embed", "params": {"workspace": str(indexed), "model": "structure", "items": items}}
    first, second, third = handle(request)["ok"]["items"]
    assert (first["id"], len(first["vector"]), first["version"]) == ("a", 4096, None)
    assert [second["error"]["code"], third["error"]["code"]] == ["syntax", "unknown_language"]


@pytest.mark.parametrize("method", ["embed", "analyze"])
def test_no_version_at_all_says_how_to_make_one(indexed, method):
    params = {"workspace": str(indexed), "items": []} | ({"model": "graphsage"} if method == "embed" else {})
    error = handle({"method": method, "params": params})["error"]
    assert error["code"] == "no_model"
    assert "sapwood train" in error["message"]


def test_a_wrong_setting_of_a_training_run_is_named(indexed):
    params = {"workspace": str(indexed), "model": "tree-lstm", "overrides": ["tree_lstm.epoch=3"]}
    error = handle({"method": "train", "params": params})["error"]
    assert (error["code"], "tree_lstm.epochs" in error["message"]) == ("bad_config", True)
