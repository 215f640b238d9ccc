//! What people call the features of the canonical form.

use super::arena::Arena;
use super::reader::{Names, binding_of};
use super::terms::label_and_children;
use crate::language::Form;

/// The term and name of each feature that has one, sorted by term: labels, and loops with what they run over.
pub(super) fn feature_names(arena: &Arena, names: &Names<'_>) -> Vec<(u64, String)> {
    let mut named = Vec::new();
    for (node, (label, children)) in (0..).zip(label_and_children(arena, names)) {
        named.extend(label_name(arena, names, node).map(|name| (label, name)));
        let source = arena.child(node, 1).filter(|_| arena.form(node) == Form::Each);
        let source = source.and_then(|source| label_name(arena, names, source));
        named.extend(source.map(|source| (children, format!("loop over {source}"))));
    }
    named.sort_unstable();
    named.dedup_by_key(|(term, _)| *term);
    named
}

/// The name of what a node shows by itself; none for what nearly every text has, and for values, which are hashes.
fn label_name(arena: &Arena, names: &Names<'_>, node: u32) -> Option<String> {
    let (form, word) = (arena.form(node), arena.word(node));
    match form {
        Form::Variable => binding_of(word).is_none().then(|| names.text(word).to_owned()),
        Form::Field => Some(format!(".{}", names.text(word))),
        Form::Call => (word > 0).then(|| names.text(word - 1).to_owned()),
        Form::Module
        | Form::Function
        | Form::Parameters
        | Form::Body
        | Form::Then
        | Form::Else
        | Form::Number
        | Form::Text
        | Form::Assign
        | Form::Other
        | Form::Name => None,
        Form::Each => Some("loop".to_owned()),
        Form::If => Some("branch".to_owned()),
        Form::While => Some("while loop".to_owned()),
        Form::Less => Some("less than".to_owned()),
        Form::LessEqual => Some("at most".to_owned()),
        form => Some(spaced(form.name())),
    }
}

/// `NotEqual` as `not equal`.
fn spaced(name: &str) -> String {
    let mut spaced = String::with_capacity(name.len() + 4);
    for character in name.chars() {
        if character.is_uppercase() && !spaced.is_empty() {
            spaced.push(' ');
        }
        spaced.extend(character.to_lowercase());
    }
    spaced
}
