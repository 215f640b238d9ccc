//! Python.

use super::category::{Category as C, Role as R};
use super::definition::{
    Constructor, DeadBranch, Documentation, LanguageDefinition, LineEnd, Lines, LoopForms, ModuleNames, PatternForm,
    Privacy, Receiver, Rules, Runners, Sharing, SpecialNames, Spelling, Tests,
};
use super::form::Form as F;
use super::idioms::{Idioms, Meaning as M};
use super::imports::{ImportEntry, ModulePath};
use crate::syntax::SyntaxTree;

pub(super) static DEFINITION: LanguageDefinition = LanguageDefinition {
    name: "python",
    family: "python",
    extensions: &["py", "pyi", "pyw"],
    interpreters: &["python", "pypy"],
    shared_extension: None,
    grammar: || tree_sitter_python::LANGUAGE.into(),
    kinds: &[KINDS],
    tokens: &[],
    fields: FIELDS,
    fields_of: &[],
    roles: &[],
    builtins: BUILTINS,
    builtin_methods: BUILTIN_METHODS,
    idioms: &IDIOMS,
    names: SpecialNames {
        constructor: Constructor::Named("__init__"),
        parent_object: "super",
        own_class: "",
        static_method: "staticmethod",
        builtin_module: "builtins",
        asynchronous: "async",
        silent_parts: &[],
        package_files: &["__init__"],
        source_roots: &[],
        modules: ModuleNames::NONE,
        root_files: &[],
        library_namespaces: &[],
        library_members: &[],
        plain_names: &[],
    },
    tests: Tests {
        folders: &["test", "tests"],
        files: (&["test_"], &["_test"]),
        marks: &[],
        modules: &[],
        classes: (&["Test"], &["Test", "Tests", "TestCase"]),
        functions: &["test"],
        markers: &[],
        set_ups: &[
            "asyncSetUp",
            "setUp",
            "setUpClass",
            "setUpModule",
            "setup_class",
            "setup_function",
            "setup_method",
            "setup_module",
        ],
        runners: Runners::NONE,
        are_hidden: false,
    },
    rules: Rules {
        receiver: Receiver::FirstParameter,
        privacy: Privacy::Underscore,
        documentation: Documentation::LeadingString,
        members_alone: None,
        functions_take_names: false,
        members_are_visible: false,
        headers_run_outside: true,
        decorators_are_calls: true,
        values_are_followed: true,
        modules_have_modules: true,
        reassignments: &[],
        bare_variables: &[],
        values_see_outside: false,
        implied_values: &[],
        array_creations: &[],
        shorthands: &[],
        patterns: PATTERNS,
        fields: &[],
        keeping_methods: &[],
        passive_functions: &[],
        wrappers: &[],
        makers: &[],
        sharing: Sharing::Imports,
        dispatch_words: &[],
        blocks_are_values: false,
        block_variables: None,
        one_number_kind: false,
        capitals_are_constants: false,
        quotes: &["\"\"\"", "'''", "\"", "'"],
        terminator: None,
        most_open_angles: None,
        lines: Lines {
            comments: &["#"],
            statements: &["def ", "class ", "return", "import ", "raise ", "with ", "try:", "while ", "@"],
            end: LineEnd::OutsideBrackets,
        },
    },
    imports,
    loaders: &[],
    package_paths: None,
    spelling: Some(Spelling {
        true_literal: "True",
        false_literal: "False",
        receivers: &["self", "cls"],
        name_readers: &["locals", "globals", "vars", "dir", "eval", "exec", "_getframe", "currentframe"],
        commutative_functions: &["max", "min", "gcd"],
        range_functions: &["range"],
        variables_end_with_function: true,
        negation_is_tight: false,
        loops: LoopForms::Indented,
        dead_branch: DeadBranch::Copying("if False:"),
        temporary: Some(""),
        lacks: &[],
    }),
};

