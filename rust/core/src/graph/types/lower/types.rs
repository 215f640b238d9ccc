//! Types as they are written.

use super::super::sketch::{Expression, ExpressionId, UNKNOWN};
use super::{DEEPEST, Lowering};
use crate::graph::accesses::is_tag;
use crate::language::{Category, Role};
use crate::syntax::NONE;

impl Lowering<'_, '_> {
    /// The type that a node writes.
    pub(super) fn type_of(&mut self, node: u32, scope: u32) -> ExpressionId {
        if let Some(known) = self.known[1].get(&node) {
            return *known;
        }
        if self.depth == DEEPEST {
            self.is_cut = true;
            return UNKNOWN;
        }
        self.depth += 1;
        let found = self.read_type(node, scope);
        self.depth -= 1;
        if !self.is_cut {
            self.known[1].insert(node, found);
        }
        self.is_cut &= self.depth > 0;
        found
    }

    fn read_type(&mut self, node: u32, scope: u32) -> ExpressionId {
        match self.category(node) {
            Category::Member => match self.last_of_path(node) {
                generic if self.category(generic) == Category::Subscript => {
                    let base = self.expression(node, scope);
                    self.with_arguments(base, generic, scope)
                }
                _ => self.expression(node, scope),
            },
            // What stands behind `struct` is no variable, even where one has its name.
            Category::Identifier if self.tree.table().rules().has_tags() && is_tag(self.tree, node) => {
                self.named(node, 0)
            }
            Category::Identifier => self.expression(node, scope),
            // A base or a field that a constructor makes.
            Category::MemberName => self.named(node, scope),
            Category::Subscript => self.generic(node, scope),
            Category::Class => self.definitions.get(&node).map_or(UNKNOWN, |class| {
                self.sketch.expressions.push(Expression::Definition(*class));
                self.sketch.expressions.len() as u32 - 1
            }),
            Category::Call => self.child(node, Role::Callee).map_or(UNKNOWN, |callee| self.type_of(callee, scope)),
            Category::Keyword | Category::TypeParameter => UNKNOWN,
            _ if self.child(node, Role::Parameters).is_some() && self.category(node) != Category::Parameters => {
                self.function_type(node, scope)
            }
            Category::Parameters | Category::Tuple => self.together(node, scope),
            Category::Type if self.is_shape(node) => self.shape(node, scope),
            // What a type parameter need not be: `?Sized`.
            Category::Other if self.begins_with(node, "?") => UNKNOWN,
            _ => self.composed(node, scope),
        }
    }

    fn generic(&mut self, node: u32, scope: u32) -> ExpressionId {
        let base = self.child(node, Role::Value).or_else(|| self.named_children(node).next());
        let Some(base) = base else { return UNKNOWN };
        let base = self.type_of(base, scope);
        self.with_arguments(base, node, scope)
    }

    /// What a path ends with: `c<d>` of `a::b::c<d>`.
    pub(super) fn last_of_path(&self, path: u32) -> u32 {
        let mut last = path;
        for _ in 0..DEEPEST {
            match self.child(last, Role::Member).filter(|_| self.category(last) == Category::Member) {
                Some(inner) => last = inner,
                None => break,
            }
        }
        last
    }

    /// A type with the arguments that a generic one is written with.
    fn with_arguments(&mut self, base: ExpressionId, generic: u32, scope: u32) -> ExpressionId {
        let name = self.child(generic, Role::Value).or_else(|| self.named_children(generic).next());
        let written: Vec<u32> = self.named_children(generic).filter(|child| Some(*child) != name).collect();
        let mut arguments = Vec::new();
        for list in written {
            let inner: Vec<u32> = match self.category(list) {
                Category::Arguments => self.named_children(list).collect(),
                _ => vec![list],
            };
            arguments.extend(inner.into_iter().map(|argument| self.type_of(argument, scope)));
        }
        let arguments = self.parts(&arguments);
        self.push(Expression::Generic { base, arguments })
    }

    fn function_type(&mut self, node: u32, scope: u32) -> ExpressionId {
        let given = self.child(node, Role::ReturnType).map_or(UNKNOWN, |given| self.type_of(given, scope));
        self.push(Expression::FunctionType(given))
    }

    fn together(&mut self, node: u32, scope: u32) -> ExpressionId {
        let written: Vec<u32> = self.named_children(node).collect();
        let types: Vec<ExpressionId> = written
            .into_iter()
            .map(|part| {
                let part = self.child(part, Role::Type).unwrap_or(part);
                self.type_of(part, scope)
            })
            .collect();
        let types = self.parts(&types);
        self.push(Expression::Together(types))
    }

    /// Whether a type is written as its members.
    pub(super) fn is_shape(&self, node: u32) -> bool {
        self.category(node) == Category::Type && self.begins_with(node, "{")
    }

    fn begins_with(&self, node: u32, text: &str) -> bool {
        let first = self.tree.first_child(node);
        first != NONE && self.text(first) == text
    }

    /// A type that is written as its members.
    fn shape(&mut self, node: u32, scope: u32) -> ExpressionId {
        let members: Vec<u32> = self.named_children(node).collect();
        let (mut parts, mut others) = (Vec::new(), Vec::new());
        for member in members {
            let name = self.child(member, Role::Name).filter(|_| self.category(member) != Category::Other);
            let Some(name) = name else {
                others.push(self.type_of(member, scope));
                continue;
            };
            let own = self.name(self.text(name));
            let class = match self.child(member, Role::Type) {
                Some(written) => self.type_of(written, scope),
                None => self.function_type(member, scope),
            };
            parts.extend([own, self.push(Expression::Object(class))]);
        }
        let parts = self.parts(&parts);
        others.push(self.push(Expression::Shape(parts)));
        self.either(others)
    }

    /// A type made of others: a pointer to one, a container of one, one of several.
    fn composed(&mut self, node: u32, scope: u32) -> ExpressionId {
        let written: Vec<u32> = self.named_children(node).filter(|child| !self.is_token(*child)).collect();
        let types = written.into_iter().map(|part| self.type_of(part, scope)).collect();
        let inner = self.either(types);
        let is_container = self.tree.children(node).any(|child| matches!(self.text(child), "[" | "[]" | "chan"));
        if is_container && inner != UNKNOWN { self.push(Expression::Several(inner)) } else { inner }
    }

    fn is_token(&self, node: u32) -> bool {
        matches!(self.category(node), Category::Keyword | Category::Integer | Category::Declarator)
    }
}
