//! The engine in Python.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use numpy::PyArray2;
use pyo3::prelude::*;
use sapwood::Renewal;
use sapwood::index::Progress;
use sapwood_core::Language;
use sapwood_search::HASHED_DIMENSIONS;

use crate::arrays::moved_matrix;
use crate::errors::to_python;
use crate::graphs::PlacedText;
use crate::index::Index;
use crate::json::to_object;
use crate::versions::Versions;

/// Excludes where none are given.
pub(crate) const NO_EXCLUDES: Vec<String> = Vec::new();

/// Python is told of progress at most this often: taking its lock a file would slow indexing down.
const BETWEEN_EVENTS: Duration = Duration::from_millis(50);

/// A workspace with its index, search and versions.
#[pyclass(frozen, module = "sapwood._core")]
pub(crate) struct Engine(sapwood::Engine);

#[pymethods]
impl Engine {
    /// The workspace at `workspace`, or the nearest one at or above `path`; raises `NoWorkspaceError`.
    #[staticmethod]
    #[pyo3(signature = (path, workspace = None))]
    fn open(path: PathBuf, workspace: Option<PathBuf>) -> PyResult<Self> {
        sapwood::Engine::open(&path, workspace.as_deref()).map(Self).map_err(to_python)
    }

    /// Makes a workspace for the sources at `path` (in `path` itself by default), or opens the one that is there.
    #[staticmethod]
    #[pyo3(signature = (path, workspace = None, excludes = NO_EXCLUDES))]
    fn create(path: PathBuf, workspace: Option<PathBuf>, excludes: Vec<String>) -> PyResult<Self> {
        sapwood::Engine::create(&path, workspace.as_deref(), &excludes).map(Self).map_err(to_python)
    }

    /// The folder of the sources.
    #[getter]
    fn root(&self) -> String {
        self.0.workspace().source_root().to_string_lossy().into_owned()
    }

    /// The `.sapwood` folder.
    #[getter]
    fn workspace_path(&self) -> String {
        self.0.workspace().folder().to_string_lossy().into_owned()
    }

    #[getter]
    fn versions(&self) -> Versions {
        Versions(self.0.clone())
    }

    /// Indexes the sources; `on_progress(files, total_files, bytes)` returning False cancels.
    #[pyo3(signature = (on_progress = None))]
    fn index<'py>(&self, py: Python<'py>, on_progress: Option<Py<PyAny>>) -> PyResult<Bound<'py, PyAny>> {
        let listener = Listener::new(on_progress);
        let outcome = py.detach(|| heeding_signals(&listener, || self.0.index(&|progress| listener.hear(progress))));
        to_object(py, &listener.settle(outcome)?)
    }

    /// Indexes now and after each change of the sources until `on_renewal` returns False; it is given each index that is
    /// another than the one before, or the exception that kept one from being made.
    fn watch(&self, py: Python<'_>, on_renewal: Py<PyAny>) -> PyResult<()> {
        let listener = Listener::new(None);
        let is_over = AtomicBool::new(false);
        let go_on = || !listener.is_stopped() && !is_over.load(Ordering::Relaxed);
        let mut tell = |renewal: sapwood::Result<Renewal>| match Python::attach(|py| told(py, &on_renewal, renewal)) {
            Ok(true) => {}
            Ok(false) => is_over.store(true, Ordering::Relaxed),
            Err(error) => listener.stop(error),
        };
        let outcome = py.detach(|| heeding_signals(&listener, || self.0.watch(&go_on, &mut tell)));
        listener.settle(outcome)
    }

    /// Report of the stored index; raises `NoIndexError`.
    fn index_report<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        to_object(py, &py.detach(|| self.0.index_report()).map_err(to_python)?)
    }

    /// The stored index; raises `NoIndexError`.
    fn index_data(&self, py: Python<'_>) -> PyResult<Index> {
        Index::new(py, py.detach(|| self.0.index_data()).map_err(to_python)?)
    }

    #[pyo3(signature = (query, k = 10))]
    fn search_words<'py>(&self, py: Python<'py>, query: &str, k: usize) -> PyResult<Bound<'py, PyAny>> {
        to_object(py, &py.detach(|| self.0.search_words(query, k)).map_err(to_python)?)
    }

    /// Functions like the one at a line of an indexed file, which is left out itself.
    #[pyo3(signature = (file, line, k = 10))]
    fn search_at<'py>(&self, py: Python<'py>, file: &str, line: u32, k: usize) -> PyResult<Bound<'py, PyAny>> {
        to_object(py, &py.detach(|| self.0.search_at(file, line, k)).map_err(to_python)?)
    }

    #[pyo3(signature = (code, language = "python", k = 10))]
    fn search_code<'py>(&self, py: Python<'py>, code: &str, language: &str, k: usize) -> PyResult<Bound<'py, PyAny>> {
        let language = Language::from_name(language).map_err(to_python)?;
        to_object(py, &py.detach(|| self.0.search_code(code, language, k)).map_err(to_python)?)
    }

    /// Why searches by example and by place go without learned vectors although a version serves; None where all is well.
    fn vectors_problem(&self, py: Python<'_>) -> PyResult<Option<String>> {
        let problem = py.detach(|| self.0.vectors_problem()).map_err(to_python)?;
        Ok(problem.map(|error| error.to_string()))
    }

    /// (n, 4096): signed hashing of terms weighted as in the stored index, L2-normalised.
    #[pyo3(signature = (texts, language = "python"))]
    fn structure_vectors<'py>(
        &self,
        py: Python<'py>,
        texts: Vec<String>,
        language: &str,
    ) -> PyResult<Bound<'py, PyArray2<f32>>> {
        let language = Language::from_name(language).map_err(to_python)?;
        let vectors = py.detach(|| self.0.structure_vectors(&texts, language)).map_err(to_python)?;
        moved_matrix(py, vectors, HASHED_DIMENSIONS)
    }

    /// The text where the indexed file at `path` stands; None where it stands alone.
    #[pyo3(signature = (code, path, language = "python", hops = 3))]
    fn place(
        &self,
        py: Python<'_>,
        code: &str,
        path: &str,
        language: &str,
        hops: usize,
    ) -> PyResult<Option<PlacedText>> {
        let language = Language::from_name(language).map_err(to_python)?;
        let placed = py.detach(|| self.0.place(code, path, language, hops)).map_err(to_python)?;
        placed.map(|placed| PlacedText::new(py, placed)).transpose()
    }
}

