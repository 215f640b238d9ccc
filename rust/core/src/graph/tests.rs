//! Source files and the edges that must, and alone may, come of them.

mod annotations;
mod languages;
mod manifests;
mod modules;

use super::*;
use crate::language::{Language, PackageRoot};
use crate::syntax::{ParseLimits, parse};

fn facts(path: &str, text: &str) -> FileFacts {
    let language = Language::from_path(path).unwrap();
    let tree = parse(language, text.as_bytes(), &ParseLimits::default()).unwrap();
    file_facts(path, text.as_bytes(), &tree)
}

fn project(files: &[(&str, &str)]) -> ProjectGraph {
    let roots: Vec<_> = files.iter().flat_map(|(path, text)| PackageRoot::read(path, text)).collect();
    let sources = files.iter().filter(|(path, _)| Language::from_path(path).is_some());
    let mut facts: Vec<_> = sources.map(|(path, text)| facts(path, text)).collect();
    facts.sort_by(|one, other| one.path().cmp(other.path()));
    link_folder(&facts, "", &roots)
}

/// Every call, import and base, as `source kind target confidence`.
fn references(graph: &ProjectGraph) -> Vec<String> {
    lines_of(graph, &[EdgeKind::Calls, EdgeKind::Imports, EdgeKind::Inherits])
}

fn lines_of(graph: &ProjectGraph, kinds: &[EdgeKind]) -> Vec<String> {
    let name = |node: u32| graph.names[node as usize].as_str();
    let others = graph.edges().filter(|edge| kinds.contains(&edge.kind));
    let mut lines: Vec<_> = others
        .map(|edge| format!("{} {} {} {:.2}", name(edge.source), edge.kind.name(), name(edge.target), edge.confidence))
        .collect();
    lines.sort();
    lines
}

struct Case {
    what: &'static str,
    files: &'static [(&'static str, &'static str)],
    edges: &'static [&'static str],
}

