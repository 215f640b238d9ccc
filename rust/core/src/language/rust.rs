//! Rust.

use super::category::{Category as C, Role as R};
use super::definition::{
    BlockVariables, Constructor, DeadBranch, Documentation, Lack, LanguageDefinition, LeadTo, Lines, LoopForms,
    ModuleNames, PackagePaths, Privacy, Receiver, Rules, Runners, Sharing, SpecialNames, Spelling, Tests,
};
use super::form::Form as F;
use super::idioms::{Idioms, Meaning as M};
use super::imports::{ImportEntry, ModulePath};
use super::{manifest, tokens};
use crate::syntax::SyntaxTree;

pub(super) static DEFINITION: LanguageDefinition = LanguageDefinition {
    name: "rust",
    family: "rust",
    extensions: &["rs"],
    interpreters: &["rust-script"],
    shared_extension: None,
    grammar: || tree_sitter_rust::LANGUAGE.into(),
    kinds: &[KINDS],
    tokens: tokens::C_FAMILY,
    fields: FIELDS,
    fields_of: &[FIELDS_OF],
    roles: &[],
    builtins: BUILTINS,
    builtin_methods: BUILTIN_METHODS,
    idioms: &IDIOMS,
    names: SpecialNames {
        constructor: Constructor::None,
        parent_object: "",
        own_class: "Self",
        static_method: "",
        builtin_module: "std",
        asynchronous: "async",
        silent_parts: &[],
        package_files: &["mod", "lib"],
        source_roots: &[],
        modules: ModuleNames { own: &["self"], root: "crate", around: "super" },
        root_files: &["lib", "main"],
        library_namespaces: &[],
        library_members: LIBRARY_MEMBERS,
        plain_names: &["Err", "None", "Ok", "Some"],
    },
    tests: Tests {
        folders: &["tests"],
        files: (&["tests"], &["_tests"]),
        marks: &[],
        modules: &["tests", "test"],
        classes: (&[], &[]),
        functions: &["test"],
        markers: &["bench", "quickcheck", "rstest", "test", "test_case", "wasm_bindgen_test"],
        set_ups: &[],
        runners: Runners::NONE,
        are_hidden: false,
    },
    rules: Rules {
        receiver: Receiver::Named("self"),
        privacy: Privacy::Without("pub"),
        documentation: Documentation::CommentBefore,
        members_alone: None,
        functions_take_names: true,
        members_are_visible: false,
        headers_run_outside: false,
        decorators_are_calls: false,
        values_are_followed: false,
        modules_have_modules: true,
        reassignments: &["assignment_expression", "compound_assignment_expr"],
        bare_variables: &[],
        values_see_outside: true,
        implied_values: &[],
        array_creations: &[],
        shorthands: &["shorthand_field_identifier", "shorthand_field_initializer"],
        patterns: &[],
        fields: &["field_expression"],
        keeping_methods: &["append", "insert", "new", "push", "push_back", "push_front"],
        passive_functions: PASSIVE_FUNCTIONS,
        wrappers: WRAPPERS,
        makers: &[],
        sharing: Sharing::Imports,
        dispatch_words: &[],
        blocks_are_values: true,
        block_variables: Some(BlockVariables::AfterValue),
        one_number_kind: false,
        capitals_are_constants: true,
        quotes: &["\""],
        terminator: Some(";"),
        most_open_angles: None,
        lines: Lines::SLASHES,
    },
    imports,
    loaders: &[],
    package_paths: Some(PACKAGE_PATHS),
    spelling: Some(Spelling {
        loops: LoopForms::Endless,
        dead_branch: DeadBranch::Empty("if false {}"),
        lacks: &[Lack::NamesAreSeen, Lack::Conditionals],
        ..tokens::C_FAMILY_SPELLING
    }),
};

const PACKAGE_PATHS: PackagePaths = PackagePaths {
    manifests: &["Cargo.toml"],
    read: manifest::cargo::library,
    lead_to: LeadTo::Libraries,
    library: &["alloc", "core", "proc_macro", "std", "test"],
};

