//! Names, scopes and what is bound in them.

use rustc_hash::FxHashMap;

use crate::syntax::NONE;

/// Scopes nested deeper than this share one: no look-up climbs further.
const DEEPEST: u32 = 200;

/// How many definitions of one name in different branches of a scope are kept, the last ones.
const MOST_DEFINITIONS: usize = 8;

/// Numbers the distinct names of a text.
#[derive(Default)]
pub(super) struct Names<'source> {
    numbers: FxHashMap<&'source str, u32>,
    texts: Vec<&'source str>,
}

impl<'source> Names<'source> {
    pub(super) fn intern(&mut self, text: &'source str) -> u32 {
        let texts = &mut self.texts;
        *self.numbers.entry(text).or_insert_with(|| {
            texts.push(text);
            texts.len() as u32 - 1
        })
    }

    pub(super) fn get(&self, text: &str) -> Option<u32> {
        self.numbers.get(text).copied()
    }

    pub(super) fn text(&self, name: u32) -> &'source str {
        self.texts[name as usize]
    }

    pub(super) fn len(&self) -> usize {
        self.texts.len()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ScopeKind {
    Module,
    /// Seen from its own body only, not from the functions in it.
    Class,
    /// Functions, lambdas and comprehensions.
    Function,
    /// Names that a module or class keeps under one name.
    Namespace,
    /// Functions of an object that is written out: seen through the object only.
    Object,
}

#[derive(Debug)]
pub(super) struct Scope {
    pub(super) kind: ScopeKind,
    pub(super) parent: u32,
    pub(super) depth: u32,
    /// The graph node to which code in this scope belongs.
    pub(super) owner: u32,
    /// Of a method the name under which it has its object, else [`NONE`].
    pub(super) receiver: u32,
    /// The syntax node that opens it, or [`NONE`].
    pub(super) syntax: u32,
}

/// What a name stands for in one scope.
#[derive(Debug)]
pub(super) struct Binding {
    /// Functions and classes of that name that can be meant, as graph nodes, each with the block it stands in.
    definitions: Vec<(u32, u32)>,
    /// The import that binds it, or [`NONE`].
    pub(super) import: u32,
    /// The expression that is its only assigned value, if that is a name or an attribute of one, or [`NONE`].
    pub(super) alias: u32,
    /// How often it is bound as a variable or parameter.
    assignments: u32,
    /// The name is declared to live in an outer scope.
    outer: bool,
    /// The graph node that stands for it as a variable, or [`NONE`].
    pub(super) node: u32,
    /// Something other than an import and the body of an exception handler binds it.
    pub(super) is_certain: bool,
}

impl Default for Binding {
    fn default() -> Self {
        Self {
            definitions: Vec::new(),
            import: NONE,
            alias: NONE,
            assignments: 0,
            outer: false,
            node: NONE,
            is_certain: false,
        }
    }
}

impl Binding {
    pub(super) fn definitions(&self) -> impl ExactSizeIterator<Item = u32> + '_ {
        self.definitions.iter().map(|(node, _)| *node)
    }

    pub(super) fn is_defined(&self) -> bool {
        !self.definitions.is_empty()
    }

    /// Whether anything but an import binds the name here.
    pub(super) fn is_own(&self) -> bool {
        self.assignments > 0 || self.is_defined()
    }

    /// A later definition in the same block replaces the earlier one; those in different branches stand side by side.
    pub(super) fn define(&mut self, node: u32, block: u32) {
        self.definitions.retain(|(_, earlier)| *earlier != block);
        if self.definitions.len() == MOST_DEFINITIONS {
            self.definitions.remove(0);
        }
        self.definitions.push((node, block));
    }

    pub(super) fn assign(&mut self, alias: u32) {
        self.assignments += 1;
        self.alias = if self.assignments == 1 { alias } else { NONE };
    }
}

/// Whether import statements count in a look-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum View {
    /// The text as it is.
    Full,
    /// The text as if it had no import statements.
    Own,
}

/// The scopes of a text, scope 0 that of the module.
pub(super) struct Scopes {
    all: Vec<Scope>,
    bindings: FxHashMap<(u32, u32), Binding>,
    /// Members of a class are seen from the functions in it.
    members_are_visible: bool,
}

