//! The page about a version, made from its manifest alone.

mod grid;

use std::fmt::Write as _;

use crate::manifest::{Latency, Manifest, Metric};

const TEMPLATE: &str = include_str!("model_card.md");
const NOTHING: &str = "none recorded";

/// Fills the template. Text from the manifest is taken as text: what would be markup in a table is escaped.
pub(crate) fn render(manifest: &Manifest) -> String {
    let fields = [
        ("model", manifest.model.clone()),
        ("version", manifest.version.clone()),
        ("created", manifest.created.clone()),
        ("code_version", or_nothing(&manifest.code_version)),
        ("parent", manifest.parent.clone().unwrap_or_else(|| "random weights".to_owned())),
        ("data_fingerprint", or_nothing(&manifest.data.fingerprint)),
        ("counts", list(manifest.data.counts.iter().map(|(name, count)| format!("{name}: {count}")))),
        ("metrics", metrics(manifest)),
        ("evaluation", or_nothing(&grid::tables(&manifest.evaluation))),
        ("training", list(known(manifest).filter(|(_, metric)| !is_measured(metric)).map(training))),
        ("latency", list(manifest.latency.iter().map(latency))),
        ("feature_schema", code_or_nothing(manifest.feature_schema.as_deref())),
        ("vocabulary", code_or_nothing(manifest.vocabulary.as_deref())),
        ("files", list(manifest.files.iter().map(|(name, sha256)| format!("`{name}` sha256 `{sha256}`")))),
    ];
    fill(TEMPLATE, &fields)
}

/// Replaces each `{field}` once, from left to right; what was put in is not searched again.
fn fill(template: &str, fields: &[(&str, String)]) -> String {
    let mut text = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        let (name, after) = after.split_once('}').unwrap_or((after, ""));
        let value = fields.iter().find(|(field, _)| *field == name).map_or(NOTHING, |(_, value)| value);
        text.push_str(value);
        rest = after;
    }
    text.push_str(rest);
    text
}

/// The figures that have a value: a task with too few queries has none, nor has the loss of a head without labels.
fn known(manifest: &Manifest) -> impl Iterator<Item = (&String, &Metric)> {
    manifest.metrics.iter().filter(|(_, metric)| metric.value.is_some())
}

/// Whether a figure is about answers to queries, rather than about the training itself.
fn is_measured(metric: &Metric) -> bool {
    metric.n.is_some()
}

fn metrics(manifest: &Manifest) -> String {
    let mut measured = known(manifest).filter(|(_, metric)| is_measured(metric)).peekable();
    if measured.peek().is_none() {
        return NOTHING.to_owned();
    }
    let mut table =
        "| name | task | metric | value | baseline | candidates | n |\n|---|---|---|---:|---:|---:|---:|".to_owned();
    for (name, metric) in measured {
        // Writing to a string cannot fail.
        let _ = write!(table, "\n{}", row(name, metric));
    }
    table
}

fn training((name, metric): (&String, &Metric)) -> String {
    let value = if name == "steps" {
        metric.value.map_or_else(dash, |steps| format!("{steps:.0}"))
    } else {
        figure(metric.value)
    };
    format!("{name}: {value}")
}

fn latency((name, latency): (&String, &Latency)) -> String {
    let Latency { median_ms, p99_ms, n, device, definition, .. } = latency;
    format!("{name}: median {median_ms:.2} ms, 99th percentile {p99_ms:.2} ms, n = {n}, on {device}; {definition}")
}

fn row(name: &str, metric: &Metric) -> String {
    let baseline = match &metric.baseline_name {
        Some(of) => format!("{} ({of})", figure(metric.baseline)),
        None => figure(metric.baseline),
    };
    let cells = [
        name.to_owned(),
        metric.task.clone(),
        metric.metric.clone(),
        figure(metric.value),
        baseline,
        whole(metric.candidates),
        whole(metric.n),
    ];
    line(&cells)
}

/// A line of a table; what would be markup in a cell is escaped.
fn line(cells: &[String]) -> String {
    let cells: Vec<String> = cells.iter().map(|cell| plain(cell)).collect();
    format!("| {} |", cells.join(" | "))
}

fn plain(text: &str) -> String {
    text.replace('|', "\\|").replace(['\n', '\r'], " ")
}

fn figure(value: Option<f64>) -> String {
    value.map_or_else(dash, |value| format!("{value:.3}"))
}

fn whole(value: Option<u64>) -> String {
    value.map_or_else(dash, |value| value.to_string())
}

fn dash() -> String {
    "–".to_owned()
}

fn list(lines: impl Iterator<Item = String>) -> String {
    let text = lines.map(|line| format!("- {line}")).collect::<Vec<_>>().join("\n");
    or_nothing(&text)
}

fn or_nothing(text: &str) -> String {
    if text.is_empty() { NOTHING.to_owned() } else { text.to_owned() }
}

fn code_or_nothing(text: Option<&str>) -> String {
    text.map_or_else(|| NOTHING.to_owned(), |text| format!("`{text}`"))
}
