//! What a version says of itself: `manifest.json`.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::{Result, WorkspaceError};

/// The manifest format that this release writes, and the newest it reads.
pub const FORMAT: u32 = 1;

/// The manifest of a version. Fields that this release does not know are kept as they are.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// Format of this document; filled in by publishing.
    #[serde(default)]
    pub format: u32,
    /// `graphsage` or `tree-lstm`.
    pub model: String,
    /// Name of the version, such as `v0007`; filled in by publishing.
    #[serde(default)]
    pub version: String,
    /// The version that training began with.
    #[serde(default)]
    pub parent: Option<String>,
    /// When it was published, RFC 3339 in UTC; filled in by publishing when empty.
    #[serde(default)]
    pub created: String,
    /// Fingerprint of the feature schema that the model reads.
    #[serde(default)]
    pub feature_schema: Option<String>,
    /// Fingerprint of the vocabulary that the model reads.
    #[serde(default)]
    pub vocabulary: Option<String>,
    /// The resolved configuration of the run.
    #[serde(default)]
    pub config: Value,
    /// What it was trained on.
    #[serde(default)]
    pub data: DataSummary,
    /// Release of sapwood that trained it.
    #[serde(default)]
    pub code_version: String,
    /// What was measured, by name.
    #[serde(default)]
    pub metrics: BTreeMap<String, Metric>,
    /// Every row of the evaluation, with the methods that learn nothing; empty where nothing was evaluated.
    #[serde(default)]
    pub evaluation: Vec<EvaluationRow>,
    /// How long single queries take, by what was asked.
    #[serde(default)]
    pub latency: BTreeMap<String, Latency>,
    /// SHA-256 of every other file of the version, by name; filled in by publishing.
    #[serde(default)]
    pub files: BTreeMap<String, String>,
    /// Fields of other releases.
    #[serde(flatten)]
    pub other: BTreeMap<String, Value>,
}

/// What a version was trained on.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct DataSummary {
    /// Fingerprint of the training data.
    #[serde(default)]
    pub fingerprint: String,
    /// Numbers of functions, pairs, packages and the like.
    #[serde(default)]
    pub counts: BTreeMap<String, u64>,
    /// Fields of other releases.
    #[serde(flatten)]
    pub other: BTreeMap<String, Value>,
}

/// One measured figure, with what is needed to read it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Metric {
    /// The figure; none when it could not be computed.
    #[serde(default)]
    pub value: Option<f64>,
    /// The same figure of something that learned nothing.
    #[serde(default)]
    pub baseline: Option<f64>,
    /// What the baseline is.
    #[serde(default)]
    pub baseline_name: Option<String>,
    /// Number of queries or examples.
    #[serde(default)]
    pub n: Option<u64>,
    /// What was asked.
    #[serde(default)]
    pub task: String,
    /// Number of things to choose from.
    #[serde(default)]
    pub candidates: Option<u64>,
    /// How it is computed, such as `MRR` or `Recall@10`.
    #[serde(default)]
    pub metric: String,
    /// Fields of other releases.
    #[serde(flatten)]
    pub other: BTreeMap<String, Value>,
}

/// One method measured by one metric on one task.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct EvaluationRow {
    /// What was asked.
    pub task: String,
    /// Where the queries come from.
    #[serde(default)]
    pub queries: String,
    /// What the answer is chosen from, in words.
    #[serde(default)]
    pub candidates: String,
    /// Who answered.
    pub method: String,
    /// How it is computed, such as `MRR`.
    pub metric: String,
    /// The figure; none when it could not be computed.
    #[serde(default)]
    pub value: Option<f64>,
    /// Standard error of the mean over queries, where the figure is such a mean.
    #[serde(default)]
    pub error: Option<f64>,
    /// Number of queries or decisions.
    #[serde(default)]
    pub n: u64,
    /// Whether the method learns nothing, or is a control.
    #[serde(default)]
    pub is_baseline: bool,
    /// Fields of other releases.
    #[serde(flatten)]
    pub other: BTreeMap<String, Value>,
}

/// How long one query takes, asked alone.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Latency {
    /// Median, milliseconds.
    pub median_ms: f64,
    /// 99th percentile, milliseconds.
    pub p99_ms: f64,
    /// Number of queries.
    pub n: u64,
    /// What computed.
    #[serde(default)]
    pub device: String,
    /// What was timed, from where to where.
    #[serde(default)]
    pub definition: String,
    /// Fields of other releases.
    #[serde(flatten)]
    pub other: BTreeMap<String, Value>,
}

impl Manifest {
    /// Reads a manifest as training hands it over, before it is published.
    ///
    /// # Errors
    /// [`WorkspaceError::BadInput`] naming the field that does not fit.
    pub fn from_json(text: &str) -> Result<Self> {
        serde_json::from_str(text)
            .map_err(|error| WorkspaceError::BadInput { what: format!("this is no manifest of a version: {error}") })
    }

    /// The document as it is stored: indented, keys in a fixed order.
    pub fn to_json(&self) -> String {
        crate::to_json(self)
    }
}

/// Checks that a version reads the rows that this release makes. A model without a feature schema always fits.
///
/// # Errors
/// [`WorkspaceError::SchemaMismatch`], naming both fingerprints.
pub fn check_schema(manifest: &Manifest, current: &str) -> Result<()> {
    match &manifest.feature_schema {
        Some(trained) if trained != current => Err(WorkspaceError::SchemaMismatch {
            model: manifest.model.clone(),
            version: manifest.version.clone(),
            trained: trained.clone(),
            current: current.to_owned(),
        }),
        _ => Ok(()),
    }
}

/// Checks that the vocabulary beside a version is the one it was trained with. A model without one always fits.
///
/// # Errors
/// [`WorkspaceError::VocabularyMismatch`], naming both fingerprints.
pub fn check_vocabulary(manifest: &Manifest, current: &str) -> Result<()> {
    match &manifest.vocabulary {
        Some(trained) if trained != current => Err(WorkspaceError::VocabularyMismatch {
            model: manifest.model.clone(),
            version: manifest.version.clone(),
            trained: trained.clone(),
            current: current.to_owned(),
        }),
        _ => Ok(()),
    }
}
