//! What C and C++ have in common.

use super::category::{Category as C, Role as R};
use super::definition::{LineEnd, Lines};
use super::form::Form as F;
use super::idioms::{Idioms, Meaning as M};
use super::imports::{ImportEntry, ModulePath};
use crate::syntax::SyntaxTree;

/// Directives end with their line.
pub(super) const LINES: Lines = Lines { comments: &["//", "#"], statements: &[], end: LineEnd::Never };

#[rustfmt::skip]
pub(super) static KINDS: &[(&str, C)] = &[
    ("translation_unit", C::Module), ("compound_statement", C::Block), ("field_declaration_list", C::Block),
    ("enumerator_list", C::Block), ("declaration_list", C::Block), ("linkage_specification", C::Block),
    ("expression_statement", C::ExpressionStatement), ("function_definition", C::Function),
    ("function_declarator", C::Signature), ("pointer_declarator", C::Declarator), ("array_declarator", C::Declarator),
    ("parenthesized_declarator", C::Declarator), ("attributed_declarator", C::Declarator),
    ("abstract_pointer_declarator", C::Declarator), ("abstract_array_declarator", C::Declarator),
    ("abstract_function_declarator", C::Declarator), ("abstract_parenthesized_declarator", C::Declarator),
    // A mere mention of a type has no body and stays one; with a body it is a class.
    ("struct_specifier", C::Type), ("union_specifier", C::Type), ("enum_specifier", C::Type),
    ("type_definition", C::TypeAlias), ("type_descriptor", C::Type), ("sized_type_specifier", C::Type),
    ("type_qualifier", C::Keyword), ("storage_class_specifier", C::Keyword),
    ("parameter_list", C::Parameters), ("parameter_declaration", C::Parameter), ("preproc_params", C::Parameters),
    ("preproc_include", C::ImportFrom), ("preproc_def", C::Directive), ("preproc_function_def", C::Directive),
    ("preproc_call", C::Directive), ("preproc_if", C::Directive), ("preproc_ifdef", C::Directive),
    ("preproc_else", C::Directive), ("preproc_elif", C::Directive), ("preproc_elifdef", C::Directive),
    ("attribute_declaration", C::Decorator), ("attribute_specifier", C::Decorator),
    ("ms_declspec_modifier", C::Decorator),
    ("init_declarator", C::Assignment), ("assignment_expression", C::Assignment),
    ("update_expression", C::AugmentedAssignment), ("declaration", C::Declaration), ("field_declaration", C::Declaration),
    ("enumerator", C::Declaration),
    ("if_statement", C::If), ("else_clause", C::Else), ("conditional_expression", C::Conditional),
    ("switch_statement", C::Match), ("case_statement", C::MatchCase),
    ("for_statement", C::For), ("while_statement", C::While), ("do_statement", C::While),
    ("break_statement", C::Break), ("goto_statement", C::Break), ("continue_statement", C::Continue),
    ("return_statement", C::Return),
    ("call_expression", C::Call), ("argument_list", C::Arguments), ("compound_literal_expression", C::Call),
    ("initializer_list", C::List), ("initializer_pair", C::Pair),
    ("field_expression", C::Member), ("subscript_expression", C::Subscript), ("cast_expression", C::Cast),
    ("binary_expression", C::BinaryOperation), ("unary_expression", C::UnaryOperation),
    ("pointer_expression", C::UnaryOperation), ("sizeof_expression", C::UnaryOperation),
    ("alignof_expression", C::UnaryOperation), ("offsetof_expression", C::UnaryOperation),
    ("parenthesized_expression", C::Parenthesized), ("comma_expression", C::ExpressionList),
    ("identifier", C::Identifier), ("type_identifier", C::Identifier), ("primitive_type", C::Identifier),
    ("field_identifier", C::MemberName), ("statement_identifier", C::MemberName),
    ("string_literal", C::String), ("char_literal", C::String), ("system_lib_string", C::String),
    ("concatenated_string", C::ConcatenatedString), ("string_content", C::StringContent), ("character", C::StringContent),
    ("escape_sequence", C::EscapeSequence), ("number_literal", C::Integer), ("true", C::True), ("false", C::False),
    ("null", C::Null), ("comment", C::Comment),
];

