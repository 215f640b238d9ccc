//! Arguments of calls, and the parameters that take them.

use super::super::program::{
    Argument, ArgumentKind, Arguments, Key, NOTHING, Name, Operation, Parameter, ParameterKind, Variable,
};
use super::objects::ObjectId;
use super::{Call, Solver};

impl Solver<'_> {
    /// Arguments that are given by their place.
    pub(super) fn positional(&mut self, values: &[Variable]) -> Arguments {
        let first = self.world.arguments.len() as u32;
        let argument = |value: &Variable| Argument { kind: ArgumentKind::Positional, value: *value, literal: Key::Any };
        self.world.arguments.extend(values.iter().map(argument));
        (first, values.len() as u32)
    }

    pub(super) fn argument(&self, arguments: Arguments, place: u32) -> Argument {
        self.world.arguments[(arguments.0 + place) as usize]
    }

    /// The arguments of a call with one more before them.
    pub(super) fn with_first(&mut self, first: Variable, (from, count): Arguments) -> Arguments {
        let rest = self.world.arguments[from as usize..(from + count) as usize].to_vec();
        let (start, _) = self.positional(&[first]);
        self.world.arguments.extend(rest);
        (start, count + 1)
    }

    /// Lets the parameters of a function hold what a call gives them.
    pub(super) fn pass_arguments(&mut self, function: u32, receiver: Option<ObjectId>, call: Call) {
        let count = self.world.functions[function as usize].parameters.len();
        let mut given = vec![false; count];
        let mut place = 0;
        if let Some(receiver) = receiver {
            self.pass_receiver(function, receiver, call);
            given.iter_mut().take(1).for_each(|first| *first = true);
            place = 1;
        }
        let mut unsure = false;
        for number in 0..call.arguments.1 {
            let argument = self.argument(call.arguments, number);
            match argument.kind {
                ArgumentKind::Positional => {
                    self.pass_by_place(function, place, argument.value, call, &mut given);
                    place += 1;
                }
                ArgumentKind::Keyword(name) => self.pass_by_name(function, name, argument.value, call, &mut given),
                ArgumentKind::Spread => {
                    self.pass_all(function, place, argument.value, call);
                    unsure = true;
                }
                ArgumentKind::SpreadKeywords => {
                    self.pass_named(function, argument.value, call, &given);
                    unsure = true;
                }
            }
        }
        for (place, given) in given.into_iter().enumerate() {
            let parameter = self.parameter(function, place);
            if (!given || unsure) && parameter.default != NOTHING {
                self.pass(parameter, parameter.default, call);
            }
        }
    }

    fn parameter(&self, function: u32, place: usize) -> Parameter {
        self.world.functions[function as usize].parameters[place]
    }

    fn pass_receiver(&mut self, function: u32, receiver: ObjectId, call: Call) {
        let Some(first) = self.world.functions[function as usize].parameters.first().copied() else { return };
        if let ParameterKind::Variadic(container) = first.kind {
            let value = self.holding(receiver);
            return self.put(container, Key::Index(0), value);
        }
        self.add(first.variable, receiver);
        if first.is_returned {
            self.add(call.to, receiver);
        }
    }

    fn pass(&mut self, parameter: Parameter, value: Variable, call: Call) {
        self.copy(value, parameter.variable);
        if parameter.is_returned {
            self.copy(value, call.to);
        }
    }

    /// How many parameters take an argument by its place, and the container for those beyond them.
    fn places(&self, function: u32) -> (usize, Option<u32>) {
        let parameters = &self.world.functions[function as usize].parameters;
        let places = parameters.iter().take_while(|one| one.kind == ParameterKind::Positional).count();
        let rest = parameters.get(places).and_then(|parameter| match parameter.kind {
            ParameterKind::Variadic(container) => Some(container),
            _ => None,
        });
        (places, rest)
    }

    fn pass_by_place(&mut self, function: u32, place: usize, value: Variable, call: Call, given: &mut [bool]) {
        let (places, rest) = self.places(function);
        if place < places {
            given[place] = true;
            self.pass(self.parameter(function, place), value, call);
        } else if let Some(container) = rest {
            self.put(container, Key::Index((place - places) as i32), value);
        }
    }

    fn pass_by_name(&mut self, function: u32, name: Name, value: Variable, call: Call, given: &mut [bool]) {
        let parameters = &self.world.functions[function as usize].parameters;
        let takes = |one: &Parameter| matches!(one.kind, ParameterKind::Positional | ParameterKind::KeywordOnly);
        let place = parameters.iter().position(|one| one.name == name && takes(one));
        let rest = parameters.iter().find_map(|one| match one.kind {
            ParameterKind::Keywords(container) => Some(container),
            _ => None,
        });
        if let Some(place) = place {
            given[place] = true;
            self.pass(self.parameter(function, place), value, call);
        } else if let Some(container) = rest {
            self.put(container, Key::Name(name), value);
        }
    }

    /// `*values` from a place on.
    fn pass_all(&mut self, function: u32, from: usize, base: Variable, call: Call) {
        let (places, rest) = self.places(function);
        for place in from..places {
            let key = Key::Index((place - from) as i32);
            self.pass_item(self.parameter(function, place), base, key, call);
        }
        if rest.is_some() {
            let parameter = self.parameter(function, places);
            if from <= places && places == from {
                self.copy(base, parameter.variable);
            } else if let ParameterKind::Variadic(container) = parameter.kind {
                self.attach(Operation::Extend { base, container, caller: call.caller });
            }
        }
    }

    /// `**values`.
    fn pass_named(&mut self, function: u32, base: Variable, call: Call, given: &[bool]) {
        for (place, given) in given.iter().enumerate() {
            let parameter = self.parameter(function, place);
            match parameter.kind {
                ParameterKind::Keywords(_) => self.copy(base, parameter.variable),
                ParameterKind::Variadic(_) => {}
                _ if *given => {}
                _ => self.pass_item(parameter, base, Key::Name(parameter.name), call),
            }
        }
    }

    fn pass_item(&mut self, parameter: Parameter, base: Variable, key: Key, call: Call) {
        let value = self.variable();
        self.attach(Operation::Item { base, key, to: value, caller: call.caller });
        self.pass(parameter, value, call);
    }
}