/// Passes a renewal on; whether there shall be more.
fn told(py: Python<'_>, on_renewal: &Py<PyAny>, renewal: sapwood::Result<Renewal>) -> PyResult<bool> {
    let told = match renewal {
        Ok(renewal) => to_object(py, &renewal)?,
        Err(error) => to_python(error).into_value(py).into_bound(py).into_any(),
    };
    let answer = on_renewal.bind(py).call1((told,))?;
    Ok(answer.is_none() || answer.is_truthy()?)
}

/// Does work on a thread of its own while this one looks out for signals, which Python hears of on the main thread alone.
fn heeding_signals<T: Send>(listener: &Listener, work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        let (working, done) = channel::<()>();
        let task = scope.spawn(move || {
            let _working = working;
            work()
        });
        while done.recv_timeout(BETWEEN_EVENTS) == Err(RecvTimeoutError::Timeout) {
            listener.heed_signals();
        }
        task.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

/// A Python callable that hears of progress, from any thread.
pub(crate) struct Listener {
    callable: Option<Py<PyAny>>,
    state: Mutex<State>,
}

struct State {
    last: Option<Instant>,
    raised: Option<PyErr>,
}

impl Listener {
    pub(crate) fn new(callable: Option<Py<PyAny>>) -> Self {
        Self { callable, state: Mutex::new(State { last: None, raised: None }) }
    }

    /// Passes progress on. False, an exception or Ctrl-C ends the work.
    pub(crate) fn hear(&self, progress: Progress) -> ControlFlow<()> {
        if self.is_stopped() {
            return ControlFlow::Break(());
        }
        if !self.is_due(progress.files == progress.total_files) {
            return ControlFlow::Continue(());
        }
        match Python::attach(|py| self.call(py, progress)) {
            Ok(true) => ControlFlow::Continue(()),
            Ok(false) => ControlFlow::Break(()),
            Err(error) => {
                self.stop(error);
                ControlFlow::Break(())
            }
        }
    }

    /// Lets a signal's handler run; what it raises ends the work.
    fn heed_signals(&self) {
        if let Some(error) = Python::attach(|py| py.check_signals().err()) {
            self.stop(error);
        }
    }

    fn stop(&self, error: PyErr) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).raised.get_or_insert(error);
    }

    fn is_stopped(&self) -> bool {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).raised.is_some()
    }

    /// The outcome, or the exception that ended the work.
    pub(crate) fn settle<T>(self, outcome: sapwood::Result<T>) -> PyResult<T> {
        match self.state.into_inner().unwrap_or_else(PoisonError::into_inner).raised {
            Some(error) => Err(error),
            None => outcome.map_err(to_python),
        }
    }

    /// Whether it is time to speak; the lock is let go before Python is called.
    fn is_due(&self, is_last: bool) -> bool {
        if self.callable.is_none() {
            return false;
        }
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let due = is_last || state.last.is_none_or(|last| last.elapsed() >= BETWEEN_EVENTS);
        if due {
            state.last = Some(Instant::now());
        }
        due
    }

    fn call(&self, py: Python<'_>, progress: Progress) -> PyResult<bool> {
        py.check_signals()?;
        let Some(callable) = &self.callable else { return Ok(true) };
        let answer = callable.bind(py).call1((progress.files, progress.total_files, progress.bytes))?;
        Ok(answer.is_none() || answer.is_truthy()?)
    }
}
