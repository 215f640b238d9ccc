//! An index that was renewed after changes equals the index of a new workspace, byte for byte.

#![allow(clippy::unwrap_used, reason = "a set-up that fails should stop the test where it happens")]

mod support;

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use proptest::prelude::*;
use sapwood::engine::quietly;
use sapwood::{Engine, Renewal};
use sapwood_workspace::{DiskStorage, Storage as _};
use support::{SOURCES, indexed, write};

const FILES: [&str; 3] = ["search.safetensors", "files.safetensors", "graph.safetensors"];

/// Paths of several languages, some of which import or are imported by others, and one without an extension.
const PATHS: &[&str] = &[
    "__init__.py",
    "lib/__init__.py",
    "lib/shapes.py",
    "main.py",
    "run",
    "web/app.js",
    "web/view.tsx",
    "src/lib.rs",
    "server/main.go",
    "server/area/area.go",
    "server/go.mod",
    "go.mod",
    "web/package.json",
    "web/tsconfig.json",
    "src/Cargo.toml",
    "src/probe.rs",
    "Main.java",
    "native/shape.h",
    "native/shape.cpp",
];

/// Contents; each may come to stand at each path, so most are broken at most places.
const CONTENTS: &[&[u8]] = &[
    b"",
    b"import lib.shapes\nfrom lib import shapes as s\n\n\ndef main():\n    \"\"\"Draws.\"\"\"\n    return s.area(2) + helper()\n",
    b"def area(side):\n    # square of it\n    return side * side\n\n\nclass Shape:\n    def size(self):\n        return area(1)\n",
    b"from lib.shapes import Shape\n\n\nclass Square(Shape):\n    def size(self):\n        return super().size()\n",
    b"from .shapes import area\n\nhelper = lambda: area(\n    3)\n",
    b"#!/usr/bin/env python3\nfrom main import main\nmain()\n",
    b"import { area } from './view';\nexport function draw(x) { return area(x) + 1; }\n",
    b"export const area = (x: number) => { return x * x; };\nclass View { draw() { return area(2); } }\n",
    b"/// Area.\npub fn area(side: u32) -> u32 { side * side }\nmod inner { pub fn size() -> u32 { super::area(1) } }\n",
    b"package main\n\nfunc area(x int) int { return x * x }\nfunc main() { area(2) }\n",
    b"package main\n\nimport \"example.com/server/area\"\n\nfunc main() { area.Size(2) }\n",
    b"package area\n\nfunc Size(x int) int { return x * x }\n",
    b"module example.com/server\n\ngo 1.21\n",
    b"{\"name\": \"pictures\", \"main\": \"view.tsx\", \"compilerOptions\": {\"paths\": {\"#*\": [\"./*\"]}}}\n",
    b"import { area } from 'pictures';\nimport { area as size } from '#view';\nexport function draw(x) { return area(x) + size(x); }\n",
    b"[package]\nname = \"shapes\"\n[lib]\npath = \"lib.rs\"\n",
    b"use shapes::area;\nfn twice() -> u32 { area(2) + area(3) }\n",
    b"class Main { int area(int x) { return x * x; } void main() { area(2); } }\n",
    b"namespace shapes { class Shape { int area(int x); }; }\nint area(int x) { return x * x; }\n",
    b"def broken(:\n    return ((\n\n\ndef whole():\n    return 1\n",
    b"binary\0\n",
    b"caf\xe9\n",
];

