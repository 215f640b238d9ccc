//! What the extension exports and the engine calls. Both sides share these definitions, and the engine refuses an
//! extension of another version, so that they cannot drift.

use std::ffi::c_void;

/// Bytes that the extension owns until [`FREE`] is called with them.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct Buffer {
    /// First byte; null for no bytes.
    pub data: *mut u8,
    /// Number of bytes.
    pub length: usize,
}

impl Buffer {
    /// No bytes.
    pub const NONE: Self = Self { data: std::ptr::null_mut(), length: 0 };
}

/// Receives an event as UTF-8 JSON; returns 0 to cancel the request.
pub type EventCallback = unsafe extern "C" fn(event: *const u8, length: usize, user_data: *mut c_void) -> u8;

/// Starts the interpreter whose UTF-8 executable path is given; returns nothing, or a failure as JSON.
pub type Start = unsafe extern "C" fn(executable: *const u8, length: usize) -> Buffer;

/// Handles a UTF-8 JSON request and returns the JSON response. To be called on the thread that started the interpreter.
pub type Call =
    unsafe extern "C" fn(request: *const u8, length: usize, on_event: EventCallback, user_data: *mut c_void) -> Buffer;

/// Gives a buffer back.
pub type Free = unsafe extern "C" fn(buffer: Buffer);

/// Symbol of [`Start`].
pub const START: &str = "sapwood_python_start";
/// Symbol of [`Call`].
pub const CALL: &str = "sapwood_python_call";
/// Symbol of [`Free`].
pub const FREE: &str = "sapwood_python_free";
