//! JavaScript, with JSX.

use super::category::{Category as C, Role as R};
use super::definition::LanguageDefinition;
use super::{ecmascript, tokens};

pub(super) static DEFINITION: LanguageDefinition = LanguageDefinition {
    name: "javascript",
    family: "javascript",
    extensions: &["js", "mjs", "cjs", "jsx"],
    interpreters: &["node", "nodejs", "bun"],
    shared_extension: None,
    grammar: || tree_sitter_javascript::LANGUAGE.into(),
    kinds: &[ecmascript::KINDS, ecmascript::JSX_KINDS, KINDS],
    tokens: tokens::C_FAMILY,
    fields: ecmascript::FIELDS,
    fields_of: &[ecmascript::FIELDS_OF, ecmascript::JSX_FIELDS_OF, FIELDS_OF],
    roles: ecmascript::ROLES,
    builtins: ecmascript::BUILTINS,
    builtin_methods: ecmascript::BUILTIN_METHODS,
    idioms: &ecmascript::IDIOMS,
    names: ecmascript::NAMES,
    tests: ecmascript::TESTS,
    rules: ecmascript::RULES,
    imports: ecmascript::imports,
    loaders: ecmascript::LOADERS,
    package_paths: Some(ecmascript::PACKAGE_PATHS),
    spelling: Some(ecmascript::SPELLING),
};

static KINDS: &[(&str, C)] = &[("field_definition", C::Assignment), ("using_declaration", C::ExpressionStatement)];

static FIELDS_OF: &[(&str, &str, R)] =
    &[("field_definition", "property", R::Left), ("field_definition", "value", R::Right)];
