//! Which file of a project an import means.

use super::{Case, project, references};
use crate::graph::EdgeKind;

#[rustfmt::skip]
static CASES: &[Case] = &[
    Case { what: "of two modules of one name each file finds that of its own languages",
        files: &[
            ("config.py", "def load(): pass\n"), ("config.ts", "export function load() {}\n"),
            ("a.py", "from config import load\nload()\n"), ("b.ts", "import { load } from './config';\nload();\n"),
        ],
        edges: &["a calls config.load 0.95", "a imports config 1.00", "b calls config.load 1.00", "b imports config 1.00"] },
    Case { what: "a module of other languages is none",
        files: &[
            ("config.ts", "export function load() {}\n"), ("a.py", "from config import load\nload()\n"),
            ("a.rs", "pub fn x() {}\n"), ("b.ts", "import { x } from './a';\nx();\n"),
            ("q.js", "export class z {}\n"), ("M.java", "import q.z;\nclass M { void f() { new z(); } }\n"),
            ("yaml.go", "package yaml\nfunc load() {}\n"), ("c.py", "import yaml\nyaml.load()\n"),
        ],
        edges: &["M imports q 1.00", "M.M.f calls q.z 0.95", "a calls config.load 0.95", "a imports config 1.00", "c calls yaml.load 0.95", "c imports yaml 1.00"] },
    Case { what: "JavaScript and TypeScript import each other, and so do C and C++",
        files: &[
            ("a.js", "export function f() {}\n"), ("b.ts", "import { f } from './a';\nf();\n"), ("c.tsx", "import { f } from './a';\nf();\n"),
            ("u.h", "int twice(int);\n"), ("m.cpp", "#include \"u.h\"\n"),
        ],
        edges: &["b calls a.f 1.00", "b imports a 1.00", "c calls a.f 1.00", "c imports a 1.00", "m imports u 1.00"] },
    Case { what: "a package is no file with its name",
        files: &[
            ("react.ts", "export function useState() {}\n"), ("b.ts", "import { useState } from 'react';\nuseState();\n"),
            ("c.js", "const react = require('react');\nreact.useState();\n"), ("d.js", "const react = require('./react');\nreact.useState();\n"),
        ],
        edges: &["b calls react.useState 0.95", "b imports react 1.00", "c calls react.useState 0.95", "d calls react.useState 0.95"] },
    Case { what: "a file that is not there is not the one with the beginning of its path",
        files: &[("lib.js", "export const a = { f() {} };\n"), ("b.js", "import { f } from './lib/a';\nf();\n")], edges: &[] },
    Case { what: "a header that is not there is none of its source file; one in a folder of headers is found",
        files: &[
            ("src/util.c", "int twice(int a) { return a + a; }\n"), ("src/m.c", "#include \"util.h\"\n#include \"net/wire.h\"\n#include \"two.h\"\n"),
            ("include/net/wire.h", ""), ("a/two.h", ""), ("b/two.h", ""),
        ],
        edges: &["src.m imports include.net.wire 1.00", "src.m imports util.h 1.00"] },
    Case { what: "of several programs each calls what its own folder has, then what is nearest",
        files: &[
            ("a/help.c", "void help(void) {}\n"), ("a/m.c", "void f(void) { help(); }\n"), ("a/in/n.c", "void h(void) { help(); }\n"),
            ("b/help.c", "void help(void) {}\n"), ("b/m.c", "void g(void) { help(); }\n"),
        ],
        edges: &["a.in.n.h calls a.help.help 1.00", "a.m.f calls a.help.help 1.00", "b.m.g calls b.help.help 1.00"] },
    Case { what: "everything of a package of Java is all of its files",
        files: &[
            ("src/main/java/p/q/A.java", "package p.q;\npublic class A {}\n"), ("src/main/java/p/q/B.java", "package p.q;\npublic class B {}\n"),
            ("src/main/java/M.java", "import p.q.*;\nimport java.util.*;\nclass M { void f() { new B(); } }\n"),
        ],
        edges: &["src.main.java.M imports java.util 1.00", "src.main.java.M imports src.main.java.p.q.A 1.00", "src.main.java.M imports src.main.java.p.q.B 1.00",
            "src.main.java.M.M.f calls src.main.java.p.q.B.B 1.00"] },
];

#[test]
fn files_give_their_edges_and_no_others() {
    for case in CASES {
        assert_eq!(references(&project(case.files)), case.edges, "{}", case.what);
    }
}

/// From which file to which the edges of a kind lead; nothing stands for what is outside.
fn paths(files: &[(&str, &str)], kind: EdgeKind) -> Vec<(String, String)> {
    let graph = project(files);
    let path = |node: u32| {
        let path = graph.file_paths.get(graph.files[node as usize] as usize);
        path.map_or("", String::as_str).to_owned()
    };
    let edges = graph.edges().filter(|edge| edge.kind == kind);
    let mut found: Vec<_> = edges.map(|edge| (path(edge.source), path(edge.target))).collect();
    found.sort();
    found
}

#[test]
fn modules_of_one_name_are_told_apart_by_language() {
    let pairs = |found: &[(String, String)]| -> Vec<String> {
        found.iter().map(|(source, target)| format!("{source} {target}")).collect()
    };
    for (case, expected) in [
        (&CASES[0], &["a.py config.py", "b.ts config.ts"][..]),
        (&CASES[1], &["M.java ", "a.py ", "c.py "]),
        (&CASES[3], &["b.ts ", "c.js ", "d.js react.ts"]),
    ] {
        assert_eq!(pairs(&paths(case.files, EdgeKind::Calls)), expected, "{}", case.what);
    }
}
