//! Imports by paths that manifests give: libraries of Rust, packages and configured paths of JavaScript.

use super::{Case, project, references};

#[rustfmt::skip]
static CASES: &[Case] = &[
    Case { what: "libraries of a workspace, from other members and from a library's own tests, by the names that Cargo gives them",
        files: &[
            ("core/Cargo.toml", "[package]\nname = \"my-core\"\n"), ("core/src/lib.rs", "pub mod shape;\npub use shape::area as size;\npub fn open() {}\n"),
            ("core/src/shape.rs", "pub struct Ring;\nimpl Ring { pub fn round(&self) {} }\npub fn area() {}\n"),
            ("core/tests/probe.rs", "use my_core::shape::Ring;\nfn test_it(ring: &Ring) { ring.round(); my_core::open(); }\n"),
            ("app/Cargo.toml", "[package]\nname = \"app\"\n[lib]\nname = \"heart\"\npath = \"heart.rs\"\n"), ("app/heart.rs", "pub fn go() {}\n"),
            ("app/main.rs", "use my_core::{size, shape};\nuse heart::go;\nfn main() { size(); shape::area(); go(); my_core::shape::area(); other::f(); }\n"),
        ],
        edges: &["app.main imports app.heart 1.00", "app.main imports core.src 1.00", "app.main imports core.src.shape 1.00", "app.main.main calls app.heart.go 1.00",
            "app.main.main calls core.src.shape.area 1.00", "core.src imports core.src.shape 1.00",
            "core.tests.probe imports core.src.shape 1.00", "core.tests.probe.test_it calls core.src.open 0.95", "core.tests.probe.test_it calls core.src.shape.Ring.round 0.95"] },
    Case { what: "what the file declares, the language brings or two packages have is no library",
        files: &[
            ("one/Cargo.toml", "[package]\nname = \"same\"\n"), ("one/src/lib.rs", "pub fn f() {}\n"), ("two/Cargo.toml", "[package]\nname = \"same\"\n"), ("two/src/lib.rs", "pub fn f() {}\n"),
            ("std/Cargo.toml", "[package]\nname = \"std\"\n"), ("std/src/lib.rs", "pub fn f() {}\n"), ("util/Cargo.toml", "[package]\nname = \"util\"\n"), ("util/src/lib.rs", "pub fn g() {}\n"),
            ("bin/Cargo.toml", "[package]\nname = \"tool\"\n"), ("bin/src/main.rs", "pub fn f() {}\n"),
            ("m.rs", "mod util { pub fn g() {} }\nuse util::g;\nuse same::f;\nuse std::f as h;\nuse tool::f as i;\nfn main() { f(); g(); h(); i(); }\n"),
            ("two/tests/t.rs", "use same::f;\nfn t() { f(); }\n"),
        ],
        edges: &["m imports same 1.00", "m imports std 1.00", "m imports tool 1.00", "m.main calls m.util.g 1.00", "m.main calls same.f 0.95", "m.main calls std.f 0.95", "m.main calls tool.f 0.95",
            "two.tests.t imports two.src 1.00", "two.tests.t.t calls two.src.f 1.00"] },
    Case { what: "packages of a workspace: their entry, what they export and their files",
        files: &[
            ("packages/core/package.json", r#"{"name": "@me/core", "main": "dist/index.js", "exports": {".": "./dist/index.js", "./deep": {"import": "./src/inner/deep.ts"}}}"#),
            ("packages/core/src/index.ts", "export * from './shape';\nexport default function start() {}\n"),
            ("packages/core/src/shape.ts", "export class Ring { round() {} }\nexport function area() {}\n"), ("packages/core/src/inner/deep.ts", "export const dive = () => {};\n"),
            ("packages/plain/package.json", r#"{"name": "plain", "main": "./lib"}"#), ("packages/plain/lib/index.js", "exports.run = function () {};\n"),
            ("app/main.ts", "import start, { area, Ring } from '@me/core';\nimport { dive } from '@me/core/deep';\nimport * as shape from '@me/core/src/shape';\nimport { gone } from '@me/core/gone';\nimport { other } from '@me/cores';\nstart(); area(); new Ring().round(); dive(); shape.area(); gone(); other();\n"),
            ("app/again.js", "export { area } from '@me/core';\nconst { run } = require('plain');\nrun();\n"), ("app/far.js", "import { area } from './again';\nimport { readFile } from 'fs';\narea(); readFile();\n"),
        ],
        edges: &[
            "app.again calls packages.plain.lib.run 1.00", "app.again imports packages.core.src 1.00", "app.far calls fs.readFile 0.95", "app.far calls packages.core.src.shape.area 1.00",
            "app.far imports app.again 1.00", "app.far imports fs 1.00", "app.main calls @me/core/gone.gone 0.95", "app.main calls @me/cores.other 0.95",
            "app.main calls packages.core.src.inner.deep.dive 1.00", "app.main calls packages.core.src.shape.Ring 1.00", "app.main calls packages.core.src.shape.Ring.round 0.95", "app.main calls packages.core.src.shape.area 1.00",
            "app.main calls packages.core.src.start 1.00", "app.main imports @me/core/gone 1.00", "app.main imports @me/cores 1.00", "app.main imports packages.core.src 1.00",
            "app.main imports packages.core.src.inner.deep 1.00", "app.main imports packages.core.src.shape 1.00", "packages.core.src imports packages.core.src.shape 1.00"] },
    Case { what: "paths of a configuration hold below it, the most exact first, then its base",
        files: &[
            ("web/tsconfig.json", "{\n  // paths\n  \"compilerOptions\": {\"baseUrl\": \".\", \"paths\": {\"@/*\": [\"src/*\"], \"@/special\": [\"gone\", \"src/one\"], },}\n}"),
            ("web/src/util.ts", "export function help() {}\n"), ("web/src/special.ts", "export function no() {}\n"), ("web/src/one/index.ts", "export function yes() {}\n"), ("web/base.py", ""),
            ("web/app/page.tsx", "import { help } from '@/util';\nimport { yes } from '@/special';\nimport { help as h } from 'src/util';\nimport { x } from 'base';\nfunction page() { help(); yes(); h(); x(); }\n"),
            ("else.ts", "import { help } from '@/util';\nhelp();\n"),
        ],
        edges: &["else calls @/util.help 0.95", "else imports @/util 1.00", "web.app.page imports base 1.00", "web.app.page imports web.src.one 1.00", "web.app.page imports web.src.util 1.00",
            "web.app.page.page calls base.x 0.95", "web.app.page.page calls web.src.one.yes 1.00", "web.app.page.page calls web.src.util.help 1.00"] },
];

#[test]
fn what_manifests_name_is_found() {
    for case in CASES {
        assert_eq!(references(&project(case.files)), case.edges, "{}", case.what);
    }
}
