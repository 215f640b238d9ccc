//! A text at the place of an indexed file.

use std::path::{Component, Path, PathBuf};

use sapwood_core::features::{SparseRows, file_features};
use sapwood_core::graph::{FileFacts, own_facts};
use sapwood_core::sampler::{PlacedText, place};
use sapwood_core::{Buffer, Language, ParseLimits, parse};
use sapwood_workspace::Storage;

use super::Index;
use crate::error::Result;

impl Index {
    /// A text in the place of the file at `path`, with as much of the project as `hops` hops reach; see
    /// [`sapwood_core::sampler::place`]. None where `path` names no file of this language in the index.
    ///
    /// # Errors
    /// The typed reason for a text that cannot be taken.
    pub(crate) fn place(&self, code: &str, path: &str, language: Language, hops: usize) -> Result<Option<PlacedText>> {
        self.placed(path, language, hops, || {
            let source = code.as_bytes();
            let tree = parse(language, source, &ParseLimits::default())?;
            let facts = own_facts(path, source, &tree);
            let rows = file_features(source, &tree, &facts);
            Ok((facts, rows))
        })
    }

    /// As [`Self::place`], of an open text at its own path.
    ///
    /// # Errors
    /// The typed reason for a text that cannot be taken.
    pub(crate) fn place_buffer(&self, buffer: &Buffer, hops: usize) -> Result<Option<PlacedText>> {
        self.placed(buffer.path(), buffer.language(), hops, || Ok(buffer.features()?))
    }

    fn placed(
        &self,
        path: &str,
        language: Language,
        hops: usize,
        read: impl FnOnce() -> Result<(FileFacts, SparseRows)>,
    ) -> Result<Option<PlacedText>> {
        let Some(file) = self.file_at(path, language) else { return Ok(None) };
        let (facts, rows) = read()?;
        Ok(Some(place(&self.graph, &self.input, file, &facts, rows, hops)))
    }

    fn file_at(&self, path: &str, language: Language) -> Option<u32> {
        let file = self.graph.file_paths.binary_search_by(|known| known.as_str().cmp(path)).ok()?;
        (self.languages[file] == language).then_some(file as u32)
    }
}

/// A path below `root` as the index writes it, whether or not there is such a file; none for one that leads out of it.
/// An absolute path may also lead into the root through links.
pub(crate) fn path_below(storage: &dyn Storage, root: &Path, path: &str) -> Option<String> {
    let path = Path::new(path);
    let below = match path.strip_prefix(root) {
        Ok(below) => below.to_owned(),
        Err(_) if path.is_absolute() => storage.canonical(path).ok()?.strip_prefix(root).ok()?.to_owned(),
        Err(_) => path.to_owned(),
    };
    let parts = plain_parts(&below)?;
    parts.iter().map(|part| part.to_str()).collect::<Option<Vec<_>>>().map(|parts| parts.join("/"))
}

/// The parts of a relative path without `.` and `..`; none where it leads out of where it starts.
fn plain_parts(path: &Path) -> Option<PathBuf> {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::Normal(name) => plain.push(name),
            Component::CurDir => {}
            Component::ParentDir if plain.pop() => {}
            _ => return None,
        }
    }
    Some(plain)
}

#[cfg(test)]
mod tests {
    use sapwood_workspace::DiskStorage;

    use super::*;

    #[test]
    fn paths_are_taken_below_the_root_and_never_out_of_it() {
        let root = Path::new("/code/root");
        let below = |path| path_below(&DiskStorage, root, path);
        for path in ["a/b.py", "./a/b.py", "a/./b.py", "a/c/../b.py", "/code/root/a/b.py", "/code/root/x/../a/b.py"] {
            assert_eq!(below(path).as_deref(), Some("a/b.py"), "{path}");
        }
        for path in ["../b.py", "a/../../root/a/b.py", "/code/other/b.py", "/code/root/../b.py", "/"] {
            assert_eq!(below(path), None, "{path}");
        }
    }
}