#[rustfmt::skip]
static CASES: &[Case] = &[
    Case { what: "a function defined later", files: &[("m.py", "def f(): g()\ndef g(): pass\n")],
        edges: &["m.f calls m.g 0.95"] },
    Case { what: "code of the module belongs to the module", files: &[("m.py", "def f(): pass\nif x:\n    f()\n")],
        edges: &["m calls m.f 0.95"] },
    Case { what: "definitions in branches share; a redefinition replaces",
        files: &[("m.py", "if x:\n    def f(): pass\nelse:\n    def f(): pass\ndef g(): pass\ndef g(): h()\ndef h(): pass\nf()\n")],
        edges: &["m calls m.f 0.47", "m calls m.f 0.47", "m.g calls m.h 0.95"] },
    Case { what: "nested functions, seen from inside alone",
        files: &[("m.py", "def f():\n    def g(): h()\n    def h(): g()\n    g()\nh()\n")],
        edges: &["m.f calls m.f.g 0.95", "m.f.g calls m.f.h 0.95", "m.f.h calls m.f.g 0.95"] },
    Case { what: "a class attribute is not seen from its methods",
        files: &[("m.py", "class C:\n    def a(self): pass\n    def b(self): a()\n    a(1)\n")],
        edges: &["m.C calls m.C.a 0.95"] },
    Case { what: "methods of the object, the class and bases",
        files: &[("m.py", "class B:\n    def m(self): pass\nclass C(B):\n    def n(this): this.m(); this.k()\n    @classmethod\n    def k(cls): cls.n()\n    @staticmethod\n    def s(x): x.nothing()\nC.k()\n")],
        edges: &["m calls m.C.k 0.95", "m.C inherits m.B 1.00", "m.C.k calls m.C.n 0.95", "m.C.n calls m.B.m 0.80", "m.C.n calls m.C.k 0.80"] },
    Case { what: "the base classes' method",
        files: &[("m.py", "class B:\n    def m(self): pass\nclass C(B):\n    def m(self): super().m()\n")],
        edges: &["m.C inherits m.B 1.00", "m.C.m calls m.B.m 0.80"] },
    Case { what: "constructors where the class defines one",
        files: &[("m.py", "class A:\n    def __init__(self): pass\nclass B(A): pass\ndef f(): A(); B()\n")],
        edges: &["m.B inherits m.A 1.00", "m.f calls m.A.__init__ 0.95"] },
    Case { what: "decorators are called where they stand",
        files: &[("m.py", "def d(f): return f\ndef e(x): return d\n@d\n@e(1)\ndef f(): pass\nclass C:\n    @d\n    def m(self): pass\n")],
        edges: &["m calls m.d 0.95", "m calls m.e 0.95", "m.C calls m.d 0.95"] },
    Case { what: "comprehensions belong to what they stand in; a lambda is a function",
        files: &[("m.py", "def g(x): pass\ndef f(): return lambda y: g(y)\nk = [g(x) for x in y]\ndef h(): return [g for g in y][0], [g() for g in y]\n")],
        edges: &["m calls m.g 0.95", "m.f.<lambda1> calls m.g 0.95"] },
    Case { what: "a variable that holds a lambda; one in a header belongs to what is around",
        files: &[("m.py", "def g(): pass\nk = lambda: g()\nk()\ndef f(x=lambda: g()):\n    return lambda: (lambda: g())\n")],
        edges: &["m calls m.<lambda1> 0.95", "m.<lambda1> calls m.g 0.95", "m.<lambda2> calls m.g 0.95", "m.f.<lambda1>.<lambda1> calls m.g 0.95"] },
    Case { what: "parameters and variables hide definitions",
        files: &[("m.py", "def g(): pass\ndef f(g): g()\ndef h():\n    g = 1\n    g()\ndef i():\n    for g in x: g()\n")],
        edges: &[] },
    Case { what: "one-step aliases", files: &[("m.py", "import json\ndef g(): pass\nk = g\nl = json.loads\nk(); l()\nclass C:\n    r = g\n    def m(self): self.r()\n")],
        edges: &["m calls json.loads 0.95", "m calls m.g 0.95", "m imports json 1.00", "m.C.m calls m.g 0.80"] },
    Case { what: "built-in and outside names", files: &[("m.py", "import os.path, numpy as np\nfrom json import loads as l\nlen(x); os.path.join(); np.array(); l()\nclass E(ValueError): pass\nunknown()\n")],
        edges: &["m calls builtins.len 0.95", "m calls json.loads 0.95", "m calls numpy.array 0.95", "m calls os.path.join 0.95", "m imports json 1.00", "m imports numpy 1.00", "m imports os.path 1.00", "m.E inherits builtins.ValueError 0.90"] },
    Case { what: "absolute and relative imports in a package",
        files: &[("p/__init__.py", "from .a import f\nfrom . import b\n"), ("p/a.py", "def f(): pass\n"),
            ("p/b.py", "from .a import f as g\nfrom . import a\nfrom .. import q\ng(); a.f()\n"),
            ("p/s/__init__.py", ""), ("p/s/c.py", "from ..a import f\nfrom ... import z\nf()\n"),
            ("u.py", "import p, p.a\nfrom p import f, b\np.f(); f(); p.a.f(); b.g()\n")],
        edges: &["p imports p.a 1.00", "p imports p.b 1.00", "p.b calls p.a.f 0.95", "p.b imports p.a 1.00", "p.s.c calls p.a.f 0.95", "p.s.c imports p.a 1.00", "u calls p.a.f 0.95", "u imports p 1.00", "u imports p.a 1.00", "u imports p.b 1.00"] },
    Case { what: "classes of other files: constructor, class method, inherited method, base",
        files: &[("a.py", "class A:\n    def __init__(self): pass\n    def m(self): pass\n"), ("b.py", "from a import A\nclass B(A):\n    def n(self): self.m(); super().m()\n"),
            ("c.py", "from b import B\nimport a\na.A(); B(); B.m(1); B.n(2)\n")],
        edges: &["b imports a 1.00", "b.B inherits a.A 0.90", "b.B.n calls a.A.m 0.80", "c calls a.A.__init__ 0.95", "c calls a.A.m 0.95", "c calls b.B.n 0.95", "c imports a 1.00", "c imports b 1.00"] },
    Case { what: "everything imported", files: &[("a.py", "def f(): pass\n"), ("b.py", "from a import *\nfrom os import *\nf(); g()\n")],
        edges: &["b calls a.f 0.95", "b imports a 1.00", "b imports os 1.00"] },
    Case { what: "methods of unknown objects are guessed where few have the name",
        files: &[("m.py", "class A:\n    def run(self): pass\n    def append(self): pass\nclass B:\n    def run(self): pass\nx.run(); f().run(); x.append(1); x.none()\n")],
        edges: &["m calls m.A.run 0.15", "m calls m.B.run 0.15"] },
    Case { what: "a fallback for a missing import", files: &[("m.py", "try:\n    from fast import f, g\nexcept ImportError:\n    g = None\n    def f(): pass\nf(); g()\n")],
        edges: &["m calls fast.f 0.95", "m calls fast.g 0.95", "m calls m.f 0.95", "m imports fast 1.00"] },
    Case { what: "packages in a folder that is none", files: &[("src/p/__init__.py", ""), ("src/p/a.py", "def f(): pass\n"), ("t/test_a.py", "from p.a import f\nimport helper\nf(); helper.h()\n"), ("t/helper.py", "def h(): pass\n"), ("o.py", "import helper\n")],
        edges: &["o imports helper 1.00", "t.test_a calls src.p.a.f 0.95", "t.test_a calls t.helper.h 0.95", "t.test_a imports src.p.a 1.00", "t.test_a imports t.helper 1.00"] },
    Case { what: "a package of several files is imported as all of them, by the end of its path; one of other languages is none",
        files: &[("cmd/main.go", "package main\nimport (\n\t\"fmt\"\n\ts \"example.com/shop/store\"\n\t\"example.com/shop/views\"\n)\nfunc main() { fmt.Println(s.Add()) }\n"),
            ("store/add.go", "package store\nfunc Add() int { return 1 }\n"), ("store/take.go", "package store\n"), ("views/v.py", "")],
        edges: &["cmd.main imports example.com/shop/views 1.00", "cmd.main imports fmt 1.00", "cmd.main imports store.add 1.00", "cmd.main imports store.take 1.00",
            "cmd.main.main calls fmt.Println 0.95", "cmd.main.main calls store.add.Add 0.95"] },
    Case { what: "imports that go round in circles end", files: &[("a.py", "from b import x\nx()\n"), ("b.py", "from a import x\n")],
        edges: &["a imports b 1.00", "b imports a 1.00"] },
    Case { what: "defaults and bases are made around a definition", files: &[("m.py", "def g(): pass\nclass C(g()):\n    def g(self, a=g()): pass\n    def h(self, b=[g(x) for x in y]): g()\ndef f(a: g() = g()) -> g(): pass\n")],
        edges: &["m calls m.g 0.95", "m.C calls m.g 0.95", "m.C.h calls m.g 0.95"] },
    Case { what: "bases are searched in the order written", files: &[("b.py", "class A:\n    def m(self): pass\nclass B:\n    def m(self): pass\n"), ("c.py", "from b import A\nfrom b import B\nclass C(B, A):\n    def n(self): self.m()\n")],
        edges: &["c imports b 1.00", "c.C inherits b.A 0.90", "c.C inherits b.B 0.90", "c.C.n calls b.B.m 0.80"] },
    Case { what: "a source root that is itself a package", files: &[("__init__.py", "from .a import f\nfrom . import b\nf()\n"), ("a.py", "def f(): pass\n"), ("s/__init__.py", ""), ("s/b.py", "from ..a import f\nfrom pkg.a import f as g\nimport pkg.a, pkg\nimport os.path\nf(); g(); pkg.f()\n")],
        edges: &["__init__ calls a.f 0.95", "__init__ imports a 1.00", "s.b calls a.f 0.95", "s.b imports __init__ 1.00", "s.b imports a 1.00", "s.b imports os.path 1.00"] },
    Case { what: "global names", files: &[("m.py", "def g(): pass\ndef f():\n    global k\n    k = g\ndef h(): k()\n")],
        edges: &["m.h calls m.g 0.95"] },
    Case { what: "generic and keyword bases", files: &[("m.py", "class A: pass\nclass B(A[int], metaclass=A): pass\n")],
        edges: &["m.B inherits m.A 1.00"] },
];

