use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;

use super::*;
use crate::testing::{FailingStorage, Fault, put};

fn folder(files: &[(&str, &str)]) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let root = DiskStorage.canonical(folder.path()).unwrap();
    for (path, text) in files {
        put(&root, path, text.as_bytes());
    }
    (folder, root)
}

fn walk(root: &Path, excludes: &[&str]) -> Walk {
    let excludes: Vec<String> = excludes.iter().map(|line| (*line).to_owned()).collect();
    Sources::open(root, &excludes).unwrap().walk().unwrap()
}

fn paths(walk: &Walk) -> Vec<&str> {
    walk.files.iter().map(|file| file.path.as_str()).collect()
}

#[test]
fn files_come_in_the_order_of_their_paths() {
    let (_folder, root) =
        folder(&[("b.py", "x"), ("a/z.py", ""), ("a.py", ""), ("a-b/c.pyi", ""), ("a/readme.md", "")]);
    let found = walk(&root, &[]);
    assert_eq!(paths(&found), ["a-b/c.pyi", "a.py", "a/z.py", "b.py"]);
    assert_eq!(found.files[3], SourceFile { path: "b.py".to_owned(), language: Language::Python, bytes: 1 });
    assert_eq!((found.other_files, found.skipped.len()), (1, 0));
}

#[test]
fn a_file_without_an_extension_has_the_language_of_its_first_line() {
    let long = format!("#!/usr/bin/env python3\n{}", "x = 1\n".repeat(100_000));
    let files = [("a.py", "x"), ("run", "#!/usr/bin/env python3\n"), ("sh", "#!/bin/sh\n"), ("long", long.as_str())];
    let (_kept, root) = folder(&files);
    let found = walk(&root, &[]);
    assert_eq!(paths(&found), ["a.py", "run"]);
    assert_eq!((found.files[1].language, found.other_files), (Language::Python, 2));
}

#[test]
fn what_is_not_the_users_own_is_passed_over() {
    let (_folder, root) = folder(&[
        ("keep.py", ""),
        (".git/hooks/x.py", ""),
        (".hidden.py", ""),
        ("env-of-mine/pyvenv.cfg", ""),
        ("env-of-mine/lib/x.py", ""),
        ("out/CACHEDIR.TAG", ""),
        ("out/x.py", ""),
        ("lib/site-packages/x.py", ""),
        ("__pycache__/x.py", ""),
        ("web/node_modules/m/x.py", ""),
    ]);
    let found = walk(&root, &[]);
    assert_eq!(paths(&found), ["keep.py"]);
    assert_eq!(found.ignored, 7);
    assert_eq!(found.skipped, []);
    assert_eq!(paths(&walk(&root, &["!site-packages"])), ["keep.py", "lib/site-packages/x.py"]);
    // What is asked for by name is walked, whatever it is called.
    assert_eq!(paths(&walk(&root.join("lib/site-packages"), &[])), ["x.py"]);
}

#[test]
fn ignore_rules_are_those_of_git() {
    let (_folder, root) = folder(&[
        (".git/HEAD", ""),
        (".gitignore", "build/\n*_pb2.py\n/top.py\n[bad\n"),
        ("top.py", ""),
        ("a/top.py", ""),
        ("a/build/x.py", ""),
        ("a/x_pb2.py", ""),
        ("a/.gitignore", "!x_pb2.py\nlocal.py\n"),
        ("a/local.py", ""),
        ("b/local.py", ""),
        ("b/y_pb2.py", ""),
    ]);
    assert_eq!(paths(&walk(&root, &[])), ["a/top.py", "a/x_pb2.py", "b/local.py"]);
    // The rules above the root hold as far up as the repository goes.
    assert_eq!(paths(&walk(&root.join("b"), &[])), ["local.py"]);
}

