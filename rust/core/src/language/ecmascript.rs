//! What JavaScript and TypeScript have in common.

use super::category::{Category as C, Role as R};
use super::definition::{
    BlockVariables, Constructor, Documentation, LeadTo, Lines, Loader, MembersAlone, ModuleNames, PackagePaths,
    Privacy, Receiver, Rules, Runners, Sharing, SpecialNames, Spelling, Tests,
};
use super::form::Form as F;
use super::idioms::{Idioms, Meaning as M};
use super::imports::{ImportEntry, ModulePath};
use super::{manifest, tokens};
use crate::syntax::SyntaxTree;

pub(super) static NAMES: SpecialNames = SpecialNames {
    constructor: Constructor::Named("constructor"),
    parent_object: "super",
    own_class: "",
    static_method: "",
    builtin_module: "globalThis",
    asynchronous: "async",
    silent_parts: &["exports", "module", "prototype", "this"],
    package_files: &["index"],
    source_roots: &[],
    modules: ModuleNames { own: &["exports", "module"], root: "", around: "" },
    root_files: &[],
    library_namespaces: &[],
    library_members: &[],
    plain_names: &[
        "any",
        "bigint",
        "boolean",
        "import",
        "never",
        "number",
        "object",
        "string",
        "symbol",
        "undefined",
        "unknown",
        "void",
    ],
};

pub(super) static LOADERS: &[Loader] = &[("require", module_path), ("import", module_path)];

pub(super) static TESTS: Tests = Tests {
    folders: &["test", "tests", "__tests__"],
    files: (&[], &[]),
    marks: &["test", "spec"],
    modules: &[],
    classes: (&[], &[]),
    functions: &["test"],
    markers: &[],
    set_ups: &[],
    runners: Runners {
        tests: &["fit", "it", "specify", "test", "xit", "xtest"],
        surroundings: &[
            "after",
            "afterAll",
            "afterEach",
            "before",
            "beforeAll",
            "beforeEach",
            "context",
            "describe",
            "extend",
            "suite",
            "use",
        ],
    },
    are_hidden: false,
};

pub(super) static RULES: Rules = Rules {
    receiver: Receiver::Named("this"),
    privacy: Privacy::Word("private"),
    documentation: Documentation::CommentBefore,
    members_alone: Some(MembersAlone {
        class: ("class Alone {", "}"),
        function: "function",
        kept: (&["async"], &["*"]),
    }),
    functions_take_names: true,
    members_are_visible: false,
    headers_run_outside: false,
    decorators_are_calls: true,
    values_are_followed: false,
    modules_have_modules: false,
    reassignments: &["assignment_expression", "augmented_assignment_expression", "update_expression"],
    bare_variables: &[],
    values_see_outside: false,
    implied_values: &[],
    array_creations: &[],
    shorthands: &["shorthand_property_identifier", "shorthand_property_identifier_pattern"],
    patterns: &[],
    fields: &[],
    keeping_methods: &["add", "push", "set", "unshift"],
    passive_functions: PASSIVE_FUNCTIONS,
    wrappers: &[("Promise", PROMISE_METHODS), ("PromiseLike", PROMISE_METHODS)],
    makers: &[],
    sharing: Sharing::Imports,
    dispatch_words: &[],
    blocks_are_values: false,
    block_variables: Some(BlockVariables::Everywhere),
    one_number_kind: true,
    capitals_are_constants: false,
    quotes: &["`", "\"", "'"],
    terminator: None,
    most_open_angles: None,
    lines: Lines::SLASHES,
};

/// What is asked of a promise itself; the rest is asked of what it was awaited for.
static PROMISE_METHODS: &[&str] = &["catch", "finally", "then"];

pub(super) const SPELLING: Spelling = Spelling { temporary: Some("const "), ..tokens::C_FAMILY_SPELLING };

