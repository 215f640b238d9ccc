//! What the rest of the crate needs to know of a grammar: a table from its kinds and fields to neutral ones.
//!
//! A language is one file beside this one plus one variant of [`Language`]; nothing outside this folder compares a
//! grammar's own names.

mod category;
#[cfg(feature = "python")]
mod python;

use std::path::Path;
use std::sync::OnceLock;

pub use category::{Category, Role};

use crate::error::{CoreError, Result};

/// A language with a grammar built in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Language {
    /// Python 3.
    #[cfg(feature = "python")]
    Python,
}

/// What a language file supplies.
pub(crate) struct LanguageDefinition {
    pub(crate) name: &'static str,
    pub(crate) extensions: &'static [&'static str],
    /// The grammar.
    pub(crate) grammar: fn() -> tree_sitter::Language,
    /// Named kinds and anonymous tokens of the grammar, each with its category. What is missing is
    /// [`Category::Other`] when named and [`Category::Punctuation`] when not.
    pub(crate) kinds: &'static [(&'static str, Category)],
    /// The grammar's fields, each with its role. What is missing is [`Role::None`].
    pub(crate) fields: &'static [(&'static str, Role)],
    /// Names that the language itself binds (built-in functions and types).
    pub(crate) builtins: &'static [&'static str],
    /// Methods of the language's own types, sorted: a call of one on an unknown object says nothing.
    pub(crate) builtin_methods: &'static [&'static str],
    /// Names to which the language gives a meaning.
    pub(crate) names: SpecialNames,
    /// What a rewrite of a text needs to know.
    pub(crate) spelling: Spelling,
}

/// How a language writes what rewrites and repairs put into a text, and names that they must beware of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spelling {
    /// The true literal.
    pub(crate) true_literal: &'static str,
    /// The false literal.
    pub(crate) false_literal: &'static str,
    /// What opens and closes a string; those that may span lines first.
    pub(crate) quotes: &'static [&'static str],
    /// Usual names of a method's receiver.
    pub(crate) receivers: &'static [&'static str],
    /// Functions that see the names of local variables.
    pub(crate) name_readers: &'static [&'static str],
    /// Functions for which the order of two arguments means nothing.
    pub(crate) commutative_functions: &'static [&'static str],
}

/// Names to which a language gives a meaning of their own.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SpecialNames {
    /// The method that a constructor call runs.
    pub(crate) constructor: &'static str,
    /// The function that stands for the base classes' view of the object.
    pub(crate) parent_object: &'static str,
    /// The decorator of a method without a receiver.
    pub(crate) static_method: &'static str,
    /// The module that holds the built-in names.
    pub(crate) builtin_module: &'static str,
    /// The keyword of a function that can be suspended.
    pub(crate) asynchronous: &'static str,
    /// Stem of the file that stands for its folder.
    pub(crate) package_file: &'static str,
}

/// A language's definition, resolved to the numbers of its grammar: look-ups by kind and field number.
#[derive(Debug)]
pub struct LanguageTable {
    grammar: tree_sitter::Language,
    categories: Vec<Category>,
    roles: Vec<Role>,
    builtins: &'static [&'static str],
    builtin_methods: &'static [&'static str],
    names: SpecialNames,
    spelling: Spelling,
    kinds: &'static [(&'static str, Category)],
}

impl Language {
    /// Every language that is built in.
    pub const ALL: &'static [Self] = &[
        #[cfg(feature = "python")]
        Self::Python,
    ];

    /// The name used in messages and manifests, such as `python`.
    pub fn name(self) -> &'static str {
        self.definition().name
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

    /// The language of a file by its extension, if one of ours claims it.
    pub fn from_path(path: &str) -> Option<Self> {
        let extension = Path::new(path).extension()?.to_str()?;
        Self::ALL.iter().copied().find(|language| language.definition().extensions.contains(&extension))
    }

    /// The resolved table of this language; built once a process.
    pub fn table(self) -> &'static LanguageTable {
        match self {
            #[cfg(feature = "python")]
            Self::Python => {
                static TABLE: OnceLock<LanguageTable> = OnceLock::new();
                TABLE.get_or_init(|| LanguageTable::resolve(self.definition()))
            }
        }
    }

    fn definition(self) -> &'static LanguageDefinition {
        match self {
            #[cfg(feature = "python")]
            Self::Python => &python::DEFINITION,
        }
    }
}

