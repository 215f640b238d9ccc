//! What is known of all versions, in one SQLite file.
//!
//! The folders are the truth; this is a copy that is quick to list and that other tools can query. It carries a stamp of
//! the folders it was made from, and is made again whenever it is missing, of another format, damaged, or the stamp is
//! another. It is read and written as a whole through the storage, so that it has no journal and is never half written.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::UNIX_EPOCH;

use rusqlite::{Connection, params};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::{Result, WorkspaceError};
use crate::manifest::{Manifest, Metric};
use crate::storage::write_atomic_with;
use crate::versions::{MANIFEST, Versions, name_of};

/// Name of the file in the workspace's folder.
pub const FILE: &str = "catalogue.sqlite";

/// Bumped when the tables change: a file of another format is made again.
const FORMAT: i64 = 1;

const TABLES: &str = "
    CREATE TABLE stamp (sha256 TEXT NOT NULL);
    CREATE TABLE versions (
        model TEXT NOT NULL, version TEXT NOT NULL, position INTEGER NOT NULL, parent TEXT, created TEXT NOT NULL,
        code_version TEXT NOT NULL, feature_schema TEXT, vocabulary TEXT, PRIMARY KEY (model, version)
    );
    CREATE TABLE metrics (
        model TEXT NOT NULL, version TEXT NOT NULL, name TEXT NOT NULL, value REAL, baseline REAL, baseline_name TEXT,
        n INTEGER, task TEXT NOT NULL, candidates INTEGER, metric TEXT NOT NULL, PRIMARY KEY (model, version, name),
        FOREIGN KEY (model, version) REFERENCES versions
    );
";

/// A version as a list shows it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct VersionSummary {
    /// `graphsage` or `tree-lstm`.
    pub model: String,
    /// Such as `v0007`.
    pub version: String,
    /// The version that training began with.
    pub parent: Option<String>,
    /// RFC 3339 in UTC.
    pub created: String,
    /// Release of sapwood that trained it.
    pub code_version: String,
    /// Fingerprint of the feature schema that the model reads.
    pub feature_schema: Option<String>,
    /// Fingerprint of the vocabulary that the model reads.
    pub vocabulary: Option<String>,
    /// What was measured, by name.
    pub metrics: BTreeMap<String, Metric>,
    /// The aliases that point here, read when listed.
    #[serde(default)]
    pub aliases: Vec<String>,
}

/// All versions with a valid manifest, by model, oldest first, without their aliases.
pub(crate) fn summaries(versions: &Versions) -> Result<Vec<VersionSummary>> {
    let path = versions.workspace().join(FILE);
    let stamp = stamp(versions)?;
    let stored = versions.storage().read(&path).ok().and_then(|bytes| load(&bytes, &stamp).ok());
    if let Some(summaries) = stored {
        return Ok(summaries);
    }
    let summaries = from_folders(versions)?;
    if let Ok(bytes) = save(&summaries, &stamp) {
        // A list must work where nothing can be written; the next one tries again.
        let _ = write_atomic_with(versions.storage(), &path, &bytes);
    }
    Ok(summaries)
}

/// A SHA-256 over every version's name and the size and time of its manifest.
fn stamp(versions: &Versions) -> Result<String> {
    let mut text = String::new();
    for model in versions.models()? {
        for number in versions.numbers(&model)? {
            let version = name_of(number);
            let path = versions.version_folder(&model, &version).join(MANIFEST);
            let Ok(metadata) = versions.storage().metadata(&path) else { continue };
            let modified = metadata.modified.and_then(|modified| modified.duration_since(UNIX_EPOCH).ok());
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{model}/{version} {} {modified:?}", metadata.bytes);
        }
    }
    Ok(crate::sha256_hex(text.as_bytes()))
}

fn from_folders(versions: &Versions) -> Result<Vec<VersionSummary>> {
    let mut summaries = Vec::new();
    for model in versions.models()? {
        for number in versions.numbers(&model)? {
            match versions.read_manifest(&model, &name_of(number)) {
                Ok(manifest) => summaries.push(summary_of(manifest)),
                Err(
                    WorkspaceError::UnknownVersion { .. }
                    | WorkspaceError::DamagedVersion { .. }
                    | WorkspaceError::NewerFormat { .. },
                ) => {}
                Err(error) => return Err(error),
            }
        }
    }
    Ok(summaries)
}

