//! Tokens that many languages write alike.

use super::category::Category as C;
use super::definition::{DeadBranch, LoopForms, Spelling};

/// Operators of the languages that took their expressions from C.
#[rustfmt::skip]
pub(super) static C_FAMILY: &[(&str, C)] = &[
    ("+", C::OperatorAdd), ("+=", C::OperatorAdd), ("++", C::OperatorAdd),
    ("-", C::OperatorSubtract), ("-=", C::OperatorSubtract), ("--", C::OperatorSubtract),
    ("*", C::OperatorMultiply), ("*=", C::OperatorMultiply), ("/", C::OperatorDivide), ("/=", C::OperatorDivide),
    ("%", C::OperatorModulo), ("%=", C::OperatorModulo), ("**", C::OperatorPower), ("**=", C::OperatorPower),
    ("&", C::OperatorBitAnd), ("&=", C::OperatorBitAnd), ("|", C::OperatorBitOr), ("|=", C::OperatorBitOr),
    ("^", C::OperatorBitXor), ("^=", C::OperatorBitXor), ("<<", C::OperatorShiftLeft), ("<<=", C::OperatorShiftLeft),
    (">>", C::OperatorShiftRight), (">>=", C::OperatorShiftRight), (">>>", C::OperatorShiftRight),
    (">>>=", C::OperatorShiftRight), ("~", C::OperatorInvert), ("&&", C::OperatorAnd), ("&&=", C::OperatorAnd),
    ("||", C::OperatorOr), ("||=", C::OperatorOr), ("??", C::OperatorOr), ("??=", C::OperatorOr),
    ("!", C::OperatorNot), ("==", C::OperatorEqual), ("===", C::OperatorEqual), ("!=", C::OperatorNotEqual),
    ("!==", C::OperatorNotEqual), ("<", C::OperatorLess), ("<=", C::OperatorLessEqual), (">", C::OperatorGreater),
    (">=", C::OperatorGreaterEqual),
];

/// How languages are spelled that took their statements from C.
pub(super) const C_FAMILY_SPELLING: Spelling = Spelling {
    true_literal: "true",
    false_literal: "false",
    receivers: &["this", "self", "super"],
    name_readers: &["eval", "stringify", "dbg"],
    commutative_functions: &["max", "min", "Max", "Min", "gcd"],
    range_functions: &["range"],
    variables_end_with_function: false,
    negation_is_tight: true,
    loops: LoopForms::Parenthesized,
    dead_branch: DeadBranch::Empty("if (false) {}"),
    temporary: None,
    lacks: &[],
};
