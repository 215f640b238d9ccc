//! Expressions: what they give, and what they call.

use super::super::program::{Argument, ArgumentKind, Key, MOST_ARGUMENTS, NO_NAME, NOTHING, Name, Operation, Variable};
use super::Lowering;
use super::texts::Text;
use crate::graph::scopes::View;
use crate::language::{Category, Role};
use crate::syntax::NONE;

impl Lowering<'_, '_> {
    /// Takes in a node whose parts were visited.
    pub(super) fn leave(&mut self, node: u32) {
        match self.category(node) {
            Category::Identifier => self.identifier(node),
            Category::Member => self.member(node),
            Category::Subscript => self.subscript(node),
            Category::Call => self.call(node),
            Category::Assignment => self.assigned(node),
            Category::AugmentedAssignment => self.augmented(node),
            Category::NamedExpression => self.named(node),
            Category::DecoratedDefinition => self.decorated(node),
            Category::Parenthesized | Category::Interpolation | Category::Other => self.wrapped(node),
            Category::Pattern => self.aliased(node),
            Category::BooleanOperation => self.any_part(node),
            Category::Conditional => self.conditional(node),
            Category::BinaryOperation => self.binary(node),
            Category::UnaryOperation => self.unary(node),
            Category::Comparison => self.comparison(node),
            Category::List | Category::Tuple | Category::Set | Category::ExpressionList => self.sequence(node),
            Category::Dictionary => self.mapping(node),
            Category::Comprehension | Category::Generator => self.comprehended(node),
            Category::ComprehensionFor => self.bind_element(node),
            Category::Spread | Category::KeywordArgument | Category::Slice => {}
            Category::Await => self.awaited(node),
            Category::Yield => self.yielded(node),
            _ => self.leave_statement(node),
        }
    }

    /// The named children of a node, comments apart.
    pub(super) fn parts_of(&self, node: u32) -> Vec<u32> {
        let is_part = |part: &u32| self.tree.is_named(*part) && self.category(*part) != Category::Comment;
        self.tree.children(node).filter(is_part).collect()
    }

    fn identifier(&mut self, node: u32) {
        let number = self.use_of[node as usize];
        if number != NONE {
            let used = &self.collected.uses[number as usize];
            let (name, scope) = (used.name, used.runs_in);
            self.values[node as usize] = self.read(name, scope);
        }
    }

    fn member(&mut self, node: u32) {
        let base = self.value_of(self.tree.child_with_role(node, Role::Object));
        let Some(member) = self.tree.child_with_role(node, Role::Member).filter(|_| base != NOTHING) else { return };
        let attribute = self.name(self.text(member));
        self.load(node, base, attribute);
    }

    pub(super) fn load(&mut self, node: u32, base: Variable, attribute: Name) {
        let (to, caller) = (self.value(node), self.caller());
        self.program.operation(Operation::Load { base, attribute, to, caller });
    }

    fn subscript(&mut self, node: u32) {
        let base = self.value_of(self.tree.child_with_role(node, Role::Value));
        if base == NOTHING {
            return;
        }
        let index = self.tree.child_with_role(node, Role::Index);
        if index.is_some_and(|index| self.category(index) == Category::Slice) {
            return self.sliced(node, base);
        }
        let key = self.key(index);
        let (to, caller) = (self.value(node), self.caller());
        self.program.operation(Operation::Item { base, key, to, caller });
    }

    /// The element that an index stands for.
    pub(super) fn key(&mut self, index: Option<u32>) -> Key {
        let Some(index) = index else { return Key::Any };
        match self.category(index) {
            Category::String if !self.has_interpolation(index) => {
                let text = self.tree.string_content(index, self.source);
                Key::Name(self.name(text))
            }
            Category::Identifier => match self.texts.get(&self.values[index as usize]) {
                Some(Text::Whole(name)) => Key::Name(*name),
                _ => Key::Any,
            },
            Category::Integer => self.text(index).parse().map_or(Key::Any, Key::Index),
            Category::UnaryOperation => {
                let digits = self.text(index).strip_prefix('-').and_then(|digits| digits.parse::<i32>().ok());
                digits.map_or(Key::Any, |digits| Key::Index(-digits))
            }
            _ => Key::Any,
        }
    }

    fn has_interpolation(&self, string: u32) -> bool {
        self.tree.children(string).any(|part| self.category(part) == Category::Interpolation)
    }

    fn call(&mut self, node: u32) {
        let Some(callee) = self.tree.child_with_role(node, Role::Callee) else { return };
        let arguments = self.tree.child_with_role(node, Role::Arguments);
        if self.special_call(node, callee, arguments) {
            return;
        }
        let value = self.values[callee as usize];
        if value == NOTHING {
            return;
        }
        let arguments = self.arguments(arguments);
        let (to, caller) = (self.value(node), self.caller());
        self.program.operation(Operation::Call { callee: value, arguments, to, caller, decorates: false });
    }

    /// Calls that say by a literal what they do: `super()`, `getattr(x, "name")`, `setattr(x, "name", value)`.
    fn special_call(&mut self, node: u32, callee: u32, arguments: Option<u32>) -> bool {
        if self.category(callee) != Category::Identifier || !self.is_of_the_language(callee) {
            return false;
        }
        let given = arguments.map(|list| self.parts_of(list)).unwrap_or_default();
        match (self.text(callee), &given[..]) {
            ("super", []) => self.super_object(node),
            ("getattr", [object, name, ..]) => {
                if !self.load_by_text(node, *object, *name) {
                    return false;
                }
                let default = given.get(2).map_or(NOTHING, |default| self.values[*default as usize]);
                self.either(node, &[self.values[node as usize], default]);
            }
            ("setattr", [object, name, value]) => {
                let Key::Name(attribute) = self.key(Some(*name)) else { return false };
                let (base, from) = (self.values[*object as usize], self.values[*value as usize]);
                let caller = self.caller();
                self.program.operation(Operation::Store { base, attribute, from, caller });
            }
            _ => return false,
        }
        true
    }

