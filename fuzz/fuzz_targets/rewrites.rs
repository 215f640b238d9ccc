//! No rewrite of any text breaks it.

#![no_main]

mod language;
#[path = "../../tests/rust/support/rewrites.rs"]
mod rewrites;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    // What is drawn hangs on the text.
    rewrites::rewrite(*language::LANGUAGE, text, text.len() as u64);
});