#[derive(Debug, Clone)]
enum Edit {
    Write(&'static str, &'static [u8]),
    Remove(&'static str),
    Rename(&'static str, &'static str),
}

fn edit() -> impl Strategy<Value = Edit> {
    let path = || prop::sample::select(PATHS);
    let write = (path(), prop::sample::select(CONTENTS)).prop_map(|(path, content)| Edit::Write(path, content));
    prop_oneof![
        3 => write,
        1 => path().prop_map(Edit::Remove),
        1 => (path(), path()).prop_map(|(from, to)| Edit::Rename(from, to)),
    ]
}

fn apply(folder: &Path, edit: &Edit) {
    match edit {
        Edit::Write(path, content) => write(folder, path, content),
        Edit::Remove(path) => {
            let _ = DiskStorage.remove_file(&folder.join(path));
        }
        Edit::Rename(from, to) => {
            if let Ok(content) = DiskStorage.read(&folder.join(from)) {
                write(folder, to, &content);
                if from != to {
                    DiskStorage.remove_file(&folder.join(from)).unwrap();
                }
            }
        }
    }
}

/// Every stored column with its name, and the texts that stand beside them without what tells of time.
#[derive(Debug, PartialEq)]
struct Everything {
    columns: BTreeMap<String, Vec<u8>>,
    texts: BTreeMap<&'static str, serde_json::Value>,
    export: Vec<String>,
}

fn everything(engine: &Engine) -> Everything {
    let mut all = Everything { columns: BTreeMap::new(), texts: BTreeMap::new(), export: Vec::new() };
    for file in FILES {
        let bytes = DiskStorage.read(&engine.workspace().folder().join("index").join(file)).unwrap();
        let (_, header) = safetensors::SafeTensors::read_metadata(&bytes).unwrap();
        let entry = &header.metadata().as_ref().unwrap()["sapwood"];
        let mut texts = serde_json::from_str::<serde_json::Value>(entry).unwrap()["metadata"].take();
        if let Some(report) = texts["report"].as_str() {
            let mut report: serde_json::Value = serde_json::from_str(report).unwrap();
            for of_the_run in ["seconds", "megabytes_per_second", "files_read"] {
                report.as_object_mut().unwrap().remove(of_the_run).unwrap();
            }
            texts["report"] = report;
        }
        all.texts.insert(file, texts);
        for (name, column) in safetensors::SafeTensors::deserialize(&bytes).unwrap().tensors() {
            all.columns.insert(format!("{file} {name}"), column.data().to_vec());
        }
    }
    all.export = engine.index_data().unwrap().rows().collect();
    all
}

/// What a new workspace for the same sources holds.
fn from_scratch(folder: &Path) -> Everything {
    let elsewhere = tempfile::tempdir().unwrap();
    let engine = Engine::create(folder, Some(elsewhere.path()), &[]).unwrap();
    let report = engine.index(&quietly).unwrap();
    assert_eq!(report.files_read, report.files);
    everything(&engine)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, max_shrink_iters: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn renewed_indexes_equal_new_ones(steps in prop::collection::vec(prop::collection::vec(edit(), 1..4), 1..6)) {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), "always.py", b"import main\n\n\ndef always():\n    return main.main()\n");
        let engine = Engine::create(folder.path(), None, &[]).unwrap();
        engine.index(&quietly).unwrap();
        for edits in steps {
            for edit in &edits {
                apply(folder.path(), edit);
            }
            let report = engine.index(&quietly).unwrap();
            prop_assert!(report.files_read as usize <= edits.len(), "{report:?}");
            let expected = from_scratch(folder.path());
            prop_assert_eq!(&everything(&engine), &expected);
            // What the next process finds is the same.
            let reopened = Engine::open(folder.path(), None).unwrap();
            prop_assert!(reopened.index(&quietly).unwrap().unchanged);
            prop_assert_eq!(&everything(&reopened), &expected);
        }
    }
}

#[test]
fn only_changed_files_are_read_anew() {
    let (folder, engine) = indexed();
    let read = |engine: &Engine| engine.index(&quietly).unwrap().files_read;
    assert_eq!(read(&engine), 0);
    write(folder.path(), "shapes/area.py", b"def square(side):\n    return side ** 2\n");
    assert_eq!(read(&engine), 1);
    write(folder.path(), "shapes/more.py", SOURCES[1].1.as_bytes());
    // A process that starts anew knows the files as well.
    assert_eq!(read(&Engine::open(folder.path(), None).unwrap()), 1);
    DiskStorage.remove_file(&folder.path().join("shapes/more.py")).unwrap();
    let report = engine.index(&quietly).unwrap();
    assert_eq!((report.files_read, report.unchanged, report.files), (0, false, SOURCES.len() as u64));
    assert_eq!(everything(&engine), from_scratch(folder.path()));
}

/// What a manifest says of the paths of packages is part of the index, though it is no source file.
#[test]
fn a_module_that_is_renamed_renews_the_graph() {
    let (folder, engine) = indexed();
    write(folder.path(), "server/go.mod", b"module example.com/old\n");
    write(folder.path(), "server/area/area.go", b"package area\n\nfunc Size() {}\n");
    let main = b"package main\n\nimport \"example.com/server/area\"\n\nfunc main() { area.Size() }\n";
    write(folder.path(), "server/main.go", main);
    engine.index(&quietly).unwrap();
    let leads_inside = |engine: &Engine| {
        let graph = engine.index_data().unwrap().graph().clone();
        !graph.names.iter().any(|name| name == "example.com/server/area")
    };
    assert!(!leads_inside(&engine));
    assert!(engine.index(&quietly).unwrap().unchanged);
    write(folder.path(), "server/go.mod", b"module example.com/server\n");
    let report = engine.index(&quietly).unwrap();
    assert_eq!((report.files_read, report.unchanged), (0, false));
    assert!(leads_inside(&engine));
    assert_eq!(everything(&engine), from_scratch(folder.path()));
}

