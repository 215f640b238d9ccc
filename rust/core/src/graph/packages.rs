//! Packages that are folders, by the paths under which files import them.

use rustc_hash::FxHashMap;

use super::facts::FileFacts;
use super::modules::folder_of;
use super::testing::is_hidden_test;
use crate::language::{PackageRoot, Sharing};

pub(super) struct Packages<'files> {
    files: &'files [FileFacts],
    /// The files of each package, without those of hidden tests, by folder.
    by_folder: FxHashMap<&'files str, Vec<u32>>,
    /// The longest paths first.
    roots: Vec<&'files PackageRoot>,
}

impl<'files> Packages<'files> {
    pub(super) fn new(files: &'files [FileFacts], roots: &'files [PackageRoot]) -> Self {
        let mut by_folder: FxHashMap<&str, Vec<u32>> = FxHashMap::default();
        for (number, file) in files.iter().enumerate() {
            if file.sharing() == Sharing::Folder && !is_hidden_test(file) {
                by_folder.entry(folder_of(file.path())).or_default().push(number as u32);
            }
        }
        let mut roots: Vec<_> = roots.iter().collect();
        roots.sort_by(|one, other| other.path.len().cmp(&one.path.len()).then_with(|| one.cmp(other)));
        Self { files, by_folder, roots }
    }

    /// The files of the package in a folder.
    pub(super) fn files_of(&self, folder: &str) -> &[u32] {
        self.by_folder.get(folder).map_or(&[], Vec::as_slice)
    }

    /// The folder of the package that a path names in a file: the one that a root with the beginning of the path gives.
    /// A file below no root may mean any folder by the end of a path that is none of the language's own.
    pub(super) fn folder(&self, from: u32, path: &str) -> Option<&'files str> {
        let file = &self.files[from as usize];
        let paths = file.language?.table().package_paths()?;
        let mut given = self.roots.iter().filter_map(|root| Some((*root, below(path, &root.path)?))).peekable();
        if given.peek().is_some() {
            return given.find_map(|(root, rest)| self.known(&joined(&root.folder, rest)));
        }
        let first = path.split('/').next().unwrap_or_default();
        if paths.library.contains(&first) || self.roots.iter().any(|root| below(file.path(), &root.folder).is_some()) {
            return None;
        }
        path.match_indices('/').find_map(|(slash, _)| self.known(&path[slash + 1..]))
    }

    fn known(&self, folder: &str) -> Option<&'files str> {
        self.by_folder.get_key_value(folder).map(|(known, _)| *known)
    }
}

/// What a path has behind a beginning of whole parts.
fn below<'path>(path: &'path str, beginning: &str) -> Option<&'path str> {
    if beginning.is_empty() {
        return Some(path);
    }
    let rest = path.strip_prefix(beginning)?;
    if rest.is_empty() { Some(rest) } else { rest.strip_prefix('/') }
}

fn joined(folder: &str, rest: &str) -> String {
    if folder.is_empty() || rest.is_empty() { format!("{folder}{rest}") } else { format!("{folder}/{rest}") }
}
