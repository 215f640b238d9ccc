//! Which variables of modules and classes a file's code reads and writes.

use rustc_hash::FxHashSet;

use super::EdgeKind;
use super::NodeKind;
use super::collect::Collected;
use super::facts::{Reference, Target, WILDCARD};
use super::resolve::keep_surest;
use super::scopes::{Binding, ScopeKind, View};
use crate::language::{Category, Role, Sharing};
use crate::syntax::{NONE, SyntaxTree};

/// How sure an access is.
mod confidence {
    /// By a name that the text itself binds.
    pub(super) const NAMED: f32 = 1.0;
    /// By way of an import statement.
    pub(super) const IMPORTED: f32 = 0.9;
    /// Of an attribute of the object: it may have one of its own under the name.
    pub(super) const OBJECT: f32 = 0.95;
    /// By an import of everything.
    pub(super) const UNBOUND: f32 = 0.7;
}

/// How many scopes around a name are searched.
const MOST_SCOPES: usize = 200;

/// How long a chain of attributes is followed.
const LONGEST_CHAIN: usize = 8;

const READS: &[EdgeKind] = &[EdgeKind::Reads];
const WRITES: &[EdgeKind] = &[EdgeKind::Writes];
const READS_AND_WRITES: &[EdgeKind] = &[EdgeKind::Reads, EdgeKind::Writes];

/// The accesses, each once, sorted; those of other files' variables by their path there.
pub(super) fn accesses(source: &[u8], tree: &SyntaxTree, collected: &Collected<'_>) -> Vec<Reference> {
    let mut reader = Reader::new(source, tree, collected);
    for used in &collected.uses {
        reader.used(used.syntax, used.name, used.runs_in);
    }
    for bind in collected.binds.iter().filter(|bind| bind.import == NONE) {
        reader.bound(bind.syntax, bind.name, bind.scope);
    }
    keep_surest(&mut reader.found);
    reader.found
}

struct Reader<'a, 'source> {
    source: &'source [u8],
    tree: &'a SyntaxTree,
    collected: &'a Collected<'source>,
    /// By name: some access may begin with it.
    is_telling: Vec<bool>,
    /// Scope and name of what is declared, and not just given another value.
    declared: FxHashSet<(u32, u32)>,
    /// Classes with bases.
    derived: FxHashSet<u32>,
    /// A name that the file does not bind may be that of a variable of another file.
    sees_others: bool,
    found: Vec<Reference>,
}

impl<'a, 'source> Reader<'a, 'source> {
    fn new(source: &'source [u8], tree: &'a SyntaxTree, collected: &'a Collected<'source>) -> Self {
        let has_wildcard = collected.facts.imports.iter().any(|import| import.path.ends_with(WILDCARD));
        let mut is_telling = collected.imported.clone();
        is_telling.resize(collected.names.len(), false);
        for (scope, name, binding) in collected.scopes.bindings() {
            let is_class = |node: u32| collected.facts.nodes[node as usize].kind == NodeKind::Class;
            let tells = binding.node != NONE || binding.definitions().any(is_class);
            is_telling[name as usize] |= tells || collected.scopes.get(scope).receiver == name;
        }
        let declared = collected.binds.iter().filter(|bind| !is_reassigned(tree, bind.syntax));
        let declared = declared.map(|bind| (bind.scope, bind.name)).collect();
        let derived = collected.bases.iter().map(|(class, ..)| *class).collect();
        let sees_others = has_wildcard || tree.table().rules().sharing != Sharing::Imports;
        Self { source, tree, collected, is_telling, declared, derived, sees_others, found: Vec::new() }
    }

    /// What a name stands for where it is used, with the scope that declares it.
    fn find(&self, scope: u32, name: u32) -> Option<(u32, &'a Binding)> {
        let scopes = &self.collected.scopes;
        let mut current = scope;
        for _ in 0..MOST_SCOPES {
            let (found_in, binding) = scopes.find(current, name, View::Full)?;
            let found_in = scopes.outer(found_in, name);
            let parent = scopes.get(found_in).parent;
            if parent == NONE || binding.node != NONE || self.declares(found_in, name, binding) {
                return scopes.binding(found_in, name).map(|binding| (found_in, binding));
            }
            current = parent;
        }
        None
    }

    fn declares(&self, scope: u32, name: u32, binding: &Binding) -> bool {
        self.declared.contains(&(scope, name))
            || binding.is_defined()
            || self.collected.scopes.get(scope).receiver == name
    }

