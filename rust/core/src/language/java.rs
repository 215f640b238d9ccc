//! Java.

use super::category::{Category as C, Role as R};
use super::definition::{
    BlockVariables, Constructor, Documentation, Lack, LanguageDefinition, Lines, MembersAlone, ModuleNames, Privacy,
    Receiver, Rules, Runners, Sharing, SpecialNames, Spelling, Tests,
};
use super::form::Form as F;
use super::idioms::{Idioms, Meaning as M};
use super::imports::{ImportEntry, ModulePath};
use super::tokens;
use crate::syntax::SyntaxTree;

pub(super) static DEFINITION: LanguageDefinition = LanguageDefinition {
    name: "java",
    family: "java",
    extensions: &["java"],
    interpreters: &["java"],
    shared_extension: None,
    grammar: || tree_sitter_java::LANGUAGE.into(),
    kinds: &[KINDS],
    tokens: tokens::C_FAMILY,
    fields: FIELDS,
    fields_of: &[FIELDS_OF],
    roles: ROLES,
    builtins: BUILTINS,
    builtin_methods: BUILTIN_METHODS,
    idioms: &IDIOMS,
    names: SpecialNames {
        constructor: Constructor::ClassName,
        parent_object: "super",
        own_class: "",
        static_method: "",
        builtin_module: "java.lang",
        asynchronous: "",
        silent_parts: &[],
        package_files: &[],
        source_roots: &["src/main/java", "src/test/java"],
        modules: ModuleNames::NONE,
        root_files: &[],
        library_namespaces: &[],
        library_members: &[],
        plain_names: &["boolean", "byte", "char", "double", "float", "int", "long", "short", "var", "void"],
    },
    tests: Tests {
        folders: &["test"],
        files: (&["Test"], &["Test", "Tests", "IT"]),
        marks: &[],
        modules: &[],
        classes: (&[], &[]),
        functions: &["test"],
        markers: &["ParameterizedTest", "Property", "RepeatedTest", "Test", "TestFactory", "TestTemplate", "Theory"],
        set_ups: &[],
        runners: Runners::NONE,
        are_hidden: false,
    },
    rules: Rules {
        receiver: Receiver::Named("this"),
        privacy: Privacy::Word("private"),
        documentation: Documentation::CommentBefore,
        members_alone: Some(MembersAlone { class: ("class Alone {", "}"), function: "void", kept: (&[], &[]) }),
        functions_take_names: false,
        members_are_visible: true,
        headers_run_outside: false,
        decorators_are_calls: false,
        values_are_followed: false,
        modules_have_modules: true,
        reassignments: &["assignment_expression", "update_expression"],
        bare_variables: &[],
        values_see_outside: false,
        implied_values: &[],
        array_creations: &["array_creation_expression"],
        shorthands: &[],
        patterns: &[],
        fields: &["field_access"],
        keeping_methods: &["add", "addFirst", "addLast", "offer", "push", "put", "set"],
        passive_functions: PASSIVE_FUNCTIONS,
        wrappers: &[],
        makers: &[],
        sharing: Sharing::Folder,
        dispatch_words: &[],
        blocks_are_values: false,
        block_variables: Some(BlockVariables::AfterName),
        one_number_kind: false,
        capitals_are_constants: false,
        quotes: &["\"\"\"", "\""],
        terminator: Some(";"),
        most_open_angles: Some(500),
        lines: Lines::SLASHES,
    },
    imports,
    loaders: &[],
    package_paths: None,
    spelling: Some(Spelling { lacks: &[Lack::PlainUpdates], ..tokens::C_FAMILY_SPELLING }),
};

