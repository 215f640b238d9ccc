//! Batches of texts that stand alone: what models train on and answer about. Every function works on all cores and gives
//! the same result on any number of them.

use rayon::prelude::*;
use sapwood_core::features::file_features;
use sapwood_core::forest::{
    Forest, ForestBuilder, LabelledTree, NameView, Vocabulary, VocabularyCounter, code_tokens, structure_terms,
};
use sapwood_core::graph::{FileFacts, file_facts, link};
use sapwood_core::sampler::{InputGraph, input_graph};
use sapwood_core::{Language, ParseLimits, SyntaxTree, parse};
use sapwood_search::{Scored, StructureIndex};

use crate::duplicates::{Likeness, duplicate_groups};
use crate::error::{EngineError, Result};

/// A text's terms: ascending hashes, each once.
pub type Terms = Vec<u64>;

/// A text's words: ascending hashes with their counts.
pub(crate) type CountedTerms = Vec<(u64, u32)>;

/// Every text stands in a file of this name, so that rows do not depend on where it came from.
const STANDALONE: &str = "text";

/// Texts a vocabulary counter takes before it is merged: large enough to make merging cheap.
const COUNTED_TOGETHER: usize = 64;

/// The language of a batch of texts.
#[derive(Debug, Clone, Copy)]
pub enum Languages<'a> {
    /// One for all of them.
    All(Language),
    /// One for each, in order.
    Each(&'a [Language]),
}

impl Languages<'_> {
    /// Each text with its language.
    fn beside<T: AsRef<str>>(self, texts: &[T]) -> Result<Vec<(&str, Language)>> {
        let texts = texts.iter().map(AsRef::as_ref);
        match self {
            Self::All(language) => Ok(texts.map(|text| (text, language)).collect()),
            Self::Each(languages) if languages.len() == texts.len() => {
                Ok(texts.zip(languages.iter().copied()).collect())
            }
            Self::Each(languages) => {
                let message = format!(
                    "{} texts but {} languages; give one language for each text, or one for all",
                    texts.len(),
                    languages.len()
                );
                Err(EngineError::BadInput { message })
            }
        }
    }
}

/// Parses each text.
///
/// # Errors
/// [`EngineError::Text`] for the first that cannot be taken; [`EngineError::BadInput`] where texts and languages differ
/// in number.
pub fn parse_all<T: AsRef<str> + Sync>(texts: &[T], languages: Languages<'_>) -> Result<Vec<SyntaxTree>> {
    let (limits, texts) = (ParseLimits::default(), languages.beside(texts)?);
    let parsed: Vec<_> = texts.par_iter().map(|(text, language)| parse(*language, text.as_bytes(), &limits)).collect();
    let located = parsed.into_iter().enumerate();
    located.map(|(position, tree)| tree.map_err(|source| EngineError::Text { position, source })).collect()
}

/// The text of each function as it reads alone, see [`sapwood_core::standalone`].
///
/// # Errors
/// [`EngineError::BadInput`] where texts and languages differ in number.
pub fn standalone<T: AsRef<str> + Sync>(texts: &[T], languages: Languages<'_>) -> Result<Vec<Option<String>>> {
    let texts = languages.beside(texts)?;
    Ok(texts.par_iter().map(|(text, language)| Some(sapwood_core::standalone(*language, text)?.into_owned())).collect())
}

/// The vocabulary of `size` tokens for texts; one that cannot be parsed is left out.
///
/// # Errors
/// [`EngineError::BadInput`] where texts and languages differ in number.
pub fn vocabulary<T: AsRef<str> + Sync>(texts: &[T], languages: Languages<'_>, size: usize) -> Result<Vocabulary> {
    let limits = ParseLimits::default();
    let count = |texts: &[(&str, Language)]| {
        let mut counter = VocabularyCounter::default();
        for (text, language) in texts {
            if let Ok(tree) = parse(*language, text.as_bytes(), &limits) {
                counter.add(text.as_bytes(), &tree, 0);
            }
        }
        counter
    };
    let texts = languages.beside(texts)?;
    let counters = texts.par_chunks(COUNTED_TOGETHER).map(count);
    let counter = counters.reduce(VocabularyCounter::default, |mut left, right| {
        left.merge(&right);
        left
    });
    Ok(Vocabulary::build(&counter, size))
}

