//! Small projects in each language, the calls that must, and alone may, come of them.

use crate::graph::{EdgeKind, NodeKind, ProjectGraph, file_facts, link};
use crate::language::Language;
use crate::syntax::{ParseLimits, parse};

fn project(files: &[(&str, &str)]) -> ProjectGraph {
    let read = |(path, text): &(&str, &str)| {
        let language = Language::from_path(path).unwrap();
        let tree = parse(language, text.as_bytes(), &ParseLimits::default()).unwrap();
        assert_eq!(tree.error_count(), 0, "{path}");
        file_facts(path, text.as_bytes(), &tree)
    };
    link(&files.iter().map(read).collect::<Vec<_>>())
}

fn calls(files: &[(&str, &str)]) -> Vec<String> {
    let graph = project(files);
    let name = |node: u32| graph.names[node as usize].as_str();
    let inside =
        graph.edges().filter(|edge| edge.kind == EdgeKind::Calls && graph.kind(edge.target) != NodeKind::External);
    let mut lines: Vec<_> =
        inside.map(|edge| format!("{} {} {:.2}", name(edge.source), name(edge.target), edge.confidence)).collect();
    lines.sort();
    lines
}

struct Case {
    what: &'static str,
    files: &'static [(&'static str, &'static str)],
    calls: &'static [&'static str],
}

#[rustfmt::skip]
static CASES: &[Case] = &[
    Case { what: "overrides share with the method found; a made object has its own class alone",
        files: &[("M.java", "class A { void m() {} }\nclass B extends A { void m() {} }\nclass M { void f(A a) { a.m(); } void g() { A a = new B(); a.m(); } }")],
        calls: &["M.M.f M.A.m 0.47", "M.M.f M.B.m 0.47", "M.M.g M.B 1.00", "M.M.g M.B.m 0.95"] },
    Case { what: "overloads are told apart by how many arguments they take",
        files: &[("m.cpp", "int f(int a) { return a; }\nint f(int a, int b) { return f(a); }\n")],
        calls: &["m.f m.f 1.00"] },
    Case { what: "a type with all methods of an interface is one of it, one with some is not",
        files: &[("m.go", "package m\ntype I interface { A(); B() }\ntype T struct{}\nfunc (t T) A() {}\nfunc (t T) B() {}\ntype U struct{}\nfunc (u U) A() {}\nfunc f(i I) { i.A() }\n")],
        calls: &["m.f m.T.A 0.95"] },
    Case { what: "the bound of a type parameter, and default methods",
        files: &[("m.rs", "trait T { fn a(&self) { self.b() } fn b(&self); }\nstruct S;\nimpl T for S { fn b(&self) {} }\nfn f<X: T>(x: X) { x.a() }\n")],
        calls: &["m.T.a m.S.b 0.95", "m.f m.T.a 0.95"] },
    Case { what: "calls among the tokens of a macro: names, paths, members of what is known; no definitions, macros and rules",
        files: &[("m.rs", "mod n { pub fn p() -> u8 { 1 } }\nstruct S;\nimpl S { fn k(&self) -> u8 { 1 } fn s(&self) { dbg!(self.k()); } }\nfn f(x: u8) -> u8 { x }\nfn vec() {}\nmacro_rules! r { () => { f(1) } }\nfn g(s: S) { println!(\"{}\", f(n::p()) + s.k()); t!(fn f() {}); u!(vec![1]); v!([{ f(2) }]) }\n")],
        calls: &["m.S.s m.S.k 0.80", "m.g m.S.k 0.80", "m.g m.f 0.80", "m.g m.n.p 0.80"] },
    Case { what: "a default export under another name, and a function handed over",
        files: &[("a.js", "export default function (f) { f(); }\n"), ("b.js", "import run from './a.js';\nfunction g() {}\nrun(g);\n")],
        calls: &["a.default b.g 1.00", "b a.default 1.00"] },
    Case { what: "circular includes end",
        files: &[("a.h", "#include \"b.h\"\nint f(void);\n"), ("b.h", "#include \"a.h\"\n"), ("m.c", "#include \"a.h\"\nint main(void) { return f() + g(); }\n"), ("n.c", "int f(void) { return 1; }\nstatic int g(void) { return 2; }\n")],
        calls: &["m.main n.f 1.00"] },
    Case { what: "what owning pointers hold is asked itself, and making one calls the constructor",
        files: &[("m.cpp", "#include <memory>\n#include <vector>\nstruct K { K(int n) {} void fly() {} void reset() {} };\nstruct H { std::unique_ptr<K> k; std::vector<std::unique_ptr<K>> all; void go() { k->fly(); for (auto& one : all) one->fly(); all[0]->fly(); } };\nvoid f(std::shared_ptr<K> s) { s->fly(); s.reset(); }\nvoid g() { auto m = std::make_unique<K>(3); m->fly(); }\n")],
        calls: &["m.H.go m.K.fly 0.95", "m.f m.K.fly 0.95", "m.g m.K.K 1.00", "m.g m.K.fly 0.95"] },
    Case { what: "a constructor makes its bases and fields before its body",
        files: &[("m.cpp", "namespace n { struct A { A(int a) {} A() {} }; }\ntemplate <class T> struct G { G(T t) {} };\nstruct B : n::A, G<int> { B() : n::A(1), G<int>(2), c(3), d(4) {} n::A c; int d; };\n")],
        calls: &["m.B.B m.G.G 0.95", "m.B.B m.n.A.A 1.00"] },
    Case { what: "a field of a declared type; nothing of a type from outside",
        files: &[("m.ts", "import { X } from 'x';\nclass A { m() {} }\nclass B { constructor(private a: A, private x: X) {} f() { this.a.m(); this.x.m(); } }\n")],
        calls: &["m.B.f m.A.m 0.95"] },
];

#[test]
fn calls_are_exactly_those_expected() {
    for case in CASES {
        assert_eq!(calls(case.files), case.calls, "{}", case.what);
    }
}

/// What models see of a file is the same whether or not an import lets a type be found.
#[test]
fn types_are_no_part_of_the_models_input() {
    let shape = ("shape.ts", "export class Shape { area() { return 1; } }\n");
    let user = "function f(s: Shape) { return s.area(); }\n";
    let with = format!("import {{ Shape }} from './shape';\n{user}");
    let input = |graph: &ProjectGraph| {
        (0..graph.own_kinds.len())
            .filter(|edge| graph.own_kinds[*edge] == EdgeKind::Calls as u8)
            .map(|edge| {
                (
                    graph.names[graph.own_sources[edge] as usize].clone(),
                    graph.names[graph.own_targets[edge] as usize].clone(),
                )
            })
            .collect::<Vec<_>>()
    };
    let found = project(&[shape, ("user.ts", &with)]);
    assert_eq!(calls(&[shape, ("user.ts", &with)]), ["user.f shape.Shape.area 0.95"]);
    assert_eq!(input(&found), input(&project(&[shape, ("user.ts", user)])));
}
