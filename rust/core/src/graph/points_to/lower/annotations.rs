//! Annotations: the classes of which they promise objects, and the containers that hold such.
//!
//! They are read off their text, quoted or not: a class may be named before it is there.

use super::super::program::{Container, Key, NOTHING, Operation, Shape, Variable};
use super::Lowering;
use crate::graph::scopes::View;

/// Longer annotations, and parts nested more deeply, promise nothing.
const LONGEST: usize = 512;
const DEEPEST: usize = 8;

/// Names of `typing` whose objects are those of any argument, and of the first one.
const UNIONS: &[&str] = &["Optional", "Union"];
const WRAPPERS: &[&str] = &["Annotated", "ClassVar", "Final", "NotRequired", "ReadOnly", "Required"];
const TUPLES: &[&str] = &["Tuple", "tuple"];
#[rustfmt::skip]
const SEQUENCES: &[&str] = &[
    "AbstractSet", "Collection", "Container", "Deque", "FrozenSet", "Generator", "Iterable", "Iterator", "List",
    "MutableSequence", "MutableSet", "Reversible", "Sequence", "Set", "deque", "frozenset", "list", "set",
];
#[rustfmt::skip]
const MAPPINGS: &[&str] = &[
    "DefaultDict", "Dict", "Mapping", "MutableMapping", "OrderedDict", "defaultdict", "dict",
];
/// What is in their brackets are no classes of objects.
const OPAQUE: &[&str] = &["Callable", "Literal", "Type", "TypeGuard", "TypeIs", "type"];

/// A name with what stands in its brackets; each argument is one of several alternatives.
#[derive(Debug, PartialEq)]
struct Written<'text> {
    name: &'text str,
    arguments: Vec<Vec<Written<'text>>>,
}

impl<'source> Lowering<'_, 'source> {
    /// A variable that holds the classes which an annotation names where `scope` is seen; in containers where objects are
    /// promised in containers.
    pub(super) fn annotation(&mut self, node: u32, scope: u32) -> Variable {
        let text = self.text(node);
        let Some(alternatives) = Some(text).filter(|text| text.len() <= LONGEST).and_then(read) else { return NOTHING };
        self.any_class(&alternatives, scope)
    }

    fn any_class(&mut self, alternatives: &[Written<'source>], scope: u32) -> Variable {
        let classes: Vec<Variable> = alternatives.iter().map(|one| self.class_of(one, scope)).collect();
        self.program.either(classes)
    }

    fn class_of(&mut self, written: &Written<'source>, scope: u32) -> Variable {
        let Written { name, arguments } = written;
        let last = name.rsplit('.').next().unwrap_or_default();
        let is = |names: &[&str]| names.contains(&last);
        if arguments.is_empty() || self.is_defined_here(name, scope) {
            return self.named_class(name, scope);
        }
        match &arguments[..] {
            _ if is(OPAQUE) => NOTHING,
            _ if is(UNIONS) => {
                let classes = arguments.iter().map(|one| self.any_class(one, scope)).collect();
                self.program.either(classes)
            }
            [first, ..] if is(WRAPPERS) => self.any_class(first, scope),
            [first, rest @ ..] if is(TUPLES) && rest.first().is_none_or(|next| !next.is_empty()) => {
                self.tuple_of(first, rest, scope)
            }
            [element, ..] if is(SEQUENCES) || is(TUPLES) => {
                let element = self.any_class(element, scope);
                self.container_of(Shape::Sequence, NOTHING, &[(Key::Any, element)])
            }
            [key, value] if is(MAPPINGS) => {
                let [key, value] = [key, value].map(|part| self.any_class(part, scope));
                self.container_of(Shape::Mapping, key, &[(Key::Any, value)])
            }
            _ => self.named_class(name, scope),
        }
    }

    fn tuple_of(&mut self, first: &[Written<'source>], rest: &[Vec<Written<'source>>], scope: u32) -> Variable {
        let parts = std::iter::once(first).chain(rest.iter().map(Vec::as_slice));
        let parts: Vec<_> =
            parts.zip(0..).map(|(part, place)| (Key::Index(place), self.any_class(part, scope))).collect();
        self.container_of(Shape::Sequence, NOTHING, &parts)
    }

    /// A container that holds classes in place of their objects; nothing where none is known.
    fn container_of(&mut self, shape: Shape, key: Variable, elements: &[(Key, Variable)]) -> Variable {
        if key == NOTHING && elements.iter().all(|(_, element)| *element == NOTHING) {
            return NOTHING;
        }
        let container = self.program.containers.len() as u32;
        self.program.containers.push(Container { shape, length: 0, is_promised: true });
        let (base, caller) = (self.program.variable(), self.caller());
        self.program.operation(Operation::Container { container, to: base });
        if key != NOTHING {
            self.program.operation(Operation::SetKey { base, from: key });
        }
        for (key, from) in elements.iter().filter(|(_, element)| *element != NOTHING) {
            self.program.operation(Operation::SetItem { base, key: *key, from: *from, caller });
        }
        base
    }

    /// What a dotted name holds at last.
    fn named_class(&mut self, name: &'source str, scope: u32) -> Variable {
        let mut parts = name.split('.');
        let Some(known) = parts.next().and_then(|first| self.collected.names.get(first)) else { return NOTHING };
        let mut base = self.read(known, scope);
        for part in parts {
            let (to, caller, attribute) = (self.program.variable(), self.caller(), self.name(part));
            self.program.operation(Operation::Load { base, attribute, to, caller });
            base = to;
        }
        base
    }

    fn is_defined_here(&self, name: &str, scope: u32) -> bool {
        let known = self.collected.names.get(name);
        let found = known.and_then(|name| self.collected.scopes.find(scope, name, View::Full));
        found.is_some_and(|(_, binding)| binding.is_defined())
    }
}

