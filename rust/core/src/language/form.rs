//! Labels of the canonical form: what code does, whatever the language writes for it.

numbered! {
    /// What a node of the canonical form is (see [`crate::forest::structure_terms`]). One label may stand for many spellings:
    /// `len(x)`, `x.length` and `x.size()` are all `Length`.
    Form {
        // Definitions and what holds statements.
        Module, Class, Function, Lambda, Parameters, Body, Then, Else,
        // Leaves.
        Variable, Name, Field, Number, Text, True, False, Null, Infinity,
        // Control.
        If, Each, While, Range, Break, Continue, Return, Yield, Raise, Try, Catch, Finally, With, Match, Case, Assert,
        // Data.
        Assign, Delete, Subscript, Slice, List, Map, Set, Pair, Call, Recursion, Format, Other,
        // Operators.
        Add, Subtract, Multiply, Divide, Modulo, Power, MatrixMultiply, BitAnd, BitOr, BitXor, ShiftLeft, ShiftRight,
        Invert, Negate, And, Or, Not, Equal, NotEqual, Less, LessEqual, Contains,
        // What the libraries of all languages have under one name or another.
        Length, Append, Extend, Insert, Remove, Pop, Print, Join, Split, Sort, Reverse, Minimum, Maximum, Sum, Absolute,
        Round, Floor, Ceiling, SquareRoot, ToText, ToInteger, ToFloat, ToBoolean, Lower, Upper, Trim, Replace, Find, Count,
        Keys, Values, Entries, Get, StartsWith, EndsWith, CharacterCode, Character, IsDigit, IsLetter, IsSpace, IsUpper,
        IsLower, Repeat, Enumerate, Zip, All, Any, Reduce, TypeTest, RegexMatch, Compare,
    }
}
