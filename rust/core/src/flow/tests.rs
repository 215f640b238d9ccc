use proptest::prelude::*;

use super::*;
use crate::forest::{Bindings, Declaration};
use crate::language::{Category, Language};
use crate::rewrite::{Preserving, preserve};
use crate::snippets::{braced_program, file, in_language};
use crate::syntax::{NONE, ParseLimits, parse};

fn parsed(language: Language, source: &str) -> SyntaxTree {
    let limits = ParseLimits { turns_per_kilobyte: u32::MAX, ..ParseLimits::default() };
    parse(language, source.as_bytes(), &limits).unwrap()
}

/// Edges of one kind, each occurrence as its name with its number among those of that name: `x2<x1`.
fn shown(language: Language, source: &str, kind: FlowKind) -> String {
    let tree = parsed(language, source);
    let flow = flow(source.as_bytes(), &tree, 0);
    let leaves: Vec<u32> = (0..tree.len() as u32).filter(|node| tree.first_child(*node) == NONE).collect();
    let label = |node: u32| {
        let text = tree.text(node, source.as_bytes());
        let before = leaves.iter().filter(|leaf| **leaf <= node && tree.text(**leaf, source.as_bytes()) == text);
        format!("{text}{}", before.count())
    };
    let edges = (0..flow.len()).filter(|edge| flow.kinds[*edge] == kind);
    let mut edges: Vec<String> =
        edges.map(|edge| format!("{}<{}", label(flow.sources[edge]), label(flow.targets[edge]))).collect();
    edges.sort_unstable();
    edges.join(" ")
}

fn last_writes(language: Language, source: &str) -> String {
    shown(language, source, FlowKind::LastWrite)
}

#[cfg(feature = "python")]
#[test]
fn last_writes_follow_the_order_of_running() {
    for (source, expected) in [
        ("x = 1\nx = x + x\nprint(x)\n", "x2<x1 x3<x1 x4<x1 x5<x2"),
        ("x = 1\nif a:\n    x = 2\nprint(x)\n", "x2<x1 x3<x1 x3<x2"),
        ("if a:\n    x = 1\nelif b:\n    x = 2\nelse:\n    x = 3\nprint(x)\n", "x4<x1 x4<x2 x4<x3"),
        ("if a:\n    x = 1\n    raise x\nelse:\n    x = 3\nprint(x)\n", "x2<x1 x4<x3"),
        ("x = 0\nwhile x < 9:\n    x += 1\nprint(x)\n", "x2<x1 x2<x3 x3<x1 x3<x3 x4<x1 x4<x3"),
        ("x = 0\nfor i in a:\n    if i: break\n    x = i\nprint(x)\n", "i1<i1 i2<i1 i3<i1 x2<x1 x2<x2 x3<x1 x3<x2"),
        ("while True:\n    x = 1\n    break\nprint(x)\n", "x2<x1"),
        ("x = 1\nfor i in a:\n    x = 2\nelse:\n    x = 3\nprint(x)\n", "i1<i1 x2<x1 x2<x2 x3<x1 x3<x2 x4<x3"),
        ("x = 1\ntry:\n    x = 2\n    x = 3\nexcept E:\n    print(x)\n", "x2<x1 x3<x2 x4<x1 x4<x2 x4<x3"),
        ("try:\n    x = 1\nexcept E:\n    x = 2\nfinally:\n    print(x)\nprint(x)\n", "x2<x1 x3<x1 x3<x2 x4<x1 x4<x2"),
        ("x = 1\na and (x := 2)\nprint(x)\n", "x2<x1 x3<x1 x3<x2"),
        ("x = 1\nprint(x if a else (x := 2), x)\n", "x2<x1 x3<x1 x4<x1 x4<x3"),
        ("print([x + y for x in a for y in x if y])\n", "x1<x2 x2<x2 x3<x2 y1<y2 y2<y2 y3<y2"),
        ("match a:\n    case [x]: y = x\n    case _: y = 0\nprint(y)\n", "x2<x1 y3<y1 y3<y2"),
        ("x = 1\ndef f(y):\n    return x + y\nx = 2\nf(x)\n", "f2<f1 x2<x1 x2<x3 x3<x1 x4<x3 y2<y1"),
        (
            "def f():\n    x = 1\n    def g():\n        nonlocal x\n        x = 2\n    g()\n    return x\n",
            "g2<g1 x1<x3 x3<x1 x4<x1 x4<x3",
        ),
    ] {
        assert_eq!(last_writes(Language::Python, source), expected, "{source}");
    }
}

