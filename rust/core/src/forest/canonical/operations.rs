//! What expressions become: operators, numbers, subscripts and lists.

use super::reader::{Part, Reader};
use crate::language::{Category, Form, float_value, integer_value};
use crate::names::{hash_text, mix};

/// Longest chain of one operator that is one node.
const MOST_OPERANDS: usize = 16;

impl Reader<'_, '_> {
    pub(super) fn number(&mut self, node: u32) -> u32 {
        let text = self.tree.text(node, self.source);
        if let Some(value) = integer_value(text) {
            return self.whole_number_of(value);
        }
        match float_value(text) {
            Some(value) if (0.0..1e15).contains(&value) && (value - libm::trunc(value)).abs() < f64::EPSILON => {
                self.whole_number_of(value as u64)
            }
            Some(value) => self.arena.leaf(Form::Number, mix(2, value.to_bits())),
            None => self.arena.leaf(Form::Number, hash_text(text, 1)),
        }
    }

    pub(super) fn whole_number(&mut self, value: i64) -> u32 {
        self.arena.leaf(Form::Number, mix(1, value as u64))
    }

    fn whole_number_of(&mut self, value: u64) -> u32 {
        self.arena.leaf(Form::Number, mix(1, value))
    }

    pub(super) fn is_number(&self, node: u32, value: i64) -> bool {
        self.arena.form(node) == Form::Number && self.arena.word(node) == mix(1, value as u64)
    }

    /// The value of a small whole number.
    pub(super) fn small_value(&self, node: u32) -> Option<i64> {
        (-16..=16).find(|value| self.is_number(node, *value))
    }

