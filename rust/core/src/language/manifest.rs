//! Files that say under which paths code is imported: `go.mod`, `Cargo.toml`, `package.json`, `tsconfig.json`.

pub(super) mod cargo;
pub(super) mod node;

use super::Language;
use super::definition::PackagePaths;

/// Longer manifests say nothing.
const LONGEST_MANIFEST: usize = 1 << 20;

/// How many paths one manifest may give.
const MOST_PATHS: usize = 1024;

/// One path under which code is imported, and where that code lies.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PackageRoot {
    /// The path of the file that says so, relative to the source root, with `/`.
    pub manifest: String,
    /// What import statements name: the beginning of a path, or a whole one in which `*` may stand for any part.
    pub path: String,
    /// The file or folder that is meant, relative to the source root; with `*` where the path has one.
    pub target: String,
}

impl PackageRoot {
    /// Whether a file of that name says what something is imported as.
    pub fn is_manifest(name: &str) -> bool {
        all_paths().any(|paths| paths.manifests.contains(&name))
    }

    /// What a file says, given its path relative to the source root and its text: the first of several that give one
    /// path are tried first. One that is malformed or longer than 1 MiB says nothing.
    pub fn read(path: &str, text: &str) -> Vec<Self> {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let Some(paths) = all_paths().find(|paths| paths.manifests.contains(&name)) else { return Vec::new() };
        if text.len() > LONGEST_MANIFEST {
            return Vec::new();
        }
        let given = (paths.read)(name, text).into_iter().take(MOST_PATHS);
        let placed = given.filter_map(|(beginning, target)| {
            Some(Self { manifest: path.to_owned(), path: beginning, target: below(folder, &target)? })
        });
        placed.collect()
    }

    /// The folder of the manifest.
    pub(crate) fn folder(&self) -> &str {
        self.manifest.rsplit_once('/').map_or("", |(folder, _)| folder)
    }

    /// Whether a manifest of one of these names says it.
    pub(crate) fn is_from(&self, manifests: &[&str]) -> bool {
        manifests.contains(&self.manifest.rsplit('/').next().unwrap_or_default())
    }
}

fn all_paths() -> impl Iterator<Item = PackagePaths> {
    Language::ALL.iter().filter_map(|language| language.definition().package_paths)
}

/// A path that is written from a folder, from the source root; none where it leads out of that.
fn below(folder: &str, written: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in written.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests;
