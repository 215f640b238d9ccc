//! What a variable may hold.

use rustc_hash::FxHashMap;

use crate::syntax::NONE;

/// A number that stands for an object.
pub(super) type ObjectId = u32;

/// Something that can be called, or that leads to something that can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Object {
    Function(u32),
    Class(u32),
    /// The module of a file.
    Module(u32),
    /// Something outside the project, by its dotted path.
    External(u32),
    /// What something outside the project gave back.
    Unknown,
    /// An object of a class, by the operation that makes it.
    Instance {
        class: u32,
        site: u32,
    },
    /// A function together with its first argument.
    Bound {
        function: ObjectId,
        receiver: ObjectId,
    },
    ClassMethod(ObjectId),
    StaticMethod(ObjectId),
    /// A getter and a setter, either of which may be missing.
    Property {
        getter: ObjectId,
        setter: ObjectId,
    },
    Container(u32),
    Generator(u32),
    Coroutine(u32),
    /// A generator function that makes a context manager.
    ManagerMaker(ObjectId),
    /// Such a context manager.
    Manager(u32),
    /// A call with some of its arguments, by the operation that makes it.
    Partial(u32),
    /// The view of the bases of a class on an object.
    Super {
        class: u32,
        receiver: ObjectId,
    },
    /// A function that chooses an implementation by the class of its argument, with the one for all others.
    Dispatcher(ObjectId),
    /// What takes an implementation of a dispatcher for a class.
    Registrar {
        dispatcher: ObjectId,
        class: ObjectId,
    },
    /// A method of an object that the language brings.
    Method {
        receiver: ObjectId,
        name: u32,
    },
}

/// Numbers objects in the order in which they are met.
#[derive(Default)]
pub(super) struct Objects {
    all: Vec<Object>,
    /// How often each is wrapped.
    depths: Vec<u8>,
    numbers: FxHashMap<Object, ObjectId>,
}

impl Objects {
    pub(super) fn number(&mut self, object: Object) -> ObjectId {
        if let Some(known) = self.numbers.get(&object) {
            return *known;
        }
        let inner = match object {
            Object::ClassMethod(inner)
            | Object::StaticMethod(inner)
            | Object::ManagerMaker(inner)
            | Object::Dispatcher(inner) => Some(inner),
            Object::Property { getter, setter } => Some(if getter == NONE { setter } else { getter }),
            _ => None,
        };
        self.depths.push(inner.map_or(0, |inner| self.depth(inner) + 1));
        self.all.push(object);
        let number = self.all.len() as u32 - 1;
        self.numbers.insert(object, number);
        number
    }

    pub(super) fn get(&self, number: ObjectId) -> Object {
        self.all[number as usize]
    }

    pub(super) fn depth(&self, number: ObjectId) -> u8 {
        self.depths[number as usize]
    }
}
