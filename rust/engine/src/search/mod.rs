//! Search over the functions of an index: structure, words and learned vectors, fused.

mod query;
#[cfg(test)]
mod tests;
mod vectors;

use sapwood_search::{
    Columns as Postings, CountedColumns, Fused, Leg, Scored, StructureIndex, WordIndex, fuse, scan_where,
};
use sapwood_workspace::{Columns, ColumnsWriter, Workspace, WorkspaceError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(crate) use query::{Query, function_at, of_code, of_function, of_words};
pub(crate) use vectors::{FunctionVectorCache, Serving, renew};

use crate::error::Result;
use crate::index::Index;

const FILE: &str = "search.safetensors";
const FINGERPRINT: &str = "fingerprint";

/// How far down each leg is read before they are fused.
const LEG_DEPTH: usize = 100;

/// What is less like the query, by structure or as cosine of vectors, was not found: it shares what nearly all code has,
/// such as one `return`.
const LEAST_LIKENESS: f32 = 0.1;

/// Terms of structure that are enough to be found by, however low the score is.
const MUCH_SHARED: usize = 40;

/// What search answers from without anything learned. Documents are the index's functions, in order.
#[derive(Debug)]
pub struct SearchIndex {
    structure: StructureIndex,
    words: WordIndex,
}

/// A function that was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Hit {
    /// Graph node.
    pub node: u32,
    /// File, from the source root.
    pub path: String,
    /// Dotted name.
    pub symbol: String,
    /// 1-based.
    pub start_line: u32,
    /// Inclusive.
    pub end_line: u32,
    /// Sum over the legs of 1 / (60 + rank).
    pub score: f64,
    /// Which legs found it, and at which rank from 1.
    pub legs: Vec<HitLeg>,
    /// The same for people, with each leg's own score.
    pub why: String,
}

/// A leg that found a function.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HitLeg {
    /// `structure`, `vectors` or `words`.
    pub leg: String,
    /// From 1.
    pub rank: u32,
}

/// Vectors of functions under one model: what a query's own vector is compared with.
#[derive(Debug)]
pub(crate) struct VectorLeg {
    /// Position in the index's functions, one a row.
    pub(crate) documents: Vec<u32>,
    pub(crate) dimensions: usize,
    pub(crate) values: Vec<f32>,
}

impl SearchIndex {
    pub(crate) fn new(structure: StructureIndex, words: WordIndex) -> Self {
        Self { structure, words }
    }

    /// Structure alone.
    pub fn structure(&self) -> &StructureIndex {
        &self.structure
    }

    /// Words alone.
    pub fn words(&self) -> &WordIndex {
        &self.words
    }

    pub(crate) fn save(&self, workspace: &Workspace, fingerprint: &str) -> Result<()> {
        let mut writer = ColumnsWriter::new();
        writer.put_metadata(FINGERPRINT, fingerprint);
        let (structure, words) = (self.structure.to_columns(), self.words.to_columns());
        put(&mut writer, "structure", &structure);
        put(&mut writer, "words", &words.postings);
        writer.put("words.count", &words.counts);
        Ok(workspace.save_index(FILE, &writer)?)
    }

    pub(crate) fn load(workspace: &Workspace, fingerprint: &str) -> Result<Self> {
        let columns = workspace.load_index(FILE)?;
        if columns.metadata(FINGERPRINT) != Some(fingerprint) {
            let path = workspace.folder().join("index").join(FILE);
            return Err(WorkspaceError::DamagedIndex { path, reason: "it is of another index".to_owned() }.into());
        }
        let structure = StructureIndex::from_columns(get(&columns, "structure")?)?;
        let words = CountedColumns { postings: get(&columns, "words")?, counts: columns.get("words.count")? };
        Ok(Self { structure, words: WordIndex::from_columns(words)? })
    }

    /// The best `k` functions. `vectors` takes part where the query has a vector.
    pub(crate) fn find(&self, index: &Index, query: &Query, vectors: Option<&VectorLeg>, k: usize) -> Result<Vec<Hit>> {
        let depth = LEG_DEPTH.max(k);
        let filter = |document: u32| query.leave_out != Some(document);
        let mut structure = self.structure.query_where(&query.terms, depth, &filter)?;
        structure.retain(|found| found.score >= LEAST_LIKENESS || self.shares_much(query, found.document));
        let words = self.words.query_where(&query.words, depth, &filter);
        let similar = match (vectors, &query.vector) {
            (Some(leg), Some(vector)) => leg.nearest(vector, depth, query.leave_out)?,
            _ => Vec::new(),
        };
        let rankings: [(Leg, &[Scored]); 3] =
            [(Leg::Structure, &structure), (Leg::Vectors, &similar), (Leg::Words, &words)];
        let fused = fuse(&rankings, k).into_iter();
        Ok(fused.map(|found| hit(index, &found, &rankings, &self.shared(query, found.document))).collect())
    }

