//! Finds what is called by following values: functions, classes and objects, from where they are made to where they are
//! called.
//!
//! An inclusion-based points-to analysis in the manner of Andersen (1994) over a whole project, for Python. [`lower`] turns
//! a file into a [`Program`], a pure function of its text; [`resolve`] joins the programs and runs them to a fixed point.
//! Within a scope the analysis knows the order of assignments; between functions it does not know who called whom, except
//! that a function gives a parameter which it returns back to its caller alone. Objects are told apart by where they are
//! made, containers by key and index where these are written out.
//!
//! Nothing here knows features, trees of functions, or any language but Python.

mod environment;
mod lower;
mod program;
mod solve;

pub(super) use lower::lower;
pub(super) use program::Program;
pub(super) use solve::{SURE, resolve};

#[cfg(test)]
mod tests;