static PATTERNS: &[(&str, PatternForm)] = &[
    ("identifier", PatternForm::Name),
    ("case_pattern", PatternForm::Around),
    ("as_pattern", PatternForm::Around),
    ("dotted_name", PatternForm::Alternatives),
    ("union_pattern", PatternForm::Alternatives),
    ("splat_pattern", PatternForm::Starred),
    ("list_pattern", PatternForm::Sequence),
    ("tuple_pattern", PatternForm::Sequence),
    ("class_pattern", PatternForm::Class),
    ("keyword_pattern", PatternForm::Keyword),
    ("dict_pattern", PatternForm::Mapping),
];

#[rustfmt::skip]
static KINDS: &[(&str, C)] = &[
    ("module", C::Module), ("block", C::Block), ("expression_statement", C::ExpressionStatement),
    ("function_definition", C::Function), ("lambda", C::Lambda), ("class_definition", C::Class),
    ("decorator", C::Decorator), ("decorated_definition", C::DecoratedDefinition),
    ("parameters", C::Parameters), ("lambda_parameters", C::Parameters),
    ("default_parameter", C::DefaultParameter), ("typed_default_parameter", C::DefaultParameter),
    ("typed_parameter", C::Parameter),
    ("list_splat_pattern", C::VariadicParameter), ("dictionary_splat_pattern", C::VariadicParameter),
    ("keyword_separator", C::ParameterSeparator), ("positional_separator", C::ParameterSeparator),
    ("type", C::Type), ("generic_type", C::Type), ("union_type", C::Type), ("constrained_type", C::Type),
    ("member_type", C::Type), ("splat_type", C::Type), ("type_alias_statement", C::TypeAlias),
    ("type_parameter", C::TypeParameter),
    ("import_statement", C::Import), ("import_from_statement", C::ImportFrom),
    ("future_import_statement", C::ImportFrom), ("aliased_import", C::ImportAlias),
    ("wildcard_import", C::ImportWildcard), ("relative_import", C::ImportPath), ("import_prefix", C::ImportPath),
    ("assignment", C::Assignment), ("augmented_assignment", C::AugmentedAssignment),
    ("named_expression", C::NamedExpression), ("delete_statement", C::Delete),
    ("global_statement", C::GlobalDeclaration), ("nonlocal_statement", C::GlobalDeclaration),
    ("if_statement", C::If), ("elif_clause", C::ElseIf), ("else_clause", C::Else),
    ("conditional_expression", C::Conditional), ("match_statement", C::Match), ("case_clause", C::MatchCase),
    ("case_pattern", C::Pattern), ("class_pattern", C::Pattern), ("complex_pattern", C::Pattern),
    ("dict_pattern", C::Pattern), ("keyword_pattern", C::Pattern), ("list_pattern", C::Pattern),
    ("pattern_list", C::Pattern), ("splat_pattern", C::Pattern), ("tuple_pattern", C::Pattern),
    ("union_pattern", C::Pattern), ("as_pattern", C::Pattern),
    ("for_statement", C::For), ("while_statement", C::While), ("break_statement", C::Break),
    ("continue_statement", C::Continue),
    ("list_comprehension", C::Comprehension), ("set_comprehension", C::Comprehension),
    ("dictionary_comprehension", C::Comprehension), ("generator_expression", C::Generator),
    ("for_in_clause", C::ComprehensionFor), ("if_clause", C::ComprehensionIf),
    ("return_statement", C::Return), ("yield", C::Yield), ("await", C::Await), ("raise_statement", C::Raise),
    ("try_statement", C::Try), ("except_clause", C::Catch), ("finally_clause", C::Finally),
    ("with_statement", C::With), ("with_clause", C::WithItem), ("with_item", C::WithItem),
    ("assert_statement", C::Assert), ("pass_statement", C::Pass),
    ("print_statement", C::Print), ("exec_statement", C::Print), ("chevron", C::Print),
    ("call", C::Call), ("argument_list", C::Arguments), ("keyword_argument", C::KeywordArgument),
    ("list_splat", C::Spread), ("dictionary_splat", C::Spread), ("parenthesized_list_splat", C::Spread),
    ("attribute", C::Member), ("subscript", C::Subscript), ("slice", C::Slice),
    ("binary_operator", C::BinaryOperation), ("unary_operator", C::UnaryOperation),
    ("boolean_operator", C::BooleanOperation), ("not_operator", C::NotOperation),
    ("comparison_operator", C::Comparison), ("parenthesized_expression", C::Parenthesized),
    ("list", C::List), ("tuple", C::Tuple), ("set", C::Set), ("dictionary", C::Dictionary), ("pair", C::Pair),
    ("expression_list", C::ExpressionList), ("identifier", C::Identifier), ("dotted_name", C::QualifiedName),
    ("string", C::String), ("string_content", C::StringContent), ("string_start", C::StringDelimiter),
    ("string_end", C::StringDelimiter), ("escape_sequence", C::EscapeSequence),
    ("escape_interpolation", C::EscapeSequence), ("interpolation", C::Interpolation),
    ("format_expression", C::Interpolation), ("format_specifier", C::FormatSpecifier),
    ("type_conversion", C::FormatSpecifier), ("concatenated_string", C::ConcatenatedString),
    ("integer", C::Integer), ("float", C::Float), ("true", C::True), ("false", C::False), ("none", C::Null),
    ("ellipsis", C::Ellipsis), ("comment", C::Comment), ("line_continuation", C::LineContinuation),
    ("+", C::OperatorAdd), ("+=", C::OperatorAdd), ("-", C::OperatorSubtract), ("-=", C::OperatorSubtract),
    ("*", C::OperatorMultiply), ("*=", C::OperatorMultiply), ("/", C::OperatorDivide), ("/=", C::OperatorDivide),
    ("//", C::OperatorFloorDivide), ("//=", C::OperatorFloorDivide), ("%", C::OperatorModulo),
    ("%=", C::OperatorModulo), ("**", C::OperatorPower), ("**=", C::OperatorPower),
    ("@", C::OperatorMatrixMultiply), ("@=", C::OperatorMatrixMultiply), ("&", C::OperatorBitAnd),
    ("&=", C::OperatorBitAnd), ("|", C::OperatorBitOr), ("|=", C::OperatorBitOr), ("^", C::OperatorBitXor),
    ("^=", C::OperatorBitXor), ("<<", C::OperatorShiftLeft), ("<<=", C::OperatorShiftLeft),
    (">>", C::OperatorShiftRight), (">>=", C::OperatorShiftRight), ("~", C::OperatorInvert),
    ("and", C::OperatorAnd), ("or", C::OperatorOr), ("not", C::OperatorNot), ("==", C::OperatorEqual),
    ("!=", C::OperatorNotEqual), ("<>", C::OperatorNotEqual), ("<", C::OperatorLess), ("<=", C::OperatorLessEqual),
    (">", C::OperatorGreater), (">=", C::OperatorGreaterEqual), ("is", C::OperatorIs), ("is not", C::OperatorIsNot),
    ("in", C::OperatorIn), ("not in", C::OperatorNotIn),
];

