use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use super::*;
use crate::storage::DiskStorage;
use crate::testing::put;

const PATH: &str = "SAPWOOD_TEST_LOCK";

#[test]
fn one_holder_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.lock");
    let held = RunLock::acquire(&DiskStorage, &path).unwrap();
    let error = RunLock::acquire_within(&DiskStorage, held.path(), Duration::from_millis(20)).unwrap_err();
    assert_eq!(error.code(), "locked");
    assert!(error.to_string().contains(&format!("process {}", std::process::id())), "{error}");
    drop(held);
    RunLock::acquire(&DiskStorage, &path).unwrap();
}

#[test]
fn what_a_dead_process_left_is_taken_over() {
    let folder = tempfile::tempdir().unwrap();
    for leftover in ["999999999", "", "not a number", "1234567890123456789012345678901234567890"] {
        put(folder.path(), "run.lock", leftover.as_bytes());
        let path = folder.path().join("run.lock");
        let held = RunLock::acquire(&DiskStorage, &path).unwrap();
        assert_eq!(DiskStorage.read(&path).unwrap(), std::process::id().to_string().into_bytes());
        drop(held);
    }
}

#[test]
#[ignore = "the other process of the test below"]
fn hold_until_killed() {
    // Whoever runs the ignored tests by hand is not that process.
    let Some(path) = std::env::var_os(PATH) else { return };
    let _held = RunLock::acquire(&DiskStorage, Path::new(&path)).unwrap();
    println!("\nheld");
    std::thread::sleep(Duration::from_mins(1));
}

#[test]
fn a_killed_process_gives_its_lock_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.lock");
    let mut other = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "lock::tests::hold_until_killed", "--ignored", "--nocapture"])
        .env(PATH, &path)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let output = BufReader::new(other.stdout.take().unwrap());
    assert!(output.lines().any(|line| line.unwrap() == "held"));
    match RunLock::acquire(&DiskStorage, &path).unwrap_err() {
        WorkspaceError::Locked { pid, .. } => assert_eq!(pid, Some(other.id())),
        error => panic!("{error}"),
    }
    other.kill().unwrap();
    other.wait().unwrap();
    RunLock::acquire_within(&DiskStorage, &path, Duration::from_secs(5)).unwrap();
}
