//! The neutral kinds and roles that every grammar is mapped to.

macro_rules! numbered {
    ($(#[$meta:meta])* $name:ident { $($(#[$variant_meta:meta])* $variant:ident),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u8)]
        #[allow(missing_docs, reason = "the variants are the usual names of syntax")]
        pub enum $name { $($(#[$variant_meta])* $variant),+ }

        impl $name {
            /// Every variant, in order of number.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The variant's name, stable across versions of one schema.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => stringify!($variant)),+ }
            }
        }
    };
}

numbered! {
    /// What a syntax node is, whatever the language. The number of a category is its column in the `kinds` block of
    /// the feature schema (at most 128): append, never reorder.
    Category {
        Other, Error, Punctuation, Keyword, Comment, LineContinuation,
        Module, Block, ExpressionStatement, Function, Lambda, Class, Decorator, DecoratedDefinition,
        Parameters, Parameter, DefaultParameter, VariadicParameter, ParameterSeparator,
        Type, TypeAlias, TypeParameter,
        Import, ImportFrom, ImportAlias, ImportWildcard, ImportPath,
        Assignment, AugmentedAssignment, NamedExpression, Delete, GlobalDeclaration,
        If, ElseIf, Else, Conditional, Match, MatchCase, Pattern,
        For, While, Break, Continue, Comprehension, ComprehensionFor, ComprehensionIf, Generator,
        Return, Yield, Await, Raise, Try, Catch, Finally, With, WithItem, Assert, Pass, Print,
        Call, Arguments, KeywordArgument, Spread,
        Member, Subscript, Slice, BinaryOperation, UnaryOperation, BooleanOperation, NotOperation, Comparison,
        Parenthesized, List, Tuple, Set, Dictionary, Pair, ExpressionList,
        Identifier, QualifiedName,
        String, StringContent, StringDelimiter, EscapeSequence, Interpolation, FormatSpecifier, ConcatenatedString,
        Integer, Float, True, False, Null, Ellipsis,
        OperatorAdd, OperatorSubtract, OperatorMultiply, OperatorDivide, OperatorFloorDivide, OperatorModulo,
        OperatorPower, OperatorMatrixMultiply, OperatorBitAnd, OperatorBitOr, OperatorBitXor, OperatorShiftLeft,
        OperatorShiftRight, OperatorInvert, OperatorAnd, OperatorOr, OperatorNot,
        OperatorEqual, OperatorNotEqual, OperatorLess, OperatorLessEqual, OperatorGreater, OperatorGreaterEqual,
        OperatorIs, OperatorIsNot, OperatorIn, OperatorNotIn,
        /// What definitions stand in without being a class: a namespace, an inline module.
        Namespace,
        /// A body of members for a class that is defined elsewhere.
        Extension,
        /// A name that means something within a type, a value or a label only: never a variable.
        MemberName,
        /// Declares names without giving them a value: a field, a variable, a constant of an enumeration.
        Declaration,
        /// What stands around a declared name and is part of its type: pointer, array, reference.
        Declarator,
        /// Name and parameters of a function, without its body.
        Signature,
        /// A value taken as another type.
        Cast,
        /// A line for a preprocessor.
        Directive,
    }
}

numbered! {
    /// What a node is to its parent, whatever the language.
    Role {
        None, Name, Body, Condition, Consequence, Alternative, Left, Right, Operator, Callee, Arguments, Object,
        Member, Value, Index, Parameters, ReturnType, Type, Key, Superclasses, Alias, Module, Subject, Guard, Cause,
        Definition, Argument, Format, TypeParameters, Declarator, Receiver, Initializer, Update,
    }
}

impl Category {
    /// Whether the category stands for anonymous tokens: keywords, punctuation and operators.
    pub fn is_token(self) -> bool {
        matches!(self, Self::Keyword | Self::Punctuation) || self.is_operator()
    }

    /// Whether the category is one operator.
    pub fn is_operator(self) -> bool {
        self as u8 >= Self::OperatorAdd as u8 && self as u8 <= Self::OperatorNotIn as u8
    }

    /// Whether the category is an operator that compares its operands.
    pub fn is_comparison_operator(self) -> bool {
        self as u8 >= Self::OperatorEqual as u8 && self as u8 <= Self::OperatorNotIn as u8
    }

    /// Whether the category is an import statement.
    pub fn is_import(self) -> bool {
        matches!(self, Self::Import | Self::ImportFrom)
    }

    /// Whether the category stands alone as a statement, and so carries a line that the bug head can mark.
    /// Compound statements count: their header is their first line.
    pub fn is_statement(self) -> bool {
        matches!(
            self,
            Self::ExpressionStatement
                | Self::Assignment
                | Self::AugmentedAssignment
                | Self::Delete
                | Self::GlobalDeclaration
                | Self::If
                | Self::ElseIf
                | Self::Match
                | Self::MatchCase
                | Self::For
                | Self::While
                | Self::Break
                | Self::Continue
                | Self::Return
                | Self::Raise
                | Self::Try
                | Self::Catch
                | Self::With
                | Self::Assert
                | Self::Pass
                | Self::Print
                | Self::Declaration
                | Self::Directive
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn categories_fit_their_feature_block() {
        assert!(Category::ALL.len() <= 128, "{}", Category::ALL.len());
        assert!(Category::ALL.iter().enumerate().all(|(number, category)| *category as usize == number));
    }
}