#[cfg(feature = "python")]
#[test]
fn next_uses_and_sources_of_values_are_found() {
    let next = |source| shown(Language::Python, source, FlowKind::NextUse);
    assert_eq!(next("x = 1\nif a:\n    f(x)\nelse:\n    g(x)\nh(x)\n"), "x1<x2 x1<x3 x2<x4 x3<x4");
    assert_eq!(next("x = 0\nwhile a:\n    x = x + 1\n"), "x1<x3 x2<x3 x3<x2");
    let computed = |source| shown(Language::Python, source, FlowKind::ComputedFrom);
    assert_eq!(computed("a = 1\nb = a + f(a)\na, b = b, a\n"), "a4<b3 b1<a2 b1<a3 b2<a5");
    assert_eq!(computed("a = [1]\nfor b in a:\n    b += b\n"), "b1<a2 b2<b3");
    assert_eq!(computed("a = 1\nprint([b for b in a if (c := b)])\n"), "b2<a2 c1<b3");
    assert_eq!(computed("a = 1\nwith open(a) as b, c as (d, e):\n    b\n"), "b1<a2");
    assert_eq!(computed("a = 1\nmatch a:\n    case [b, *c] if b: c\n    case d: d\n"), "b1<a2 c1<a2 d1<a2");
}

#[cfg(all(feature = "c", feature = "go", feature = "java", feature = "javascript", feature = "rust", feature = "cpp"))]
#[test]
fn every_language_is_followed() {
    for (language, source, expected) in [
        (
            Language::JavaScript,
            "let x = 0; for (let i = 0; i < n; i++) { if (i) continue; x += i; } print(x);",
            "i2<i1 i2<i3 i3<i1 i3<i3 i4<i1 i4<i3 i5<i1 i5<i3 x2<x1 x2<x2 x3<x1 x3<x2",
        ),
        (
            Language::JavaScript,
            "let x = 1; switch (a) { case 1: x = 2; case 2: f(x); break; default: x = 3; } g(x);",
            "x2<x1 x3<x1 x3<x2 x4<x1 x5<x1 x5<x2 x5<x4",
        ),
        (
            Language::Java,
            "class A { int f(int a) { int x = a; do { x = x - 1; } while (x > a); return x; } }",
            "a2<a1 a3<a1 x2<x1 x2<x2 x3<x1 x3<x2 x4<x2 x5<x2",
        ),
        (
            Language::Java,
            "class A { int f(int[] a) { int x = 0; for (int b : a) { x += b; } return x; } }",
            "a2<a1 b1<b1 b2<b1 x2<x1 x2<x2 x3<x1 x3<x2",
        ),
        (
            Language::Go,
            "package p\nfunc f(a []int) int {\n\tx := 0\n\tfor i := range a {\n\t\tx += i\n\t}\n\treturn x\n}\n",
            "a2<a1 i1<i1 i2<i1 x2<x1 x2<x2 x3<x1 x3<x2",
        ),
        (
            Language::Go,
            "package p\nfunc f(a int) int {\n\tx := 0\n\tfor x < a {\n\t\tx++\n\t}\n\treturn x\n}\n",
            "a2<a1 x2<x1 x2<x3 x3<x1 x3<x3 x4<x1 x4<x3",
        ),
        (
            Language::Rust,
            "fn f(a: u8) -> u8 { let mut x = 0; loop { if x > a { break; } x += 1; } x }",
            "a2<a1 x2<x1 x2<x3 x3<x1 x3<x3 x4<x1 x4<x3",
        ),
        (
            Language::C,
            "int f(int a) { int x = 1; if (a) { x = 2; } else return x; return x; }",
            "a2<a1 x2<x1 x3<x1 x4<x2",
        ),
        (
            Language::Cpp,
            "int f(int a) { int x = 1; try { x = a; g(); } catch (int e) { h(e); } return x; }",
            "a2<a1 e2<e1 x2<x1 x3<x1 x3<x2",
        ),
    ] {
        assert_eq!(last_writes(language, source), expected, "{}: {source}", language.name());
    }
}

