//! Operators and the special methods behind them.

use super::super::program::{NOTHING, Operation, Shape, Variable};
use super::Lowering;
use crate::language::{Category, Role};

impl Lowering<'_, '_> {
    pub(super) fn operator(&self, node: u32) -> Category {
        let mut parts = self.tree.children(node).map(|part| self.category(part));
        parts.find(|category| category.is_operator()).unwrap_or(Category::Other)
    }

    pub(super) fn binary(&mut self, node: u32) {
        let left = self.value_of(self.tree.child_with_role(node, Role::Left));
        let right = self.value_of(self.tree.child_with_role(node, Role::Right));
        let operator = self.operator(node);
        let Some(method) = method_of(operator).filter(|_| left != NOTHING || right != NOTHING) else { return };
        let to = self.value(node);
        self.special_with(left, [method, ""], right, to);
        self.reflected(node, operator, right, to);
        match operator {
            Category::OperatorAdd => self.joined(Shape::Sequence, to, &[left, right]),
            Category::OperatorBitOr => self.joined(Shape::Mapping, to, &[left, right]),
            _ => {}
        }
    }

    /// Where a number stands on the left, the object on the right is asked.
    fn reflected(&mut self, node: u32, operator: Category, right: Variable, to: Variable) {
        let left = self.tree.child_with_role(node, Role::Left).map(|left| self.category(left));
        if let Some(Category::Integer | Category::Float) = left
            && let Some(method) = reflected_method_of(operator)
        {
            self.special_with(right, [method, ""], NOTHING, to);
        }
    }

    /// Two sequences, one after the other, or two mappings in one.
    fn joined(&mut self, shape: Shape, to: Variable, parts: &[Variable]) {
        let container = self.program.container(shape, 0);
        self.program.operation(Operation::Container { container, to });
        let caller = self.caller();
        for base in parts {
            self.program.operation(Operation::Extend { base: *base, container, caller });
        }
    }

    pub(super) fn unary(&mut self, node: u32) {
        let base = self.value_of(self.tree.child_with_role(node, Role::Argument));
        let method = match self.operator(node) {
            Category::OperatorSubtract => "__neg__",
            Category::OperatorAdd => "__pos__",
            Category::OperatorInvert => "__invert__",
            _ => return,
        };
        let to = self.value(node);
        self.special_with(base, [method, ""], NOTHING, to);
    }

    pub(super) fn comparison(&mut self, node: u32) {
        let mut left = NOTHING;
        let mut method = None;
        let mut to = NOTHING;
        for part in self.tree.children(node) {
            let category = self.category(part);
            if category.is_operator() {
                method = Some(category);
                continue;
            }
            if category == Category::Comment {
                continue;
            }
            let right = self.values[part as usize];
            if let Some(operator) = method.take() {
                to = if to == NOTHING { self.program.variable() } else { to };
                self.compare(operator, left, right, to);
            }
            left = right;
        }
        self.values[node as usize] = to;
    }

    fn compare(&mut self, operator: Category, left: Variable, right: Variable, to: Variable) {
        match operator {
            Category::OperatorIn | Category::OperatorNotIn => {
                self.special_with(right, ["__contains__", "__iter__"], left, NOTHING);
            }
            Category::OperatorNotEqual => self.special_with(left, ["__ne__", "__eq__"], right, to),
            _ => {
                if let Some(method) = method_of(operator) {
                    self.special_with(left, [method, ""], right, to);
                }
            }
        }
    }
}

/// The special method behind an operator.
fn method_of(operator: Category) -> Option<&'static str> {
    Some(match operator {
        Category::OperatorAdd => "__add__",
        Category::OperatorSubtract => "__sub__",
        Category::OperatorMultiply => "__mul__",
        Category::OperatorDivide => "__truediv__",
        Category::OperatorFloorDivide => "__floordiv__",
        Category::OperatorModulo => "__mod__",
        Category::OperatorPower => "__pow__",
        Category::OperatorMatrixMultiply => "__matmul__",
        Category::OperatorBitAnd => "__and__",
        Category::OperatorBitOr => "__or__",
        Category::OperatorBitXor => "__xor__",
        Category::OperatorShiftLeft => "__lshift__",
        Category::OperatorShiftRight => "__rshift__",
        Category::OperatorEqual => "__eq__",
        Category::OperatorLess => "__lt__",
        Category::OperatorLessEqual => "__le__",
        Category::OperatorGreater => "__gt__",
        Category::OperatorGreaterEqual => "__ge__",
        _ => return None,
    })
}

/// The special method of the right side.
fn reflected_method_of(operator: Category) -> Option<&'static str> {
    Some(match operator {
        Category::OperatorAdd => "__radd__",
        Category::OperatorSubtract => "__rsub__",
        Category::OperatorMultiply => "__rmul__",
        Category::OperatorDivide => "__rtruediv__",
        Category::OperatorFloorDivide => "__rfloordiv__",
        Category::OperatorModulo => "__rmod__",
        Category::OperatorPower => "__rpow__",
        _ => return None,
    })
}

/// The special method that changes an object in place.
pub(super) fn in_place_method_of(operator: Category) -> Option<[&'static str; 2]> {
    let in_place = match operator {
        Category::OperatorAdd => "__iadd__",
        Category::OperatorSubtract => "__isub__",
        Category::OperatorMultiply => "__imul__",
        Category::OperatorDivide => "__itruediv__",
        Category::OperatorFloorDivide => "__ifloordiv__",
        Category::OperatorModulo => "__imod__",
        Category::OperatorPower => "__ipow__",
        Category::OperatorMatrixMultiply => "__imatmul__",
        Category::OperatorBitAnd => "__iand__",
        Category::OperatorBitOr => "__ior__",
        Category::OperatorBitXor => "__ixor__",
        Category::OperatorShiftLeft => "__ilshift__",
        Category::OperatorShiftRight => "__irshift__",
        _ => return None,
    };
    Some([in_place, method_of(operator)?])
}
