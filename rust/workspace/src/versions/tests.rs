use std::collections::BTreeSet;
use std::path::Path;
use std::time::{Duration, SystemTime};

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::*;
use crate::RunLock;
use crate::storage::{DiskStorage, STAGING_PREFIX};
use crate::testing::{FailingStorage, Fault, manifest, publish, put, versions_with, weights, workspace};
use crate::workspace::Workspace;

const MODEL: &str = "graphsage";

fn names(versions: &Versions) -> Vec<String> {
    versions.list(Some(MODEL)).unwrap().into_iter().map(|summary| summary.version).collect()
}

/// Everything a reader relies on: what is listed is whole, and what serves is listed.
fn assert_sound(versions: &Versions, context: &str) {
    let listed = names(versions);
    for version in &listed {
        versions.verify(MODEL, version).unwrap_or_else(|error| panic!("{context}: {error}"));
    }
    let serving = versions.resolve(MODEL, "serving").unwrap_or_else(|error| panic!("{context}: {error}"));
    assert!(listed.contains(&serving), "{context}: {serving} serves but is not listed");
}

fn has_staging(folder: &Path) -> bool {
    let entries = DiskStorage.list(folder).unwrap();
    entries.iter().any(|entry| entry.name.to_string_lossy().starts_with(STAGING_PREFIX))
}

/// Runs `action` on a workspace with one serving version, failing the n-th operation for every n until none fails.
fn for_every_fault(
    fault: fn(usize) -> Fault,
    action: impl Fn(&Versions) -> Result<()>,
    check: impl Fn(&Workspace, bool, &str),
) -> usize {
    for n in 0.. {
        let (_folder, workspace) = workspace();
        publish(&workspace.versions(), MODEL, 1.0).unwrap();
        publish(&workspace.versions(), MODEL, 2.0).unwrap();
        workspace.versions().promote(MODEL, "v0001").unwrap();
        let storage = FailingStorage::new(fault(n));
        let outcome = action(&versions_with(storage.clone(), &workspace));
        let context = format!("{:?}, operation {n}: {:?}, outcome {outcome:?}", fault(n), storage.log().get(n));
        check(&workspace, outcome.is_ok(), &context);
        if !storage.reached(n) {
            outcome.unwrap();
            return n;
        }
    }
    unreachable!()
}

#[test]
fn publishing_that_fails_anywhere_leaves_the_old_versions_whole() {
    for fault in [Fault::Once as fn(usize) -> Fault, Fault::From] {
        let action = |versions: &Versions| publish(versions, MODEL, 3.0).map(|_| ());
        let operations = for_every_fault(fault, action, |workspace, published, context| {
            let versions = workspace.versions();
            assert_sound(&versions, context);
            let listed = names(&versions);
            assert_eq!(listed[..2], ["v0001", "v0002"], "{context}");
            assert!(!published || listed.len() == 3, "{context}");
            assert_eq!(versions.resolve(MODEL, "serving").unwrap(), "v0001", "{context}");
            if matches!(fault(0), Fault::Once(_)) {
                assert!(!has_staging(&versions.model_folder(MODEL)), "{context}: not cleaned up");
            }
            let next = publish(&versions, MODEL, 4.0).unwrap();
            assert_eq!(next, name_of(listed.len() as u32 + 1), "{context}");
        });
        assert!(operations >= 10, "only {operations} operations were seen");
    }
}

#[test]
fn promoting_that_fails_anywhere_leaves_the_old_or_the_new_version_serving() {
    for fault in [Fault::Once as fn(usize) -> Fault, Fault::From] {
        let action = |versions: &Versions| versions.promote(MODEL, "v0002").map(|_| ());
        let operations = for_every_fault(fault, action, |workspace, promoted, context| {
            let versions = workspace.versions();
            assert_sound(&versions, context);
            let aliases = versions.aliases(MODEL).unwrap();
            match aliases.serving.as_deref() {
                Some("v0001") => assert!(!promoted && aliases.previous.is_none(), "{context}"),
                Some("v0002") => assert_eq!(aliases.previous.as_deref(), Some("v0001"), "{context}"),
                other => panic!("{context}: {other:?} serves"),
            }
        });
        assert!(operations >= 8, "only {operations} operations were seen");
    }
}

