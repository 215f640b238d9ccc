//! A workspace and everything that can be asked of it.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use sapwood_core::sampler::PlacedText;
use sapwood_core::{Language, ParseLimits};
use sapwood_workspace::{RunLock, Sources, Versions, Workspace, WorkspaceError};
use serde::de::DeserializeOwned;

use crate::error::{EngineError, Result};
use crate::index::{
    self, Built, Content, Index, IndexReport, KnownFiles, OnProgress, Previous, Progress, Reading, Stamp, Stored,
};
use crate::messages::{
    AnalyzeRequest, Analyzed, EmbedRequest, Embedded, Encoder, Event, Item, Model, Request, TrainRequest, Trained,
};
use crate::runtime::{Cancel, NoRuntime, Runtime};
use crate::search::{self, FunctionVectorCache, Hit, SearchIndex, Serving};
use crate::texts::{self, Languages};

const LOCK: &str = "index.lock";
const SERVING: &str = "serving";

/// A workspace. Clones share what is loaded; every method may be called from any thread and blocks until its end.
#[derive(Clone)]
pub struct Engine {
    workspace: Workspace,
    runtime: Arc<dyn Runtime>,
    loaded: Arc<Loaded>,
}

/// What is read from the workspace when it is first asked for, and again when its files were replaced.
#[derive(Default)]
struct Loaded {
    index: Mutex<Option<(Stamp, Stored)>>,
    /// With the fingerprint of the index that it belongs to.
    search: Mutex<Option<(String, Arc<SearchIndex>)>>,
    vectors: FunctionVectorCache,
}

/// What a training run is to do beside the defaults.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrainOptions {
    /// A configuration file.
    pub config: Option<String>,
    /// Settings on top of it, such as `tree_lstm.epochs=3`.
    pub overrides: Vec<String>,
    /// `last`, or the path of a run to go on with.
    pub resume: Option<String>,
}

/// Hears nothing and never cancels.
pub fn quietly(_: Progress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Engine").field("workspace", &self.workspace).finish_non_exhaustive()
    }
}

impl Engine {
    /// Opens the workspace in the folder `workspace`, or the nearest one at or above `path`.
    ///
    /// # Errors
    /// Code `no_workspace` where there is none; those of [`Workspace::open`].
    pub fn open(path: &Path, workspace: Option<&Path>) -> Result<Self> {
        let opened = match workspace {
            Some(at) => Workspace::open(at),
            None => Workspace::discover(path),
        };
        Ok(Self::of(opened?))
    }

    /// Makes a workspace for the sources at `path`, in the folder `workspace` or in `path` itself, or opens the one that
    /// is there with these settings. `excludes` are `.gitignore` lines.
    ///
    /// # Errors
    /// Those of [`Workspace::create`]; code `empty_folder` where there is no source, and then no workspace is left there.
    pub fn create(path: &Path, workspace: Option<&Path>, excludes: &[String]) -> Result<Self> {
        let at = workspace.unwrap_or(path);
        if Workspace::open(at).is_err() {
            Sources::open(path, excludes)?.walk()?;
        }
        Ok(Self::of(Workspace::create(at, path, excludes)?))
    }

    fn of(workspace: Workspace) -> Self {
        Self { workspace, runtime: Arc::new(NoRuntime), loaded: Arc::default() }
    }

    /// The same engine with a runtime for training and models.
    #[must_use]
    pub fn with_runtime(self, runtime: impl Runtime + 'static) -> Self {
        Self { runtime: Arc::new(runtime), ..self }
    }

    /// The workspace.
    pub fn workspace(&self) -> &Workspace {
        &self.workspace
    }

    /// The published models.
    pub fn versions(&self) -> Versions {
        self.workspace.versions()
    }

    /// Indexes the sources. Only files whose content is another than the last time are parsed; the index is the one that
    /// a new workspace would get. Where no file has changed, the stored index is kept. A stored index that cannot be read is made again. Where a version of the tree model serves,
    /// its vectors of the functions are made where they are missing; what is wrong with the version itself stops no
    /// indexing: [`Self::vectors_problem`] tells.
    ///
    /// # Errors
    /// Those of [`index::build()`]; code `locked` where another process indexes.
    pub fn index(&self, on_progress: OnProgress<'_>) -> Result<IndexReport> {
        let lock = self.workspace.folder().join(LOCK);
        let _lock = RunLock::acquire(self.workspace.storage().as_ref(), &lock)?;
        let earlier = self.index_data().ok();
        let report = self.index_sources(on_progress)?;
        let done = Progress { files: report.files, total_files: report.files, bytes: report.bytes };
        self.renew_vectors(earlier.as_deref(), &|| on_progress(done).is_continue())?;
        Ok(report)
    }

