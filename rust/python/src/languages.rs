//! Names of languages as Python hands them over.

use std::collections::BTreeMap;

use pyo3::prelude::*;
use sapwood_core::Language;

use crate::errors::to_python;

/// The family of each language that is built in.
pub(crate) fn families() -> BTreeMap<&'static str, &'static str> {
    Language::ALL.iter().map(|language| (language.name(), language.family())).collect()
}

/// The language of a batch of texts: a name for all of them, or one for each.
#[derive(FromPyObject)]
pub(crate) enum LanguageNames {
    One(String),
    Each(Vec<String>),
}

/// What the names say.
pub(crate) enum Languages {
    One(Language),
    Each(Vec<Language>),
}

impl LanguageNames {
    /// The language that texts are in where nothing is said.
    pub(crate) fn usual() -> Self {
        Self::One(Language::Python.name().to_owned())
    }

    /// Raises `UnknownLanguageError` for a name that is none.
    pub(crate) fn read(&self) -> PyResult<Languages> {
        let read = |name: &String| Language::from_name(name).map_err(to_python);
        Ok(match self {
            Self::One(name) => Languages::One(read(name)?),
            Self::Each(names) => Languages::Each(names.iter().map(read).collect::<PyResult<_>>()?),
        })
    }
}

impl Languages {
    pub(crate) fn of_texts(&self) -> sapwood::texts::Languages<'_> {
        match self {
            Self::One(language) => sapwood::texts::Languages::All(*language),
            Self::Each(languages) => sapwood::texts::Languages::Each(languages),
        }
    }
}
