//! What declared names may stand for.

use super::super::sketch::{Expression, ExpressionId, ScopeKind, Source, UNKNOWN};
use super::Lowering;
use crate::graph::NodeKind;
use crate::language::{Category, Role};
use crate::syntax::NONE;

/// How many nodes a name may be below what declares it.
const MOST_STEPS: usize = 24;

/// How many nodes a declaration may be below the block in which it is seen.
const MOST_BLOCKS: usize = 200;

/// How many values of one variable, and how many names of one pattern, are told apart.
const MOST_SOURCES: usize = 64;

/// A step from a value to one of the names in the pattern that takes it apart.
#[derive(Clone, Copy)]
enum Step {
    Element,
    Position(u32),
    Member(u32),
}

impl Lowering<'_, '_> {
    pub(super) fn declarations(&mut self) {
        self.definitions_in_scopes();
        self.namespaces();
        let mut reassigned = Vec::new();
        for bind in &self.collected.binds {
            let is_definition = matches!(self.category(bind.syntax), Category::Function | Category::Class);
            if bind.import == NONE && !is_definition {
                let text = self.collected.names.text(bind.name);
                let name = self.name(text);
                self.variable(bind.syntax, name, bind.scope, &mut reassigned);
            }
        }
        for (syntax, scope) in std::mem::take(&mut self.pointers) {
            let name = self.name(self.text(syntax));
            self.variable(syntax, name, scope, &mut reassigned);
        }
        self.reassign(reassigned);
    }

    /// Functions, classes and imports, which are seen all over their scope.
    fn definitions_in_scopes(&mut self) {
        let mut found: Vec<(u32, u32, u32, Source)> = Vec::new();
        for (scope, name, binding) in self.collected.scopes.bindings() {
            for node in binding.definitions() {
                let at = self.collected.facts.nodes[node as usize].syntax;
                found.push((scope, name, at, Source::Definition(node)));
            }
            if binding.import != NONE {
                found.push((scope, name, 0, Source::Import(binding.import)));
            }
        }
        found.sort_unstable_by_key(|(scope, name, at, _)| (*scope, *name, *at));
        for (scope, name, at, source) in found {
            let name = self.name(self.collected.names.text(name));
            let extent = self.extent(at, scope);
            self.declare(scope, name, at, extent, vec![source]);
        }
    }

    fn namespaces(&mut self) {
        let openings = self.collected.openings.clone();
        for (node, scope) in openings {
            let Some(written) = self.child(node, Role::Name).filter(|_| self.category(node) == Category::Namespace)
            else {
                continue;
            };
            let around = self.sketch.scopes[scope as usize].parent;
            let parts = crate::graph::naming::name_parts(self.tree, self.source, written);
            for part in &parts {
                let name = self.name(part);
                self.sketch.namespaces.push((around, name, scope));
            }
            let outer = self.namespace_path(around);
            let path = crate::graph::imports::join(&outer, &parts.join("."));
            if self.sketch.namespace_paths.last().is_none_or(|(last, _)| *last < scope) {
                self.sketch.namespace_paths.push((scope, path));
            }
        }
    }

    /// The path of the namespaces around what stands in a scope.
    fn namespace_path(&self, scope: u32) -> String {
        let paths = &self.sketch.namespace_paths;
        let mut current = scope;
        while current != NONE {
            if let Ok(place) = paths.binary_search_by_key(&current, |(scope, _)| *scope) {
                return paths[place].1.clone();
            }
            current = self.sketch.scopes[current as usize].parent;
        }
        String::new()
    }

    /// The name in the declarators of a pointer to a function.
    pub(super) fn function_pointer(&mut self, signature: u32, scope: u32) {
        let mut node = self.child(signature, Role::Name).filter(|name| self.category(*name) == Category::Declarator);
        while let Some(inner) = node {
            if self.category(inner) == Category::Identifier {
                self.pointers.push((inner, scope));
                return;
            }
            let is_inner = |child: &u32| matches!(self.category(*child), Category::Declarator | Category::Identifier);
            node = self.tree.children(inner).find(is_inner);
        }
    }

    /// A parameter that stands for a type, and what a `where` says of one, where names with capitals are not bound.
    pub(super) fn type_parameter(&mut self, node: u32, scope: u32) {
        let name = self.child(node, Role::Name).or_else(|| self.child(node, Role::Left));
        let Some(name) = name.filter(|name| self.category(*name) == Category::Identifier) else { return };
        let bound = self.child(node, Role::Type).map_or(UNKNOWN, |bound| self.type_of(bound, scope));
        let own = self.name(self.text(name));
        let extent = self.extent(node, scope);
        self.declare(scope, own, name, extent, vec![Source::TypeParameter(bound)]);
    }

