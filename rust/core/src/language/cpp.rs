//! C++.

use super::category::{Category as C, Role as R};
use super::definition::{
    BlockVariables, Constructor, Documentation, Lack, LanguageDefinition, ModuleNames, Privacy, Receiver, Rules,
    Runners, SharedExtension, Sharing, SpecialNames, Spelling, Tests,
};
use super::{clike, tokens};

pub(super) static DEFINITION: LanguageDefinition = LanguageDefinition {
    name: "cpp",
    family: "c",
    extensions: &["cpp", "cc", "cxx", "hpp", "hh", "hxx", "inl", "ipp"],
    interpreters: &[],
    shared_extension: Some(SharedExtension {
        extension: "h",
        line_starts: &[
            "class ",
            "namespace ",
            "namespace{",
            "template ",
            "template<",
            "using ",
            "public:",
            "private:",
            "protected:",
            "constexpr ",
            "enum class ",
            "virtual ",
            "explicit ",
            "friend ",
        ],
        includes_without_extension: true,
    }),
    grammar: || tree_sitter_cpp::LANGUAGE.into(),
    kinds: &[clike::KINDS, KINDS],
    tokens: tokens::C_FAMILY,
    fields: clike::FIELDS,
    fields_of: &[clike::FIELDS_OF, FIELDS_OF],
    roles: ROLES,
    builtins: clike::BUILTINS,
    builtin_methods: BUILTIN_METHODS,
    idioms: &clike::IDIOMS,
    names: SpecialNames {
        constructor: Constructor::ClassName,
        parent_object: "",
        own_class: "",
        static_method: "",
        builtin_module: "",
        asynchronous: "",
        silent_parts: &[],
        package_files: &[],
        source_roots: &[],
        modules: ModuleNames::NONE,
        root_files: &[],
        library_namespaces: &["std"],
        library_members: &[],
        plain_names: &[],
    },
    tests: Tests {
        folders: &["test", "tests"],
        files: (&["test_"], &["_test", "_tests", "_unittest"]),
        marks: &[],
        modules: &[],
        classes: (&[], &[]),
        functions: &["test", "Test", "TEST"],
        markers: &[],
        set_ups: &[],
        runners: Runners::NONE,
        are_hidden: false,
    },
    rules: Rules {
        receiver: Receiver::Named("this"),
        privacy: Privacy::Word("static"),
        documentation: Documentation::CommentBefore,
        functions_take_names: true,
        members_are_visible: true,
        headers_run_outside: false,
        decorators_are_calls: false,
        values_are_followed: false,
        modules_have_modules: false,
        reassignments: &["assignment_expression", "update_expression"],
        bare_variables: &[("declaration", "extern")],
        values_see_outside: false,
        implied_values: &[],
        array_creations: &[],
        shorthands: &[],
        patterns: &[],
        fields: &[],
        keeping_methods: &["emplace_back", "insert", "push", "push_back", "push_front"],
        wrappers: WRAPPERS,
        makers: &["make_shared", "make_unique"],
        sharing: Sharing::Everywhere,
        dispatch_words: &["virtual", "override"],
        blocks_are_values: false,
        block_variables: Some(BlockVariables::AfterName),
        one_number_kind: true,
        capitals_are_constants: false,
        quotes: &["\""],
        terminator: Some(";"),
        most_open_angles: Some(10_000),
        lines: clike::LINES,
    },
    imports: clike::imports,
    loaders: &[],
    package_paths: None,
    spelling: Some(Spelling { lacks: &[Lack::NamesAreSeen], ..tokens::C_FAMILY_SPELLING }),
};

#[rustfmt::skip]
static WRAPPERS: &[(&str, &[&str])] = &[
    ("optional", &["emplace", "has_value", "reset", "swap", "value", "value_or"]),
    ("reference_wrapper", &["get"]),
    ("shared_ptr", &["get", "owner_before", "reset", "swap", "unique", "use_count"]),
    ("unique_ptr", &["get", "get_deleter", "release", "reset", "swap"]),
];