#[rustfmt::skip]
static KINDS: &[(&str, C)] = &[
    ("program", C::Module), ("block", C::Block), ("class_body", C::Block), ("interface_body", C::Block),
    ("enum_body", C::Block), ("enum_body_declarations", C::Block), ("annotation_type_body", C::Block),
    ("constructor_body", C::Block), ("switch_block", C::Block), ("static_initializer", C::Block),
    ("expression_statement", C::ExpressionStatement), ("local_variable_declaration", C::ExpressionStatement),
    ("field_declaration", C::ExpressionStatement), ("constant_declaration", C::ExpressionStatement),
    ("method_declaration", C::Function), ("constructor_declaration", C::Function),
    ("compact_constructor_declaration", C::Function), ("annotation_type_element_declaration", C::Function),
    ("lambda_expression", C::Lambda), ("class_declaration", C::Class), ("interface_declaration", C::Class),
    ("enum_declaration", C::Class), ("record_declaration", C::Class), ("annotation_type_declaration", C::Class),
    ("annotation", C::Decorator), ("marker_annotation", C::Decorator), ("superclass", C::Arguments),
    ("super_interfaces", C::Arguments), ("extends_interfaces", C::Arguments), ("type_list", C::Arguments),
    ("formal_parameters", C::Parameters), ("inferred_parameters", C::Parameters), ("formal_parameter", C::Parameter),
    ("catch_formal_parameter", C::Parameter), ("spread_parameter", C::VariadicParameter),
    ("receiver_parameter", C::ParameterSeparator), ("type_parameter", C::TypeParameter), ("type_bound", C::Arguments),
    ("type_arguments", C::Arguments), ("generic_type", C::Subscript), ("array_type", C::Type),
    ("scoped_type_identifier", C::QualifiedName), ("annotated_type", C::Type), ("wildcard", C::Type),
    ("catch_type", C::Type), ("dimensions", C::Type), ("throws", C::Arguments), ("permits", C::Arguments),
    ("integral_type", C::Identifier), ("floating_point_type", C::Identifier), ("boolean_type", C::Identifier),
    ("void_type", C::Identifier),
    ("import_declaration", C::ImportFrom), ("asterisk", C::ImportWildcard), ("package_declaration", C::Directive),
    ("scoped_identifier", C::Member),
    ("variable_declarator", C::Assignment), ("assignment_expression", C::Assignment), ("resource", C::Assignment),
    ("update_expression", C::AugmentedAssignment), ("enum_constant", C::Declaration),
    ("if_statement", C::If), ("ternary_expression", C::Conditional), ("switch_expression", C::Match),
    ("switch_block_statement_group", C::MatchCase), ("switch_rule", C::MatchCase), ("switch_label", C::Pattern),
    ("type_pattern", C::Pattern), ("record_pattern", C::Pattern), ("record_pattern_component", C::Pattern),
    ("guard", C::ComprehensionIf),
    ("for_statement", C::For), ("enhanced_for_statement", C::For), ("while_statement", C::While),
    ("do_statement", C::While), ("break_statement", C::Break), ("continue_statement", C::Continue),
    ("return_statement", C::Return), ("yield_statement", C::Yield), ("throw_statement", C::Raise),
    ("try_statement", C::Try), ("try_with_resources_statement", C::Try), ("catch_clause", C::Catch),
    ("finally_clause", C::Finally), ("resource_specification", C::WithItem), ("synchronized_statement", C::With),
    ("assert_statement", C::Assert),
    ("method_invocation", C::Call), ("object_creation_expression", C::Call), ("array_creation_expression", C::Call),
    ("explicit_constructor_invocation", C::Call), ("argument_list", C::Arguments),
    ("field_access", C::Member), ("method_reference", C::Member), ("array_access", C::Subscript),
    ("cast_expression", C::Cast), ("binary_expression", C::BinaryOperation), ("instanceof_expression", C::Comparison),
    ("unary_expression", C::UnaryOperation), ("parenthesized_expression", C::Parenthesized),
    ("array_initializer", C::List), ("element_value_array_initializer", C::List), ("element_value_pair", C::Pair),
    ("identifier", C::Identifier), ("type_identifier", C::Identifier), ("this", C::Identifier),
    ("super", C::Identifier), ("string_literal", C::String), ("character_literal", C::String),
    ("string_fragment", C::StringContent), ("multiline_string_fragment", C::StringContent),
    ("escape_sequence", C::EscapeSequence), ("string_interpolation", C::Interpolation),
    ("decimal_integer_literal", C::Integer), ("hex_integer_literal", C::Integer), ("octal_integer_literal", C::Integer),
    ("binary_integer_literal", C::Integer), ("decimal_floating_point_literal", C::Float),
    ("hex_floating_point_literal", C::Float), ("true", C::True), ("false", C::False), ("null_literal", C::Null),
    ("line_comment", C::Comment), ("block_comment", C::Comment), ("instanceof", C::OperatorIs),
];

