//! Texts that follow themselves, nest or multiply end soon, and keep what they plainly call.

use crate::graph::{EdgeKind, ProjectGraph, file_facts, link};
use crate::language::Language;
use crate::syntax::{ParseLimits, parse};

fn graph(text: &str) -> ProjectGraph {
    let tree = parse(Language::Python, text.as_bytes(), &ParseLimits::default()).unwrap();
    link(&[file_facts("m.py", text.as_bytes(), &tree)])
}

fn calls(graph: &ProjectGraph, caller: &str, callee: &str) -> bool {
    let name = |node: u32| graph.names[node as usize].as_str();
    let mut edges = graph.edges().filter(|edge| edge.kind == EdgeKind::Calls);
    edges.any(|edge| (name(edge.source), name(edge.target)) == (caller, callee))
}

fn lines(count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).map(line).collect()
}

/// Each text calls `f` from its module, before or after what makes it hard. One that multiplies would not end in a day.
#[test]
fn texts_that_go_round_in_circles_or_multiply_end() {
    let many = 3_000;
    let cases = [
        (
            "a partial call of itself",
            "from functools import partial\nwhile x:\n    p = partial(p, f)\np()\n".to_owned(),
        ),
        (
            "an object that is its own call",
            "class C: pass\nc = C()\nclass D:\n    __call__ = c\nC.__call__ = D()\nc()\nD()()\n".to_owned(),
        ),
        (
            "an object whose call is of its class",
            "class C:\n    def make(self): return C\n    __call__ = property(make)\nC()()()\n".to_owned(),
        ),
        // Each time with one more argument. The longer the text, the more of that the other bounds allow.
        (
            "a class that makes itself anew",
            format!(
                "{}class A: pass\nwhile x:\n    class A:\n        __new__ = A\nA()\n",
                lines(30_000, |n| format!("a{n} = f()\n"))
            ),
        ),
        ("a class that is its own base", "class C(C): pass\nC().m()\n".to_owned()),
        ("a list in itself", "l = [f]\nl.append(l)\nfor g in l:\n    for h in g: h()\n".to_owned()),
        ("an attribute of itself", "class C: pass\nc = C()\nc.c = c\nc.c.c.c.c.f = f\nc.f()\n".to_owned()),
        ("wrapped ever more", format!("g = f\n{}g()\n", lines(many, |_| "g = classmethod(g)\n".to_owned()))),
        (
            "decorated ever more",
            format!("def d(g):\n    def w(): g()\n    return w\n{}def k(): pass\nk()\n", "@d\n".repeat(many)),
        ),
        ("a chain of classes", lines(many, |n| format!("class C{}(C{n}): pass\n", n + 1))),
        ("a class of many bases", format!("class C({}): pass\nC().m()\n", lines(many, |n| format!("A{n}, ")))),
        (
            "many parameters and arguments",
            format!(
                "def g({}): pass\ng({})\n",
                lines(many, |n| format!("a{n}=f, ")),
                lines(many, |n| format!("a{n}=f, "))
            ),
        ),
        ("a long list taken apart often", format!("l = [{}]\n{}", "f, ".repeat(many), "a, *b = l\n".repeat(many))),
        (
            "mappings of mappings",
            format!(
                "d0 = {{{}}}\n{}",
                lines(many, |n| format!("'k{n}': f, ")),
                lines(many, |n| format!("d{} = {{**d{n}}}\n", n + 1))
            ),
        ),
        ("zip of everything", format!("zip({})\n", "[f], ".repeat(many))),
        ("many ways on", format!("if x: y = f\n{}y()\n", lines(many, |n| format!("elif x{n}: y{n} = f\n")))),
        ("nested loops", lines(200, |n| format!("{}for a{n} in [f]:\n", " ".repeat(n))) + &" ".repeat(200) + "a0()\n"),
        ("names bound in one loop", format!("while x:\n{}", lines(many, |n| format!("    a{n} = f\n")))),
        (
            "functions that call each other",
            lines(many, |n| format!("def g{n}(h): g{}(h)\n", (n + 1) % many)) + "g0(f)\n",
        ),
    ];
    for (what, hard) in cases {
        for text in [format!("def f(): pass\nf()\n{hard}"), format!("def f(): pass\n{hard}\nf()\n")] {
            assert!(calls(&graph(&text), "m", "m.f"), "{what}");
        }
    }
}

/// The same files give the same edges, whatever is numbered first.
#[test]
fn calls_through_values_do_not_depend_on_the_order_of_definitions() {
    let parts = ["def f(): pass\n", "def run(g): g()\n", "class C:\n    def m(self): run(f)\n"];
    let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
    for order in orders {
        let text: String = order.iter().map(|part| parts[*part]).collect();
        let found = graph(&text);
        assert!(calls(&found, "m.run", "m.f") && calls(&found, "m.C.m", "m.run"), "{order:?}");
    }
}