#[rustfmt::skip]
static KINDS: &[(&str, C)] = &[
    ("class_specifier", C::Type), ("namespace_definition", C::Namespace), ("nested_namespace_specifier", C::QualifiedName),
    ("template_declaration", C::DecoratedDefinition), ("lambda_expression", C::Lambda),
    ("base_class_clause", C::Arguments), ("access_specifier", C::Keyword), ("virtual_specifier", C::Keyword),
    ("reference_declarator", C::Declarator), ("variadic_declarator", C::Declarator),
    ("abstract_reference_declarator", C::Declarator), ("pointer_type_declarator", C::Declarator),
    ("optional_parameter_declaration", C::Parameter), ("variadic_parameter_declaration", C::Parameter),
    ("type_parameter_declaration", C::TypeParameter), ("optional_type_parameter_declaration", C::TypeParameter),
    ("variadic_type_parameter_declaration", C::TypeParameter), ("alias_declaration", C::TypeAlias),
    ("using_declaration", C::Directive), ("placeholder_type_specifier", C::Type), ("decltype", C::Type),
    ("template_type", C::Subscript), ("template_function", C::Subscript), ("template_method", C::Subscript),
    ("template_argument_list", C::Arguments), ("subscript_argument_list", C::Arguments), ("dependent_type", C::Type),
    ("qualified_identifier", C::Member), ("namespace_identifier", C::Identifier), ("destructor_name", C::Identifier),
    ("operator_name", C::Identifier), ("this", C::Identifier), ("auto", C::Identifier),
    ("structured_binding_declarator", C::Pattern), ("lambda_capture_initializer", C::Assignment),
    ("for_range_loop", C::For), ("try_statement", C::Try), ("catch_clause", C::Catch), ("throw_statement", C::Raise),
    ("co_await_expression", C::Await), ("co_yield_statement", C::Yield), ("co_return_statement", C::Return),
    ("new_expression", C::Call), ("delete_expression", C::Delete), ("static_assert_declaration", C::Assert),
    ("condition_clause", C::Parenthesized), ("parameter_pack_expansion", C::Spread), ("raw_string_literal", C::String),
    ("raw_string_content", C::StringContent), ("user_defined_literal", C::String),
    ("and", C::OperatorAnd), ("or", C::OperatorOr), ("not", C::OperatorNot), ("not_eq", C::OperatorNotEqual),
    ("bitand", C::OperatorBitAnd), ("bitor", C::OperatorBitOr), ("xor", C::OperatorBitXor), ("compl", C::OperatorInvert),
];

#[rustfmt::skip]
static FIELDS_OF: &[(&str, &str, R)] = &[
    ("qualified_identifier", "scope", R::Object), ("qualified_identifier", "name", R::Member),
    ("template_type", "name", R::Value), ("template_function", "name", R::Value), ("template_method", "name", R::Value),
    ("template_type", "arguments", R::Index), ("template_function", "arguments", R::Index),
    ("template_method", "arguments", R::Index), ("template_declaration", "parameters", R::TypeParameters),
    ("for_range_loop", "declarator", R::Left), ("alias_declaration", "name", R::Left),
    ("field_declaration", "default_value", R::Value), ("optional_parameter_declaration", "default_value", R::Value),
    ("new_expression", "type", R::Callee), ("subscript_expression", "indices", R::Index),
    ("lambda_expression", "captures", R::Initializer),
];

static ROLES: &[(&str, R)] = &[("base_class_clause", R::Superclasses)];

#[rustfmt::skip]
static BUILTIN_METHODS: &[&str] = &[
    "append", "assign", "at", "back", "begin", "c_str", "capacity", "cbegin", "cend", "clear", "compare", "contains",
    "count", "data", "emplace", "emplace_back", "empty", "end", "erase", "find", "first", "front", "get", "insert",
    "join", "length", "load", "lock", "max_size", "pop", "pop_back", "pop_front", "push", "push_back", "push_front",
    "rbegin", "release", "rend", "replace", "reserve", "reset", "resize", "rfind", "second", "shrink_to_fit", "size",
    "store", "str", "substr", "swap", "top", "unlock", "use_count", "value", "what",
];
