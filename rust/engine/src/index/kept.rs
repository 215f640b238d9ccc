//! What is kept of each file beside the columns of the index, so that only a file that changed is parsed again.

use sapwood_core::Language;
use sapwood_core::graph::FileFacts;
use sapwood_workspace::columns::Element;
use sapwood_workspace::{Columns, ColumnsWriter, Workspace};
use serde::{Deserialize, Serialize};

use crate::error::Result;

const FILE: &str = "files.safetensors";
const FINGERPRINT: &str = "fingerprint";
const READER: &str = "reader";

/// What is kept of a file.
#[derive(Debug, Clone, Default)]
pub(crate) struct KeptFile {
    /// Distinct hashes of the file's subtrees, ascending.
    pub(crate) subtrees: Vec<u64>,
    /// [`Rest`] as bytes; empty where nothing is to be kept.
    pub(crate) rest: Vec<u8>,
}

/// What else is kept of a file.
#[derive(Serialize, Deserialize)]
pub(crate) struct Rest<Facts = FileFacts> {
    pub(crate) facts: Facts,
    pub(crate) total_subtrees: u64,
    pub(crate) syntax_error_line: Option<u32>,
}

impl Rest<&FileFacts> {
    /// Empty, and so of no use later, where facts cannot be encoded.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        postcard::to_stdvec(self).unwrap_or_default()
    }
}

impl Rest {
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        postcard::from_bytes(bytes).ok()
    }
}

/// The code that reads files: what it kept means nothing to any other.
fn reader() -> String {
    let languages: Vec<&str> = Language::ALL.iter().map(|language| language.name()).collect();
    format!("{} {} {}", crate::VERSION, env!("SAPWOOD_READER"), languages.join(" "))
}

/// Saves what is kept of the files of an index, in their order.
pub(crate) fn save(workspace: &Workspace, fingerprint: &str, files: &[KeptFile]) -> Result<()> {
    let mut writer = ColumnsWriter::new();
    writer.put_metadata(FINGERPRINT, fingerprint);
    writer.put_metadata(READER, reader());
    put_runs(&mut writer, "subtree", files.iter().map(|file| file.subtrees.as_slice()));
    put_runs(&mut writer, "rest", files.iter().map(|file| file.rest.as_slice()));
    Ok(workspace.save_index(FILE, &writer)?)
}

/// What this code kept of the files of an index; none where that is missing, damaged or of another index.
pub(crate) fn load(workspace: &Workspace, fingerprint: &str) -> Option<Vec<KeptFile>> {
    let columns = workspace.load_index(FILE).ok()?;
    if columns.metadata(FINGERPRINT) != Some(fingerprint) || columns.metadata(READER) != Some(&reader()) {
        return None;
    }
    let (subtrees, rests) = (get_runs(&columns, "subtree")?, get_runs(&columns, "rest")?);
    let files = subtrees.into_iter().zip(rests);
    Some(files.map(|(subtrees, rest)| KeptFile { subtrees, rest }).collect())
}

fn put_runs<'a, T: Element + 'a>(
    writer: &mut ColumnsWriter<'_>,
    name: &str,
    runs: impl Iterator<Item = &'a [T]> + Clone,
) {
    let ends = runs.clone().scan(0, |end, run| {
        *end += run.len() as u64;
        Some(*end)
    });
    writer.put_runs(&format!("{name}.ends"), [ends.collect::<Vec<u64>>()]);
    writer.put_runs(&format!("{name}.values"), runs);
}

fn get_runs<T: Element>(columns: &Columns, name: &str) -> Option<Vec<Vec<T>>> {
    let values: Vec<T> = columns.get(&format!("{name}.values")).ok()?;
    let ends: Vec<u64> = columns.get(&format!("{name}.ends")).ok()?;
    let starts = std::iter::once(0).chain(ends.iter().copied());
    starts.zip(&ends).map(|(start, end)| Some(values.get(start as usize..*end as usize)?.to_vec())).collect()
}