#[rustfmt::skip]
pub(super) static FIELDS: &[(&str, R)] = &[
    ("name", R::Name), ("body", R::Body), ("condition", R::Condition), ("consequence", R::Consequence),
    ("alternative", R::Alternative), ("left", R::Left), ("right", R::Right), ("operator", R::Operator),
    ("function", R::Callee), ("arguments", R::Arguments), ("argument", R::Argument), ("field", R::Member),
    ("value", R::Value), ("parameters", R::Parameters), ("type", R::Type), ("declarator", R::Declarator),
    ("path", R::Module), ("initializer", R::Initializer), ("update", R::Update),
];

#[rustfmt::skip]
pub(super) static FIELDS_OF: &[(&str, &str, R)] = &[
    ("function_declarator", "declarator", R::Name), ("function_definition", "type", R::ReturnType),
    ("init_declarator", "declarator", R::Left), ("init_declarator", "value", R::Right),
    ("field_expression", "argument", R::Object), ("subscript_expression", "argument", R::Value),
    ("update_expression", "argument", R::Left), ("switch_statement", "condition", R::Subject),
    ("compound_literal_expression", "type", R::Callee), ("compound_literal_expression", "value", R::Arguments),
];

#[rustfmt::skip]
pub(super) static IDIOMS: Idioms = Idioms {
    functions: &[
        ("abs", M::Is(F::Absolute)), ("accumulate", M::Is(F::Sum)), ("all_of", M::Is(F::All)),
        ("any_of", M::Is(F::Any)), ("array", M::Collection(F::List)), ("atof", M::Is(F::ToFloat)),
        ("atoi", M::Is(F::ToInteger)), ("ceil", M::Is(F::Ceiling)), ("count", M::Is(F::Count)),
        ("deque", M::Collection(F::List)), ("equal", M::Is(F::Equal)), ("fabs", M::Is(F::Absolute)),
        ("floor", M::Is(F::Floor)), ("fmax", M::Is(F::Maximum)), ("fmin", M::Is(F::Minimum)), ("for_each", M::RunEach),
        ("fprintf", M::Is(F::Print)), ("isalpha", M::Is(F::IsLetter)), ("isdigit", M::Is(F::IsDigit)),
        ("islower", M::Is(F::IsLower)), ("isspace", M::Is(F::IsSpace)), ("isupper", M::Is(F::IsUpper)),
        ("labs", M::Is(F::Absolute)), ("list", M::Collection(F::List)), ("llabs", M::Is(F::Absolute)),
        ("make_pair", M::Is(F::Pair)), ("make_tuple", M::Is(F::List)), ("map", M::Collection(F::Map)),
        ("max", M::Is(F::Maximum)), ("max_element", M::Is(F::Maximum)), ("min", M::Is(F::Minimum)),
        ("min_element", M::Is(F::Minimum)), ("pow", M::Is(F::Power)), ("printf", M::Is(F::Print)),
        ("priority_queue", M::Collection(F::List)), ("putchar", M::Is(F::Print)), ("puts", M::Is(F::Print)),
        ("qsort", M::Is(F::Sort)), ("queue", M::Collection(F::List)), ("regex_match", M::Is(F::RegexMatch)),
        ("regex_replace", M::Is(F::Replace)), ("regex_search", M::Is(F::RegexMatch)), ("reverse", M::Is(F::Reverse)),
        ("round", M::Is(F::Round)), ("set", M::Is(F::Set)), ("sort", M::Is(F::Sort)), ("sqrt", M::Is(F::SquareRoot)),
        ("stable_sort", M::Is(F::Sort)), ("stack", M::Collection(F::List)), ("stod", M::Is(F::ToFloat)),
        ("stoi", M::Is(F::ToInteger)), ("stol", M::Is(F::ToInteger)), ("stoll", M::Is(F::ToInteger)),
        ("strcat", M::Is(F::Extend)), ("strchr", M::Is(F::Find)), ("strcmp", M::Is(F::Compare)),
        ("string", M::Collection(F::List)), ("strlen", M::Is(F::Length)), ("strstr", M::Is(F::Find)),
        ("to_string", M::Is(F::ToText)), ("tolower", M::Is(F::Lower)), ("toupper", M::Is(F::Upper)),
        ("unordered_map", M::Collection(F::Map)), ("unordered_set", M::Is(F::Set)), ("vector", M::Collection(F::List)),
    ],
    methods: &[
        ("add", M::Is(F::Append)), ("append", M::Is(F::Append)), ("at", M::Is(F::Subscript)), ("begin", M::Same),
        ("c_str", M::Same), ("cbegin", M::Same), ("cend", M::Same), ("contains", M::Is(F::Contains)),
        ("count", M::Is(F::Count)), ("emplace", M::Is(F::Insert)), ("emplace_back", M::Is(F::Append)),
        ("empty", M::IsEmpty), ("end", M::Same), ("erase", M::Is(F::Remove)), ("find", M::Is(F::Find)),
        ("insert", M::Is(F::Insert)), ("length", M::Is(F::Length)), ("pop", M::Is(F::Pop)),
        ("pop_back", M::Is(F::Pop)), ("pop_front", M::Is(F::Pop)), ("push", M::Is(F::Append)),
        ("push_back", M::Is(F::Append)), ("rfind", M::Is(F::Find)), ("size", M::Is(F::Length)), ("str", M::Same),
        ("substr", M::Is(F::Slice)),
    ],
    properties: &[],
    constants: &[
        ("INT_MAX", F::Infinity), ("INT_MIN", F::Infinity), ("LLONG_MAX", F::Infinity), ("LONG_MAX", F::Infinity),
        ("NULL", F::Null), ("nullptr", F::Null),
    ],
};