/// The alternatives of an annotation; none where it is no expression of names, brackets, `|` and quotes.
fn read(text: &str) -> Option<Vec<Written<'_>>> {
    let mut rest = text;
    let found = alternatives(&mut rest, DEEPEST)?;
    skip(&mut rest);
    rest.is_empty().then_some(found)
}

/// `A | B[C]`; empty for an ellipsis.
fn alternatives<'text>(rest: &mut &'text str, depth: usize) -> Option<Vec<Written<'text>>> {
    let mut found = Vec::new();
    loop {
        skip(rest);
        if let Some(after) = rest.strip_prefix("...") {
            *rest = after;
        } else {
            let length = rest.find(|sign: char| !is_part_of_name(sign)).unwrap_or(rest.len());
            let (name, after) = rest.split_at(length);
            *rest = after;
            let arguments = arguments(rest, depth)?;
            if name.is_empty() && arguments.is_empty() {
                return None;
            }
            found.push(Written { name, arguments });
        }
        skip(rest);
        match rest.strip_prefix('|') {
            Some(after) => *rest = after,
            None => return Some(found),
        }
    }
}

/// What stands in brackets, if there are any.
fn arguments<'text>(rest: &mut &'text str, depth: usize) -> Option<Vec<Vec<Written<'text>>>> {
    let before = *rest;
    skip(rest);
    let Some(after) = rest.strip_prefix('[') else {
        *rest = before;
        return Some(Vec::new());
    };
    let depth = depth.checked_sub(1)?;
    *rest = after;
    let mut found = Vec::new();
    loop {
        skip(rest);
        if let Some(after) = rest.strip_prefix(']') {
            *rest = after;
            return Some(found);
        }
        found.push(alternatives(rest, depth)?);
        skip(rest);
        match rest.strip_prefix(',') {
            Some(after) => *rest = after,
            None if rest.starts_with(']') => {}
            None => return None,
        }
    }
}

fn is_part_of_name(sign: char) -> bool {
    sign == '.' || sign == '_' || sign.is_alphanumeric()
}

/// Quotes only say that a name is read later.
fn skip(rest: &mut &str) {
    *rest = rest.trim_start_matches(|sign: char| sign.is_whitespace() || sign == '"' || sign == '\'');
}

#[cfg(test)]
mod tests {
    use super::{Written, read};

    fn shown(alternatives: &[Written<'_>]) -> String {
        let one = |written: &Written<'_>| {
            let arguments: Vec<_> = written.arguments.iter().map(|argument| shown(argument)).collect();
            if arguments.is_empty() {
                written.name.to_owned()
            } else {
                format!("{}[{}]", written.name, arguments.join(", "))
            }
        };
        alternatives.iter().map(one).collect::<Vec<_>>().join(" | ")
    }

    #[test]
    fn annotations_are_read_with_their_quotes_taken_off() {
        for (text, expected) in [
            ("A", Some("A")),
            ("'pkg.A'", Some("pkg.A")),
            ("Optional[ \"A\" ]|None", Some("Optional[A] | None")),
            ("dict[str,\n  list['A | B'],]", Some("dict[str, list[A | B]]")),
            ("tuple[A, ...]", Some("tuple[A, ]")),
            ("Callable[[A], B]", Some("Callable[[A], B]")),
            ("f(A)", None),
            ("A +", None),
            ("list[A", None),
            ("", None),
            ("|", None),
        ] {
            assert_eq!(read(text).as_deref().map(shown).as_deref(), expected, "{text}");
        }
        assert!(read(&"list[".repeat(100)).is_none());
    }
}