#[rustfmt::skip]
static FIELDS: &[(&str, R)] = &[
    ("name", R::Name), ("body", R::Body), ("condition", R::Condition), ("consequence", R::Consequence),
    ("alternative", R::Alternative), ("left", R::Left), ("right", R::Right), ("operator", R::Operator),
    ("operators", R::Operator), ("function", R::Callee), ("arguments", R::Arguments), ("object", R::Object),
    ("attribute", R::Member), ("value", R::Value), ("subscript", R::Index), ("parameters", R::Parameters),
    ("return_type", R::ReturnType), ("type", R::Type), ("key", R::Key), ("superclasses", R::Superclasses),
    ("alias", R::Alias), ("module_name", R::Module), ("subject", R::Subject), ("guard", R::Guard),
    ("cause", R::Cause), ("definition", R::Definition), ("argument", R::Argument),
    ("format_specifier", R::Format), ("type_conversion", R::Format), ("type_parameters", R::TypeParameters),
];

#[rustfmt::skip]
static IDIOMS: Idioms = Idioms {
    functions: &[
        ("Counter", M::Is(F::Count)), ("OrderedDict", M::Collection(F::Map)), ("abs", M::Is(F::Absolute)),
        ("all", M::Is(F::All)), ("any", M::Is(F::Any)), ("array", M::Collection(F::List)),
        ("bool", M::Is(F::ToBoolean)), ("ceil", M::Is(F::Ceiling)), ("chr", M::Is(F::Character)), ("copy", M::Same),
        ("deepcopy", M::Same), ("defaultdict", M::Collection(F::Map)), ("deque", M::Collection(F::List)),
        ("dict", M::Collection(F::Map)), ("enumerate", M::Is(F::Enumerate)), ("fabs", M::Is(F::Absolute)),
        ("filter", M::FilterEach), ("findall", M::Is(F::Find)), ("finditer", M::Is(F::RegexMatch)),
        ("float", M::Is(F::ToFloat)), ("floor", M::Is(F::Floor)), ("frozenset", M::Is(F::Set)),
        ("fsum", M::Is(F::Sum)), ("fullmatch", M::Is(F::RegexMatch)), ("int", M::Is(F::ToInteger)),
        ("isinstance", M::Is(F::TypeTest)), ("isqrt", M::Is(F::SquareRoot)), ("issubclass", M::Is(F::TypeTest)),
        ("iter", M::Same), ("len", M::Is(F::Length)), ("list", M::Collection(F::List)), ("map", M::MapEach),
        ("match", M::Is(F::RegexMatch)), ("max", M::Is(F::Maximum)), ("maximum", M::Is(F::Maximum)),
        ("min", M::Is(F::Minimum)), ("minimum", M::Is(F::Minimum)), ("ord", M::Is(F::CharacterCode)),
        ("pow", M::Is(F::Power)), ("print", M::Is(F::Print)), ("range", M::Is(F::Range)), ("reduce", M::Is(F::Reduce)),
        ("repr", M::Is(F::ToText)), ("reversed", M::Is(F::Reverse)), ("round", M::Is(F::Round)),
        ("search", M::Is(F::RegexMatch)), ("set", M::Is(F::Set)), ("sorted", M::Is(F::Sort)),
        ("sqrt", M::Is(F::SquareRoot)), ("str", M::Is(F::ToText)), ("sub", M::Is(F::Replace)), ("sum", M::Is(F::Sum)),
        ("trunc", M::Is(F::ToInteger)), ("tuple", M::Collection(F::List)), ("type", M::Is(F::TypeTest)),
        ("xrange", M::Is(F::Range)), ("zip", M::Is(F::Zip)),
    ],
    methods: &[
        ("add", M::Is(F::Append)), ("append", M::Is(F::Append)), ("appendleft", M::Is(F::Append)),
        ("casefold", M::Is(F::Lower)), ("copy", M::Same), ("count", M::Is(F::Count)), ("discard", M::Is(F::Remove)),
        ("endswith", M::Is(F::EndsWith)), ("extend", M::Is(F::Extend)), ("find", M::Is(F::Find)),
        ("format", M::Is(F::Format)), ("fullmatch", M::Is(F::RegexMatch)), ("get", M::Is(F::Get)),
        ("index", M::Is(F::Find)), ("insert", M::Is(F::Insert)), ("isalpha", M::Is(F::IsLetter)),
        ("isdecimal", M::Is(F::IsDigit)), ("isdigit", M::Is(F::IsDigit)), ("islower", M::Is(F::IsLower)),
        ("isnumeric", M::Is(F::IsDigit)), ("isspace", M::Is(F::IsSpace)), ("isupper", M::Is(F::IsUpper)),
        ("items", M::Is(F::Entries)), ("join", M::Turned(F::Join)), ("keys", M::Is(F::Keys)),
        ("lower", M::Is(F::Lower)), ("match", M::Is(F::RegexMatch)), ("pop", M::Is(F::Pop)),
        ("popitem", M::Is(F::Pop)), ("popleft", M::Is(F::Pop)), ("remove", M::Is(F::Remove)),
        ("replace", M::Is(F::Replace)), ("reverse", M::Is(F::Reverse)), ("rfind", M::Is(F::Find)),
        ("search", M::Is(F::RegexMatch)), ("setdefault", M::Is(F::Get)), ("sort", M::Is(F::Sort)),
        ("split", M::Is(F::Split)), ("splitlines", M::Is(F::Split)), ("startswith", M::Is(F::StartsWith)),
        ("strip", M::Is(F::Trim)), ("update", M::Is(F::Extend)), ("upper", M::Is(F::Upper)),
        ("values", M::Is(F::Values)),
    ],
    properties: &[],
    constants: &[
        ("inf", F::Infinity), ("maxint", F::Infinity), ("maxsize", F::Infinity),
    ],
};

