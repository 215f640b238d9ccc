//! Imports and what is outside the project, in the languages other than Python.

use super::{Case, lines_of, project, references};
use crate::graph::EdgeKind;

#[rustfmt::skip]
static CASES: &[Case] = &[
    Case { what: "files whose names have a dot import what lies beside them",
        files: &[
            ("shape.js", "export function area() {}\n"),
            ("shape.test.js", "import { area } from './shape';\ntest('area', () => { area(); });\n"),
        ],
        edges: &["shape.test calls shape.test.<lambda1> 0.80", "shape.test imports shape 1.00", "shape.test.<lambda1> calls shape.area 1.00"] },
    Case { what: "and load it",
        files: &[
            ("area.js", "module.exports = function area() {};\n"),
            ("area.test.js", "const area = require('./area');\nfunction check() { area(); }\n"),
        ],
        edges: &["area.test.check calls area.area 1.00"] },
    Case { what: "both names may have one, and so may folders",
        files: &[
            ("ng/app.service.ts", "export class AppService { load() {} }\n"),
            ("ng/app.component.ts", "import { AppService } from './app.service';\nexport class AppComponent { constructor(private service: AppService) { this.service.load(); } }\n"),
            ("v1.2/app.spec.ts", "import { AppComponent } from '../ng/app.component';\nnew AppComponent(null);\n"),
        ],
        edges: &["ng.app.component imports ng.app.service 1.00", "ng.app.component.AppComponent.constructor calls ng.app.service.AppService.load 0.95",
            "v1.2.app.spec calls ng.app.component.AppComponent.constructor 1.00", "v1.2.app.spec imports ng.app.component 1.00"] },
    Case { what: "a name that is taken from a folder's file is no file of the folder",
        files: &[
            ("shop/index.js", "export { count as stock } from './price.js';\n"), ("shop/price.js", "export function count() {}\n"),
            ("shop/stock.js", "export function stock() {}\n"), ("m.js", "import { stock } from './shop';\nstock();\n"),
        ],
        edges: &["m calls shop.price.count 1.00", "m imports shop 1.00", "shop imports shop.price 1.00"] },
    Case { what: "a module that is loaded when the code runs",
        files: &[("a.js", "export function f() {}\n"), ("b.js", "async function g() { const a = await import('./a.js'); a.f(); }\n")],
        edges: &["b.g calls a.f 0.95"] },
    Case { what: "a header is what its file says, not the source file beside it; with its own source it is one module",
        files: &[
            ("bell.c", "#include \"bell.h\"\nint ring(void) { return LOUD; }\n"),
            ("bell.h", "int ring(void);\nstatic inline int twice(int a) { return a + a; }\n"),
            ("tower.c", "#include \"bell.h\"\n#include <stdio.h>\n#include \"gone.h\"\nint main(void) { return twice(ring()); }\n"),
        ],
        edges: &["tower imports bell 1.00", "tower imports gone.h 1.00", "tower imports stdio.h 1.00", "tower.main calls bell.ring 1.00", "tower.main calls bell.twice 1.00"] },
    Case { what: "a file does not include itself", files: &[("bell.c", "#include \"bell.h\"\nint ring(void) { return 1; }\n")], edges: &["bell imports bell.h 1.00"] },
    Case { what: "a file's own namespaces and classes are nothing that it imports",
        files: &[("l.rs", "pub mod util { pub fn helper() {} }\nuse util::helper;\nuse self::util as tools;\nenum Kind { One, Two }\nuse Kind::*;\nfn f() { helper(); tools::helper(); let _ = One; }\n")],
        edges: &["l.f calls l.util.helper 1.00"] },
    Case { what: "namespaces see those around them through their own paths",
        files: &[("l.rs", "mod a {\n    fn f() {}\n    mod b {\n        use super::f;\n        fn g() { f(); }\n    }\n}\nmod c {\n    use super::a;\n    fn h() { a::f(); }\n}\n")],
        edges: &["l.a.b.g calls l.a.f 1.00", "l.c.h calls l.a.f 0.95"] },
    Case { what: "paths mean the namespace in which they stand",
        files: &[("l.rs", "mod a {\n    fn f() {}\n    pub mod b {\n        fn g() { super::f(); super::super::h(); }\n    }\n    fn i() { self::f(); self::b::g(); }\n}\nfn h() { self::a::i(); }\n")],
        edges: &["l.a.b.g calls l.a.f 0.95", "l.a.b.g calls l.h 0.95", "l.a.i calls l.a.b.g 0.95", "l.a.i calls l.a.f 0.95", "l.h calls l.a.i 0.95"] },
    Case { what: "modules that the root declares lie beside it, those of another file in its folder",
        files: &[
            ("src/main.rs", "mod paint;\nuse paint::stroke;\nuse self::paint::fill;\nfn main() { stroke(); fill(); }\n"),
            ("src/paint/mod.rs", "mod brush;\nmod mix;\npub use brush::*;\npub use mix::blend as fill;\n"),
            ("src/paint/brush.rs", "pub fn stroke() {}\n"), ("src/paint/mix.rs", "pub fn blend() {}\n"),
        ],
        edges: &["src.main imports src.paint 1.00", "src.main.main calls src.paint.brush.stroke 1.00", "src.main.main calls src.paint.mix.blend 1.00",
            "src.paint imports src.paint.brush 1.00", "src.paint imports src.paint.mix 1.00"] },
    Case { what: "modules of Go give their packages paths, wherever they lie; a package of tests is imported by nobody",
        files: &[
            ("shop/go.mod", "module example.com/shop\n"), ("shop/shop.go", "package shop\nfunc Open() {}\n"), ("shop/store/add.go", "package store\nfunc Add() {}\n"),
            ("shop/store/add_test.go", "package store\nfunc Add() {}\nfunc Probe() { Add() }\n"), ("shop/only/only_test.go", "package only\nfunc F() {}\n"),
            ("tools/go.mod", "module example.com/shop/tools // inner\n"), ("tools/store/put.go", "package store\nfunc Put() {}\n"),
            ("shop/cmd/main.go", "package main\nimport (\n\t\"example.com/shop\"\n\t\"example.com/shop/store\"\n\tt \"example.com/shop/tools/store\"\n\t\"example.com/shop/only\"\n\to \"example.com/other/store\"\n)\nfunc main() { shop.Open(); store.Add(); store.Probe(); t.Put(); only.F() }\n"),
        ],
        edges: &["shop.cmd.main imports example.com/other/store 1.00", "shop.cmd.main imports example.com/shop/only 1.00", "shop.cmd.main imports shop.shop 1.00", "shop.cmd.main imports shop.store.add 1.00",
            "shop.cmd.main imports tools.store.put 1.00", "shop.cmd.main.main calls example.com/shop/only.F 0.95", "shop.cmd.main.main calls shop.shop.Open 0.95", "shop.cmd.main.main calls shop.store.add.Add 0.95",
            "shop.cmd.main.main calls tools.store.put.Put 0.95", "shop.store.add_test.Probe calls shop.store.add_test.Add 1.00"] },
    Case { what: "what the language brings is none of the project's, and of a module only its tests see those beside them",
        files: &[
            ("json/a.go", "package json\nfunc Marshal() {}\nfunc f() { Probe() }\n"), ("json/a_test.go", "package json\nfunc Probe() { Marshal() }\n"),
            ("m.go", "package m\nimport \"encoding/json\"\nfunc f() { json.Marshal() }\n"),
        ],
        edges: &["json.a_test.Probe calls json.a.Marshal 1.00", "m imports encoding/json 1.00", "m.f calls encoding/json.Marshal 0.95"] },
    Case { what: "a name that the file does not define is outside",
        files: &[("l.rs", "use anyhow::{anyhow, Result};\nuse serde;\nuse serde::Serialize;\nfn f() -> Result<u32> { anyhow::bail() }\n")],
        edges: &["l imports anyhow 1.00", "l imports serde 1.00", "l.f calls anyhow.anyhow.bail 0.95"] },
];