#[rustfmt::skip]
pub(super) static KINDS: &[(&str, C)] = &[
    ("program", C::Module), ("statement_block", C::Block), ("class_body", C::Block), ("switch_body", C::Block),
    ("class_static_block", C::Block), ("expression_statement", C::ExpressionStatement),
    ("lexical_declaration", C::ExpressionStatement), ("variable_declaration", C::ExpressionStatement),
    ("function_declaration", C::Function), ("generator_function_declaration", C::Function),
    ("method_definition", C::Function), ("function_expression", C::Lambda), ("generator_function", C::Lambda),
    ("arrow_function", C::Lambda), ("class", C::Class), ("class_declaration", C::Class),
    ("class_heritage", C::Arguments), ("decorator", C::Decorator), ("export_statement", C::DecoratedDefinition),
    ("formal_parameters", C::Parameters), ("assignment_pattern", C::DefaultParameter),
    ("object_assignment_pattern", C::DefaultParameter), ("rest_pattern", C::VariadicParameter),
    ("import_statement", C::ImportFrom), ("import_specifier", C::ImportAlias), ("export_specifier", C::ImportAlias),
    ("namespace_import", C::ImportAlias), ("namespace_export", C::ImportAlias),
    ("variable_declarator", C::Assignment), ("assignment_expression", C::Assignment),
    ("augmented_assignment_expression", C::AugmentedAssignment),
    ("update_expression", C::AugmentedAssignment),
    ("if_statement", C::If), ("else_clause", C::Else), ("ternary_expression", C::Conditional),
    ("switch_statement", C::Match), ("switch_case", C::MatchCase), ("switch_default", C::MatchCase),
    ("object_pattern", C::Pattern), ("array_pattern", C::Pattern), ("pair_pattern", C::Pattern),
    ("for_statement", C::For), ("for_in_statement", C::For), ("while_statement", C::While), ("do_statement", C::While),
    ("break_statement", C::Break), ("continue_statement", C::Continue), ("return_statement", C::Return),
    ("yield_expression", C::Yield), ("await_expression", C::Await), ("throw_statement", C::Raise),
    ("try_statement", C::Try), ("catch_clause", C::Catch), ("finally_clause", C::Finally),
    ("with_statement", C::With), ("empty_statement", C::Pass), ("debugger_statement", C::Pass),
    ("call_expression", C::Call), ("new_expression", C::Call), ("arguments", C::Arguments),
    ("spread_element", C::Spread),
    ("member_expression", C::Member), ("meta_property", C::Identifier), ("subscript_expression", C::Subscript),
    ("binary_expression", C::BinaryOperation), ("unary_expression", C::UnaryOperation),
    ("parenthesized_expression", C::Parenthesized), ("array", C::List), ("object", C::Dictionary), ("pair", C::Pair),
    ("sequence_expression", C::ExpressionList),
    ("identifier", C::Identifier), ("this", C::Identifier), ("super", C::Identifier), ("import", C::Identifier),
    ("undefined", C::Identifier), ("shorthand_property_identifier", C::Identifier),
    ("shorthand_property_identifier_pattern", C::Identifier), ("property_identifier", C::MemberName),
    ("private_property_identifier", C::MemberName), ("statement_identifier", C::MemberName),
    ("computed_property_name", C::MemberName),
    ("string", C::String), ("template_string", C::String), ("string_fragment", C::StringContent),
    ("escape_sequence", C::EscapeSequence), ("template_substitution", C::Interpolation), ("regex", C::String),
    ("regex_pattern", C::StringContent), ("regex_flags", C::StringDelimiter),
    ("number", C::Integer), ("true", C::True), ("false", C::False), ("null", C::Null), ("comment", C::Comment),
    ("html_comment", C::Comment), ("hash_bang_line", C::Comment), ("optional_chain", C::Punctuation),
    ("instanceof", C::OperatorIs), ("in", C::OperatorIn),
];

#[rustfmt::skip]
pub(super) static JSX_KINDS: &[(&str, C)] = &[
    ("jsx_opening_element", C::Call), ("jsx_self_closing_element", C::Call), ("jsx_attribute", C::KeywordArgument),
    ("jsx_expression", C::Interpolation), ("jsx_text", C::StringContent),
    ("html_character_reference", C::EscapeSequence), ("jsx_namespace_name", C::QualifiedName),
];