    fn index_sources(&self, on_progress: OnProgress<'_>) -> Result<IndexReport> {
        let start = Instant::now();
        let sources = self.workspace.sources()?;
        let walk = sources.walk()?;
        let stored = self.stored().ok();
        let known = stored.as_ref().map(Stored::known).unwrap_or_default();
        let read = |known| index::read_all(&sources, &walk.files, Content::GraphAndSearch, known, on_progress);
        let mut readings = read(&known)?;
        let search = stored.as_ref().and_then(|stored| self.search_index(&stored.index).ok());
        if let (Some(stored), Some(_)) = (&stored, &search)
            && stored.is_current(&sources, &walk, &readings)
        {
            let mut report = IndexReport { unchanged: true, files_read: 0, ..(*stored.report).clone() };
            report.set_time(start.elapsed());
            return Ok(report);
        }
        let previous = stored.as_ref().zip(search.as_ref());
        let previous = previous.and_then(|(stored, search)| Previous::load(&self.workspace, &stored.index, search));
        if previous.is_none() && readings.iter().any(Reading::is_known) {
            readings = read(&KnownFiles::new())?;
        }
        let built = index::build_of(&sources, &walk, readings, previous, on_progress, start)?;
        self.store(built, start)
    }

    /// Saves a new index and answers from it from now on.
    fn store(&self, built: Built, start: Instant) -> Result<IndexReport> {
        let Built { index, search, mut report, kept } = built;
        // The graph last: its file says that the index is complete, and the others name it.
        search.save(&self.workspace, index.fingerprint())?;
        index::save_kept(&self.workspace, index.fingerprint(), &kept)?;
        report.set_time(start.elapsed());
        index::save(&self.workspace, &index, &report)?;
        *lock_of(&self.loaded.search) = Some((index.fingerprint().to_owned(), Arc::new(search)));
        let stored = Stored { index: Arc::new(index), report: Arc::new(report.clone()) };
        *lock_of(&self.loaded.index) = Some((index::stamp(&self.workspace)?, stored));
        Ok(report)
    }

    fn renew_vectors(&self, earlier: Option<&Index>, go_on: &(dyn Fn() -> bool + Sync)) -> Result<()> {
        let index = self.index_data()?;
        match self.serving(&index) {
            Err(EngineError::StaleVectors { .. } | EngineError::Workspace(WorkspaceError::DamagedIndex { .. })) => {
                search::renew(&self.versions(), &index, earlier, go_on)
            }
            _ => Ok(()),
        }
    }

    /// The report of the stored index.
    ///
    /// # Errors
    /// Code `no_index` before the first [`Self::index`], `damaged_index`.
    pub fn index_report(&self) -> Result<IndexReport> {
        Ok((*self.stored()?.report).clone())
    }

    /// The stored index. It is read when it is first asked for, and again once someone has indexed anew.
    ///
    /// # Errors
    /// As [`Self::index_report`].
    pub fn index_data(&self) -> Result<Arc<Index>> {
        Ok(self.stored()?.index)
    }

    fn stored(&self) -> Result<Stored> {
        let stamp = index::stamp(&self.workspace)?;
        let mut loaded = lock_of(&self.loaded.index);
        if let Some((of, stored)) = loaded.as_ref()
            && *of == stamp
        {
            return Ok(stored.clone());
        }
        let (index, report) = index::load(&self.workspace)?;
        let stored = Stored { index: Arc::new(index), report: Arc::new(report) };
        *loaded = Some((stamp, stored.clone()));
        Ok(stored)
    }

    /// What search answers from, for an index of this workspace.
    fn search_index(&self, index: &Index) -> Result<Arc<SearchIndex>> {
        let mut loaded = lock_of(&self.loaded.search);
        if let Some((of, search)) = loaded.as_ref()
            && of == index.fingerprint()
        {
            return Ok(search.clone());
        }
        let search = Arc::new(SearchIndex::load(&self.workspace, index.fingerprint())?);
        *loaded = Some((index.fingerprint().to_owned(), search.clone()));
        Ok(search)
    }

    /// The `k` functions that hold these words best.
    ///
    /// # Errors
    /// As [`Self::index_report`]; code `bad_input` where there is no word.
    pub fn search_words(&self, words: &str, k: usize) -> Result<Vec<Hit>> {
        let index = self.index_data()?;
        self.search_index(&index)?.find(&index, &search::of_words(words)?, None, k)
    }

    /// The `k` functions most like the one at a line of an indexed file, without itself. `file` is relative to the
    /// source root, or leads into it.
    ///
    /// # Errors
    /// Code `bad_input` where no function of the index stands there, `stale_index` where the file has changed.
    pub fn search_at(&self, file: &str, line: u32, k: usize) -> Result<Vec<Hit>> {
        let index = self.index_data()?;
        let below = index::path_below(self.workspace.storage().as_ref(), self.workspace.source_root(), file);
        let document = search::function_at(&index, below.as_deref().unwrap_or(file), line)?;
        let mut query = search::of_function(&index, document)?;
        let serving = self.serving(&index).unwrap_or_default();
        query.vector = serving.as_ref().and_then(|serving| serving.of_function(document));
        self.search_index(&index)?.find(&index, &query, serving.as_ref().map(|serving| &serving.leg), k)
    }

