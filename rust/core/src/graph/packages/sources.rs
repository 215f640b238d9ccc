//! Files that are imported by names of packages or by paths that a configuration gives.

use rustc_hash::FxHashMap;

use super::super::facts::FileFacts;
use super::super::modules::folder_of;
use crate::language::{LeadTo, PackageRoot};

/// The file of which what it gives holds in all of the project, not just below its folder.
const PACKAGE: &str = "package.json";

pub(super) struct Sources<'files> {
    files: &'files [FileFacts],
    /// By the name of a package: the paths that begin with it.
    packages: FxHashMap<&'files str, Vec<&'files PackageRoot>>,
    /// By folder: the paths that hold below.
    configured: FxHashMap<&'files str, Vec<&'files PackageRoot>>,
}

impl<'files> Sources<'files> {
    pub(super) fn new(files: &'files [FileFacts], roots: &'files [PackageRoot]) -> Self {
        let mut found = Self { files, packages: FxHashMap::default(), configured: FxHashMap::default() };
        let paths = files.iter().filter_map(|file| file.language?.table().package_paths());
        let Some(paths) = paths.into_iter().find(|paths| paths.lead_to == LeadTo::Files) else { return found };
        for root in roots.iter().filter(|root| root.is_from(paths.manifests)) {
            if root.is_from(&[PACKAGE]) {
                found.packages.entry(package_of(&root.path)).or_default().push(root);
            } else {
                found.configured.entry(root.folder()).or_default().push(root);
            }
        }
        found
    }

    /// The file that an import of `path` means: by the configuration of the nearest folder around that gives one, else of
    /// the package with the name. `find` knows files by their path, extensions left out.
    pub(super) fn file(&self, from: u32, path: &str, find: impl Fn(&str) -> Option<u32>) -> Option<u32> {
        if self.packages.is_empty() && self.configured.is_empty() {
            return None;
        }
        let file = &self.files[from as usize];
        if file.language?.table().package_paths()?.lead_to != LeadTo::Files {
            return None;
        }
        let mut folder = file.path();
        while !folder.is_empty() {
            folder = folder_of(folder);
            let here = self.configured.get(folder);
            if let Some(found) = here.and_then(|roots| best(roots, path, &find)) {
                return Some(found);
            }
        }
        best(self.packages.get(package_of(path))?, path, &find)
    }
}

/// The name of the package that a path begins with: two parts where it has a scope.
fn package_of(path: &str) -> &str {
    let parts = if path.starts_with('@') { 2 } else { 1 };
    path.match_indices('/').nth(parts - 1).map_or(path, |(slash, _)| &path[..slash])
}

/// The file that the most exact fitting path leads to which leads to one.
fn best(roots: &[&PackageRoot], path: &str, find: impl Fn(&str) -> Option<u32>) -> Option<u32> {
    let fitting = roots.iter().filter_map(|root| Some((exactness(&root.path), filled(root, path)?)));
    let mut fitting: Vec<_> = fitting.collect();
    fitting.sort_by_key(|(exactness, _)| std::cmp::Reverse(*exactness));
    fitting.iter().find_map(|(_, target)| find(target))
}

/// Paths without `*` first, then by the length of what stands before it.
fn exactness(path: &str) -> usize {
    path.find('*').unwrap_or(usize::MAX)
}

/// Where a path leads, if it fits.
fn filled(root: &PackageRoot, path: &str) -> Option<String> {
    let Some((before, after)) = root.path.split_once('*') else {
        return (root.path == path).then(|| root.target.clone());
    };
    let part = path.strip_prefix(before)?.strip_suffix(after).filter(|part| !part.is_empty())?;
    Some(root.target.replacen('*', part, 1))
}
