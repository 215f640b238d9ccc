//! How often a window hears of progress.

use std::ops::ControlFlow;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use sapwood::index::Progress;
use tauri::ipc::Channel;

/// Least time between two messages: a window draws no faster than people see.
const INTERVAL: Duration = Duration::from_millis(50);

/// Sends progress to a window, in order and at most 20 times a second; the last one always.
pub(crate) struct Reporter<'a> {
    channel: &'a Channel<Progress>,
    sent: Mutex<Option<(Instant, u64)>>,
}

impl<'a> Reporter<'a> {
    pub(crate) fn new(channel: &'a Channel<Progress>) -> Self {
        Self { channel, sent: Mutex::new(None) }
    }

    /// Breaks when the window is gone.
    pub(crate) fn report(&self, progress: Progress) -> ControlFlow<()> {
        let mut sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        if !is_due(*sent, progress) {
            return ControlFlow::Continue(());
        }
        *sent = Some((Instant::now(), progress.files));
        // The lock is held: messages of several threads must not overtake one another.
        if self.channel.send(progress).is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    }
}

fn is_due(sent: Option<(Instant, u64)>, progress: Progress) -> bool {
    sent.is_none_or(|(at, files)| {
        progress.files > files && (at.elapsed() >= INTERVAL || progress.files == progress.total_files)
    })
}