#[rustfmt::skip]
static FIELDS: &[(&str, R)] = &[
    ("name", R::Name), ("body", R::Body), ("condition", R::Condition), ("consequence", R::Consequence),
    ("alternative", R::Alternative), ("left", R::Left), ("right", R::Right), ("operator", R::Operator),
    ("constructor", R::Callee), ("arguments", R::Arguments), ("object", R::Object), ("field", R::Member),
    ("value", R::Value), ("index", R::Index), ("array", R::Value), ("parameters", R::Parameters), ("type", R::Type),
    ("type_parameters", R::TypeParameters), ("type_arguments", R::Index), ("key", R::Key),
    ("superclass", R::Superclasses), ("interfaces", R::Superclasses), ("operand", R::Argument),
    ("scope", R::Object), ("init", R::Initializer), ("update", R::Update), ("pattern", R::Alias),
];

#[rustfmt::skip]
static FIELDS_OF: &[(&str, &str, R)] = &[
    ("variable_declarator", "name", R::Left), ("variable_declarator", "value", R::Right),
    ("resource", "name", R::Left), ("resource", "value", R::Right), ("enhanced_for_statement", "name", R::Left),
    ("enhanced_for_statement", "value", R::Right), ("method_declaration", "type", R::ReturnType),
    ("scoped_identifier", "name", R::Member), ("switch_expression", "condition", R::Subject),
    ("object_creation_expression", "type", R::Callee), ("array_creation_expression", "type", R::Callee),
    ("instanceof_expression", "name", R::Alias), ("method_invocation", "name", R::Member), ("record_declaration", "parameters", R::Parameters),
];

static ROLES: &[(&str, R)] = &[("extends_interfaces", R::Superclasses)];