#[test]
fn files_give_their_edges_and_no_others() {
    for case in CASES {
        assert_eq!(references(&project(case.files)), case.edges, "{}", case.what);
    }
}

#[rustfmt::skip]
static OUTSIDE: &[Case] = &[
    Case { what: "what a container holds has no part in what the container is asked",
        files: &[
            ("M.java", "import java.util.Map;\nclass M { void f(Map<String, Integer> m) { m.put(\"a\", 1); m.get(\"a\").intValue(); } }\n"),
            ("l.rs", "fn f(v: &mut Vec<u32>) { v.push(1); }\n"),
            ("t.ts", "function f(h: Record<string, () => void>) { h['a'](); }\n"),
        ],
        edges: &["M.M.f calls java.util.Map.get 0.95", "M.M.f calls java.util.Map.put 0.95", "l.f calls std.Vec.push 0.95"] },
    Case { what: "what is taken out of it is asked itself",
        files: &[("M.java", "import java.util.List;\nclass M { void f(List<String> all, String[] some) { for (String one : all) one.trim(); some[0].strip(); } }\n")],
        edges: &["M.M.f calls java.lang.String.strip 0.95", "M.M.f calls java.lang.String.trim 0.95"] },
    Case { what: "what only wraps something passes on what it has not itself; nothing where that is not known",
        files: &[
            ("l.rs", "fn a(n: Option<&str>) { if let Some(one) = n { one.trim(); } n.is_some(); }\nfn b(r: Result<String, std::io::Error>) { let t = r?; t.trim(); }\nstruct S;\nimpl S { fn area(&self) {} }\nfn c(b: Box<S>, s: Box<str>) { b.area(); s.len(); }\nfn d(line: &str) { line.len(); Some(1); }\nfn e(all: Vec<Option<&str>>) { while let Some(one) = all.pop() { d(one); } }\n"),
        ],
        edges: &["l.a calls std.Option.is_some 0.95", "l.a calls std.str.trim 0.95", "l.b calls std.String.trim 0.95", "l.c calls l.S.area 0.95", "l.c calls std.str.len 0.95", "l.d calls std.str.len 0.95", "l.e calls l.d 1.00", "l.e calls std.Vec.pop 0.95"] },
    Case { what: "what was made of a class from outside, in a variable or a field",
        files: &[
            ("s.js", "class Table {\n  rows = new Map();\n  constructor() { this.all = new Set(); }\n  add(k) { this.rows.set(k, 1); this.all.add(k); const own = new Map(); own.get(k); [1].map(k); }\n}\n"),
        ],
        edges: &["s.Table calls globalThis.Map 0.95", "s.Table.add calls globalThis.Map 0.95", "s.Table.add calls globalThis.Map.get 0.95", "s.Table.add calls globalThis.Map.set 0.95",
            "s.Table.add calls globalThis.Set.add 0.95", "s.Table.constructor calls globalThis.Set 0.95"] },
    Case { what: "functions of libraries in C, by their names; macros, pointers to functions and what the project has are none",
        files: &[
            ("a.h", "#define TWICE(x) ((x) + (x))\n#define twice(x) TWICE(x)\n#define shout printf\nint given(int);\nint own(int);\n"), ("b.c", "int own(int a) { return a; }\n"),
            ("m.c", "#include <stdio.h>\n#include \"a.h\"\nstatic int (*hook)(int);\nstruct S { int (*go)(int); };\nint f(int (*call)(int), struct S *s, struct T t) { printf(\"%d\", twice(1)); shout(\"\"); TWICE(2); hook(1); call(1); s->go(1); own(1); return given(1); }\n"),
        ],
        edges: &["m.f calls b.own 1.00", "m.f calls given 0.95", "m.f calls printf 0.95"] },
    Case { what: "of C++ those of its own library, and others where no class is around; what they call back is called",
        files: &[
            ("m.cpp", "#include <algorithm>\n#include <vector>\nstruct W : Outer { void f() { show(); std::puts(\"\"); } };\nbool less(int a, int b) { return a < b; }\ntemplate <class F> void run(F each, std::vector<int> v) { each(1); v.clear(); size_t n = size_t(1); Thing(2); std::vector<int> w(3); std::sort(v.begin(), v.end(), less); std::ranges::sort(v); std::max<int>(1, 2); abort(); }\n"),
        ],
        edges: &["m.W.f calls std.puts 0.95", "m.run calls abort 0.95", "m.run calls m.less 0.80", "m.run calls std.max 0.95", "m.run calls std.ranges.sort 0.95", "m.run calls std.sort 0.95", "m.run calls std.vector.begin 0.95", "m.run calls std.vector.clear 0.95", "m.run calls std.vector.end 0.95"] },
    Case { what: "a type that is left open or has no members, and an array, are nothing to call",
        files: &[
            ("M.java", "class Kite {}\nclass M { void f(String a) { var b = a.trim(); b.strip(); int[] c = new int[3]; Kite[] d = new Kite[2]; } }\n"),
            ("g.go", "package g\nfunc F[T any](x T, y any) int { return int(len(x.Acorns)) }\n"),
            ("t.ts", "function f(a: any, b: unknown) { a.run(); }\nasync function g(name: string) { await import(name); }\n"),
        ],
        edges: &["M.M.f calls java.lang.String.trim 0.95", "g.F calls builtin.len 0.95"] },
];

#[test]
fn what_is_outside_has_its_own_path() {
    for case in OUTSIDE {
        let calls = lines_of(&project(case.files), &[EdgeKind::Calls]);
        assert_eq!(calls, case.edges, "{}", case.what);
    }
}

#[test]
fn an_included_header_is_the_header() {
    let graph = project(&[("bell.c", "#include \"bell.h\"\n"), ("bell.h", ""), ("tower.c", "#include \"bell.h\"\n")]);
    let path = |node: u32| graph.file_paths[graph.files[node as usize] as usize].as_str();
    let imports = graph.edges().filter(|edge| edge.kind == EdgeKind::Imports);
    let imports: Vec<_> = imports.map(|edge| (path(edge.source), path(edge.target))).collect();
    // A source file and its own header are one module.
    assert_eq!(imports, [("tower.c", "bell.h")]);
}

#[test]
fn no_file_imports_itself() {
    for case in CASES {
        let graph = project(case.files);
        let mut imports = graph.edges().filter(|edge| edge.kind == EdgeKind::Imports);
        assert!(imports.all(|edge| edge.source != edge.target), "{}", case.what);
    }
}