/// What the tables hold of a manifest, so that a list is the same whether it was read or made.
fn summary_of(manifest: Manifest) -> VersionSummary {
    let known = |(name, metric): (String, Metric)| (name, Metric { other: BTreeMap::new(), ..metric });
    VersionSummary {
        model: manifest.model,
        version: manifest.version,
        parent: manifest.parent,
        created: manifest.created,
        code_version: manifest.code_version,
        feature_schema: manifest.feature_schema,
        vocabulary: manifest.vocabulary,
        metrics: manifest.metrics.into_iter().map(known).collect(),
        aliases: Vec::new(),
    }
}

fn save(summaries: &[VersionSummary], stamp: &str) -> rusqlite::Result<Vec<u8>> {
    let mut connection = Connection::open_in_memory()?;
    let transaction = connection.transaction()?;
    transaction.execute_batch(TABLES)?;
    transaction.pragma_update(None, "user_version", FORMAT)?;
    transaction.execute("INSERT INTO stamp VALUES (?1)", [stamp])?;
    for (position, summary) in summaries.iter().enumerate() {
        insert(&transaction, position, summary)?;
    }
    transaction.commit()?;
    Ok(connection.serialize("main")?.to_vec())
}

fn insert(connection: &Connection, position: usize, summary: &VersionSummary) -> rusqlite::Result<()> {
    let VersionSummary { model, version, parent, created, code_version, feature_schema, vocabulary, .. } = summary;
    connection.execute(
        "INSERT INTO versions VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        params![model, version, position as i64, parent, created, code_version, feature_schema, vocabulary],
    )?;
    for (name, metric) in &summary.metrics {
        let Metric { value, baseline, baseline_name, task, metric: formula, .. } = metric;
        let (n, candidates) = (metric.n.map(|n| n as i64), metric.candidates.map(|count| count as i64));
        connection.execute(
            "INSERT INTO metrics VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            params![model, version, name, value, baseline, baseline_name, n, task, candidates, formula],
        )?;
    }
    Ok(())
}

/// The summaries in a file's bytes, if they are of this format and have this stamp.
fn load(bytes: &[u8], stamp: &str) -> rusqlite::Result<Vec<VersionSummary>> {
    let mut connection = Connection::open_in_memory()?;
    connection.deserialize_read_exact("main", bytes, bytes.len(), true)?;
    // The file may be anyone's: nothing in its schema is run.
    connection.pragma_update(None, "trusted_schema", false)?;
    let format: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let sound: String = connection.pragma_query_value(None, "quick_check", |row| row.get(0))?;
    let stored: String = connection.query_row("SELECT sha256 FROM stamp", [], |row| row.get(0))?;
    if format != FORMAT || sound != "ok" || stored != stamp {
        return Err(rusqlite::Error::QueryReturnedNoRows);
    }
    let mut versions = connection.prepare(
        "SELECT model, version, parent, created, code_version, feature_schema, vocabulary FROM versions
         ORDER BY position",
    )?;
    let mut summaries = versions.query_map([], read_summary)?.collect::<rusqlite::Result<Vec<_>>>()?;
    for summary in &mut summaries {
        summary.metrics = read_metrics(&connection, &summary.model, &summary.version)?;
    }
    Ok(summaries)
}

fn read_summary(row: &rusqlite::Row<'_>) -> rusqlite::Result<VersionSummary> {
    Ok(VersionSummary {
        model: row.get(0)?,
        version: row.get(1)?,
        parent: row.get(2)?,
        created: row.get(3)?,
        code_version: row.get(4)?,
        feature_schema: row.get(5)?,
        vocabulary: row.get(6)?,
        ..VersionSummary::default()
    })
}

fn read_metrics(connection: &Connection, model: &str, version: &str) -> rusqlite::Result<BTreeMap<String, Metric>> {
    let mut statement = connection.prepare_cached(
        "SELECT name, value, baseline, baseline_name, n, task, candidates, metric FROM metrics
         WHERE model = ?1 AND version = ?2",
    )?;
    let metric = |row: &rusqlite::Row<'_>| {
        let metric = Metric {
            value: row.get(1)?,
            baseline: row.get(2)?,
            baseline_name: row.get(3)?,
            n: row.get::<_, Option<i64>>(4)?.map(|n| n as u64),
            task: row.get(5)?,
            candidates: row.get::<_, Option<i64>>(6)?.map(|count| count as u64),
            metric: row.get(7)?,
            other: BTreeMap::new(),
        };
        Ok((row.get(0)?, metric))
    };
    statement.query_map([model, version], metric)?.collect()
}

#[cfg(test)]
mod tests;
