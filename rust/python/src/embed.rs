//! The C functions by which a Rust host starts an interpreter with this very file in it.
//!
//! See `sapwood::runtime::abi` for their types. Nothing may unwind into the host: each body runs under `catch_unwind`.

#![allow(unsafe_code, reason = "C functions take raw pointers, and starting an interpreter has only a C interface")]

use std::ffi::{CStr, CString, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};

use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::PyCFunction;
use sapwood::messages::{Failure, Response};
use sapwood::runtime::abi::{Buffer, EventCallback};

use crate::signals::InterruptHandler;

/// Starts an isolated interpreter whose `sys.executable` is the path given. A running interpreter is left as it is.
///
/// # Safety
/// `executable` and `length` must describe live UTF-8 bytes.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn sapwood_python_start(executable: *const u8, length: usize) -> Buffer {
    let outcome = catch_unwind(|| {
        // SAFETY: promised by the caller.
        let path = unsafe { std::slice::from_raw_parts(executable, length) };
        let path = CString::new(path).map_err(|_| "the path holds a NUL byte".to_owned())?;
        start(&path)
    });
    match outcome {
        Ok(Ok(())) => Buffer::NONE,
        Ok(Err(message)) => failure("environment", message, None),
        Err(_) => failure("internal", "the start of the interpreter panicked".to_owned(), None),
    }
}

/// Hands a request to `sapwood.runtime.handle` and returns its response.
///
/// # Safety
/// `request` and `length` must describe live UTF-8 bytes, `on_event` must accept `user_data` until this returns, and this
/// must be the thread that started the interpreter.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn sapwood_python_call(
    request: *const u8,
    length: usize,
    on_event: EventCallback,
    user_data: *mut c_void,
) -> Buffer {
    let listener = Listener { on_event, user_data: user_data as usize };
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        // SAFETY: promised by the caller.
        let bytes = unsafe { std::slice::from_raw_parts(request, length) };
        let request = String::from_utf8_lossy(bytes);
        Python::attach(|py| handle(py, &request, listener).unwrap_or_else(|error| python_failure(py, &error)))
    }));
    outcome.unwrap_or_else(|_| failure("internal", "the request panicked".to_owned(), None))
}

/// Gives back a buffer that one of the other functions returned.
///
/// # Safety
/// The buffer must have come from here, and must not be given back twice.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn sapwood_python_free(buffer: Buffer) {
    if buffer.data.is_null() {
        return;
    }
    // SAFETY: `to_buffer` made it of a boxed slice of exactly this length.
    drop(unsafe { Box::from_raw(std::ptr::slice_from_raw_parts_mut(buffer.data, buffer.length)) });
}

fn start(executable: &CStr) -> Result<(), String> {
    // SAFETY: may be called at any time.
    if unsafe { ffi::Py_IsInitialized() } != 0 {
        return Ok(());
    }
    let host = InterruptHandler::save();
    initialise(executable)?;
    let prepared = Python::attach(|py| prepare(py).map_err(|error| error.to_string()));
    host.restore();
    prepared
}

/// What must happen before anything is imported for a request.
fn prepare(py: Python<'_>) -> PyResult<()> {
    // `signal` takes SIGINT when it is first imported: have that done now, then it can be given back to the host.
    py.import("signal")?;
    // torch's threads spin between operations by default. A host has threads of its own: with all cores busy, spinning
    // makes a request tens of times slower. The setting is read when torch is imported.
    py.import("os")?.getattr("environ")?.call_method1("setdefault", ("OMP_WAIT_POLICY", "PASSIVE"))?;
    Ok(())
}

/// Initialises from an isolated configuration, and lets go of the lock that this leaves with the calling thread.
fn initialise(executable: &CStr) -> Result<(), String> {
    let mut config = std::mem::MaybeUninit::<ffi::PyConfig>::uninit();
    // SAFETY: this fills the whole structure.
    unsafe { ffi::PyConfig_InitIsolatedConfig(config.as_mut_ptr()) };
    // SAFETY: filled just now.
    let mut config = unsafe { config.assume_init() };
    let field = &raw mut config.executable;
    // SAFETY: `field` is a string of `config`; the path is a live C string.
    let mut status = unsafe { ffi::PyConfig_SetBytesString(&raw mut config, field, executable.as_ptr()) };
    // SAFETY: reads the status.
    if unsafe { ffi::PyStatus_Exception(status) } == 0 {
        // SAFETY: the configuration is complete, and no interpreter runs.
        status = unsafe { ffi::Py_InitializeFromConfig(&raw const config) };
    }
    // SAFETY: frees the strings of the configuration, which initialisation has copied.
    unsafe { ffi::PyConfig_Clear(&raw mut config) };
    // SAFETY: reads the status.
    if unsafe { ffi::PyStatus_Exception(status) } != 0 {
        return Err(status_message(&status));
    }
    // SAFETY: this thread holds the lock since initialisation; `Python::attach` takes it again when it is needed.
    unsafe { ffi::PyEval_SaveThread() };
    Ok(())
}

fn status_message(status: &ffi::PyStatus) -> String {
    if status.err_msg.is_null() {
        return "the interpreter refused its configuration".to_owned();
    }
    // SAFETY: a status carries a static C string.
    unsafe { CStr::from_ptr(status.err_msg) }.to_string_lossy().into_owned()
}

/// Where events go. The address is kept as a number so that the closure below may be sent; it is used during the call only.
#[derive(Clone, Copy)]
struct Listener {
    on_event: EventCallback,
    user_data: usize,
}

impl Listener {
    fn hear(self, event: &str) -> bool {
        // SAFETY: the caller of `sapwood_python_call` promised that this is fine until that returns, and `handle` closes
        // the gate before it does.
        unsafe { (self.on_event)(event.as_ptr(), event.len(), self.user_data as *mut c_void) != 0 }
    }
}

fn handle(py: Python<'_>, request: &str, listener: Listener) -> PyResult<Buffer> {
    let gate = std::sync::Arc::new(std::sync::Mutex::new(Some(listener)));
    let of_closure = gate.clone();
    let on_event = PyCFunction::new_closure(py, Some(c"on_event"), None, move |arguments, _| -> PyResult<bool> {
        let event: String = arguments.get_item(0)?.extract()?;
        let gate = &of_closure;
        Ok(arguments.py().detach(|| match gate.lock() {
            Ok(listener) => listener.is_some_and(|listener| listener.hear(&event)),
            Err(_) => false,
        }))
    })?;
    let answer = py.import("sapwood.runtime")?.getattr("handle")?.call1((request, on_event));
    // A thread that Python left behind may still hold `on_event`: from here on it hears "cancelled".
    py.detach(|| gate.lock().map(|mut listener| listener.take()).ok());
    Ok(to_buffer(answer?.extract::<String>()?))
}

fn python_failure(py: Python<'_>, error: &PyErr) -> Buffer {
    let value = error.value(py);
    let code =
        value.getattr("code").and_then(|code| code.extract::<String>()).unwrap_or_else(|_| "internal".to_owned());
    let traceback = error.traceback(py).and_then(|traceback| traceback.format().ok());
    failure(&code, value.to_string(), traceback)
}

fn failure(code: &str, message: String, traceback: Option<String>) -> Buffer {
    let response = Response::Error(Failure { code: code.to_owned(), message, traceback });
    to_buffer(serde_json::to_string(&response).unwrap_or_default())
}

fn to_buffer(text: String) -> Buffer {
    let bytes = Box::leak(text.into_bytes().into_boxed_slice());
    Buffer { data: bytes.as_mut_ptr(), length: bytes.len() }
}
