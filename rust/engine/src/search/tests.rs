use sapwood_core::Language;
use sapwood_workspace::{DiskStorage, Storage as _};

use crate::Engine;
use crate::engine::quietly;

/// A class of one method, which takes `x` for a value, or the function that stands for it.
fn class(language: Language, name: &str) -> String {
    match language {
        Language::Python => format!(
            "class {name}:\n    def volume(self, d):\n        total = 0\n        for side in d:\n            total += side\n        return total\n"
        ),
        Language::JavaScript => {
            format!(
                "class {name} {{\n  volume(d) {{\n    let total = 0;\n    for (const side of d) {{ total += side; }}\n    return total;\n  }}\n}}\n"
            )
        }
        Language::TypeScript | Language::Tsx => format!(
            "class {name} {{\n  volume(d: number[]): number {{\n    let total = 0;\n    for (const side of d) {{ total += side; }}\n    return total;\n  }}\n}}\n"
        ),
        Language::Java => format!(
            "class {name} {{\n  public int volume(int[] d) {{\n    int total = 0;\n    for (int side : d) {{ total += side; }}\n    return total;\n  }}\n}}\n"
        ),
        Language::Cpp => format!(
            "struct {name} {{\n  int volume(const std::vector<int>& d) {{\n    int total = 0;\n    for (int side : d) {{ total += side; }}\n    return total;\n  }}\n}};\n"
        ),
        Language::Rust => format!(
            "impl {name} {{\n    fn volume(&self, d: &[i64]) -> i64 {{\n        let mut total = 0;\n        for side in d {{ total += side; }}\n        total\n    }}\n}}\n"
        ),
        Language::Go => format!(
            "func (self {name}) volume(d []int) int {{\n\ttotal := 0\n\tfor i := 0; i < len(d); i++ {{\n\t\ttotal += d[i]\n\t}}\n\treturn total\n}}\n"
        ),
        _ => format!(
            "int volume_{name}(int *d, int n) {{\n  int total = 0;\n  for (int i = 0; i < n; i++) {{ total += d[i]; }}\n  return total;\n}}\n"
        ),
    }
}

fn extension(language: Language) -> &'static str {
    match language {
        Language::Python => "py",
        Language::JavaScript => "js",
        Language::TypeScript => "ts",
        Language::Rust => "rs",
        other => other.name(),
    }
}

fn indexed(language: Language, text: &str) -> (tempfile::TempDir, Engine) {
    let folder = tempfile::tempdir().unwrap();
    let path = format!("shapes.{}", extension(language));
    DiskStorage.write(&folder.path().join(path), text.as_bytes()).unwrap();
    let engine = Engine::create(folder.path(), None, &[]).unwrap();
    engine.index(&quietly).unwrap();
    (folder, engine)
}

#[test]
fn equal_methods_are_alike_in_every_language() {
    for language in Language::ALL {
        let head = if *language == Language::Go { "package p\n" } else { "" };
        let text = format!("{head}{}\n{}", class(*language, "Box"), class(*language, "Tube"));
        let (_folder, engine) = indexed(*language, &text);
        let line = 1 + text.lines().position(|line| line.contains("volume")).unwrap() as u32;
        let path = engine.index_data().unwrap().graph().file_paths[0].clone();
        let hits = engine.search_at(&path, line, 3).unwrap();
        let (name, why) = (language.name(), hits.first().map_or("nothing", |hit| hit.why.as_str()));
        assert!(why.contains("structure #1 (likeness 1.00"), "{name}: {why}");
        let groups = engine.index_data().unwrap().function_groups(0.8).unwrap();
        assert_eq!(groups, [0, 0], "{name}");
    }
}

#[test]
fn hits_name_the_features_that_they_share() {
    let (_folder, engine) = indexed(Language::Java, &class(Language::Java, "Box"));
    let code = "def f(xs):\n    t = 0\n    for x in xs:\n        t = x + t\n    return t\n";
    let hit = engine.search_code(code, Language::Python, 1).unwrap().remove(0);
    let (_, named) = hit.why.split_once("structure #1 (likeness 1.00: ").unwrap_or_else(|| panic!("{}", hit.why));
    let mut names: Vec<&str> = named.split(')').next().unwrap().split(", ").collect();
    names.sort_unstable();
    assert_eq!(names, ["add", "loop", "return"]);
    let other = "def g(xs):\n    for x in xs:\n        if x.strip():\n            return len(x)\n";
    let hit = engine.search_code(other, Language::Python, 1).unwrap().remove(0);
    assert!(hit.why.contains("loop") && !hit.why.contains("trim") && !hit.why.contains("length"), "{}", hit.why);
}

#[test]
fn what_shares_next_to_nothing_is_not_found() {
    let (_folder, engine) = indexed(
        Language::Python,
        "def size(box):\n    return box\n\n\ndef spread(xs):\n    return max(xs) - min(xs)\n",
    );
    let code = "def search(ys, t):\n    lo, hi = 0, len(ys)\n    while lo < hi:\n        m = (lo + hi) // 2\n        if ys[m] < t:\n            lo = m + 1\n        else:\n            hi = m\n    return lo\n";
    let shared = engine.search_code("def f(t):\n    return t\n", Language::Python, 5).unwrap();
    assert!(shared[0].why.starts_with("structure #1"), "{shared:?}");
    let hits = engine.search_code(code, Language::Python, 5).unwrap();
    assert!(hits.is_empty(), "{hits:?}");
}