    /// `using namespace a;`, `using a::b;`, `namespace c = a::b;`: other names for what has one.
    pub(super) fn other_name(&mut self, node: u32, scope: u32) {
        let Some(last) = self.named_children(node).last() else { return };
        let what = self.expression(last, scope);
        let is_whole = self.tree.children(node).any(|child| self.text(child) == "namespace");
        let alias = self.child(node, Role::Name).filter(|alias| *alias != last);
        if is_whole && alias.is_none() {
            return self.sketch.used.push(what);
        }
        let mut written = last;
        while let Some(inner) = self.child(written, Role::Member) {
            written = inner;
        }
        let name = self.name(self.text(alias.unwrap_or(written)));
        let extent = self.extent(node, scope);
        self.declare(scope, name, node, extent, vec![Source::Alias(what)]);
    }

    /// The syntax in which a declaration at `at` is seen: the block around it, all of the text if that is no function's.
    fn extent(&self, at: u32, scope: u32) -> (u32, u32) {
        let whole = (0, self.tree.len() as u32);
        if self.sketch.scopes[scope as usize].kind != ScopeKind::Function {
            return whole;
        }
        let mut node = self.tree.parent(at);
        for _ in 0..MOST_BLOCKS {
            if node == NONE {
                break;
            }
            let category = self.category(node);
            let opens = matches!(
                category,
                Category::Block
                    | Category::For
                    | Category::While
                    | Category::MatchCase
                    | Category::Function
                    | Category::Lambda
                    | Category::If
                    | Category::Match
                    | Category::Catch
            );
            if opens {
                return (node, self.tree.subtree_end(node));
            }
            node = self.tree.parent(node);
        }
        whole
    }

    fn variable(&mut self, syntax: u32, name: u32, scope: u32, reassigned: &mut Vec<(u32, u32, u32, Source)>) {
        let mut steps = Vec::new();
        let Some(holder) = self.holder(syntax, &mut steps) else {
            let extent = self.extent(syntax, scope);
            return self.declare(scope, name, syntax, extent, Vec::new());
        };
        let sources = self.sources(holder, syntax, scope, &steps);
        if self.tree.table().is_reassignment(self.tree.kind(holder)) {
            reassigned.extend(sources.into_iter().map(|source| (scope, name, syntax, source)));
            return;
        }
        let extent = self.extent(holder, scope);
        self.declare(scope, name, syntax, extent, sources);
    }

    /// Gives values to what was declared elsewhere.
    fn reassign(&mut self, reassigned: Vec<(u32, u32, u32, Source)>) {
        self.sketch.declared.sort_by_key(|one| (one.scope, one.name, one.at));
        for (scope, name, at, source) in reassigned {
            match self.declared_at(scope, name, at) {
                Some(place) if self.sketch.declared[place].sources.len() < MOST_SOURCES => {
                    self.sketch.declared[place].sources.push(source);
                }
                Some(_) => {}
                None => {
                    let whole = (0, self.tree.len() as u32);
                    let place =
                        self.sketch.declared.partition_point(|one| (one.scope, one.name, one.at) < (scope, name, at));
                    let one = super::super::sketch::Declared {
                        scope,
                        name,
                        start: whole.0,
                        end: whole.1,
                        at,
                        is_private: true,
                        sources: vec![source],
                    };
                    self.sketch.declared.insert(place, one);
                }
            }
        }
    }

    fn declared_at(&self, scope: u32, name: u32, at: u32) -> Option<usize> {
        let mut current = scope;
        while current != NONE {
            if let Some(place) = self.sketch.declared_in(current, name, at).last().copied() {
                return Some(place);
            }
            current = self.sketch.scopes[current as usize].parent;
        }
        None
    }

    /// What declares a name or gives it its value, and the steps from that value to the name.
    fn holder(&mut self, name: u32, steps: &mut Vec<Step>) -> Option<u32> {
        let mut node = name;
        for _ in 0..MOST_STEPS {
            let parent = self.tree.parent(node);
            if parent == NONE {
                return None;
            }
            match self.category(parent) {
                Category::Assignment
                | Category::NamedExpression
                | Category::Declaration
                | Category::Parameter
                | Category::DefaultParameter
                | Category::VariadicParameter
                | Category::TypeAlias
                | Category::TypeParameter
                | Category::For
                | Category::Catch
                | Category::Parameters
                | Category::Lambda
                | Category::MatchCase
                | Category::WithItem => {
                    let is_default = self.category(parent) == Category::DefaultParameter
                        && !matches!(self.around(parent), Category::Parameters);
                    if !is_default {
                        steps.reverse();
                        return Some(parent);
                    }
                }
                // A pointer to a function; a mere name is that of the function.
                Category::Signature if self.category(node) == Category::Declarator => {}
                Category::Signature => return None,
                Category::Pattern => self.step_in_pattern(parent, node, steps)?,
                Category::Tuple | Category::ExpressionList => {
                    let place = self.named_children(parent).take(MOST_SOURCES).position(|child| child == node)?;
                    if self.named_children(parent).nth(1).is_some() {
                        steps.push(Step::Position(place as u32));
                    }
                }
                Category::Pair => {
                    let key = self.child(parent, Role::Key)?;
                    let key = self.name(self.text(key));
                    steps.push(Step::Member(key));
                }
                _ => {}
            }
            node = parent;
        }
        None
    }