#[rustfmt::skip]
pub(super) static FIELDS: &[(&str, R)] = &[
    ("name", R::Name), ("body", R::Body), ("condition", R::Condition), ("consequence", R::Consequence),
    ("alternative", R::Alternative), ("left", R::Left), ("right", R::Right), ("operator", R::Operator),
    ("function", R::Callee), ("constructor", R::Callee), ("arguments", R::Arguments), ("object", R::Object),
    ("property", R::Member), ("value", R::Value), ("index", R::Index), ("parameters", R::Parameters),
    ("parameter", R::Parameters), ("key", R::Key), ("alias", R::Alias), ("source", R::Module),
    ("declaration", R::Definition), ("argument", R::Argument), ("initializer", R::Initializer),
    ("increment", R::Update),
];

#[rustfmt::skip]
pub(super) static FIELDS_OF: &[(&str, &str, R)] = &[
    ("variable_declarator", "name", R::Left), ("variable_declarator", "value", R::Right),
    ("assignment_pattern", "left", R::Name), ("assignment_pattern", "right", R::Value),
    ("object_assignment_pattern", "left", R::Name), ("object_assignment_pattern", "right", R::Value),
    ("update_expression", "argument", R::Left), ("catch_clause", "parameter", R::Alias),
    ("switch_statement", "value", R::Subject),
];

pub(super) static JSX_FIELDS_OF: &[(&str, &str, R)] =
    &[("jsx_opening_element", "name", R::Callee), ("jsx_self_closing_element", "name", R::Callee)];

#[rustfmt::skip]
pub(super) static ROLES: &[(&str, R)] = &[("class_heritage", R::Superclasses)];

#[rustfmt::skip]
pub(super) static IDIOMS: Idioms = Idioms {
    functions: &[
        ("Array", M::Collection(F::List)), ("Boolean", M::Is(F::ToBoolean)), ("Float64Array", M::Collection(F::List)),
        ("Int32Array", M::Collection(F::List)), ("Map", M::Collection(F::Map)), ("Number", M::Is(F::ToFloat)),
        ("Object", M::Collection(F::Map)), ("Set", M::Is(F::Set)), ("String", M::Is(F::ToText)),
        ("abs", M::Is(F::Absolute)), ("assign", M::Same), ("ceil", M::Is(F::Ceiling)), ("entries", M::Is(F::Entries)),
        ("floor", M::Is(F::Floor)), ("from", M::Same), ("fromCharCode", M::Is(F::Character)),
        ("fromCodePoint", M::Is(F::Character)), ("isArray", M::Is(F::TypeTest)), ("keys", M::Is(F::Keys)),
        ("log", M::Is(F::Print)), ("max", M::Is(F::Maximum)), ("min", M::Is(F::Minimum)),
        ("parseFloat", M::Is(F::ToFloat)), ("parseInt", M::Is(F::ToInteger)), ("pow", M::Is(F::Power)),
        ("round", M::Is(F::Round)), ("sort", M::Is(F::Sort)), ("sqrt", M::Is(F::SquareRoot)),
        ("stringify", M::Is(F::ToText)), ("structuredClone", M::Same), ("trunc", M::Is(F::ToInteger)),
        ("values", M::Is(F::Values)),
    ],
    methods: &[
        ("add", M::Is(F::Append)), ("at", M::Is(F::Subscript)), ("charAt", M::Is(F::Subscript)),
        ("charCodeAt", M::Is(F::CharacterCode)), ("codePointAt", M::Is(F::CharacterCode)),
        ("concat", M::Is(F::Extend)), ("delete", M::Is(F::Remove)), ("endsWith", M::Is(F::EndsWith)),
        ("entries", M::Is(F::Entries)), ("every", M::Is(F::All)), ("exec", M::Is(F::RegexMatch)),
        ("filter", M::FilterEach), ("findIndex", M::Is(F::Find)), ("flat", M::Same), ("flatMap", M::MapEach),
        ("forEach", M::RunEach), ("get", M::Is(F::Subscript)), ("has", M::Is(F::Contains)),
        ("hasOwnProperty", M::Is(F::Contains)), ("includes", M::Is(F::Contains)), ("indexOf", M::Is(F::Find)),
        ("join", M::Is(F::Join)), ("keys", M::Is(F::Keys)), ("lastIndexOf", M::Is(F::Find)),
        ("localeCompare", M::Is(F::Compare)), ("map", M::MapEach), ("match", M::Is(F::RegexMatch)),
        ("matchAll", M::Is(F::RegexMatch)), ("pop", M::Is(F::Pop)), ("push", M::Is(F::Append)),
        ("reduce", M::Is(F::Reduce)), ("reduceRight", M::Is(F::Reduce)), ("repeat", M::Is(F::Repeat)),
        ("replace", M::Is(F::Replace)), ("replaceAll", M::Is(F::Replace)), ("reverse", M::Is(F::Reverse)),
        ("search", M::Is(F::Find)), ("set", M::Put), ("shift", M::Is(F::Pop)), ("slice", M::Is(F::Slice)),
        ("some", M::Is(F::Any)), ("sort", M::Is(F::Sort)), ("splice", M::Is(F::Insert)), ("split", M::Is(F::Split)),
        ("startsWith", M::Is(F::StartsWith)), ("substr", M::Is(F::Slice)), ("substring", M::Is(F::Slice)),
        ("test", M::Is(F::RegexMatch)), ("toLocaleLowerCase", M::Is(F::Lower)), ("toLocaleUpperCase", M::Is(F::Upper)),
        ("toLowerCase", M::Is(F::Lower)), ("toReversed", M::Is(F::Reverse)), ("toSorted", M::Is(F::Sort)),
        ("toString", M::Is(F::ToText)), ("toUpperCase", M::Is(F::Upper)), ("trim", M::Is(F::Trim)),
        ("unshift", M::Is(F::Append)), ("valueOf", M::Same), ("values", M::Is(F::Values)),
    ],
    properties: &[
        ("length", M::Is(F::Length)), ("size", M::Is(F::Length)),
    ],
    constants: &[
        ("Infinity", F::Infinity), ("MAX_SAFE_INTEGER", F::Infinity), ("MAX_VALUE", F::Infinity),
        ("POSITIVE_INFINITY", F::Infinity), ("undefined", F::Null),
    ],
};

