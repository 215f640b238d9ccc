//! The tree model's training pass: arrays of float32 or float64 in, written in place.

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};

use numpy::{Element, PyArrayDyn, PyReadonlyArray1, PyReadonlyArrayDyn, PyReadwriteArrayDyn, PyUntypedArrayMethods};
use pyo3::prelude::*;
use sapwood::team::Threads;
use sapwood_nn::{ForestColumns, ForestView, NnError, Real, TreeResults, TreeSizes, TreeTape, TreeWeights};

use crate::errors::{bad_input, to_python};

/// Weights, or gradients of them: embedding, input, recurrent i-o-u, recurrent f, bias, output, output's bias.
type Weights<'py> = [Bound<'py, PyAny>; 7];
/// Outputs, mean states, states of statements.
type Results<'py> = [Bound<'py, PyAny>; 3];

/// Threads and buffers of the tree model's training on the CPU.
#[pyclass(frozen, module = "sapwood._core")]
pub(crate) struct TreeKernels(Arc<Shared>);

struct Shared {
    threads: Threads,
    /// Tapes that no pass holds.
    single: Mutex<Vec<TreeTape<f32>>>,
    double: Mutex<Vec<TreeTape<f64>>>,
}

/// A forward pass that waits for its backward pass. Its buffers go back when it is let go.
#[pyclass(frozen, module = "sapwood._core")]
pub(crate) struct TreePass {
    shared: Arc<Shared>,
    /// None while a call uses it.
    tape: Mutex<Option<Tape>>,
}

enum Tape {
    Single(TreeTape<f32>),
    Double(TreeTape<f64>),
}

#[pymethods]
impl TreeKernels {
    #[new]
    fn new(threads: usize) -> PyResult<Self> {
        let count = NonZeroUsize::new(threads).ok_or_else(|| bad_input("threads must be at least 1"))?;
        let threads = Threads::new(count).map_err(to_python)?;
        Ok(Self(Arc::new(Shared { threads, single: Mutex::default(), double: Mutex::default() })))
    }

    #[getter]
    fn threads(&self) -> usize {
        self.0.threads.count().get()
    }

    /// Copies of a model have threads of their own.
    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> (Bound<'py, PyAny>, (usize,)) {
        (slf.get_type().into_any(), (slf.get().threads(),))
    }

    /// Encodes a forest: reads `weights`, writes `results`.
    fn forward(
        &self,
        py: Python<'_>,
        weights: Weights<'_>,
        forest: &Bound<'_, PyAny>,
        results: Results<'_>,
    ) -> PyResult<TreePass> {
        let shared = &self.0;
        let tape = if is_single(&weights[0]) {
            Tape::Single(forward(py, shared, take(&shared.single), weights, forest, results)?)
        } else {
            Tape::Double(forward(py, shared, take(&shared.double), weights, forest, results)?)
        };
        Ok(TreePass { shared: shared.clone(), tape: Mutex::new(Some(tape)) })
    }
}

