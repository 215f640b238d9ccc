//! Go.

use super::category::{Category as C, Role as R};
use super::definition::{
    BlockVariables, Constructor, DeadBranch, Documentation, Lack, LanguageDefinition, LeadTo, LineEnd, Lines,
    LoopForms, ModuleNames, PackagePaths, Privacy, Receiver, Rules, Runners, Sharing, SpecialNames, Spelling, Tests,
};
use super::form::Form as F;
use super::idioms::{Idioms, Meaning as M};
use super::imports::{ImportEntry, ModulePath};
use super::tokens;
use crate::syntax::SyntaxTree;

pub(super) static DEFINITION: LanguageDefinition = LanguageDefinition {
    name: "go",
    family: "go",
    extensions: &["go"],
    interpreters: &[],
    shared_extension: None,
    grammar: || tree_sitter_go::LANGUAGE.into(),
    kinds: &[KINDS],
    tokens: tokens::C_FAMILY,
    fields: FIELDS,
    fields_of: &[FIELDS_OF],
    roles: &[],
    builtins: BUILTINS,
    builtin_methods: &[],
    idioms: &IDIOMS,
    names: SpecialNames {
        constructor: Constructor::None,
        parent_object: "",
        own_class: "",
        static_method: "",
        builtin_module: "builtin",
        asynchronous: "",
        silent_parts: &[],
        package_files: &[],
        source_roots: &[],
        modules: ModuleNames::NONE,
        root_files: &[],
        library_namespaces: &[],
        library_members: &[],
        plain_names: &[
            "_",
            "any",
            "bool",
            "byte",
            "comparable",
            "complex128",
            "complex64",
            "float32",
            "float64",
            "int",
            "int16",
            "int32",
            "int64",
            "int8",
            "rune",
            "string",
            "uint",
            "uint16",
            "uint32",
            "uint64",
            "uint8",
            "uintptr",
        ],
    },
    tests: Tests {
        folders: &[],
        files: (&[], &["_test"]),
        marks: &[],
        modules: &[],
        classes: (&[], &[]),
        functions: &["Test", "Benchmark", "Example", "Fuzz"],
        markers: &[],
        set_ups: &[],
        runners: Runners::NONE,
        are_hidden: true,
    },
    rules: Rules {
        receiver: Receiver::Declared,
        privacy: Privacy::LowerCase,
        documentation: Documentation::CommentBefore,
        members_alone: None,
        functions_take_names: true,
        members_are_visible: false,
        headers_run_outside: false,
        decorators_are_calls: false,
        values_are_followed: false,
        modules_have_modules: false,
        reassignments: &["assignment_statement", "inc_statement", "dec_statement"],
        bare_variables: &[],
        values_see_outside: true,
        implied_values: &["const_spec"],
        array_creations: &[],
        shorthands: &[],
        patterns: &[],
        fields: &[],
        keeping_methods: &[],
        passive_functions: PASSIVE_FUNCTIONS,
        wrappers: &[],
        makers: &[],
        sharing: Sharing::Folder,
        dispatch_words: &[],
        blocks_are_values: false,
        block_variables: Some(BlockVariables::AfterValue),
        one_number_kind: false,
        capitals_are_constants: false,
        quotes: &["`", "\""],
        terminator: Some(";"),
        most_open_angles: None,
        lines: Lines { end: LineEnd::AfterOperand, ..Lines::SLASHES },
    },
    imports,
    loaders: &[],
    package_paths: Some(PACKAGE_PATHS),
    spelling: Some(Spelling {
        loops: LoopForms::Bare,
        dead_branch: DeadBranch::Empty("if false {\n}"),
        lacks: &[Lack::NamesAreSeen, Lack::Conditionals, Lack::PlainUpdates],
        ..tokens::C_FAMILY_SPELLING
    }),
};

const PACKAGE_PATHS: PackagePaths = PackagePaths {
    manifests: &["go.mod"],
    read: |_, text| module_path(text).map(|path| (path.to_owned(), String::new())).into_iter().collect(),
    lead_to: LeadTo::Folders,
    library: LIBRARY,
};