    fn used(&mut self, syntax: u32, name: u32, scope: u32) {
        let tells = self.is_telling[name as usize] || (self.sees_others && may_be_variable(self.tree, syntax));
        if !tells || is_tag(self.tree, syntax) || is_method_reference(self.tree, syntax) {
            return;
        }
        let (whole, attributes) = self.chain(syntax);
        // A constant in a pattern is compared with, and given no value.
        let is_compared = self.collected.targets[syntax as usize] && is_constant_pattern(self.tree, syntax);
        let kinds = if is_compared { READS } else { self.kinds_of(whole) };
        let found = self.find(scope, name).filter(|(found_in, binding)| !self.is_elsewhere(*found_in, binding));
        let Some((found_in, binding)) = found else {
            return self.unbound(scope, name, &attributes, kinds);
        };
        let class = self.class_of(found_in, name, binding).filter(|_| !self.tree.table().rules().has_tags());
        if let Some(class) = class {
            self.attribute(scope, class, &attributes, kinds);
        } else if self.is_function(syntax, binding) {
            // A function is no variable.
        } else if binding.node != NONE {
            let kinds = if attributes.is_empty() { kinds } else { READS };
            self.add(scope, kinds, &Target::Local(binding.node), confidence::NAMED);
        } else if binding.import != NONE {
            let target = Target::Import(binding.import, attributes.join("."));
            self.add(scope, kinds, &target, confidence::IMPORTED);
        }
    }

    /// Whether a name means a function, and no variable beside it.
    fn is_function(&self, syntax: u32, binding: &Binding) -> bool {
        let parent = self.tree.parent(syntax);
        let is_called = || self.tree.role(syntax) == Role::Member && self.tree.category(parent) == Category::Call;
        let kind = |node: u32| self.collected.facts.nodes[node as usize].kind;
        let is_defined =
            binding.definitions().any(|node| !self.tree.table().rules().has_tags() || kind(node) == NodeKind::Function);
        is_defined && (!self.has_both(binding) || is_called())
    }

    /// Whether a field and a method have one name.
    fn has_both(&self, binding: &Binding) -> bool {
        binding.is_defined() && binding.node != NONE && !self.tree.table().rules().fields.is_empty()
    }

    /// The class that a name stands for, or whose object it is.
    fn class_of(&self, scope: u32, name: u32, binding: &Binding) -> Option<u32> {
        let kind = |node: u32| self.collected.facts.nodes[node as usize].kind;
        if self.collected.scopes.get(scope).receiver == name {
            let class = self.collected.scopes.get(self.collected.scopes.get(scope).parent).owner;
            return Some(class).filter(|class| kind(*class) == NodeKind::Class);
        }
        let mut definitions = binding.definitions();
        definitions.next().filter(|node| kind(*node) == NodeKind::Class && definitions.next().is_none())
    }

    /// An attribute of a class or of its object: a variable of the class or of one of its bases.
    fn attribute(&mut self, scope: u32, class: u32, attributes: &[&str], kinds: &'static [EdgeKind]) {
        let Some(first) = attributes.first() else { return };
        let own = self.collected.scope_of[class as usize];
        let name = self.collected.names.get(first);
        let binding = name.and_then(|name| self.collected.scopes.binding(own, name));
        let kinds = if attributes.len() == 1 { kinds } else { READS };
        match binding {
            Some(binding) if binding.is_defined() && !self.has_both(binding) => {}
            Some(binding) if binding.node != NONE => {
                self.add(scope, kinds, &Target::Local(binding.node), confidence::OBJECT);
            }
            _ => self.add(scope, kinds, &Target::Inherited(class, (*first).to_owned()), confidence::IMPORTED),
        }
    }

    /// A name that is declared here and made elsewhere.
    fn is_elsewhere(&self, scope: u32, binding: &Binding) -> bool {
        let kind = self.collected.scopes.get(scope).kind;
        self.tree.table().rules().sharing == Sharing::Everywhere
            && matches!(kind, ScopeKind::Module | ScopeKind::Namespace)
            && !binding.is_defined()
            && binding.node == NONE
            && binding.import == NONE
    }

    fn unbound(&mut self, scope: u32, name: u32, attributes: &[&str], kinds: &'static [EdgeKind]) {
        let root = self.collected.names.text(name);
        if !self.sees_others || self.tree.table().is_builtin(root) {
            return;
        }
        let rules = self.tree.table().rules();
        let sure = if rules.sharing == Sharing::Imports { confidence::UNBOUND } else { confidence::IMPORTED };
        let path: Vec<&str> = std::iter::once(root).chain(attributes.iter().copied()).collect();
        self.add(scope, kinds, &Target::Unbound(path.join(".")), sure);
        let class = self.collected.scopes.enclosing_class(scope).filter(|_| rules.members_are_visible);
        let class = class.map(|scope| self.collected.scopes.get(scope).owner);
        if let Some(class) = class.filter(|class| self.derived.contains(class)) {
            let kinds = if attributes.is_empty() { kinds } else { READS };
            self.add(scope, kinds, &Target::Inherited(class, root.to_owned()), sure);
        }
    }

    /// A name that is given a value: its variable is written, and read before where the value goes on from it.
    fn bound(&mut self, syntax: u32, name: u32, scope: u32) {
        if !self.is_telling[name as usize] && !self.sees_others {
            return;
        }
        let kinds = self.kinds_of(syntax);
        let found = self.find(scope, name).filter(|(found_in, binding)| !self.is_elsewhere(*found_in, binding));
        let Some((_, binding)) = found else {
            return self.unbound(scope, name, &[], kinds);
        };
        if binding.node != NONE
            && !self.is_function(syntax, binding)
            && self.tree.category(syntax) == Category::Identifier
        {
            self.add(scope, kinds, &Target::Local(binding.node), confidence::NAMED);
        }
    }