#[rustfmt::skip]
static LIBRARY_MEMBERS: &[(&[&str], &[&str])] = &[
    (&["i8", "i16", "i32", "i64", "i128", "isize", "u8", "u16", "u32", "u64", "u128", "usize"], &[
        "abs", "abs_diff", "checked_abs", "checked_add", "checked_add_signed", "checked_div", "checked_ilog2",
        "checked_mul", "checked_neg", "checked_next_power_of_two", "checked_pow", "checked_rem", "checked_shl",
        "checked_shr", "checked_sub", "clamp", "clone", "cmp", "count_ones", "count_zeros", "div_ceil", "div_euclid", "eq",
        "eq_ignore_ascii_case", "fmt", "ge", "gt", "hash", "ilog", "ilog10", "ilog2", "into", "is_ascii",
        "is_ascii_alphabetic", "is_ascii_alphanumeric", "is_ascii_control", "is_ascii_digit", "is_ascii_graphic",
        "is_ascii_hexdigit", "is_ascii_lowercase", "is_ascii_punctuation", "is_ascii_uppercase", "is_ascii_whitespace",
        "is_multiple_of", "is_negative", "is_positive", "is_power_of_two", "isqrt", "le", "leading_ones",
        "leading_zeros", "lt", "make_ascii_lowercase", "make_ascii_uppercase", "max", "min", "ne", "next_multiple_of",
        "next_power_of_two", "overflowing_add", "overflowing_mul", "overflowing_neg", "overflowing_sub", "partial_cmp",
        "pow", "rem_euclid", "reverse_bits", "rotate_left", "rotate_right", "saturating_add", "saturating_add_signed",
        "saturating_mul", "saturating_pow", "saturating_sub", "signum", "swap_bytes", "to_ascii_lowercase",
        "to_ascii_uppercase", "to_be", "to_be_bytes", "to_le", "to_le_bytes", "to_ne_bytes", "to_owned", "to_string",
        "trailing_ones", "trailing_zeros", "try_into", "unsigned_abs", "wrapping_add", "wrapping_add_signed",
        "wrapping_div", "wrapping_mul", "wrapping_neg", "wrapping_pow", "wrapping_rem", "wrapping_shl", "wrapping_shr",
        "wrapping_sub",
    ]),
    (&["f32", "f64"], &[
        "abs", "acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "cbrt", "ceil", "clamp", "clone", "copysign",
        "cos", "cosh", "div_euclid", "eq", "exp", "exp2", "exp_m1", "floor", "fmt", "fract", "ge", "gt", "hypot", "into",
        "is_finite", "is_infinite", "is_nan", "is_normal", "is_sign_negative", "is_sign_positive", "is_subnormal", "le",
        "ln", "ln_1p", "log", "log10", "log2", "lt", "max", "min", "mul_add", "ne", "next_down", "next_up", "partial_cmp",
        "powf", "powi", "recip", "rem_euclid", "round", "round_ties_even", "signum", "sin", "sin_cos", "sinh", "sqrt",
        "tan", "tanh", "to_be_bytes", "to_bits", "to_degrees", "to_le_bytes", "to_ne_bytes", "to_owned", "to_radians",
        "to_string", "total_cmp", "trunc",
    ]),
    (&["bool"], &[
        "clone", "cmp", "eq", "fmt", "hash", "into", "max", "min", "ne", "partial_cmp", "then", "then_some", "to_owned",
        "to_string",
    ]),
    (&["char"], &[
        "clone", "cmp", "encode_utf16", "encode_utf8", "eq", "eq_ignore_ascii_case", "escape_debug", "escape_default",
        "escape_unicode", "fmt", "hash", "into", "is_alphabetic", "is_alphanumeric", "is_ascii", "is_ascii_alphabetic",
        "is_ascii_alphanumeric", "is_ascii_control", "is_ascii_digit", "is_ascii_graphic", "is_ascii_hexdigit",
        "is_ascii_lowercase", "is_ascii_punctuation", "is_ascii_uppercase", "is_ascii_whitespace", "is_control",
        "is_digit", "is_lowercase", "is_numeric", "is_uppercase", "is_whitespace", "len_utf16", "len_utf8",
        "make_ascii_lowercase", "make_ascii_uppercase", "max", "min", "ne", "partial_cmp", "to_ascii_lowercase",
        "to_ascii_uppercase", "to_digit", "to_lowercase", "to_owned", "to_string", "to_uppercase", "try_into",
    ]),
    (&["Copy", "Send", "Sized", "Sync", "Unpin"], &[]),
    (&["Debug", "Display"], &["fmt", "to_string"]),
    (&["Clone"], &["clone", "clone_from"]),
    (&["Drop"], &["drop"]),
    (&["Hash"], &["hash"]),
    (&["Ord"], &["clamp", "cmp", "max", "min"]),
    (&["PartialOrd"], &["ge", "gt", "le", "lt", "partial_cmp"]),
    (&["Eq", "PartialEq"], &["eq", "ne"]),
];