#[rustfmt::skip]
pub(super) static BUILTINS: &[&str] = &[
    "__FILE__", "__LINE__", "__func__", "auto", "bool", "char", "char16_t", "char32_t", "char8_t", "double", "float",
    "int", "int16_t", "int32_t", "int64_t", "int8_t", "intptr_t", "ptrdiff_t", "size_t", "ssize_t", "this", "uint16_t",
    "uint32_t", "uint64_t", "uint8_t", "uintptr_t", "void", "wchar_t",
];

/// `#include "a/b.h"` is a file of the project beside this one, `#include <stdio.h>` is none.
pub(super) fn imports<'source>(source: &'source [u8], tree: &SyntaxTree, statement: u32) -> Vec<ImportEntry<'source>> {
    let Some(path) = tree.child_with_role(statement, R::Module) else { return Vec::new() };
    let text = tree.text(path, source);
    if let Some(written) = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')) {
        return vec![ImportEntry::inclusion(path, ModulePath::of_exact_file(written), written)];
    }
    let written = text.trim_start_matches('<').trim_end_matches('>');
    vec![ImportEntry::inclusion(path, ModulePath::External(written.to_owned()), written)]
}

/// What of the library of C calls nothing of what it is given.
pub(super) static PASSIVE_FUNCTIONS: &[&str] = &[
    "assert",
    "dprintf",
    "fprintf",
    "fputs",
    "fwrite",
    "memcmp",
    "memcpy",
    "memmove",
    "memset",
    "perror",
    "printf",
    "puts",
    "snprintf",
    "sprintf",
    "swprintf",
    "syslog",
    "vfprintf",
    "vprintf",
    "vsnprintf",
    "vsprintf",
    "wprintf",
];