    fn add(&mut self, scope: u32, kinds: &[EdgeKind], target: &Target, confidence: f32) {
        let source = self.collected.scopes.get(scope).owner;
        self.found.extend(kinds.iter().map(|kind| Reference {
            source,
            kind: *kind,
            target: target.clone(),
            confidence,
        }));
    }

    /// The longest chain of attributes that begins with a name.
    fn chain(&self, root: u32) -> (u32, Vec<&'source str>) {
        let (mut whole, mut attributes) = (root, Vec::new());
        while attributes.len() < LONGEST_CHAIN {
            let parent = self.tree.parent(whole);
            if parent == NONE || self.tree.category(parent) != Category::Member || self.tree.role(whole) == Role::Member
            {
                break;
            }
            let Some(member) = self.tree.child_with_role(parent, Role::Member) else { break };
            attributes.push(self.tree.text(member, self.source));
            whole = parent;
        }
        (whole, attributes)
    }

    /// What is done with an expression: it is read, it is the target of an assignment, which may go on from its value, or
    /// it is declared without a value.
    fn kinds_of(&self, expression: u32) -> &'static [EdgeKind] {
        if !self.collected.targets[expression as usize] {
            return if is_counted(self.tree, expression) { READS_AND_WRITES } else { READS };
        }
        match assignment(self.tree, expression) {
            Some(holder) if self.tree.category(holder) == Category::AugmentedAssignment => READS_AND_WRITES,
            Some(holder) if !gives_value(self.tree, holder) => &[],
            _ => WRITES,
        }
    }
}

/// The assignment or declaration of which a target is, or is part of, what is given a value.
fn assignment(tree: &SyntaxTree, target: u32) -> Option<u32> {
    let mut node = tree.parent(target);
    for _ in 0..LONGEST_CHAIN {
        if node == NONE {
            return None;
        }
        match tree.category(node) {
            Category::Assignment | Category::AugmentedAssignment | Category::Declaration => return Some(node),
            Category::ExpressionList
            | Category::Tuple
            | Category::List
            | Category::Pattern
            | Category::Parenthesized
            | Category::Declarator => node = tree.parent(node),
            _ => return None,
        }
    }
    None
}

/// Whether a name stands behind `struct`, `union` or `enum`.
pub(super) fn is_tag(tree: &SyntaxTree, name: u32) -> bool {
    let parent = tree.parent(name);
    tree.table().rules().sharing == Sharing::Everywhere
        && tree.role(name) == Role::Name
        && parent != NONE
        && tree.category(parent) == Category::Type
}

/// Whether a name is the last one of `A::size`, which is a method where fields have names of their own.
fn is_method_reference(tree: &SyntaxTree, name: u32) -> bool {
    let (parent, fields) = (tree.parent(name), tree.table().rules().fields);
    parent != NONE
        && !fields.is_empty()
        && tree.category(parent) == Category::Member
        && tree.role(name) == Role::None
        && tree.first_child(parent) != name
        && !fields.contains(&tree.table().kind_name(tree.kind(parent)))
}

/// Whether a capitalised name in a pattern is that of a constant, and no variable that is given another value.
fn is_constant_pattern(tree: &SyntaxTree, name: u32) -> bool {
    let gives = |holder: u32| {
        tree.category(holder) == Category::AugmentedAssignment || tree.table().is_reassignment(tree.kind(holder))
    };
    tree.table().rules().capitals_are_constants && !assignment(tree, name).is_some_and(gives)
}

/// Whether an assignment or declaration gives a value to what it names.
fn gives_value(tree: &SyntaxTree, assignment: u32) -> bool {
    let implied = || tree.table().rules().implied_values.contains(&tree.table().kind_name(tree.kind(assignment)));
    tree.child_with_role(assignment, Role::Right).is_some() || implied()
}

/// Whether an expression is counted up or down by an operator that puts it into no field.
fn is_counted(tree: &SyntaxTree, expression: u32) -> bool {
    let parent = tree.parent(expression);
    parent != NONE
        && tree.category(parent) == Category::AugmentedAssignment
        && tree.child_with_role(parent, Role::Left).is_none()
}

/// Whether the text gives a name another value there without declaring it.
fn is_reassigned(tree: &SyntaxTree, name: u32) -> bool {
    assignment(tree, name).is_some_and(|holder| tree.table().is_reassignment(tree.kind(holder)))
}

/// Whether a name that the file does not bind may be that of a variable: it is neither called nor a type.
fn may_be_variable(tree: &SyntaxTree, name: u32) -> bool {
    let parent = tree.parent(name);
    let is_part_of_type = parent != NONE
        && matches!(tree.category(parent), Category::Type | Category::Subscript)
        && tree.role(name) == Role::None;
    !is_part_of_type && !matches!(tree.role(name), Role::Callee | Role::Type | Role::ReturnType | Role::Superclasses)
}