impl LanguageTable {
    fn resolve(definition: &LanguageDefinition) -> Self {
        let grammar = (definition.grammar)();
        let categories = (0..grammar.node_kind_count() as u16)
            .map(|id| category_of(definition, grammar.node_kind_for_id(id), grammar.node_kind_is_named(id)))
            .collect();
        let roles =
            (0..=grammar.field_count() as u16).map(|id| role_of(definition, grammar.field_name_for_id(id))).collect();
        Self {
            grammar,
            categories,
            roles,
            builtins: definition.builtins,
            builtin_methods: definition.builtin_methods,
            names: definition.names,
            spelling: definition.spelling,
            kinds: definition.kinds,
        }
    }

    pub(crate) fn grammar(&self) -> &tree_sitter::Language {
        &self.grammar
    }

    /// The category of a kind number. Numbers outside the grammar (error nodes) are [`Category::Error`].
    pub fn category(&self, kind: u16) -> Category {
        self.categories.get(usize::from(kind)).copied().unwrap_or(Category::Error)
    }

    /// The role of a field number; 0 and unknown numbers have none.
    pub fn role(&self, field: u16) -> Role {
        self.roles.get(usize::from(field)).copied().unwrap_or(Role::None)
    }

    /// The grammar's own name of a kind, for people and tests.
    pub fn kind_name(&self, kind: u16) -> &str {
        self.grammar.node_kind_for_id(kind).unwrap_or("ERROR")
    }

    pub(crate) fn spelling(&self) -> &Spelling {
        &self.spelling
    }

    /// How the language writes an operator; none where it has no such operator.
    pub(crate) fn operator_text(&self, operator: Category) -> Option<&'static str> {
        self.kinds.iter().find(|(_, category)| *category == operator).map(|(text, _)| *text)
    }

    /// Whether the language itself binds this name.
    pub fn is_builtin(&self, name: &str) -> bool {
        self.builtins.binary_search(&name).is_ok()
    }

    /// Whether a type of the language itself has a method of this name.
    pub(crate) fn is_builtin_method(&self, name: &str) -> bool {
        self.builtin_methods.binary_search(&name).is_ok()
    }

    /// The names to which the language gives a meaning.
    pub(crate) fn names(&self) -> &SpecialNames {
        &self.names
    }
}

fn category_of(definition: &LanguageDefinition, name: Option<&str>, named: bool) -> Category {
    let listed = name.and_then(|name| definition.kinds.iter().find(|(kind, _)| *kind == name));
    match listed {
        // `None` and `none` style clashes: a keyword token may share its text with a named kind.
        Some((_, category)) if named || category.is_token() => *category,
        _ if named => Category::Other,
        _ => Category::Punctuation,
    }
}

fn role_of(definition: &LanguageDefinition, name: Option<&str>) -> Role {
    name.and_then(|name| definition.fields.iter().find(|(field, _)| *field == name))
        .map_or(Role::None, |(_, role)| *role)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_listed_kind_and_field_exists_in_its_grammar() {
        for language in Language::ALL {
            let definition = language.definition();
            let grammar = (definition.grammar)();
            for (kind, category) in definition.kinds {
                let id = grammar.id_for_node_kind(kind, !category.is_token());
                assert_ne!(id, 0, "{}: no kind `{kind}`", definition.name);
            }
            for (field, _) in definition.fields {
                assert!(grammar.field_id_for_name(field).is_some(), "{}: no field `{field}`", definition.name);
            }
            assert!(definition.builtins.is_sorted(), "{}: built-ins must be sorted", definition.name);
            assert!(definition.builtin_methods.is_sorted(), "{}: methods must be sorted", definition.name);
        }
    }

    #[test]
    fn languages_are_found_by_name_and_extension() {
        assert_eq!(Language::from_name("Python").unwrap(), Language::Python);
        assert_eq!(Language::from_path("a/b.pyi"), Some(Language::Python));
        assert_eq!(Language::from_path("a/b.txt"), None);
        let message = Language::from_name("cobol").unwrap_err().to_string();
        assert!(message.contains("cobol") && message.contains("python"), "{message}");
    }
}
