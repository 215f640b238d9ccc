//! Who works at the parts of a pass: this crate starts no thread, its host may.

use std::num::NonZeroUsize;
use std::ops::Range;

use crate::denormals::Flushed;
use crate::error::Result;

/// One part of a step; the parts of a step touch different memory.
pub type Task<'t> = Box<dyn FnOnce() + Send + 't>;

/// Threads that a host lends for the time of a call.
///
/// What is computed depends on [`Self::size`], into which steps are cut, and not on who takes which part when.
pub trait Team: Sync {
    /// Into how many parts a step is cut.
    fn size(&self) -> NonZeroUsize;

    /// Runs all tasks, at the same time or one after the other, and returns when all are done.
    fn run(&self, tasks: Vec<Task<'_>>);
}

/// The calling thread alone.
#[derive(Debug, Clone, Copy, Default)]
pub struct Alone;

impl Team for Alone {
    fn size(&self) -> NonZeroUsize {
        NonZeroUsize::MIN
    }

    fn run(&self, tasks: Vec<Task<'_>>) {
        for task in tasks {
            task();
        }
    }
}

/// A task that may fail.
pub(crate) type Work<'t> = Box<dyn FnOnce() -> Result<()> + Send + 't>;

/// Runs all work with denormal numbers flushed to zero, a single piece on the calling thread.
pub(crate) fn share(team: &dyn Team, mut work: Vec<Work<'_>>) -> Result<()> {
    let run = |piece: Work<'_>| {
        let _flushed = Flushed::new();
        piece()
    };
    if work.len() == 1 {
        return work.pop().map_or(Ok(()), run);
    }
    let mut results = vec![Ok(()); work.len()];
    let mut tasks: Vec<Task<'_>> = Vec::with_capacity(work.len());
    for (piece, result) in work.into_iter().zip(&mut results) {
        tasks.push(Box::new(move || *result = run(piece)));
    }
    team.run(tasks);
    results.into_iter().collect()
}

/// Cuts rows into one part a member, fewer where a part would have less than `least` rows.
pub(crate) fn parts(rows: Range<usize>, team: &dyn Team, least: usize) -> impl Iterator<Item = Range<usize>> {
    let count = team.size().get().min(rows.len() / least.max(1)).max(1);
    let (start, length) = (rows.start, rows.len());
    (0..count).map(move |part| start + part * length / count..start + (part + 1) * length / count)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Of(usize);

    impl Team for Of {
        fn size(&self) -> NonZeroUsize {
            NonZeroUsize::new(self.0).unwrap()
        }

        fn run(&self, tasks: Vec<Task<'_>>) {
            Alone.run(tasks);
        }
    }

    #[test]
    fn parts_cover_the_rows_in_order() {
        for (rows, size, least) in [(3..3, 2, 1), (0..1, 4, 1), (5..105, 3, 8), (0..15, 2, 8), (0..16, 2, 8)] {
            let found: Vec<Range<usize>> = parts(rows.clone(), &Of(size), least).collect();
            assert!(found.len() == 1 || found.iter().all(|part| part.len() >= least), "{found:?}");
            assert_eq!(found.into_iter().flatten().collect::<Vec<_>>(), rows.collect::<Vec<_>>());
        }
    }
}