#[rustfmt::skip]
static WRAPPERS: &[(&str, &[&str])] = &[
    ("Option", &[
        "and", "and_then", "as_deref", "as_deref_mut", "as_mut", "as_ref", "as_slice", "clone", "cloned", "copied", "eq",
        "expect", "filter", "flatten", "get_or_insert", "get_or_insert_with", "insert", "inspect", "into_iter",
        "is_none", "is_none_or", "is_some", "is_some_and", "iter", "iter_mut", "map", "map_or", "map_or_default",
        "map_or_else", "ok_or", "ok_or_else", "or", "or_else", "replace", "take", "take_if", "transpose", "unwrap",
        "unwrap_or", "unwrap_or_default", "unwrap_or_else", "unwrap_unchecked", "unzip", "xor", "zip",
    ]),
    ("Result", &[
        "and", "and_then", "as_deref", "as_deref_mut", "as_mut", "as_ref", "clone", "cloned", "copied", "eq", "err",
        "expect", "expect_err", "flatten", "inspect", "inspect_err", "into_iter", "is_err", "is_err_and", "is_ok",
        "is_ok_and", "iter", "iter_mut", "map", "map_err", "map_or", "map_or_default", "map_or_else", "ok", "or",
        "or_else", "transpose", "unwrap", "unwrap_err", "unwrap_or", "unwrap_or_default", "unwrap_or_else",
        "unwrap_unchecked",
    ]),
    ("Arc", &["as_ref", "clone"]),
    ("Box", &["as_mut", "as_ref", "clone", "into_pin"]),
    ("Cow", &["clone", "into_owned", "is_borrowed", "is_owned", "to_mut"]),
    ("Rc", &["as_ref", "clone"]),
];