    /// A function is little of a long example, whose score is low then, however much of the function is in it.
    fn shares_much(&self, query: &Query, document: u32) -> bool {
        self.structure.matched(&query.terms, document).len() >= MUCH_SHARED
    }

    /// What a document has in common with the query.
    fn shared<'query>(&self, query: &'query Query, document: u32) -> Shared<'query> {
        let name = |(term, _): &(u64, f32)| {
            let found = query.names.binary_search_by_key(term, |(named, _)| *named).ok()?;
            Some(query.names[found].1.as_str())
        };
        Shared {
            features: self.structure.matched(&query.terms, document).iter().filter_map(name).collect(),
            words: self.words.matched(&query.words, document).into_iter().map(|(word, _)| word).collect(),
        }
    }
}

impl VectorLeg {
    fn nearest(&self, vector: &[f32], depth: usize, leave_out: Option<u32>) -> Result<Vec<Scored>> {
        let filter = |row: u32| leave_out != Some(self.documents[row as usize]);
        let rows = scan_where(&self.values, self.dimensions, vector, depth, &filter)?;
        let found = rows.into_iter().filter(|row| row.score >= LEAST_LIKENESS);
        let named = found.map(|row| Scored { document: self.documents[row.document as usize], ..row });
        Ok(named.collect())
    }
}

/// What a document has in common with a query, what gave most first.
struct Shared<'query> {
    /// Names of features of the canonical form.
    features: Vec<&'query str>,
    words: Vec<&'query str>,
}

fn hit(index: &Index, found: &Fused, rankings: &[(Leg, &[Scored])], shared: &Shared<'_>) -> Hit {
    let graph = index.graph();
    let node = index.functions()[found.document as usize];
    let at = node as usize;
    let reasons: Vec<String> = found.legs.iter().map(|leg| reason(*leg, rankings, shared)).collect();
    Hit {
        node,
        path: graph.file_paths[graph.files[at] as usize].clone(),
        symbol: graph.names[at].clone(),
        start_line: graph.start_lines[at],
        end_line: graph.end_lines[at],
        score: found.score,
        legs: found.legs.iter().map(|(leg, rank)| HitLeg { leg: leg.name().to_owned(), rank: *rank }).collect(),
        why: reasons.join(", "),
    }
}

/// How much of what a function shares with the query is named.
const MOST_NAMED: usize = 5;

fn reason((leg, rank): (Leg, u32), rankings: &[(Leg, &[Scored])], shared: &Shared<'_>) -> String {
    let ranking = rankings.iter().find(|(other, _)| *other == leg);
    let score = ranking.and_then(|(_, ranking)| ranking.get(rank as usize - 1)).map_or(0.0, |found| found.score);
    let name = leg.name();
    match leg {
        Leg::Words => format!("{name} #{rank} (BM25 {score:.1}: {})", named(&shared.words)),
        Leg::Structure if shared.features.is_empty() => format!("{name} #{rank} (likeness {score:.2})"),
        Leg::Structure => format!("{name} #{rank} (likeness {score:.2}: {})", named(&shared.features)),
        Leg::Vectors => format!("{name} #{rank} (cosine {score:.2})"),
    }
}

/// The first of what gave most, and how many there are beyond.
fn named(shared: &[&str]) -> String {
    let first = shared[..shared.len().min(MOST_NAMED)].join(", ");
    match shared.len().saturating_sub(MOST_NAMED) {
        0 => first,
        more => format!("{first} and {more} more"),
    }
}

fn put<'a>(writer: &mut ColumnsWriter<'a>, name: &str, postings: &'a Postings) {
    writer.put(&format!("{name}.term"), &postings.terms);
    writer.put(&format!("{name}.indptr"), &postings.indptr);
    writer.put(&format!("{name}.document"), &postings.documents);
    writer.put_runs(&format!("{name}.document_count"), [[postings.document_count]]);
}

fn get(columns: &Columns, name: &str) -> Result<Postings> {
    let document_count: Vec<u32> = columns.get(&format!("{name}.document_count"))?;
    Ok(Postings {
        terms: columns.get(&format!("{name}.term"))?,
        indptr: columns.get(&format!("{name}.indptr"))?,
        documents: columns.get(&format!("{name}.document"))?,
        document_count: document_count.first().copied().unwrap_or_default(),
    })
}
