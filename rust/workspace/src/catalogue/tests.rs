use super::*;
use crate::storage::{DiskStorage, Storage as _};
use crate::testing::{FailingStorage, Fault, publish, put, versions_with, workspace};
use crate::workspace::Workspace;

fn listed(workspace: &Workspace) -> Vec<String> {
    workspace.versions().list(None).unwrap().into_iter().map(|summary| summary.version).collect()
}

fn database(sql: &str) -> Vec<u8> {
    let mut connection = Connection::open_in_memory().unwrap();
    connection.execute_batch(sql).unwrap();
    connection.serialize("main").unwrap().to_vec()
}

#[test]
fn whatever_happens_to_the_file_the_list_is_right() {
    let (_folder, workspace) = workspace();
    for number in [1.0, 2.0] {
        publish(&workspace.versions(), "graphsage", number).unwrap();
    }
    assert_eq!(listed(&workspace), ["v0001", "v0002"]);
    let path = workspace.folder().join(FILE);
    let good = DiskStorage.read(&path).unwrap();
    let mut flipped = good.clone();
    let middle = flipped.len() / 2;
    flipped[middle..].fill(0xff);
    let damages = [
        ("empty", Vec::new()),
        ("truncated", good[..good.len() / 2].to_vec()),
        ("overwritten", flipped),
        ("no database", b"hello".to_vec()),
        ("another database", database("CREATE TABLE x (y)")),
        ("of an older release", database("CREATE TABLE stamp (sha256 TEXT); PRAGMA user_version = 0;")),
        ("without a stamp", database(TABLES)),
    ];
    for (name, bytes) in damages {
        DiskStorage.write(&path, &bytes).unwrap();
        assert_eq!(listed(&workspace), ["v0001", "v0002"], "{name}");
        assert_eq!(DiskStorage.read(&path).unwrap(), good, "{name}: not made again");
    }
    DiskStorage.remove_file(&path).unwrap();
    assert_eq!(listed(&workspace), ["v0001", "v0002"]);
}

#[test]
fn the_list_follows_the_folders() {
    let (_folder, workspace) = workspace();
    let versions = workspace.versions();
    assert_eq!(listed(&workspace), Vec::<String>::new());
    for number in [1.0, 2.0, 3.0] {
        publish(&versions, "graphsage", number).unwrap();
    }
    assert_eq!(listed(&workspace), ["v0001", "v0002", "v0003"]);
    DiskStorage.remove_folder(&versions.path("graphsage", "v0002").unwrap()).unwrap();
    assert_eq!(listed(&workspace), ["v0001", "v0003"]);
    put(&versions.path("graphsage", "v0003").unwrap(), MANIFEST, b"{}");
    assert_eq!(listed(&workspace), ["v0001"]);
    // A damaged version keeps its number: the next one must not be taken for it.
    assert_eq!(publish(&versions, "graphsage", 4.0).unwrap(), "v0004");
}

#[test]
fn a_list_is_read_from_the_file_when_that_fits() {
    let (_folder, workspace) = workspace();
    publish(&workspace.versions(), "graphsage", 1.0).unwrap();
    let storage = FailingStorage::new(Fault::Never);
    let versions = versions_with(storage.clone(), &workspace);
    let first = versions.list(None).unwrap();
    let read_manifest = |log: &[String]| log.iter().any(|line| line == "read manifest.json");
    assert!(read_manifest(&storage.log()));
    let before = storage.log().len();
    assert_eq!(versions.list(None).unwrap(), first);
    assert!(!read_manifest(&storage.log()[before..]));
}

#[test]
fn a_list_works_where_nothing_can_be_written() {
    let (_folder, workspace) = workspace();
    publish(&workspace.versions(), "graphsage", 1.0).unwrap();
    let storage = FailingStorage::new(Fault::Deny(workspace.folder().to_owned()));
    let versions = versions_with(storage.clone(), &workspace);
    assert_eq!(versions.list(None).unwrap().len(), 1);
    assert!(storage.log().contains(&"create unique in .sapwood".to_owned()), "nothing was refused");
}
