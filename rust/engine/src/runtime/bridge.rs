//! The one interpreter of this process, and the thread that owns it.

#![allow(unsafe_code, reason = "libpython and the extension are opened at run time, and called by their C functions")]

use std::ffi::c_void;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, OnceLock, PoisonError};

use libloading::Library;

use super::abi::{self, Buffer};
use super::{Cancel, Environment};
use crate::error::{EngineError, Result};
use crate::messages::{Event, Failure, Response};

/// torch's compilers recurse deeply; the default of a thread (2 MB) is too little for them.
const STACK_BYTES: usize = 64 << 20;

/// A handle to the interpreter's thread.
pub(super) struct Interpreter {
    executable: PathBuf,
    jobs: Mutex<Sender<Job>>,
}

struct Job {
    request: String,
    cancel: Cancel,
    messages: Sender<Message>,
}

enum Message {
    Event(String),
    Done(Result<String>),
}

/// CPython allows one interpreter a process, so this is process-wide by nature.
static INTERPRETER: OnceLock<Interpreter> = OnceLock::new();
static STARTING: Mutex<()> = Mutex::new(());

/// The interpreter of the environment; started if none runs.
pub(super) fn interpreter(environment: &Environment) -> Result<&'static Interpreter> {
    let _one_at_a_time = STARTING.lock().unwrap_or_else(PoisonError::into_inner);
    if INTERPRETER.get().is_none() {
        let _ = INTERPRETER.set(Interpreter::start(environment)?);
    }
    match INTERPRETER.get() {
        Some(running) if running.executable == environment.executable => Ok(running),
        Some(running) => Err(EngineError::OtherInterpreter {
            running: running.executable.clone(),
            asked: environment.executable.clone(),
        }),
        None => Err(EngineError::InterpreterGone),
    }
}

impl Interpreter {
    fn start(environment: &Environment) -> Result<Self> {
        let (jobs, inbox) = channel::<Job>();
        let (started, outcome) = channel();
        let environment_of_thread = environment.clone();
        std::thread::Builder::new()
            .name("sapwood-python".to_owned())
            .stack_size(STACK_BYTES)
            .spawn(move || own_interpreter(&environment_of_thread, &started, &inbox))
            .map_err(|error| EngineError::InterpreterStart { reason: error.to_string() })?;
        outcome.recv().map_err(|_| EngineError::InterpreterGone)??;
        Ok(Self { executable: environment.executable.clone(), jobs: Mutex::new(jobs) })
    }

    /// Sends a request and hands its events over until the response is there.
    pub(super) fn call(&self, request: String, on_event: &mut dyn FnMut(Event), cancel: &Cancel) -> Result<String> {
        let (messages, inbox) = channel();
        let job = Job { request, cancel: cancel.clone(), messages };
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner).send(job).map_err(|_| EngineError::InterpreterGone)?;
        loop {
            match inbox.recv().map_err(|_| EngineError::InterpreterGone)? {
                Message::Done(response) => return response,
                Message::Event(text) => {
                    let event = serde_json::from_str(&text)
                        .map_err(|error| EngineError::Message { what: error.to_string() })?;
                    on_event(event);
                }
            }
        }
    }
}

fn own_interpreter(environment: &Environment, started: &Sender<Result<()>>, inbox: &Receiver<Job>) {
    let extension = match Extension::open(environment).and_then(|found| found.start(&environment.executable)) {
        Ok(extension) => extension,
        Err(error) => {
            let _ = started.send(Err(error));
            return;
        }
    };
    let _ = started.send(Ok(()));
    for job in inbox {
        let response = extension.call(&job);
        let _ = job.messages.send(Message::Done(response));
    }
}

/// The C functions of the environment's extension. The libraries stay open for the life of the process.
struct Extension {
    start: abi::Start,
    call: abi::Call,
    free: abi::Free,
}

impl Extension {
    fn open(environment: &Environment) -> Result<Self> {
        // SAFETY: the environment's own `python` named this file as its libpython; its initialisers are CPython's.
        let libpython = unsafe { open_global(&environment.libpython) }?;
        // SAFETY: the environment imported this very file in the probe, and its version is that of this engine.
        let extension = unsafe { open_local(&environment.extension) }?;
        // SAFETY: an extension of this engine's version exports these symbols with the types of `abi`.
        let functions = unsafe {
            Self {
                start: symbol(&extension, abi::START)?,
                call: symbol(&extension, abi::CALL)?,
                free: symbol(&extension, abi::FREE)?,
            }
        };
        // Neither may be closed: the interpreter lives in them until the process ends.
        std::mem::forget(libpython);
        std::mem::forget(extension);
        Ok(functions)
    }

