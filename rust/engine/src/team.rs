//! Threads that kernels work with.

use std::num::NonZeroUsize;

use rayon::ThreadPool;
use sapwood_nn::{Alone, Task, Team};

use crate::error::{EngineError, Result};

/// A fixed number of threads, kept between calls.
#[derive(Debug)]
pub struct Threads {
    count: NonZeroUsize,
    /// None where the caller's own thread is enough.
    pool: Option<ThreadPool>,
}

/// The threads of the pool that the call runs in.
struct Lent(NonZeroUsize);

impl Team for Lent {
    fn size(&self) -> NonZeroUsize {
        self.0
    }

    fn run(&self, mut tasks: Vec<Task<'_>>) {
        let own = tasks.pop();
        rayon::scope(|scope| {
            for task in tasks {
                scope.spawn(|_| task());
            }
            if let Some(own) = own {
                own();
            }
        });
    }
}

impl Threads {
    /// Starts the threads; one is the caller's own.
    ///
    /// # Errors
    /// [`EngineError::BadInput`] where the system does not start as many.
    pub fn new(count: NonZeroUsize) -> Result<Self> {
        let start = || rayon::ThreadPoolBuilder::new().num_threads(count.get()).build();
        let refused = |error| EngineError::BadInput {
            message: format!("{count} threads could not be started ({error}); ask for fewer"),
        };
        let pool = (count.get() > 1).then(start).transpose().map_err(refused)?;
        Ok(Self { count, pool })
    }

    /// How many there are.
    pub fn count(&self) -> NonZeroUsize {
        self.count
    }

    /// Runs something that works with these threads.
    pub fn lend<R: Send>(&self, run: impl FnOnce(&dyn Team) -> R + Send) -> R {
        match &self.pool {
            Some(pool) => pool.install(|| run(&Lent(self.count))),
            None => run(&Alone),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;

    use super::*;

    #[test]
    fn every_task_is_run_and_tasks_run_at_the_same_time() {
        let threads = Threads::new(NonZeroUsize::new(2).unwrap()).unwrap();
        let (mut places, meeting) = ([0; 2], Barrier::new(2));
        threads.lend(|team| {
            let task = |(number, place): (usize, &'_ mut usize)| {
                *place = number + 1;
                meeting.wait();
            };
            let tasks = places.iter_mut().enumerate().map(|pair| -> Task<'_> { Box::new(move || task(pair)) });
            team.run(tasks.collect());
        });
        assert_eq!(places, [1, 2]);
    }
}