#[test]
fn manifests_that_change_renew_the_graph() {
    let (folder, engine) = indexed();
    write(folder.path(), "kit/shape.ts", b"export function area() {}\n");
    write(folder.path(), "kit/paint.rs", b"pub fn stroke() {}\n");
    write(folder.path(), "use/app.ts", b"import { area } from 'kit/shape';\nimport { area as own } from '@/shape';\nfunction draw() { area(); }\nfunction again() { own(); }\n");
    write(folder.path(), "use/app.rs", b"use paint::stroke;\nfn draw() { stroke(); }\n");
    engine.index(&quietly).unwrap();
    let outside = |engine: &Engine| {
        let graph = engine.index_data().unwrap().graph().clone();
        let meant = ["kit/shape.area", "@/shape.area", "paint.stroke"].into_iter();
        meant.filter(|name| graph.names.iter().any(|known| known == name)).collect::<Vec<_>>()
    };
    assert_eq!(outside(&engine), ["kit/shape.area", "@/shape.area", "paint.stroke"]);
    for (manifest, text, left) in [
        ("kit/package.json", "{\"name\": \"kit\"}", &["@/shape.area", "paint.stroke"][..]),
        (
            "use/tsconfig.json",
            "{\"compilerOptions\": {\"paths\": {\"@/*\": [\"../kit/*\"]}}} // why",
            &["paint.stroke"],
        ),
        ("kit/Cargo.toml", "[package]\nname = \"paint\"\n[lib]\npath = \"paint.rs\"\n", &[]),
        ("kit/package.json", "{\"name\": \"kit\"", &["kit/shape.area"]),
    ] {
        write(folder.path(), manifest, text.as_bytes());
        let report = engine.index(&quietly).unwrap();
        assert_eq!((report.files_read, report.unchanged), (0, false), "{manifest}");
        assert_eq!(outside(&engine), left, "{manifest}");
        assert_eq!(everything(&engine), from_scratch(folder.path()));
    }
}

#[test]
fn what_cannot_be_reused_is_made_again() {
    let (folder, _) = indexed();
    let kept = ".sapwood/index/files.safetensors";
    let whole = DiskStorage.read(&folder.path().join(kept)).unwrap();
    let mut flipped = whole.clone();
    *flipped.last_mut().unwrap() ^= 1;
    let other_reader = String::from_utf8_lossy(&whole).contains("reader");
    assert!(other_reader, "the code that read the files is named");
    for damaged in [b"".as_slice(), b"broken", &whole[..whole.len() / 2], &flipped] {
        write(folder.path(), kept, damaged);
        write(folder.path(), "files/config.py", format!("x = {}\n", damaged.len()).as_bytes());
        let engine = Engine::open(folder.path(), None).unwrap();
        assert_eq!(engine.index(&quietly).unwrap().files_read, SOURCES.len() as u64);
        assert_eq!(everything(&engine), from_scratch(folder.path()));
    }
    DiskStorage.remove_file(&folder.path().join(kept)).unwrap();
    let engine = Engine::open(folder.path(), None).unwrap();
    assert!(engine.index(&quietly).unwrap().unchanged);
    write(folder.path(), "files/config.py", b"x = 1\n");
    assert_eq!(engine.index(&quietly).unwrap().files_read, SOURCES.len() as u64);
    assert_eq!(everything(&engine), from_scratch(folder.path()));
}

/// Each file of an index is replaced in one step, one after the other: a process may end between any two of them.
#[test]
fn an_index_that_was_stored_in_part_is_made_again() {
    let (folder, engine) = indexed();
    let index = folder.path().join(".sapwood/index");
    let read = || FILES.map(|file| DiskStorage.read(&index.join(file)).unwrap());
    let before = read();
    write(folder.path(), "shapes/area.py", b"def square(side):\n    return side ** 2\n");
    engine.index(&quietly).unwrap();
    let (after, expected) = (read(), everything(&engine));
    for stored in 0..=FILES.len() {
        for (number, file) in FILES.iter().enumerate() {
            let bytes = if number < stored { &after[number] } else { &before[number] };
            write(&index, file, bytes);
        }
        let reopened = Engine::open(folder.path(), None).unwrap();
        reopened.index(&quietly).unwrap();
        assert_eq!(everything(&reopened), expected, "{stored} files were stored");
    }
}