    fn start(self, executable: &Path) -> Result<Self> {
        let path = executable.to_str().ok_or_else(|| EngineError::InterpreterStart {
            reason: format!("the path {} is not UTF-8", executable.display()),
        })?;
        // SAFETY: pointer and length are those of a live string.
        let failure = unsafe { (self.start)(path.as_ptr(), path.len()) };
        match self.take(failure)? {
            None => Ok(self),
            Some(text) => Err(start_failure(&text)),
        }
    }

    fn call(&self, job: &Job) -> Result<String> {
        let user_data = std::ptr::from_ref(job).cast_mut().cast::<c_void>();
        // SAFETY: the request and the job outlive the call; `forward_event` reads the job as what it is. This is the thread
        // that started the interpreter.
        let answer = unsafe { (self.call)(job.request.as_ptr(), job.request.len(), forward_event, user_data) };
        self.take(answer)?.ok_or(EngineError::InterpreterGone)
    }

    /// Copies a buffer's text and gives the buffer back.
    fn take(&self, buffer: Buffer) -> Result<Option<String>> {
        if buffer.data.is_null() {
            return Ok(None);
        }
        // SAFETY: the extension returned this pointer and length, and keeps the bytes until they are given back.
        let bytes = unsafe { std::slice::from_raw_parts(buffer.data, buffer.length) }.to_vec();
        // SAFETY: the buffer came from this extension and is given back once.
        unsafe { (self.free)(buffer) };
        String::from_utf8(bytes).map(Some).map_err(|error| EngineError::Message { what: error.to_string() })
    }
}

fn start_failure(text: &str) -> EngineError {
    match serde_json::from_str(text) {
        Ok(Response::Error(Failure { message, .. })) => EngineError::InterpreterStart { reason: message },
        _ => EngineError::InterpreterStart { reason: text.to_owned() },
    }
}

/// Called by the extension while a request runs.
///
/// # Safety
/// `event` and `length` describe live bytes, and `user_data` is the [`Job`] of the running call.
unsafe extern "C" fn forward_event(event: *const u8, length: usize, user_data: *mut c_void) -> u8 {
    // SAFETY: promised by the caller.
    let (bytes, job) = unsafe { (std::slice::from_raw_parts(event, length), &*user_data.cast::<Job>()) };
    let text = String::from_utf8_lossy(bytes).into_owned();
    let heard = job.messages.send(Message::Event(text)).is_ok();
    u8::from(heard && !job.cancel.is_cancelled())
}

/// Opens a library so that those opened later see its symbols: torch's and numpy's extensions need libpython's.
///
/// # Safety
/// As [`Library::new`]: the file's initialisers run.
unsafe fn open_global(path: &Path) -> Result<Library> {
    #[cfg(unix)]
    // SAFETY: promised by the caller.
    let library = unsafe {
        use libloading::os::unix::{Library as UnixLibrary, RTLD_GLOBAL, RTLD_NOW};
        UnixLibrary::open(Some(path), RTLD_NOW | RTLD_GLOBAL).map(Library::from)
    };
    #[cfg(not(unix))]
    // SAFETY: promised by the caller.
    let library = unsafe { Library::new(path) };
    library.map_err(|error| open_failure(path, &error))
}

/// Opens a library whose symbols stay its own.
///
/// # Safety
/// As [`Library::new`]: the file's initialisers run.
unsafe fn open_local(path: &Path) -> Result<Library> {
    // SAFETY: promised by the caller.
    unsafe { Library::new(path) }.map_err(|error| open_failure(path, &error))
}

fn open_failure(path: &Path, error: &libloading::Error) -> EngineError {
    EngineError::InterpreterStart { reason: format!("{} cannot be opened: {error}", path.display()) }
}

/// # Safety
/// The symbol must have the type `T`.
unsafe fn symbol<T: Copy>(library: &Library, name: &'static str) -> Result<T> {
    // SAFETY: promised by the caller.
    let found = unsafe { library.get::<T>(name.as_bytes()) };
    found.map(|symbol| *symbol).map_err(|error| EngineError::InterpreterStart {
        reason: format!("the extension does not export `{name}`: {error}"),
    })
}