/// One tree over each whole text, each in its own view.
///
/// # Errors
/// [`EngineError::Text`]; [`EngineError::BadInput`] where texts differ in number from views or languages.
pub fn forest<T: AsRef<str> + Sync>(
    texts: &[T],
    languages: Languages<'_>,
    vocabulary: &Vocabulary,
    views: &[NameView],
) -> Result<Forest> {
    if texts.len() != views.len() {
        let message = format!("{} texts but {} name views; give one for each", texts.len(), views.len());
        return Err(EngineError::BadInput { message });
    }
    let trees = parse_all(texts, languages)?;
    let mut builder = ForestBuilder::new(vocabulary, NameView::Keep);
    for ((text, tree), view) in texts.iter().zip(&trees).zip(views) {
        builder.push_as(*view, text.as_ref().as_bytes(), tree, 0);
    }
    Ok(builder.finish())
}

/// A tree that is no code as it comes: a label a node, and the position of its parent, `None` for the root.
pub type LabelsAndParents = (Vec<String>, Vec<Option<i64>>);

/// The vocabulary of `size` tokens for trees that are no code.
///
/// # Errors
/// [`EngineError::Tree`] for the first that is no tree.
pub fn labelled_vocabulary(trees: &[LabelsAndParents], size: usize) -> Result<Vocabulary> {
    let mut counter = VocabularyCounter::default();
    for tree in labelled(trees) {
        counter.add_labelled(&tree?);
    }
    Ok(Vocabulary::build(&counter, size))
}

/// Trees that are no code, as one forest.
///
/// # Errors
/// [`EngineError::Tree`] for the first that is no tree.
pub fn labelled_forest(trees: &[LabelsAndParents], vocabulary: &Vocabulary) -> Result<Forest> {
    let mut builder = ForestBuilder::new(vocabulary, NameView::Keep);
    for tree in labelled(trees) {
        builder.push_labelled(&tree?);
    }
    Ok(builder.finish())
}

fn labelled(trees: &[LabelsAndParents]) -> impl Iterator<Item = Result<LabelledTree<'_>>> {
    trees.iter().enumerate().map(|(position, (labels, parents))| {
        let labels = labels.iter().map(String::as_str).collect();
        LabelledTree::new(labels, parents).map_err(|source| EngineError::Tree { position, source })
    })
}

/// The graphs of texts as one disjoint input graph, with what its nodes are.
#[derive(Debug, Clone)]
pub struct TextGraphs {
    /// The union; text after text.
    pub graph: InputGraph,
    /// The file node of each text.
    pub file_nodes: Vec<u32>,
    /// Position of each node's text.
    pub node_texts: Vec<u32>,
    /// Kind of each node, see [`sapwood_core::graph::NodeKind`].
    pub node_kinds: Vec<u8>,
    /// First line of each node, 1-based; 0 for externals.
    pub start_lines: Vec<u32>,
    /// Last line of each node, inclusive.
    pub end_lines: Vec<u32>,
    /// Dotted name of each node.
    pub node_names: Vec<String>,
    /// Pairs of a node and an absolute module as written.
    pub import_labels: Vec<(u32, String)>,
}

/// The graph of each text as if it were a file of its own.
///
/// # Errors
/// Those of [`parse_all`].
pub fn graphs<T: AsRef<str> + Sync>(texts: &[T], languages: Languages<'_>) -> Result<TextGraphs> {
    let trees = parse_all(texts, languages)?;
    let parts: Vec<_> = texts
        .par_iter()
        .zip(&trees)
        .map(|(text, tree)| {
            let source = text.as_ref().as_bytes();
            let facts = file_facts(STANDALONE, source, tree);
            let rows = file_features(source, tree, &facts);
            let graph = input_graph(&link(std::slice::from_ref(&facts)), rows);
            (facts, graph)
        })
        .collect();
    let graphs: Vec<&InputGraph> = parts.iter().map(|(_, graph)| graph).collect();
    let mut union = TextGraphs::of(InputGraph::concat(&graphs));
    for (position, (facts, graph)) in parts.iter().enumerate() {
        union.push(position as u32, facts, graph.node_count());
    }
    Ok(union)
}

