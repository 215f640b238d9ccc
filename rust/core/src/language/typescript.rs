//! TypeScript, without and with JSX.

use super::category::{Category as C, Role as R};
use super::definition::{LanguageDefinition, Rules};
use super::{ecmascript, tokens};

pub(super) static DEFINITION: LanguageDefinition = LanguageDefinition {
    name: "typescript",
    family: "javascript",
    extensions: &["ts", "mts", "cts"],
    interpreters: &["ts-node", "deno"],
    shared_extension: None,
    grammar: || tree_sitter_typescript::LANGUAGE_TYPESCRIPT.into(),
    kinds: &[ecmascript::KINDS, KINDS],
    tokens: tokens::C_FAMILY,
    fields: FIELDS,
    fields_of: &[ecmascript::FIELDS_OF, FIELDS_OF],
    roles: ecmascript::ROLES,
    builtins: ecmascript::BUILTINS,
    builtin_methods: ecmascript::BUILTIN_METHODS,
    idioms: &ecmascript::IDIOMS,
    names: ecmascript::NAMES,
    tests: ecmascript::TESTS,
    rules: Rules { most_open_angles: Some(10_000), ..ecmascript::RULES },
    imports: ecmascript::imports,
    loaders: ecmascript::LOADERS,
    package_paths: Some(ecmascript::PACKAGE_PATHS),
    spelling: Some(ecmascript::SPELLING),
};

pub(super) static TSX_DEFINITION: LanguageDefinition = LanguageDefinition {
    name: "tsx",
    family: "javascript",
    extensions: &["tsx"],
    interpreters: &[],
    grammar: || tree_sitter_typescript::LANGUAGE_TSX.into(),
    kinds: &[ecmascript::KINDS, ecmascript::JSX_KINDS, KINDS],
    fields_of: &[ecmascript::FIELDS_OF, ecmascript::JSX_FIELDS_OF, FIELDS_OF],
    ..DEFINITION
};

#[rustfmt::skip]
static KINDS: &[(&str, C)] = &[
    ("abstract_class_declaration", C::Class), ("interface_declaration", C::Class), ("enum_declaration", C::Class),
    ("interface_body", C::Block), ("enum_body", C::Block), ("enum_assignment", C::Assignment),
    ("internal_module", C::Namespace), ("module", C::Namespace), ("nested_identifier", C::Member),
    ("nested_type_identifier", C::Member), ("ambient_declaration", C::DecoratedDefinition),
    ("function_signature", C::Function), ("method_signature", C::Function), ("abstract_method_signature", C::Function),
    ("public_field_definition", C::Assignment), ("property_signature", C::Declaration),
    ("required_parameter", C::Parameter), ("optional_parameter", C::Parameter),
    ("extends_clause", C::Arguments), ("implements_clause", C::Arguments), ("extends_type_clause", C::Arguments),
    ("type_arguments", C::Arguments), ("type_parameter", C::TypeParameter), ("constraint", C::Arguments),
    ("default_type", C::Arguments), ("type_alias_declaration", C::TypeAlias), ("type_annotation", C::Type),
    ("type_identifier", C::Identifier), ("predefined_type", C::Identifier), ("this_type", C::Identifier),
    ("generic_type", C::Subscript), ("union_type", C::Type), ("intersection_type", C::Type),
    ("function_type", C::Type), ("object_type", C::Type), ("array_type", C::Type), ("tuple_type", C::Type),
    ("literal_type", C::Type), ("conditional_type", C::Type), ("lookup_type", C::Type), ("parenthesized_type", C::Type),
    ("readonly_type", C::Type), ("optional_type", C::Type), ("rest_type", C::Type), ("type_query", C::Type),
    ("index_type_query", C::Type), ("template_literal_type", C::Type), ("type_predicate_annotation", C::Type),
    ("asserts_annotation", C::Type), ("constructor_type", C::Type), ("infer_type", C::Type),
    ("as_expression", C::Cast), ("satisfies_expression", C::Cast), ("non_null_expression", C::Parenthesized),
    ("accessibility_modifier", C::Keyword), ("override_modifier", C::Keyword),
    ("import_alias", C::Import), ("import_require_clause", C::ImportAlias),
];

#[rustfmt::skip]
static FIELDS: &[(&str, R)] = &[
    ("name", R::Name), ("body", R::Body), ("condition", R::Condition), ("consequence", R::Consequence),
    ("alternative", R::Alternative), ("left", R::Left), ("right", R::Right), ("operator", R::Operator),
    ("function", R::Callee), ("constructor", R::Callee), ("arguments", R::Arguments), ("object", R::Object),
    ("property", R::Member), ("value", R::Value), ("index", R::Index), ("parameters", R::Parameters),
    ("parameter", R::Parameters), ("key", R::Key), ("alias", R::Alias), ("source", R::Module),
    ("declaration", R::Definition), ("argument", R::Argument), ("initializer", R::Initializer),
    ("increment", R::Update), ("pattern", R::Name), ("type", R::Type), ("return_type", R::ReturnType),
    ("type_parameters", R::TypeParameters), ("type_arguments", R::Index), ("constraint", R::Type),
];

#[rustfmt::skip]
static FIELDS_OF: &[(&str, &str, R)] = &[
    ("public_field_definition", "name", R::Left), ("public_field_definition", "value", R::Right),
    ("enum_assignment", "name", R::Left), ("enum_assignment", "value", R::Right),
    ("type_alias_declaration", "name", R::Left), ("generic_type", "name", R::Value),
    ("nested_type_identifier", "module", R::Object), ("nested_type_identifier", "name", R::Member),
    ("extends_clause", "value", R::None),
    ("extends_type_clause", "type", R::None), ("type_parameter", "value", R::Type), ("regex", "pattern", R::None),
];
