//! Which entries of a source tree are passed over.

use std::path::Path;

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use crate::error::{Result, WorkspaceError};
use crate::storage::{RegularFile, Storage};

/// Folders that hold other people's or generated code, left out unless an exclude such as `!site-packages` takes them
/// back in. Hidden folders (`.git`, `.venv`, `.tox` …) and folders that mark themselves with a `pyvenv.cfg` or a
/// `CACHEDIR.TAG` (virtual environments, build caches) are left out as well.
pub const DEFAULT_EXCLUDES: &[&str] = &[
    "__pycache__/",
    "__pypackages__/",
    "site-packages/",
    "dist-packages/",
    "node_modules/",
    "bower_components/",
    "venv/",
    "*.egg-info/",
];

/// Files whose presence says that a folder holds nothing of the user's own.
const MARKERS: &[&str] = &["pyvenv.cfg", "CACHEDIR.TAG"];

/// The rules in force while walking: excludes of the workspace, then `.gitignore` files from the outermost to the
/// folder at hand, the last match of the innermost deciding.
pub(super) struct Rules {
    excludes: Gitignore,
    ignores: Vec<Gitignore>,
}

impl Rules {
    /// The excludes, and the `.gitignore` files from the top of the repository down to, but not in, `root`.
    pub(super) fn new(storage: &dyn Storage, root: &Path, excludes: &[String]) -> Result<Self> {
        let excludes = parse_excludes(root, excludes)?;
        let mut above: Vec<&Path> = Vec::new();
        if let Some(top) = root.ancestors().find(|folder| storage.metadata(&folder.join(".git")).is_ok()) {
            above.extend(root.ancestors().skip(1).take_while(|folder| folder.starts_with(top)));
            above.reverse();
        }
        let mut rules = Self { excludes, ignores: Vec::new() };
        for folder in above {
            rules.enter(storage, folder);
        }
        Ok(rules)
    }

    /// Adds the `.gitignore` of a folder; [`Rules::leave`] takes it away again. One that can't be read, is no
    /// regular file or is longer than a megabyte counts as empty, and so does each line that is no glob, as for git.
    pub(super) fn enter(&mut self, storage: &dyn Storage, folder: &Path) {
        let text = read_text(storage, &folder.join(".gitignore"));
        let mut builder = GitignoreBuilder::new(folder);
        for line in text.lines() {
            let _ = builder.add_line(None, line);
        }
        self.ignores.push(builder.build().unwrap_or_else(|_| Gitignore::empty()));
    }

    pub(super) fn leave(&mut self) {
        self.ignores.pop();
    }

    /// Whether an entry is passed over.
    pub(super) fn excludes(&self, path: &Path, is_folder: bool) -> bool {
        if self.excludes.matched(path, is_folder).is_ignore() {
            return true;
        }
        self.ignores
            .iter()
            .rev()
            .map(|ignore| ignore.matched(path, is_folder))
            .find(|outcome| !outcome.is_none())
            .is_some_and(|outcome| matches!(outcome, Match::Ignore(_)))
    }
}

/// Whether a file of this name marks its folder as generated.
pub(super) fn is_marker(name: &str) -> bool {
    MARKERS.contains(&name)
}

fn parse_excludes(root: &Path, excludes: &[String]) -> Result<Gitignore> {
    let mut builder = GitignoreBuilder::new(root);
    for line in DEFAULT_EXCLUDES.iter().copied().chain(excludes.iter().map(String::as_str)) {
        // A leading `./`, as shells complete it, means the root; git writes that as `/`.
        let line = line.strip_prefix("./").map_or_else(|| line.to_owned(), |rest| format!("/{rest}"));
        builder.add_line(None, &line).map_err(|error| WorkspaceError::BadConfig {
            // Its own semicolons would be taken for the one before the remedy.
            what: format!(
                "the exclude `{line}` is no glob ({}); write it as in a .gitignore file",
                error.to_string().replace("; ", ", ")
            ),
        })?;
    }
    builder.build().map_err(|error| WorkspaceError::BadConfig {
        what: format!("the excludes make no set of globs ({error}); write them as in a .gitignore file"),
    })
}

/// Longer `.gitignore` files are not read.
const LONGEST_RULES: u64 = 1024 * 1024;

fn read_text(storage: &dyn Storage, path: &Path) -> String {
    match storage.read_regular(path, LONGEST_RULES) {
        Ok(RegularFile::Content(text)) => String::from_utf8_lossy(&text).into_owned(),
        Ok(RegularFile::Other | RegularFile::TooLarge(_)) | Err(_) => String::new(),
    }
}
