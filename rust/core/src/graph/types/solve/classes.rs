//! Classes: which scopes stand for them, their bases, and methods along these.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::Solver;
use super::values::{Name, Node, Value};
use crate::graph::NodeKind;
use crate::language::Receiver;
use crate::syntax::NONE;

/// How many classes of a hierarchy are looked at.
const MOST_CLASSES: usize = 64;

impl Solver<'_> {
    pub(super) fn classes(&mut self) {
        for file in 0..self.world.files.len() as u32 {
            for class in self.world.sketch(file).map_or(&[][..], |sketch| &sketch.classes[..]) {
                self.class_of_scope.insert((file, class.scope), self.world.node(file, class.node));
            }
        }
        // Bases may be members of classes that have bases.
        for _ in 0..2 {
            self.forget();
            self.extensions();
            self.inheritance();
        }
        self.forget();
        self.structural();
    }

    fn class_named(&mut self, file: u32, expression: u32) -> Option<Node> {
        let values = self.values(file, expression);
        values.iter().find_map(|value| match value {
            Value::Class { node, several: false } | Value::Function(node) => Some(*node),
            Value::Object { class, several: false, .. } => Some(*class),
            _ => None,
        })
    }

    fn extensions(&mut self) {
        for file in 0..self.world.files.len() as u32 {
            for extension in self.world.sketch(file).map_or(&[][..], |sketch| &sketch.extensions[..]) {
                let Some(class) = self.class_named(file, extension.class) else { continue };
                self.class_of_scope.insert((file, extension.scope), class);
                if extension.member != NONE {
                    let node = self.world.node(file, extension.member);
                    let name = super::world::last_part(self.world.full_name(node)).to_owned();
                    let name = self.world.name(&name);
                    let members = self.world.members.entry((class, name)).or_default();
                    if !members.contains(&node) {
                        members.push(node);
                    }
                }
                for base in &extension.bases {
                    if let Some(base) = self.class_named(file, *base) {
                        self.add_base(class, base);
                    }
                }
            }
        }
    }

    fn add_base(&mut self, class: Node, base: Node) {
        let bases = self.bases.entry(class).or_default();
        if class != base && !bases.contains(&base) {
            bases.push(base);
            self.derived.entry(base).or_default().push(class);
        }
    }

    fn inheritance(&mut self) {
        for file in 0..self.world.files.len() as u32 {
            for class in self.world.sketch(file).map_or(&[][..], |sketch| &sketch.classes[..]) {
                for base in &class.bases {
                    if let Some(base) = self.class_named(file, *base) {
                        self.add_base(self.world.node(file, class.node), base);
                    }
                }
            }
        }
    }

    /// Types that have all methods of an interface are its subclasses, where the language has it so.
    fn structural(&mut self) {
        let own = self.own_methods();
        let mut methods: Vec<(Node, Vec<Name>)> = Vec::new();
        let mut interfaces: Vec<(Node, Vec<Name>)> = Vec::new();
        for file in 0..self.world.files.len() as u32 {
            if !self.world.rules(file).is_some_and(|rules| rules.receiver == Receiver::Declared) {
                continue;
            }
            for class in self.world.sketch(file).map_or(&[][..], |sketch| &sketch.classes[..]) {
                let class = self.world.node(file, class.node);
                let classes = self.with_bases(class);
                let all: Vec<&(Vec<Name>, bool)> = classes.iter().filter_map(|class| own.get(class)).collect();
                let mut names: Vec<Name> = all.iter().flat_map(|(names, _)| names).copied().collect();
                names.sort_unstable();
                names.dedup();
                if all.iter().all(|(_, has_body)| !has_body) { &mut interfaces } else { &mut methods }
                    .push((class, names));
            }
        }
        let mut with: FxHashMap<Name, Vec<usize>> = FxHashMap::default();
        for (place, (_, names)) in methods.iter().enumerate() {
            for name in names {
                with.entry(*name).or_default().push(place);
            }
        }
        let count = |name: &&Name| with.get(*name).map_or(0, Vec::len);
        for (interface, wanted) in &interfaces {
            let Some(rarest) = wanted.iter().min_by_key(count) else { continue };
            for (class, names) in with.get(rarest).into_iter().flatten().map(|place| &methods[*place]) {
                if wanted.iter().all(|name| names.binary_search(name).is_ok()) {
                    self.derived.entry(*interface).or_default().push(*class);
                }
            }
        }
    }

    /// By class: the names of its own methods, and whether one of them has a body.
    fn own_methods(&self) -> BTreeMap<Node, (Vec<Name>, bool)> {
        let mut own: BTreeMap<Node, (Vec<Name>, bool)> = BTreeMap::new();
        for ((owner, name), members) in &self.world.members {
            let is_method = |node: &&Node| self.world.kind(**node) == NodeKind::Function;
            for node in members.iter().filter(is_method) {
                let (names, has_body) = own.entry(*owner).or_default();
                names.push(*name);
                *has_body |= self.has_body(*node);
            }
        }
        own
    }

    pub(super) fn has_body(&self, node: Node) -> bool {
        self.world.function(node).is_some_and(|function| function.has_body)
    }

    /// A class and its bases, breadth first.
    pub(super) fn with_bases(&self, class: Node) -> Vec<Node> {
        let (mut all, mut next) = (vec![class], 0);
        while next < all.len() && all.len() < MOST_CLASSES {
            for base in self.bases.get(&all[next]).into_iter().flatten() {
                if !all.contains(base) {
                    all.push(*base);
                }
            }
            next += 1;
        }
        all
    }

    fn with_derived(&self, class: Node) -> Vec<Node> {
        let (mut all, mut next) = (vec![class], 0);
        while next < all.len() && all.len() < MOST_CLASSES {
            for derived in self.derived.get(&all[next]).into_iter().flatten() {
                if !all.contains(derived) {
                    all.push(*derived);
                }
            }
            next += 1;
        }
        all
    }

    /// The methods of a name that a class has or inherits.
    pub(super) fn methods(&self, class: Node, name: Name) -> Vec<Node> {
        let mut without_body = Vec::new();
        for owner in self.with_bases(class) {
            let Some(members) = self.world.members.get(&(owner, name)) else { continue };
            let functions = members.iter().filter(|node| self.world.kind(**node) == NodeKind::Function);
            let functions: Vec<Node> = functions.copied().collect();
            if functions.iter().any(|node| self.has_body(*node)) {
                return functions.into_iter().filter(|node| self.has_body(*node)).collect();
            }
            without_body.extend(functions);
        }
        without_body
    }

    /// The methods that a call on an object of a class, or of one of its subclasses, may run.
    pub(super) fn dispatched(&self, class: Node, name: Name, method: Option<Node>) -> Vec<Node> {
        let mut found = self.methods(class, name);
        if found.is_empty() || !self.is_replaceable(class, name) {
            return found;
        }
        let running = method.and_then(|method| self.world.known(super::world::last_part(self.world.full_name(method))));
        let running = running.filter(|running| self.is_replaceable(class, *running));
        for derived in self.with_derived(class).into_iter().skip(1) {
            let replaces =
                running.filter(|_| method.is_some_and(|method| self.world.kind(method) == NodeKind::Function));
            if replaces.is_some_and(|running| self.replaces(derived, class, running)) {
                continue;
            }
            let inherits_body = || self.methods(derived, name).into_iter().filter(|node| self.has_body(*node));
            for node in inherits_body() {
                if !found.contains(&node) {
                    found.push(node);
                }
            }
        }
        found
    }

    /// Whether those of subclasses may take the place of a method that a class has or inherits.
    fn is_replaceable(&self, class: Node, name: Name) -> bool {
        let is_dispatched = |node: &Node| self.world.function(*node).is_some_and(|function| function.is_dispatched);
        self.with_bases(class).into_iter().any(|owner| {
            let mut members = self.world.members.get(&(owner, name)).into_iter().flatten();
            self.declares_dispatched(owner, name) || members.any(is_dispatched)
        })
    }

    /// Whether a class declares a method replaceable that has its body elsewhere.
    fn declares_dispatched(&self, class: Node, name: Name) -> bool {
        let own = self.world.own_name(self.world.place(class).0, name);
        own.zip(self.world.class(class)).is_some_and(|(own, class)| class.dispatched.contains(&own))
    }

    /// Whether a subclass has its own method in place of one that the class has.
    fn replaces(&self, derived: Node, class: Node, running: Name) -> bool {
        let own = self.methods(class, running);
        let theirs = self.methods(derived, running);
        !own.is_empty() && own.iter().all(|node| !theirs.contains(node))
    }
}
