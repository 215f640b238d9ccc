"""`sapwood tools gpu`: the devices with their memory; what it cannot do it says in a sentence."""

from sapwood.cli import run as run_here


def test_the_devices_are_listed_with_their_memory(run):
    shown = run("tools", "gpu", "--json")
    assert shown.code == 0, shown.err
    (*_, cpu), models = shown.json()["devices"], shown.json()["models"]
    assert (cpu["device"], models) == ("cpu", [])
    assert "cpu" in run("tools", "gpu").out


def test_without_torch_it_says_what_brings_it(monkeypatch, capsys):
    monkeypatch.setattr("sapwood.dependencies.missing", lambda *_: ["torch"])
    assert run_here(["tools", "gpu"]) == 1
    assert "scripts/quickstart" in capsys.readouterr().err


def test_code_that_is_too_little_to_train_on_is_refused(run, indexed):
    shown = run("tools", "gpu", "--auto", "--model", "tree-lstm", cwd=indexed)
    assert (shown.code, "index more code" in shown.err) == (2, True), shown.err


def test_a_workspace_that_is_named_must_be_there(run, tmp_path):
    shown = run("tools", "gpu", "--auto", "--workspace", tmp_path)
    assert (shown.code, "sapwood index" in shown.err) == (1, True), shown.err
