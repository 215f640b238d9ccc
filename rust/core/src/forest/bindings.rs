//! Which names a text binds, in which scope, and which occurrence means which binding.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::language::{Category, Role};
use crate::syntax::{NONE, SyntaxTree};

/// What an occurrence of a name does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Declaration {
    /// Reads it.
    Use,
    /// Assigns it: assignment, loop target, `with … as`, capture in a pattern, deletion.
    Assign,
    /// Declares a parameter.
    Parameter,
    /// Names a function or class.
    Definition,
    /// Says that the name is bound further out.
    Forward,
    /// Stands in an import statement. Imports bind nothing here: what they bind is outside the text.
    Import,
}

/// One occurrence of a variable's name. Attributes and names of keyword arguments are none.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Occurrence {
    /// Node of the syntax tree.
    pub(crate) node: u32,
    /// Number of the scope that the occurrence lies in.
    pub(crate) scope: u32,
    /// Number of the binding that it means, or [`NONE`] where the text does not bind it.
    pub(crate) binding: u32,
    pub(crate) declaration: Declaration,
    name: u32,
}

/// A region with names of its own.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scope {
    pub(crate) category: Category,
    outer: u32,
    /// The nearest scope from here outwards that is neither comprehension nor lambda.
    definition: u32,
}

/// The occurrences of names in one subtree, in order of the text.
#[derive(Debug)]
pub(crate) struct Bindings<'source> {
    occurrences: Vec<Occurrence>,
    scopes: Vec<Scope>,
    names: Vec<&'source str>,
    binding_scopes: Vec<u32>,
    /// By scope and name.
    numbers: FxHashMap<(u32, u32), u32>,
}

/// Scopes further out than this are not searched; languages refuse deeper nesting long before.
const MAX_SCOPE_STEPS: usize = 100;

impl<'source> Bindings<'source> {
    pub(crate) fn of(source: &'source [u8], tree: &SyntaxTree, root: u32) -> Self {
        let mut scan = Scan::new(source, tree, root);
        for node in root..tree.subtree_end(root) {
            scan.visit(node);
        }
        scan.finish()
    }

    pub(crate) fn occurrences(&self) -> &[Occurrence] {
        &self.occurrences
    }

    pub(crate) fn scope(&self, scope: u32) -> &Scope {
        &self.scopes[scope as usize]
    }

    pub(crate) fn into_occurrences(self) -> Vec<Occurrence> {
        self.occurrences
    }

    /// The scope that a binding belongs to.
    pub(crate) fn binding_scope(&self, binding: u32) -> u32 {
        self.binding_scopes[binding as usize]
    }

    /// The binding that an occurrence would mean if its own were not there, or [`NONE`].
    pub(crate) fn binding_around(&self, occurrence: &Occurrence) -> u32 {
        let outer = self.scope(self.binding_scope(occurrence.binding)).outer;
        if outer == NONE { NONE } else { resolve(&self.scopes, &self.numbers, outer, occurrence.name) }
    }

    pub(crate) fn name(&self, occurrence: &Occurrence) -> &'source str {
        self.names[occurrence.name as usize]
    }

    pub(crate) fn binding_count(&self) -> usize {
        self.binding_scopes.len()
    }

    /// The nearest enclosing scope that is neither comprehension nor lambda, itself included.
    pub(crate) fn enclosing_definition(&self, scope: u32) -> u32 {
        self.scopes[scope as usize].definition
    }
}

fn is_expression_scope(category: Category) -> bool {
    matches!(category, Category::Comprehension | Category::Generator | Category::Lambda)
}

struct Scan<'source, 'tree> {
    source: &'source [u8],
    tree: &'tree SyntaxTree,
    root: u32,
    /// For each node from the root on: the scope it lies in, the scope it opens, whether names in it are assigned,
    /// whether it is in an import.
    inside: Vec<u32>,
    opened: Vec<u32>,
    targets: Vec<bool>,
    imports: Vec<bool>,
    scopes: Vec<Scope>,
    occurrences: Vec<Occurrence>,
    names: Vec<&'source str>,
    name_numbers: FxHashMap<&'source str, u32>,
    bindings: FxHashMap<(u32, u32), u32>,
    binding_scopes: Vec<u32>,
    forwarded: FxHashSet<(u32, u32)>,
    /// The name of the last definition, and the scope that it stands in.
    declared_name: u32,
    declared_in: u32,
}

