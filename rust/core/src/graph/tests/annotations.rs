//! What annotations of Python promise where nothing else is known.

use super::{lines_of, project};
use crate::graph::EdgeKind;

const CLASSES: &str =
    "class A:\n    def run(self): pass\nclass B(A):\n    def run(self): pass\nclass C:\n    def go(self): pass\n";

/// Code after the classes above, and what it calls of them, without constructors.
#[rustfmt::skip]
static CASES: &[(&str, &str, &[&str])] = &[
    ("a parameter stands for its class and those below", "def f(a: A): a.run()\n", &["m.f calls m.A.run 0.40", "m.f calls m.B.run 0.40"]),
    ("what is given is known better", "def f(a: A): a.run()\nf(B())\n", &["m calls m.B 0.95", "m calls m.f 0.95", "m.f calls m.B.run 0.95"]),
    ("so is what a function in between gives", "def make(): return B()\ndef f(a: A): a.run()\nf(make())\n", &["m calls m.f 0.95", "m calls m.make 0.95", "m.f calls m.B.run 0.95", "m.make calls m.B 0.95"]),
    ("quoted, and before the class is there", "def f(c: 'C', d: \"Late\"): c.go(); d.on()\nclass Late:\n    def on(self): pass\n", &["m.f calls m.C.go 0.80", "m.f calls m.Late.on 0.80"]),
    ("one of several", "import typing as t\nfrom typing import Optional, Union\ndef f(a: Optional[C], b: 'C | None', c: Union[C, int], d: t.Optional['C'], e: C | str): a.go(); b.go(); c.go(); d.go(); e.go()\n", &["m.f calls m.C.go 0.80"]),
    ("both of two", "def f(a: B | C): a.run(); a.go()\n", &["m.f calls m.B.run 0.80", "m.f calls m.C.go 0.80"]),
    ("elements", "from typing import Sequence\ndef f(a: list[C], b: 'Sequence[C]', c: tuple[B, ...]):\n    for one in a: one.go()\n    b[0].go()\n    c[1].run()\n", &["m.f calls m.B.run 0.80", "m.f calls m.C.go 0.80"]),
    ("places of a tuple", "def f(a: tuple[B, C]):\n    b, c = a\n    b.run()\n    c.go()\n", &["m.f calls m.B.run 0.80", "m.f calls m.C.go 0.80"]),
    ("values and keys", "from typing import Dict\ndef f(a: dict[str, C], b: Dict[B, list[C]]):\n    a['x'].go()\n    for k, v in b.items():\n        k.run()\n        v[0].go()\n", &["m.f calls m.B.run 0.80", "m.f calls m.C.go 0.80"]),
    ("fields of a class", "class D:\n    c: C\n    all: 'list[B]'\n    def f(self):\n        self.c.go()\n        for b in self.all: b.run()\n", &["m.D.f calls m.B.run 0.80", "m.D.f calls m.C.go 0.80"]),
    ("fields of what a parameter stands for", "class D:\n    c: C\nclass E:\n    d: D\ndef f(e: E): e.d.c.go()\n", &["m.f calls m.C.go 0.80"]),
    ("attributes", "class D:\n    def __init__(self, c):\n        self.c: C = c\n        self.d: C\n        self.e: list[C] = []\n    def f(self): self.c.go()\n    def g(self): self.d.go()\n    def h(self):\n        for one in self.e: one.go()\n", &["m.D.f calls m.C.go 0.80", "m.D.g calls m.C.go 0.80", "m.D.h calls m.C.go 0.80"]),
    ("what is put there is known better", "class D:\n    def __init__(self): self.a: A = B()\n    def f(self): self.a.run()\nclass E:\n    a: A\n    def __init__(self, a): self.a = a\n    def f(self): self.a.run()\nE(B()).f()\nD().f()\n",
        &["m calls m.B 0.95", "m calls m.D.__init__ 0.95", "m calls m.D.f 0.95", "m calls m.E.__init__ 0.95", "m calls m.E.f 0.95", "m.D.__init__ calls m.B 0.95", "m.D.f calls m.B.run 0.95", "m.E.f calls m.B.run 0.95"]),
    ("variables", "import json\nc: C = json.loads('')\nc.go()\ndef f(x):\n    d: 'C' = x\n    d.go()\n", &["m calls json.loads 0.95", "m calls m.C.go 0.80", "m.f calls m.C.go 0.80"]),
    ("what a function promises", "from typing import Iterator\nimport x\ndef one() -> C: return x.y()\ndef all() -> 'Iterator[B]': yield x.z()\nasync def late() -> C: ...\none().go()\nfor b in all(): b.run()\nasync def f(): (await late()).go()\n",
        &["m calls m.B.run 0.80", "m calls m.C.go 0.80", "m calls m.all 0.95", "m calls m.one 0.95", "m.all calls x.z 0.95", "m.f calls m.C.go 0.80", "m.f calls m.late 0.95", "m.one calls x.y 0.95"]),
    ("what it gives back is known better", "def one() -> A: return B()\ndef same(a: A) -> A: return a\none().run()\nsame(B()).run()\n", &["m calls m.B 0.95", "m calls m.B.run 0.95", "m calls m.one 0.95", "m calls m.same 0.95", "m.one calls m.B 0.95"]),
    ("a method that only subclasses have filled in", "class D:\n    def do(self): self.step()\nclass E(D):\n    def step(self): pass\nclass F(D):\n    def do(self): pass\n    def step(self): pass\n", &["m.D.do calls m.E.step 0.80"]),
    ("a value is no class", "def help(): pass\nkinds = {'c': help}\ndef f(a: kinds): a['c']()\n", &[]),
    ("classes are no objects, and what is called is unknown", "from typing import Callable, Literal\ndef f(a: type[C], b: Callable[[C], C], c: Literal['C']): a.go; c.nothing(); b.nothing()\n", &[]),
];

#[test]
fn annotations_stand_in_for_what_is_not_known() {
    for (what, text, edges) in CASES {
        let graph = project(&[("m.py", &format!("{CLASSES}{text}"))]);
        assert_eq!(lines_of(&graph, &[EdgeKind::Calls]), *edges, "{what}");
    }
}