#[test]
fn excludes_are_names_paths_or_globs() {
    let files = ["a.py", "docs/conf.py", "docs/x.py", "pkg/docs/y.py", "pkg/z_test.py"].map(|path| (path, ""));
    let (_folder, root) = folder(&files);
    let cases: &[(&[&str], &[&str])] = &[
        (&["docs"], &["a.py", "pkg/z_test.py"]),
        (&["/docs"], &["a.py", "pkg/docs/y.py", "pkg/z_test.py"]),
        (&["./docs/"], &["a.py", "pkg/docs/y.py", "pkg/z_test.py"]),
        (&["docs/conf.py"], &["a.py", "docs/x.py", "pkg/docs/y.py", "pkg/z_test.py"]),
        (&["*_test.py", "pkg/docs"], &["a.py", "docs/conf.py", "docs/x.py"]),
        (&["docs", "!/docs"], &["a.py", "docs/conf.py", "docs/x.py", "pkg/z_test.py"]),
    ];
    for (excludes, expected) in cases {
        assert_eq!(paths(&walk(&root, excludes)), *expected, "{excludes:?}");
    }
    let error = Sources::open(&root, &["[z-a]".to_owned()]).unwrap().walk().unwrap_err();
    assert_eq!(error.code(), "bad_config");
    assert!(error.to_string().contains("`[z-a]`"), "{error}");
}

#[test]
fn what_is_left_out_has_a_reason() {
    let (_folder, root) = folder(&[("a.py", "x = 1"), ("big.py", "xxxxxxxxxxx"), ("sub/b.py", "")]);
    let (_other, outside) = folder(&[("secret.py", ""), ("notes.txt", "")]);
    symlink(outside.join("secret.py"), root.join("file-out.py")).unwrap();
    symlink(outside.join("notes.txt"), root.join("notes.txt")).unwrap();
    symlink(&outside, root.join("folder-out")).unwrap();
    symlink(root.join("gone"), root.join("gone.py")).unwrap();
    symlink(root.join("a.py"), root.join("inside.py")).unwrap();
    symlink(&root, root.join("sub/loop")).unwrap();
    put(&root, "odd/x.py", b"");
    let odd = root.join(OsStr::from_bytes(b"odd-\xff"));
    DiskStorage.rename(&root.join("odd"), &odd).unwrap();
    DiskStorage.write(&root.join(OsStr::from_bytes(b"\xfe.py")), b"").unwrap();
    let _socket = UnixListener::bind(root.join("socket.py")).unwrap();

    let found = Sources::open(&root, &[]).unwrap().with_limit(10).walk().unwrap();
    let skipped: Vec<(&str, SkipReason)> =
        found.skipped.iter().map(|skipped| (skipped.path.as_str(), skipped.reason.clone())).collect();
    let expected = [
        ("big.py", SkipReason::TooLarge { bytes: 11, limit: 10 }),
        ("file-out.py", SkipReason::LinkOutside),
        ("folder-out", SkipReason::LinkOutside),
        ("gone.py", SkipReason::BrokenLink),
        ("odd-\u{fffd}", SkipReason::NonUtf8Name),
        ("socket.py", SkipReason::NotARegularFile),
        ("sub/loop", SkipReason::LinkLoop),
        ("\u{fffd}.py", SkipReason::NonUtf8Name),
    ];
    assert_eq!(skipped, expected);
    assert_eq!(paths(&found), ["a.py", "sub/b.py"]);
    assert_eq!((found.links_inside, found.other_files), (1, 1));
    for reason in expected.map(|(_, reason)| reason) {
        assert!(serde_json::to_value(&reason).unwrap()["code"].is_string());
        assert!(!reason.to_string().is_empty());
    }
}

/// Makes a pipe that nobody writes into: whoever opens it as a file waits forever.
fn pipe(path: &Path) {
    assert!(std::process::Command::new("mkfifo").arg(path).status().unwrap().success());
}

