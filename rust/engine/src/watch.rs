//! An index that follows its sources.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use sapwood_workspace::{FolderWatch, WorkspaceError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::engine::Engine;
use crate::error::{EngineError, Result};
use crate::index::{Index, IndexReport, SkippedFile};

/// How long changes are waited for before someone is asked whether to go on.
const BETWEEN_QUESTIONS: Duration = Duration::from_millis(100);
/// Changes come in bursts: one is over after so much silence,
const SILENCE: Duration = Duration::from_millis(100);
/// and is looked at after so long in any case.
const LONGEST_BURST: Duration = Duration::from_secs(2);

/// An index that was renewed, with the paths of the files that made it another one: none after a failure that left all
/// as it was.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Renewal {
    /// Files that are new in the index.
    pub added: Vec<String>,
    /// Files whose content changed.
    pub changed: Vec<String>,
    /// Files that are in the index no longer.
    pub removed: Vec<String>,
    /// What is left out now and was not before, or was for another reason.
    pub left_out: Vec<SkippedFile>,
    /// What indexing found.
    pub report: IndexReport,
}

impl Renewal {
    fn between(earlier: Option<(&Index, &IndexReport)>, index: &Index, report: IndexReport) -> Self {
        let known = earlier.map_or(&[][..], |(_, report)| &report.skipped);
        let left_out = report.skipped.iter().filter(|skipped| !known.contains(skipped)).cloned().collect();
        let earlier = earlier.map(|(index, _)| index);
        let (before, after) = (earlier.map(hashes).unwrap_or_default(), hashes(index));
        let missing_in = |there: &BTreeMap<&str, &str>, path: &&str| !there.contains_key(path);
        let is_other = |(path, hash): &(&&str, &&str)| before.get(*path).is_some_and(|known| known != *hash);
        Self {
            added: after.keys().filter(|path| missing_in(&before, path)).map(ToString::to_string).collect(),
            changed: after.iter().filter(is_other).map(|(path, _)| (*path).to_owned()).collect(),
            removed: before.keys().filter(|path| missing_in(&after, path)).map(ToString::to_string).collect(),
            left_out,
            report,
        }
    }
}

fn hashes(index: &Index) -> BTreeMap<&str, &str> {
    let files = index.graph.file_paths.iter().zip(&index.hashes);
    files.map(|(path, hash)| (path.as_str(), hash.as_str())).collect()
}

impl Engine {
    /// Follows the sources: indexes them now and after each change, until `go_on`, which is asked several times a second
    /// from any thread, says no. `on_renewal` hears of each index that is another than the one before, and of what kept
    /// one from being made, which ends nothing: the next change may mend it. What leaves a file out when indexing leaves
    /// its changes out here. Where the system does not tell of changes, the sources are looked through every two seconds.
    ///
    /// # Errors
    /// Those of the source folder itself, such as code `path_missing` once it is gone.
    pub fn watch(
        &self,
        go_on: &(dyn Fn() -> bool + Sync),
        on_renewal: &mut (dyn FnMut(Result<Renewal>) + Send),
    ) -> Result<()> {
        let mut following = Following { watch: FolderWatch::default(), has_failed: false };
        let mut is_due = true;
        while go_on() {
            if is_due {
                is_due = following.renew(self, go_on, on_renewal)?;
            }
            is_due |= following.watch.wait(BETWEEN_QUESTIONS);
            let burst = Instant::now();
            while is_due && !following.watch.polls() && burst.elapsed() < LONGEST_BURST {
                if !following.watch.wait(SILENCE) {
                    break;
                }
            }
        }
        Ok(())
    }
}

struct Following {
    watch: FolderWatch,
    /// The last thing that was told is a failure.
    has_failed: bool,
}

impl Following {
    /// Renews the index; whether that is to be tried again.
    fn renew(
        &mut self,
        engine: &Engine,
        go_on: &(dyn Fn() -> bool + Sync),
        on_renewal: &mut (dyn FnMut(Result<Renewal>) + Send),
    ) -> Result<bool> {
        let sources = engine.workspace().sources()?;
        if let Ok(folders) = sources.folders() {
            // Before they are read: what happens in them from now on is heard of.
            self.watch.follow(&folders.into_iter().collect());
        }
        match renewal(engine, go_on) {
            // Another process indexes: it may have begun before the last change.
            Err(EngineError::Workspace(WorkspaceError::Locked { .. })) => return Ok(true),
            Err(EngineError::Interrupted) => {}
            // That all is well again is told as well.
            Ok(renewal) if renewal.report.unchanged && !self.has_failed => {}
            outcome => {
                self.has_failed = outcome.is_err();
                on_renewal(outcome);
            }
        }
        Ok(false)
    }
}

fn renewal(engine: &Engine, go_on: &(dyn Fn() -> bool + Sync)) -> Result<Renewal> {
    let earlier = engine.index_data().ok().zip(engine.index_report().ok());
    let next = |_| if go_on() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) };
    let report = engine.index(&next)?;
    let earlier = earlier.as_ref().map(|(index, report)| (index.as_ref(), report));
    Ok(Renewal::between(earlier, &*engine.index_data()?, report))
}