#[rustfmt::skip]
static BUILTINS: &[&str] = &[
    "ArithmeticError", "AssertionError", "AttributeError", "BaseException", "BaseExceptionGroup", "BlockingIOError",
    "BrokenPipeError", "BufferError", "BytesWarning", "ChildProcessError", "ConnectionAbortedError",
    "ConnectionError", "ConnectionRefusedError", "ConnectionResetError", "DeprecationWarning", "EOFError", "Ellipsis",
    "EncodingWarning", "EnvironmentError", "Exception", "ExceptionGroup", "FileExistsError", "FileNotFoundError",
    "FloatingPointError", "FutureWarning", "GeneratorExit", "IOError", "ImportError", "ImportWarning",
    "IndentationError", "IndexError", "InterruptedError", "IsADirectoryError", "KeyError", "KeyboardInterrupt",
    "LookupError", "MemoryError", "ModuleNotFoundError", "NameError", "NotADirectoryError", "NotImplemented",
    "NotImplementedError", "OSError", "OverflowError", "PendingDeprecationWarning", "PermissionError",
    "ProcessLookupError", "RecursionError", "ReferenceError", "ResourceWarning", "RuntimeError", "RuntimeWarning",
    "StopAsyncIteration", "StopIteration", "SyntaxError", "SyntaxWarning", "SystemError", "SystemExit", "TabError",
    "TimeoutError", "TypeError", "UnboundLocalError", "UnicodeDecodeError", "UnicodeEncodeError", "UnicodeError",
    "UnicodeTranslateError", "UnicodeWarning", "UserWarning", "ValueError", "Warning", "ZeroDivisionError",
    "__annotations__", "__build_class__", "__builtins__", "__debug__", "__dict__", "__doc__", "__file__",
    "__import__", "__loader__", "__module__", "__name__", "__package__", "__path__", "__qualname__", "__spec__",
    "abs", "aiter", "all", "anext", "any", "ascii", "bin", "bool", "breakpoint", "bytearray", "bytes", "callable",
    "chr", "classmethod", "compile", "complex", "copyright", "credits", "delattr", "dict", "dir", "divmod",
    "enumerate", "eval", "exec", "exit", "filter", "float", "format", "frozenset", "getattr", "globals", "hasattr",
    "hash", "help", "hex", "id", "input", "int", "isinstance", "issubclass", "iter", "len", "license", "list",
    "locals", "map", "max", "memoryview", "min", "next", "object", "oct", "open", "ord", "pow", "print", "property",
    "quit", "range", "repr", "reversed", "round", "set", "setattr", "slice", "sorted", "staticmethod", "str", "sum",
    "super", "tuple", "type", "vars", "zip",
];

