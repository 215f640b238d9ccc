//! The language that a run is about.

use std::sync::LazyLock;

use sapwood_core::Language;

/// Named by `SAPWOOD_FUZZ_LANGUAGE`, else Python: a run is about one, so that its inputs are plain texts.
pub(crate) static LANGUAGE: LazyLock<Language> = LazyLock::new(|| {
    let name = std::env::var("SAPWOOD_FUZZ_LANGUAGE").unwrap_or_else(|_| "python".to_owned());
    Language::from_name(&name).expect("the name of a language")
});
