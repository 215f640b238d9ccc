//! Expressions by what may be called of them.

use super::super::sketch::{Expression, ExpressionId, UNKNOWN};
use super::{DEEPEST, Lowering};
use crate::language::{Category, ModulePath, Role};
use crate::syntax::NONE;

impl Lowering<'_, '_> {
    /// The expression at a node, as code of `scope` reads it.
    pub(super) fn expression(&mut self, node: u32, scope: u32) -> ExpressionId {
        if let Some(known) = self.known[0].get(&node) {
            return *known;
        }
        if self.depth == DEEPEST {
            self.is_cut = true;
            return UNKNOWN;
        }
        self.depth += 1;
        let found = self.read_expression(node, scope);
        self.depth -= 1;
        if !self.is_cut {
            self.known[0].insert(node, found);
        }
        self.is_cut &= self.depth > 0;
        found
    }

    fn read_expression(&mut self, node: u32, scope: u32) -> ExpressionId {
        match self.category(node) {
            Category::Identifier => self.named(node, scope),
            Category::Member | Category::QualifiedName => {
                let member = self.member(node, scope);
                self.as_field(node, member)
            }
            Category::Call => self.call(node, scope),
            Category::Lambda | Category::Class | Category::Function => {
                self.definitions.get(&node).copied().map_or(UNKNOWN, |one| self.push(Expression::Definition(one)))
            }
            Category::Dictionary => self.object(node, scope),
            Category::List | Category::Set => self.list(node, scope),
            Category::Tuple | Category::ExpressionList => self.tuple(node, scope),
            Category::Subscript => self.subscript(node, scope),
            Category::Cast => self.cast(node, scope),
            Category::Conditional
            | Category::If
            | Category::Else
            | Category::Match
            | Category::MatchCase
            | Category::BooleanOperation => self.branches(node, scope),
            Category::Block => self.block(node, scope),
            Category::Assignment | Category::NamedExpression => self.child_expression(node, Role::Right, scope),
            Category::String
            | Category::Integer
            | Category::Float
            | Category::True
            | Category::False
            | Category::Comparison
            | Category::NotOperation
            | Category::BinaryOperation
            | Category::Interpolation
            | Category::ConcatenatedString => self.push(Expression::Plain),
            Category::Type => self.type_of(node, scope),
            Category::ExpressionStatement
            | Category::Parenthesized
            | Category::UnaryOperation
            | Category::Await
            | Category::Spread
            | Category::KeywordArgument
            | Category::Other
            | Category::Return
            | Category::Pair
            | Category::Pattern => self.inner(node, scope),
            _ => UNKNOWN,
        }
    }

    fn child_expression(&mut self, node: u32, role: Role, scope: u32) -> ExpressionId {
        self.child(node, role).map_or(UNKNOWN, |child| self.expression(child, scope))
    }

    pub(super) fn named(&mut self, node: u32, scope: u32) -> ExpressionId {
        let name = self.name(self.text(node));
        self.push(Expression::Name { name, scope, at: node })
    }

    /// What stands around another expression and gives it as it is.
    fn inner(&mut self, node: u32, scope: u32) -> ExpressionId {
        let by_role = [Role::Value, Role::Argument].into_iter().find_map(|role| self.child(node, role));
        let is_operand = |child: &u32| !matches!(self.category(*child), Category::Keyword | Category::Arguments);
        let only = by_role.or_else(|| self.named_children(node).find(is_operand));
        only.map_or(UNKNOWN, |only| self.expression(only, scope))
    }

    fn member(&mut self, node: u32, scope: u32) -> ExpressionId {
        let is_part = |child: &u32| self.tree.role(*child) != Role::Index;
        let last = self.child(node, Role::Member).or_else(|| self.named_children(node).filter(is_part).last());
        let Some(last) = last else { return UNKNOWN };
        let object = self.child(node, Role::Object).or_else(|| self.named_children(node).find(|child| *child != last));
        match object {
            Some(object) if self.names_type(object) => {
                let object = self.type_of(object, scope);
                self.qualified(object, last)
            }
            Some(object) => {
                let object = self.expression(object, scope);
                self.qualified(object, last)
            }
            None => self.expression(last, 0),
        }
    }

    /// A member that is not called, where it is no method then.
    fn as_field(&mut self, node: u32, member: ExpressionId) -> ExpressionId {
        match self.sketch.expressions[member as usize] {
            Expression::Member { object, name } if self.names_field(node) => {
                self.push(Expression::Field { object, name })
            }
            _ => member,
        }
    }