#[cfg(all(feature = "c", feature = "go", feature = "java", feature = "javascript", feature = "rust", feature = "cpp"))]
#[test]
fn a_block_has_variables_of_its_own() {
    for (language, source, expected) in [
        (Language::JavaScript, "let x = 1; { let x = 2; f(x); } g(x);", "x3<x2 x4<x1"),
        (Language::JavaScript, "let x = 1; { var x = 2; f(x); } g(x);", "x2<x1 x3<x2 x4<x2"),
        (Language::JavaScript, "let x = 1; { f(x); x = 2; } g(x);", "x2<x1 x3<x1 x4<x3"),
        (Language::JavaScript, "let x = 1; for (const x of y) f(x); g(x);", "x2<x2 x3<x2 x4<x1"),
        (Language::JavaScript, "let x = 1; for (x of y) f(x); g(x);", "x2<x1 x2<x2 x3<x2 x4<x1 x4<x2"),
        (Language::JavaScript, "let e = 1; try { f(); } catch (e) { g(e); } h(e);", "e3<e2 e4<e1"),
        (Language::JavaScript, "let x = 1; switch (x) { case 1: let x = 2; f(x); } g(x);", "x2<x1 x4<x3 x5<x1"),
        (Language::Rust, "fn f() { let x = 1; { let x = x; g(x); } h(x); }", "x3<x1 x4<x2 x5<x1"),
        (Language::Rust, "fn f() { let x = 1; let x = x; g(x); }", "x2<x1 x3<x1 x4<x2"),
        (Language::Rust, "fn f(x: u8) { if let Some(x) = x { g(x); } else { h(x); } }", "x3<x1 x4<x2 x5<x1"),
        (Language::Rust, "fn f(x: u8) { for x in x { g(x); } h(x); }", "x2<x2 x3<x1 x4<x2 x5<x1"),
        (Language::Rust, "fn f(x: u8) { match x { Some(x) => g(x), None => h(x) } }", "x2<x1 x4<x3 x5<x1"),
        (Language::Rust, "fn f(x: u8) { let g = |x| x; while let Some(x) = x { h(x); } }", "x3<x2 x4<x4 x5<x1 x6<x4"),
        (
            Language::Go,
            "package p\nfunc f(x int) {\n\tif x := g(x); x > 0 {\n\t\th(x)\n\t}\n\th(x)\n}\n",
            "x3<x1 x4<x2 x5<x2 x6<x1",
        ),
        (
            Language::Go,
            "package p\nfunc f(x []int) {\n\tfor i, x := range x {\n\t\th(x)\n\t}\n\th(x)\n}\n",
            "i1<i1 x2<x2 x3<x1 x4<x2 x5<x1",
        ),
        (
            Language::Go,
            "package p\nfunc f(x any) {\n\tswitch x := x.(type) {\n\tcase int:\n\t\th(x)\n\t}\n\th(x)\n}\n",
            "x3<x1 x4<x2 x5<x1",
        ),
        (Language::Go, "package p\nfunc f() {\n\tx := 1\n\t{\n\t\tx = 2\n\t}\n\th(x)\n}\n", "x2<x1 x3<x2"),
        (Language::Java, "class A { void f() { for (int x = 0;;) { g(x); } { int x = 1; g(x); } } }", "x2<x1 x4<x3"),
        (Language::C, "int f(int x) { { int x = 1; g(x); } return x; }", "x3<x2 x4<x1"),
        (Language::C, "int f(int x) { if (x) { int y = 1; g(y); } return y; }", "x2<x1 y2<y1"),
        (Language::Cpp, "int f(int x) { for (auto x : x) { g(x); } return x; }", "x2<x2 x3<x1 x4<x2 x5<x1"),
    ] {
        assert_eq!(last_writes(language, source), expected, "{}: {source}", language.name());
    }
}

#[cfg(all(feature = "go", feature = "java", feature = "rust"))]
#[test]
fn what_a_pattern_captures_is_computed_from_what_is_matched() {
    for (language, source, expected) in [
        (Language::Rust, "fn f(a: u8) { match a { Some(b) => g(b), c => h(c) } }", "b1<a2 c1<a2"),
        (Language::Rust, "fn f(a: u8) { if let Some(b) = a { g(b); } }", "b1<a2"),
        (
            Language::Go,
            "package p\nfunc f(a any) {\n\tswitch b := a.(type) {\n\tcase int:\n\t\th(b)\n\t}\n}\n",
            "b1<a2",
        ),
        (Language::Java, "class A { void f(Object a) { if (a instanceof B b) { g(b); } } }", "b1<a2"),
    ] {
        assert_eq!(shown(language, source, FlowKind::ComputedFrom), expected, "{}: {source}", language.name());
    }
}