#[rustfmt::skip]
static IDIOMS: Idioms = Idioms {
    functions: &[
        ("ArrayDeque", M::Collection(F::List)), ("ArrayList", M::Collection(F::List)),
        ("HashMap", M::Collection(F::Map)), ("HashSet", M::Is(F::Set)), ("LinkedHashMap", M::Collection(F::Map)),
        ("LinkedHashSet", M::Is(F::Set)), ("LinkedList", M::Collection(F::List)),
        ("PriorityQueue", M::Collection(F::List)), ("Stack", M::Collection(F::List)),
        ("StringBuffer", M::Collection(F::List)), ("StringBuilder", M::Collection(F::List)),
        ("TreeMap", M::Collection(F::Map)), ("TreeSet", M::Is(F::Set)), ("Vector", M::Collection(F::List)),
        ("abs", M::Is(F::Absolute)), ("asList", M::Is(F::List)), ("ceil", M::Is(F::Ceiling)),
        ("compare", M::Is(F::Compare)), ("copyOf", M::Same), ("copyOfRange", M::Is(F::Slice)),
        ("equals", M::Is(F::Equal)), ("floor", M::Is(F::Floor)), ("format", M::Is(F::Format)),
        ("getNumericValue", M::Is(F::CharacterCode)), ("isAlphabetic", M::Is(F::IsLetter)),
        ("isDigit", M::Is(F::IsDigit)), ("isLetter", M::Is(F::IsLetter)), ("isLowerCase", M::Is(F::IsLower)),
        ("isUpperCase", M::Is(F::IsUpper)), ("isWhitespace", M::Is(F::IsSpace)), ("join", M::Turned(F::Join)),
        ("matches", M::Is(F::RegexMatch)), ("max", M::Is(F::Maximum)), ("min", M::Is(F::Minimum)),
        ("of", M::Is(F::List)), ("parseBoolean", M::Is(F::ToBoolean)), ("parseDouble", M::Is(F::ToFloat)),
        ("parseFloat", M::Is(F::ToFloat)), ("parseInt", M::Is(F::ToInteger)), ("parseLong", M::Is(F::ToInteger)),
        ("pow", M::Is(F::Power)), ("print", M::Is(F::Print)), ("printf", M::Is(F::Print)),
        ("println", M::Is(F::Print)), ("range", M::Is(F::Range)), ("reverse", M::Is(F::Reverse)),
        ("round", M::Is(F::Round)), ("sort", M::Is(F::Sort)), ("sqrt", M::Is(F::SquareRoot)), ("stream", M::Same),
        ("sum", M::Is(F::Sum)), ("toLowerCase", M::Is(F::Lower)), ("toString", M::Is(F::ToText)),
        ("toUpperCase", M::Is(F::Upper)), ("unmodifiableList", M::Same), ("valueOf", M::Is(F::ToText)),
    ],
    methods: &[
        ("add", M::Is(F::Append)), ("addAll", M::Is(F::Extend)), ("addFirst", M::Is(F::Insert)),
        ("addLast", M::Is(F::Append)), ("allMatch", M::Is(F::All)), ("anyMatch", M::Is(F::Any)),
        ("append", M::Is(F::Append)), ("boxed", M::Same), ("charAt", M::Is(F::Subscript)), ("clone", M::Same),
        ("collect", M::Same), ("compareTo", M::Is(F::Compare)), ("concat", M::Is(F::Extend)),
        ("contains", M::Is(F::Contains)), ("containsKey", M::Is(F::Contains)), ("count", M::Is(F::Count)),
        ("deleteCharAt", M::Is(F::Remove)), ("doubleValue", M::Same), ("endsWith", M::Is(F::EndsWith)),
        ("entrySet", M::Is(F::Entries)), ("equals", M::Is(F::Equal)), ("equalsIgnoreCase", M::Is(F::Equal)),
        ("filter", M::FilterEach), ("find", M::Is(F::RegexMatch)), ("flatMap", M::MapEach), ("forEach", M::RunEach),
        ("get", M::Is(F::Subscript)), ("getOrDefault", M::Is(F::Get)), ("indexOf", M::Is(F::Find)),
        ("insert", M::Is(F::Insert)), ("intValue", M::Same), ("isEmpty", M::IsEmpty), ("iterator", M::Same),
        ("keySet", M::Is(F::Keys)), ("lastIndexOf", M::Is(F::Find)), ("length", M::Is(F::Length)),
        ("longValue", M::Same), ("map", M::MapEach), ("mapToDouble", M::MapEach), ("mapToInt", M::MapEach),
        ("mapToLong", M::MapEach), ("mapToObj", M::MapEach), ("matches", M::Is(F::RegexMatch)),
        ("max", M::Is(F::Maximum)), ("min", M::Is(F::Minimum)), ("offer", M::Is(F::Append)), ("poll", M::Is(F::Pop)),
        ("pop", M::Is(F::Pop)), ("push", M::Is(F::Append)), ("put", M::Put), ("putAll", M::Is(F::Extend)),
        ("reduce", M::Is(F::Reduce)), ("remove", M::Is(F::Remove)), ("removeFirst", M::Is(F::Pop)),
        ("removeLast", M::Is(F::Pop)), ("repeat", M::Is(F::Repeat)), ("replace", M::Is(F::Replace)),
        ("replaceAll", M::Is(F::Replace)), ("reverse", M::Is(F::Reverse)), ("set", M::Put), ("setCharAt", M::Put),
        ("size", M::Is(F::Length)), ("sort", M::Is(F::Sort)), ("sorted", M::Is(F::Sort)), ("split", M::Is(F::Split)),
        ("startsWith", M::Is(F::StartsWith)), ("stream", M::Same), ("strip", M::Is(F::Trim)),
        ("subList", M::Is(F::Slice)), ("substring", M::Is(F::Slice)), ("sum", M::Is(F::Sum)), ("toArray", M::Same),
        ("toCharArray", M::Same), ("toList", M::Same), ("toLowerCase", M::Is(F::Lower)),
        ("toString", M::Is(F::ToText)), ("toUpperCase", M::Is(F::Upper)), ("trim", M::Is(F::Trim)),
        ("values", M::Is(F::Values)),
    ],
    properties: &[
        ("length", M::Is(F::Length)),
    ],
    constants: &[
        ("MAX_VALUE", F::Infinity), ("MIN_VALUE", F::Infinity), ("POSITIVE_INFINITY", F::Infinity),
    ],
};