    /// The operators among a syntax node's children.
    pub(super) fn operators(&self, syntax: u32) -> impl Iterator<Item = Category> + '_ {
        self.tree.children(syntax).map(|child| self.tree.category(child)).filter(|category| category.is_operator())
    }

    pub(super) fn operation(&mut self, syntax: u32, parts: &[Part]) {
        let operators: Vec<Category> = self.operators(syntax).collect();
        match (parts, operators.as_slice()) {
            ([left, right], [operator, ..]) => {
                let node = self.binary(*operator, left.node, right.node);
                self.emit(node);
            }
            ([_, _, _, ..], [_, _, ..]) if self.tree.category(syntax) == Category::Comparison => {
                self.chain(parts, &operators);
            }
            ([only], _) => self.emit(only.node),
            _ => self.listed(Form::Other, parts),
        }
    }

    /// `a < b < c` as `a < b and b < c`.
    fn chain(&mut self, parts: &[Part], operators: &[Category]) {
        let pairs = parts.windows(2).zip(operators);
        let links: Vec<u32> =
            pairs.map(|(pair, operator)| self.binary(*operator, pair[0].node, pair[1].node)).collect();
        let node = self.arena.node(Form::And, links);
        self.emit(node);
    }

    pub(super) fn binary(&mut self, operator: Category, left: u32, right: u32) -> u32 {
        let form = form_of(operator);
        match operator {
            Category::OperatorGreater | Category::OperatorGreaterEqual => self.arena.node(form, [right, left]),
            Category::OperatorIn => self.arena.node(Form::Contains, [right, left]),
            Category::OperatorNotIn => {
                let node = self.arena.node(Form::Contains, [right, left]);
                self.negated(node)
            }
            Category::OperatorEqual | Category::OperatorNotEqual | Category::OperatorIs | Category::OperatorIsNot => {
                self.equality(form, left, right)
            }
            Category::OperatorPower => self.power(left, right),
            Category::OperatorAdd if self.is_empty_text(left) => self.arena.node(Form::ToText, [right]),
            Category::OperatorAdd if self.is_empty_text(right) => self.arena.node(Form::ToText, [left]),
            Category::OperatorAdd if self.is_text(left) || self.is_text(right) => self.built_text(left, right),
            Category::OperatorModulo if self.arena.form(left) == Form::Text => self.built_text(left, right),
            Category::OperatorAdd | Category::OperatorMultiply
                if self.is_constant(left) && !self.is_constant(right) =>
            {
                self.flattened(form, right, left)
            }
            Category::OperatorAnd | Category::OperatorOr | Category::OperatorAdd | Category::OperatorMultiply => {
                self.flattened(form, left, right)
            }
            _ => self.arena.node(form, [left, right]),
        }
    }

    /// Squares and square roots under the names that they have elsewhere.
    pub(super) fn power(&mut self, base: u32, exponent: u32) -> u32 {
        if self.is_number(exponent, 2) {
            return self.arena.node(Form::Multiply, [base, base]);
        }
        let is_half =
            self.arena.form(exponent) == Form::Number && self.arena.word(exponent) == mix(2, 0.5_f64.to_bits());
        if is_half { self.arena.node(Form::SquareRoot, [base]) } else { self.arena.node(Form::Power, [base, exponent]) }
    }

    fn is_text(&self, node: u32) -> bool {
        matches!(self.arena.form(node), Form::Text | Form::Format)
    }

    /// Text that is put together, of what it is put together from.
    fn built_text(&mut self, left: u32, right: u32) -> u32 {
        let mut operands = Vec::new();
        for node in [left, right] {
            match self.arena.form(node) {
                Form::Format | Form::List if self.arena.children(node).len() < MOST_OPERANDS => {
                    operands.extend_from_slice(self.arena.children(node));
                }
                Form::ToText => operands.extend(self.arena.child(node, 0)),
                _ => operands.push(node),
            }
        }
        self.arena.node(Form::Format, operands)
    }

    fn is_empty_text(&self, node: u32) -> bool {
        self.arena.form(node) == Form::Text && self.arena.word(node) == hash_text("", 3)
    }

    fn is_constant(&self, node: u32) -> bool {
        matches!(self.arena.form(node), Form::Number | Form::True | Form::False | Form::Null)
    }

    /// The constant of a comparison stands last; what is compared with true or false is itself the answer.
    fn equality(&mut self, form: Form, left: u32, right: u32) -> u32 {
        let is_literal = |reader: &Self, node| reader.is_constant(node) || reader.arena.form(node) == Form::Text;
        let is_truth = |reader: &Self, node| matches!(reader.arena.form(node), Form::True | Form::False);
        let stands_last = |one, other| {
            is_literal(self, one) && !is_literal(self, other) || is_truth(self, one) && !is_truth(self, other)
        };
        let (left, right) = if stands_last(left, right) { (right, left) } else { (left, right) };
        match (form, self.arena.form(right)) {
            (Form::Equal, Form::True) | (Form::NotEqual, Form::False) => left,
            (Form::Equal, Form::False) | (Form::NotEqual, Form::True) => self.negated(left),
            _ => self.arena.node(form, [left, right]),
        }
    }

    fn flattened(&mut self, form: Form, left: u32, right: u32) -> u32 {
        let mut operands = Vec::new();
        for node in [left, right] {
            if self.arena.form(node) == form && self.arena.children(node).len() < MOST_OPERANDS {
                operands.extend_from_slice(self.arena.children(node));
            } else {
                operands.push(node);
            }
        }
        self.arena.node(form, operands)
    }

    pub(super) fn unary(&mut self, syntax: u32, parts: &[Part]) {
        let Some(part) = parts.first() else { return };
        let operator = self.operators(syntax).next();
        let node = match operator {
            Some(Category::OperatorNot) => self.negated(part.node),
            Some(Category::OperatorSubtract) => self.negative(part.node),
            Some(Category::OperatorInvert) => self.arena.node(Form::Invert, [part.node]),
            _ => part.node,
        };
        self.emit(node);
    }

    pub(super) fn negative(&mut self, node: u32) -> u32 {
        match self.small_value(node) {
            Some(value) => self.whole_number(-value),
            None => self.arena.node(Form::Negate, [node]),
        }
    }

    /// The opposite of a condition, without a `not` where there is a word for it.
    pub(super) fn negated(&mut self, node: u32) -> u32 {
        match self.arena.form(node) {
            Form::Not => self.arena.child(node, 0).unwrap_or(node),
            Form::Equal => self.arena.relabelled(node, Form::NotEqual),
            Form::NotEqual => self.arena.relabelled(node, Form::Equal),
            Form::Less | Form::LessEqual => self.reversed_order(node),
            Form::True => self.arena.leaf(Form::False, 0),
            Form::False => self.arena.leaf(Form::True, 0),
            _ => self.arena.node(Form::Not, [node]),
        }
    }

    /// `b <= a` for `not (a < b)`.
    fn reversed_order(&mut self, node: u32) -> u32 {
        let form = if self.arena.form(node) == Form::Less { Form::LessEqual } else { Form::Less };
        match *self.arena.children(node) {
            [left, right] => self.arena.node(form, [right, left]),
            _ => self.arena.node(Form::Not, [node]),
        }
    }

    /// One more than a number.
    pub(super) fn increased(&mut self, node: u32) -> u32 {
        if let Some(value) = self.small_value(node) {
            return self.whole_number(value + 1);
        }
        if let (Form::Subtract, [rest, one]) = (self.arena.form(node), self.arena.children(node)) {
            let rest = *rest;
            if self.is_number(*one, 1) {
                return rest;
            }
        }
        let one = self.whole_number(1);
        self.arena.node(Form::Add, [node, one])
    }

    /// One less than a number.
    pub(super) fn decreased(&mut self, node: u32) -> u32 {
        if let Some(value) = self.small_value(node) {
            return self.whole_number(value - 1);
        }
        let one = self.whole_number(1);
        self.arena.node(Form::Subtract, [node, one])
    }

    pub(super) fn list(&mut self, syntax: u32, parts: &[Part]) {
        let is_wrapper = !matches!(self.tree.category(syntax), Category::List | Category::Tuple);
        match parts {
            [only] if is_wrapper => self.emit(only.node),
            [] if is_wrapper => {}
            _ => self.listed(Form::List, parts),
        }
    }
}

fn form_of(operator: Category) -> Form {
    match operator {
        Category::OperatorAdd => Form::Add,
        Category::OperatorSubtract => Form::Subtract,
        Category::OperatorMultiply => Form::Multiply,
        // Some languages divide whole numbers with the same sign as others.
        Category::OperatorDivide | Category::OperatorFloorDivide => Form::Divide,
        Category::OperatorModulo => Form::Modulo,
        Category::OperatorPower => Form::Power,
        Category::OperatorMatrixMultiply => Form::MatrixMultiply,
        Category::OperatorBitAnd => Form::BitAnd,
        Category::OperatorBitOr => Form::BitOr,
        Category::OperatorBitXor => Form::BitXor,
        Category::OperatorShiftLeft => Form::ShiftLeft,
        Category::OperatorShiftRight => Form::ShiftRight,
        Category::OperatorAnd => Form::And,
        Category::OperatorOr => Form::Or,
        Category::OperatorEqual | Category::OperatorIs => Form::Equal,
        Category::OperatorNotEqual | Category::OperatorIsNot => Form::NotEqual,
        Category::OperatorLess | Category::OperatorGreater => Form::Less,
        Category::OperatorLessEqual | Category::OperatorGreaterEqual => Form::LessEqual,
        Category::OperatorIn | Category::OperatorNotIn => Form::Contains,
        _ => Form::Other,
    }
}
