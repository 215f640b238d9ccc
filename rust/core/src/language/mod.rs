//! What the rest of the crate needs to know of a grammar: a table from its kinds and fields to neutral ones.
//!
//! A language is one file beside this one plus one line of the list of [`Language`]s; nothing outside this folder
//! compares a grammar's own names.

#![cfg_attr(
    not(all(
        feature = "c",
        feature = "cpp",
        feature = "go",
        feature = "java",
        feature = "javascript",
        feature = "python",
        feature = "rust",
        feature = "typescript"
    )),
    allow(dead_code, reason = "what languages say is for all of them, and one alone does not say all of it")
)]

#[cfg(feature = "c")]
mod c;
#[macro_use]
mod category;
#[cfg(any(feature = "c", feature = "cpp"))]
mod clike;
#[cfg(feature = "cpp")]
mod cpp;
mod definition;
mod detect;
#[cfg(any(feature = "javascript", feature = "typescript"))]
mod ecmascript;
mod form;
#[cfg(feature = "go")]
mod go;
mod idioms;
mod imports;
#[cfg(feature = "java")]
mod java;
#[cfg(feature = "javascript")]
mod javascript;
mod manifest;
mod numbers;
#[cfg(feature = "python")]
mod python;
#[cfg(feature = "rust")]
mod rust;
mod table;
mod tokens;
#[cfg(feature = "typescript")]
mod typescript;

pub use category::{Category, Role};
use definition::LanguageDefinition;
pub(crate) use definition::{
    BlockVariables, Constructor, DeadBranch, Documentation, Lack, LeadTo, LineEnd, Lines, LoopForms, MembersAlone,
    PatternForm, Privacy, Receiver, Rules, Sharing, SpecialNames, Spelling, Tests,
};
pub use form::Form;
pub(crate) use idioms::Meaning;
pub(crate) use imports::{ImportEntry, Imported, ModulePath};
pub use manifest::PackageRoot;
pub(crate) use numbers::{float_value, integer_value};
pub use table::LanguageTable;

use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use crate::error::{CoreError, Result};

macro_rules! languages {
    ($($(#[$doc:meta])* $variant:ident: $feature:literal = $definition:path;)+) => {
        /// A language with a grammar built in.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[non_exhaustive]
        pub enum Language {
            $($(#[$doc])* #[cfg(feature = $feature)] $variant,)+
        }

        impl Language {
            /// Every language that is built in.
            pub const ALL: &'static [Self] = &[$(#[cfg(feature = $feature)] Self::$variant,)+];

            /// The resolved table of this language; built once a process.
            pub fn table(self) -> &'static LanguageTable {
                match self {
                    $(#[cfg(feature = $feature)]
                    Self::$variant => {
                        static TABLE: OnceLock<LanguageTable> = OnceLock::new();
                        TABLE.get_or_init(|| LanguageTable::resolve(self.definition()))
                    })+
                }
            }

            fn definition(self) -> &'static LanguageDefinition {
                match self { $(#[cfg(feature = $feature)] Self::$variant => &$definition,)+ }
            }
        }
    };
}

languages! {
    /// Python 3.
    Python: "python" = python::DEFINITION;
    /// JavaScript, with JSX.
    JavaScript: "javascript" = javascript::DEFINITION;
    /// TypeScript.
    TypeScript: "typescript" = typescript::DEFINITION;
    /// TypeScript with JSX.
    Tsx: "typescript" = typescript::TSX_DEFINITION;
    /// Rust.
    Rust: "rust" = rust::DEFINITION;
    /// Go.
    Go: "go" = go::DEFINITION;
    /// Java.
    Java: "java" = java::DEFINITION;
    /// C.
    C: "c" = c::DEFINITION;
    /// C++.
    Cpp: "cpp" = cpp::DEFINITION;
}

impl Language {
    /// The name used in messages and manifests, such as `python`.
    pub fn name(self) -> &'static str {
        self.definition().name
    }

    /// The same for languages whose files import each other, such as JavaScript and TypeScript.
    pub fn family(self) -> &'static str {
        self.definition().family
    }

    /// The language of that name.
    ///
    /// # Errors
    /// [`CoreError::UnknownLanguage`], naming those that are known.
    pub fn from_name(name: &str) -> Result<Self> {
        Self::ALL.iter().copied().find(|language| language.name().eq_ignore_ascii_case(name)).ok_or_else(|| {
            CoreError::UnknownLanguage {
                name: name.to_owned(),
                known: Self::ALL.iter().map(|language| language.name()).collect::<Vec<_>>().join(", "),
            }
        })
    }
}

#[cfg(test)]
mod tests;
