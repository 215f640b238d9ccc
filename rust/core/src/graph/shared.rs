//! Variables that files see without importing them: those of their folder, or all that are not private.

use rustc_hash::FxHashMap;

use super::NodeKind;
use super::facts::FileFacts;
use super::modules::{Place, folder_of};
use super::testing::is_hidden_test;
use crate::language::Sharing;

/// More files than this with a variable of one name, and which of them is meant is not known.
const MOST_CANDIDATES: usize = 4;

/// Variables and classes by the names under which other files see them.
pub(super) struct Shared<'files> {
    files: &'files [FileFacts],
    /// Of languages whose package is a folder: by folder and name.
    of_folders: FxHashMap<(&'files str, &'files str), Vec<Place>>,
    /// Of languages whose names the linker joins: variables by their path in the file.
    everywhere: FxHashMap<&'files str, Vec<Place>>,
    /// By file: it is one of tests, which others do not see.
    is_test: Vec<bool>,
}

impl<'files> Shared<'files> {
    pub(super) fn new(files: &'files [FileFacts]) -> Self {
        let is_test = files.iter().map(is_hidden_test).collect();
        let mut shared = Self { files, of_folders: FxHashMap::default(), everywhere: FxHashMap::default(), is_test };
        for number in 0..files.len() as u32 {
            shared.add_file(number);
        }
        shared
    }

    fn add_file(&mut self, number: u32) {
        let file = &self.files[number as usize];
        let sharing = file.sharing();
        if sharing == Sharing::Imports {
            return;
        }
        for (node, one) in file.nodes.iter().enumerate().skip(2) {
            let (node, parent) = (node as u32, file.parents[node]);
            match (sharing, one.kind) {
                (Sharing::Folder, NodeKind::Variable | NodeKind::Class) if parent == 1 => {
                    let place = (file.package_folder(), file.path_of(node));
                    self.of_folders.entry(place).or_default().push((number, node));
                }
                (Sharing::Everywhere, NodeKind::Variable) if file.hidden.binary_search(&node).is_err() => {
                    self.everywhere.entry(file.path_of(node)).or_default().push((number, node));
                }
                _ => {}
            }
        }
    }

    /// What a file sees of its folder under a name.
    pub(super) fn of_folder(&self, from: u32, name: &str) -> Vec<Place> {
        let own = &self.files[from as usize];
        let found = self.of_folders.get(&(own.package_folder(), name)).map_or(&[][..], Vec::as_slice);
        let is_seen = |place: &&Place| {
            let file = &self.files[place.0 as usize];
            file.language == own.language && (self.is_test[from as usize] || !self.is_test[place.0 as usize])
        };
        few(found.iter().filter(is_seen).copied().collect())
    }

    /// The variables that code in a file may mean by a dotted path, `around` being that of the code itself: those of the
    /// innermost namespace, and of these the ones beside the file, if there are any.
    pub(super) fn everywhere(&self, from: u32, around: &str, path: &str) -> Vec<Place> {
        let own = &self.files[from as usize];
        if own.sharing() != Sharing::Everywhere {
            return Vec::new();
        }
        let outer = std::iter::successors(Some(around), |path| path.rsplit_once('.').map(|(beginning, _)| beginning));
        let within = outer.filter(|beginning| !beginning.is_empty()).find_map(|beginning| {
            let path = format!("{beginning}.{path}");
            self.everywhere.get(path.as_str())
        });
        let Some(found) = within.or_else(|| self.everywhere.get(path)) else { return Vec::new() };
        let beside = |place: &&Place| folder_of(self.files[place.0 as usize].path()) == folder_of(own.path());
        let near: Vec<Place> = found.iter().filter(beside).copied().collect();
        few(if near.is_empty() { found.clone() } else { near })
    }
}

fn few(found: Vec<Place>) -> Vec<Place> {
    if found.len() > MOST_CANDIDATES { Vec::new() } else { found }
}