#[rustfmt::skip]
static KINDS: &[(&str, C)] = &[
    ("source_file", C::Module), ("block", C::Block), ("declaration_list", C::Block), ("match_block", C::Block),
    ("unsafe_block", C::Block), ("async_block", C::Block), ("const_block", C::Block),
    ("field_declaration_list", C::Block), ("ordered_field_declaration_list", C::Block), ("enum_variant_list", C::Block),
    ("expression_statement", C::ExpressionStatement),
    ("function_item", C::Function), ("function_signature_item", C::Function), ("macro_definition", C::Function),
    ("closure_expression", C::Lambda), ("struct_item", C::Class), ("enum_item", C::Class), ("union_item", C::Class),
    ("trait_item", C::Class), ("impl_item", C::Extension), ("mod_item", C::Namespace),
    ("attribute_item", C::Decorator), ("inner_attribute_item", C::Decorator), ("trait_bounds", C::Arguments),
    ("parameters", C::Parameters), ("closure_parameters", C::Parameters), ("parameter", C::Parameter),
    ("self_parameter", C::Parameter), ("variadic_parameter", C::VariadicParameter),
    ("type_item", C::TypeAlias), ("associated_type", C::Declaration), ("type_parameter", C::TypeParameter),
    ("const_parameter", C::TypeParameter), ("lifetime_parameter", C::TypeParameter), ("lifetime", C::Keyword),
    ("type_arguments", C::Arguments), ("where_clause", C::Arguments), ("where_predicate", C::Type),
    ("reference_type", C::Type), ("pointer_type", C::Type), ("array_type", C::Type), ("tuple_type", C::Type),
    ("function_type", C::Type), ("dynamic_type", C::Type), ("abstract_type", C::Type), ("unit_type", C::Type),
    ("bounded_type", C::Type), ("never_type", C::Type), ("qualified_type", C::Type), ("bracketed_type", C::Type),
    ("generic_type", C::Subscript), ("generic_function", C::Subscript), ("generic_type_with_turbofish", C::Subscript),
    ("use_declaration", C::Import), ("extern_crate_declaration", C::Import),
    ("let_declaration", C::Assignment), ("assignment_expression", C::Assignment), ("const_item", C::Assignment),
    ("static_item", C::Assignment), ("compound_assignment_expr", C::AugmentedAssignment),
    ("let_condition", C::NamedExpression), ("field_declaration", C::Declaration), ("enum_variant", C::Declaration),
    ("if_expression", C::If), ("else_clause", C::Else), ("match_expression", C::Match), ("match_arm", C::MatchCase),
    ("match_pattern", C::Pattern), ("tuple_pattern", C::Pattern), ("tuple_struct_pattern", C::Pattern),
    ("struct_pattern", C::Pattern), ("field_pattern", C::Pattern), ("slice_pattern", C::Pattern),
    ("or_pattern", C::Pattern), ("ref_pattern", C::Pattern), ("mut_pattern", C::Pattern),
    ("reference_pattern", C::Pattern), ("captured_pattern", C::Pattern), ("range_pattern", C::Pattern),
    ("remaining_field_pattern", C::Ellipsis),
    ("for_expression", C::For), ("while_expression", C::While), ("loop_expression", C::While),
    ("break_expression", C::Break), ("continue_expression", C::Continue), ("return_expression", C::Return),
    ("yield_expression", C::Yield), ("await_expression", C::Await), ("try_block", C::Try),
    ("empty_statement", C::Pass),
    ("call_expression", C::Call), ("macro_invocation", C::Call), ("struct_expression", C::Call),
    ("arguments", C::Arguments), ("token_tree", C::Arguments), ("field_initializer_list", C::Arguments),
    ("field_initializer", C::KeywordArgument), ("base_field_initializer", C::Spread),
    ("field_expression", C::Member), ("scoped_identifier", C::Member), ("scoped_type_identifier", C::Member),
    ("index_expression", C::Subscript), ("range_expression", C::Slice), ("type_cast_expression", C::Cast),
    ("binary_expression", C::BinaryOperation), ("unary_expression", C::UnaryOperation),
    ("reference_expression", C::UnaryOperation), ("negative_literal", C::UnaryOperation),
    ("let_chain", C::BooleanOperation), ("parenthesized_expression", C::Parenthesized),
    ("array_expression", C::List), ("tuple_expression", C::Tuple), ("unit_expression", C::Tuple),
    ("identifier", C::Identifier), ("type_identifier", C::Identifier), ("primitive_type", C::Identifier),
    ("self", C::Identifier), ("super", C::Identifier), ("crate", C::Identifier), ("metavariable", C::Identifier),
    ("shorthand_field_identifier", C::Identifier), ("field_identifier", C::MemberName), ("label", C::MemberName),
    ("string_literal", C::String), ("raw_string_literal", C::String), ("char_literal", C::String),
    ("string_content", C::StringContent), ("escape_sequence", C::EscapeSequence),
    ("integer_literal", C::Integer), ("float_literal", C::Float), ("boolean_literal", C::True),
    ("line_comment", C::Comment), ("block_comment", C::Comment), ("shebang", C::Comment),
    ("mutable_specifier", C::Keyword), ("visibility_modifier", C::Keyword), ("function_modifiers", C::Keyword),
    ("extern_modifier", C::Keyword),
];

#[rustfmt::skip]
static FIELDS: &[(&str, R)] = &[
    ("name", R::Name), ("body", R::Body), ("condition", R::Condition), ("consequence", R::Consequence),
    ("alternative", R::Alternative), ("left", R::Left), ("right", R::Right), ("operator", R::Operator),
    ("function", R::Callee), ("macro", R::Callee), ("arguments", R::Arguments), ("field", R::Member),
    ("path", R::Object), ("value", R::Value), ("parameters", R::Parameters), ("return_type", R::ReturnType),
    ("type", R::Type), ("type_parameters", R::TypeParameters), ("type_arguments", R::Index), ("alias", R::Alias),
    ("bounds", R::Type), ("pattern", R::Left), ("trait", R::Type), ("argument", R::Argument),
];

