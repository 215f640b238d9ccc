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
    Case { what: "what prints, formats, keeps or has a name in capitals calls nothing of what it is given; other code outside may",
        files: &[("m.c", "#include <stdio.h>\n#include <stdlib.h>\nint d1(void) { return 1; }\nint d2(const void *a, const void *b) { return 1; }\nint main(void) { printf(\"%p\", d1); ENTRY(d1); qsort(0, 0, 0, d2); return 0; }\n")],
        calls: &["m.main m.d2 0.80"] },
    Case { what: "the same in JavaScript, where a replacer is called",
        files: &[("m.js", "function a() {}\nfunction b() {}\nfunction f() { console.log(a); Object.freeze(a); setTimeout(b, 1); }\n")],
        calls: &["m.f m.b 0.80"] },
    Case { what: "the same in Go, Rust and C++",
        files: &[("m.go", "package m\nimport (\n\"fmt\"\n\"net/http\"\n)\nfunc a() {}\nfunc b(w http.ResponseWriter, r *http.Request) {}\nfunc f() { fmt.Println(a); http.HandleFunc(\"/\", b) }\n"),
            ("n.rs", "fn a() {}\nfn f() -> Option<fn()> { Some(a) }\n"),
            ("o.cpp", "#include <utility>\nint a() { return 1; }\nint b(int x) { return x; }\nvoid f() { std::make_pair(a, 1); std::for_each(0, 0, b); }\n")],
        calls: &["m.f m.b 0.80", "o.f o.b 0.80"] },
    Case { what: "overloads that a method reference may mean share the confidence",
        files: &[("M.java", "import java.util.List;\nclass M { static int g(int a) { return a; } static int g(String b) { return 1; } void f(List<Integer> l) { l.forEach(M::g); } }\n")],
        calls: &["M.M.f M.M.g 0.40", "M.M.f M.M.g 0.40"] },
    Case { what: "a function that a constructor puts into a field is not called there",
        files: &[("m.cpp", "struct S { using F = int (*)(int); S(F f) : cb_(f) {} void set(F f) { cb_ = f; } int run() { return cb_(1); } F cb_; };\nint g(int a) { return a; }\nint h(S& s) { s.set(g); return s.run(); }\n")],
        calls: &["m.S.run m.g 1.00", "m.h m.S.run 0.95", "m.h m.S.set 0.95"] },
    Case { what: "a structure's name hides no function",
        files: &[("m.c", "int stat(int a) { return a; }\nstruct stat { int n; };\nint main(void) { struct stat s; return stat(1) + s.n; }\n")],
        calls: &["m.main m.stat 1.00"] },
    Case { what: "a list that leaves a field out gives it no function of others; values without a name follow the one before",
        files: &[("m.c", "typedef struct { int (*a)(int); int (*b)(int); int (*c)(int); } T;\nstatic int d1(int x) { return x; }\nstatic int d2(int x) { return x; }\nstatic int d3(int x) { return x; }\nstatic T g1 = { d1 };\nstatic T g2 = { .b = d2 };\nstatic T g3 = { d1, .b = d2, d3 };\nint u(void) { return g2.a(1); }\nint v(void) { return g3.a(1); }\nint w(void) { return g3.c(1); }\n")],
        calls: &["m.v m.d1 0.95", "m.w m.d3 0.95"] },
    Case { what: "a list without an equals sign, and tables of structures without a name",
        files: &[("m.cpp", "struct T { int (*a)(int); int (*b)(int); };\nstatic int d1(int x) { return x; }\nstatic int d2(int x) { return x; }\nstatic T g{ d2, d1 };\nint f() { return g.a(1); }\n"),
            ("n.c", "static int e1(int x) { return x; }\nstatic int e2(int x) { return x; }\nstatic struct { const char *n; int (*f)(int); } all[] = { { \"a\", e1 }, { .f = e2 } };\nint g(int i) { return all[i].f(1); }\n")],
        calls: &["m.f m.d2 0.95", "n.g n.e1 0.47", "n.g n.e2 0.47"] },
    Case { what: "a loop over one object of the project does not give that object: by name, all methods are guesses",
        files: &[("m.rs", "struct Ci;\nimpl Ci { fn area(&self) {} }\nstruct Seq;\nimpl Seq { fn area(&self) {} }\nimpl Iterator for Seq { type Item = Ci; fn next(&mut self) -> Option<Ci> { None } }\nfn f(s: Seq) { for c in s { c.area() } }\nfn g(s: Vec<Ci>) { for c in s { c.area() } }\n")],
        calls: &["m.f m.Ci.area 0.15", "m.f m.Seq.area 0.15", "m.g m.Ci.area 0.95"] },
    Case { what: "a field of a declared type; nothing of a type from outside",
        files: &[("m.ts", "import { X } from 'x';\nclass A { m() {} }\nclass B { constructor(private a: A, private x: X) {} f() { this.a.m(); this.x.m(); } }\n")],
        calls: &["m.B.f m.A.m 0.95"] },
];

#[test]
fn calls_are_exactly_those_expected() {
    let found = CASES.iter().map(|case| (case.what, calls(case.files), case.calls));
    let wrong: Vec<_> = found.filter(|(_, found, expected)| found != expected).collect();
    assert!(wrong.is_empty(), "what, found, expected: {wrong:#?}");
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
