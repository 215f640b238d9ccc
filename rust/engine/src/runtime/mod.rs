//! Where models train and answer.
//!
//! The engine itself knows no Python. A [`Runtime`] takes a request and gives its reply; [`PythonRuntime`] opens an
//! environment's interpreter inside this process at run time, and [`NoRuntime`] says what is missing.

pub mod abi;
mod bridge;
mod environment;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::Value;

pub use environment::Environment;

use crate::error::{EngineError, Result};
use crate::messages::{Event, Request, Response};

/// A switch that ends a running request; clones share it.
#[derive(Debug, Clone, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// A switch that is off.
    pub fn new() -> Self {
        Self::default()
    }

    /// Ends the request at its next event.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether it was switched on.
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Takes requests of [`crate::messages`].
pub trait Runtime: Send + Sync {
    /// Handles a request; blocks until its end. Events are handed over on the calling thread.
    ///
    /// # Errors
    /// What the other side answered, or why it could not be reached.
    fn call(&self, request: &Request, on_event: &mut dyn FnMut(Event), cancel: &Cancel) -> Result<Value>;
}

/// No environment: every request is refused with a sentence that says how to get one.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoRuntime;

impl Runtime for NoRuntime {
    fn call(&self, _: &Request, _: &mut dyn FnMut(Event), _: &Cancel) -> Result<Value> {
        Err(EngineError::NoEnvironment)
    }
}

/// The interpreter of an environment, inside this process. There can be one a process; it starts with the first request
/// and is never finalised.
#[derive(Debug, Clone)]
pub struct PythonRuntime {
    environment: Environment,
}

impl PythonRuntime {
    /// Will open that environment.
    pub fn new(environment: Environment) -> Self {
        Self { environment }
    }
}

impl Runtime for PythonRuntime {
    fn call(&self, request: &Request, on_event: &mut dyn FnMut(Event), cancel: &Cancel) -> Result<Value> {
        if needs_torch(request) && !self.environment.has_torch {
            return Err(EngineError::TorchMissing { python: self.environment.executable.clone() });
        }
        let text = serde_json::to_string(request).map_err(|error| EngineError::Message { what: error.to_string() })?;
        let answer = bridge::interpreter(&self.environment)?.call(text, on_event, cancel)?;
        match serde_json::from_str(&answer).map_err(|error| EngineError::Message { what: error.to_string() })? {
            Response::Ok(reply) => Ok(reply),
            Response::Error(failure) => Err(failure.into()),
        }
    }
}

fn needs_torch(request: &Request) -> bool {
    match request {
        Request::Ping {} => false,
        Request::Embed(embed) => embed.model != crate::messages::Encoder::Structure,
        Request::Train(_) | Request::Analyze(_) => true,
    }
}
