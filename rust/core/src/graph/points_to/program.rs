//! What a file does with functions, classes and objects: the input of the solver.

use serde::{Deserialize, Serialize};

use crate::syntax::NONE;

/// A place that holds values, numbered within its file.
pub(crate) type Variable = u32;

/// A name, numbered within its file.
pub(crate) type Name = u32;

/// The variable that holds nothing that could be called.
pub(crate) const NOTHING: Variable = 0;

/// One file's functions, classes and operations. Control flow is left out: what a variable holds at a place in a scope
/// was told apart when the variables were numbered, see [`lower`](super::lower::lower).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Program {
    pub(super) names: Vec<String>,
    /// How many variables there are, [`NOTHING`] included.
    pub(super) variables: u32,
    pub(super) functions: Vec<Function>,
    pub(super) classes: Vec<Class>,
    /// What the module's names hold after it has run, sorted by name.
    pub(super) module: Vec<(Name, Variable)>,
    /// The names that an import of everything brings; none where all public ones do.
    pub(super) exported: Option<Vec<Name>>,
    pub(super) operations: Vec<Operation>,
    /// Arguments of the calls, those of one call in a run.
    pub(super) arguments: Vec<Argument>,
    /// Containers by the place in the text that makes them.
    pub(super) containers: Vec<Container>,
    /// The classes of annotations, and what is assigned under them.
    pub(super) annotated: Vec<(Variable, Variable)>,
}

/// A function, lambdas included.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Function {
    /// Its node of the project graph, numbered within the file.
    pub(super) node: u32,
    pub(super) parameters: Vec<Parameter>,
    /// What it returns, except parameters that it returns as they are.
    pub(super) returns: Variable,
    /// The classes that its annotation promises objects of.
    pub(super) returned_class: Variable,
    /// What a generator yields.
    pub(super) yields: Variable,
    /// What is sent into a generator.
    pub(super) sent: Variable,
    pub(super) is_generator: bool,
    pub(super) is_asynchronous: bool,
    /// What its first parameter is.
    pub(super) receiver: Receiver,
}

/// Which methods a loop or a `with` statement calls, see Python's data model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Protocol {
    Plain,
    /// `async for` and `async with`.
    Asynchronous,
}

impl Protocol {
    /// The method that gives the iterator, and the one that stands in for it.
    pub(super) fn of_iterables(self) -> [&'static str; 2] {
        match self {
            Self::Plain => ["__iter__", "__getitem__"],
            Self::Asynchronous => ["__aiter__", ""],
        }
    }

    /// The method of an iterator that goes on.
    pub(super) fn of_iterators(self) -> &'static str {
        match self {
            Self::Plain => "__next__",
            Self::Asynchronous => "__anext__",
        }
    }

    /// The methods that enter and leave a context.
    pub(super) fn of_contexts(self) -> [&'static str; 2] {
        match self {
            Self::Plain => ["__enter__", "__exit__"],
            Self::Asynchronous => ["__aenter__", "__aexit__"],
        }
    }
}

