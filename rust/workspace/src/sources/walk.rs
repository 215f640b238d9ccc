//! The walk itself: one folder after the other, names in byte order, links never followed.

use std::path::{Path, PathBuf};

use sapwood_core::{Language, PackageRoot};

use super::rules::{Rules, is_marker};
use super::{SkipReason, Skipped, SourceFile, Walk};
use crate::error::{AtPath as _, Result};
use crate::storage::{Entry, EntryKind, RegularFile, Storage};

struct Walker<'a> {
    storage: &'a dyn Storage,
    root: &'a Path,
    rules: Rules,
    limit: u64,
    found: Walk,
}

/// A folder that is being walked: its entries from the last to the first.
struct Level {
    path: PathBuf,
    entries: Vec<Entry>,
}

pub(super) fn walk(storage: &dyn Storage, root: &Path, rules: Rules, limit: u64) -> Result<Walk> {
    let entries = storage.list(root).at(root)?;
    let mut walker = Walker { storage, root, rules, limit, found: Walk::default() };
    walker.run(entries);
    let mut found = walker.found;
    found.files.sort_by(|left, right| left.path.cmp(&right.path));
    found.folders.sort();
    found.manifests.sort();
    found.skipped.sort_by(|left, right| left.path.cmp(&right.path));
    Ok(found)
}

/// Longer files without an extension are not read to find their language.
const LONGEST_SCRIPT: u64 = 256 * 1024;

impl Walker<'_> {
    /// Goes down with a stack of its own: a deep tree must not end the process.
    fn run(&mut self, entries: Vec<Entry>) {
        let mut levels = vec![self.enter(self.root.to_owned(), entries)];
        while let Some(level) = levels.last_mut() {
            let Some(entry) = level.entries.pop() else {
                levels.pop();
                self.rules.leave();
                continue;
            };
            let path = level.path.join(&entry.name);
            if let Some(entries) = self.visit(&path, &entry) {
                levels.push(self.enter(path, entries));
            }
        }
    }

    fn enter(&mut self, path: PathBuf, mut entries: Vec<Entry>) -> Level {
        self.rules.enter(self.storage, &path);
        self.found.folders.push(path.clone());
        entries.reverse();
        Level { path, entries }
    }

    /// Notes an entry; the entries of a folder that is to be walked come back.
    fn visit(&mut self, path: &Path, entry: &Entry) -> Option<Vec<Entry>> {
        let hidden = entry.name.as_encoded_bytes().starts_with(b".");
        if hidden || self.rules.excludes(path, entry.kind == EntryKind::Folder) {
            self.found.ignored += 1;
            return None;
        }
        match entry.kind {
            EntryKind::Folder => return self.open(path, entry),
            EntryKind::Link => self.note_link(path),
            EntryKind::File | EntryKind::Special => self.note_file(path, entry),
        }
        None
    }

    fn open(&mut self, path: &Path, entry: &Entry) -> Option<Vec<Entry>> {
        if entry.name.to_str().is_none() {
            self.skip(path, SkipReason::NonUtf8Name);
            return None;
        }
        match self.storage.list(path) {
            Ok(entries) if entries.iter().any(|inner| inner.name.to_str().is_some_and(is_marker)) => {
                self.found.ignored += 1;
                None
            }
            Ok(entries) => Some(entries),
            Err(error) => {
                self.skip(path, SkipReason::from_io(&error));
                None
            }
        }
    }

    fn note_file(&mut self, path: &Path, entry: &Entry) {
        let Some(language) = Language::from_path(&path.to_string_lossy()).or_else(|| self.script(path, entry)) else {
            self.found.other_files += 1;
            if entry.kind == EntryKind::File && entry.name.to_str().is_some_and(PackageRoot::is_manifest) {
                self.found.manifests.push(relative(self.root, path));
            }
            return;
        };
        if entry.name.to_str().is_none() {
            return self.skip(path, SkipReason::NonUtf8Name);
        }
        if entry.kind == EntryKind::Special {
            return self.skip(path, SkipReason::NotARegularFile);
        }
        match self.storage.metadata(path) {
            Err(error) => self.skip(path, SkipReason::from_io(&error)),
            // It was a file when its folder was listed.
            Ok(metadata) if metadata.kind != EntryKind::File => self.skip(path, SkipReason::NotARegularFile),
            Ok(metadata) if metadata.bytes > self.limit => {
                self.skip(path, SkipReason::TooLarge { bytes: metadata.bytes, limit: self.limit });
            }
            Ok(metadata) => {
                let path = relative(self.root, path);
                self.found.files.push(SourceFile { path, language, bytes: metadata.bytes });
            }
        }
    }

    /// The language of a file without an extension, by its first line.
    fn script(&self, path: &Path, entry: &Entry) -> Option<Language> {
        if entry.kind != EntryKind::File || path.extension().is_some() {
            return None;
        }
        match self.storage.read_regular(path, LONGEST_SCRIPT) {
            Ok(RegularFile::Content(text)) => Language::from_first_line(&text),
            Ok(RegularFile::Other | RegularFile::TooLarge(_)) | Err(_) => None,
        }
    }

    /// Links count where they would have been sources: folders, and files by their extension.
    fn note_link(&mut self, path: &Path) {
        let is_source = Language::from_path(&path.to_string_lossy()).is_some();
        match self.storage.canonical(path) {
            Ok(target) if path.starts_with(&target) && target.starts_with(self.root) => {
                self.skip(path, SkipReason::LinkLoop);
            }
            Ok(target) if target.starts_with(self.root) => self.found.links_inside += 1,
            Ok(target) if is_source || self.is_folder(&target) => self.skip(path, SkipReason::LinkOutside),
            Err(error) if is_source && error.kind() == std::io::ErrorKind::PermissionDenied => {
                self.skip(path, SkipReason::PathDenied);
            }
            Err(_) if is_source => self.skip(path, SkipReason::BrokenLink),
            Ok(_) | Err(_) => self.found.other_files += 1,
        }
    }

    fn is_folder(&self, path: &Path) -> bool {
        self.storage.metadata(path).is_ok_and(|metadata| metadata.kind == EntryKind::Folder)
    }

    fn skip(&mut self, path: &Path, reason: SkipReason) {
        let path = relative(self.root, path);
        self.found.skipped.push(Skipped { path, reason });
    }
}

/// The path from the root, with `/` between its parts.
fn relative(root: &Path, path: &Path) -> String {
    let inner = path.strip_prefix(root).unwrap_or(path);
    inner.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}
