//! Functions, classes, and members that stand outside of their class.

use super::super::sketch::{Class, Expression, ExpressionId, Extension, Function, NameId, ScopeKind, UNKNOWN};
use super::Lowering;
use crate::graph::NodeKind;
use crate::graph::privacy::{has_word, is_private};
use crate::language::{Category, Role, Sharing};
use crate::syntax::NONE;

/// How many declarators are looked through.
const MOST_STEPS: usize = 32;

/// How many parameters of a function are told apart.
const MOST_PARAMETERS: usize = 64;

/// More arguments than any call has.
const ANY_NUMBER: u32 = u32::MAX;

impl Lowering<'_, '_> {
    pub(super) fn functions(&mut self) {
        for node in 2..self.collected.facts.nodes.len() as u32 {
            let one = &self.collected.facts.nodes[node as usize];
            if one.kind == NodeKind::Function {
                self.function(node, one.syntax);
            }
        }
    }

    fn function(&mut self, node: u32, syntax: u32) {
        let scope = self.collected.scope_of[node as usize];
        let list = self.parameters_of(syntax);
        let body = self.child(syntax, Role::Body);
        let function = Function {
            node,
            scope,
            arity: list.map_or((0, ANY_NUMBER), |list| self.arity(list)),
            returns: Vec::new(),
            return_type: UNKNOWN,
            has_body: body.is_some() || list.is_none(),
            is_dispatched: self.is_dispatched(syntax),
            is_private: self.is_private_at(syntax),
        };
        self.functions.insert(node, self.sketch.functions.len());
        self.sketch.functions.push(function);
        self.member_outside(node, syntax, scope);
        if scope == NONE {
            return;
        }
        let place = self.sketch.functions.len() - 1;
        if let Some(written) = self.child(syntax, Role::ReturnType) {
            self.sketch.functions[place].return_type = self.type_of(written, scope);
        }
        if let Some(value) = body.and_then(|body| self.value_of_body(body, scope)) {
            self.sketch.functions[place].returns.push(value);
        }
    }

    /// The list of parameters; of a function with one nameless list, that parameter.
    pub(super) fn parameters_of(&self, function: u32) -> Option<u32> {
        let mut current = function;
        for _ in 0..MOST_STEPS {
            if let Some(list) = self.child(current, Role::Parameters) {
                return Some(list);
            }
            let inner = |child: &u32| matches!(self.category(*child), Category::Declarator | Category::Signature);
            current = self.tree.children(current).find(inner)?;
        }
        None
    }

    /// How many arguments a call has at least and at most.
    fn arity(&self, list: u32) -> (u32, u32) {
        let (mut least, mut most) = (0, 0);
        for parameter in self.parameter_nodes(list) {
            let count = self.names_of_parameter(parameter);
            let is_optional =
                self.category(parameter) == Category::DefaultParameter || self.child(parameter, Role::Value).is_some();
            least += if is_optional { 0 } else { count };
            most += count;
            if self.is_variadic(parameter) {
                return (least.saturating_sub(1), ANY_NUMBER);
            }
        }
        if most as usize >= MOST_PARAMETERS { (0, ANY_NUMBER) } else { (least, most) }
    }

    /// Whether a parameter takes any number of arguments.
    pub(super) fn is_variadic(&self, parameter: u32) -> bool {
        let is_mark = |child: u32| self.category(child) == Category::VariadicParameter || self.text(child) == "...";
        is_mark(parameter) || self.tree.children(parameter).take(MOST_STEPS).any(is_mark)
    }

    /// The first parameters of a list, without one for the object.
    pub(super) fn parameter_nodes(&self, list: u32) -> Vec<u32> {
        if !matches!(self.category(list), Category::Parameters | Category::Other) {
            return vec![list];
        }
        let is_object = |node: &u32| {
            let text = self.text(*node);
            self.category(*node) == Category::Parameter
                && (text == "void" || text.trim_start_matches(['&', ' ']).trim_start_matches("mut ") == "self")
        };
        self.named_children(list).filter(|node| !is_object(node)).take(MOST_PARAMETERS).collect()
    }

    /// How many parameters one node declares: `a, b int` has two.
    pub(super) fn names_of_parameter(&self, parameter: u32) -> u32 {
        let names = self.tree.children(parameter).filter(|child| self.tree.role(*child) == Role::Name);
        (names.count() as u32).max(1)
    }