    /// What a call names as a member is a method.
    fn as_method(&mut self, callee: u32, found: ExpressionId) -> ExpressionId {
        match self.sketch.expressions[found as usize] {
            Expression::Field { object, name } if self.names_field(callee) => {
                self.push(Expression::Member { object, name })
            }
            _ => found,
        }
    }

    fn names_field(&self, node: u32) -> bool {
        let table = self.tree.table();
        table.rules().fields.contains(&table.kind_name(self.tree.kind(node)))
    }

    /// Whether what has a member is a type with arguments, and no element of a container.
    fn names_type(&self, object: u32) -> bool {
        match self.category(object) {
            Category::Subscript => !self.text(object).ends_with(']'),
            category => category == Category::Type,
        }
    }

    /// `last` of an object; `last` may itself be a path (`a::(b::c)`) or have type arguments.
    fn qualified(&mut self, mut object: ExpressionId, last: u32) -> ExpressionId {
        let mut last = last;
        for _ in 0..DEEPEST {
            match self.category(last) {
                Category::Member => {
                    let Some(inner) = self.child(last, Role::Member) else { return UNKNOWN };
                    if let Some(first) = self.child(last, Role::Object) {
                        object = self.qualified(object, first);
                    }
                    last = inner;
                }
                Category::Subscript => match self.child(last, Role::Value) {
                    Some(inner) => last = inner,
                    None => return UNKNOWN,
                },
                _ => break,
            }
        }
        let name = self.name(self.text(last));
        self.push(Expression::Member { object, name })
    }

    fn call(&mut self, node: u32, scope: u32) -> ExpressionId {
        if let Some(module) = self.loaded(node) {
            return module;
        }
        if self.tree.table().rules().array_creations.contains(&self.tree.table().kind_name(self.tree.kind(node))) {
            return self.array(node, scope);
        }
        if let Some(class) = self.made_by_library(node) {
            let callee = self.type_of(class, scope);
            let list = self.child(node, Role::Arguments);
            return self.creation(callee, list, scope);
        }
        let callee = match self.child(node, Role::Callee) {
            Some(callee) if self.category(callee) == Category::Type => return self.literal(node, callee, scope),
            Some(callee) if self.category(callee) == Category::Subscript => {
                let generic = self.type_of(callee, scope);
                let value = self.expression(callee, scope);
                if self.tree.role(callee) == Role::Callee && self.child(callee, Role::Index).is_none() {
                    generic
                } else {
                    self.either(vec![generic, value])
                }
            }
            Some(callee) => {
                let found = self.expression(callee, scope);
                self.as_method(callee, found)
            }
            None => self.member_called(node, scope),
        };
        let creates = self.creates(node);
        let class = self.child_class(node);
        let callee = class.unwrap_or(callee);
        let list = self.child(node, Role::Arguments);
        let arguments = list.map_or_else(Vec::new, |list| self.arguments(list, scope));
        let call = {
            let parts = self.parts(&arguments);
            self.push(Expression::Call { callee, arguments: parts, creates })
        };
        if let Some(list) = list {
            self.fields(call, list, scope);
        }
        call
    }

    /// The class of which a function of the library makes an object with the arguments that it is given.
    fn made_by_library(&self, call: u32) -> Option<u32> {
        let makers = self.tree.table().rules().makers;
        let callee = self.child(call, Role::Callee).filter(|_| !makers.is_empty())?;
        let generic = Some(self.last_of_path(callee)).filter(|last| self.category(*last) == Category::Subscript)?;
        let name = self.child(generic, Role::Value)?;
        let arguments = self.child(generic, Role::Index).filter(|_| makers.contains(&self.text(name)))?;
        self.named_children(arguments).next()
    }

    /// An array of a type, with the elements that are written out.
    fn array(&mut self, node: u32, scope: u32) -> ExpressionId {
        let class = self.child(node, Role::Callee).map_or(UNKNOWN, |class| self.type_of(class, scope));
        let several = self.push(Expression::Several(class));
        let array = self.push(Expression::Object(several));
        match self.child(node, Role::Value) {
            Some(elements) => {
                let elements = self.expression(elements, scope);
                self.either(vec![elements, array])
            }
            None => array,
        }
    }