#[test]
fn files_give_their_edges_and_no_others() {
    for case in CASES {
        assert_eq!(references(&project(case.files)), case.edges, "{}", case.what);
    }
}

#[rustfmt::skip]
static ACCESSES: &[Case] = &[
    Case {
        what: "variables of the module, also by functions that declare them global",
        files: &[("m.py", "X = 1\nY = X\ndef f(): return X + X\ndef g():\n    global X\n    X = 2\n    X += 1\ndef h(X): X = 3\n")],
        edges: &["m reads m.X 1.00", "m writes m.X 1.00", "m writes m.Y 1.00", "m.f reads m.X 1.00", "m.g reads m.X 1.00", "m.g writes m.X 1.00"],
    },
    Case {
        what: "variables of a class, by its name, its object, its methods' class and its subclasses",
        files: &[("m.py", "class A:\n    v = 1\n    def m(self): self.v = self.v + self.w\n    def n(self): v\nclass B(A):\n    def k(self): return self.v.x\nA.v.y = 2\n")],
        edges: &["m reads m.A.v 0.95", "m.A writes m.A.v 1.00", "m.A.m reads m.A.v 0.95", "m.A.m writes m.A.v 0.95", "m.B.k reads m.A.v 0.90"],
    },
    Case {
        what: "variables of base classes in the order of look-up, in the file and across files",
        files: &[
            ("a.py", "class A:\n    limit = 1\n    def go(self): pass\nclass B(A): pass\nclass C(A):\n    limit = 2\n    def go(self): pass\n"),
            ("b.py", "from a import B, C\nclass D(B, C):\n    def m(self): return self.limit\n"),
            ("c.py", "class A:\n    limit = 1\nclass B(A): pass\nclass C(A):\n    limit = 2\nclass D(B, C):\n    def m(self): return self.limit\n"),
        ],
        edges: &["a.A writes a.A.limit 1.00", "a.C writes a.C.limit 1.00", "b.D.m reads a.C.limit 0.90", "c.A writes c.A.limit 1.00", "c.C writes c.C.limit 1.00", "c.D.m reads c.C.limit 0.90"],
    },
    Case {
        what: "variables of other modules, by imports and through packages",
        files: &[
            ("p/__init__.py", "from .a import X\n"), ("p/a.py", "X = []\nclass C:\n    v = 1\n"),
            ("u.py", "import p.a\nfrom p import X, a as b\nfrom p.a import C\nfrom p.a import *\ndef f(): X.append(b.X)\ndef g():\n    p.a.X = C.v\n    unknown\n"),
        ],
        edges: &["p.a writes p.a.X 1.00", "p.a.C writes p.a.C.v 1.00", "u.f reads p.a.X 0.90", "u.g reads p.a.C.v 0.90", "u.g writes p.a.X 0.90"],
    },
    Case {
        what: "a name from an import of everything",
        files: &[("a.py", "X = 1\n"), ("b.py", "from a import *\ndef f(): return X\n")],
        edges: &["a writes a.X 1.00", "b.f reads a.X 0.70"],
    },
    Case {
        what: "parameters, local variables, functions and names in other scopes are none",
        files: &[("m.py", "X = 1\ndef f():\n    X = 2\n    def g(): return X\n    return [X for X in y]\ndef k(): f\n")],
        edges: &["m writes m.X 1.00"],
    },
    Case {
        what: "a variable of a package that is imported by its path",
        files: &[("cmd/main.go", "package main\nimport \"example.com/shop/store\"\nfunc main() { store.Count = store.Count + store.Other }\n"),
            ("store/a.go", "package store\n"), ("store/b.go", "package store\nvar Count = 1\n")],
        edges: &["cmd.main.main reads store.b.Count 0.90", "cmd.main.main writes store.b.Count 0.90", "store.b writes store.b.Count 1.00"],
    },
    Case {
        what: "the other languages: a name given a value without being declared is the one around",
        files: &[
            ("a.js", "let n = 1;\nfunction f() { n += 1; return n; }\nfunction g() { const n = 2; return n; }\n"),
            ("b.go", "package b\nvar n = 1\nfunc f() { n = 2 }\nfunc g() int { n := 3; return n }\nfunc h() int { return n }\n"),
            ("c/C.java", "class C { int n = 1; void f() { n = 2; } int g() { return this.n; } int h(int n) { return n; } }\n"),
            ("d.c", "static int n = 1;\nint f(void) { n = 2; return n; }\nint g(void) { int n = 3; return n; }\n"),
            ("e.rs", "static N: u8 = 1;\nfn f() -> u8 { N }\n"),
        ],
        edges: &[
            "a writes a.n 1.00", "a.f reads a.n 1.00", "a.f writes a.n 1.00", "b writes b.n 1.00", "b.f writes b.n 1.00", "b.h reads b.n 1.00",
            "c.C.C writes c.C.C.n 1.00", "c.C.C.f writes c.C.C.n 1.00", "c.C.C.g reads c.C.C.n 0.95", "d writes d.n 1.00", "d.f reads d.n 1.00", "d.f writes d.n 1.00", "e writes e.N 1.00", "e.f reads e.N 1.00",
        ],
    },
    Case {
        what: "a constant in a pattern, the name of a structure, and a method reference give no variable a value",
        files: &[
            ("a.rs", "const LIM: u32 = 1;\nfn f(x: Option<u32>) { if let Some(LIM) = x {} }\nfn g(x: u32) { match x { LIM => {}, _ => {} } }\n"),
            ("b.c", "static int cnt = 1;\nstruct cnt { int n; };\nint f(struct cnt *p) { return p->n; }\nint g(void) { return cnt; }\n"),
            ("c/C.java", "class C { int size = 1; int size() { return 2; } void f(java.util.List<C> l) { l.forEach(C::size); } }\n"),
        ],
        edges: &["a writes a.LIM 1.00", "a.f reads a.LIM 1.00", "a.g reads a.LIM 1.00", "b writes b.cnt 1.00", "b.g reads b.cnt 1.00", "c.C.C writes c.C.C.size 1.00"],
    },
    Case {
        what: "what goes on from a value reads and writes, and so does what counts, in every language",
        files: &[
            ("a.js", "let n = 1;\nfunction f() { n += 1; }\nfunction g() { --n; }\nclass C { k = 1; h() { this.k++; } }\n"),
            ("b.go", "package b\nvar n, m = 1, 2\nfunc f() { n += 1 }\nfunc g() { m++ }\nfunc h() { n, m = m, n }\n"),
            ("c/C.java", "class C { int n = 1; static int m = 1; void f() { n += 1; } void g() { n++; --n; } void h() { this.n--; C.m++; } }\n"),
            ("d.c", "static int n = 1;\nvoid f(void) { n += 1; }\nvoid g(void) { (n)--; }\n"),
            ("e.cpp", "int n = 1;\nvoid f() { n += 1; }\nvoid g() { ++n; }\n"),
            ("f.rs", "static mut N: u8 = 1;\nfn f() { unsafe { N += 1; } }\n"),
            ("g.ts", "let n: number = 1;\nfunction f() { n += 1; }\nfunction g() { n++; }\n"),
        ],
        edges: &[
            "a writes a.n 1.00", "a.C writes a.C.k 1.00", "a.C.h reads a.C.k 0.95", "a.C.h writes a.C.k 0.95", "a.f reads a.n 1.00", "a.f writes a.n 1.00", "a.g reads a.n 1.00", "a.g writes a.n 1.00",
            "b writes b.m 1.00", "b writes b.n 1.00", "b.f reads b.n 1.00", "b.f writes b.n 1.00", "b.g reads b.m 1.00", "b.g writes b.m 1.00",
            "b.h reads b.m 1.00", "b.h reads b.n 1.00", "b.h writes b.m 1.00", "b.h writes b.n 1.00",
            "c.C.C writes c.C.C.m 1.00", "c.C.C writes c.C.C.n 1.00", "c.C.C.f reads c.C.C.n 1.00", "c.C.C.f writes c.C.C.n 1.00", "c.C.C.g reads c.C.C.n 1.00", "c.C.C.g writes c.C.C.n 1.00",
            "c.C.C.h reads c.C.C.m 0.95", "c.C.C.h reads c.C.C.n 0.95", "c.C.C.h writes c.C.C.m 0.95", "c.C.C.h writes c.C.C.n 0.95",
            "d writes d.n 1.00", "d.f reads d.n 1.00", "d.f writes d.n 1.00", "d.g reads d.n 1.00", "d.g writes d.n 1.00",
            "e writes e.n 1.00", "e.f reads e.n 1.00", "e.f writes e.n 1.00", "e.g reads e.n 1.00", "e.g writes e.n 1.00",
            "f writes f.N 1.00", "f.f reads f.N 1.00", "f.f writes f.N 1.00",
            "g writes g.n 1.00", "g.f reads g.n 1.00", "g.f writes g.n 1.00", "g.g reads g.n 1.00", "g.g writes g.n 1.00",
        ],
    },
    Case {
        what: "a declaration without a value writes nothing; constants may have one that is not written",
        files: &[
            ("a.ts", "let n: number;\nclass C { k: number; static m = 1; f() { n = this.k; } }\n"),
            ("b.go", "package b\nvar n int\nconst (\n\tA = iota\n\tB\n)\nfunc f() { n = A }\n"),
            ("c/C.java", "class C { int n; int m = 1; void f() { n = m; } }\n"),
            ("d.c", "int n, *p;\nextern int gone;\nint f(void);\nvoid g(void) { n = 2; p = &gone; }\n"),
            ("e.py", "from dataclasses import dataclass\nk: int\n@dataclass\nclass C:\n    n: int\n    m: int = 1\n    def f(self): self.n = k\n"),
        ],
        edges: &[
            "a.C writes a.C.m 1.00", "a.C.f reads a.C.k 0.95", "a.C.f writes a.n 1.00", "b writes b.A 1.00", "b writes b.B 1.00", "b.f reads b.A 1.00", "b.f writes b.n 1.00",
            "c.C.C writes c.C.C.m 1.00", "c.C.C.f reads c.C.C.m 1.00", "c.C.C.f writes c.C.C.n 1.00", "d.g writes d.n 1.00", "d.g writes d.p 1.00",
            "e.C writes e.C.m 1.00", "e.C.f reads e.k 1.00", "e.C.f writes e.C.n 0.95",
        ],
    },
    Case {
        what: "variables of other files of a package, but not those of its tests",
        files: &[
            ("p/a.go", "package p\nvar Count, hidden = 1, 2\nvar Box struct{ n int }\n"), ("p/a_test.go", "package p\nvar Probe = 1\n"),
            ("p/b.go", "package p\nfunc f() int { Count++; Box.n = Probe; return hidden }\nfunc g(Count int) int { return Count }\n"), ("q/c.go", "package q\nfunc f() int { return Count }\n"),
            ("j/Base.java", "class Base { int limit = 1; }\n"), ("j/Other.java", "class Other extends Base { static int COUNT; static int[] rows = {}; }\n"),
            ("j/Use.java", "class Use extends Base { int f(int COUNT) { Other.COUNT = COUNT; limit++; return Other.rows.length + Other.COUNT; } }\n"),
            ("k/Far.java", "class Far { int f() { return Other.COUNT; } }\n"),
        ],
        edges: &[
            "j.Base.Base writes j.Base.Base.limit 1.00", "j.Other.Other writes j.Other.Other.rows 1.00",
            "j.Use.Use.f reads j.Base.Base.limit 0.90", "j.Use.Use.f reads j.Other.Other.COUNT 0.90", "j.Use.Use.f reads j.Other.Other.rows 0.90", "j.Use.Use.f writes j.Base.Base.limit 0.90", "j.Use.Use.f writes j.Other.Other.COUNT 0.90",
            "p.a writes p.a.Count 1.00", "p.a writes p.a.hidden 1.00", "p.a_test writes p.a_test.Probe 1.00",
            "p.b.f reads p.a.Box 0.90", "p.b.f reads p.a.Count 0.90", "p.b.f reads p.a.hidden 0.90", "p.b.f writes p.a.Count 0.90",
        ],
    },
    Case {
        what: "a field beside a method of its name: the method is called, the field is read",
        files: &[("M.java", "class M { int n = 1; int n() { return n + this.n; } void f() { n(); this.n(); n = 2; } }\n")],
        edges: &["M.M writes M.M.n 1.00", "M.M.f writes M.M.n 1.00", "M.M.n reads M.M.n 1.00"],
    },
    Case {
        what: "variables that the linker joins, in the innermost namespace, the nearest ones first; private ones stay in their file",
        files: &[
            ("a.c", "int total = 1;\nstatic int own = 2;\nstruct Box { int n; } box;\n"), ("a.h", "extern int total;\n"),
            ("b.c", "#include \"a.h\"\nextern struct Box box;\nextern int own;\nvoid f(void) { total++; box.n = own; }\nint g(int total) { return total; }\n"),
            ("other/c.c", "int total;\n"), ("other/d.c", "extern int total;\nvoid h(void) { total = 1; }\n"),
            ("e.cpp", "namespace ns { int depth = 1; }\n"), ("f.cpp", "namespace ns { extern int depth; int f() { return depth; } }\nint g() { return ns::depth; }\nint h() { return depth; }\n"),
        ],
        edges: &[
            "a writes a.own 1.00", "a writes a.total 1.00", "b.f reads a.box 0.90", "b.f reads a.total 0.90", "b.f writes a.total 0.90",
            "e writes e.ns.depth 1.00", "f.g reads e.ns.depth 0.90", "f.ns.f reads e.ns.depth 0.90", "other.d.h writes other.c.total 0.90",
        ],
    },
];