#[rustfmt::skip]
pub(super) static BUILTINS: &[&str] = &[
    "AbortController", "AggregateError", "Array", "ArrayBuffer", "Atomics", "BigInt", "BigInt64Array", "BigUint64Array",
    "Boolean", "Buffer", "DataView", "Date", "Error", "EvalError", "FinalizationRegistry", "Float32Array",
    "Float64Array", "Function", "Infinity", "Int16Array", "Int32Array", "Int8Array", "Intl", "Iterator", "JSON", "Map",
    "Math", "NaN", "Number", "Object", "Promise", "Proxy", "RangeError", "ReferenceError", "Reflect", "RegExp", "Set",
    "String", "Symbol", "SyntaxError", "TextDecoder", "TextEncoder", "TypeError", "URIError", "URL",
    "URLSearchParams", "Uint16Array", "Uint32Array", "Uint8Array", "Uint8ClampedArray", "WeakMap", "WeakRef",
    "WeakSet", "WebAssembly", "__dirname", "__filename", "any", "arguments", "atob", "bigint", "boolean", "btoa",
    "clearInterval", "clearTimeout", "console", "decodeURI", "decodeURIComponent", "document", "encodeURI",
    "encodeURIComponent", "eval", "exports", "fetch", "global", "globalThis", "import", "isFinite", "isNaN", "module",
    "never", "new.target", "number", "object", "parseFloat", "parseInt", "process", "queueMicrotask", "require", "self",
    "setImmediate", "setInterval", "setTimeout", "string", "structuredClone", "super", "symbol", "this", "undefined",
    "unknown", "void", "window",
];