#[rustfmt::skip]
static BUILTIN_METHODS: &[&str] = &[
    "add", "append", "as_integer_ratio", "bit_count", "bit_length", "buffer", "c_contiguous", "capitalize",
    "casefold", "cast", "center", "clear", "close", "closed", "conjugate", "contiguous", "copy", "count",
    "decode", "deleter", "denominator", "detach", "difference", "difference_update", "discard", "encode",
    "encoding", "endswith", "errors", "expandtabs", "extend", "f_contiguous", "fdel", "fget", "fileno", "find",
    "flush", "format", "format_map", "from_bytes", "fromhex", "fromkeys", "fset", "get", "getbuffer", "getter",
    "getvalue", "gi_code", "gi_frame", "gi_running", "gi_suspended", "gi_yieldfrom", "hex", "imag", "index",
    "insert", "intersection", "intersection_update", "is_integer", "isalnum", "isalpha", "isascii", "isatty",
    "isdecimal", "isdigit", "isdisjoint", "isidentifier", "islower", "isnumeric", "isprintable", "isspace",
    "issubset", "issuperset", "istitle", "isupper", "items", "itemsize", "join", "keys", "line_buffering",
    "ljust", "lower", "lstrip", "maketrans", "name", "nbytes", "ndim", "newlines", "numerator", "obj",
    "partition", "pop", "popitem", "read", "read1", "readable", "readinto", "readinto1", "readline",
    "readlines", "readonly", "real", "reconfigure", "release", "remove", "removeprefix", "removesuffix",
    "replace", "reverse", "rfind", "rindex", "rjust", "rpartition", "rsplit", "rstrip", "seek", "seekable",
    "send", "setdefault", "setter", "shape", "sort", "split", "splitlines", "startswith", "strides", "strip",
    "suboffsets", "swapcase", "symmetric_difference", "symmetric_difference_update", "tell", "throw", "title",
    "to_bytes", "tobytes", "tolist", "toreadonly", "translate", "truncate", "union", "update", "upper",
    "values", "writable", "write", "write_through", "writelines", "zfill",
];