#[test]
fn saying_that_a_variable_is_global_does_not_read_it() {
    let files = project(&[("a.py", "total = 0\ndef f():\n    global total\n    total = 1\n")]);
    assert_eq!(
        lines_of(&files, &[EdgeKind::Reads, EdgeKind::Writes]),
        ["a writes a.total 1.00", "a.f writes a.total 1.00"]
    );
}

#[test]
fn variables_of_modules_and_classes_know_who_reads_and_writes_them() {
    for case in ACCESSES {
        let found = lines_of(&project(case.files), &[EdgeKind::Reads, EdgeKind::Writes]);
        assert_eq!(found, case.edges, "{}", case.what);
    }
}

#[rustfmt::skip]
static TESTS: &[Case] = &[
    Case {
        what: "a test's calls outside of tests, also through helpers, and those of functions in it",
        files: &[
            ("lib.py", "def f(): g()\ndef g(): pass\nclass K:\n    def m(self): pass\n"),
            ("test_lib.py", "import lib\ndef helper(): lib.f()\ndef test_f():\n    def inner(): lib.g()\n    helper(); inner()\ndef test_k(): lib.K().m(); len(x)\ndef other(): lib.g()\n"),
        ],
        edges: &["test_lib.test_f tests lib.f 0.90", "test_lib.test_f tests lib.g 0.95", "test_lib.test_k tests lib.K 0.95", "test_lib.test_k tests lib.K.m 0.95"],
    },
    Case {
        what: "what is set up before a test is exercised by it",
        files: &[
            ("lib.py", "def f(): pass\ndef g(): pass\ndef h(): pass\n"),
            ("test_lib.py", "import lib\ndef setup_module(): lib.h()\nclass TestF:\n    def setUp(self): lib.f()\n    def test_one(self): pass\nclass TestG:\n    def setup_method(self): lib.g()\n    def test_two(self): pass\n"),
        ],
        edges: &["test_lib.TestF.test_one tests lib.f 0.95", "test_lib.TestF.test_one tests lib.h 0.95", "test_lib.TestG.test_two tests lib.g 0.95", "test_lib.TestG.test_two tests lib.h 0.95"],
    },
    Case {
        what: "classes of tests, wherever they are; a function of such a name elsewhere is none",
        files: &[("m.py", "def f(): pass\nclass TestF:\n    def test_it(self): f()\nclass TestKit:\n    def run(self): f()\ndef test_drive(): f()\n")],
        edges: &["m.TestF.test_it tests m.f 0.95"],
    },
    Case {
        what: "the other languages' files of tests",
        files: &[
            ("a.js", "function f() {}\n"), ("a.test.js", "import { f } from './a.js';\ntest('f', () => { f(); });\n"),
            ("b.go", "package b\nfunc G() {}\n"), ("b_test.go", "package b\nfunc local() {}\nfunc TestG() { local() }\n"),
            ("c.rs", "fn h() {}\n#[cfg(test)]\nmod tests {\n    use super::h;\n    #[test]\n    fn it() { h(); }\n}\n"),
            ("d/DTest.java", "class DTest { void one() { two(); } void two() {} }\n"),
        ],
        edges: &["a.test.<lambda1> tests a.f 1.00", "c.tests.it tests c.h 1.00"],
    },
    Case {
        what: "what is handed to a runner is a test, what is around it and helpers are none",
        files: &[
            ("cart.js", "export function total() {}\nexport function add() {}\nexport function tax() {}\n"),
            ("cart.test.js", "import { total, add, tax } from './cart';\nfunction filled() { add(); }\nconst seen = () => { total(); };\nfunction taxed() { tax(); }\ndescribe('cart', () => {\n  beforeEach(() => { add(); });\n  it('counts', () => { filled(); });\n  test.each([() => add()])('adds', wrapped((n) => { add(); }));\n  test.describe('more', () => { tax(); it.only('sees', () => [1].map(() => seen())); });\n  it('taxes', taxed);\n});\n"),
        ],
        edges: &[
            "cart.test.<lambda1>.<lambda2> tests cart.add 1.00", "cart.test.<lambda1>.<lambda4> tests cart.add 1.00",
            "cart.test.<lambda1>.<lambda5>.<lambda1> tests cart.total 1.00", "cart.test.taxed tests cart.tax 1.00",
        ],
    },
    Case {
        what: "where no runner is called, what has the name of a test is one",
        files: &[("a.js", "export function f() {}\n"), ("test/a.js", "import { f } from '../a.js';\nfunction helper() { f(); }\nfunction testF() { helper(); }\ntestF();\n")],
        edges: &["test.a.testF tests a.f 1.00"],
    },
    Case {
        what: "marked functions are tests, wherever they are; others beside them are helpers",
        files: &[
            ("l.rs", "fn h() {}\nfn k() {}\n#[tokio::test]\nasync fn waits() { h(); }\n#[cfg(test)]\nmod tests {\n    use super::k;\n    fn made() { k(); }\n    #[test]\n    // Why.\n    #[ignore]\n    fn it() { made(); }\n}\n"),
            ("Lib.java", "class Lib { static void f() {} }\n"),
            ("LibTest.java", "class LibTest { void help() { Lib.f(); } @Test void one() { help(); } @org.junit.Test(timeout = 5) public void two() { Lib.f(); } }\n"),
        ],
        edges: &["LibTest.LibTest.one tests Lib.Lib.f 0.95", "LibTest.LibTest.two tests Lib.Lib.f 0.95", "l.tests.it tests l.k 1.00", "l.waits tests l.h 1.00"],
    },
];

