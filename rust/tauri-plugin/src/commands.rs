//! What a window may ask. Each has its permission in `permissions/`; `rid` is the number that `open` or `create` gave.

use std::path::PathBuf;

use sapwood::index::Progress;
use sapwood::interface::OpenedWorkspace;
use sapwood::{EngineError, Hit, IndexReport, Language, VersionSummary};
use sapwood_workspace::{Aliases, WorkspaceError};
use tauri::ipc::{Channel, CommandScope, GlobalScope};
use tauri::{ResourceId, Runtime, Webview, command};

use crate::SapwoodExt as _;
use crate::error::{Error, Result};
use crate::opened::{Opened, find, keep};
use crate::scope::{Folder, Folders};

/// Opens the workspace at a path or above it.
#[command]
pub(crate) async fn open<R: Runtime>(
    webview: Webview<R>,
    command_scope: CommandScope<Folder>,
    global_scope: GlobalScope<Folder>,
    path: PathBuf,
) -> Result<OpenedWorkspace> {
    let folders = Folders::new(webview.sapwood(), &command_scope, &global_scope);
    let engine = blocking(move || folders.open(&path)).await?;
    Ok(keep(&webview, engine))
}

/// Makes a workspace for the sources in a folder, or opens the one that is there.
#[command]
pub(crate) async fn create<R: Runtime>(
    webview: Webview<R>,
    command_scope: CommandScope<Folder>,
    global_scope: GlobalScope<Folder>,
    path: PathBuf,
) -> Result<OpenedWorkspace> {
    let folders = Folders::new(webview.sapwood(), &command_scope, &global_scope);
    let engine = blocking(move || folders.create(&path)).await?;
    Ok(keep(&webview, engine))
}

/// Indexes the sources. Progress comes through the channel, at most 20 times a second.
#[command]
pub(crate) async fn index<R: Runtime>(
    webview: Webview<R>,
    rid: ResourceId,
    on_progress: Channel<Progress>,
) -> Result<IndexReport> {
    ask(&webview, rid, move |opened| opened.index(&on_progress)).await
}

/// Ends the indexing that runs; it answers with code `interrupted`.
#[command]
#[allow(clippy::needless_pass_by_value, reason = "a command owns its arguments")]
pub(crate) fn cancel<R: Runtime>(webview: Webview<R>, rid: ResourceId) -> Result<()> {
    find(&webview, rid)?.cancel();
    Ok(())
}

/// What the last indexing found.
#[command]
pub(crate) async fn index_report<R: Runtime>(webview: Webview<R>, rid: ResourceId) -> Result<IndexReport> {
    ask(&webview, rid, |opened| Ok(opened.engine().index_report()?)).await
}

/// The `k` functions that hold these words best.
#[command]
pub(crate) async fn search_words<R: Runtime>(
    webview: Webview<R>,
    rid: ResourceId,
    words: String,
    k: usize,
) -> Result<Vec<Hit>> {
    ask(&webview, rid, move |opened| Ok(opened.engine().search_words(&words, k)?)).await
}

/// The `k` functions most like a piece of code.
#[command]
pub(crate) async fn search_code<R: Runtime>(
    webview: Webview<R>,
    rid: ResourceId,
    code: String,
    language: String,
    k: usize,
) -> Result<Vec<Hit>> {
    ask(&webview, rid, move |opened| {
        let language = Language::from_name(&language).map_err(EngineError::from)?;
        Ok(opened.engine().search_code(&code, language, k)?)
    })
    .await
}

/// The `k` functions most like the one at a line of an indexed file, without itself.
#[command]
pub(crate) async fn search_at<R: Runtime>(
    webview: Webview<R>,
    rid: ResourceId,
    file: String,
    line: u32,
    k: usize,
) -> Result<Vec<Hit>> {
    ask(&webview, rid, move |opened| Ok(opened.engine().search_at(&file, line, k)?)).await
}

/// The published versions of a model, or of all, oldest first.
#[command]
pub(crate) async fn versions<R: Runtime>(
    webview: Webview<R>,
    rid: ResourceId,
    model: Option<String>,
) -> Result<Vec<VersionSummary>> {
    ask(&webview, rid, move |opened| {
        let listed = opened.engine().versions().list(model.as_deref());
        Ok(listed.map_err(EngineError::from)?)
    })
    .await
}

/// Lets a version answer from now on, once all its files were verified. Gives its name.
#[command]
pub(crate) async fn promote<R: Runtime>(
    webview: Webview<R>,
    rid: ResourceId,
    model: String,
    version: String,
) -> Result<String> {
    ask(&webview, rid, move |opened| serving(opened.engine().versions().promote(&model, &version))).await
}

/// Lets the version answer again that did before. Gives its name.
#[command]
pub(crate) async fn rollback<R: Runtime>(webview: Webview<R>, rid: ResourceId, model: String) -> Result<String> {
    ask(&webview, rid, move |opened| serving(opened.engine().versions().rollback(&model))).await
}

/// The version that answers after a change, which always leaves one.
fn serving(changed: std::result::Result<Aliases, WorkspaceError>) -> Result<String> {
    Ok(changed.map_err(EngineError::from)?.serving.unwrap_or_default())
}

/// Asks an open workspace on a thread for blocking work.
async fn ask<R: Runtime, T: Send + 'static>(
    webview: &Webview<R>,
    rid: ResourceId,
    question: impl FnOnce(&Opened) -> Result<T> + Send + 'static,
) -> Result<T> {
    let opened = find(webview, rid)?;
    blocking(move || question(&opened)).await
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    let done = tauri::async_runtime::spawn_blocking(work).await;
    done.map_err(|error| Error::Unanswered { reason: error.to_string() })?
}