/// `import a.b as c`, `from a import b as c, d`, `from . import *`.
fn imports<'source>(source: &'source [u8], tree: &SyntaxTree, statement: u32) -> Vec<ImportEntry<'source>> {
    let names = tree
        .children(statement)
        .filter(|child| tree.role(*child) == R::Name || tree.category(*child) == C::ImportWildcard);
    if tree.category(statement) == C::Import {
        return names.map(|syntax| module_import(source, tree, syntax)).collect();
    }
    // A statement that names no module speaks to the compiler, not to another module.
    let Some(module) = tree.child_with_role(statement, R::Module) else { return Vec::new() };
    let module = module_path(tree.text(module, source));
    names
        .map(|syntax| {
            if tree.category(syntax) == C::ImportWildcard {
                return ImportEntry::everything(syntax, module.clone());
            }
            let (member, name) = path_and_name(source, tree, syntax);
            ImportEntry::member(syntax, module.clone(), member, name)
        })
        .collect()
}

/// `import a.b` binds `a`; `import a.b as c` binds `c` to `a.b`.
fn module_import<'source>(source: &'source [u8], tree: &SyntaxTree, syntax: u32) -> ImportEntry<'source> {
    let (module, alias) = path_and_name(source, tree, syntax);
    if tree.category(syntax) == C::ImportAlias {
        return ImportEntry::module(syntax, ModulePath::Absolute(module.to_owned()), alias);
    }
    ImportEntry::root_of_module(syntax, module)
}

/// What an entry of an import list names, and the name that it binds.
fn path_and_name<'source>(source: &'source [u8], tree: &SyntaxTree, syntax: u32) -> (&'source str, &'source str) {
    let name = tree.child_with_role(syntax, R::Name).filter(|_| tree.category(syntax) == C::ImportAlias);
    let path = tree.text(name.unwrap_or(syntax), source);
    let alias = tree.child_with_role(syntax, R::Alias);
    (path, alias.map_or(path, |alias| tree.text(alias, source)))
}

fn module_path(written: &str) -> ModulePath {
    let rest = written.trim_start_matches('.');
    match written.len() - rest.len() {
        0 => ModulePath::Absolute(written.to_owned()),
        dots => ModulePath::Relative { up: dots as u32 - 1, path: rest.trim().to_owned() },
    }
}
