//! Which functions are tests, and what they exercise.

use std::collections::BTreeMap;

use rustc_hash::{FxHashMap, FxHashSet};

use super::NodeKind;
use super::facts::FileFacts;
use crate::language::Tests;
use crate::syntax::NONE;

/// A test that reaches what it exercises through more of its helpers than this is no test of it.
const MOST_HELPERS: usize = 3;

/// By node of a file: whether it is part of tests; and the test that it belongs to, or [`NONE`].
#[derive(Default)]
pub(super) struct TestCode {
    pub(super) is_part: Vec<bool>,
    pub(super) test_of: Vec<u32>,
    /// Tests with what the runner calls before each of them.
    pub(super) set_ups: Vec<(u32, u32)>,
}

/// Finds the tests of a file: those that it tells, else those with the names that its language's runners look for.
pub(super) fn test_code(file: &FileFacts) -> TestCode {
    let Some(language) = file.language else { return TestCode::default() };
    let tests = language.table().tests();
    let in_test_file = is_test_file(file.path(), tests);
    let holders = holders_of_tests(file, tests);
    let mut found = TestCode::default();
    for (number, node) in file.nodes.iter().enumerate() {
        let parent = file.parents[number] as usize;
        let name = last_part(&node.name);
        let outer = if parent < number { found.is_part[parent] } else { in_test_file };
        let is_test_class = holders.contains(&(number as u32)) && begins_or_ends(name, tests.classes);
        let in_module =
            tests.modules.iter().any(|module| node.name.split('.').rev().skip(1).any(|part| part == *module));
        let is_told = file.tests.binary_search(&(number as u32)).is_ok();
        let is_part = outer || is_test_class || in_module || is_told;
        let around = if parent < number { found.test_of[parent] } else { NONE };
        let is_named = file.tests.is_empty() && begins_with(name, tests.functions);
        let is_test = is_part && node.kind == NodeKind::Function && (is_told || is_named);
        found.is_part.push(is_part);
        found.test_of.push(if around == NONE && is_test { number as u32 } else { around });
    }
    found.set_ups = set_ups(file, tests, &found);
    found
}

/// Pairs of a test with what is set up before it: by its class, or by its file.
fn set_ups(file: &FileFacts, tests: &Tests, found: &TestCode) -> Vec<(u32, u32)> {
    if tests.set_ups.is_empty() || found.test_of.iter().all(|test| *test == NONE) {
        return Vec::new();
    }
    let is_set_up = |number: &u32| {
        let node = &file.nodes[*number as usize];
        node.kind == NodeKind::Function && tests.set_ups.contains(&last_part(&node.name))
    };
    let mut by_parent: FxHashMap<u32, Vec<u32>> = FxHashMap::default();
    for set_up in (0..file.nodes.len() as u32).filter(is_set_up) {
        by_parent.entry(file.parents[set_up as usize]).or_default().push(set_up);
    }
    let is_module = |parent: &u32| file.nodes[*parent as usize].kind == NodeKind::Module;
    let of_file: Vec<u32> = by_parent.keys().copied().filter(is_module).collect();
    let tests = (0..).zip(&found.test_of).filter(|(number, test)| number == *test).map(|(number, _)| number);
    let pairs = tests.flat_map(|test| {
        let own = Some(file.parents[test as usize]).filter(|parent| !of_file.contains(parent));
        let places = own.iter().chain(&of_file).filter_map(|place| by_parent.get(place)).flatten();
        places.map(|set_up| (test, *set_up)).collect::<Vec<_>>()
    });
    pairs.collect()
}

/// Classes that have a function with the name of a test.
fn holders_of_tests(file: &FileFacts, tests: &Tests) -> FxHashSet<u32> {
    let named = file
        .nodes
        .iter()
        .zip(&file.parents)
        .filter(|(node, _)| node.kind == NodeKind::Function && begins_with(last_part(&node.name), tests.functions));
    named.map(|(_, parent)| *parent).filter(|parent| file.nodes[*parent as usize].kind == NodeKind::Class).collect()
}

fn last_part(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

pub(super) fn is_test_file(path: &str, tests: &Tests) -> bool {
    let (folders, file) = path.rsplit_once('/').unwrap_or(("", path));
    let stem = file.split_once('.').map_or(file, |(stem, _)| stem);
    let extensions = file.strip_prefix(stem).unwrap_or_default();
    let in_folder = folders.split('/').any(|folder| tests.folders.contains(&folder));
    let marked = tests.marks.iter().any(|mark| extensions.starts_with(&format!(".{mark}.")));
    in_folder || marked || begins_or_ends(stem, tests.files)
}

/// Whether a file is left out of its package unless that is tested.
pub(super) fn is_hidden_test(file: &FileFacts) -> bool {
    file.language.is_some_and(|language| {
        let tests = language.table().tests();
        tests.are_hidden && is_test_file(file.path(), tests)
    })
}

/// Whether a name begins with one of the prefixes or ends with one of the suffixes.
fn begins_or_ends(name: &str, (prefixes, suffixes): (&[&str], &[&str])) -> bool {
    prefixes.iter().any(|prefix| name.starts_with(prefix)) || suffixes.iter().any(|suffix| name.ends_with(suffix))
}

fn begins_with(name: &str, prefixes: &[&str]) -> bool {
    prefixes.iter().any(|prefix| name.starts_with(prefix))
}

/// What each test exercises, and how sure that is: what it calls outside of tests, by itself or through helpers that are
/// part of tests. `calls` has caller, callee and confidence.
pub(super) fn exercised(calls: &[(u32, u32, f32)], is_part: &[bool], test_of: &[u32]) -> BTreeMap<(u32, u32), f32> {
    let mut callees: FxHashMap<u32, Vec<(u32, f32)>> = FxHashMap::default();
    for (caller, callee, sure) in calls.iter().filter(|(caller, ..)| is_part[*caller as usize]) {
        let test = test_of[*caller as usize];
        callees.entry(if test == NONE { *caller } else { test }).or_default().push((*callee, *sure));
    }
    let mut found = BTreeMap::new();
    let tests: Vec<u32> = callees.keys().copied().filter(|caller| test_of[*caller as usize] == *caller).collect();
    for test in tests {
        let mut reached: BTreeMap<u32, f32> = BTreeMap::from([(test, 1.0)]);
        let mut open = vec![(test, 1.0)];
        for _ in 0..=MOST_HELPERS {
            for (caller, sure_of_caller) in std::mem::take(&mut open) {
                for (callee, sure) in callees.get(&caller).into_iter().flatten() {
                    let sure: f32 = sure_of_caller * sure;
                    let is_helper = is_part[*callee as usize] && test_of[*callee as usize] != *callee;
                    if !is_part[*callee as usize] {
                        let known: &mut f32 = found.entry((test, *callee)).or_insert(sure);
                        *known = known.max(sure);
                    } else if is_helper && reached.get(callee).is_none_or(|known| *known < sure) {
                        reached.insert(*callee, sure);
                        open.push((*callee, sure));
                    }
                }
            }
        }
    }
    found
}