#[pymethods]
impl TreePass {
    /// Writes the gradients of all weights, from gradients of the results or None.
    fn backward(
        &self,
        py: Python<'_>,
        weights: Weights<'_>,
        results: [Option<Bound<'_, PyAny>>; 3],
        gradients: Weights<'_>,
    ) -> PyResult<()> {
        let in_use = || bad_input("a backward pass runs on these states already; wait for it");
        let mut tape = lock(&self.tape).take().ok_or_else(in_use)?;
        let run = match &mut tape {
            Tape::Single(tape) => backward(py, &self.shared, tape, weights, results, gradients),
            Tape::Double(tape) => backward(py, &self.shared, tape, weights, results, gradients),
        };
        *lock(&self.tape) = Some(tape);
        run
    }
}

impl Drop for TreePass {
    fn drop(&mut self) {
        match lock(&self.tape).take() {
            Some(Tape::Single(tape)) => lock(&self.shared.single).push(tape),
            Some(Tape::Double(tape)) => lock(&self.shared.double).push(tape),
            None => {}
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn take<T: Real>(spare: &Mutex<Vec<TreeTape<T>>>) -> TreeTape<T> {
    lock(spare).pop().unwrap_or_default()
}

fn is_single(array: &Bound<'_, PyAny>) -> bool {
    array.cast::<PyArrayDyn<f32>>().is_ok()
}

fn forward<T: Real + Element>(
    py: Python<'_>,
    shared: &Shared,
    mut tape: TreeTape<T>,
    weights: Weights<'_>,
    forest: &Bound<'_, PyAny>,
    results: Results<'_>,
) -> PyResult<TreeTape<T>> {
    let weights = readable::<T, 7>(&weights)?;
    let mut results = writable::<T, 3>(&results)?;
    let forest = ForestArrays::of(forest)?;
    let sizes = sizes(&weights)?;
    let weights = weight_views(slices(&weights)?);
    let [outputs, means, statements] = slices_mut(&mut results)?;
    let results = TreeResults { outputs, means, statements };
    let columns = forest.columns()?;
    let run = || {
        let forest = ForestView::new(columns)?;
        shared.threads.lend(|team| tape.forward(sizes, &weights, forest, results, team))
    };
    py.detach(run).map_err(refused)?;
    Ok(tape)
}

fn backward<T: Real + Element>(
    py: Python<'_>,
    shared: &Shared,
    tape: &mut TreeTape<T>,
    weights: Weights<'_>,
    results: [Option<Bound<'_, PyAny>>; 3],
    gradients: Weights<'_>,
) -> PyResult<()> {
    let weights = readable::<T, 7>(&weights)?;
    let weights = weight_views(slices(&weights)?);
    let given = results.each_ref().map(|result| result.as_ref().map(readable_one::<T>).transpose());
    let [outputs, means, statements] = given;
    let (outputs, means, statements) = (outputs?, means?, statements?);
    let results = TreeResults {
        outputs: slice_or_nothing(outputs.as_ref())?,
        means: slice_or_nothing(means.as_ref())?,
        statements: slice_or_nothing(statements.as_ref())?,
    };
    let mut gradients = writable::<T, 7>(&gradients)?;
    let gradients = weight_views(slices_mut(&mut gradients)?);
    let run = || shared.threads.lend(|team| tape.backward(&weights, results, gradients, team));
    py.detach(run).map_err(refused)
}

/// A token beyond the vocabulary is that; anything else is a mistake in the arguments.
fn refused(error: NnError) -> PyErr {
    if matches!(error, NnError::OutOfRange { .. }) { to_python(error) } else { bad_input(error.to_string()) }
}

/// The widths that the shapes of the weights say.
fn sizes<T: Element>(weights: &[PyReadonlyArrayDyn<'_, T>; 7]) -> PyResult<TreeSizes> {
    match (weights[0].shape(), weights[3].shape(), weights[6].shape()) {
        (&[vocabulary, embedding], &[hidden, _], &[output]) => Ok(TreeSizes { vocabulary, embedding, hidden, output }),
        _ => Err(bad_input("the weights do not have the shapes of a tree model; give them in its order")),
    }
}

fn weight_views<V>(weights: [V; 7]) -> TreeWeights<V> {
    let [embedding, weight_x, weight_h_iou, weight_h_f, bias, output_weight, output_bias] = weights;
    TreeWeights { embedding, weight_x, weight_h_iou, weight_h_f, bias, output_weight, output_bias }
}

fn not_this(error: impl std::fmt::Display) -> PyErr {
    bad_input(format!("arrays must be C-contiguous, all of float32 or all of float64 ({error})"))
}

fn readable_one<'py, T: Element>(array: &Bound<'py, PyAny>) -> PyResult<PyReadonlyArrayDyn<'py, T>> {
    array.extract().map_err(not_this)
}

fn readable<'py, T: Element, const N: usize>(
    arrays: &[Bound<'py, PyAny>; N],
) -> PyResult<[PyReadonlyArrayDyn<'py, T>; N]> {
    collected(arrays.iter().map(readable_one))
}

fn writable<'py, T: Element, const N: usize>(
    arrays: &[Bound<'py, PyAny>; N],
) -> PyResult<[PyReadwriteArrayDyn<'py, T>; N]> {
    collected(arrays.iter().map(|array| array.extract().map_err(not_this)))
}

fn slices<'a, T: Element, const N: usize>(arrays: &'a [PyReadonlyArrayDyn<'_, T>; N]) -> PyResult<[&'a [T]; N]> {
    collected(arrays.iter().map(|array| array.as_slice().map_err(not_this)))
}

fn slices_mut<'a, T: Element, const N: usize>(
    arrays: &'a mut [PyReadwriteArrayDyn<'_, T>; N],
) -> PyResult<[&'a mut [T]; N]> {
    collected(arrays.iter_mut().map(|array| array.as_slice_mut().map_err(not_this)))
}

fn slice_or_nothing<'a, T: Element>(array: Option<&'a PyReadonlyArrayDyn<'_, T>>) -> PyResult<&'a [T]> {
    array.map_or(Ok(&[]), |array| array.as_slice().map_err(not_this))
}

/// As many items as the array has places.
fn collected<V, const N: usize>(items: impl Iterator<Item = PyResult<V>>) -> PyResult<[V; N]> {
    let items: Vec<V> = items.collect::<PyResult<_>>()?;
    items.try_into().map_err(|_| bad_input("a number of arrays is missing"))
}

/// Columns of a forest, kept alive.
struct ForestArrays<'py>([PyReadonlyArray1<'py, u32>; 11]);

/// In the order of [`ForestArrays::columns`].
const COLUMNS: [&str; 11] = [
    "level_ends",
    "entry",
    "child_indptr",
    "children",
    "entry_indptr",
    "entry_tokens",
    "pool_indptr",
    "pool_nodes",
    "pool_counts",
    "statement_indptr",
    "statement_nodes",
];

impl<'py> ForestArrays<'py> {
    /// From anything that has a forest's columns.
    fn of(forest: &Bound<'py, PyAny>) -> PyResult<Self> {
        let column = |name: &&str| {
            let array = forest.getattr(*name)?;
            array.extract().map_err(|error| bad_input(format!("the column `{name}` must be uint32 ({error})")))
        };
        collected(COLUMNS.iter().map(column)).map(Self)
    }

    fn columns(&self) -> PyResult<ForestColumns<'_>> {
        let [level_ends, entry, child_indptr, children, entry_indptr, entry_tokens, rest @ ..] =
            collected::<_, 11>(self.0.iter().map(|array| array.as_slice().map_err(not_this)))?;
        let [pool_indptr, pool_nodes, pool_counts, statement_indptr, statement_nodes] = rest;
        Ok(ForestColumns {
            level_ends,
            entry,
            child_indptr,
            children,
            entry_indptr,
            entry_tokens,
            pool_indptr,
            pool_nodes,
            pool_counts,
            statement_indptr,
            statement_nodes,
        })
    }
}
