//! Answers without Python: the models' kernels over a version's weights.

use std::collections::BTreeMap;

use safetensors::{Dtype, SafeTensors};
use sapwood_core::features;
use sapwood_core::forest::{Forest, ForestBuilder, NameView, Vocabulary};
use sapwood_core::sampler::{InputGraph, Neighbourhood};
use sapwood_core::{Language, SyntaxTree};
use sapwood_nn::{
    ForestColumns, ForestView, GraphSage, Linear, NeighbourhoodColumns, NeighbourhoodView, NnError, Residual,
    SageScratch, SparseRowsView, Tensor, TreeLstm, TreeScratch, Whitening,
};
use sapwood_workspace::versions::WEIGHTS;
use sapwood_workspace::{Versions, WorkspaceError, check_schema, check_vocabulary};

use crate::error::{EngineError, Result};
use crate::texts::{self, Languages};

/// Raw outputs of the tree model, one row a tree, and the length of a row.
///
/// # Errors
/// [`crate::EngineError::Nn`] for weights that lack something or a forest of another vocabulary.
pub fn tree_outputs<'a>(weights: &impl Fn(&str) -> Option<Tensor<'a>>, forest: &Forest) -> Result<(Vec<f32>, usize)> {
    let model = TreeLstm::new(weights)?;
    let outputs = model.forward(ForestView::new(ForestColumns::from(forest))?, &mut TreeScratch::default())?;
    Ok((outputs, model.outputs()))
}

/// Heads of the graph model, each a dense layer `heads.{name}` over a node's vector.
pub const HEADS: [&str; 4] = ["code", "confidence", "imports", "bugs"];

/// Raw outputs of a head, one row a seed, and the length of a row.
pub type HeadOutputs = (&'static str, Vec<f32>, usize);

/// Outputs of every head of the graph model for the seeds of a neighbourhood that was drawn from `graph`.
///
/// # Errors
/// [`crate::EngineError::Nn`] for weights that lack something or a neighbourhood of another number of hops.
pub fn graph_outputs<'a>(
    weights: &impl Fn(&str) -> Option<Tensor<'a>>,
    residual: Residual,
    graph: &InputGraph,
    drawn: &Neighbourhood,
) -> Result<Vec<HeadOutputs>> {
    let model = GraphSage::new(weights, residual)?;
    let rows = &graph.rows;
    let features = SparseRowsView::new(&rows.indptr, &rows.indices, &rows.values, features::DIMENSIONS)?;
    let neighbourhood = NeighbourhoodView::new(NeighbourhoodColumns::from(drawn))?;
    let vectors = model.forward(neighbourhood, features, &mut SageScratch::default())?;
    let head = |name: &'static str| {
        let layer = Linear::new(weights, &format!("heads.{name}"))?;
        Ok((name, layer.apply(&vectors)?, layer.outputs()))
    };
    HEADS.into_iter().map(head).collect()
}

/// A published version of the tree model, ready to answer.
#[derive(Debug)]
pub struct TreeVersion {
    name: String,
    vocabulary: Vocabulary,
    weights: Weights,
    dimensions: usize,
}

/// Shape and values by name.
type Weights = BTreeMap<String, (Vec<usize>, Vec<f32>)>;

impl TreeVersion {
    /// Loads a version; every file is checked against its manifest.
    ///
    /// # Errors
    /// [`crate::EngineError::Workspace`] for one that is missing, damaged, or of another feature schema or vocabulary.
    pub fn load(versions: &Versions, model: &str, version: &str) -> Result<Self> {
        let manifest = versions.show(model, version)?;
        check_schema(&manifest, &features::fingerprint())?;
        let bytes = versions.read_file(model, version, "vocabulary.json")?;
        let vocabulary: Vocabulary =
            serde_json::from_slice(&bytes).map_err(|error| WorkspaceError::VocabularyMismatch {
                model: model.to_owned(),
                version: manifest.version.clone(),
                trained: manifest.vocabulary.clone().unwrap_or_default(),
                current: error.to_string(),
            })?;
        check_vocabulary(&manifest, &vocabulary.fingerprint())?;
        let weights = read_weights(&versions.read_file(model, version, WEIGHTS)?)?;
        let unfit = |error: NnError| versions.unfit(model, &manifest.version, error.to_string());
        let dimensions = dimensions_of(&weights).map_err(unfit)?;
        Ok(Self { name: manifest.version, vocabulary, weights, dimensions })
    }

    /// Length of a vector.
    pub fn dimensions(&self) -> usize {
        self.dimensions
    }

    /// Name of the version, such as `v0001`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whitened vectors of unit length, one row a text, and the length of a row.
    ///
    /// # Errors
    /// [`EngineError::Text`] for the first text that cannot be taken, [`EngineError::Nn`] for unfit weights.
    pub fn embed<T: AsRef<str> + Sync>(&self, texts: &[T], language: Language) -> Result<(Vec<f32>, usize)> {
        let views = vec![NameView::Keep; texts.len()];
        self.embed_forest(&texts::forest(texts, Languages::All(language), &self.vocabulary, &views)?)
    }

    /// As [`Self::embed`], for functions that stand in a file, by their nodes in its tree. A function alone and in its
    /// file has one vector; a method that is none without its class has one, too.
    ///
    /// # Errors
    /// [`EngineError::Nn`] for unfit weights.
    pub fn embed_functions(&self, source: &[u8], tree: &SyntaxTree, functions: &[u32]) -> Result<(Vec<f32>, usize)> {
        let mut builder = ForestBuilder::new(&self.vocabulary, NameView::Keep);
        for function in functions {
            builder.push(source, tree, *function);
        }
        self.embed_forest(&builder.finish())
    }

    fn embed_forest(&self, forest: &Forest) -> Result<(Vec<f32>, usize)> {
        let find = |name: &str| tensor_of(&self.weights, name);
        let (outputs, _) = tree_outputs(&find, forest)?;
        let whitening = Whitening::new(&find)?;
        Ok((whitening.apply(&outputs)?, whitening.components()))
    }
}

/// Length of the vectors that some weights make; fails where they lack something.
fn dimensions_of(weights: &Weights) -> std::result::Result<usize, NnError> {
    let find = |name: &str| tensor_of(weights, name);
    TreeLstm::new(&find)?;
    Ok(Whitening::new(&find)?.components())
}

fn tensor_of<'weights>(weights: &'weights Weights, name: &str) -> Option<Tensor<'weights>> {
    weights.get(name).map(|(shape, values)| Tensor { shape, values })
}

/// The float32 tensors of a safetensors file; others take no part in answers.
fn read_weights(bytes: &[u8]) -> Result<Weights> {
    let tensors = SafeTensors::deserialize(bytes).map_err(|error| EngineError::Message { what: error.to_string() })?;
    let floats = tensors.iter().filter(|(_, tensor)| tensor.dtype() == Dtype::F32);
    let read = floats.map(|(name, tensor)| {
        let (chunks, _) = tensor.data().as_chunks();
        let values = chunks.iter().map(|chunk| f32::from_le_bytes(*chunk)).collect();
        (name.to_owned(), (tensor.shape().to_vec(), values))
    });
    Ok(read.collect())
}