    /// A callee that a call names by object and member.
    fn member_called(&mut self, node: u32, scope: u32) -> ExpressionId {
        let Some(member) = self.child(node, Role::Member) else { return UNKNOWN };
        match self.child(node, Role::Object) {
            Some(object) => {
                let object = self.expression(object, scope);
                self.qualified(object, member)
            }
            None => self.method(member, scope),
        }
    }

    /// A callee that is a name alone.
    fn method(&mut self, node: u32, scope: u32) -> ExpressionId {
        if self.tree.table().rules().fields.is_empty() {
            return self.named(node, scope);
        }
        let name = self.name(self.text(node));
        self.push(Expression::Method { name, scope, at: node })
    }

    /// The class that a call makes together with its object: `new Runnable() { … }`.
    fn child_class(&mut self, node: u32) -> Option<ExpressionId> {
        let body = self.tree.children(node).find(|child| self.category(*child) == Category::Block)?;
        let class = self.definitions.get(&body).copied()?;
        Some(self.push(Expression::Definition(class)))
    }

    fn creates(&self, node: u32) -> bool {
        let first = self.tree.first_child(node);
        first != NONE && self.text(first) == "new"
    }

    pub(super) fn arguments(&mut self, list: u32, scope: u32) -> Vec<ExpressionId> {
        let values: Vec<u32> = match self.category(list) {
            Category::Arguments | Category::List => self.named_children(list).collect(),
            _ => vec![list],
        };
        values.into_iter().map(|value| self.expression(value, scope)).collect()
    }

    /// Fields that a literal of an object names: `Ship { mast: m }`, `Ship{mast: m}`.
    fn fields(&mut self, object: ExpressionId, list: u32, scope: u32) {
        let fields: Vec<u32> = self.named_children(list).collect();
        for field in fields {
            let key = self.child(field, Role::Key).or_else(|| self.child(field, Role::Name));
            let value = self.child(field, Role::Value);
            match (self.category(field), key, value) {
                (Category::Pair | Category::KeywordArgument, Some(key), Some(value)) => {
                    let name = self.key(key);
                    let value = self.expression(value, scope);
                    self.sketch.stores.push((object, name, value));
                }
                _ if self.is_shorthand(field) => {
                    let name = self.name(self.text(field));
                    let value = self.shorthand(field, scope);
                    self.sketch.stores.push((object, name, value));
                }
                _ => {}
            }
        }
    }

    fn is_shorthand(&self, field: u32) -> bool {
        let table = self.tree.table();
        table.rules().shorthands.contains(&table.kind_name(self.tree.kind(field)))
    }

    fn shorthand(&mut self, field: u32, scope: u32) -> ExpressionId {
        let inner = self.tree.first_child(field);
        self.named(if inner == NONE { field } else { inner }, scope)
    }

    /// A key as a name: without quotes, and without what may stand around it.
    fn key(&mut self, key: u32) -> u32 {
        let text = self.text(key).trim_matches(['"', '\'', '`', '[', ']', '.', ' ']);
        self.name(text)
    }

    /// A literal of a type that has no name: `[]T{a}`, `map[K]V{k: v}`.
    fn literal(&mut self, node: u32, written: u32, scope: u32) -> ExpressionId {
        let class = self.type_of(written, scope);
        let object = self.push(Expression::Object(class));
        let list = self.child(node, Role::Arguments);
        let made = list.map_or(UNKNOWN, |list| self.list(list, scope));
        self.either(vec![object, made])
    }

    fn object(&mut self, node: u32, scope: u32) -> ExpressionId {
        let members: Vec<u32> = self.named_children(node).collect();
        let mut parts = Vec::new();
        for member in members {
            let key = self.child(member, Role::Key).or_else(|| self.child(member, Role::Name));
            let (name, value) = match (self.category(member), key) {
                (Category::Function, Some(key)) => (self.key(key), self.expression(member, scope)),
                (_, Some(key)) => (self.key(key), self.child_expression(member, Role::Value, scope)),
                (Category::Identifier, None) => (self.name(self.text(member)), self.named(member, scope)),
                _ => continue,
            };
            parts.extend([name, value]);
        }
        let parts = self.parts(&parts);
        self.push(Expression::Made { parts, named: true })
    }

