"""The call-graph fixtures in languages other than Python have the form that their README gives them."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from callgraph.judge import edges_of, projects

ROOT = Path(__file__).parents[2] / "fixtures" / "callgraph"
SUFFIXES = {
    "javascript": {".js"},
    "typescript": {".ts", ".tsx"},
    "rust": {".rs"},
    "go": {".go"},
    "java": {".java"},
    "c": {".c", ".h"},
    "cpp": {".cpp", ".hpp"},
}
OTHER_FILES = {"Cargo.toml", "expected.json", "go.mod", "package.json", "tsconfig.json"}
# Files that have the name of their folder.
FOLDER_FILES = {"index", "lib", "mod"}
FIELDS = {"note", "calls", "candidates", "external"}
LEAST = 30
# Names that the README gives to what has none in the source.
GIVEN_NAMES = re.compile(r"<(lambda|class)\d+>|default")


def sources(language, project):
    return sorted(path for path in project.rglob("*") if path.suffix in SUFFIXES[language])


def module_name(path, project):
    parts = path.relative_to(project).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] in FOLDER_FILES and len(parts) > 1 else parts)


def texts_by_module(language, project):
    """Return the text behind each module's name; a header and its source share one."""
    texts = {}
    for path in sources(language, project):
        name = module_name(path, project)
        texts[name] = texts.get(name, "") + path.read_text(encoding="utf-8")
    return texts


def is_defined(name, texts):
    """Say whether the longest module that begins the name has its other parts as words."""
    modules = [module for module in texts if name == module or name.startswith(module + ".")]
    if not modules:
        return False
    module = max(modules, key=len)
    rest = name[len(module) :].strip(".")
    parts = [part for part in rest.split(".") if part and not GIVEN_NAMES.fullmatch(part)]
    return all(re.search(rf"(?<!\w){re.escape(part)}(?!\w)", texts[module]) for part in parts)


def faults(language, project):
    """Return a sentence for each thing that is wrong with a project."""
    expected = json.loads((project / "expected.json").read_text(encoding="utf-8"))
    texts = texts_by_module(language, project)
    calls, candidates = edges_of(expected["calls"]), edges_of(expected.get("candidates", {}))
    names = {name for edge in calls for name in edge} | set(expected.get("external", {}))
    strangers = [path for path in project.rglob("*") if path.is_file() and path.name not in OTHER_FILES]
    return [
        *(["unknown fields"] if not {"note", "calls"} <= set(expected) <= FIELDS else []),
        *(["the note is no sentence"] if not re.fullmatch(r"\S[^\n]*\.", expected["note"]) else []),
        *(["no source"] if not texts else []),
        *(["no edge"] if not calls else []),
        *(f"{path.name} is of another language" for path in strangers if path.suffix not in SUFFIXES[language]),
        *(f"{name} stands in no file" for name in sorted(names) if not is_defined(name, texts)),
        *(f"candidate {edge} is not among the calls" for edge in sorted(candidates - calls)),
        *(
            f"{caller} has not several candidates"
            for caller, to in expected.get("candidates", {}).items()
            if len(to) < 2
        ),
    ]


@pytest.mark.parametrize("language", SUFFIXES)
def test_every_language_has_enough_projects(language):
    assert len(projects(ROOT / language)) >= LEAST


@pytest.mark.parametrize("language", SUFFIXES)
def test_every_project_is_well_formed(language):
    found = {project.relative_to(ROOT).as_posix(): faults(language, project) for project in projects(ROOT / language)}
    assert {project: wrong for project, wrong in found.items() if wrong} == {}


def test_a_name_that_stands_nowhere_is_found():
    texts = {"src": "fn run() {}", "src.net": "impl Client { fn fetch() {} }"}
    assert is_defined("src.net.Client.fetch", texts)
    assert is_defined("src.run.<lambda1>", texts)
    assert not is_defined("src.net.Client.run", texts)
    assert not is_defined("app.run", texts)


@pytest.mark.skipif(shutil.which("cc") is None, reason="there is no C compiler")
def test_c_projects_compile():
    for project in projects(ROOT / "c"):
        files = [str(path) for path in sources("c", project) if path.suffix == ".c"]
        command = [
            "cc",
            "-std=c17",
            "-fsyntax-only",
            "-Wall",
            "-Wno-unused-function",
            "-Werror",
            f"-I{project}",
            *files,
        ]
        compiled = subprocess.run(command, capture_output=True, text=True, check=False)
        assert compiled.returncode == 0, compiled.stderr
