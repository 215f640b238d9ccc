//! What rows must not show, and what they must.

use proptest::prelude::*;

use super::*;
use crate::graph::{FileFacts, file_facts, link};
use crate::language::Language;
use crate::sampler::{InputGraph, input_graph};
use crate::syntax::{ParseLimits, parse};

fn read(path: &str, text: &str) -> (FileFacts, SparseRows) {
    let limits = ParseLimits::unbounded();
    let tree = parse(Language::Python, text.as_bytes(), &limits).unwrap();
    let facts = file_facts(path, text.as_bytes(), &tree);
    let rows = file_features(text.as_bytes(), &tree, &facts);
    assert_eq!(rows.rows(), facts.nodes().len());
    (facts, rows)
}

fn columns(name: &str) -> u16 {
    let schema = schema();
    let block = schema.blocks.iter().find(|block| block.columns.iter().any(|column| column == name)).unwrap();
    block.start + block.columns.iter().position(|column| column == name).unwrap() as u16
}

fn value(rows: &SparseRows, row: u32, column: &str) -> f32 {
    let (indices, values) = rows.row(row);
    indices.binary_search(&columns(column)).map_or(0.0, |place| values[place])
}

/// Kind, name and row of each node that has features, and its senders in each relation by name.
type Seen = Vec<(u8, String, Vec<u16>, Vec<u32>, Vec<Vec<String>>)>;

fn seen(text: &str) -> Seen {
    let (facts, rows) = read("m.py", text);
    let graph = link(std::slice::from_ref(&facts));
    let input: InputGraph = input_graph(&graph, rows);
    let senders = |node: u32| {
        let names = |row: &[u32]| row.iter().map(|sender| graph.names[*sender as usize].clone()).collect();
        input.relations.iter().map(|relation| names(relation.row(node))).collect()
    };
    let with_features = (0..graph.node_count() as u32).filter(|node| graph.kind(*node).has_features());
    with_features
        .map(|node| {
            let (columns, values) = input.rows.row(node);
            let bits = values.iter().map(|value| value.to_bits()).collect();
            (graph.kinds[node as usize], graph.names[node as usize].clone(), columns.to_vec(), bits, senders(node))
        })
        .collect()
}

/// A body in which imported names are called, inherited from, read, hidden and decorate.
fn body(inner_import: &str) -> String {
    format!(
        "\n\nVALUE = loads('1')\n\ndef helper(x):\n    return x + sqrt(x)\n\n@cache\ndef outer(a, b=VALUE):\n{inner_import}    helper(a)\n    \
         return path.join(a, b), dumps(a)\n\nclass Thing(Base):\n    def run(self):\n        self.go(); super().stop()\n        return outer(self, 1)\n\n    def go(self): pass\n"
    )
}

#[test]
fn imports_leave_no_trace_in_the_input() {
    let plain = seen(&body(""));
    for imports in [
        "import json\n",
        "from json import loads, dumps\nfrom math import sqrt; from os import path\n",
        "import a.b as path\nfrom functools import cache\nfrom . import Base\nfrom x import *\n",
        "from other import helper, outer, Thing\n",
        "from a import (\n    loads,\n    dumps as d,\n)\n# a comment\n\n\nimport re\n",
        "\"\"\"A docstring.\"\"\"\nfrom __future__ import annotations\nimport sys, os\n",
    ] {
        assert_eq!(seen(&format!("{imports}{}", body(""))), plain, "{imports}");
    }
    for inner in
        ["    import json\n", "    from other import helper\n", "    from os import path; from z import dumps\n"]
    {
        assert_eq!(seen(&body(inner)), plain, "{inner}");
    }
}

#[test]
fn comments_docstrings_blank_lines_and_paths_leave_no_trace() {
    let plain = "def f(a):\n    return a\nclass C:\n    x = 1\n";
    let told = "'''M'''\n# c\ndef f(a):  # c\n    'doc'\n\n    return a\n\n\nclass C:\n    \"\"\"d\n    e\"\"\"\n    # c\n    x = 1\n    'about x'\n";
    assert_eq!(seen(plain), seen(told));
    assert_eq!(read("m.py", plain).1, read("p/other.py", plain).1);
}

#[test]
fn names_that_nothing_binds_are_masked_and_attributes_are_not() {
    let row = |text: &str| read("m.py", text).1;
    assert_eq!(row("def f(a): return loads(a)"), row("def f(a): return dumps(a)"));
    assert_ne!(row("def f(a): return a.loads()"), row("def f(a): return a.dumps()"));
    assert_ne!(row("def f(a): return len(a)"), row("def f(a): return sum(a)"));
    assert_ne!(row("def f(first): return first"), row("def f(other): return other"));
}