    /// The `k` functions most like a piece of code, which may be half-typed.
    ///
    /// # Errors
    /// The typed reason for a code that cannot be taken; code `syntax` where nothing in it is code.
    pub fn search_code(&self, code: &str, language: Language, k: usize) -> Result<Vec<Hit>> {
        let index = self.index_data()?;
        let code = sapwood_core::readable(language, code, &ParseLimits::default())?;
        let mut query = search::of_code(&code, language)?;
        let serving = self.serving(&index).unwrap_or_default();
        if let Some(serving) = &serving {
            query.vector = Some(serving.version.embed(&[&code], language)?.0);
        }
        self.search_index(&index)?.find(&index, &query, serving.as_ref().map(|serving| &serving.leg), k)
    }

    /// Why searches by example and by place go without learned vectors although a version serves, if something is wrong
    /// with it: the other legs answer alone then.
    ///
    /// # Errors
    /// As [`Self::index_report`].
    pub fn vectors_problem(&self) -> Result<Option<EngineError>> {
        let index = self.index_data()?;
        Ok(self.serving(&index).err())
    }

    fn serving(&self, index: &Index) -> Result<Option<Arc<Serving>>> {
        self.loaded.vectors.serving(&self.versions(), index)
    }

    /// Hashed structure of texts, `texts.len()` rows of 4,096, each of length 1; terms weigh as in the stored index.
    ///
    /// # Errors
    /// As [`Self::index_report`], and the typed reason for the first text that cannot be taken.
    pub fn structure_vectors<T: AsRef<str> + Sync>(&self, texts: &[T], language: Language) -> Result<Vec<f32>> {
        let index = self.index_data()?;
        texts::hashed_vectors(self.search_index(&index)?.structure(), texts, Languages::All(language))
    }

    /// Trains a model on the indexed sources and publishes it.
    ///
    /// # Errors
    /// Code `environment` or `missing_dependency` where there is nothing to train with, `interrupted` after `cancel`
    /// (the state is saved), and what the training reports.
    pub fn train(
        &self,
        model: Model,
        options: TrainOptions,
        on_event: &mut dyn FnMut(Event),
        cancel: &Cancel,
    ) -> Result<Trained> {
        let TrainOptions { config, overrides, resume } = options;
        let request = TrainRequest { workspace: self.folder()?, model, config, overrides, resume };
        self.ask(&Request::Train(request), on_event, cancel)
    }

    /// Embeds texts with the serving version; answers are in their order.
    ///
    /// # Errors
    /// Code `no_model` where nothing serves; as [`Self::train`]. A text that cannot be taken is one failed answer.
    pub fn embed(&self, model: Encoder, items: Vec<Item>) -> Result<Embedded> {
        let request = EmbedRequest { workspace: self.folder()?, model, version: SERVING.to_owned(), items };
        self.ask(&Request::Embed(request), &mut |_| {}, &Cancel::new())
    }

    /// Analyzes texts with the serving versions; answers are in their order.
    ///
    /// # Errors
    /// As [`Self::embed`].
    pub fn analyze(&self, items: Vec<Item>) -> Result<Analyzed> {
        let request = AnalyzeRequest { workspace: self.folder()?, version: SERVING.to_owned(), items };
        self.ask(&Request::Analyze(request), &mut |_| {}, &Cancel::new())
    }

    /// A text where the file at `path` stands, with as much of the project as `hops` hops reach: what the graph model
    /// reads of a text that has a path. None where the text stands alone, which it does where nothing is indexed and
    /// where `path` is no indexed file of its language below the source root.
    ///
    /// # Errors
    /// Code `damaged_index`, and the typed reason for a text that cannot be taken.
    pub fn place(&self, code: &str, path: &str, language: Language, hops: usize) -> Result<Option<PlacedText>> {
        let Some(index) = self.index_if_any()? else { return Ok(None) };
        match index::path_below(self.workspace.storage().as_ref(), self.workspace.source_root(), path) {
            Some(path) => index.place(code, &path, language, hops),
            None => Ok(None),
        }
    }

    /// The stored index; none before the first.
    pub(crate) fn index_if_any(&self) -> Result<Option<Arc<Index>>> {
        match self.index_data() {
            Err(error) if error.code() == "no_index" => Ok(None),
            index => index.map(Some),
        }
    }

    fn ask<T: DeserializeOwned>(
        &self,
        request: &Request,
        on_event: &mut dyn FnMut(Event),
        cancel: &Cancel,
    ) -> Result<T> {
        let reply = self.runtime.call(request, on_event, cancel)?;
        serde_json::from_value(reply).map_err(|error| EngineError::Message { what: error.to_string() })
    }

    /// The folder that holds `.sapwood/`, as messages carry it.
    fn folder(&self) -> Result<String> {
        let folder = self.workspace.folder();
        let holder = folder.parent().unwrap_or(folder);
        holder.to_str().map(str::to_owned).ok_or_else(|| EngineError::BadInput {
            message: format!("the path {} is not UTF-8; move the workspace", holder.display()),
        })
    }
}

fn lock_of<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