impl TextGraphs {
    fn of(graph: InputGraph) -> Self {
        Self {
            graph,
            file_nodes: Vec::new(),
            node_texts: Vec::new(),
            node_kinds: Vec::new(),
            start_lines: Vec::new(),
            end_lines: Vec::new(),
            node_names: Vec::new(),
            import_labels: Vec::new(),
        }
    }

    fn push(&mut self, position: u32, facts: &FileFacts, nodes: usize) {
        let offset = self.node_texts.len();
        self.file_nodes.push(offset as u32);
        for node in facts.nodes() {
            self.node_kinds.push(node.kind as u8);
            self.start_lines.push(node.start_line);
            self.end_lines.push(node.end_line);
            self.node_names.push(node.name.clone());
        }
        // Externals follow a file's own nodes; nobody asks for their names, and they have neither rows nor neighbours.
        let end = offset + nodes;
        self.node_kinds.resize(end, sapwood_core::graph::NodeKind::External as u8);
        self.start_lines.resize(end, 0);
        self.end_lines.resize(end, 0);
        self.node_names.resize(end, String::new());
        self.node_texts.resize(end, position);
        let labels = facts.import_labels().iter();
        self.import_labels.extend(labels.map(|(node, name)| (node + offset as u32, name.clone())));
    }
}

/// Hashed features of the canonical form of each text.
///
/// # Errors
/// Those of [`parse_all`].
pub fn terms<T: AsRef<str> + Sync>(texts: &[T], languages: Languages<'_>) -> Result<Vec<Terms>> {
    let trees = parse_all(texts, languages)?;
    let both = texts.par_iter().zip(&trees);
    Ok(both.map(|(text, tree)| structure_terms(text.as_ref().as_bytes(), tree, 0)).collect())
}

/// The tokens of each text, see [`code_tokens`].
///
/// # Errors
/// Those of [`parse_all`].
pub fn tokens<T: AsRef<str> + Sync>(texts: &[T], languages: Languages<'_>, view: NameView) -> Result<Vec<Vec<String>>> {
    let trees = parse_all(texts, languages)?;
    let both = texts.par_iter().zip(&trees);
    Ok(both.map(|(text, tree)| code_tokens(text.as_ref().as_bytes(), tree, 0, view)).collect())
}

/// The group of each text: the number of the first text that is nearly the same. Two texts are where they differ in
/// consistently renamed names only, or where their subtrees overlap by `threshold` (Jaccard) or more.
///
/// # Errors
/// Those of [`parse_all`]; [`EngineError::Search`] for a threshold outside (0, 1].
pub fn near_duplicates<T: AsRef<str> + Sync>(
    texts: &[T],
    languages: Languages<'_>,
    threshold: f64,
) -> Result<Vec<u32>> {
    let trees = parse_all(texts, languages)?;
    let both = texts.par_iter().zip(&trees);
    let documents: Vec<Likeness> = both.map(|(text, tree)| Likeness::of(text.as_ref().as_bytes(), tree, 0)).collect();
    duplicate_groups(&documents, threshold)
}

/// The `k` documents most like each text, best first.
///
/// # Errors
/// Those of [`parse_all`].
pub fn rank_all<T: AsRef<str> + Sync>(
    index: &StructureIndex,
    texts: &[T],
    languages: Languages<'_>,
    k: usize,
) -> Result<Vec<Vec<Scored>>> {
    let terms = terms(texts, languages)?;
    terms.par_iter().map(|terms| Ok(index.query(terms, k)?)).collect()
}

/// The hashed structure vector of each text, one row of [`sapwood_search::HASHED_DIMENSIONS`] after the other.
///
/// # Errors
/// Those of [`parse_all`].
pub fn hashed_vectors<T: AsRef<str> + Sync>(
    index: &StructureIndex,
    texts: &[T],
    languages: Languages<'_>,
) -> Result<Vec<f32>> {
    let terms = terms(texts, languages)?;
    let rows: Vec<Vec<f32>> = terms.par_iter().map(|terms| Ok(index.hashed_vector(terms)?)).collect::<Result<_>>()?;
    Ok(rows.concat())
}