    fn is_dispatched(&self, function: u32) -> bool {
        let words = self.tree.table().rules().dispatch_words;
        let has = |word: &str| self.has_word(function, word);
        if words.is_empty() { !has("static") && !has("private") } else { words.iter().any(|word| has(word)) }
    }

    /// The methods that a class declares to be replaceable, and that have their bodies elsewhere.
    fn dispatched_in(&mut self, class: u32) -> Vec<NameId> {
        let body = self.child(class, Role::Body).filter(|_| !self.tree.table().rules().dispatch_words.is_empty());
        let members = body.into_iter().flat_map(|body| self.tree.children(body));
        let declared =
            members.filter(|node| self.category(*node) == Category::Declaration && self.is_dispatched(*node));
        let declarators = declared.filter_map(|node| self.child(node, Role::Declarator));
        let names: Vec<u32> = declarators.filter_map(|declarator| self.name_within(declarator)).collect();
        names.into_iter().map(|name| self.name(self.text(name))).collect()
    }

    /// The name inside of declarators.
    pub(super) fn name_within(&self, declarator: u32) -> Option<u32> {
        let is_name = |node: u32| matches!(self.category(node), Category::Identifier | Category::MemberName);
        let is_inner =
            |node: &u32| is_name(*node) || matches!(self.category(*node), Category::Declarator | Category::Signature);
        let inner = |node: &u32| self.tree.children(*node).find(is_inner);
        std::iter::successors(Some(declarator), inner).take(MOST_STEPS).find(|node| is_name(*node))
    }

    /// Whether a word stands before, or in the header of, a definition.
    pub(super) fn has_word(&self, definition: u32, word: &str) -> bool {
        has_word(self.tree, self.source, definition, word)
    }

    /// Whether other files do not see what is declared at a node, where files see each other's names.
    pub(super) fn is_private_at(&self, node: u32) -> bool {
        is_private(self.tree, self.source, node)
    }

    /// What a function gives without saying so: the last expression of its body, where the language has it so.
    fn value_of_body(&mut self, body: u32, scope: u32) -> Option<ExpressionId> {
        if self.category(body) != Category::Block {
            return Some(self.expression(body, scope));
        }
        self.tree.table().rules().blocks_are_values.then(|| self.expression(body, scope))
    }

    /// What `return` gives, to the function around it.
    pub(super) fn returned(&mut self, node: u32, scope: u32) {
        let owner = self.sketch.scopes[scope as usize].owner;
        let Some(place) = self.functions.get(&owner).copied() else { return };
        let values: Vec<u32> = self.named_children(node).collect();
        for value in values {
            let value = self.expression(value, scope);
            self.sketch.functions[place].returns.push(value);
        }
    }

    /// Notes the class of a function that stands outside of it.
    fn member_outside(&mut self, node: u32, syntax: u32, scope: u32) {
        if scope == NONE {
            return;
        }
        let around = self.sketch.scopes[scope as usize].parent;
        if around == NONE || self.sketch.scopes[around as usize].kind != ScopeKind::Class {
            return;
        }
        let owner = self.sketch.scopes[around as usize].owner;
        let is_inside = self.collected.scope_of[owner as usize] == around
            && self.collected.facts.nodes[owner as usize].kind == NodeKind::Class;
        let outer = self.sketch.scopes[around as usize].parent;
        if is_inside && !self.has_receiver(syntax) && self.extension_around(syntax).is_none() {
            return;
        }
        let Some(class) = self.class_outside(syntax, outer) else { return };
        self.sketch.extensions.push(Extension { scope: around, class, member: node, bases: Vec::new() });
    }

    fn has_receiver(&self, syntax: u32) -> bool {
        self.child(syntax, Role::Receiver).is_some()
    }

    fn extension_around(&self, syntax: u32) -> Option<u32> {
        let block = self.tree.parent(syntax);
        let around = if block == NONE { NONE } else { self.tree.parent(block) };
        (around != NONE && self.category(around) == Category::Extension).then_some(around)
    }