/// All edges by the number of their occurrences among all occurrences of variables.
fn numbered(language: Language, source: &str) -> Vec<(usize, usize, FlowKind)> {
    let tree = parsed(language, source);
    let bindings = Bindings::of(source.as_bytes(), &tree, 0);
    let place = |node: u32| bindings.occurrences().iter().position(|occurrence| occurrence.node == node).unwrap();
    let flow = flow(source.as_bytes(), &tree, 0);
    (0..flow.len()).map(|edge| (place(flow.sources[edge]), place(flow.targets[edge]), flow.kinds[edge])).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn last_writes_write_the_same_variable_and_stand_before_or_in_a_loop(source in file()) {
        let tree = parsed(Language::Python, &source);
        let bindings = Bindings::of(source.as_bytes(), &tree, 0);
        let found = flow(source.as_bytes(), &tree, 0);
        let occurrence = |node: u32| *bindings.occurrences().iter().find(|occurrence| occurrence.node == node).unwrap();
        for edge in (0..found.len()).filter(|edge| found.kinds[*edge] == FlowKind::LastWrite) {
            let (read, write) = (occurrence(found.sources[edge]), occurrence(found.targets[edge]));
            prop_assert_eq!(read.binding, write.binding);
            prop_assert_ne!(write.declaration, Declaration::Use);
            let around = |node: u32| std::iter::successors((node != 0).then(|| tree.parent(node)), |node| (*node != 0).then(|| tree.parent(*node)));
            let goes_back = around(read.node).any(|node| {
                matches!(
                    tree.category(node),
                    Category::For | Category::While | Category::Comprehension | Category::Generator | Category::Function
                        | Category::Lambda | Category::Assignment | Category::AugmentedAssignment | Category::Conditional
                        | Category::NamedExpression
                )
            });
            prop_assert!(write.node < read.node || goes_back, "{source}: {} {}", read.node, write.node);
        }
    }

    #[test]
    fn renaming_changes_no_edge(source in file(), seed in any::<u64>()) {
        if let Ok(Some(renamed)) = preserve(&source, &parsed(Language::Python, &source), Preserving::RenameLocals, seed) {
            prop_assert_eq!(numbered(Language::Python, &source), numbered(Language::Python, &renamed.source));
        }
    }

    #[test]
    fn renaming_changes_no_edge_where_blocks_have_variables(program in braced_program(), seed in any::<u64>()) {
        for language in Language::ALL.iter().copied().filter(|language| *language != Language::Python) {
            let source = in_language(&program, language);
            if let Ok(Some(renamed)) = preserve(&source, &parsed(language, &source), Preserving::RenameLocals, seed) {
                prop_assert_eq!(numbered(language, &source), numbered(language, &renamed.source));
            }
        }
    }

    #[test]
    fn next_uses_are_of_the_same_variable(source in file()) {
        let tree = parsed(Language::Python, &source);
        let bindings = Bindings::of(source.as_bytes(), &tree, 0);
        let found = flow(source.as_bytes(), &tree, 0);
        let binding = |node: u32| bindings.occurrences().iter().find(|occurrence| occurrence.node == node).unwrap().binding;
        for edge in (0..found.len()).filter(|edge| found.kinds[*edge] == FlowKind::NextUse) {
            prop_assert_eq!(binding(found.sources[edge]), binding(found.targets[edge]));
        }
    }
}

#[cfg(all(feature = "python", feature = "javascript"))]
#[test]
fn depth_and_length_cost_no_more_than_their_share() {
    for (language, source) in [
        (Language::Python, format!("x = {}1{}\n", "(x := ".repeat(5_000), ")".repeat(5_000))),
        (Language::Python, "x = 1\nif x: x = 2\n".repeat(5_000)),
        (Language::Python, format!("def f(x):\n  if x:\n    x = 1\n{}", "  elif x:\n    x = 2\n".repeat(5_000))),
        (Language::JavaScript, format!("{}x++;", "while (x) { x = 1; ".repeat(3_000))),
        (Language::JavaScript, format!("{}x++;", "try { x = 1; } catch (e) { x = 2; try { ".repeat(1_000))),
        (Language::JavaScript, format!("{}x = 1;", "function f(x) { ".repeat(5_000))),
        (Language::JavaScript, format!("x = {}1;", "a => ".repeat(10_000))),
    ] {
        let tree = parse(language, source.as_bytes(), &ParseLimits::unbounded()).unwrap();
        let flow = flow(source.as_bytes(), &tree, 0);
        assert!(flow.len() < tree.len(), "{} edges of {} nodes", flow.len(), tree.len());
    }
}