#[rustfmt::skip]
static FIELDS_OF: &[(&str, &str, R)] = &[
    ("let_declaration", "value", R::Right), ("const_item", "name", R::Left), ("const_item", "value", R::Right),
    ("static_item", "name", R::Left), ("static_item", "value", R::Right), ("type_item", "name", R::Left),
    ("let_condition", "pattern", R::Name), ("parameter", "pattern", R::Name),
    ("for_expression", "value", R::Right), ("match_expression", "value", R::Subject),
    ("match_pattern", "condition", R::Guard), ("impl_item", "type", R::Name), ("impl_item", "trait", R::Superclasses),
    ("trait_item", "bounds", R::Superclasses), ("field_expression", "value", R::Object),
    ("scoped_identifier", "name", R::Member), ("scoped_type_identifier", "name", R::Member),
    ("generic_type", "type", R::Value), ("generic_function", "function", R::Value),
    ("generic_type_with_turbofish", "type", R::Value), ("struct_expression", "name", R::Callee),
    ("struct_expression", "body", R::Arguments), ("field_initializer", "field", R::Name),
    ("field_pattern", "name", R::Key), ("field_pattern", "pattern", R::None), ("macro_rule", "left", R::None),
    ("macro_rule", "right", R::None), ("macro_definition", "name", R::Name), ("enum_variant", "body", R::Type),
];

#[rustfmt::skip]
static IDIOMS: Idioms = Idioms {
    functions: &[
        ("assert", M::Is(F::Assert)), ("debug_assert", M::Is(F::Assert)), ("eprintln", M::Is(F::Print)),
        ("format", M::Is(F::Format)), ("from_u32", M::Is(F::Character)), ("max", M::Is(F::Maximum)),
        ("min", M::Is(F::Minimum)), ("panic", M::Is(F::Raise)), ("print", M::Is(F::Print)),
        ("println", M::Is(F::Print)), ("vec", M::Is(F::List)),
    ],
    methods: &[
        ("abs", M::Is(F::Absolute)), ("all", M::Is(F::All)), ("any", M::Is(F::Any)), ("append", M::Is(F::Extend)),
        ("as_bytes", M::Same), ("as_ref", M::Same), ("as_slice", M::Same), ("as_str", M::Same), ("bytes", M::Same),
        ("ceil", M::Is(F::Ceiling)), ("chars", M::Same), ("clone", M::Same), ("cloned", M::Same),
        ("cmp", M::Is(F::Compare)), ("collect", M::Same), ("concat", M::Is(F::Join)), ("contains", M::Is(F::Contains)),
        ("contains_key", M::Is(F::Contains)), ("copied", M::Same), ("count", M::Is(F::Count)),
        ("ends_with", M::Is(F::EndsWith)), ("enumerate", M::Is(F::Enumerate)), ("extend", M::Is(F::Extend)),
        ("extend_from_slice", M::Is(F::Extend)), ("filter", M::FilterEach), ("filter_map", M::MapEach),
        ("find", M::Is(F::Find)), ("flat_map", M::MapEach), ("floor", M::Is(F::Floor)), ("fold", M::Is(F::Reduce)),
        ("for_each", M::RunEach), ("get", M::Is(F::Get)), ("insert", M::Is(F::Insert)), ("into", M::Same),
        ("into_iter", M::Same), ("is_alphabetic", M::Is(F::IsLetter)), ("is_ascii_alphabetic", M::Is(F::IsLetter)),
        ("is_ascii_digit", M::Is(F::IsDigit)), ("is_ascii_lowercase", M::Is(F::IsLower)),
        ("is_ascii_uppercase", M::Is(F::IsUpper)), ("is_digit", M::Is(F::IsDigit)), ("is_empty", M::IsEmpty),
        ("is_lowercase", M::Is(F::IsLower)), ("is_numeric", M::Is(F::IsDigit)), ("is_uppercase", M::Is(F::IsUpper)),
        ("is_whitespace", M::Is(F::IsSpace)), ("iter", M::Same), ("iter_mut", M::Same), ("join", M::Is(F::Join)),
        ("keys", M::Is(F::Keys)), ("len", M::Is(F::Length)), ("map", M::MapEach), ("max", M::Is(F::Maximum)),
        ("min", M::Is(F::Minimum)), ("parse", M::Is(F::ToInteger)), ("partial_cmp", M::Is(F::Compare)),
        ("pop", M::Is(F::Pop)), ("pop_back", M::Is(F::Pop)), ("pop_front", M::Is(F::Pop)),
        ("position", M::Is(F::Find)), ("pow", M::Is(F::Power)), ("powf", M::Is(F::Power)), ("powi", M::Is(F::Power)),
        ("push", M::Is(F::Append)), ("push_back", M::Is(F::Append)), ("push_str", M::Is(F::Append)),
        ("reduce", M::Is(F::Reduce)), ("remove", M::Is(F::Remove)), ("repeat", M::Is(F::Repeat)),
        ("replace", M::Is(F::Replace)), ("rev", M::Is(F::Reverse)), ("reverse", M::Is(F::Reverse)),
        ("round", M::Is(F::Round)), ("sort", M::Is(F::Sort)), ("sort_by", M::Is(F::Sort)),
        ("sort_by_key", M::Is(F::Sort)), ("sort_unstable", M::Is(F::Sort)), ("split", M::Is(F::Split)),
        ("split_whitespace", M::Is(F::Split)), ("sqrt", M::Is(F::SquareRoot)), ("starts_with", M::Is(F::StartsWith)),
        ("sum", M::Is(F::Sum)), ("to_ascii_lowercase", M::Is(F::Lower)), ("to_ascii_uppercase", M::Is(F::Upper)),
        ("to_lowercase", M::Is(F::Lower)), ("to_owned", M::Is(F::ToText)), ("to_string", M::Is(F::ToText)),
        ("to_uppercase", M::Is(F::Upper)), ("to_vec", M::Same), ("trim", M::Is(F::Trim)), ("unwrap", M::Same),
        ("unwrap_or", M::Is(F::Get)), ("values", M::Is(F::Values)), ("zip", M::Is(F::Zip)),
    ],
    properties: &[],
    constants: &[
        ("INFINITY", F::Infinity), ("MAX", F::Infinity), ("MIN", F::Infinity), ("None", F::Null),
    ],
};