impl Scopes {
    pub(super) fn new(module: u32, members_are_visible: bool) -> Self {
        let scope = Scope { kind: ScopeKind::Module, parent: NONE, depth: 0, owner: module, receiver: NONE, syntax: 0 };
        Self { all: vec![scope], bindings: FxHashMap::default(), members_are_visible }
    }

    /// A new scope in `parent`, or `parent` itself where nesting is too deep to matter.
    pub(super) fn open(&mut self, kind: ScopeKind, parent: u32, owner: u32, receiver: u32) -> u32 {
        let depth = self.get(parent).depth + 1;
        if depth > DEEPEST {
            return parent;
        }
        self.all.push(Scope { kind, parent, depth, owner, receiver, syntax: NONE });
        self.all.len() as u32 - 1
    }

    /// Says which syntax node opens a scope.
    pub(super) fn set_syntax(&mut self, scope: u32, syntax: u32) {
        let opened = &mut self.all[scope as usize].syntax;
        *opened = (*opened).min(syntax);
    }

    pub(super) fn get(&self, scope: u32) -> &Scope {
        &self.all[scope as usize]
    }

    /// Makes a class the owner of the scope in which its members were met before it.
    pub(super) fn set_owner(&mut self, scope: u32, class: u32) {
        self.all[scope as usize].owner = class;
    }

    /// The binding to change when `name` is bound in `scope`.
    pub(super) fn bind(&mut self, scope: u32, name: u32) -> &mut Binding {
        let outer = self.bindings.get(&(scope, name)).is_some_and(|binding| binding.outer);
        self.bindings.entry((if outer { 0 } else { scope }, name)).or_default()
    }

    pub(super) fn declare_outer(&mut self, scope: u32, name: u32) {
        if scope != 0 {
            self.bindings.entry((scope, name)).or_default().outer = true;
        }
    }

    /// How many scopes there are.
    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    /// Scopes and the names that they declare to live in an outer one, in no order.
    pub(super) fn declared_outer(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        self.bindings.iter().filter(|(_, binding)| binding.outer).map(|(place, _)| *place)
    }

    /// Whether a scope declares a name to live in an outer one.
    pub(super) fn is_declared_outer(&self, scope: u32, name: u32) -> bool {
        self.binding(scope, name).is_some_and(|binding| binding.outer)
    }

    /// The scope in which `name` is bound when code in `scope` binds it.
    pub(super) fn outer(&self, scope: u32, name: u32) -> u32 {
        if !self.is_declared_outer(scope, name) {
            return scope;
        }
        let found = self.find(self.get(scope).parent, name, View::Full);
        found.map_or(0, |(found_in, _)| found_in)
    }

    /// What `name` stands for in exactly this scope.
    pub(super) fn binding(&self, scope: u32, name: u32) -> Option<&Binding> {
        self.bindings.get(&(scope, name))
    }

    pub(super) fn bindings(&self) -> impl Iterator<Item = (u32, u32, &Binding)> {
        self.bindings.iter().map(|((scope, name), binding)| (*scope, *name, binding))
    }

    /// What `name` stands for when used in `scope`, with the scope that binds it.
    pub(super) fn find(&self, scope: u32, name: u32, view: View) -> Option<(u32, &Binding)> {
        let mut current = scope;
        while current != NONE {
            let visible = match self.get(current).kind {
                ScopeKind::Class => self.members_are_visible || current == scope,
                ScopeKind::Object => false,
                _ => true,
            };
            if let Some(binding) = self.binding(current, name).filter(|_| visible)
                && (binding.is_own() || (view == View::Full && binding.import != NONE))
            {
                return Some((current, binding));
            }
            current = self.get(current).parent;
        }
        None
    }

    /// The class scope in whose method `scope` is.
    pub(super) fn enclosing_class(&self, scope: u32) -> Option<u32> {
        let mut current = scope;
        while current != NONE {
            if self.get(current).kind == ScopeKind::Class {
                return Some(current);
            }
            current = self.get(current).parent;
        }
        None
    }
}
