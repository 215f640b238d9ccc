//! The programs of all files as one.

use rustc_hash::{FxHashMap, FxHashSet};

use super::super::program::{
    Argument, ArgumentKind, Class, Container, Function, Key, NO_NAME, NOTHING, Name, Operation, Parameter,
    ParameterKind, Program, Receiver, Variable,
};
use crate::graph::facts::FileFacts;

/// Numbers names over the whole project.
#[derive(Default)]
pub(super) struct Names {
    numbers: FxHashMap<String, Name>,
    texts: Vec<String>,
}

impl Names {
    pub(super) fn number(&mut self, text: &str) -> Name {
        if let Some(known) = self.numbers.get(text) {
            return *known;
        }
        self.texts.push(text.to_owned());
        let number = self.texts.len() as u32 - 1;
        self.numbers.insert(text.to_owned(), number);
        number
    }

    pub(super) fn len(&self) -> usize {
        self.texts.len()
    }

    pub(super) fn text(&self, name: Name) -> &str {
        &self.texts[name as usize]
    }
}

/// All functions, classes, operations … of a project, renumbered; graph nodes are those of the project.
#[derive(Default)]
pub(super) struct World {
    pub(super) names: Names,
    pub(super) variables: u32,
    pub(super) functions: Vec<Function>,
    pub(super) classes: Vec<Class>,
    pub(super) containers: Vec<Container>,
    pub(super) arguments: Vec<Argument>,
    pub(super) operations: Vec<Operation>,
    /// By file: what its module's names hold.
    pub(super) modules: Vec<FxHashMap<Name, Variable>>,
    /// By file: what an import of everything brings, where the file says so.
    pub(super) exported: Vec<Option<FxHashSet<Name>>>,
    /// By file: the first of its graph nodes.
    pub(super) first_nodes: Vec<u32>,
    /// The classes of annotations, and what is assigned under them.
    pub(super) annotated: Vec<(Variable, Variable)>,
    /// Attributes that are written anywhere, other than by a definition in a class.
    pub(super) stored: FxHashSet<Name>,
}

/// What to add to a file's numbers.
struct Shift<'a> {
    variables: u32,
    functions: u32,
    classes: u32,
    containers: u32,
    arguments: u32,
    nodes: u32,
    names: &'a [Name],
}

impl World {
    /// Joins files. `first_nodes` has the first graph node of each.
    pub(super) fn new(files: &[FileFacts], first_nodes: &[u32]) -> Self {
        let mut world = Self { variables: NOTHING + 1, first_nodes: first_nodes.to_vec(), ..Self::default() };
        let empty = Program { variables: NOTHING + 1, ..Program::default() };
        for (file, first_node) in files.iter().zip(first_nodes) {
            world.add(file.program.as_ref().unwrap_or(&empty), *first_node);
        }
        let stored = world.operations.iter().filter_map(|operation| match operation {
            Operation::Store { attribute, .. } => Some(*attribute),
            _ => None,
        });
        let fields = world.classes.iter().flat_map(|class| &class.fields).map(|(name, _)| *name);
        world.stored = stored.chain(fields).collect();
        world
    }

    fn add(&mut self, program: &Program, first_node: u32) {
        let names: Vec<Name> = program.names.iter().map(|name| self.names.number(name)).collect();
        let shift = Shift {
            variables: self.variables - 1,
            functions: self.functions.len() as u32,
            classes: self.classes.len() as u32,
            containers: self.containers.len() as u32,
            arguments: self.arguments.len() as u32,
            nodes: first_node,
            names: &names,
        };
        self.variables += program.variables - 1;
        self.functions.extend(program.functions.iter().map(|function| shift.function(function)));
        self.classes.extend(program.classes.iter().map(|class| shift.class(class)));
        self.containers.extend(&program.containers);
        self.arguments.extend(program.arguments.iter().map(|argument| shift.argument(argument)));
        self.operations.extend(program.operations.iter().map(|operation| shift.operation(*operation)));
        let annotated = program.annotated.iter();
        self.annotated.extend(annotated.map(|(classes, to)| (shift.variable(*classes), shift.variable(*to))));
        self.modules.push(shift.members(&program.module).into_iter().collect());
        let exported = program.exported.as_ref();
        self.exported.push(exported.map(|all| all.iter().map(|name| shift.name(*name)).collect()));
    }

