//! The same comparison on whole programs: those of the fixtures, and any others.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::differences::{differences, listed};
use crate::language::Language;
use crate::syntax::{ParseLimits, parse};

/// Files a language and folder, so that the test stays short.
const MOST_FILES: usize = 60;
const LONGEST_FILE: u64 = 60_000;

/// Where code is looked for: the call-graph fixtures, and the folders that `SAPWOOD_TEST_SOURCES` names when the test is
/// built, with colons between them.
fn roots() -> Vec<PathBuf> {
    let mut roots = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/callgraph")];
    roots.extend(option_env!("SAPWOOD_TEST_SOURCES").into_iter().flat_map(|more| more.split(':')).map(PathBuf::from));
    roots
}

/// Paths of files by language, an even sample of those in a folder.
fn files(root: &Path) -> BTreeMap<Language, Vec<PathBuf>> {
    let mut found: BTreeMap<Language, Vec<PathBuf>> = BTreeMap::new();
    let mut open = vec![root.to_owned()];
    while let Some(folder) = open.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for entry in entries.flatten() {
            let (path, Ok(kind)) = (entry.path(), entry.file_type()) else { continue };
            if kind.is_dir() {
                open.push(path);
            } else if let Some(language) = Language::from_path(&path.to_string_lossy())
                && entry.metadata().is_ok_and(|metadata| metadata.len() < LONGEST_FILE)
            {
                found.entry(language).or_default().push(path);
            }
        }
    }
    for paths in found.values_mut() {
        paths.sort();
        let step = paths.len().div_ceil(MOST_FILES).max(1);
        *paths = paths.iter().step_by(step).cloned().collect();
    }
    found
}

#[test]
fn programs_differ_from_the_tags_as_listed_and_no_more() {
    let listed = listed();
    let mut new: BTreeMap<String, (usize, String)> = BTreeMap::new();
    let mut read: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, path) in roots()
        .iter()
        .flat_map(|root| files(root))
        .flat_map(|(language, paths)| paths.into_iter().map(move |path| (language, path)))
    {
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let Some(language) = Language::of_file(&name, text.as_bytes()) else { continue };
        // Where the text does not parse, what is a definition is anyone's guess.
        if !parse(language, text.as_bytes(), &ParseLimits::default()).is_ok_and(|tree| tree.error_count() == 0) {
            continue;
        }
        *read.entry(language.name()).or_default() += 1;
        for (difference, example) in differences(language, &path.to_string_lossy(), &text) {
            let row = difference.to_string();
            if !listed.contains(&row) {
                new.entry(row).or_insert((0, example)).0 += 1;
            }
        }
    }
    println!("files without syntax errors: {read:?}");
    assert!(Language::ALL.iter().all(|language| read.contains_key(language.name())), "{read:?}");
    assert!(new.is_empty(), "not on the list: {new:#?}");
}
