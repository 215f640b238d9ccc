//! Source bytes in, columns out.
//!
//! This crate is pure: it opens no file, starts no thread, reads no clock, and knows nothing of Python, windows or
//! models. The same bytes give the same columns on every machine.
//!
//! | module | turns | into |
//! |---|---|---|
//! | [`syntax`] | bytes | a flat arena of syntax nodes |
//! | [`buffer`] | edits of an open text | its arena and rows, parsed again only where it changed |
//! | [`graph`] | arenas | the project graph |
//! | [`features`] | an arena | one sparse 978-dimensional row a graph node |
//! | [`flow`](mod@flow) | an arena | edges between the occurrences of variables in a function |
//! | [`forest`] | arenas | hash-consed trees with levels, and the canonical form of all languages |
//! | [`guess`] | a text | the language that it is in |
//! | [`mod@readable`] | a text that is still being typed | the text as it is best read |
//! | [`rewrite`] | an arena | other source texts: mutants and meaning-preserving variants |
//! | [`sampler`] | a graph's adjacency | seeded neighbourhoods |
//! | [`language`] | a grammar's kinds | language-neutral categories and roles |

#[cfg(not(any(
    feature = "c",
    feature = "cpp",
    feature = "go",
    feature = "java",
    feature = "javascript",
    feature = "python",
    feature = "rust",
    feature = "typescript"
)))]
compile_error!("sapwood-core needs a language: build with its default features, or with one such as `python`");

pub mod buffer;
mod documentation;
pub mod error;
pub mod features;
pub mod flow;
pub mod forest;
pub mod graph;
pub mod guess;
#[cfg(test)]
mod hostile;
pub mod language;
pub mod names;
pub mod readable;
pub mod rewrite;
pub mod sampler;
#[cfg(test)]
mod snippets;
mod standalone;
pub mod syntax;

pub use buffer::Buffer;
pub use documentation::documentation;
pub use error::{CoreError, Result};
pub use guess::{Evidence, language_of};
pub use language::{Category, Language, PackageRoot, Role};
pub use readable::readable;
pub use standalone::standalone;
pub use syntax::{ParseLimits, SyntaxTree, parse};
