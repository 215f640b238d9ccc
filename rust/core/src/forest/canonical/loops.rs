//! What loops become: one form for going through elements, whatever the language writes for it.

use super::reader::{Part, Reader};
use super::reduce::of_role;
use crate::language::{Category, Form, Role};

impl Reader<'_, '_> {
    pub(super) fn for_loop(&mut self, parts: &[Part]) {
        let body: Vec<u32> = of_role(parts, Role::Body).collect();
        let body = self.loop_body(body);
        let body = self.group(Form::Body, body);
        if let (Some(target), Some(source)) = (of_role(parts, Role::Left).next(), of_role(parts, Role::Right).next()) {
            let node = self.each(target, source, body);
            return self.emit(node);
        }
        if let Some(source) = of_role(parts, Role::Right).next() {
            let node = self.arena.node(Form::Each, [source].into_iter().chain(body));
            return self.emit(node);
        }
        let start: Vec<u32> = of_role(parts, Role::Initializer).collect();
        let condition = of_role(parts, Role::Condition).next();
        let update: Vec<u32> = of_role(parts, Role::Update).collect();
        if let ([start], Some(condition), [update]) = (start.as_slice(), condition, update.as_slice())
            && let Some((target, range)) = self.counted(*start, condition, *update)
        {
            let node = self.each(target, range, body);
            return self.emit(node);
        }
        self.emit_all(start);
        let condition = condition.or_else(|| of_role(parts, Role::None).next());
        let node = self.repeated(condition, body, update);
        self.emit(node);
    }

    pub(super) fn while_loop(&mut self, parts: &[Part]) {
        let body = self.loop_body(of_role(parts, Role::Body).collect());
        let body = self.group(Form::Body, body);
        let node = self.repeated(of_role(parts, Role::Condition).next(), body, Vec::new());
        self.emit(node);
    }

    fn repeated(&mut self, condition: Option<u32>, body: Option<u32>, update: Vec<u32>) -> u32 {
        let condition = condition.unwrap_or_else(|| self.arena.leaf(Form::True, 0));
        let mut statements = body.map_or(Vec::new(), |body| self.arena.children(body).to_vec());
        statements.extend(update);
        let body = self.group(Form::Body, statements);
        self.arena.node(Form::While, [condition].into_iter().chain(body))
    }

    pub(super) fn each(&mut self, target: u32, source: u32, body: Option<u32>) -> u32 {
        self.arena.node(Form::Each, [target, source].into_iter().chain(body))
    }

    /// A counter that a loop moves on at its end, and the loop, as a loop over a range.
    pub(super) fn counting(&mut self, start: u32, repeated: u32) -> Option<u32> {
        let (condition, body) = (self.arena.child(repeated, 0)?, self.arena.child(repeated, 1)?);
        let update = *self.arena.children(body).last()?;
        let (target, range) = self.counted(start, condition, update)?;
        let mut rest = self.arena.children(body).to_vec();
        rest.pop();
        let body = self.group(Form::Body, rest);
        Some(self.each(target, range, body))
    }

    /// The variable and range of `v = a; v < b; v += c`.
    fn counted(&mut self, start: u32, condition: u32, update: u32) -> Option<(u32, u32)> {
        if self.arena.form(start) != Form::Assign || self.arena.form(update) != Form::Assign {
            return None;
        }
        let (target, first) = (self.arena.child(start, 0)?, self.arena.child(start, 1)?);
        let step = self.step(target, self.arena.child(update, 0)?, self.arena.child(update, 1)?)?;
        let end = self.end(target, condition)?;
        let range = match step {
            Step::One => self.arena.node(Form::Range, [first, end]),
            Step::Other(step) => self.arena.node(Form::Range, [first, end, step]),
        };
        Some((target, range))
    }

    /// By how much `v = v + c` moves on.
    fn step(&mut self, target: u32, updated: u32, value: u32) -> Option<Step> {
        if !self.arena.same(target, updated) || !self.arena.same(target, self.arena.child(value, 0)?) {
            return None;
        }
        let by = self.arena.child(value, 1)?;
        let one = self.whole_number(1);
        match (self.arena.form(value), self.arena.same(by, one)) {
            (Form::Add, true) => Some(Step::One),
            (Form::Add, false) => Some(Step::Other(by)),
            (Form::Subtract, true) => Some(Step::Other(self.whole_number(-1))),
            (Form::Subtract, false) => Some(Step::Other(self.negative(by))),
            _ => None,
        }
    }