#[rustfmt::skip]
pub(super) static BUILTIN_METHODS: &[&str] = &[
    "add", "all", "allSettled", "any", "apply", "assign", "at", "bind", "call", "catch", "charAt", "charCodeAt",
    "clear", "codePointAt", "concat", "copyWithin", "create", "defineProperty", "delete", "endsWith", "entries",
    "every", "exec", "fill", "filter", "finally", "find", "findIndex", "findLast", "findLastIndex", "flat", "flatMap",
    "forEach", "freeze", "from", "fromEntries", "get", "getTime", "has", "hasOwnProperty", "includes", "indexOf",
    "isArray", "join", "keys", "lastIndexOf", "localeCompare", "map", "match", "matchAll", "next", "normalize", "of",
    "padEnd", "padStart", "parse", "pop", "push", "race", "reduce", "reduceRight", "reject", "repeat", "replace",
    "replaceAll", "resolve", "return", "reverse", "search", "set", "shift", "slice", "some", "sort", "splice", "split",
    "startsWith", "stringify", "substr", "substring", "test", "then", "throw", "toFixed", "toISOString", "toLowerCase",
    "toString", "toUpperCase", "trim", "trimEnd", "trimStart", "unshift", "valueOf", "values",
];

/// `import a, {b as c} from 'm'`, `import * as d from 'm'`, `import 'm'`; what `export … from 'm'` names, alike.
pub(super) fn imports<'source>(source: &'source [u8], tree: &SyntaxTree, statement: u32) -> Vec<ImportEntry<'source>> {
    let inside = || statement + 1..tree.subtree_end(statement);
    let Some(module) = inside().find(|node| tree.role(*node) == R::Module) else { return Vec::new() };
    let written = tree.string_content(module, source);
    let path = module_path(written);
    let names = inside().filter(|node| is_name(tree, *node));
    let entries: Vec<_> = names.map(|node| entry(source, tree, node, &path)).collect();
    if !entries.is_empty() {
        return entries;
    }
    if tree.children(statement).any(|child| tree.text(child, source) == "*") {
        return vec![ImportEntry::everything(statement, path)];
    }
    vec![ImportEntry::unbound(statement, path, written)]
}

/// Whether a node in an import statement stands for one name of it.
fn is_name(tree: &SyntaxTree, node: u32) -> bool {
    let is_default = || tree.category(node) == C::Identifier && tree.category(tree.parent(node)) == C::Other;
    tree.category(node) == C::ImportAlias || is_default()
}

fn entry<'source>(source: &'source [u8], tree: &SyntaxTree, node: u32, path: &ModulePath) -> ImportEntry<'source> {
    if tree.category(node) != C::ImportAlias {
        return ImportEntry::member(node, path.clone(), "default", tree.text(node, source));
    }
    let alias = tree.child_with_role(node, R::Alias);
    if let Some(name) = tree.child_with_role(node, R::Name) {
        let bound = tree.text(alias.unwrap_or(name), source);
        return ImportEntry::member(node, path.clone(), tree.text(name, source), bound);
    }
    let name = tree.children(node).find(|child| tree.is_named(*child)).unwrap_or(node);
    ImportEntry::module(node, path.clone(), tree.text(name, source))
}

pub(super) const PACKAGE_PATHS: PackagePaths = PackagePaths {
    manifests: &["package.json", "tsconfig.json", "tsconfig.base.json", "jsconfig.json"],
    read: manifest::node::paths,
    lead_to: LeadTo::Files,
    library: &[],
};

/// `./a/b.js` is a file of the project, `lib` is none.
pub(super) fn module_path(written: &str) -> ModulePath {
    if !written.starts_with('.') {
        return ModulePath::External(written.to_owned());
    }
    ModulePath::of_file(written, stem, Some("index"))
}

fn stem(file: &str) -> &str {
    let extensions = [".js", ".mjs", ".cjs", ".jsx", ".ts", ".tsx"];
    extensions.iter().find_map(|extension| file.strip_suffix(extension)).unwrap_or(file)
}

static PASSIVE_FUNCTIONS: &[&str] = &[
    "Array.isArray",
    "Array.of",
    "Boolean",
    "Number",
    "Object.assign",
    "Object.create",
    "Object.defineProperties",
    "Object.defineProperty",
    "Object.entries",
    "Object.freeze",
    "Object.fromEntries",
    "Object.getOwnPropertyNames",
    "Object.getPrototypeOf",
    "Object.hasOwn",
    "Object.is",
    "Object.isFrozen",
    "Object.keys",
    "Object.seal",
    "Object.setPrototypeOf",
    "Object.values",
    "Promise.resolve",
    "String",
    "Symbol",
    "console",
    "isNaN",
    "util.format",
    "util.inspect",
];