    /// The class that the receiver, the block around or the name of a function gives it.
    fn class_outside(&mut self, syntax: u32, outer: u32) -> Option<ExpressionId> {
        if let Some(receiver) = self.child(syntax, Role::Receiver) {
            let class = self.named_children(receiver).find_map(|one| self.child(one, Role::Type))?;
            return Some(self.type_of(class, outer));
        }
        if let Some(extension) = self.extension_around(syntax) {
            let class = self.child(extension, Role::Name)?;
            return Some(self.type_of(class, outer));
        }
        let written = self.tree.written_name(syntax).or_else(|| self.tree.assigned_target(syntax))?;
        (self.category(written) == Category::Member).then(|| self.qualifier(written, outer))
    }

    /// What stands before the last part of a name: `a::B` of `a::B::c`, `Ship` of `Ship.prototype.sail`.
    fn qualifier(&mut self, name: u32, scope: u32) -> ExpressionId {
        let whole = self.expression(name, scope);
        let mut object = match self.sketch.expressions[whole as usize] {
            Expression::Member { object, .. } => object,
            _ => UNKNOWN,
        };
        let silent = self.tree.table().names().silent_parts;
        while let Expression::Member { object: inner, name } = self.sketch.expressions[object as usize]
            && silent.contains(&self.sketch.names[name as usize].as_str())
        {
            object = inner;
        }
        object
    }

    pub(super) fn classes(&mut self) {
        for node in 2..self.collected.facts.nodes.len() as u32 {
            let (kind, scope) =
                (self.collected.facts.nodes[node as usize].kind, self.collected.scope_of[node as usize]);
            if kind == NodeKind::Class && scope != NONE {
                let dispatched = self.dispatched_in(self.collected.facts.nodes[node as usize].syntax);
                self.sketch.classes.push(Class { node, scope, bases: Vec::new(), dispatched });
            }
        }
        for (class, expression, scope) in &self.collected.bases {
            let base = self.type_of(*expression, *scope);
            self.add_base(*class, base);
        }
        self.embedded();
        self.implementations();
    }

    fn add_base(&mut self, class: u32, base: ExpressionId) {
        if let Ok(place) = self.sketch.classes.binary_search_by_key(&class, |one| one.node) {
            self.sketch.classes[place].bases.push(base);
        }
    }

    /// Types named in a class without a name for a field: their members are its own.
    fn embedded(&mut self) {
        for place in 0..self.sketch.classes.len() {
            let (class, scope) = (self.sketch.classes[place].node, self.sketch.classes[place].scope);
            let syntax = self.collected.facts.nodes[class as usize].syntax;
            if self.tree.table().rules().sharing != Sharing::Folder || !self.is_embedding(syntax) {
                continue;
            }
            let inside = syntax + 1..self.tree.subtree_end(syntax);
            let types: Vec<u32> = inside.filter_map(|node| self.embedded_type(node, syntax)).collect();
            for embedded in types {
                let base = self.type_of(embedded, scope);
                self.add_base(class, base);
            }
        }
    }

    /// Whether the language writes a class as a name and a type.
    fn is_embedding(&self, class: u32) -> bool {
        self.child(class, Role::Body).is_none() && self.child(class, Role::Type).is_some()
    }

    fn embedded_type(&self, node: u32, class: u32) -> Option<u32> {
        let parent = self.tree.parent(node);
        match self.category(node) {
            Category::Declaration if self.child(node, Role::Name).is_none() => self.child(node, Role::Type),
            Category::Type if self.tree.parent(parent) == class && self.category(parent) == Category::Type => {
                let only = self.named_children(node).next().filter(|_| self.named_children(node).count() == 1);
                only.filter(|inner| {
                    self.category(*inner) == Category::Identifier || self.category(*inner) == Category::Member
                })
            }
            _ => None,
        }
    }

    /// What blocks of members say of their class: the interface that they implement.
    fn implementations(&mut self) {
        let openings = self.collected.openings.clone();
        for (node, around) in openings {
            if self.category(node) != Category::Extension {
                continue;
            }
            let outer = self.sketch.scopes[around as usize].parent;
            let Some(class) = self.child(node, Role::Name) else { continue };
            let class = self.type_of(class, outer);
            let bases: Vec<u32> =
                self.tree.children(node).filter(|child| self.tree.role(*child) == Role::Superclasses).collect();
            let bases = bases.into_iter().map(|base| self.type_of(base, outer)).collect();
            self.sketch.extensions.push(Extension { scope: around, class, member: NONE, bases });
        }
    }
}