#[rustfmt::skip]
static LIBRARY: &[&str] = &[
    "C", "archive", "arena", "bufio", "bytes", "cmp", "compress", "container", "context", "crypto", "database", "debug",
    "embed", "encoding", "errors", "expvar", "flag", "fmt", "go", "hash", "html", "image", "index", "io", "iter", "log",
    "maps", "math", "mime", "net", "os", "path", "plugin", "reflect", "regexp", "runtime", "slices", "sort", "strconv",
    "strings", "structs", "sync", "syscall", "testing", "text", "time", "unicode", "unique", "unsafe", "weak",
];

#[rustfmt::skip]
static KINDS: &[(&str, C)] = &[
    ("source_file", C::Module), ("block", C::Block), ("statement_list", C::Block), ("field_declaration_list", C::Block),
    ("expression_statement", C::ExpressionStatement), ("var_declaration", C::ExpressionStatement),
    ("const_declaration", C::ExpressionStatement), ("type_declaration", C::ExpressionStatement),
    ("go_statement", C::ExpressionStatement), ("var_spec_list", C::Block),
    ("function_declaration", C::Function), ("method_declaration", C::Function), ("func_literal", C::Lambda),
    ("type_spec", C::Class), ("method_elem", C::Function), ("struct_type", C::Type), ("interface_type", C::Type),
    ("parameter_list", C::Parameters), ("parameter_declaration", C::Parameter),
    ("variadic_parameter_declaration", C::Parameter), ("type_alias", C::TypeAlias),
    ("type_parameter_declaration", C::TypeParameter), ("type_constraint", C::Arguments),
    ("type_arguments", C::Arguments), ("pointer_type", C::Type), ("array_type", C::Type), ("slice_type", C::Type),
    ("map_type", C::Type), ("channel_type", C::Type), ("function_type", C::Type), ("generic_type", C::Subscript),
    ("implicit_length_array_type", C::Type), ("parenthesized_type", C::Type), ("negated_type", C::Type),
    ("type_elem", C::Type), ("qualified_type", C::Member),
    ("import_declaration", C::Import), ("import_spec", C::ImportAlias), ("dot", C::ImportWildcard),
    ("package_clause", C::Directive), ("package_identifier", C::Identifier),
    ("short_var_declaration", C::Assignment), ("assignment_statement", C::Assignment), ("var_spec", C::Assignment),
    ("const_spec", C::Assignment), ("range_clause", C::Assignment), ("receive_statement", C::Assignment),
    ("inc_statement", C::AugmentedAssignment), ("dec_statement", C::AugmentedAssignment),
    ("field_declaration", C::Declaration),
    ("if_statement", C::If), ("expression_switch_statement", C::Match), ("type_switch_statement", C::Match),
    ("select_statement", C::Match), ("expression_case", C::MatchCase), ("type_case", C::MatchCase),
    ("communication_case", C::MatchCase), ("default_case", C::MatchCase),
    ("for_statement", C::For), ("break_statement", C::Break), ("goto_statement", C::Break),
    ("continue_statement", C::Continue), ("fallthrough_statement", C::Continue), ("return_statement", C::Return),
    ("defer_statement", C::Finally), ("send_statement", C::Yield), ("empty_statement", C::Pass),
    ("call_expression", C::Call), ("argument_list", C::Arguments), ("composite_literal", C::Call),
    ("literal_value", C::Arguments), ("keyed_element", C::Pair), ("literal_element", C::Parenthesized),
    ("variadic_argument", C::Spread), ("selector_expression", C::Member), ("index_expression", C::Subscript),
    ("slice_expression", C::Slice), ("type_assertion_expression", C::Cast), ("type_conversion_expression", C::Cast),
    ("type_instantiation_expression", C::Subscript), ("binary_expression", C::BinaryOperation),
    ("unary_expression", C::UnaryOperation), ("parenthesized_expression", C::Parenthesized),
    ("expression_list", C::ExpressionList),
    ("identifier", C::Identifier), ("type_identifier", C::Identifier), ("blank_identifier", C::Identifier),
    ("iota", C::Identifier), ("field_identifier", C::MemberName), ("label_name", C::MemberName),
    ("interpreted_string_literal", C::String), ("raw_string_literal", C::String), ("rune_literal", C::String),
    ("interpreted_string_literal_content", C::StringContent), ("raw_string_literal_content", C::StringContent),
    ("escape_sequence", C::EscapeSequence), ("int_literal", C::Integer), ("float_literal", C::Float),
    ("imaginary_literal", C::Float), ("true", C::True), ("false", C::False), ("nil", C::Null), ("comment", C::Comment),
    ("&^", C::OperatorBitAnd), ("&^=", C::OperatorBitAnd),
];

