//! Names of libraries that mean the same in all languages.

use super::form::Form;

/// What a name of a language's library means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// A node of that form over the object, if there is one, and the arguments.
    Is(Form),
    /// As before, but the object stands last: `separator.join(parts)` beside `parts.join(separator)`.
    Turned(Form),
    /// A new collection; of its argument, where it has one, no more than a copy.
    Collection(Form),
    /// Nothing of its own: the object or first argument stands for it.
    Same,
    /// The object or first argument has no elements.
    IsEmpty,
    /// Sets the element under the first argument to the second.
    Put,
    /// Adds each element, turned into another by a function.
    MapEach,
    /// Adds each element for which a function is true.
    FilterEach,
    /// Runs a function for each element.
    RunEach,
}

/// Names of a language's library by the way they are used. Every list may hold a name once.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Idioms {
    /// Called alone or on a module or class, constructors too: `len(x)`, `Math.max(a, b)`, `new HashMap()`.
    pub(crate) functions: &'static [(&'static str, Meaning)],
    /// Called on an object: `x.size()`.
    pub(crate) methods: &'static [(&'static str, Meaning)],
    /// Read from an object: `x.length`.
    pub(crate) properties: &'static [(&'static str, Meaning)],
    /// Plain names, and members of a module or class: `undefined`, `Integer.MAX_VALUE`.
    pub(crate) constants: &'static [(&'static str, Form)],
}