/// What the first parameter of a function is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Receiver {
    /// A parameter like any other.
    None,
    /// An object of the class.
    Instance(u32),
    /// The class.
    Class(u32),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Parameter {
    pub(super) name: Name,
    pub(super) kind: ParameterKind,
    pub(super) variable: Variable,
    pub(super) default: Variable,
    /// The classes that the parameter's annotation promises objects of; of containers, containers of classes.
    pub(super) annotation: Variable,
    /// The function returns the parameter as it is.
    pub(super) is_returned: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum ParameterKind {
    Positional,
    KeywordOnly,
    /// `*args`, with its container.
    Variadic(u32),
    /// `**kwargs`, with its container.
    Keywords(u32),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Class {
    /// Its node of the project graph, numbered within the file.
    pub(super) node: u32,
    /// Whose code defines it.
    pub(super) definer: u32,
    pub(super) bases: Vec<Variable>,
    pub(super) metaclass: Variable,
    /// The annotated names of its body, in order, with the classes of the annotations: the fields of a class that gets
    /// its constructor from them.
    pub(super) fields: Vec<(Name, Variable)>,
    /// What the names of its body hold at its end, sorted by name.
    pub(super) members: Vec<(Name, Variable)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Argument {
    pub(super) kind: ArgumentKind,
    pub(super) value: Variable,
    /// The argument as a key, where it is written out.
    pub(super) literal: Key,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum ArgumentKind {
    Positional,
    Keyword(Name),
    /// `*values`.
    Spread,
    /// `**values`.
    SpreadKeywords,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Shape {
    /// Lists, tuples, sets and generators of expressions.
    Sequence,
    Mapping,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Container {
    pub(super) shape: Shape,
    /// How many elements it is written with; 0 where that is not known.
    pub(super) length: u32,
    /// No code makes it: an annotation names it, with classes in place of their objects.
    pub(super) is_promised: bool,
}

/// Which element of a container.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Key {
    Name(Name),
    /// Counted from the back where negative.
    Index(i32),
    Any,
}

/// What a value of the language makes of a function or an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Wrapper {
    ClassMethod,
    StaticMethod,
    /// A property with this setter.
    Getter(u32),
    /// A property with this getter.
    Setter(u32),
    /// What makes a context manager.
    Manager,
    /// A function that chooses an implementation by the class of its argument.
    Dispatcher,
    /// An implementation of that dispatcher, an object of the solver.
    Registered(u32),
    /// The class of an object.
    Class,
}

/// Whether objects of a class are meant, or all others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Side {
    Inside,
    Outside,
}

impl Side {
    pub(super) fn other(self) -> Self {
        match self {
            Self::Inside => Self::Outside,
            Self::Outside => Self::Inside,
        }
    }
}

/// Arguments of a call: the first, and how many.
pub(crate) type Arguments = (u32, u32);

/// One thing that is done with values. `caller` is the graph node whose code does it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Operation {
    Copy {
        from: Variable,
        to: Variable,
    },
    Function {
        function: u32,
        to: Variable,
    },
    Class {
        class: u32,
        to: Variable,
    },
    Import {
        import: u32,
        to: Variable,
        caller: u32,
    },
    /// A name of the language itself.
    Builtin {
        name: Name,
        to: Variable,
    },
    /// A name that nothing in the file binds.
    Unbound {
        name: Name,
        to: Variable,
        caller: u32,
    },
    Container {
        container: u32,
        to: Variable,
    },
    Load {
        base: Variable,
        attribute: Name,
        to: Variable,
        caller: u32,
    },
    /// The attributes whose names begin so.
    LoadNamed {
        base: Variable,
        start: Name,
        to: Variable,
        caller: u32,
    },
    Store {
        base: Variable,
        attribute: Name,
        from: Variable,
        caller: u32,
    },
    Item {
        base: Variable,
        key: Key,
        to: Variable,
        caller: u32,
    },
    SetItem {
        base: Variable,
        key: Key,
        from: Variable,
        caller: u32,
    },
    /// Makes `key` one of what iterating over a mapping gives.
    SetKey {
        base: Variable,
        from: Variable,
    },
    /// All elements of `base` become elements of a container.
    Extend {
        base: Variable,
        container: u32,
        caller: u32,
    },
    /// Elements from place `front` up to `back` places before the end become elements of a container.
    Middle {
        base: Variable,
        front: u32,
        container: u32,
    },
    Call {
        callee: Variable,
        arguments: Arguments,
        to: Variable,
        caller: u32,
        decorates: bool,
    },
    /// Calls the first of two special methods that the object has.
    Method {
        base: Variable,
        names: [Name; 2],
        argument: Variable,
        to: Variable,
        caller: u32,
    },
    Iterate {
        base: Variable,
        to: Variable,
        caller: u32,
        protocol: Protocol,
    },
    /// Goes on with an iterator.
    Next {
        base: Variable,
        to: Variable,
        caller: u32,
        protocol: Protocol,
    },
    Enter {
        base: Variable,
        to: Variable,
        caller: u32,
        protocol: Protocol,
    },
    Await {
        base: Variable,
        to: Variable,
    },
    /// Yields all that another generator yields.
    Delegate {
        base: Variable,
        yields: Variable,
        to: Variable,
        caller: u32,
    },
    /// The view of the base classes on an object of a class.
    Super {
        receiver: Variable,
        class: u32,
        to: Variable,
    },
    /// The same, where `base` holds the class.
    SuperOf {
        base: Variable,
        receiver: Variable,
        to: Variable,
    },
    Raise {
        base: Variable,
        caller: u32,
    },
    Catch {
        base: Variable,
        to: Variable,
    },
    /// Objects of the class that `base` holds.
    Annotated {
        base: Variable,
        to: Variable,
    },
    /// What `from` holds, if it is an object of the class that `base` holds, or if it is none.
    Narrow {
        base: Variable,
        from: Variable,
        side: Side,
        to: Variable,
    },
    /// The objects of a class that `base` holds, or all others; without a class those that may be of one outside.
    Filter {
        base: Variable,
        class: u32,
        side: Side,
        to: Variable,
    },
    Wrap {
        base: Variable,
        wrapper: Wrapper,
        to: Variable,
    },
    /// What a class holds under a name, seen from an object or from the class itself.
    Bind {
        base: Variable,
        receiver: u32,
        to: Variable,
        caller: u32,
    },
    /// Writes an attribute of an object whose class holds `base` under its name.
    Replace {
        base: Variable,
        receiver: u32,
        from: Variable,
        caller: u32,
    },
}

impl Operation {
    /// The variable whose values the operation waits for, or none if it holds from the start.
    pub(super) fn base(&self) -> Option<Variable> {
        match *self {
            Self::Copy { .. }
            | Self::Function { .. }
            | Self::Class { .. }
            | Self::Import { .. }
            | Self::Builtin { .. }
            | Self::Unbound { .. }
            | Self::Container { .. } => None,
            Self::Call { callee, .. } => Some(callee),
            Self::Super { receiver, .. } => Some(receiver),
            Self::Load { base, .. }
            | Self::LoadNamed { base, .. }
            | Self::SuperOf { base, .. }
            | Self::Store { base, .. }
            | Self::Item { base, .. }
            | Self::SetItem { base, .. }
            | Self::SetKey { base, .. }
            | Self::Extend { base, .. }
            | Self::Middle { base, .. }
            | Self::Method { base, .. }
            | Self::Iterate { base, .. }
            | Self::Next { base, .. }
            | Self::Enter { base, .. }
            | Self::Await { base, .. }
            | Self::Delegate { base, .. }
            | Self::Raise { base, .. }
            | Self::Catch { base, .. }
            | Self::Annotated { base, .. }
            | Self::Narrow { base, .. }
            | Self::Filter { base, .. }
            | Self::Wrap { base, .. }
            | Self::Bind { base, .. }
            | Self::Replace { base, .. } => Some(base),
        }
    }
}

impl Program {
    pub(super) fn variable(&mut self) -> Variable {
        self.variables += 1;
        self.variables - 1
    }

    /// One variable that holds what any of these does.
    pub(super) fn either(&mut self, mut variables: Vec<Variable>) -> Variable {
        variables.sort_unstable();
        variables.dedup();
        variables.retain(|variable| *variable != NONE && *variable != NOTHING);
        match variables[..] {
            [] => NOTHING,
            [only] => only,
            _ => {
                let to = self.variable();
                for from in variables {
                    self.operation(Operation::Copy { from, to });
                }
                to
            }
        }
    }

    pub(super) fn container(&mut self, shape: Shape, length: usize) -> u32 {
        let length = if length <= MOST_PLACES { length as u32 } else { 0 };
        self.containers.push(Container { shape, length, is_promised: false });
        self.containers.len() as u32 - 1
    }

    /// Adds an operation, unless nothing can come of it.
    pub(super) fn operation(&mut self, operation: Operation) {
        let idle = match operation {
            Operation::Copy { from, to } => from == NOTHING || to == NOTHING || from == to,
            _ => operation.base() == Some(NOTHING),
        };
        if !idle {
            self.operations.push(operation);
        }
    }
}

/// Elements of a container are told apart up to this place.
pub(super) const MOST_PLACES: usize = 64;

/// Arguments of a call after this many are left out.
pub(super) const MOST_ARGUMENTS: usize = 128;

/// No name.
pub(super) const NO_NAME: Name = NONE;
