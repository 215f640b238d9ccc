//! Ctrl-C stays the host's. A program of its own, because the handler is one a process.

#![cfg(unix)]
#![allow(unsafe_code, reason = "signal handlers have only a C interface")]

use std::io::Write as _;
use std::path::Path;

use sapwood::messages::Request;
use sapwood::runtime::{Cancel, Environment, PythonRuntime, Runtime as _};

#[test]
fn starting_the_interpreter_leaves_the_handler_of_interrupts() {
    let Some(python) = std::env::var_os("SAPWOOD_PYTHON") else {
        let _ = writeln!(std::io::stderr(), "skipped: set SAPWOOD_PYTHON to an environment's python");
        return;
    };
    // Importing `signal` takes the handler where it is the default one.
    // SAFETY: sets a handler that the system provides.
    unsafe { libc::signal(libc::SIGINT, libc::SIG_DFL) };
    let runtime = PythonRuntime::new(Environment::probe(Path::new(&python)).unwrap());
    runtime.call(&Request::Ping {}, &mut |_| {}, &Cancel::new()).unwrap();
    assert_eq!(handler(), libc::SIG_DFL);
}

fn handler() -> libc::sighandler_t {
    let mut action = std::mem::MaybeUninit::<libc::sigaction>::zeroed();
    // SAFETY: without a new action this only fills the old one, and all zeros are a valid one before.
    unsafe {
        libc::sigaction(libc::SIGINT, std::ptr::null(), action.as_mut_ptr());
        action.assume_init().sa_sigaction
    }
}