    fn step_in_pattern(&mut self, pattern: u32, node: u32, steps: &mut Vec<Step>) -> Option<()> {
        let first = self.tree.first_child(pattern);
        if first == NONE {
            return Some(());
        }
        match self.text(first) {
            "{" => {
                let key = self.child(node, Role::Key).unwrap_or(node);
                let key = self.name(self.text(key));
                if self.category(node) != Category::Pattern {
                    steps.push(Step::Member(key));
                }
            }
            "[" => steps.push(Step::Element),
            "(" => {
                let place = self.named_children(pattern).take(MOST_SOURCES).position(|child| child == node)?;
                steps.push(Step::Position(place as u32));
            }
            // `Some(x)`; what another constructor holds is not known.
            text if first != node
                && self.category(first) != Category::Keyword
                && text.starts_with(char::is_uppercase) =>
            {
                if !self.tree.table().is_builtin(text) {
                    return None;
                }
            }
            _ => {
                if let Some(key) = self.child(pattern, Role::Key).filter(|key| *key != node) {
                    let key = self.name(self.text(key));
                    steps.push(Step::Member(key));
                }
            }
        }
        Some(())
    }

    /// What a declaration says of a name in it.
    fn sources(&mut self, holder: u32, name: u32, scope: u32, steps: &[Step]) -> Vec<Source> {
        match self.category(holder) {
            Category::TypeAlias => self.alias(holder, name, scope),
            Category::TypeParameter => {
                let bound = self.tree.children(holder).filter(|child| {
                    self.tree.role(*child) == Role::Type
                        || matches!(self.category(*child), Category::Arguments | Category::Type)
                });
                let bound: Vec<u32> = bound.collect();
                let bound = bound.into_iter().map(|bound| self.type_of(bound, scope)).collect();
                vec![Source::TypeParameter(self.either(bound))]
            }
            Category::Parameter
            | Category::DefaultParameter
            | Category::VariadicParameter
            | Category::Parameters
            | Category::Lambda => self.parameter(holder, name, scope, steps),
            _ => self.assigned(holder, scope, steps),
        }
    }

    fn alias(&mut self, holder: u32, name: u32, scope: u32) -> Vec<Source> {
        let by_role = self
            .child(holder, Role::Right)
            .or_else(|| self.child(holder, Role::Type))
            .or_else(|| self.child(holder, Role::Value));
        let written = by_role.or_else(|| self.named_children(holder).filter(|child| *child != name).last());
        written.map(|written| Source::Alias(self.type_of(written, scope))).into_iter().collect()
    }

    fn parameter(&mut self, holder: u32, name: u32, scope: u32, steps: &[Step]) -> Vec<Source> {
        let mut sources = Vec::new();
        let written = self.child(holder, Role::Type);
        if let Some(written) = written.filter(|_| !self.declares_function(holder)) {
            let class = self.type_of(written, scope);
            let class = if self.is_variadic(holder) { self.push(Expression::Several(class)) } else { class };
            sources.push(Source::Typed(class));
        }
        if let Some(default) = self.child(holder, Role::Value) {
            sources.push(Source::Value(self.expression(default, scope)));
        }
        if self.is_field(holder) {
            let class = self.sketch.scopes[scope as usize].parent;
            let own = self.name(self.text(name));
            self.declare(class, own, name, (0, self.tree.len() as u32), sources.clone());
        }
        if let Some((function, place)) = self.place_of_parameter(name, scope) {
            if steps.is_empty() {
                sources.push(Source::Parameter(function, place));
            } else {
                let whole = self.push(Expression::Parameter { function, place });
                sources.push(Source::Value(self.follow(whole, steps)));
            }
        }
        sources
    }

    /// Whether a parameter of a constructor declares a field of the object, too: `constructor(private a: A)`.
    fn is_field(&self, parameter: u32) -> bool {
        let marks = ["private", "protected", "public", "readonly"];
        let first = self.tree.first_child(parameter);
        first != NONE && marks.contains(&self.text(first))
    }

