//! What is made of any bytes breaks nothing.

#![no_main]

#[path = "../../tests/rust/support/columns.rs"]
mod columns;
mod language;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    // Refused is fine; a panic is not.
    let _ = columns::extract(*language::LANGUAGE, bytes);
});
