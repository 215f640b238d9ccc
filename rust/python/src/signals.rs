//! The host's handler of Ctrl-C, kept through the start of an interpreter.

#![allow(unsafe_code, reason = "signal handlers have only a C interface")]

/// What the process does on SIGINT.
#[cfg(unix)]
pub(crate) struct InterruptHandler(Option<libc::sigaction>);

#[cfg(unix)]
impl InterruptHandler {
    /// Notes the present handler.
    pub(crate) fn save() -> Self {
        let mut action = std::mem::MaybeUninit::<libc::sigaction>::uninit();
        // SAFETY: with no new action this only fills the old one, fully where it returns 0.
        let status = unsafe { libc::sigaction(libc::SIGINT, std::ptr::null(), action.as_mut_ptr()) };
        // SAFETY: filled where the status says so.
        Self((status == 0).then(|| unsafe { action.assume_init() }))
    }

    /// Puts the noted handler back.
    pub(crate) fn restore(self) {
        if let Some(action) = self.0 {
            // SAFETY: the action is one that the system gave us.
            unsafe { libc::sigaction(libc::SIGINT, &raw const action, std::ptr::null_mut()) };
        }
    }
}

/// Elsewhere an isolated interpreter leaves the console's handler alone.
#[cfg(not(unix))]
pub(crate) struct InterruptHandler;

#[cfg(not(unix))]
impl InterruptHandler {
    pub(crate) fn save() -> Self {
        Self
    }

    pub(crate) fn restore(self) {}
}