impl<'source, 'tree> Scan<'source, 'tree> {
    fn new(source: &'source [u8], tree: &'tree SyntaxTree, root: u32) -> Self {
        let nodes = (tree.subtree_end(root) - root) as usize;
        Self {
            source,
            tree,
            root,
            inside: vec![0; nodes],
            opened: vec![NONE; nodes],
            targets: vec![false; nodes],
            imports: vec![false; nodes],
            scopes: vec![Scope { category: Category::Module, outer: NONE, definition: 0 }],
            // About one node in eight is an identifier.
            occurrences: Vec::with_capacity(nodes / 8),
            names: Vec::new(),
            name_numbers: FxHashMap::default(),
            bindings: FxHashMap::default(),
            binding_scopes: Vec::new(),
            forwarded: FxHashSet::default(),
            declared_name: NONE,
            declared_in: 0,
        }
    }

    fn category(&self, node: u32) -> Category {
        self.tree.category(node)
    }

    fn parent(&self, node: u32) -> Option<u32> {
        (node != self.root).then(|| self.tree.parent(node))
    }

    fn offset(&self, node: u32) -> usize {
        (node - self.root) as usize
    }

    fn visit(&mut self, node: u32) {
        let category = self.category(node);
        // Most nodes are tokens, which neither name anything nor hold what does.
        if category != Category::Identifier && self.tree.first_child(node) == NONE && !opens_scope(category) {
            return;
        }
        let offset = self.offset(node);
        if let Some(parent) = self.parent(node) {
            let above = self.offset(parent);
            self.inside[offset] = self.scope_under(parent, node);
            self.imports[offset] = self.imports[above] || category.is_import();
            self.targets[offset] = self.is_target(parent, node, category);
        }
        if node == self.declared_name {
            self.inside[offset] = self.declared_in;
        }
        if opens_scope(category) {
            self.opened[offset] = self.open_scope(category, self.inside[offset]);
            self.note_name(node, self.inside[offset]);
        }
        if category == Category::Identifier {
            self.record(node);
        }
    }

    /// The name of a function stands in the scope around it, however deep in declarators.
    fn note_name(&mut self, definition: u32, scope: u32) {
        if let Some(name) = self.tree.definition_name(definition).filter(|name| *name > definition) {
            (self.declared_name, self.declared_in) = (name, scope);
        }
    }

    fn open_scope(&mut self, category: Category, outer: u32) -> u32 {
        let scope = self.scopes.len() as u32;
        let definition = if is_expression_scope(category) { self.scopes[outer as usize].definition } else { scope };
        self.scopes.push(Scope { category, outer, definition });
        scope
    }

    fn scope_under(&self, parent: u32, node: u32) -> u32 {
        let above = self.offset(parent);
        let role = self.tree.role(node);
        let opened = self.opened[above];
        if opened != NONE {
            let outside = matches!(role, Role::Name | Role::ReturnType | Role::Superclasses);
            return if outside { self.inside[above] } else { opened };
        }
        let evaluated_outside = matches!(self.category(parent), Category::DefaultParameter | Category::Parameter)
            && matches!(role, Role::Value | Role::Type);
        let scope = self.inside[above];
        let outer = self.scopes[scope as usize].outer;
        if evaluated_outside && outer != NONE { outer } else { scope }
    }

    fn is_target(&self, parent: u32, node: u32, category: Category) -> bool {
        let role = self.tree.role(node);
        let above = self.category(parent);
        let starts = match above {
            Category::Assignment | Category::For | Category::ComprehensionFor => role == Role::Left,
            // What is only counted up or down may stand in no field.
            Category::AugmentedAssignment => {
                role == Role::Left || self.tree.child_with_role(parent, Role::Left).is_none()
            }
            Category::NamedExpression => role == Role::Name,
            Category::Delete => true,
            Category::MatchCase => category == Category::Pattern || role == Role::Left,
            Category::Declaration => matches!(role, Role::Name | Role::Declarator),
            _ => role == Role::Alias,
        };
        starts || (self.targets[self.offset(parent)] && self.passes_target_on(parent, node, above, role))
    }

    fn passes_target_on(&self, parent: u32, node: u32, above: Category, role: Role) -> bool {
        match above {
            // `case Point(…)` and `case color.RED` read the name, `case other` captures it.
            Category::QualifiedName => {
                self.tree.first_child(parent) == node
                    && self.tree.next_sibling(node) == NONE
                    && !self.is_followed_by(parent, "(")
            }
            Category::Pattern => {
                !matches!(role, Role::Key | Role::Type)
                    || self.category(node) == Category::Identifier && role == Role::Key
            }
            Category::Other => role != Role::Key,
            Category::Declarator => matches!(role, Role::Declarator | Role::None),
            Category::Tuple
            | Category::List
            | Category::ExpressionList
            | Category::Parenthesized
            | Category::VariadicParameter
            | Category::Spread => true,
            _ => false,
        }
    }

