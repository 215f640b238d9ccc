//! Generated functions of the languages with braces, from one description.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use crate::language::Language;

/// A statement, its conditions and values as text that all languages with braces read alike.
#[derive(Debug, Clone)]
pub(crate) enum Braced {
    Declare(&'static str, String),
    Assign(&'static str, String),
    Call(&'static str, String),
    Return(String),
    If(String, Vec<Braced>, Vec<Braced>),
    While(String, Vec<Braced>),
}

/// The body of a function of the parameters `a` and `b`.
pub(crate) fn braced_program() -> impl Strategy<Value = Vec<Braced>> {
    vec(statement(), 1..6)
}

/// What stands before and after the statements of a function of the parameters `a` and `b`, in a file of its own.
pub(crate) fn around_statements(language: Language) -> (&'static str, &'static str) {
    match language.name() {
        "java" => ("class A {\nint f(int a, int b) {\n", "}\n}\n"),
        "rust" => ("fn f(a: i32, b: i32) -> i32 {\n", "}\n"),
        "go" => ("package p\nfunc f(a int, b int) int {\n", "}\n"),
        "c" | "cpp" => ("int f(int a, int b) {\n", "}\n"),
        _ => ("function f(a, b) {\n", "}\n"),
    }
}

/// The program as a file of one function.
pub(crate) fn in_language(program: &[Braced], language: Language) -> String {
    let (head, tail) = around_statements(language);
    [head, &block(program, language), tail].concat()
}

fn name() -> impl Strategy<Value = &'static str> {
    select(&["a", "b", "count", "total", "x1"][..])
}

fn value() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![name().prop_map(str::to_owned), select(&["0", "1", "2", "10"][..]).prop_map(str::to_owned)];
    leaf.prop_recursive(2, 8, 2, |inner| {
        let operator = select(&["+", "-", "*"][..]);
        prop_oneof![
            3 => (inner.clone(), operator, inner.clone()).prop_map(|(left, operator, right)| format!("({left} {operator} {right})")),
            1 => (inner.clone(), inner.clone()).prop_map(|(left, right)| format!("g({left}, {right})")),
            1 => (name(), inner).prop_map(|(name, place)| format!("{name}[{place}]")),
        ]
    })
}

fn condition() -> impl Strategy<Value = String> {
    let compared = (value(), select(&["<", "<=", ">", "==", "!="][..]), value());
    let comparison = compared.prop_map(|(left, operator, right)| format!("{left} {operator} {right}")).boxed();
    prop_oneof![
        3 => comparison.clone(),
        1 => comparison.clone().prop_map(|inner| format!("!({inner})")),
        1 => (comparison.clone(), select(&["&&", "||"][..]), comparison).prop_map(|(left, operator, right)| format!("{left} {operator} {right}")),
    ]
}

fn statement() -> impl Strategy<Value = Braced> {
    let simple = prop_oneof![
        2 => (select(&["count", "total", "x1"][..]), value()).prop_map(|(name, value)| Braced::Declare(name, value)),
        2 => (name(), value()).prop_map(|(name, value)| Braced::Assign(name, value)),
        1 => (name(), value()).prop_map(|(name, value)| Braced::Call(name, value)),
        1 => value().prop_map(Braced::Return),
    ];
    simple.prop_recursive(2, 8, 3, |inner| {
        let block = || vec(inner.clone(), 1..3);
        prop_oneof![
            2 => (condition(), block(), block()).prop_map(|(condition, yes, no)| Braced::If(condition, yes, no)),
            1 => (condition(), block()).prop_map(|(condition, body)| Braced::While(condition, body)),
        ]
    })
}

fn block(statements: &[Braced], language: Language) -> String {
    statements.iter().map(|statement| written(statement, language) + "\n").collect()
}

fn written(statement: &Braced, language: Language) -> String {
    let is_plain = matches!(language.name(), "go" | "rust");
    let around = |condition: &str| if is_plain { condition.to_owned() } else { format!("({condition})") };
    let end = if language.name() == "go" { "" } else { ";" };
    match statement {
        Braced::Declare(name, value) => match language.name() {
            "go" => format!("{name} := {value}"),
            "rust" => format!("let mut {name} = {value};"),
            "java" | "c" | "cpp" => format!("int {name} = {value};"),
            _ => format!("let {name} = {value};"),
        },
        Braced::Assign(name, value) => format!("{name} = {value}{end}"),
        Braced::Call(name, value) => format!("g({name}, {value}){end}"),
        Braced::Return(value) => format!("return {value}{end}"),
        Braced::If(condition, yes, no) => {
            let (yes, no) = (block(yes, language), block(no, language));
            format!("if {} {{\n{yes}}} else {{\n{no}}}", around(condition))
        }
        Braced::While(condition, body) => {
            let word = if language.name() == "go" { "for" } else { "while" };
            format!("{word} {} {{\n{}}}", around(condition), block(body, language))
        }
    }
}
