//! Hearing of changes in folders as they happen.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use notify::event::{EventKind, ModifyKind};
use notify::{Event, RecommendedWatcher, RecursiveMode, Watcher as _};

/// Where the system tells of no changes, some may have happened once so much time has gone by.
const BETWEEN_LOOKS: Duration = Duration::from_secs(2);

/// Hears of changes in some folders, each without those below it.
///
/// What exactly happened is not told: a file may have changed again before anyone looks. Reading a file is no change, and
/// neither is what happens to hidden entries, `.gitignore` apart.
#[derive(Debug)]
pub struct FolderWatch {
    /// None where the system tells of no changes.
    watcher: Option<RecommendedWatcher>,
    /// With the paths of folders that may be followed no longer.
    heard: Receiver<Vec<PathBuf>>,
    followed: BTreeSet<PathBuf>,
    last_look: Instant,
}

impl Default for FolderWatch {
    fn default() -> Self {
        let (sender, heard) = channel();
        let watcher = notify::recommended_watcher(move |event| hear(event, &sender)).ok();
        Self { watcher, heard, followed: BTreeSet::new(), last_look: Instant::now() }
    }
}

impl FolderWatch {
    /// Whether the system tells of no changes here, so that [`Self::wait`] only lets time go by.
    pub fn polls(&self) -> bool {
        self.watcher.is_none()
    }

    /// Follows these folders, and no others any longer. One that is gone is passed over: what holds it has changed.
    pub fn follow(&mut self, folders: &BTreeSet<PathBuf>) {
        let Some(watcher) = &mut self.watcher else { return };
        for gone in self.followed.difference(folders) {
            // The system forgets a folder that was removed by itself.
            let _ = watcher.unwatch(gone);
        }
        self.followed.retain(|folder| folders.contains(folder));
        for folder in folders {
            if self.followed.contains(folder) {
                continue;
            }
            match watcher.watch(folder, RecursiveMode::NonRecursive) {
                Ok(()) => {
                    self.followed.insert(folder.clone());
                }
                Err(error) if is_gone(&error) => {}
                Err(_) => {
                    // There are too many of them, or the file system can't do it.
                    self.watcher = None;
                    return;
                }
            }
        }
    }

    /// Waits at most so long until something changes; whether it did. Where the system tells of no changes, some may
    /// have happened every two seconds.
    pub fn wait(&mut self, timeout: Duration) -> bool {
        if self.polls() {
            std::thread::sleep(timeout);
            let is_due = self.last_look.elapsed() >= BETWEEN_LOOKS;
            if is_due {
                self.last_look = Instant::now();
            }
            return is_due;
        }
        match self.heard.recv_timeout(timeout) {
            Ok(lost) => {
                let more: Vec<PathBuf> = self.heard.try_iter().flatten().collect();
                lost.iter().chain(&more).for_each(|folder| self.forget(folder));
                true
            }
            Err(RecvTimeoutError::Timeout) => false,
            Err(RecvTimeoutError::Disconnected) => {
                self.watcher = None;
                false
            }
        }
    }

    /// A folder that went and came back is another one to the system.
    fn forget(&mut self, folder: &Path) {
        if self.followed.remove(folder)
            && let Some(watcher) = &mut self.watcher
        {
            let _ = watcher.unwatch(folder);
        }
    }
}

fn hear(event: notify::Result<Event>, sender: &Sender<Vec<PathBuf>>) {
    // A failure may hide changes, so it counts as one.
    let event = event.unwrap_or_else(|_| Event::new(EventKind::Any));
    let matters = event.paths.is_empty() || event.paths.iter().any(|path| !is_hidden(path));
    if event.kind.is_access() || !matters {
        return;
    }
    let moved = event.kind.is_remove() || matches!(event.kind, EventKind::Modify(ModifyKind::Name(_)));
    // Nobody listens any longer where the other end is gone.
    let _ = sender.send(if moved { event.paths } else { Vec::new() });
}

fn is_hidden(path: &Path) -> bool {
    let name = path.file_name().map(std::ffi::OsStr::as_encoded_bytes).unwrap_or_default();
    name.starts_with(b".") && name != b".gitignore"
}

fn is_gone(error: &notify::Error) -> bool {
    match &error.kind {
        notify::ErrorKind::PathNotFound => true,
        notify::ErrorKind::Io(error) => error.kind() == std::io::ErrorKind::NotFound,
        _ => false,
    }
}

#[cfg(test)]
mod tests;