#[rustfmt::skip]
static BUILTINS: &[&str] = &[
    "Box", "Clone", "Copy", "Debug", "Default", "Display", "Drop", "Eq", "Err", "Fn", "FnMut", "FnOnce", "From", "Hash",
    "Into", "IntoIterator", "Iterator", "None", "Ok", "Option", "Ord", "PartialEq", "PartialOrd", "Result", "Self",
    "Send", "Sized", "Some", "String", "Sync", "ToOwned", "ToString", "TryFrom", "TryInto", "Vec", "assert",
    "assert_eq", "assert_ne", "bool", "cfg", "char", "column", "compile_error", "concat", "crate", "dbg",
    "debug_assert", "debug_assert_eq", "debug_assert_ne", "drop", "env", "eprint", "eprintln", "f32", "f64", "file",
    "format", "format_args", "i128", "i16", "i32", "i64", "i8", "include", "include_bytes", "include_str", "isize",
    "line", "matches", "module_path", "option_env", "panic", "print", "println", "self", "str", "stringify", "super",
    "thread_local", "todo", "u128", "u16", "u32", "u64", "u8", "unimplemented", "unreachable", "usize", "vec", "write",
    "writeln",
];

#[rustfmt::skip]
static BUILTIN_METHODS: &[&str] = &[
    "abs", "all", "and_then", "any", "append", "as_bytes", "as_deref", "as_mut", "as_ref", "as_slice", "as_str",
    "binary_search", "borrow", "borrow_mut", "bytes", "capacity", "ceil", "chain", "chars", "checked_add", "checked_sub",
    "chunks", "clear", "clone", "cloned", "cmp", "collect", "contains", "contains_key", "copied", "count", "cycle",
    "dedup", "drain", "ends_with", "entry", "enumerate", "eq", "err", "expect", "extend", "filter", "filter_map", "find",
    "first", "flat_map", "flatten", "floor", "fmt", "fold", "for_each", "from", "get", "get_mut", "get_or_insert_with",
    "hash", "insert", "into", "into_iter", "is_empty", "is_err", "is_none", "is_ok", "is_some", "iter", "iter_mut",
    "join", "keys", "last", "len", "lines", "lock", "map", "map_err", "map_or", "map_or_else", "max", "min", "ne", "next",
    "ok", "ok_or", "ok_or_else", "or_else", "or_insert", "or_insert_with", "parse", "partial_cmp", "peek", "pop",
    "position", "pow", "product", "push", "push_str", "read", "remove", "repeat", "replace", "reserve", "resize",
    "retain", "rev", "reverse", "round", "saturating_sub", "skip", "skip_while", "sort", "sort_by", "sort_unstable",
    "split", "split_whitespace", "splitn", "sqrt", "starts_with", "step_by", "strip_prefix", "strip_suffix", "sum",
    "swap", "take", "take_while", "to_lowercase", "to_owned", "to_string", "to_uppercase", "to_vec", "trim", "trim_end",
    "trim_start", "truncate", "try_from", "try_into", "unwrap", "unwrap_or", "unwrap_or_default", "unwrap_or_else",
    "values", "values_mut", "windows", "with_capacity", "wrapping_add", "write", "zip",
];

