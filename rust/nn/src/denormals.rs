//! Denormal numbers count as zero while a pass runs: arithmetic on them takes a hundred times as long.

/// Flushes denormal numbers to zero on this thread until it is dropped.
///
/// Elsewhere than on x86-64 and 64-bit ARM it does nothing.
#[derive(Debug)]
pub(crate) struct Flushed {
    before: u64,
}

impl Flushed {
    pub(crate) fn new() -> Self {
        let before = mode::read();
        mode::write(before | mode::FLUSH);
        Self { before }
    }
}

impl Drop for Flushed {
    fn drop(&mut self) {
        mode::write(self.before);
    }
}

#[cfg(target_arch = "x86_64")]
#[expect(unsafe_code, reason = "the mode is a register that only assembly reaches")]
mod mode {
    use std::arch::asm;

    /// Flush results to zero (bit 15) and take operands for zero (bit 6).
    pub(super) const FLUSH: u64 = 1 << 15 | 1 << 6;

    pub(super) fn read() -> u64 {
        let mut register = 0_u32;
        // SAFETY: stores the control register of vector arithmetic into a local of its size.
        unsafe { asm!("stmxcsr [{}]", in(reg) &raw mut register, options(nostack, preserves_flags)) };
        register.into()
    }

    pub(super) fn write(register: u64) {
        let register = register as u32;
        // SAFETY: loads what `read` gave, with no bits but the two above changed: rounding and exceptions stay.
        unsafe { asm!("ldmxcsr [{}]", in(reg) &raw const register, options(nostack, preserves_flags)) };
    }
}

#[cfg(target_arch = "aarch64")]
#[expect(unsafe_code, reason = "the mode is a register that only assembly reaches")]
mod mode {
    use std::arch::asm;

    /// Flush operands and results to zero (bit 24).
    pub(super) const FLUSH: u64 = 1 << 24;

    pub(super) fn read() -> u64 {
        let register: u64;
        // SAFETY: reads the control register of floating-point arithmetic.
        unsafe { asm!("mrs {}, fpcr", out(reg) register, options(nomem, nostack, preserves_flags)) };
        register
    }

    pub(super) fn write(register: u64) {
        // SAFETY: writes what `read` gave, with no bit but the one above changed: rounding and exceptions stay.
        unsafe { asm!("msr fpcr, {}", in(reg) register, options(nostack, preserves_flags)) };
    }
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
mod mode {
    pub(super) const FLUSH: u64 = 0;

    pub(super) fn read() -> u64 {
        0
    }

    pub(super) fn write(_register: u64) {}
}

#[cfg(test)]
mod tests {
    use std::hint::black_box;

    use super::*;

    fn half_of_the_least_normal() -> f32 {
        black_box(f32::MIN_POSITIVE) * black_box(0.5)
    }

    #[test]
    fn denormal_numbers_are_zero_within_and_there_again_afterwards() {
        {
            let _flushed = Flushed::new();
            assert_eq!(half_of_the_least_normal() > 0.0, mode::FLUSH == 0);
        }
        assert!(half_of_the_least_normal() > 0.0);
    }
}