    fn list(&mut self, node: u32, scope: u32) -> ExpressionId {
        let elements: Vec<u32> = self.named_children(node).collect();
        let is_mapping = elements.iter().any(|element| self.category(*element) == Category::Pair);
        let mut parts = Vec::new();
        for element in elements {
            let value = self.expression(element, scope);
            if is_mapping {
                let is_pair = self.category(element) == Category::Pair;
                let key = self.child(element, Role::Key).or_else(|| self.named_children(element).next());
                let name = match key.filter(|_| is_pair) {
                    Some(key) => self.key(key),
                    None => self.name(""),
                };
                let value = self.child(element, Role::Value).map_or(value, |value| self.expression(value, scope));
                parts.extend([name, value]);
            } else {
                parts.push(value);
            }
        }
        let parts = self.parts(&parts);
        self.push(Expression::Made { parts, named: is_mapping })
    }

    fn tuple(&mut self, node: u32, scope: u32) -> ExpressionId {
        let values: Vec<u32> = self.named_children(node).collect();
        if let [only] = values[..] {
            return self.expression(only, scope);
        }
        let values: Vec<ExpressionId> = values.into_iter().map(|value| self.expression(value, scope)).collect();
        let values = self.parts(&values);
        self.push(Expression::Together(values))
    }

    fn subscript(&mut self, node: u32, scope: u32) -> ExpressionId {
        let base = self.child(node, Role::Value).or_else(|| self.child(node, Role::Object));
        let Some(base) = base.or_else(|| self.named_children(node).next()) else { return UNKNOWN };
        let key = self.named_children(node).filter(|child| *child != base).last();
        let of = self.expression(base, scope);
        let is_written =
            |key: &u32| matches!(self.category(*key), Category::String | Category::Integer | Category::Arguments);
        let key = key.filter(is_written).map(|key| self.key(key));
        self.push(Expression::Element { of, key })
    }

    /// A value taken as another type: an object of that type.
    fn cast(&mut self, node: u32, scope: u32) -> ExpressionId {
        let Some(written) = self.child(node, Role::Type) else { return self.inner(node, scope) };
        let class = self.type_of(written, scope);
        let object = self.push(Expression::Object(class));
        let is_value = |child: &u32| self.tree.is_named(*child) && self.tree.role(*child) != Role::Type;
        let value = self.tree.children(node).find(is_value).map_or(UNKNOWN, |value| self.expression(value, scope));
        self.either(vec![object, value])
    }

    fn branches(&mut self, node: u32, scope: u32) -> ExpressionId {
        let is_value = |child: &u32| {
            !matches!(
                self.tree.role(*child),
                Role::Condition | Role::Left | Role::Guard | Role::Subject | Role::Operator
            ) && !matches!(self.category(*child), Category::Pattern)
        };
        let branches: Vec<u32> = self.named_children(node).filter(is_value).collect();
        let branches = branches.into_iter().map(|branch| self.expression(branch, scope)).collect();
        self.either(branches)
    }

    /// The value of a block, where blocks have one: that of its last expression.
    fn block(&mut self, node: u32, scope: u32) -> ExpressionId {
        let around = self.around(node);
        if matches!(around, Category::Match | Category::Function | Category::Lambda | Category::If | Category::Else) {
            let parts: Vec<u32> = match around {
                Category::Match => self.named_children(node).collect(),
                _ => self.named_children(node).last().into_iter().collect(),
            };
            let ends =
                |part: &u32| self.category(*part) != Category::ExpressionStatement || !self.text(*part).ends_with(';');
            let parts: Vec<u32> = parts.into_iter().filter(ends).collect();
            let parts = parts.into_iter().map(|part| self.expression(part, scope)).collect();
            return self.either(parts);
        }
        UNKNOWN
    }

    /// A module that is loaded by a call: `require('./a')`.
    fn loaded(&mut self, node: u32) -> Option<ExpressionId> {
        let callee = self.child(node, Role::Callee)?;
        let list = self.child(node, Role::Arguments)?;
        let only = self.named_children(list).next().filter(|only| self.category(*only) == Category::String)?;
        let written = self.tree.string_content(only, self.source);
        let path = self.tree.table().loaded_module(self.text(callee), written)?;
        if let ModulePath::External(path) = path {
            let name = self.name(&path);
            return Some(self.push(Expression::Package(name)));
        }
        let facts = &self.collected.facts;
        let name = crate::graph::imports::absolute_module(facts, path, facts.module())?;
        let name = self.name(&name);
        Some(self.push(Expression::Module(name)))
    }
}
