use std::path::Path;

use super::*;
use crate::error::{Result, WorkspaceError};
use crate::storage::{DiskStorage, Storage as _};
use crate::testing::{publish, put, workspace};

const MODEL: &str = "graphsage";
const ROLLBACK: &str = "`sapwood checkpoints rollback graphsage`";

/// What it protects, the damage below the model's folder, what meets it, and the remedy. There are three versions, the
/// third serves, the second did before.
type Case = (&'static str, fn(&Path), fn(&Versions) -> Result<()>, &'static str);

const CASES: &[Case] = &[
    ("what serves", |f| put(f, "v0003/weights.safetensors", b"x"), serving, ROLLBACK),
    ("what serves, without a manifest", |f| remove(f, "v0003/manifest.json"), serving, ROLLBACK),
    ("what serves and what did", |f| broken(f, &["v0003", "v0002"]), serving, "promote graphsage v0001`"),
    ("all", |f| broken(f, &["v0003", "v0002", "v0001"]), serving, "`sapwood train graphsage`"),
    ("the aliases", |f| put(f, "aliases.json", b"garbage"), serving, "promote graphsage v0003`"),
    (
        "the aliases, met by a rollback",
        |f| put(f, "aliases.json", b"garbage"),
        |v| v.rollback(MODEL).map(drop),
        "promote graphsage v0003`",
    ),
    (
        "the aliases and the newest",
        |f| {
            put(f, "aliases.json", b"1");
            broken(f, &["v0003"]);
        },
        serving,
        "promote graphsage v0002`",
    ),
    (
        "an alias of nothing",
        |f| put(f, "aliases.json", br#"{"serving": "v0009", "previous": "v0001"}"#),
        serving,
        ROLLBACK,
    ),
    (
        "an alias of nothing, alone",
        |f| put(f, "aliases.json", br#"{"serving": "v0009"}"#),
        serving,
        "promote graphsage v0003`",
    ),
    (
        "what did serve",
        |f| broken(f, &["v0002"]),
        |v| v.rollback(MODEL).map(drop),
        "graphsage v0003 goes on answering, so restore `",
    ),
    (
        "a former version",
        |f| broken(f, &["v0001"]),
        |v| v.promote(MODEL, "v0001").map(drop),
        "v0001` from a copy or delete it",
    ),
    (
        "an alias beside what serves",
        |f| put(f, "aliases.json", br#"{"serving": "v0003", "candidate": "v0009"}"#),
        |v| v.promote(MODEL, "candidate").map(drop),
        "goes on answering, and `sapwood checkpoints list graphsage`",
    ),
];

fn serving(versions: &Versions) -> Result<()> {
    versions.verify(MODEL, "serving").map(drop)
}

fn broken(folder: &Path, names: &[&str]) {
    for name in names {
        put(folder, &format!("{name}/manifest.json"), b"{");
    }
}

fn remove(folder: &Path, name: &str) {
    DiskStorage.remove_file(&folder.join(name)).unwrap();
}

#[test]
fn a_remedy_names_a_command_that_works() {
    for (what, damage, meet, remedy) in CASES {
        let (_folder, workspace) = workspace();
        let versions = workspace.versions();
        for number in [1.0, 2.0, 3.0] {
            publish(&versions, MODEL, number).unwrap();
        }
        versions.promote(MODEL, "v0002").unwrap();
        versions.promote(MODEL, "v0003").unwrap();
        damage(&versions.model_folder(MODEL));
        let message = meet(&versions).unwrap_err().to_string();
        assert!(message.contains(remedy), "{what}: {message}");
        follow(&versions, &message);
        if !remedy.contains("train") {
            serving(&versions).unwrap_or_else(|error| panic!("{what}: {error}"));
        }
    }
}

/// Runs the command in a message, if it is one of versions.
fn follow(versions: &Versions, message: &str) {
    let command = message.rsplit('`').nth(1).unwrap();
    match command.split(' ').collect::<Vec<_>>()[..] {
        ["sapwood", "checkpoints", "rollback", model] => drop(versions.rollback(model).unwrap()),
        ["sapwood", "checkpoints", "promote", model, version] => drop(versions.promote(model, version).unwrap()),
        _ => {}
    }
}

#[test]
fn what_a_list_cannot_show_is_named() {
    let (_folder, workspace) = workspace();
    let versions = workspace.versions();
    publish(&versions, MODEL, 1.0).unwrap();
    publish(&versions, MODEL, 2.0).unwrap();
    assert_eq!(versions.damages(None).unwrap(), []);
    let folder = versions.model_folder(MODEL);
    broken(&folder, &["v0001"]);
    put(&folder, "v0003/manifest.json", br#"{"format": 99}"#);
    put(&folder, "aliases.json", b"garbage");
    for model in [None, Some(MODEL)] {
        let found = versions.damages(model).unwrap();
        let named: Vec<_> = found.iter().map(|damage| (&damage.version[..], &damage.code[..])).collect();
        let wanted = [("aliases", "damaged_version"), ("v0001", "damaged_version"), ("v0003", "newer_format")];
        assert_eq!(named, wanted);
    }
    let listed: Vec<_> = versions.list(None).unwrap().into_iter().map(|found| found.version).collect();
    assert_eq!(listed, ["v0002"]);
    assert!(matches!(versions.damages(Some("tree-lstm")), Ok(found) if found.is_empty()));
    assert!(matches!(versions.damages(Some("../x")), Err(WorkspaceError::BadInput { .. })));
}