#[rustfmt::skip]
static FIELDS: &[(&str, R)] = &[
    ("name", R::Name), ("body", R::Body), ("condition", R::Condition), ("consequence", R::Consequence),
    ("alternative", R::Alternative), ("left", R::Left), ("right", R::Right), ("operator", R::Operator),
    ("function", R::Callee), ("arguments", R::Arguments), ("operand", R::Object), ("field", R::Member),
    ("package", R::Object), ("value", R::Value), ("index", R::Index), ("parameters", R::Parameters),
    ("result", R::ReturnType), ("type", R::Type), ("type_parameters", R::TypeParameters),
    ("type_arguments", R::Index), ("key", R::Key), ("path", R::Module), ("receiver", R::Receiver),
    ("initializer", R::Initializer), ("update", R::Update), ("alias", R::Alias), ("element", R::Type),
];

#[rustfmt::skip]
static FIELDS_OF: &[(&str, &str, R)] = &[
    ("var_spec", "name", R::Left), ("var_spec", "value", R::Right), ("const_spec", "name", R::Left),
    ("const_spec", "value", R::Right), ("type_alias", "name", R::Left), ("type_alias", "type", R::Right),
    ("qualified_type", "name", R::Member), ("generic_type", "type", R::Value),
    ("composite_literal", "type", R::Callee), ("composite_literal", "body", R::Arguments),
    ("expression_switch_statement", "value", R::Subject), ("type_switch_statement", "value", R::Subject),
    ("index_expression", "operand", R::Value), ("slice_expression", "operand", R::Value),
    ("unary_expression", "operand", R::Argument), ("type_assertion_expression", "operand", R::Value),
    ("type_conversion_expression", "operand", R::Value), ("import_spec", "name", R::Alias),
];

#[rustfmt::skip]
static IDIOMS: Idioms = Idioms {
    functions: &[
        ("Abs", M::Is(F::Absolute)), ("Atoi", M::Is(F::ToInteger)), ("Ceil", M::Is(F::Ceiling)),
        ("Contains", M::Is(F::Contains)), ("ContainsRune", M::Is(F::Contains)), ("Errorf", M::Is(F::Format)),
        ("Fields", M::Is(F::Split)), ("Float64s", M::Is(F::Sort)), ("Floor", M::Is(F::Floor)),
        ("FormatInt", M::Is(F::ToText)), ("HasPrefix", M::Is(F::StartsWith)), ("HasSuffix", M::Is(F::EndsWith)),
        ("Index", M::Is(F::Find)), ("IndexOf", M::Is(F::Find)), ("Ints", M::Is(F::Sort)),
        ("IsDigit", M::Is(F::IsDigit)), ("IsLetter", M::Is(F::IsLetter)), ("IsLower", M::Is(F::IsLower)),
        ("IsSpace", M::Is(F::IsSpace)), ("IsUpper", M::Is(F::IsUpper)), ("Itoa", M::Is(F::ToText)),
        ("Join", M::Is(F::Join)), ("MatchString", M::Is(F::RegexMatch)), ("Max", M::Is(F::Maximum)),
        ("Min", M::Is(F::Minimum)), ("ParseFloat", M::Is(F::ToFloat)), ("ParseInt", M::Is(F::ToInteger)),
        ("Pow", M::Is(F::Power)), ("Print", M::Is(F::Print)), ("Printf", M::Is(F::Print)),
        ("Println", M::Is(F::Print)), ("Repeat", M::Is(F::Repeat)), ("Replace", M::Is(F::Replace)),
        ("ReplaceAll", M::Is(F::Replace)), ("Reverse", M::Is(F::Reverse)), ("Round", M::Is(F::Round)),
        ("Slice", M::Is(F::Sort)), ("SliceStable", M::Is(F::Sort)), ("Sort", M::Is(F::Sort)),
        ("Split", M::Is(F::Split)), ("Sprint", M::Is(F::ToText)), ("Sprintf", M::Is(F::Format)),
        ("Sqrt", M::Is(F::SquareRoot)), ("Strings", M::Is(F::Sort)), ("ToLower", M::Is(F::Lower)),
        ("ToUpper", M::Is(F::Upper)), ("Trim", M::Is(F::Trim)), ("TrimSpace", M::Is(F::Trim)),
        ("append", M::Is(F::Append)), ("byte", M::Same), ("delete", M::Is(F::Remove)), ("float64", M::Is(F::ToFloat)),
        ("int", M::Is(F::ToInteger)), ("int64", M::Is(F::ToInteger)), ("len", M::Is(F::Length)),
        ("make", M::Collection(F::List)), ("max", M::Is(F::Maximum)), ("min", M::Is(F::Minimum)),
        ("panic", M::Is(F::Raise)), ("print", M::Is(F::Print)), ("println", M::Is(F::Print)), ("rune", M::Same),
        ("string", M::Is(F::ToText)),
    ],
    methods: &[
        ("Len", M::Is(F::Length)), ("MatchString", M::Is(F::RegexMatch)), ("String", M::Is(F::ToText)),
        ("WriteByte", M::Is(F::Append)), ("WriteRune", M::Is(F::Append)), ("WriteString", M::Is(F::Append)),
    ],
    properties: &[],
    constants: &[
        ("MaxFloat64", F::Infinity), ("MaxInt", F::Infinity), ("MaxInt32", F::Infinity), ("MaxInt64", F::Infinity),
    ],
};

