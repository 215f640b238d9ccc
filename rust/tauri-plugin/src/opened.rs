//! A workspace that a window has open. It closes with the window.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use sapwood::index::Progress;
use sapwood::interface::OpenedWorkspace;
use sapwood::{Engine, IndexReport};
use tauri::ipc::Channel;
use tauri::{Manager as _, Resource, ResourceId, Runtime, Webview};

use crate::error::{Error, Result};
use crate::progress::Reporter;

/// An engine in a window's table of resources.
pub(crate) struct Opened {
    engine: Engine,
    /// How often it was cancelled: work that began at another count ends.
    cancelled: AtomicU64,
}

impl Resource for Opened {
    fn close(self: Arc<Self>) {
        self.cancel();
    }
}

impl Opened {
    pub(crate) fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Ends what runs; what is asked for later is not affected.
    pub(crate) fn cancel(&self) {
        self.cancelled.fetch_add(1, Ordering::Relaxed);
    }

    /// Indexes, telling the window how far it is.
    pub(crate) fn index(&self, on_progress: &Channel<Progress>) -> Result<IndexReport> {
        let reporter = Reporter::new(on_progress);
        let begun = self.cancelled.load(Ordering::Relaxed);
        let hear = |progress| {
            if self.cancelled.load(Ordering::Relaxed) != begun {
                return ControlFlow::Break(());
            }
            reporter.report(progress)
        };
        Ok(self.engine.index(&hear)?)
    }
}

/// Gives a window an engine to ask.
pub(crate) fn keep<R: Runtime>(webview: &Webview<R>, engine: Engine) -> OpenedWorkspace {
    let workspace = engine.workspace();
    let (folder, source_root) = (workspace.folder().display(), workspace.source_root().display());
    let (folder, source_root) = (folder.to_string(), source_root.to_string());
    let rid = webview.resources_table().add(Opened { engine, cancelled: AtomicU64::new(0) });
    OpenedWorkspace { rid, folder, source_root }
}

/// The workspace of that number.
pub(crate) fn find<R: Runtime>(webview: &Webview<R>, rid: ResourceId) -> Result<Arc<Opened>> {
    webview.resources_table().get(rid).map_err(|_| Error::NotOpen { rid })
}
