//! C, and what C++ takes over from it.

use super::category::{Category as C, Role as R};
use super::definition::{
    BlockVariables, Constructor, DeadBranch, Documentation, Lack, LanguageDefinition, ModuleNames, Privacy, Receiver,
    Rules, Runners, Sharing, SpecialNames, Spelling, Tests,
};
use super::{clike, tokens};

pub(super) static DEFINITION: LanguageDefinition = LanguageDefinition {
    name: "c",
    family: "c",
    extensions: &["c", "h"],
    interpreters: &["tcc"],
    shared_extension: None,
    grammar: || tree_sitter_c::LANGUAGE.into(),
    kinds: &[clike::KINDS, KINDS],
    tokens: tokens::C_FAMILY,
    fields: clike::FIELDS,
    fields_of: &[clike::FIELDS_OF, FIELDS_OF],
    roles: &[],
    builtins: clike::BUILTINS,
    builtin_methods: &[],
    idioms: &clike::IDIOMS,
    names: SpecialNames {
        constructor: Constructor::None,
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
        library_namespaces: &[],
        library_members: &[],
        plain_names: &[],
    },
    tests: Tests {
        folders: &["test", "tests"],
        files: (&["test_"], &["_test", "_tests"]),
        marks: &[],
        modules: &[],
        classes: (&[], &[]),
        functions: &["test", "Test"],
        markers: &[],
        set_ups: &[],
        runners: Runners::NONE,
        are_hidden: false,
    },
    rules: Rules {
        receiver: Receiver::None,
        privacy: Privacy::Word("static"),
        documentation: Documentation::CommentBefore,
        functions_take_names: false,
        members_are_visible: false,
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
        keeping_methods: &[],
        passive_functions: clike::PASSIVE_FUNCTIONS,
        wrappers: &[],
        makers: &[],
        sharing: Sharing::Everywhere,
        dispatch_words: &[],
        blocks_are_values: false,
        block_variables: Some(BlockVariables::AfterName),
        one_number_kind: true,
        capitals_are_constants: false,
        quotes: &["\""],
        terminator: Some(";"),
        most_open_angles: None,
        lines: clike::LINES,
    },
    imports: clike::imports,
    loaders: &[],
    package_paths: None,
    spelling: Some(Spelling {
        dead_branch: DeadBranch::Empty("if (0) {}"),
        lacks: &[Lack::NamesAreSeen],
        ..tokens::C_FAMILY_SPELLING
    }),
};

static KINDS: &[(&str, C)] = &[("macro_type_specifier", C::Type), ("variadic_parameter", C::ParameterSeparator)];

static FIELDS_OF: &[(&str, &str, R)] =
    &[("subscript_expression", "index", R::Index), ("if_statement", "condition", R::Condition)];
