use std::time::Duration;

use super::*;
use crate::storage::{DiskStorage, Storage as _};
use crate::testing::put;

const SOON: Duration = Duration::from_secs(20);
const A_MOMENT: Duration = Duration::from_millis(300);

/// Waits until all that was heard of has been heard.
fn settle(watch: &mut FolderWatch) {
    while watch.wait(A_MOMENT) {}
}

fn following(folders: &[&Path]) -> FolderWatch {
    let mut watch = FolderWatch::default();
    watch.follow(&folders.iter().map(|folder| folder.to_path_buf()).collect());
    watch
}

#[test]
fn changes_are_heard_and_reading_is_none() {
    let folder = tempfile::tempdir().unwrap();
    let root = DiskStorage.canonical(folder.path()).unwrap();
    put(&root, "a.py", b"x = 1\n");
    let mut watch = following(&[&root]);
    settle(&mut watch);
    DiskStorage.read(&root.join("a.py")).unwrap();
    assert!(watch.polls() || !watch.wait(A_MOMENT));
    put(&root, "a.py", b"x = 2\n");
    assert!(watch.wait(SOON));
    settle(&mut watch);
    DiskStorage.remove_file(&root.join("a.py")).unwrap();
    assert!(watch.wait(SOON));
}

#[test]
fn hidden_entries_and_other_folders_are_not_heard_but_ignore_rules_are() {
    let folder = tempfile::tempdir().unwrap();
    let root = DiskStorage.canonical(folder.path()).unwrap();
    put(&root, "other/b.py", b"");
    let mut watch = following(&[&root]);
    settle(&mut watch);
    put(&root, ".hidden", b"x");
    put(&root, "other/b.py", b"x");
    assert!(watch.polls() || !watch.wait(A_MOMENT));
    put(&root, ".gitignore", b"other\n");
    assert!(watch.wait(SOON));
}

#[test]
fn a_folder_that_went_and_came_back_is_followed_again() {
    let folder = tempfile::tempdir().unwrap();
    let root = DiskStorage.canonical(folder.path()).unwrap();
    let inner = root.join("inner");
    put(&inner, "a.py", b"");
    let mut watch = following(&[&root, &inner]);
    DiskStorage.remove_folder(&inner).unwrap();
    put(&inner, "a.py", b"");
    settle(&mut watch);
    watch.follow(&[root.clone(), inner.clone()].into());
    settle(&mut watch);
    put(&inner, "a.py", b"x = 1\n");
    assert!(watch.wait(SOON));
}