#[test]
fn pipes_devices_and_links_in_a_circle_are_neither_read_nor_waited_for() {
    let (_folder, root) = folder(&[("a.py", "x = 1"), ("sub/b.py", ""), ("long-rules/c.py", "")]);
    for name in ["pipe.py", "script", "sub/.gitignore"] {
        pipe(&root.join(name));
    }
    put(&root, "long-rules/.gitignore", "c.py\n".repeat(300_000).as_bytes());
    symlink("/dev/zero", root.join("device.py")).unwrap();
    symlink("round.py", root.join("and-round.py")).unwrap();
    symlink("and-round.py", root.join("round.py")).unwrap();
    symlink("/dev/zero", root.join("long-rules/other")).unwrap();
    let found = walk(&root, &[]);
    assert_eq!(paths(&found), ["a.py", "long-rules/c.py", "sub/b.py"]);
    let skipped: Vec<(&str, SkipReason)> =
        found.skipped.iter().map(|skipped| (skipped.path.as_str(), skipped.reason.clone())).collect();
    let expected = [
        ("and-round.py", SkipReason::BrokenLink),
        ("device.py", SkipReason::LinkOutside),
        ("pipe.py", SkipReason::NotARegularFile),
        ("round.py", SkipReason::BrokenLink),
    ];
    assert_eq!(skipped, expected);
    let sources = Sources::open(&root, &[]).unwrap();
    for path in ["pipe.py", "device.py", "round.py"] {
        assert!(sources.read(path).is_err(), "{path}");
    }
}

/// What someone else may put in the place of a file.
const CHANGES: [fn(&Path); 6] = [
    |path| DiskStorage.remove_file(path).unwrap(),
    |path| {
        DiskStorage.remove_file(path).unwrap();
        pipe(path);
    },
    |path| {
        DiskStorage.remove_file(path).unwrap();
        symlink("/dev/zero", path).unwrap();
    },
    |path| {
        DiskStorage.remove_file(path).unwrap();
        symlink(path.with_file_name("a.py"), path).unwrap();
    },
    |path| {
        DiskStorage.remove_file(path).unwrap();
        DiskStorage.create_folders(path).unwrap();
    },
    |path| DiskStorage.write(path, b"xxxxxxxxxxxxxxxx").unwrap(),
];

fn changing(operation: &'static str, change: fn(&Path)) -> (tempfile::TempDir, Sources) {
    let (kept, root) = folder(&[("a.py", "x = 1"), ("b.py", "x = 2")]);
    let storage = FailingStorage::new(Fault::Change(operation, root.join("b.py"), change));
    (kept, Sources::open_with(storage, &root, &[]).unwrap().with_limit(10))
}

#[test]
fn a_file_that_is_replaced_during_the_walk_is_left_out_for_what_stands_there() {
    let expected =
        ["unreadable", "not_a_regular_file", "not_a_regular_file", "not_a_regular_file", "not_a_regular_file"];
    for (change, code) in CHANGES.into_iter().zip(expected.into_iter().chain(["too_large"])) {
        let (_kept, sources) = changing("metadata", change);
        let found = sources.walk().unwrap();
        assert_eq!((paths(&found), found.skipped[0].path.as_str()), (vec!["a.py"], "b.py"));
        assert_eq!(serde_json::to_value(&found.skipped[0].reason).unwrap()["code"], code);
    }
}

#[test]
fn a_file_that_is_replaced_before_it_is_read_gives_an_error_that_says_so() {
    let expected = ["path_missing", "bad_input", "bad_input", "bad_input", "bad_input", "too_large"];
    for (change, code) in CHANGES.into_iter().zip(expected) {
        let (_kept, sources) = changing("read regular", change);
        assert_eq!(sources.walk().unwrap().files.len(), 2);
        assert_eq!(sources.read("b.py").unwrap_err().code(), code);
        assert_eq!(sources.read("a.py").unwrap().bytes, b"x = 1");
    }
}

