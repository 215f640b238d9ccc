//! Everything that is said between Rust and Python, defined once, and the schema of that and of what TypeScript hears.
//!
//! Rust sends a [`Request`] as JSON, receives [`Event`]s while it runs and one [`Response`] at its end. [`json_schema`]
//! exports all of it, and the Python side is checked against that by a test.

use std::collections::BTreeMap;

use schemars::{JsonSchema, SchemaGenerator, generate::SchemaSettings};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::index::Progress;
use crate::interface::{OpenedWorkspace, Refusal};
use crate::{Hit, IndexReport, Renewal, VersionSummary};

/// Name of a model with weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Model {
    /// The graph model: 256-dimensional vectors and four heads.
    #[serde(rename = "graphsage")]
    GraphSage,
    /// The tree model: 512-dimensional vectors and line scores.
    TreeLstm,
}

/// What can embed a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Encoder {
    /// The graph model: 256 dimensions.
    #[serde(rename = "graphsage")]
    GraphSage,
    /// The tree model: 512 dimensions.
    TreeLstm,
    /// No model: hashed structure, 4,096 dimensions.
    Structure,
}

impl Model {
    /// The name in commands, folders and manifests.
    pub fn name(self) -> &'static str {
        match self {
            Self::GraphSage => "graphsage",
            Self::TreeLstm => "tree-lstm",
        }
    }
}

/// What Rust asks of Python.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "method", content = "params", rename_all = "snake_case", deny_unknown_fields)]
pub enum Request {
    /// Is anyone there? Answered by [`Pong`]; imports nothing heavy.
    Ping {},
    /// Trains a model on the indexed workspace; answered by [`Trained`].
    Train(TrainRequest),
    /// Embeds texts; answered by [`Embedded`].
    Embed(EmbedRequest),
    /// Analyzes texts; answered by [`Analyzed`].
    Analyze(AnalyzeRequest),
}

/// Parameters of a training run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TrainRequest {
    /// Folder that holds `.sapwood/`.
    pub workspace: String,
    /// Which model.
    pub model: Model,
    /// A configuration file, on top of the defaults.
    #[serde(default)]
    pub config: Option<String>,
    /// Settings on top of that, such as `tree_lstm.epochs=3`.
    #[serde(default)]
    pub overrides: Vec<String>,
    /// `last`, or the path of a run folder to go on with.
    #[serde(default)]
    pub resume: Option<String>,
}

/// Texts to embed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EmbedRequest {
    /// Folder that holds `.sapwood/`.
    pub workspace: String,
    /// What embeds them.
    pub model: Encoder,
    /// Name or alias of the version.
    #[serde(default = "serving")]
    pub version: String,
    /// The texts.
    pub items: Vec<Item>,
}

/// Texts to analyze.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AnalyzeRequest {
    /// Folder that holds `.sapwood/`.
    pub workspace: String,
    /// Alias of the versions of both models.
    #[serde(default = "serving")]
    pub version: String,
    /// The texts.
    pub items: Vec<Item>,
}

/// A text with what is known of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// Comes back with the answer.
    pub id: String,
    /// Name of its language.
    #[serde(default = "python")]
    pub language: String,
    /// Any source text, from an expression to a file.
    pub code: String,
    /// The indexed file in whose place it stands, relative to the source root or absolute below it. Without one, or with
    /// any other path, the text stands alone.
    #[serde(default)]
    pub path: Option<String>,
}

fn serving() -> String {
    "serving".to_owned()
}

fn python() -> String {
    "python".to_owned()
}

/// How a request ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Response {
    /// Well: the reply that belongs to the request.
    Ok(Value),
    /// Badly.
    Error(Failure),
}

/// A failure with its stable code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Failure {
    /// Stable code, see [`crate::error::CODES`].
    pub code: String,
    /// One sentence with the fix.
    pub message: String,
    /// Where it happened, for reports.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub traceback: Option<String>,
}

/// Reply to [`Request::Ping`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Pong {
    /// Version of the package.
    pub version: String,
    /// Version of the interpreter.
    pub python: String,
    /// The interpreter's `sys.executable`.
    pub executable: String,
}

/// Reply to [`Request::Train`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Trained {
    /// Folder of the run.
    pub run_dir: String,
    /// The published version; null where none was published.
    pub version: Option<String>,
    /// Figures of the run by name.
    #[serde(default)]
    pub metrics: BTreeMap<String, Value>,
}

/// Reply to [`Request::Embed`], in the order of the items.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Embedded {
    /// One answer an item.
    pub items: Vec<Answer<Vector>>,
}

/// Reply to [`Request::Analyze`], in the order of the items.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Analyzed {
    /// One answer an item.
    pub items: Vec<Answer<Analysis>>,
}

/// An item's answer, or why it has none: the others go on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Answer<T> {
    /// The item could not be handled.
    Failed {
        /// The item's id.
        id: String,
        /// Why.
        error: Failure,
    },
    /// The answer.
    Done(T),
}

/// An embedded text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Vector {
    /// The item's id.
    pub id: String,
    /// L2-normalised.
    pub vector: Vec<f32>,
    /// Version that made it; null for structure.
    pub version: Option<String>,
}