    fn is_followed_by(&self, node: u32, token: &str) -> bool {
        let sibling = self.tree.next_sibling(node);
        sibling != NONE && self.tree.text(sibling, self.source) == token
    }

    fn record(&mut self, node: u32) {
        let Some(declaration) = self.declaration(node) else { return };
        let name = self.name_number(self.tree.text(node, self.source));
        let scope = self.inside[self.offset(node)];
        let binding_scope = self.binding_scope(node, scope);
        match declaration {
            Declaration::Forward => {
                self.forwarded.insert((scope, name));
            }
            Declaration::Assign | Declaration::Parameter | Declaration::Definition => {
                if !self.forwarded.contains(&(binding_scope, name)) {
                    self.bind(binding_scope, name);
                }
            }
            Declaration::Use | Declaration::Import => {}
        }
        self.occurrences.push(Occurrence { node, scope, binding: NONE, declaration, name });
    }

    /// What the identifier does, or none where it is no variable.
    fn declaration(&self, node: u32) -> Option<Declaration> {
        if self.imports[self.offset(node)] {
            return Some(Declaration::Import);
        }
        let Some(parent) = self.parent(node) else { return Some(Declaration::Use) };
        let role = self.tree.role(node);
        match (self.category(parent), role) {
            (Category::Member, Role::Member) | (Category::KeywordArgument, Role::Name) => None,
            (Category::Call, Role::Member) if self.tree.child_with_role(parent, Role::Object).is_some() => None,
            (Category::Pattern, _) if self.is_followed_by(node, "=") => None,
            (Category::QualifiedName, _) if self.tree.first_child(parent) != node => None,
            (Category::Function | Category::Class | Category::Lambda | Category::Signature, Role::Name) => {
                Some(Declaration::Definition)
            }
            (Category::GlobalDeclaration, _) => Some(Declaration::Forward),
            (Category::Parameters, _)
            | (Category::Parameter, Role::None | Role::Name)
            | (Category::Lambda, Role::Parameters)
            | (Category::DefaultParameter, Role::Name) => Some(Declaration::Parameter),
            (Category::Parameter | Category::Declarator, Role::Declarator) if self.declares_parameter(parent) => {
                Some(Declaration::Parameter)
            }
            // A reference has its name in no field.
            (Category::Declarator, Role::None)
                if self.tree.child_with_role(parent, Role::Declarator).is_none() && self.declares_parameter(parent) =>
            {
                Some(Declaration::Parameter)
            }
            (Category::VariadicParameter, _) if self.is_in_parameters(parent) => Some(Declaration::Parameter),
            _ if self.targets[self.offset(node)] && !self.is_constant(node) => Some(Declaration::Assign),
            _ => Some(Declaration::Use),
        }
    }

    /// Whether a name in a pattern is looked up by the language's rule for capitals.
    fn is_constant(&self, node: u32) -> bool {
        self.tree.table().rules().capitals_are_constants
            && self.tree.text(node, self.source).starts_with(char::is_uppercase)
    }

    /// Whether the declarators from this one outwards are those of a parameter.
    fn declares_parameter(&self, declarator: u32) -> bool {
        let outwards = std::iter::successors(Some(declarator), |node| self.parent(*node));
        let mut outwards = outwards.take(MAX_SCOPE_STEPS).map(|node| self.category(node));
        outwards.find(|category| *category != Category::Declarator) == Some(Category::Parameter)
    }

    fn is_in_parameters(&self, node: u32) -> bool {
        self.parent(node)
            .is_some_and(|parent| matches!(self.category(parent), Category::Parameters | Category::Parameter))
    }

    /// A named expression binds outside the comprehension that it stands in.
    fn binding_scope(&self, node: u32, scope: u32) -> u32 {
        let is_named_expression = self.parent(node).is_some_and(|parent| {
            self.category(parent) == Category::NamedExpression && self.tree.role(node) == Role::Name
        });
        let is_comprehension =
            |scope: u32| matches!(self.scopes[scope as usize].category, Category::Comprehension | Category::Generator);
        if !is_named_expression || !is_comprehension(scope) {
            return scope;
        }
        let outwards = std::iter::successors(Some(scope), |scope| Some(self.scopes[*scope as usize].outer));
        outwards.take(MAX_SCOPE_STEPS).find(|scope| !is_comprehension(*scope)).unwrap_or(scope)
    }

