//! Functions, lambdas, classes, and what decorates them.

use super::super::program::{
    Argument, ArgumentKind, Class, Function, Key, NOTHING, Operation, Parameter, ParameterKind, Receiver, Shape,
    Variable,
};
use super::{Frame, Lowering, Step};
use crate::language::{Category, Role};
use crate::syntax::NONE;

/// Parameters after this many are not followed.
const MOST_PARAMETERS: usize = 128;

impl Lowering<'_, '_> {
    /// Defaults and annotations are evaluated where the function is defined, its body apart.
    pub(super) fn function(&mut self, node: u32) {
        let parameters = self.tree.child_with_role(node, Role::Parameters);
        let mut before = Vec::new();
        for parameter in parameters.map(|list| self.parts_of(list)).unwrap_or_default() {
            let given = [Role::Value, Role::Type].map(|role| self.tree.child_with_role(parameter, role));
            let default = given[0].filter(|_| self.category(parameter) == Category::DefaultParameter);
            let annotation = given[1].and_then(|annotation| self.parts_of(annotation).first().copied());
            before.extend(default.into_iter().chain(annotation).map(Step::Visit));
        }
        let body = self.tree.child_with_role(node, Role::Body).map(Step::Visit);
        let inside = [Step::EnterFunction(node)].into_iter().chain(body).chain([Step::LeaveFunction(node)]);
        self.then(before.into_iter().chain(inside).collect::<Vec<_>>().into_iter());
    }

    pub(super) fn enter_function(&mut self, node: u32) {
        let graph_node = self.nodes.get(&node).copied().unwrap_or(self.caller());
        let scope = self.collected.scope_of[graph_node as usize];
        let receiver = self.receiver(node);
        let function = self.program.functions.len() as u32;
        let [returns, yields, sent] = [(); 3].map(|()| self.program.variable());
        let is_asynchronous = self.is_marked_asynchronous(node);
        let around = self.frame().scope;
        let promised = self.tree.child_with_role(node, Role::ReturnType);
        let returned_class = promised.map_or(NOTHING, |promised| self.annotation(promised, around));
        self.program.functions.push(Function {
            node: graph_node,
            parameters: Vec::new(),
            returns,
            returned_class,
            yields,
            sent,
            is_generator: false,
            is_asynchronous,
            receiver,
        });
        let class = self.frame().class;
        let mark = self.environment.enter();
        let scope = if scope == NONE { self.frame().scope } else { scope };
        self.frames.push(Frame { owner: graph_node, scope, function: Some(function), class, mark });
        self.parameters(node, function);
    }

    fn is_marked_asynchronous(&self, node: u32) -> bool {
        let word = self.tree.table().names().asynchronous;
        self.tree.children(node).next().is_some_and(|first| !self.tree.is_named(first) && self.text(first) == word)
    }

    /// What a method gets as its first argument: its object, or its class, by its decorators.
    fn receiver(&self, node: u32) -> Receiver {
        let Some(class) = self.frame().class.filter(|_| self.frame().function.is_none()) else { return Receiver::None };
        if self.category(node) == Category::Lambda {
            return Receiver::None;
        }
        let parent = self.tree.parent(node);
        if self.category(parent) != Category::DecoratedDefinition {
            return Receiver::Instance(class);
        }
        let decorators = self.tree.children(parent).filter(|part| self.category(*part) == Category::Decorator);
        let mut names = decorators.filter_map(|decorator| self.parts_of(decorator).first().copied());
        let kind = names.find_map(|name| match self.text(name) {
            "staticmethod" => Some(Receiver::None),
            "classmethod" => Some(Receiver::Class(class)),
            _ => None,
        });
        kind.unwrap_or(Receiver::Instance(class))
    }

    fn parameters(&mut self, node: u32, function: u32) {
        let Some(list) = self.tree.child_with_role(node, Role::Parameters) else { return };
        let mut keyword_only = false;
        for part in self.parts_of(list).into_iter().take(MOST_PARAMETERS) {
            if self.category(part) == Category::ParameterSeparator {
                keyword_only |= self.text(part) == "*";
                continue;
            }
            let Some(name) = self.parameter_name(part) else { continue };
            let kind = self.parameter_kind(part, keyword_only);
            keyword_only |= matches!(kind, ParameterKind::Variadic(_));
            self.parameter(function, part, name, kind);
        }
    }

    /// The node that names a parameter.
    fn parameter_name(&self, part: u32) -> Option<u32> {
        match self.category(part) {
            Category::Identifier => Some(part),
            Category::DefaultParameter => self.tree.child_with_role(part, Role::Name),
            Category::Parameter | Category::VariadicParameter => {
                let inner = *self.parts_of(part).first()?;
                let starred = self.category(inner) == Category::VariadicParameter;
                if starred { self.parts_of(inner).first().copied() } else { Some(inner) }
            }
            _ => None,
        }
    }

    fn parameter_kind(&mut self, part: u32, keyword_only: bool) -> ParameterKind {
        let text = self.text(part);
        match (text.starts_with("**"), text.starts_with('*'), keyword_only) {
            (true, ..) => ParameterKind::Keywords(self.program.container(Shape::Mapping, 0)),
            (_, true, _) => ParameterKind::Variadic(self.program.container(Shape::Sequence, 0)),
            (.., true) => ParameterKind::KeywordOnly,
            _ => ParameterKind::Positional,
        }
    }