#[test]
fn a_version_is_written_and_synced_before_it_gets_its_name() {
    let (_folder, workspace) = workspace();
    let storage = FailingStorage::new(Fault::Never);
    publish(&versions_with(storage.clone(), &workspace), MODEL, 1.0).unwrap();
    let changes: Vec<String> = storage.log().into_iter().filter(|line| !line.starts_with("list")).collect();
    let expected = [
        "create graphsage",
        "create unique in graphsage",
        "write weights.safetensors",
        "write config.yaml",
        "write MODEL_CARD.md",
        "write manifest.json",
        "sync *",
        "sync graphsage",
        "rename to v0001",
        "sync graphsage",
        "sync versions",
    ];
    assert_eq!(changes, expected);
}

#[test]
fn publishers_at_once_never_clash() {
    let (_folder, workspace) = workspace();
    let versions = workspace.versions();
    let published: Vec<String> = std::thread::scope(|scope| {
        let work = |publisher: u8| {
            let versions = versions.clone();
            move || (0..3).map(|_| publish(&versions, MODEL, f32::from(publisher)).unwrap()).collect::<Vec<_>>()
        };
        let threads: Vec<_> = (0..4).map(|publisher| scope.spawn(work(publisher))).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    let unique: BTreeSet<String> = published.into_iter().collect();
    assert_eq!(unique, (1..=12).map(name_of).collect());
    for version in &unique {
        assert_eq!(&versions.verify(MODEL, version).unwrap().version, version);
    }
    assert!(!has_staging(&versions.model_folder(MODEL)));
}

#[test]
fn a_change_of_aliases_waits_for_the_one_before_it() {
    let (_folder, workspace) = workspace();
    let versions = workspace.versions();
    publish(&versions, MODEL, 1.0).unwrap();
    let other = RunLock::acquire(&DiskStorage, &versions.model_folder(MODEL).join(".aliases.lock")).unwrap();
    std::thread::scope(|scope| {
        let promotion = scope.spawn(|| versions.promote(MODEL, "v0001").unwrap());
        std::thread::sleep(Duration::from_millis(50));
        assert!(!promotion.is_finished());
        assert_eq!(versions.aliases(MODEL).unwrap(), Aliases::default());
        drop(other);
        assert_eq!(promotion.join().unwrap().serving.as_deref(), Some("v0001"));
    });
}

#[derive(Debug, Clone)]
enum Step {
    Promote(u32),
    Nominate(u32),
    Rollback,
}

#[test]
fn aliases_follow_every_sequence_of_promotions_and_rollbacks() {
    let (_folder, workspace) = workspace();
    let versions = workspace.versions();
    for number in 0..3u8 {
        publish(&versions, MODEL, f32::from(number)).unwrap();
    }
    let step = prop_oneof![(1..4u32).prop_map(Step::Promote), (1..4u32).prop_map(Step::Nominate), Just(Step::Rollback)];
    let mut runner = TestRunner::new(Config { cases: 40, failure_persistence: None, ..Config::default() });
    let outcome = runner.run(&proptest::collection::vec(step, 1..10), |steps| {
        let _ = DiskStorage.remove_file(&versions.model_folder(MODEL).join("aliases.json"));
        let (mut serving, mut previous, mut candidate) = (None, None, None);
        for step in steps {
            match step {
                Step::Promote(number) => {
                    versions.promote(MODEL, &name_of(number)).unwrap();
                    if serving != Some(number) {
                        previous = serving.replace(number);
                    }
                    candidate = candidate.filter(|tried| *tried != number);
                }
                Step::Nominate(number) => {
                    versions.set_candidate(MODEL, &name_of(number)).unwrap();
                    candidate = Some(number);
                }
                Step::Rollback if previous.is_some() => {
                    versions.rollback(MODEL).unwrap();
                    std::mem::swap(&mut serving, &mut previous);
                }
                Step::Rollback => {
                    prop_assert_eq!(versions.rollback(MODEL).unwrap_err().code(), "unknown_version");
                }
            }
            let aliases = versions.aliases(MODEL).unwrap();
            let expected = [serving, previous, candidate].map(|number| number.map(name_of));
            prop_assert_eq!([aliases.serving, aliases.previous, aliases.candidate], expected);
        }
        Ok(())
    });
    outcome.unwrap();
}

#[test]
fn a_list_shows_metrics_and_aliases() {
    let (_folder, workspace) = workspace();
    let versions = workspace.versions();
    let metric = crate::Metric { value: Some(0.5), n: Some(10), metric: "MRR".to_owned(), ..crate::Metric::default() };
    let mut measured = manifest(MODEL);
    measured.metrics.insert("retrieval".to_owned(), metric.clone());
    versions.publish(MODEL, &[(WEIGHTS, &weights(1.0))], measured).unwrap();
    publish(&versions, "tree-lstm", 1.0).unwrap();
    versions.promote(MODEL, "v0001").unwrap();
    let listed = versions.list(None).unwrap();
    assert_eq!(listed.len(), 2);
    assert_eq!((listed[0].model.as_str(), listed[0].aliases.clone()), (MODEL, vec!["serving".to_owned()]));
    assert_eq!(listed[0].metrics["retrieval"], metric);
    assert_eq!((listed[1].model.as_str(), listed[1].aliases.len()), ("tree-lstm", 0));
    assert_eq!(versions.models().unwrap(), [MODEL, "tree-lstm"]);
}

#[test]
fn fields_of_other_releases_survive() {
    let (_folder, workspace) = workspace();
    let versions = workspace.versions();
    let text = r#"{"model": "graphsage", "energy": {"joules": 7}, "metrics": {"a": {"value": 1, "spread": 0.1}}}"#;
    versions.publish(MODEL, &[(WEIGHTS, &weights(1.0))], Manifest::from_json(text).unwrap()).unwrap();
    let shown = versions.show(MODEL, "v0001").unwrap();
    assert_eq!(shown.other["energy"]["joules"], 7);
    assert_eq!(shown.metrics["a"].other["spread"], 0.1);

    put(&versions.model_folder(MODEL), "aliases.json", br#"{"format": 1, "serving": "v0001", "pins": ["v0001"]}"#);
    publish(&versions, MODEL, 2.0).unwrap();
    versions.promote(MODEL, "v0002").unwrap();
    assert_eq!(versions.aliases(MODEL).unwrap().other["pins"][0], "v0001");
}

#[test]
fn a_model_card_shows_the_manifest() {
    let (_folder, workspace) = workspace();
    let versions = workspace.versions();
    let text = r#"{"model": "graphsage", "data": {"fingerprint": "f00d", "counts": {"functions": 12}},
        "metrics": {"imports|x": {"value": 0.25, "baseline": 0.125, "baseline_name": "popularity", "n": 40,
        "task": "imports of {model}\nheld out", "candidates": 300, "metric": "MAP"},
        "train_loss": {"value": 1.5, "metric": "train_loss", "task": "training"}, "steps": {"value": 28},
        "unknown_loss": {"task": "training"}},
        "latency": {"embed": {"median_ms": 0.5, "p99_ms": 1.25, "n": 200, "device": "cpu", "definition": "text to vector"}},
        "evaluation": [
            {"task": "find", "queries": "few", "candidates": "a|b", "method": "ours", "metric": "MRR", "value": 0.5,
             "error": 0.01, "n": 40},
            {"task": "find", "queries": "few", "candidates": "a|b", "method": "ours", "metric": "hit@1", "n": 40},
            {"task": "find", "queries": "few", "candidates": "a|b", "method": "counts", "metric": "MRR", "value": 0.25,
             "n": 40, "is_baseline": true},
            {"task": "guess", "method": "ours", "metric": "MRR", "n": 0}]}"#;
    versions.publish(MODEL, &[(WEIGHTS, &weights(1.0))], Manifest::from_json(text).unwrap()).unwrap();
    let card = String::from_utf8(versions.read_file(MODEL, "v0001", MODEL_CARD).unwrap()).unwrap();
    let row = r"| imports\|x | imports of {model} held out | MAP | 0.250 | 0.125 (popularity) | 300 | 40 |";
    let tables = "| method | learned | MRR (n = 40) | hit@1 (n = 40) |\n|---|---|---:|---:|\n\
        | ours | yes | 0.500 ± 0.010 | – |\n| counts | no | 0.250 | – |";
    let latency = "embed: median 0.50 ms, 99th percentile 1.25 ms, n = 200, on cpu; text to vector";
    let training = "## Training\n\n- steps: 28\n- train_loss: 1.500\n\n";
    let candidates = r"Candidates: a\|b.";
    let head = ["# graphsage v0001", "f00d", "functions: 12", "random weights", candidates];
    let unmeasured = "\n\n**guess.** Not measured: too few queries.\n";
    for part in head.into_iter().chain([row, tables, latency, training, unmeasured]) {
        assert!(card.contains(part), "no `{part}` in\n{card}");
    }
}

/// What is wrong, the files that are handed over, and what the message says.
type Refused<'a> = (&'a str, &'a [(&'a str, &'a [u8])], &'a str);

#[test]
fn what_may_not_be_published_is_refused() {
    let (_folder, workspace) = workspace();
    let versions = workspace.versions();
    let good = weights(1.0);
    let good = good.as_slice();
    let truncated = &good[..good.len() - 1];
    let cases: &[Refused] = &[
        ("no weights", &[("config.yaml", b"")], "weights.safetensors"),
        ("truncated weights", &[(WEIGHTS, truncated)], "safetensors"),
        ("a pickle under the right name", &[(WEIGHTS, b"\x80\x02}q\x00.")], "safetensors"),
        ("a pickle", &[(WEIGHTS, good), ("state.PT", b"")], "pickle"),
        ("parent folder", &[(WEIGHTS, good), ("../x", b"")], "plain file name"),
        ("absolute path", &[(WEIGHTS, good), ("/etc/x", b"")], "plain file name"),
        ("hidden file", &[(WEIGHTS, good), (".x", b"")], "plain file name"),
        ("empty name", &[(WEIGHTS, good), ("", b"")], "plain file name"),
        ("own manifest", &[(WEIGHTS, good), (MANIFEST, b"{}")], "made by publishing"),
        ("twice", &[(WEIGHTS, good), (WEIGHTS, good)], "twice"),
    ];
    for (name, files, fragment) in cases {
        let error = versions.publish(MODEL, files, manifest(MODEL)).unwrap_err();
        assert_eq!(error.code(), "bad_input", "{name}");
        assert!(error.to_string().contains(fragment), "{name}: {error}");
    }
    let other = versions.publish(MODEL, &[(WEIGHTS, good)], manifest("tree-lstm")).unwrap_err();
    assert_eq!(other.code(), "bad_input");
    for model in ["", "..", "Graph", "a/b", "1a"] {
        assert_eq!(publish(&versions, model, 1.0).unwrap_err().code(), "bad_input", "{model}");
    }
    assert_eq!(versions.models().unwrap(), Vec::<String>::new());
}

/// What is done to the folder of a model whose v0001 serves and whose v0002 does not; which call then fails; how.
type Attack = (&'static str, fn(&Path), fn(&Versions) -> Result<()>, &'static str, &'static str);

#[rustfmt::skip]
const ATTACKS: &[Attack] = &[
    ("truncated weights", |f| put(f, "v0001/weights.safetensors", &weights(1.0)[..20]), verify_first, "damaged_version", "`weights.safetensors` was changed"),
    ("empty weights", |f| put(f, "v0001/weights.safetensors", b""), verify_first, "damaged_version", "was changed"),
    ("changed weights, read", |f| put(f, "v0001/weights.safetensors", &weights(7.0)), |v| v.read_file(MODEL, "serving", WEIGHTS).map(drop), "damaged_version", "was changed"),
    ("changed weights, promoted", |f| put(f, "v0002/weights.safetensors", &weights(7.0)), |v| v.promote(MODEL, "v0002").map(drop), "damaged_version", "was changed"),
    ("pickle with the right checksum", |f| rewrite(f, WEIGHTS, b"\x80\x02}q\x00."), verify_first, "damaged_version", "no safetensors file"),
    ("missing file", |f| DiskStorage.remove_file(&f.join("v0001/config.yaml")).unwrap(), verify_first, "damaged_version", "`config.yaml` is missing"),
    ("extra file", |f| put(f, "v0001/run.py", b""), verify_first, "damaged_version", "`run.py` does not belong"),
    ("a folder for a file", |f| { DiskStorage.remove_file(&f.join("v0001/config.yaml")).unwrap(); DiskStorage.create_folders(&f.join("v0001/config.yaml")).unwrap(); }, verify_first, "damaged_version", "not a regular file"),
    ("a link for a file", |f| link_config(f), verify_first, "damaged_version", "not a regular file"),
    ("no manifest", |f| DiskStorage.remove_file(&f.join("v0001/manifest.json")).unwrap(), verify_first, "damaged_version", "`manifest.json` is missing"),
    ("manifest that is no JSON", |f| put(f, "v0001/manifest.json", b"{"), verify_first, "damaged_version", "manifest.json is not valid"),
    ("wrong checksum", |f| edit(f, |m| { m.files.insert(WEIGHTS.to_owned(), "0".repeat(64)); }), verify_first, "damaged_version", "was changed"),
    ("manifest of another model", |f| edit(f, |m| m.model = "tree-lstm".to_owned()), verify_first, "damaged_version", "tree-lstm v0001"),
    ("manifest of another version", |f| edit(f, |m| m.version = "v0002".to_owned()), verify_first, "damaged_version", "graphsage v0002"),
    ("manifest of a newer release", |f| edit(f, |m| m.format = 9), verify_first, "newer_format", "update sapwood"),
    ("manifest without weights", |f| edit(f, |m| { m.files.remove(WEIGHTS); }), verify_first, "damaged_version", "names no `weights.safetensors`"),
    ("path traversal", |f| edit(f, |m| { m.files.insert("../../../workspace.json".to_owned(), String::new()); }), verify_first, "damaged_version", "no plain file name"),
    ("path traversal, read", |_| (), |v| v.read_file(MODEL, "v0001", "../v0002/weights.safetensors").map(drop), "damaged_version", "is missing"),
    ("path traversal in a version", |_| (), |v| v.path(MODEL, "../graphsage/v0001").map(drop), "unknown_version", ".."),
    ("path traversal in a model", |_| (), |v| v.path("../versions/graphsage", "v0001").map(drop), "bad_input", "no name of a model"),
    ("version that is not there", |_| (), |v| v.show(MODEL, "v0009").map(drop), "unknown_version", "v0009"),
    ("another spelling of a version", |_| (), |v| v.show(MODEL, "v1").map(drop), "unknown_version", "v1"),
    ("alias that points nowhere", |f| put(f, "aliases.json", br#"{"serving": "v0009"}"#), serving, "damaged_version", "`v0009`, which does not exist"),
    ("alias that points out", |f| put(f, "aliases.json", br#"{"serving": "../../x"}"#), serving, "damaged_version", "does not exist"),
    ("aliases that are no JSON", |f| put(f, "aliases.json", b"serving"), serving, "damaged_version", "file of aliases"),
    ("aliases of a newer release", |f| put(f, "aliases.json", br#"{"format": 2}"#), |v| v.promote(MODEL, "v0002").map(drop), "newer_format", "update sapwood"),
    ("nothing serves", |f| DiskStorage.remove_file(&f.join("aliases.json")).unwrap(), serving, "no_model", "sapwood train graphsage"),
    ("no such model", |_| (), |v| v.path("tree-lstm", "serving").map(drop), "no_model", "sapwood train tree-lstm"),
    ("rollback to nothing", |_| (), |v| v.rollback(MODEL).map(drop), "unknown_version", "served before"),
    ("rollback to a damaged version", |f| { put(f, "aliases.json", br#"{"serving": "v0001", "previous": "v0002"}"#); put(f, "v0002/config.yaml", b""); }, |v| v.rollback(MODEL).map(drop), "damaged_version", "`config.yaml` was changed"),
];

fn verify_first(versions: &Versions) -> Result<()> {
    versions.verify(MODEL, "v0001").map(drop)
}

fn serving(versions: &Versions) -> Result<()> {
    versions.path(MODEL, "serving").map(drop)
}

fn edit(folder: &Path, change: fn(&mut Manifest)) {
    let path = folder.join("v0001/manifest.json");
    let mut manifest: Manifest = serde_json::from_slice(&DiskStorage.read(&path).unwrap()).unwrap();
    change(&mut manifest);
    DiskStorage.write(&path, manifest.to_json().as_bytes()).unwrap();
}

/// Replaces a file of v0001 and its checksum, as someone would who knows the format.
fn rewrite(folder: &Path, name: &str, bytes: &[u8]) {
    put(&folder.join("v0001"), name, bytes);
    let path = folder.join("v0001/manifest.json");
    let mut manifest: Manifest = serde_json::from_slice(&DiskStorage.read(&path).unwrap()).unwrap();
    manifest.files.insert(name.to_owned(), crate::sha256_hex(bytes));
    DiskStorage.write(&path, manifest.to_json().as_bytes()).unwrap();
}

/// A link to a file of the same content, so that the checksum would be right.
fn link_config(folder: &Path) {
    DiskStorage.rename(&folder.join("v0001/config.yaml"), &folder.join("outside.yaml")).unwrap();
    std::os::unix::fs::symlink(folder.join("outside.yaml"), folder.join("v0001/config.yaml")).unwrap();
}

#[test]
fn hostile_folders_fail_with_their_own_error() {
    for (name, attack, call, code, fragment) in ATTACKS {
        let (_folder, workspace) = workspace();
        let versions = workspace.versions();
        publish(&versions, MODEL, 1.0).unwrap();
        publish(&versions, MODEL, 2.0).unwrap();
        versions.promote(MODEL, "v0001").unwrap();
        attack(&versions.model_folder(MODEL));
        let error = call(&versions).expect_err(name);
        assert_eq!(error.code(), *code, "{name}: {error}");
        assert!(error.to_string().contains(fragment), "{name}: {error}");
        assert!(names(&versions).contains(&"v0002".to_owned()), "{name}: the other version must stay listed");
    }
}

#[test]
fn promoting_repairs_damaged_aliases() {
    let (_folder, workspace) = workspace();
    let versions = workspace.versions();
    publish(&versions, MODEL, 1.0).unwrap();
    for damage in [b"serving".as_slice(), br#"{"serving": "v0009"}"#] {
        put(&versions.model_folder(MODEL), "aliases.json", damage);
        let aliases = versions.promote(MODEL, "v0001").unwrap();
        assert_eq!((aliases.serving.as_deref(), aliases.previous), (Some("v0001"), None));
    }
}

#[test]
fn folders_of_dead_publishers_are_removed_after_a_day() {
    let (_folder, workspace) = workspace();
    let versions = workspace.versions();
    publish(&versions, MODEL, 1.0).unwrap();
    let folder = versions.model_folder(MODEL);
    let [old, young] = ["old", "young"].map(|name| folder.join(format!("{STAGING_PREFIX}{name}")));
    for leftover in [&old, &young] {
        put(leftover, WEIGHTS, b"half");
    }
    let before = SystemTime::now() - Duration::from_hours(48);
    #[allow(clippy::disallowed_methods, reason = "no storage operation sets a time")]
    std::fs::File::open(&old).unwrap().set_modified(before).unwrap();
    assert_eq!(names(&versions), ["v0001"]);
    assert_eq!(publish(&versions, MODEL, 2.0).unwrap(), "v0002");
    assert!(DiskStorage.metadata(&old).is_err());
    assert!(DiskStorage.metadata(&young).is_ok());
}

#[test]
fn a_model_of_another_schema_or_vocabulary_is_refused() {
    let trained = Manifest { version: "v0003".to_owned(), vocabulary: Some("cccc".to_owned()), ..manifest(MODEL) };
    assert!(crate::check_schema(&trained, "aaaa").is_ok());
    assert!(crate::check_vocabulary(&trained, "cccc").is_ok());
    assert!(crate::check_schema(&Manifest::default(), "bbbb").is_ok());
    let schema = crate::check_schema(&trained, "bbbb").unwrap_err();
    assert_eq!(schema.code(), "schema_mismatch");
    for part in ["aaaa", "bbbb", "v0003", "sapwood index", "sapwood train graphsage"] {
        assert!(schema.to_string().contains(part), "{schema}");
    }
    let vocabulary = crate::check_vocabulary(&trained, "dddd").unwrap_err();
    assert_eq!(vocabulary.code(), "vocabulary_mismatch");
    assert!(vocabulary.to_string().contains("cccc") && vocabulary.to_string().contains("dddd"), "{vocabulary}");
}