#[test]
fn tests_know_what_they_exercise() {
    for case in TESTS {
        assert_eq!(lines_of(&project(case.files), &[EdgeKind::Tests]), case.edges, "{}", case.what);
    }
}

#[test]
fn a_folder_that_is_a_package_gives_its_own_module_its_name() {
    let root = "def f(): pass\nclass C:\n    def __init__(self): pass\n";
    let cases = [
        ("", "a.py", ["__init__", "__init__.f", "__init__.C", "__init__.C.__init__"], ""),
        ("pkg", "a.py", ["pkg", "pkg.f", "pkg.C", "pkg.C.__init__"], "a calls pkg.f 0.95"),
        ("pkg", "pkg.py", ["pkg.__init__", "pkg.__init__.f", "pkg.__init__.C", "pkg.__init__.C.__init__"], ""),
    ];
    for (folder, file, wanted, edge) in cases {
        let files = [facts("__init__.py", root), facts(file, "import pkg\npkg.f()\n")];
        let graph = link_folder(&files, folder, &[]);
        let own = (0..graph.node_count()).filter(|node| graph.files[*node] == 0 && graph.kinds[*node] != 0);
        assert_eq!(own.map(|node| graph.names[node].as_str()).collect::<Vec<_>>(), wanted, "{folder} {file}");
        let modules = (0..graph.node_count()).filter(|node| graph.kinds[*node] == NodeKind::Module as u8);
        let names: std::collections::BTreeSet<_> = modules.map(|node| &graph.names[node]).collect();
        assert_eq!(names.len(), 2, "{folder} {file}: two modules share a name");
        assert!(edge.is_empty() || references(&graph).contains(&edge.to_owned()), "{folder}: {:?}", references(&graph));
    }
}