    fn name_number(&mut self, text: &'source str) -> u32 {
        let next = self.names.len() as u32;
        let number = *self.name_numbers.entry(text).or_insert(next);
        if number == next {
            self.names.push(text);
        }
        number
    }

    fn bind(&mut self, scope: u32, name: u32) {
        let next = self.binding_scopes.len() as u32;
        if *self.bindings.entry((scope, name)).or_insert(next) == next {
            self.binding_scopes.push(scope);
        }
    }

    fn finish(mut self) -> Bindings<'source> {
        for index in 0..self.occurrences.len() {
            let occurrence = self.occurrences[index];
            if occurrence.declaration != Declaration::Import {
                self.occurrences[index].binding = self.resolve(occurrence.scope, occurrence.name);
            }
        }
        Bindings {
            occurrences: self.occurrences,
            scopes: self.scopes,
            names: self.names,
            binding_scopes: self.binding_scopes,
            numbers: self.bindings,
        }
    }

    fn resolve(&self, start: u32, name: u32) -> u32 {
        resolve(&self.scopes, &self.bindings, start, name)
    }
}

fn resolve(scopes: &[Scope], bindings: &FxHashMap<(u32, u32), u32>, start: u32, name: u32) -> u32 {
    let mut scope = start;
    for _ in 0..MAX_SCOPE_STEPS {
        let visible = scope == start || scopes[scope as usize].category != Category::Class;
        if let Some(binding) = bindings.get(&(scope, name)).filter(|_| visible) {
            return *binding;
        }
        scope = scopes[scope as usize].outer;
        if scope == NONE {
            break;
        }
    }
    NONE
}

fn opens_scope(category: Category) -> bool {
    matches!(
        category,
        Category::Function | Category::Lambda | Category::Class | Category::Comprehension | Category::Generator
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;
    use crate::syntax::{ParseLimits, parse};

    /// The names of a text in order, each with the number of its binding (`-` where there is none).
    fn resolved(source: &str) -> String {
        let tree = parse(Language::Python, source.as_bytes(), &ParseLimits::default()).unwrap();
        let bindings = Bindings::of(source.as_bytes(), &tree, 0);
        let shown = bindings.occurrences().iter().map(|occurrence| match occurrence.binding {
            NONE => format!("{}-", bindings.name(occurrence)),
            binding => format!("{}{binding}", bindings.name(occurrence)),
        });
        shown.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn names_mean_the_binding_of_the_nearest_scope() {
        for (source, expected) in [
            ("x = x.x", "x0 x0"),
            ("f(x=y)", "f- y-"),
            ("def f(a, b=c, *d, e: g = a, **h): return a", "f0 a1 b2 c- d3 e4 g- a- h5 a1"),
            ("x = 1\ndef f():\n  x = 2\n  return x\ny = x", "x0 f1 x2 x2 y3 x0"),
            ("x = 1\ndef f():\n  global x\n  x = 2", "x0 f1 x0 x0"),
            ("[i for i in range(i)]", "i0 i0 range- i0"),
            ("[y := i for i in a]\ny", "y0 i1 i1 a- y0"),
            ("class C:\n  x = 1\n  def f(self): return x", "C0 x1 f2 self3 x-"),
            ("with a as b, c as (d, e): b", "a- b0 c- d1 e2 b0"),
            ("try: a\nexcept E as e: e", "a- E- e0 e0"),
            ("for a, (b, *c) in d: a.b[c] = c", "a0 b1 c2 d- a0 c2 c2"),
            (
                "match a:\n  case P(x=b): b\n  case [c, *d] if c: d\n  case q.r: 1\n  case {'k': v, **w}: v\n  case e as g: e",
                "a- P- b0 b0 c1 d2 c1 d2 q- v3 w4 v3 e5 g6 e5",
            ),
            ("import a.b as c\nc = c", "a- b- c- c0 c0"),
            ("f = lambda x, y=z: x + y", "f0 x1 y2 z- x1 y2"),
            ("x: int = 1\nx += y\ndel x", "x0 int- x0 y- x0"),
        ] {
            assert_eq!(resolved(source), expected, "{source}");
        }
    }
}
