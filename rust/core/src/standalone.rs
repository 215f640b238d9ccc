//! Functions as texts of their own.

use std::borrow::Cow;

use crate::language::{Category, Language, MembersAlone, Role};
use crate::syntax::{NONE, ParseLimits, SyntaxTree, parse};

/// The text of one function so that it reads without what is around it: itself, or where the grammar knows such a member
/// only inside of a class, the same written as a function. None where that does not read either.
///
/// A text of a language in which every function reads alone is taken as it is, mistakes included.
pub fn standalone(language: Language, text: &str) -> Option<Cow<'_, str>> {
    let Some(rules) = language.table().rules().members_alone else { return Some(Cow::Borrowed(text)) };
    if reads(language, text) {
        return Some(Cow::Borrowed(text));
    }
    as_function(language, text, &rules).filter(|text| reads(language, text)).map(Cow::Owned)
}

fn reads(language: Language, text: &str) -> bool {
    parse(language, text.as_bytes(), &ParseLimits::default()).is_ok_and(|tree| tree.error_count() == 0)
}

/// A member without the words that only a member has.
fn as_function(language: Language, text: &str, rules: &MembersAlone) -> Option<String> {
    let (opening, closing) = rules.class;
    let class = format!("{opening}{text}{closing}");
    let source = class.as_bytes();
    let tree = parse(language, source, &ParseLimits::default()).ok().filter(|tree| tree.error_count() == 0)?;
    let member = (0..tree.len() as u32).find(|node| tree.category(*node) == Category::Function)?;
    let name = tree.child_with_role(member, Role::Name)?;
    let words: Vec<&str> = words_before(&tree, member, name).map(|node| tree.text(node, source)).collect();
    let kept = |asked: &[&str]| -> String { asked.iter().filter(|word| words.contains(*word)).copied().collect() };
    let (before, after) = (kept(rules.kept.0), kept(rules.kept.1));
    let rest = &class[tree.byte_range(name).end..class.len() - closing.len()];
    let plain = tree.text(name, source).trim_start_matches('#');
    Some(format!("{before} {}{after} {plain}{rest}", rules.function).trim_start().to_owned())
}

/// What of a member stands before its name, without what it is made of.
fn words_before(tree: &SyntaxTree, member: u32, name: u32) -> impl Iterator<Item = u32> + '_ {
    (member + 1..name).filter(|node| tree.first_child(*node) == NONE)
}

#[cfg(all(test, feature = "java", feature = "javascript", feature = "python", feature = "typescript"))]
mod tests {
    use super::*;

    #[test]
    fn members_of_classes_become_functions() {
        for (language, text, expected) in [
            (Language::Python, "def f(self): return 1", Some("def f(self): return 1")),
            (Language::Python, "def f(:", Some("def f(:")),
            (Language::JavaScript, "function f(a) { return a }", Some("function f(a) { return a }")),
            (Language::JavaScript, "(a) => { return a }", Some("(a) => { return a }")),
            (Language::JavaScript, "load(a) { return a }", Some("function load(a) { return a }")),
            (Language::JavaScript, "static async *load(a) { yield a }", Some("async function* load(a) { yield a }")),
            (Language::JavaScript, "get size() { return 1 }", Some("function size() { return 1 }")),
            (Language::JavaScript, "#load(a) {\n  return a\n}", Some("function load(a) {\n  return a\n}")),
            (Language::JavaScript, "function (a) { return a }", Some("function (a) { return a }")),
            (Language::JavaScript, "[Symbol.iterator]() { return this }", None),
            (Language::JavaScript, "load(a) { return (", None),
            (
                Language::TypeScript,
                "private async load<T>(a: T): Promise<T> { return a }",
                Some("async function load<T>(a: T): Promise<T> { return a }"),
            ),
            (Language::Java, "public int f(int a) { return a; }", Some("public int f(int a) { return a; }")),
            (Language::Java, "public Box(int a) { this.a = a; }", Some("void Box(int a) { this.a = a; }")),
        ] {
            assert_eq!(standalone(language, text).as_deref(), expected, "{text}");
        }
    }
}