#[test]
fn nodes_have_dotted_names_lines_and_containers() {
    let text = "import os\nfrom . import q\nX, y = 1, 2\n\n@d(\n 1)\nasync def f(a):\n    z = 1\n    def g():\n        import json\n        pass\n        # a comment\n\nclass C:\n    v: int = 1\n\n    def m(self): pass\n";
    let graph = project(&[("p/q/__init__.py", text)]);
    let nodes: Vec<_> = (0..graph.node_count() as u32)
        .map(|node| {
            let place = node as usize;
            let lines = (graph.start_lines[place], graph.end_lines[place]);
            (graph.kind(node).name(), graph.names[place].as_str(), lines)
        })
        .collect();
    assert_eq!(
        nodes,
        [
            ("file", "p/q/__init__.py", (1, 17)),
            ("module", "p.q", (1, 17)),
            ("import", "p.q.os", (1, 1)),
            ("import", "p.q.q", (2, 2)),
            ("variable", "p.q.X", (3, 3)),
            ("variable", "p.q.y", (3, 3)),
            ("function", "p.q.f", (7, 11)),
            ("function", "p.q.f.g", (9, 11)),
            ("import", "p.q.f.g.json", (10, 10)),
            ("class", "p.q.C", (14, 17)),
            ("variable", "p.q.C.v", (15, 15)),
            ("function", "p.q.C.m", (17, 17)),
            ("external", "json", (0, 0)),
            ("external", "os", (0, 0)),
        ]
    );
    let contained: Vec<_> =
        graph.edges().filter(|edge| edge.kind == EdgeKind::Contains).map(|edge| (edge.source, edge.target)).collect();
    assert_eq!(contained, [(0, 1), (1, 2), (1, 3), (1, 4), (1, 5), (1, 6), (1, 9), (6, 7), (7, 8), (9, 10), (9, 11)]);
}