    /// From where and to where an operation passes a class on as it is; from [`NOTHING`] where it makes or names it.
    pub(super) fn passes(&self, operation: Operation) -> Option<(Variable, Variable)> {
        match operation {
            Operation::Copy { from, to }
            | Operation::Load { base: from, to, .. }
            | Operation::Item { base: from, to, .. } => Some((from, to)),
            Operation::Call { arguments: (first, 1), to, decorates: true, .. } => {
                Some((self.arguments[first as usize].value, to))
            }
            Operation::Function { to, .. }
            | Operation::Class { to, .. }
            | Operation::Import { to, .. }
            | Operation::Builtin { to, .. }
            | Operation::Unbound { to, .. } => Some((NOTHING, to)),
            _ => None,
        }
    }

    /// By variable: what the bases of classes are may depend on it.
    pub(super) fn needed_for_bases(&self) -> Vec<bool> {
        let mut needed = vec![false; self.variables as usize];
        let members = self.modules.iter().flat_map(FxHashMap::values);
        let classes =
            self.classes.iter().flat_map(|class| class.members.iter().map(|(_, held)| held).chain(&class.bases));
        for variable in members.chain(classes) {
            needed[*variable as usize] = true;
        }
        let mut grows = true;
        while grows {
            grows = false;
            // Most operations come after those that they depend on.
            for operation in self.operations.iter().rev() {
                if let Some((from, to)) = self.passes(*operation)
                    && needed[to as usize]
                {
                    grows |= !std::mem::replace(&mut needed[from as usize], true);
                }
            }
        }
        needed
    }

    /// The file that a graph node lies in.
    pub(super) fn file_of(&self, node: u32) -> u32 {
        self.first_nodes.partition_point(|first| *first <= node).saturating_sub(1) as u32
    }
}