#[rustfmt::skip]
static BUILTINS: &[&str] = &[
    "ArithmeticException", "ArrayIndexOutOfBoundsException", "AssertionError", "AutoCloseable", "Boolean", "Byte",
    "CharSequence", "Character", "Class", "ClassCastException", "ClassLoader", "ClassNotFoundException",
    "CloneNotSupportedException", "Cloneable", "Comparable", "Deprecated", "Double", "Enum", "Error", "Exception",
    "Float", "FunctionalInterface", "IllegalArgumentException", "IllegalStateException", "IndexOutOfBoundsException",
    "Integer", "InterruptedException", "Iterable", "Long", "Math", "NullPointerException", "Number",
    "NumberFormatException", "Object", "OutOfMemoryError", "Override", "Process", "Record", "Runnable", "Runtime",
    "RuntimeException", "SafeVarargs", "SecurityException", "Short", "StackOverflowError", "StackTraceElement",
    "StrictMath", "String", "StringBuffer", "StringBuilder", "SuppressWarnings", "System", "Thread", "ThreadLocal",
    "Throwable", "UnsupportedOperationException", "Void", "boolean", "byte", "char", "double", "float", "int", "long",
    "short", "super", "this", "var", "void",
];

#[rustfmt::skip]
static BUILTIN_METHODS: &[&str] = &[
    "abs", "accept", "add", "addAll", "append", "apply", "asList", "charAt", "clear", "clone", "close", "collect",
    "compare", "compareTo", "computeIfAbsent", "concat", "contains", "containsKey", "containsValue", "copyOf", "delete",
    "endsWith", "entrySet", "equals", "equalsIgnoreCase", "filter", "findFirst", "flatMap", "forEach", "format", "get",
    "getClass", "getKey", "getMessage", "getName", "getOrDefault", "getValue", "hasNext", "hashCode", "indexOf",
    "insert", "intValue", "isEmpty", "isPresent", "iterator", "join", "keySet", "lastIndexOf", "length", "limit", "map",
    "matches", "max", "min", "name", "next", "of", "orElse", "ordinal", "parseInt", "peek", "poll", "pop", "print",
    "printStackTrace", "println", "push", "put", "putAll", "putIfAbsent", "reduce", "remove", "removeIf", "replace",
    "replaceAll", "reverse", "run", "set", "size", "sort", "sorted", "split", "start", "startsWith", "stream", "sublist",
    "substring", "test", "toArray", "toCharArray", "toList", "toLowerCase", "toString", "toUpperCase", "trim",
    "valueOf", "values",
];

/// `import a.b.C;`, `import a.b.*;`, `import static a.b.C.member;`.
fn imports<'source>(source: &'source [u8], tree: &SyntaxTree, statement: u32) -> Vec<ImportEntry<'source>> {
    let path = tree.children(statement).find(|child| matches!(tree.category(*child), C::Member | C::Identifier));
    let Some(path) = path else { return Vec::new() };
    let written = tree.text(path, source);
    let everything = tree.children(statement).any(|child| tree.category(child) == C::ImportWildcard);
    let entry = match written.rsplit_once('.') {
        _ if everything => ImportEntry::inclusion(path, ModulePath::Absolute(written.to_owned()), written),
        Some((package, name)) => ImportEntry::member(path, ModulePath::Absolute(package.to_owned()), name, name),
        None => ImportEntry::module(path, ModulePath::Absolute(written.to_owned()), written),
    };
    vec![entry]
}

static PASSIVE_FUNCTIONS: &[&str] = &[
    "Boolean",
    "Integer",
    "String.format",
    "String.valueOf",
    "System",
    "java.util.Arrays.asList",
    "java.util.List.of",
    "java.util.Map.entry",
    "java.util.Map.of",
    "java.util.Map.ofEntries",
    "java.util.Objects.equals",
    "java.util.Objects.hash",
    "java.util.Objects.hashCode",
    "java.util.Objects.nonNull",
    "java.util.Objects.requireNonNull",
    "java.util.Objects.toString",
    "java.util.Optional.of",
    "java.util.Optional.ofNullable",
    "java.util.Set.of",
    "java.util.stream.Stream.of",
];