#[test]
fn import_labels_name_modules_as_written_where_they_are_used() {
    let text = "import os.path, re as r\nfrom json import loads\nfrom . import near\nfrom __future__ import annotations\n\
        def f(): os.path.join(near.x)\nclass C:\n    def m(self):\n        return loads(1)\n    def n(self, r): r.x\n";
    let facts = facts("p/m.py", text);
    let name = |node: u32| facts.nodes()[node as usize].name.as_str();
    let labels: Vec<_> = facts.import_labels().iter().map(|(node, label)| (name(*node), label.as_str())).collect();
    let file = "p/m.py";
    let expected =
        [(file, "json"), (file, "os.path"), (file, "re"), ("p.m.f", "os.path"), ("p.m.C", "json"), ("p.m.C.m", "json")];
    assert_eq!(labels, expected);
}

#[test]
fn linking_is_deterministic_and_columns_fit() {
    for case in CASES {
        let graph = project(case.files);
        assert_eq!(graph, project(case.files), "{}", case.what);
        let edges: Vec<_> = graph.edges().map(|edge| (edge.source, edge.target, edge.kind)).collect();
        assert!(edges.is_sorted() && edges.iter().all(|edge| (edge.1 as usize) < graph.node_count()));
        assert!(graph.confidences.iter().all(|confidence| *confidence > 0.0 && *confidence <= 1.0));
    }
}

#[test]
fn deep_and_broken_texts_are_taken() {
    let deep = ["(".repeat(50_000), "lambda x: f(".repeat(20_000), "a.b(".repeat(20_000), "[x for x in ".repeat(5_000)];
    for text in deep.iter().map(String::as_str).chain(["", "def", "class (:", "from import x", "import", "@", "def f("])
    {
        let limits = ParseLimits::unbounded();
        let tree = parse(Language::Python, text.as_bytes(), &limits).unwrap();
        assert!(file_facts("m.py", text.as_bytes(), &tree).nodes().len() >= 2);
    }
}