/// An analyzed text. A head that was not trained gives null and is named in `untrained`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Analysis {
    /// The item's id.
    pub id: String,
    /// Version that answered.
    pub version: String,
    /// Probability, 0 to 1, that the code's tests pass.
    pub confidence: Option<f64>,
    /// Where it looks wrong.
    pub bug: Option<Bug>,
    /// What it needs to import, best first.
    pub imports: Option<Vec<Import>>,
    /// Heads that were not trained.
    pub untrained: Vec<String>,
}

/// Where a text looks wrong.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Bug {
    /// 0 to 1: some mistake of the known kinds, where mistakes are as rare as the setting `bugs.prevalence` says.
    pub probability: f64,
    /// 0 to 1 by kind, likewise.
    pub kinds: BTreeMap<String, f64>,
    /// Lines, worst first.
    pub lines: Vec<LineScore>,
}

/// How wrong a line looks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LineScore {
    /// 1-based.
    pub line: u32,
    /// 0 to 1.
    pub score: f64,
}

/// A module that a text seems to need.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Import {
    /// Absolute module name.
    pub name: String,
    /// 0 to 1.
    pub score: f64,
}

/// Something that happened while a request runs. What does not apply is null or absent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Event {
    /// What happened.
    pub event: EventKind,
    /// The model that trains.
    #[serde(default)]
    pub model: Option<Model>,
    /// 1-based epoch.
    #[serde(default)]
    pub epoch: Option<u32>,
    /// Epochs planned.
    #[serde(default)]
    pub epochs: Option<u32>,
    /// 1-based step of the run.
    #[serde(default)]
    pub step: Option<u64>,
    /// Steps planned.
    #[serde(default)]
    pub steps: Option<u64>,
    /// Mean training loss.
    #[serde(default)]
    pub loss: Option<f64>,
    /// Its parts by name; null for a head that had no label to learn from.
    #[serde(default)]
    pub losses: Option<BTreeMap<String, Option<f64>>>,
    /// Rate.
    #[serde(default)]
    pub pairs_per_second: Option<f64>,
    /// Time left.
    #[serde(default)]
    pub seconds_left: Option<f64>,
    /// For people.
    #[serde(default)]
    pub message: Option<String>,
}

/// Kinds of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// A run starts.
    Start,
    /// A step is done.
    Step,
    /// An epoch is done.
    Epoch,
    /// State was saved.
    Checkpoint,
    /// The run is over.
    Done,
    /// Something to tell.
    Message,
}

/// The JSON schema of every message, as `{"$schema", "messages": {name: schema}, "$defs": {…}}`.
pub fn json_schema() -> Value {
    let mut generator = SchemaSettings::draft2020_12().into_generator();
    let messages = json!({
        "Request": schema_of::<Request>(&mut generator),
        "Response": schema_of::<Response>(&mut generator),
        "Event": schema_of::<Event>(&mut generator),
        "Pong": schema_of::<Pong>(&mut generator),
        "Trained": schema_of::<Trained>(&mut generator),
        "Embedded": schema_of::<Embedded>(&mut generator),
        "Analyzed": schema_of::<Analyzed>(&mut generator),
        "OpenedWorkspace": schema_of::<OpenedWorkspace>(&mut generator),
        "Refusal": schema_of::<Refusal>(&mut generator),
        "Progress": schema_of::<Progress>(&mut generator),
        "IndexReport": schema_of::<IndexReport>(&mut generator),
        "Renewal": schema_of::<Renewal>(&mut generator),
        "Hit": schema_of::<Hit>(&mut generator),
        "VersionSummary": schema_of::<VersionSummary>(&mut generator),
    });
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "messages": messages,
        "$defs": generator.take_definitions(true),
    })
}

fn schema_of<T: JsonSchema>(generator: &mut SchemaGenerator) -> Value {
    generator.subschema_for::<T>().to_value()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_keep_their_wire_form() {
        let train = r#"{"method":"train","params":{"workspace":"w","model":"tree-lstm"}}"#;
        let Request::Train(parsed) = serde_json::from_str(train).unwrap() else { panic!("another method") };
        assert_eq!((parsed.model, parsed.overrides.len(), parsed.resume), (Model::TreeLstm, 0, None));
        assert_eq!(serde_json::to_string(&Request::Ping {}).unwrap(), r#"{"method":"ping","params":{}}"#);
    }

    #[test]
    fn a_failed_item_is_told_from_an_answer() {
        let text = r#"{"items":[{"id":"a","error":{"code":"too_large","message":"m"}},
                                {"id":"b","vector":[1.0],"version":"v0001"}]}"#;
        let embedded: Embedded = serde_json::from_str(text).unwrap();
        assert!(matches!(&embedded.items[0], Answer::Failed { id, .. } if id == "a"));
        assert!(matches!(&embedded.items[1], Answer::Done(vector) if vector.vector == [1.0]));
    }

    #[test]
    fn unknown_parameters_are_refused() {
        let request = r#"{"method":"train","params":{"workspace":"w","model":"tree-lstm","epoch":3}}"#;
        assert!(serde_json::from_str::<Request>(request).unwrap_err().to_string().contains("epoch"));
    }

    #[test]
    fn the_schema_defines_what_it_refers_to() {
        let text = json_schema().to_string();
        let schema: Value = serde_json::from_str(&text).unwrap();
        for reference in text.split("\"#/$defs/").skip(1) {
            let name = reference.split('"').next().unwrap();
            assert!(schema["$defs"].get(name).is_some(), "{name}");
        }
    }
}