    fn parameter(&mut self, function: u32, part: u32, name: u32, kind: ParameterKind) {
        let variable = self.program.variable();
        let default = self.value_of(self.tree.child_with_role(part, Role::Value));
        let annotation = self.tree.child_with_role(part, Role::Type);
        let around = self.frames.iter().rev().nth(1).map_or(0, |frame| frame.scope);
        let annotation = annotation.map_or(NOTHING, |annotation| self.annotation(annotation, around));
        let text = self.text(name);
        let parameter = Parameter { name: self.name(text), kind, variable, default, annotation, is_returned: false };
        if let ParameterKind::Variadic(container) | ParameterKind::Keywords(container) = kind {
            self.program.operation(Operation::Container { container, to: variable });
        }
        let parameters = &mut self.program.functions[function as usize].parameters;
        parameters.push(parameter);
        let place = parameters.len() as u32 - 1;
        self.parameters.insert(variable, (function, place));
        self.bind(name, variable);
    }

    /// Takes in what a function returns. A parameter that is returned as it is comes back to who passed it alone.
    pub(super) fn returned(&mut self, value: Variable) {
        let Some(function) = self.frame().function else { return };
        if let Some((_, place)) = self.parameters.get(&value).filter(|(owner, _)| *owner == function) {
            let parameter = &mut self.program.functions[function as usize].parameters[*place as usize];
            if matches!(parameter.kind, ParameterKind::Positional | ParameterKind::KeywordOnly) {
                parameter.is_returned = true;
                return;
            }
        }
        let to = self.program.functions[function as usize].returns;
        self.program.operation(Operation::Copy { from: value, to });
    }

    pub(super) fn leave_function(&mut self, node: u32) {
        if self.category(node) == Category::Lambda {
            let body = self.value_of(self.tree.child_with_role(node, Role::Body));
            self.returned(body);
        }
        let Some(frame) = self.frames.pop() else { return };
        self.environment.leave(frame.mark);
        let to = self.value(node);
        if let Some(function) = frame.function {
            self.program.operation(Operation::Function { function, to });
        }
        self.defined(node, to);
    }

    /// Binds the name of a definition, unless decorators are to be applied first.
    fn defined(&mut self, node: u32, value: Variable) {
        if self.category(self.tree.parent(node)) != Category::DecoratedDefinition {
            self.bind(node, value);
        }
    }

    pub(super) fn class(&mut self, node: u32) {
        let bases =
            self.tree.child_with_role(node, Role::Superclasses).map(|list| self.parts_of(list)).unwrap_or_default();
        let body = self.tree.child_with_role(node, Role::Body).map(Step::Visit);
        let inside = [Step::EnterClass(node)].into_iter().chain(body).chain([Step::LeaveClass(node)]);
        self.then(bases.into_iter().map(Step::Visit).chain(inside).collect::<Vec<_>>().into_iter());
    }

    pub(super) fn enter_class(&mut self, node: u32) {
        let graph_node = self.nodes.get(&node).copied().unwrap_or(self.caller());
        let list = self.tree.child_with_role(node, Role::Superclasses);
        let (first, count) = self.arguments(list);
        let arguments = self.program.arguments[first as usize..(first + count) as usize].to_vec();
        self.program.arguments.truncate(first as usize);
        let metaclass_name = self.name("metaclass");
        let of_kind = |kind: ArgumentKind| arguments.iter().filter(move |one| one.kind == kind).map(|one| one.value);
        let class = self.program.classes.len() as u32;
        self.program.classes.push(Class {
            node: graph_node,
            definer: self.frames.last().map_or(1, |frame| frame.owner),
            bases: of_kind(ArgumentKind::Positional).collect(),
            metaclass: of_kind(ArgumentKind::Keyword(metaclass_name)).next().unwrap_or(NOTHING),
            fields: Vec::new(),
            members: Vec::new(),
        });
        let scope = self.collected.scope_of[graph_node as usize];
        let mark = self.environment.enter();
        self.frames.push(Frame { owner: graph_node, scope, function: None, class: Some(class), mark });
    }

    /// Takes in an annotated name of a class body.
    pub(super) fn note_field(&mut self, assignment: u32) {
        let frame = self.frame();
        let Some(class) = frame.class.filter(|_| frame.function.is_none()) else { return };
        let parts = [Role::Left, Role::Type].map(|role| self.tree.child_with_role(assignment, role));
        let [Some(target), Some(annotation)] = parts else { return };
        if self.category(target) == Category::Identifier && !self.text(annotation).contains("ClassVar") {
            let name = self.name(self.text(target));
            let classes = self.annotation(annotation, self.frame().scope);
            self.program.classes[class as usize].fields.push((name, classes));
        }
    }

    pub(super) fn leave_class(&mut self, node: u32) {
        let members = self.held_at_the_end(self.frame().scope);
        let Some(frame) = self.frames.pop() else { return };
        self.environment.leave(frame.mark);
        let to = self.value(node);
        if let Some(class) = frame.class {
            self.program.classes[class as usize].members = members;
            self.program.operation(Operation::Class { class, to });
        }
        self.defined(node, to);
    }

    /// Applies decorators, the one next to the definition first, and binds its name to what the last one gives.
    pub(super) fn decorated(&mut self, node: u32) {
        let parts = self.parts_of(node);
        let Some(definition) = parts.last().copied() else { return };
        let mut value = self.values[definition as usize];
        for decorator in parts.into_iter().rev().skip(1) {
            let callee = self.value_of(self.parts_of(decorator).first().copied());
            if callee == NOTHING || self.category(decorator) != Category::Decorator {
                continue;
            }
            let arguments = (self.program.arguments.len() as u32, 1);
            self.program.arguments.push(Argument { kind: ArgumentKind::Positional, value, literal: Key::Any });
            let (to, caller) = (self.program.variable(), self.caller());
            self.program.operation(Operation::Call { callee, arguments, to, caller, decorates: true });
            value = to;
        }
        self.values[node as usize] = value;
        self.bind(definition, value);
    }
}