#[test]
fn a_folder_that_becomes_a_link_while_its_file_is_read_gives_nothing_away() {
    let (_folder, root) = folder(&[("a.py", ""), ("sub/b.py", "x = 2")]);
    let replaced: fn(&Path) = |path| {
        let folder = path.parent().unwrap();
        let aside = folder.with_file_name(".aside");
        DiskStorage.rename(folder, &aside).unwrap();
        symlink(aside, folder).unwrap();
    };
    let storage = FailingStorage::new(Fault::Change("read regular", root.join("sub/b.py"), replaced));
    let sources = Sources::open_with(storage, &root, &[]).unwrap();
    assert_eq!(sources.read("sub/b.py").unwrap_err().code(), "bad_input");
}

#[test]
fn a_folder_without_permission_is_skipped_and_a_root_without_is_an_error() {
    let (_folder, root) = folder(&[("a.py", ""), ("closed/b.py", "")]);
    let denied = |path: &Path| {
        let storage = FailingStorage::new(Fault::Deny(path.to_owned()));
        Sources::open_with(storage, &root, &[]).and_then(|sources| sources.walk())
    };
    let found = denied(&root.join("closed")).unwrap();
    let expected = Skipped { path: "closed".to_owned(), reason: SkipReason::PathDenied };
    assert_eq!((paths(&found), found.skipped.as_slice()), (vec!["a.py"], [expected].as_slice()));
    let found = denied(&root.join("a.py")).unwrap();
    assert_eq!(found.skipped[0].reason, SkipReason::PathDenied);
    assert_eq!(denied(&root).unwrap_err().code(), "path_denied");
}

#[test]
fn a_folder_without_sources_says_which_languages_are_known() {
    let (_folder, root) = folder(&[("readme.md", ""), ("big.py", "xxx")]);
    let error = Sources::open(&root, &[]).unwrap().with_limit(1).walk().unwrap_err();
    assert_eq!(error.code(), "empty_folder");
    for part in ["python", "1 left out", "big.py"] {
        assert!(error.to_string().contains(part), "{error}");
    }
}

#[test]
fn a_deep_tree_does_not_overflow() {
    let (_folder, root) = folder(&[("a.py", "")]);
    let deep: PathBuf = std::iter::repeat_n("d", 1_500).collect();
    DiskStorage.create_folders(&root.join(&deep)).unwrap();
    DiskStorage.write(&root.join(&deep).join("b.py"), b"").unwrap();
    assert_eq!(walk(&root, &[]).files.len(), 2);
}

#[test]
fn reading_stays_below_the_root() {
    let (_folder, root) = folder(&[("pkg/a.py", "x = 1\n"), ("big.py", "xxxxxxxxxxx"), ("pkg/sub/b.py", "")]);
    let (_other, outside) = folder(&[("secret.py", "")]);
    symlink(outside.join("secret.py"), root.join("file-out.py")).unwrap();
    symlink(&outside, root.join("folder-out")).unwrap();
    let sources = Sources::open(&root, &[]).unwrap().with_limit(10);
    let read = sources.read("pkg/a.py").unwrap();
    assert_eq!(read.bytes, b"x = 1\n");
    assert_eq!(read.sha256, "9e26bf369911c45c243c684147b23fc9e1dcfcf257d299a1c632016a6fcd33f4");
    let absolute = root.join("pkg/a.py").to_string_lossy().into_owned();
    let cases = [
        ("", "bad_input"),
        ("../x.py", "bad_input"),
        ("pkg/../pkg/a.py", "bad_input"),
        (absolute.as_str(), "bad_input"),
        ("file-out.py", "bad_input"),
        ("folder-out/secret.py", "bad_input"),
        ("pkg", "bad_input"),
        ("pkg/none.py", "path_missing"),
        ("pkg/a.py/x", "not_a_folder"),
        ("big.py", "too_large"),
    ];
    for (path, code) in cases {
        let error = sources.read(path).unwrap_err();
        assert_eq!(error.code(), code, "`{path}`: {error}");
    }
}
