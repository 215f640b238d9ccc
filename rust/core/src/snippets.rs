//! Generated code for property tests: Python here, the languages with braces in [`braced`].

mod braced;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

pub(crate) use braced::{around_statements, braced_program, in_language};

use crate::language::Language;
use crate::syntax::{ParseLimits, SyntaxTree, parse};

/// Parses a text that is expected to be sound.
pub(crate) fn parsed(source: &str) -> SyntaxTree {
    let tree = parse(Language::Python, source.as_bytes(), &ParseLimits::default()).unwrap();
    assert_eq!(tree.error_count(), 0, "not sound:\n{source}");
    tree
}

/// A function with parameters, nested statements and expressions.
pub(crate) fn function() -> impl Strategy<Value = String> {
    (name(), vec(name(), 0..3), vec(statement(), 1..6)).prop_map(|(name, parameters, body)| {
        let mut parameters: Vec<&str> = parameters;
        parameters.sort_unstable();
        parameters.dedup();
        let header = format!("def {name}_it({}):", parameters.join(", "));
        let mut text = vec![header];
        text.extend(indented(&body.concat()));
        text.join("\n") + "\n"
    })
}

/// A file of a few functions.
pub(crate) fn file() -> impl Strategy<Value = String> {
    vec(function(), 1..4).prop_map(|functions| functions.join("\n\n"))
}

fn name() -> impl Strategy<Value = &'static str> {
    select(&["a", "b", "count", "items", "user_name", "path", "rowIndex", "x1"][..])
}

const LITERALS: &[&str] =
    &["0", "1", "2", "10", "0x1f", "1.5", "True", "False", "None", "''", "'key'", "\"a b\"", "'%s/%s'", "..."];

fn leaf() -> impl Strategy<Value = String> {
    prop_oneof![3 => name().prop_map(str::to_owned), 2 => select(LITERALS).prop_map(str::to_owned)]
}

fn expression() -> impl Strategy<Value = String> {
    leaf().prop_recursive(3, 24, 3, |inner| {
        let operator = select(
            &["+", "-", "*", "/", "//", "%", "<", "<=", ">", "==", "!=", "and", "or", "in", "not in", "is", "is not"][..],
        );
        let pair = || (inner.clone(), inner.clone());
        prop_oneof![
            4 => (inner.clone(), operator, inner.clone()).prop_map(|(left, operator, right)| format!("{left} {operator} {right}")),
            1 => inner.clone().prop_map(|inner| format!("(not {inner})")),
            1 => inner.clone().prop_map(|inner| format!("(-({inner}))")),
            2 => (name(), pair()).prop_map(|(name, (left, right))| format!("{name}({left}, {right})")),
            1 => (name(), name(), inner.clone()).prop_map(|(name, key, value)| format!("{name}.run({key}={value}, *{key})")),
            1 => (name(), name()).prop_map(|(name, member)| format!("{name}.{member}")),
            1 => (name(), inner.clone()).prop_map(|(name, index)| format!("{name}[{index}]")),
            1 => (name(), inner.clone()).prop_map(|(name, bound)| format!("{name}[({bound}):]")),
            1 => pair().prop_map(|(left, right)| format!("[{left}, {right}]")),
            1 => pair().prop_map(|(key, value)| format!("{{{key}: {value}}}")),
            1 => (pair(), inner.clone()).prop_map(|((yes, no), condition)| format!("({yes} if {condition} else {no})")),
            1 => (name(), inner.clone()).prop_map(|(name, body)| format!("(lambda {name}: {body})")),
            1 => (name(), pair()).prop_map(|(name, (body, over))| format!("[{body} for {name} in ({over}) if {name}]")),
            1 => name().prop_map(|name| format!("f'{{{name}}} and'")),
        ]
    })
}

fn simple_statement() -> impl Strategy<Value = Vec<String>> {
    prop_oneof![
        4 => (name(), expression()).prop_map(|(name, value)| format!("{name} = {value}")),
        2 => (name(), select(&["+=", "-=", "*="][..]), expression()).prop_map(|(name, operator, value)| format!("{name} {operator} {value}")),
        1 => (name(), name(), expression()).prop_map(|(left, right, value)| format!("{left}, {right} = {value}")),
        1 => name().prop_map(|name| format!("{name} = 0; {name} += 1")),
        2 => expression().prop_map(|value| format!("return {value}")),
        2 => expression(),
        1 => expression().prop_map(|value| format!("assert {value}, 'text'  # note")),
        1 => Just("pass".to_owned()),
        1 => name().prop_map(|name| format!("import {name}")),
        1 => name().prop_map(|name| format!("del {name}")),
        1 => Just("# a comment\n'a docstring'".to_owned()),
    ]
    .prop_map(|text| text.lines().map(str::to_owned).collect())
}

fn statement() -> impl Strategy<Value = Vec<String>> {
    simple_statement().prop_recursive(3, 12, 3, |inner| {
        let block = || vec(inner.clone(), 1..3).prop_map(|statements| indented(&statements.concat()));
        prop_oneof![
            3 => (expression(), block(), block()).prop_map(|(condition, yes, no)| joined([
                (format!("if {condition}:"), yes), ("else:".to_owned(), no)])),
            1 => (expression(), expression(), block(), block()).prop_map(|(first, second, yes, no)| joined([
                (format!("if {first}:"), yes), (format!("elif {second}:"), no)])),
            1 => (name(), expression(), block()).prop_map(|(name, over, body)| joined([(format!("for {name} in {over}:"), body)])),
            1 => (expression(), block()).prop_map(|(condition, body)| joined([(format!("while {condition}:"), body)])),
            1 => (name(), name(), block()).prop_map(|(open, name, body)| joined([(format!("with {open}() as {name}:"), body)])),
            1 => (name(), block(), block()).prop_map(|(name, body, caught)| joined([
                ("try:".to_owned(), body), (format!("except KeyError as {name}:"), caught)])),
            1 => (name(), name(), block()).prop_map(|(name, parameter, body)| joined([
                (format!("def {name}({parameter}=1, *rest):"), body)])),
        ]
    })
}

fn joined<const PARTS: usize>(parts: [(String, Vec<String>); PARTS]) -> Vec<String> {
    parts.into_iter().flat_map(|(header, block)| std::iter::once(header).chain(block)).collect()
}

/// The lines a level deeper, closed by a statement so that a block of comments is one too.
fn indented(lines: &[String]) -> Vec<String> {
    let mut block: Vec<String> = lines.iter().map(|line| format!("    {line}")).collect();
    block.push("    pass".to_owned());
    block
}
