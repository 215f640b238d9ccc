//! What files import by paths that a manifest gives.

mod libraries;
mod sources;

use rustc_hash::FxHashMap;

use self::libraries::Libraries;
use self::sources::Sources;
use super::facts::FileFacts;
use super::modules::folder_of;
use super::testing::is_hidden_test;
use crate::language::{Language, LeadTo, PackageRoot, Sharing};

pub(super) struct Packages<'files> {
    files: &'files [FileFacts],
    /// The files of each package, without those of hidden tests, by folder.
    by_folder: FxHashMap<&'files str, Vec<u32>>,
    /// Those of packages that are folders, the longest paths first.
    roots: Vec<&'files PackageRoot>,
    libraries: Libraries<'files>,
    sources: Sources<'files>,
}

impl<'files> Packages<'files> {
    pub(super) fn new(files: &'files [FileFacts], roots: &'files [PackageRoot]) -> Self {
        let mut by_folder: FxHashMap<&str, Vec<u32>> = FxHashMap::default();
        for (number, file) in files.iter().enumerate() {
            if file.sharing() == Sharing::Folder && !is_hidden_test(file) {
                by_folder.entry(folder_of(file.path())).or_default().push(number as u32);
            }
        }
        let (libraries, sources) = (Libraries::new(files, roots), Sources::new(files, roots));
        let mut roots: Vec<_> = roots.iter().filter(|root| names_folders(root)).collect();
        roots.sort_by(|one, other| other.path.len().cmp(&one.path.len()).then_with(|| one.cmp(other)));
        Self { files, by_folder, roots, libraries, sources }
    }

    /// The files of the package in a folder.
    pub(super) fn files_of(&self, folder: &str) -> &[u32] {
        self.by_folder.get(folder).map_or(&[], Vec::as_slice)
    }

    /// The folder of the package that a path names in a file: the one that a root with the beginning of the path gives.
    /// A file below no root may mean any folder by the end of a path that is none of the language's own.
    pub(super) fn folder(&self, from: u32, path: &str) -> Option<&'files str> {
        let file = &self.files[from as usize];
        let paths = file.language?.table().package_paths().filter(|paths| paths.lead_to == LeadTo::Folders)?;
        let mut given = self.roots.iter().filter_map(|root| Some((*root, below(path, &root.path)?))).peekable();
        if given.peek().is_some() {
            return given.find_map(|(root, rest)| self.known(&joined(&root.target, rest)));
        }
        let first = path.split('/').next().unwrap_or_default();
        if paths.library.contains(&first) || self.roots.iter().any(|root| below(file.path(), root.folder()).is_some()) {
            return None;
        }
        path.match_indices('/').find_map(|(slash, _)| self.known(&path[slash + 1..]))
    }

    /// The module of a library of the project that a dotted path names; `named` knows modules by their names.
    pub(super) fn library_module(&self, from: u32, path: &str, named: impl Fn(&str) -> Option<u32>) -> Option<u32> {
        self.libraries.module(from, path, named)
    }

    /// The file of the project that a path means which does not name it from the importing file on; `find` knows files by
    /// their path, extensions left out.
    pub(super) fn source(&self, from: u32, path: &str, find: impl Fn(&str) -> Option<u32>) -> Option<u32> {
        self.sources.file(from, path, find)
    }

    fn known(&self, folder: &str) -> Option<&'files str> {
        self.by_folder.get_key_value(folder).map(|(known, _)| *known)
    }
}

/// Whether the path is one of packages that are folders.
fn names_folders(root: &PackageRoot) -> bool {
    let mut tables = Language::ALL.iter().filter_map(|language| language.table().package_paths());
    tables.any(|paths| paths.lead_to == LeadTo::Folders && root.is_from(paths.manifests))
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
