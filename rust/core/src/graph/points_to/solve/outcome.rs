//! What a run has found.

use rustc_hash::FxHashMap;

use super::super::program::{Name, Operation};
use super::{ASSUMED, Resolution, SURE, Solver};
use crate::syntax::NONE;

impl Solver<'_> {
    pub(super) fn finish(self) -> Resolution {
        let mut candidates: FxHashMap<u32, u32> = FxHashMap::default();
        for (site, ..) in &self.targets {
            *candidates.entry(*site).or_default() += 1;
        }
        let sure = |round: u8| if round == 0 { SURE } else { ASSUMED };
        let calls = self.targets.iter().map(|(site, caller, node, round)| {
            let candidates = candidates.get(site).copied().unwrap_or(1);
            (*caller, *node, sure(*round) / candidates as f32)
        });
        let mut external: Vec<(u32, Name)> = self.externals.iter().copied().collect();
        external.sort_unstable();
        let external = external.into_iter().map(|(caller, path)| (caller, self.world.names.text(path).to_owned()));
        Resolution { calls: calls.collect(), external: external.collect(), unknown: self.unknown_methods() }
    }

    /// Methods called on what holds nothing.
    fn unknown_methods(&self) -> Vec<(u32, String)> {
        let mut loads = vec![NONE; self.variables.len()];
        for (number, operation) in self.operations.iter().enumerate() {
            if let Operation::Load { to, .. } = operation {
                loads[*to as usize] = number as u32;
            }
        }
        let mut unknown: Vec<(u32, Name)> = Vec::new();
        for operation in &self.operations {
            let Operation::Call { callee, caller, .. } = operation else { continue };
            let load = loads[*callee as usize];
            if load == NONE || !self.held(*callee).is_empty() {
                continue;
            }
            if let Operation::Load { base, attribute, .. } = self.operations[load as usize]
                && self.held(base).is_empty()
            {
                unknown.push((*caller, attribute));
            }
        }
        unknown.sort_unstable();
        unknown.dedup();
        unknown.into_iter().map(|(caller, name)| (caller, self.world.names.text(name).to_owned())).collect()
    }
}