impl Shift<'_> {
    fn variable(&self, variable: Variable) -> Variable {
        if variable == NOTHING { NOTHING } else { variable + self.variables }
    }

    fn name(&self, name: Name) -> Name {
        if name == NO_NAME { NO_NAME } else { self.names[name as usize] }
    }

    fn key(&self, key: Key) -> Key {
        match key {
            Key::Name(name) => Key::Name(self.name(name)),
            other => other,
        }
    }

    fn members(&self, members: &[(Name, Variable)]) -> Vec<(Name, Variable)> {
        let mut members: Vec<_> = members.iter().map(|(name, held)| (self.name(*name), self.variable(*held))).collect();
        members.sort_unstable();
        members
    }

    fn function(&self, function: &Function) -> Function {
        let parameters = function.parameters.iter().map(|parameter| self.parameter(parameter)).collect();
        Function {
            node: function.node + self.nodes,
            parameters,
            returns: self.variable(function.returns),
            returned_class: self.variable(function.returned_class),
            yields: self.variable(function.yields),
            sent: self.variable(function.sent),
            receiver: match function.receiver {
                Receiver::None => Receiver::None,
                Receiver::Instance(class) => Receiver::Instance(class + self.classes),
                Receiver::Class(class) => Receiver::Class(class + self.classes),
            },
            ..*function
        }
    }

    fn parameter(&self, parameter: &Parameter) -> Parameter {
        Parameter {
            name: self.name(parameter.name),
            kind: match parameter.kind {
                ParameterKind::Variadic(container) => ParameterKind::Variadic(container + self.containers),
                ParameterKind::Keywords(container) => ParameterKind::Keywords(container + self.containers),
                plain => plain,
            },
            variable: self.variable(parameter.variable),
            default: self.variable(parameter.default),
            annotation: self.variable(parameter.annotation),
            is_returned: parameter.is_returned,
        }
    }

    fn class(&self, class: &Class) -> Class {
        Class {
            node: class.node + self.nodes,
            definer: class.definer + self.nodes,
            bases: class.bases.iter().map(|base| self.variable(*base)).collect(),
            metaclass: self.variable(class.metaclass),
            fields: class.fields.iter().map(|(name, of)| (self.name(*name), self.variable(*of))).collect(),
            members: self.members(&class.members),
        }
    }

    fn argument(&self, argument: &Argument) -> Argument {
        let kind = match argument.kind {
            ArgumentKind::Keyword(name) => ArgumentKind::Keyword(self.name(name)),
            plain => plain,
        };
        Argument { kind, value: self.variable(argument.value), literal: self.key(argument.literal) }
    }

    #[rustfmt::skip]
    fn operation(&self, operation: Operation) -> Operation {
        use Operation as O;
        let variable = |variable: Variable| self.variable(variable);
        let name = |name: Name| self.name(name);
        let node = |node: u32| node + self.nodes;
        match operation {
            O::Copy { from, to } => O::Copy { from: variable(from), to: variable(to) },
            O::Function { function, to } => O::Function { function: function + self.functions, to: variable(to) },
            O::Class { class, to } => O::Class { class: class + self.classes, to: variable(to) },
            O::Import { import, to, caller } => O::Import { import, to: variable(to), caller: node(caller) },
            O::Builtin { name: of, to } => O::Builtin { name: name(of), to: variable(to) },
            O::Unbound { name: of, to, caller } => O::Unbound { name: name(of), to: variable(to), caller: node(caller) },
            O::Container { container, to } => O::Container { container: container + self.containers, to: variable(to) },
            O::Load { base, attribute, to, caller } => O::Load { base: variable(base), attribute: name(attribute), to: variable(to), caller: node(caller) },
            O::LoadNamed { base, start, to, caller } => O::LoadNamed { base: variable(base), start: name(start), to: variable(to), caller: node(caller) },
            O::Store { base, attribute, from, caller } => O::Store { base: variable(base), attribute: name(attribute), from: variable(from), caller: node(caller) },
            O::Item { base, key, to, caller } => O::Item { base: variable(base), key: self.key(key), to: variable(to), caller: node(caller) },
            O::SetItem { base, key, from, caller } => O::SetItem { base: variable(base), key: self.key(key), from: variable(from), caller: node(caller) },
            O::SetKey { base, from } => O::SetKey { base: variable(base), from: variable(from) },
            O::Extend { base, container, caller } => O::Extend { base: variable(base), container: container + self.containers, caller: node(caller) },
            O::Middle { base, front, container } => O::Middle { base: variable(base), front, container: container + self.containers },
            O::Call { callee, arguments: (first, count), to, caller, decorates } => O::Call { callee: variable(callee), arguments: (first + self.arguments, count), to: variable(to), caller: node(caller), decorates },
            O::Method { base, names, argument, to, caller } => O::Method { base: variable(base), names: names.map(name), argument: variable(argument), to: variable(to), caller: node(caller) },
            O::Iterate { base, to, caller, protocol } => O::Iterate { base: variable(base), to: variable(to), caller: node(caller), protocol },
            O::Next { base, to, caller, protocol } => O::Next { base: variable(base), to: variable(to), caller: node(caller), protocol },
            O::Enter { base, to, caller, protocol } => O::Enter { base: variable(base), to: variable(to), caller: node(caller), protocol },
            O::Await { base, to } => O::Await { base: variable(base), to: variable(to) },
            O::Delegate { base, yields, to, caller } => O::Delegate { base: variable(base), yields: variable(yields), to: variable(to), caller: node(caller) },
            O::Super { receiver, class, to } => O::Super { receiver: variable(receiver), class: class + self.classes, to: variable(to) },
            O::SuperOf { base, receiver, to } => O::SuperOf { base: variable(base), receiver: variable(receiver), to: variable(to) },
            O::Raise { base, caller } => O::Raise { base: variable(base), caller: node(caller) },
            O::Catch { base, to } => O::Catch { base: variable(base), to: variable(to) },
            O::Annotated { base, to } => O::Annotated { base: variable(base), to: variable(to) },
            O::Narrow { base, from, side, to } => O::Narrow { base: variable(base), from: variable(from), side, to: variable(to) },
            O::Filter { base, class, side, to } => O::Filter { base: variable(base), class: class + self.classes, side, to: variable(to) },
            O::Wrap { base, wrapper, to } => O::Wrap { base: variable(base), wrapper, to: variable(to) },
            O::Bind { base, receiver, to, caller } => O::Bind { base: variable(base), receiver, to: variable(to), caller: node(caller) },
            O::Replace { base, receiver, from, caller } => O::Replace { base: variable(base), receiver, from: variable(from), caller: node(caller) },
        }
    }
}