/// What stands in for a failed import must not tell which one it was; nor may a name that is bound elsewhere.
#[test]
fn names_are_masked_by_scope_and_fallbacks_do_not_bind() {
    let row = |text: &str, name: &str| read("m.py", &text.replace('N', name)).1;
    for (text, is_shown) in [
        ("try:\n    pass\nexcept ImportError:\n    N = None\ndef f(a): return N.x(a)\n", false),
        ("try:\n    pass\nexcept ImportError:\n    def N(a): return a\ndef f(a): return N(a)\n", false),
        ("try:\n    pass\nexcept ImportError:\n    @dec\n    class N: pass\ndef f(a): return N(a)\n", false),
        ("def f(a):\n    try:\n        pass\n    except Exception:\n        N = None\n    return N(a)\n", false),
        ("def f(a):\n    return N(a)\ndef g():\n    N = 1\n", true),
        ("N = 1\ntry:\n    pass\nexcept ImportError:\n    N = None\ndef f(a): return N.x(a)\n", true),
        ("def f(a):\n    try:\n        pass\n    except OSError as e:\n        N = e.args\n        return N\n", true),
        ("def f(a):\n    try:\n        pass\n    except OSError as N:\n        return N\n    return N\n", true),
        ("try:\n    pass\nexcept ImportError:\n    def g(N): return N\n", true),
        ("def f():\n    global N\n    N = 1\ndef g(): return N\n", true),
    ] {
        assert_eq!(row(text, "loads") != row(text, "dumps"), is_shown, "{text}");
    }
    let class = |text: &str| read("m.py", &format!("class C:\n    loads = dumps = 1\n    {text}\n")).1;
    assert_ne!(class("xs = [x for x in loads]").row(2), class("xs = [x for x in dumps]").row(2));
    assert_ne!(class("def f(a=loads): pass").row(5), class("def f(a=dumps): pass").row(5));
    let used =
        |name: &str| read("m.py", &format!("def f(a):\n    return {name}(a)\ndef g():\n    loads = dumps = 1\n"));
    assert_eq!(used("loads").1.row(2), used("dumps").1.row(2));
}

#[test]
fn a_definition_does_not_show_its_own_name() {
    let (_, one) = read("m.py", "def first(a): return a\n");
    let (_, other) = read("m.py", "def second(a): return a\n");
    assert_eq!(one.row(2), other.row(2));
    assert_ne!(one.row(0), other.row(0));
}

#[test]
fn metrics_are_those_of_the_text() {
    let text = "def test_it(a, b=1):\n    for x in a:\n        if x and b:\n            return g(x)\n    return 0\n\nclass _C:\n    async def m(self): g(1)\n\ndef g(x): pass\n";
    let (facts, rows) = read("m.py", text);
    let names: Vec<_> = facts.nodes().iter().map(|node| node.name.as_str()).collect();
    assert_eq!(names, ["m.py", "m", "m.test_it", "m._C", "m._C.m", "m.g"]);
    let log = |count: f32| libm::log1pf(count);
    for (row, column, expected) in [
        (2, "lines", log(5.0)),
        (2, "complexity", log(4.0)),
        (2, "parameters", log(2.0)),
        (2, "returns", log(2.0)),
        (2, "calls", log(1.0)),
        (2, "fan_out", log(1.0)),
        (2, "loops", log(1.0)),
        (2, "branches", log(1.0)),
        (2, "is_function", 1.0),
        (2, "is_test", 1.0),
        (2, "is_class", 0.0),
        (3, "is_class", 1.0),
        (3, "is_private", 1.0),
        (3, "calls", log(1.0)),
        (3, "fan_out", log(1.0)),
        (4, "is_async", 1.0),
        (5, "fan_in", log(2.0)),
        (0, "is_file", 1.0),
        (0, "lines", log(8.0)),
        (0, "calls", log(2.0)),
        (0, "is_test", 1.0),
        (1, "is_module", 1.0),
        (1, "calls", 0.0),
    ] {
        assert!((value(&rows, row, column) - expected).abs() < 1e-6, "{row} {column}: {}", value(&rows, row, column));
    }
}

#[test]
fn a_class_counts_what_its_methods_count() {
    let (_, rows) = read("m.py", "class C:\n    def a(self): return x[0]\n    def b(self): return x[0]\n");
    let nodes = |row| value(&rows, row, "nodes").exp_m1().round();
    let lines = |row| value(&rows, row, "lines").exp_m1().round();
    assert!(nodes(2) > nodes(3) + nodes(4));
    assert!((lines(2) - 3.0).abs() < 0.01 && (lines(3) - 1.0).abs() < 0.01);
}

#[test]
fn deep_texts_are_taken() {
    for text in ["(".repeat(50_000), "[".repeat(50_000), "lambda: ".repeat(30_000), "a.b(".repeat(20_000)] {
        assert!(read("m.py", &text).1.rows() >= 2);
    }
}

fn check_rows(rows: &SparseRows) {
    for row in 0..rows.rows() as u32 {
        let (columns, values) = rows.row(row);
        assert!(columns.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(columns.iter().all(|column| usize::from(*column) < DIMENSIONS));
        assert!(values.iter().all(|value| value.is_finite() && *value != 0.0));
    }
}

proptest! {
    #[test]
    fn any_text_gives_rows_that_keep_the_rules(text in "([a-z_]{1,3}|[0-9.]{1,3}|def |class |import |from |if |for |:|\n|    |\\(|\\)|,|=|'|\"|@|\\*|\\[|\\]|#|lambda |é){0,80}") {
        check_rows(&read("m.py", &text).1);
    }

    #[test]
    fn any_import_lines_leave_no_trace(
        names in prop::collection::vec("(json|os|re|loads|path|helper|outer|x|self|q[a-z]{1,5})", 0..6),
        from in "(os|a\\.b|\\.|\\.\\.c)",
    ) {
        let lines: Vec<_> = names.iter().map(|name| format!("from {from} import {name}\nimport {name}\n")).collect();
        let lines = lines.concat();
        prop_assert!(seen(&format!("{lines}{}", body(""))) == seen(&body("")), "{lines}");
    }
}