#[test]
fn a_cancelled_renewal_leaves_the_index_and_is_made_up_for() {
    let (folder, engine) = indexed();
    let before = everything(&engine);
    write(folder.path(), "shapes/area.py", b"def square(side):\n    return side ** 2\n");
    assert_eq!(engine.index(&|_| ControlFlow::Break(())).unwrap_err().code(), "interrupted");
    assert_eq!(everything(&engine), before);
    assert_eq!(engine.index(&quietly).unwrap().files_read, 1);
    assert_eq!(everything(&engine), from_scratch(folder.path()));
}

#[test]
fn another_name_of_the_folder_is_a_change() {
    let holder = tempfile::tempdir().unwrap();
    write(holder.path(), "old/__init__.py", b"def f():\n    return 1\n");
    let engine = Engine::create(&holder.path().join("old"), None, &[]).unwrap();
    engine.index(&quietly).unwrap();
    DiskStorage.rename(&holder.path().join("old"), &holder.path().join("new")).unwrap();
    let moved = Engine::open(&holder.path().join("new"), None).unwrap();
    let report = moved.index(&quietly).unwrap();
    assert_eq!((report.unchanged, report.files_read), (false, 0));
    assert_eq!(everything(&moved), from_scratch(&holder.path().join("new")));
}

/// Writes a file below a folder in one step, so that nobody sees a part of it.
fn replace(folder: &Path, path: &str, bytes: &[u8]) {
    let full = folder.join(path);
    DiskStorage.create_folders(full.parent().unwrap()).unwrap();
    sapwood_workspace::write_atomic(&full, bytes).unwrap();
}

/// Follows the sources on another thread while `edit` changes them, one after the other, and collects what is told.
fn watched(engine: &Engine, edits: &[&(dyn Fn() + Sync)]) -> Vec<Renewal> {
    let done = AtomicUsize::new(0);
    let told = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        let watch = scope.spawn(|| {
            let go_on = || done.load(Ordering::Relaxed) < edits.len();
            engine.watch(&go_on, &mut |renewal| told.lock().unwrap().push(renewal.unwrap()))
        });
        for (number, edit) in edits.iter().enumerate() {
            // The watch may not have begun yet, but it looks at everything as it begins.
            edit();
            let patience = Instant::now();
            while told.lock().unwrap().len() <= number && patience.elapsed() < Duration::from_mins(1) {
                std::thread::sleep(Duration::from_millis(20));
            }
            done.fetch_add(1, Ordering::Relaxed);
        }
        watch.join().unwrap().unwrap();
    });
    told.into_inner().unwrap()
}

#[test]
fn a_watched_folder_is_followed_within_its_scope() {
    let (folder, engine) = indexed();
    let root = folder.path();
    write(root, ".gitignore", b"build/\n");
    write(root, "build/made.py", b"def made():\n    return 1\n");
    let told = watched(
        &engine,
        &[
            &|| replace(root, "shapes/area.py", b"def square(side):\n    return side ** 2\n"),
            &|| {
                // What is left out of the index is not told, and the file beside it is.
                replace(root, "build/made.py", b"def made():\n    return 2\n");
                replace(root, "new/deep/cube.py", b"def cube(side):\n    return side ** 3\n");
            },
            &|| DiskStorage.remove_file(&root.join("files/config.py")).unwrap(),
            // The folder is new since the watch began.
            &|| replace(root, "new/deep/cube.py", b"def cube(side):\n    return side * side * side\n"),
        ],
    );
    let paths: Vec<_> = told.iter().map(|one| (one.added.clone(), one.changed.clone(), one.removed.clone())).collect();
    let named = |path: &str| vec![path.to_owned()];
    assert_eq!(
        paths,
        [
            (vec![], named("shapes/area.py"), vec![]),
            (named("new/deep/cube.py"), vec![], vec![]),
            (vec![], vec![], named("files/config.py")),
            (vec![], named("new/deep/cube.py"), vec![]),
        ]
    );
    assert_eq!(told.iter().map(|one| one.report.files_read).collect::<Vec<_>>(), [1, 1, 0, 1]);
    assert_eq!(everything(&engine), from_scratch(root));
}
