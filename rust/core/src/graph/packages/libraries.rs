//! Libraries that other code of the project imports by their names.

use rustc_hash::FxHashMap;

use super::super::facts::FileFacts;
use super::super::modules::{common_folders, folder_of};
use crate::language::{LeadTo, PackageRoot};

/// The root file of a library.
struct Library<'files> {
    /// The folder of its manifest.
    folder: &'files str,
    file: u32,
}

pub(super) struct Libraries<'files> {
    files: &'files [FileFacts],
    by_name: FxHashMap<&'files str, Vec<Library<'files>>>,
}

impl<'files> Libraries<'files> {
    pub(super) fn new(files: &'files [FileFacts], roots: &'files [PackageRoot]) -> Self {
        let mut by_name: FxHashMap<&str, Vec<Library<'_>>> = FxHashMap::default();
        for root in roots {
            let place = files.binary_search_by(|file| file.path().cmp(&root.target));
            let Ok(file) = place else { continue };
            let paths = files[file].language.and_then(|language| language.table().package_paths());
            if paths.is_some_and(|paths| paths.lead_to == LeadTo::Libraries && root.is_from(paths.manifests)) {
                let library = Library { folder: root.folder(), file: file as u32 };
                by_name.entry(&root.path).or_default().push(library);
            }
        }
        Self { files, by_name }
    }

    /// The root of the library that a file means by a name: of several the one that has most folders in common with it;
    /// none where two have as many.
    pub(super) fn root(&self, from: u32, name: &str) -> Option<u32> {
        let known = self.by_name.get(name)?;
        let file = &self.files[from as usize];
        let paths = file.language?.table().package_paths()?;
        if paths.lead_to != LeadTo::Libraries || paths.library.contains(&name) {
            return None;
        }
        let near = |library: &&Library<'_>| common_folders(file.path(), library.folder);
        let nearest = known.iter().max_by_key(near)?;
        let is_alone = known.iter().filter(|other| near(other) == near(&nearest)).count() == 1;
        is_alone.then_some(nearest.file)
    }

    /// The module that a dotted path names which begins with the name of a library.
    pub(super) fn module(&self, from: u32, path: &str, named: impl Fn(&str) -> Option<u32>) -> Option<u32> {
        if self.by_name.is_empty() {
            return None;
        }
        let (name, rest) = path.split_once('.').unwrap_or((path, ""));
        let root = self.root(from, name)?;
        if rest.is_empty() {
            return Some(root);
        }
        let folder = folder_of(self.files[root as usize].path()).replace('/', ".");
        named(&super::super::imports::join(&folder, rest)).filter(|module| *module != root)
    }
}