    /// Whether a name stands for what the language has under it.
    fn is_of_the_language(&self, identifier: u32) -> bool {
        let number = self.use_of[identifier as usize];
        if number == NONE {
            return false;
        }
        let used = &self.collected.uses[number as usize];
        let found = self.collected.scopes.find(used.scope, used.name, View::Full);
        found.is_none() && self.tree.table().is_builtin(self.text(identifier))
    }

    /// `super()` in a method: the class around it, and its first parameter.
    fn super_object(&mut self, node: u32) {
        let method = self.frames.iter().rev().find_map(|frame| Some((frame.function?, frame.class?)));
        let Some((function, class)) = method else { return };
        let first = self.program.functions[function as usize].parameters.first();
        let receiver = first.map_or(NOTHING, |first| first.variable);
        let to = self.value(node);
        self.program.operation(Operation::Super { receiver, class, to });
    }

    /// Adds the arguments of a call, given its list of them.
    pub(super) fn arguments(&mut self, list: Option<u32>) -> (u32, u32) {
        let first = self.program.arguments.len() as u32;
        let Some(list) = list else { return (first, 0) };
        // `sum(x for x in xs)`: the generator takes the list's place.
        if self.category(list) == Category::Generator {
            let value = self.values[list as usize];
            self.program.arguments.push(Argument { kind: ArgumentKind::Positional, value, literal: Key::Any });
            return (first, 1);
        }
        for part in self.parts_of(list).into_iter().take(MOST_ARGUMENTS) {
            let argument = self.argument(part);
            self.program.arguments.push(argument);
        }
        (first, self.program.arguments.len() as u32 - first)
    }

    fn argument(&mut self, part: u32) -> Argument {
        let inner = || self.parts_of(part).last().copied();
        match self.category(part) {
            Category::KeywordArgument => {
                let name = self.tree.child_with_role(part, Role::Name).map_or("", |name| self.text(name));
                let value = self.value_of(self.tree.child_with_role(part, Role::Value));
                Argument { kind: ArgumentKind::Keyword(self.name(name)), value, literal: Key::Any }
            }
            Category::Spread => {
                let doubled = self.text(part).starts_with("**");
                let kind = if doubled { ArgumentKind::SpreadKeywords } else { ArgumentKind::Spread };
                Argument { kind, value: self.value_of(inner()), literal: Key::Any }
            }
            _ => {
                let literal = self.key(Some(part));
                Argument { kind: ArgumentKind::Positional, value: self.values[part as usize], literal }
            }
        }
    }

    /// The value of the one part that matters.
    fn wrapped(&mut self, node: u32) {
        let inner = self.parts_of(node).first().copied();
        self.values[node as usize] = self.value_of(inner);
        if self.category(node) == Category::Interpolation {
            self.special(self.values[node as usize], ["__format__", "__str__"]);
        }
    }

    /// `value as name`; what a `with` binds is bound when its object is entered.
    fn aliased(&mut self, node: u32) {
        self.wrapped(node);
        if self.category(self.tree.parent(node)) == Category::Catch {
            self.catch(node);
        }
    }

    fn any_part(&mut self, node: u32) {
        let parts: Vec<Variable> = self.parts_of(node).into_iter().map(|part| self.values[part as usize]).collect();
        self.either(node, &parts);
    }

    /// `a if condition else b`.
    fn conditional(&mut self, node: u32) {
        if let [yes, _, no] = self.parts_of(node)[..] {
            self.either(node, &[self.values[yes as usize], self.values[no as usize]]);
        }
    }

    /// Calls the first of two special methods that the object has, for its effect.
    fn special(&mut self, base: Variable, names: [&'static str; 2]) {
        self.special_with(base, names, NOTHING, NOTHING);
    }

    pub(super) fn special_with(&mut self, base: Variable, names: [&'static str; 2], argument: Variable, to: Variable) {
        if base == NOTHING {
            return;
        }
        let caller = self.caller();
        let names = names.map(|name| if name.is_empty() { NO_NAME } else { self.name(name) });
        self.program.operation(Operation::Method { base, names, argument, to, caller });
    }

    fn awaited(&mut self, node: u32) {
        let base = self.value_of(self.parts_of(node).first().copied());
        if base != NOTHING {
            let to = self.value(node);
            self.program.operation(Operation::Await { base, to });
        }
    }

    fn yielded(&mut self, node: u32) {
        let Some(function) = self.frame().function else { return };
        let (yields, sent) = {
            let function = &mut self.program.functions[function as usize];
            function.is_generator = true;
            (function.yields, function.sent)
        };
        let from = self.value_of(self.parts_of(node).first().copied());
        let delegates = self.tree.children(node).any(|part| !self.tree.is_named(part) && self.text(part) == "from");
        if delegates {
            let (to, caller) = (self.value(node), self.caller());
            return self.program.operation(Operation::Delegate { base: from, yields, to, caller });
        }
        self.program.operation(Operation::Copy { from, to: yields });
        self.values[node as usize] = sent;
    }
}
