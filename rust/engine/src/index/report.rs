//! What indexing found.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::time::Duration;

use sapwood_core::graph::{EdgeKind, NodeKind};
use sapwood_workspace::Skipped;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Index;

/// What indexing found.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct IndexReport {
    /// Whether nothing had changed, so that the stored index was kept. Counts are then those of that index.
    pub unchanged: bool,
    /// Indexed files that were read anew; what is known of the others, whose content had not changed, was taken over.
    pub files_read: u64,
    /// Indexed files.
    pub files: u64,
    /// Indexed files by language.
    pub languages: BTreeMap<String, u64>,
    /// Their bytes.
    pub bytes: u64,
    /// Time this took.
    pub seconds: f64,
    /// Millions of bytes a second in this time, whether they were read anew or only compared.
    pub megabytes_per_second: f64,
    /// Graph nodes by kind.
    pub nodes: BTreeMap<String, u64>,
    /// Graph edges by kind.
    pub edges: BTreeMap<String, u64>,
    /// Functions and methods that are listed: those without a name only if they are longer than a line.
    pub functions: u64,
    /// Different subtrees among all, names kept.
    pub distinct_subtrees: u64,
    /// Subtrees of all files.
    pub total_subtrees: u64,
    /// What was left out, sorted by path.
    pub skipped: Vec<SkippedFile>,
    /// Files that were indexed without what is broken in them.
    pub syntax_errors: Vec<BrokenFile>,
}

/// A file that was indexed without what is broken in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BrokenFile {
    /// From the source root.
    pub path: String,
    /// The line, from 1, that its first syntax error starts in.
    pub line: u32,
}

/// Something that was left out.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct SkippedFile {
    /// From the source root.
    pub path: String,
    /// Stable name of the reason.
    pub code: String,
    /// The reason, for people.
    pub reason: String,
}

impl SkippedFile {
    pub(crate) fn new(path: &str, code: &str, reason: &impl Display) -> Self {
        Self { path: path.to_owned(), code: code.to_owned(), reason: reason.to_string() }
    }

    pub(crate) fn of_walk(skipped: &Skipped) -> Self {
        let tagged = serde_json::to_value(&skipped.reason).unwrap_or_default();
        let code = tagged["code"].as_str().unwrap_or("io");
        Self::new(&skipped.path, code, &skipped.reason)
    }
}

impl IndexReport {
    pub(crate) fn count(&mut self, index: &Index) {
        self.nodes = counts(NodeKind::ALL.iter().map(|kind| kind.name()), &index.graph.kinds);
        self.edges = counts(EdgeKind::ALL.iter().map(|kind| kind.name()), &index.graph.edge_kinds);
        self.functions = index.functions.len() as u64;
    }

    pub(crate) fn set_time(&mut self, taken: Duration) {
        self.seconds = taken.as_secs_f64();
        self.megabytes_per_second = self.bytes as f64 / 1e6 / self.seconds.max(1e-9);
    }
}

/// How often each number occurs, by the name that stands at its place.
fn counts<'a>(names: impl Iterator<Item = &'a str>, numbers: &[u8]) -> BTreeMap<String, u64> {
    let mut counts = [0; 256];
    for number in numbers {
        counts[usize::from(*number)] += 1;
    }
    names.map(str::to_owned).zip(counts).collect()
}