#[rustfmt::skip]
static BUILTINS: &[&str] = &[
    "_", "any", "append", "bool", "byte", "cap", "clear", "close", "comparable", "complex", "complex128", "complex64",
    "copy", "delete", "error", "float32", "float64", "imag", "int", "int16", "int32", "int64", "int8", "iota", "len",
    "make", "max", "min", "new", "panic", "print", "println", "real", "recover", "rune", "string", "uint", "uint16",
    "uint32", "uint64", "uint8", "uintptr",
];

/// `import ("fmt"; m "math/rand"; . "strings"; _ "embed")`.
fn imports<'source>(source: &'source [u8], tree: &SyntaxTree, statement: u32) -> Vec<ImportEntry<'source>> {
    let specs = (statement..tree.subtree_end(statement)).filter(|node| tree.category(*node) == C::ImportAlias);
    specs.filter_map(|spec| entry(source, tree, spec)).collect()
}

fn entry<'source>(source: &'source [u8], tree: &SyntaxTree, spec: u32) -> Option<ImportEntry<'source>> {
    let path = tree.child_with_role(spec, R::Module)?;
    let written = tree.string_content(path, source);
    let module = ModulePath::External(written.to_owned());
    let alias = tree.child_with_role(spec, R::Alias);
    Some(match alias.map(|alias| (tree.category(alias), tree.text(alias, source))) {
        Some((C::ImportWildcard, _)) => ImportEntry::inclusion(spec, module, written),
        Some((_, "_")) => ImportEntry::unbound(spec, module, written),
        Some((_, name)) => ImportEntry::module(spec, module, name),
        None => ImportEntry::module(spec, module, package_name(written)),
    })
}

/// The usual name of the package in a folder: its last part that is no major version.
fn package_name(path: &str) -> &str {
    let is_version = |part: &&str| {
        part.strip_prefix('v').is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit()))
    };
    path.rsplit('/').find(|part| !is_version(part)).unwrap_or(path)
}

/// The path in the line `module example.com/shop` of a `go.mod`.
fn module_path(manifest: &str) -> Option<&str> {
    let lines = manifest.lines().map(|line| line.split_once("//").map_or(line, |(line, _)| line));
    let mut written = lines.filter_map(|line| line.trim().strip_prefix("module"));
    let path = written.find(|rest| rest.starts_with([' ', '\t', '"', '`']))?.trim().trim_matches(['"', '`']);
    // Go's own library is the one module whose packages have no beginning.
    if path == "std" { Some("") } else { Some(path).filter(|path| !path.is_empty()) }
}

static PASSIVE_FUNCTIONS: &[&str] =
    &["append", "cap", "copy", "encoding", "errors", "fmt", "len", "log", "panic", "print", "println", "reflect"];