    /// The first value that a counter no longer takes.
    fn end(&mut self, target: u32, condition: u32) -> Option<u32> {
        let (left, right) = (self.arena.child(condition, 0)?, self.arena.child(condition, 1)?);
        let (counts_up, bound) = if self.arena.same(target, left) {
            (true, right)
        } else if self.arena.same(target, right) {
            (false, left)
        } else {
            return None;
        };
        match (self.arena.form(condition), counts_up) {
            (Form::Less, _) | (Form::NotEqual, true) => Some(bound),
            (Form::LessEqual, true) => Some(self.increased(bound)),
            (Form::LessEqual, false) => Some(self.decreased(bound)),
            _ => None,
        }
    }

    /// A comprehension as the loops and conditions that it stands for, around adding its element.
    pub(super) fn comprehension(&mut self, parts: &[Part]) {
        let is_clause = |part: &Part| matches!(part.category, Category::ComprehensionFor | Category::ComprehensionIf);
        let clause_parts =
            parts.iter().filter(|part| part.role == Role::Left || part.role == Role::Right || is_clause(part));
        let clauses: Vec<Part> = clause_parts.copied().collect();
        let Some(element) = of_role(parts, Role::Body).next().or(parts.first().map(|part| part.node)) else { return };
        let mut inner = self.added(element);
        let mut source = None;
        for part in clauses.iter().rev() {
            match part.role {
                Role::Right => source = Some(part.node),
                Role::Left => {
                    let body = self.arena.node(Form::Body, [inner]);
                    let over = source.take().unwrap_or(part.node);
                    inner = self.each(part.node, over, Some(body));
                }
                _ => inner = self.guarded(part.node, inner),
            }
        }
        self.emit(inner);
    }

    /// An element that is added to a result without a name.
    pub(super) fn added(&mut self, element: u32) -> u32 {
        if let (Form::Pair, &[key, value]) = (self.arena.form(element), self.arena.children(element)) {
            return self.arena.node(Form::Assign, [key, value]);
        }
        let result = self.unnamed();
        self.arena.node(Form::Append, [result, element])
    }

    pub(super) fn guarded(&mut self, condition: u32, inner: u32) -> u32 {
        let then = self.arena.node(Form::Then, [inner]);
        self.arena.node(Form::If, [condition, then])
    }
}

/// How deep the addition of an element is looked for in a comprehension.
const DEEPEST_ELEMENT: usize = 16;

impl Reader<'_, '_> {
    /// A loop that adds elements as the one that does something else with each.
    pub(super) fn instead_of_adding(&mut self, each: u32, instead: impl FnOnce(&mut Self, u32) -> u32) -> Option<u32> {
        let mut path = Vec::new();
        let mut node = each;
        for _ in 0..DEEPEST_ELEMENT {
            match self.arena.form(node) {
                Form::Each | Form::Body | Form::If | Form::Then => {
                    path.push(node);
                    node = *self.arena.children(node).last()?;
                }
                _ => break,
            }
        }
        if self.arena.form(node) != Form::Append || path.is_empty() {
            return None;
        }
        let element = self.arena.child(node, 1)?;
        let mut inner = instead(self, element);
        for node in path.into_iter().rev() {
            let mut children = self.arena.children(node).to_vec();
            *children.last_mut()? = inner;
            inner = self.arena.node(self.arena.form(node), children);
        }
        Some(inner)
    }

    /// `total = total + value`, of a total without a name.
    pub(super) fn summed(&mut self, value: u32) -> u32 {
        let total = self.unnamed();
        let sum = self.arena.node(Form::Add, [total, value]);
        self.arena.node(Form::Assign, [total, sum])
    }

    /// A way out with a truth where the condition holds.
    pub(super) fn found(&mut self, condition: u32, truth: Form) -> u32 {
        let truth = self.arena.leaf(truth, 0);
        let result = self.arena.node(Form::Return, [truth]);
        self.guarded(condition, result)
    }
}

enum Step {
    One,
    Other(u32),
}
