//! The rows of an evaluation as tables: one a task, methods down, metrics across.

use super::{dash, line, plain};
use crate::manifest::EvaluationRow;

/// One table a task, query set and set of candidates, in order of first appearance.
pub(super) fn tables(rows: &[EvaluationRow]) -> String {
    let groups = distinct(rows.iter().map(key));
    let tables: Vec<String> = groups.into_iter().map(|group| table(rows, group)).collect();
    tables.join("\n\n")
}

type Key<'a> = (&'a str, &'a str, &'a str);

fn key(row: &EvaluationRow) -> Key<'_> {
    (&row.task, &row.queries, &row.candidates)
}

fn table(rows: &[EvaluationRow], group: Key<'_>) -> String {
    let rows: Vec<&EvaluationRow> = rows.iter().filter(|row| key(row) == group).collect();
    let metrics = distinct(rows.iter().map(|row| row.metric.as_str()));
    let methods = distinct(rows.iter().map(|row| row.method.as_str()));
    let (task, queries, candidates) = group;
    if rows.iter().all(|row| row.value.is_none()) {
        return format!("**{}.** Not measured: too few queries.", plain(task));
    }
    let mut lines = vec![
        format!("**{}.** Queries: {}. Candidates: {}.", plain(task), plain(queries), plain(candidates)),
        String::new(),
        line(&heads(&rows, &metrics)),
        format!("|---|---|{}", "---:|".repeat(metrics.len())),
    ];
    lines.extend(methods.iter().map(|method| line(&cells(&rows, method, &metrics))));
    lines.join("\n")
}

fn heads(rows: &[&EvaluationRow], metrics: &[&str]) -> Vec<String> {
    let counted = metrics.iter().map(|metric| {
        let counts = distinct(rows.iter().filter(|row| row.metric == *metric).map(|row| row.n.to_string()));
        format!("{metric} (n = {})", counts.join(", "))
    });
    ["method".to_owned(), "learned".to_owned()].into_iter().chain(counted).collect()
}

fn cells(rows: &[&EvaluationRow], method: &str, metrics: &[&str]) -> Vec<String> {
    let of_method = |row: &&&EvaluationRow| row.method == method;
    let learned = if rows.iter().filter(of_method).any(|row| row.is_baseline) { "no" } else { "yes" };
    let figures = metrics.iter().map(|metric| {
        rows.iter().filter(of_method).find(|row| row.metric == *metric).map_or_else(dash, |row| figure(row))
    });
    [method.to_owned(), learned.to_owned()].into_iter().chain(figures).collect()
}

fn figure(row: &EvaluationRow) -> String {
    let Some(value) = row.value else { return dash() };
    row.error.map_or_else(|| format!("{value:.3}"), |error| format!("{value:.3} ± {error:.3}"))
}

/// The different items, in order of first appearance.
fn distinct<T: PartialEq>(items: impl Iterator<Item = T>) -> Vec<T> {
    let mut found = Vec::new();
    for item in items {
        if !found.contains(&item) {
            found.push(item);
        }
    }
    found
}