/// `use a::{b, c as d, e::*};` and `extern crate a;`: one entry a leaf of the tree of names.
fn imports<'source>(source: &'source [u8], tree: &SyntaxTree, statement: u32) -> Vec<ImportEntry<'source>> {
    let argument = tree.child_with_role(statement, R::Argument);
    let Some(root) = argument.or_else(|| tree.child_with_role(statement, R::Name)) else { return Vec::new() };
    let mut entries = Vec::new();
    let mut open = vec![(root, Vec::new())];
    while let Some((node, prefix)) = open.pop() {
        let alias = tree.child_with_role(node, R::Alias);
        match tree.table().kind_name(tree.kind(node)) {
            "scoped_use_list" => {
                let path =
                    tree.child_with_role(node, R::Object).map_or_else(Vec::new, |path| parts(source, tree, path));
                let lists = tree.children(node).filter(|child| tree.table().kind_name(tree.kind(*child)) == "use_list");
                open.extend(lists.map(|list| (list, [&prefix[..], &path[..]].concat())));
            }
            "use_list" => {
                let inner: Vec<_> = tree.children(node).filter(|child| tree.is_named(*child)).collect();
                open.extend(inner.into_iter().rev().map(|child| (child, prefix.clone())));
            }
            "use_wildcard" => {
                let path = [&prefix[..], &parts(source, tree, node)[..]].concat();
                entries.push(ImportEntry::everything(node, module_path(&path)));
            }
            "use_as_clause" => {
                let path =
                    tree.child_with_role(node, R::Object).map_or_else(Vec::new, |path| parts(source, tree, path));
                entries.extend(named(
                    node,
                    [&prefix[..], &path[..]].concat(),
                    alias.map(|alias| tree.text(alias, source)),
                ));
            }
            "line_comment" | "block_comment" => {}
            _ => {
                let path = [&prefix[..], &parts(source, tree, node)[..]].concat();
                entries.extend(named(node, path, alias.map(|alias| tree.text(alias, source))));
            }
        }
    }
    entries
}

/// The identifiers of a path, in order.
fn parts<'source>(source: &'source [u8], tree: &SyntaxTree, path: u32) -> Vec<&'source str> {
    let leaves = (path..tree.subtree_end(path)).filter(|node| tree.category(*node) == C::Identifier);
    leaves.map(|leaf| tree.text(leaf, source)).collect()
}

/// A path of which the last part is imported; `self` stands for what is before it.
fn named<'source>(
    syntax: u32,
    mut path: Vec<&'source str>,
    alias: Option<&'source str>,
) -> Option<ImportEntry<'source>> {
    if path.len() > 1 && path.last() == Some(&"self") {
        path.pop();
    }
    let last = path.pop()?;
    let name = alias.unwrap_or(last);
    if path.is_empty() {
        return Some(ImportEntry::module(syntax, ModulePath::Visible(last.to_owned()), name));
    }
    Some(ImportEntry::member(syntax, module_path(&path), last, name))
}

fn module_path(path: &[&str]) -> ModulePath {
    let supers = path.iter().take_while(|part| **part == "super").count();
    match path.split_first() {
        _ if supers > 0 => ModulePath::FromModule { up: supers as u32, path: path[supers..].join(".") },
        Some((&"self", rest)) => ModulePath::FromModule { up: 0, path: rest.join(".") },
        Some((&"crate", rest)) => ModulePath::PackageRoot(rest.join(".")),
        _ => ModulePath::Visible(path.join(".")),
    }
}

static PASSIVE_FUNCTIONS: &[&str] =
    &["Arc", "Box", "Cell", "Err", "Mutex", "Ok", "Rc", "RefCell", "Some", "any", "drop", "fmt", "mem"];