    /// The function whose parameter a name is, and which one.
    fn place_of_parameter(&self, name: u32, scope: u32) -> Option<(u32, u32)> {
        let function = self.sketch.scopes[scope as usize].owner;
        let owner = &self.collected.facts.nodes[function as usize];
        // A broken text has parameters outside functions, and a file may have very many.
        let list = if owner.kind == NodeKind::Function { self.parameters_of(owner.syntax)? } else { return None };
        let mut place = 0;
        for parameter in self.parameter_nodes(list) {
            if (parameter..self.tree.subtree_end(parameter)).contains(&name) {
                let before =
                    self.tree.children(parameter).filter(|child| self.tree.role(*child) == Role::Name && *child < name);
                return Some((function, place + before.count() as u32));
            }
            place += self.names_of_parameter(parameter);
        }
        None
    }

    /// Whether a declaration is one of a pointer to a function, so that its type is that of what is returned.
    fn declares_function(&self, holder: u32) -> bool {
        let mut current = self.child(holder, Role::Declarator).or_else(|| self.child(holder, Role::Left));
        while let Some(node) = current {
            if self.category(node) == Category::Signature {
                return true;
            }
            let inner = |child: &u32| matches!(self.category(*child), Category::Declarator | Category::Signature);
            current =
                (self.category(node) == Category::Declarator).then(|| self.tree.children(node).find(inner)).flatten();
        }
        false
    }

    fn assigned(&mut self, holder: u32, scope: u32, steps: &[Step]) -> Vec<Source> {
        let mut sources = Vec::new();
        let around = self.tree.parent(holder);
        let written = self.child(holder, Role::Type).or_else(|| {
            let is_declaration = matches!(self.around(holder), Category::ExpressionStatement | Category::Declaration);
            if is_declaration { self.child(around, Role::Type) } else { None }
        });
        let is_function = self.declares_function(holder);
        if let Some(written) = written.filter(|_| !is_function) {
            let class = self.type_of(written, scope);
            let is_array = self.child(holder, Role::Declarator).or_else(|| self.child(holder, Role::Left)).is_some_and(
                |declarator| self.category(declarator) == Category::Declarator && self.text(declarator).ends_with(']'),
            );
            let class = if is_array { self.push(Expression::Several(class)) } else { class };
            sources.push(Source::Typed(class));
        }
        if let Some(created) = self.created_by_declaration(holder, scope) {
            sources.push(Source::Value(created));
            return sources;
        }
        let value = self
            .child(holder, Role::Right)
            .or_else(|| self.child(holder, Role::Value))
            .or_else(|| self.subject(holder));
        if let Some(value) = value {
            let whole = self.expression(value, scope);
            let iterates = self.category(holder) == Category::For
                || self.tree.children(holder).any(|child| self.text(child) == "range");
            let whole = if iterates { self.push(Expression::Element { of: whole, key: None }) } else { whole };
            let steps = if iterates { &[][..] } else { steps };
            let value = self.follow(whole, steps);
            if value != UNKNOWN {
                sources.push(Source::Value(value));
            }
        } else if sources.is_empty()
            && self.category(holder) == Category::Declaration
            && self.sketch.scopes[scope as usize].kind == ScopeKind::Class
        {
            sources.push(Source::Constant);
        }
        sources
    }

    /// What is taken apart by the patterns around a branch.
    fn subject(&self, holder: u32) -> Option<u32> {
        if self.category(holder) != Category::MatchCase {
            return None;
        }
        let mut node = self.tree.parent(holder);
        for _ in 0..MOST_STEPS {
            if node == NONE {
                return None;
            }
            if self.category(node) == Category::Match {
                return self.child(node, Role::Subject);
            }
            node = self.tree.parent(node);
        }
        None
    }

    fn follow(&mut self, mut value: ExpressionId, steps: &[Step]) -> ExpressionId {
        for step in steps {
            value = match step {
                Step::Element => self.push(Expression::Element { of: value, key: None }),
                Step::Position(place) => self.push(Expression::Position { of: value, place: *place }),
                Step::Member(name) => self.push(Expression::Member { object: value, name: *name }),
            };
        }
        value
    }

    /// A value put into a member: `this.x = f`, `s.x = f`, `exports.x = f`, `a[k] = f`.
    pub(super) fn store(&mut self, node: u32, scope: u32) {
        let (Some(left), Some(right)) = (self.child(node, Role::Left), self.child(node, Role::Right)) else { return };
        let single = self.named_children(left).next().filter(|_| self.category(left) == Category::ExpressionList);
        let left = single.unwrap_or(left);
        let place = match self.category(left) {
            Category::Member => self.expression(left, scope),
            Category::Subscript if self.tree.table().is_reassignment(self.tree.kind(node)) => {
                self.expression(left, scope)
            }
            _ => return,
        };
        let value = self.expression(right, scope);
        match self.sketch.expressions[place as usize] {
            Expression::Member { object, name } => self.sketch.stores.push((object, name, value)),
            Expression::Element { of, key } => {
                let name = key.unwrap_or_else(|| self.name(""));
                self.sketch.stores.push((of, name, value));
            }
            _ => {}
        }
    }
}
