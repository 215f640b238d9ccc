//! The models' nonlinear functions, written so that the compiler turns a loop over them into vector instructions.
//!
//! All is plain arithmetic without fused operations: the same bits on every processor.

/// `log2 e`.
const LOG2_E: f32 = std::f32::consts::LOG2_E;
/// `ln 2` in two parts: a multiple of the first is exact.
const LN_2_HIGH: f32 = 0.693_359_4;
const LN_2_LOW: f32 = -2.121_944_4e-4;
/// 1.5 · 2²³: adding it rounds to a whole number, which then stands in the low bits.
const ROUNDER: f32 = 12_582_912.0;
/// Bits of 1.0.
const ONE_BITS: u32 = 0x3f80_0000;
/// Taylor-like coefficients of `(eʳ − 1 − r) / r²` for |r| ≤ ln 2 / 2 (Cephes, `expf`), highest power first.
const EXPONENTIAL: [f32; 6] = [1.987_569_2e-4, 1.398_2e-3, 8.333_452e-3, 4.166_579_6e-2, 1.666_666_5e-1, 0.5];
/// Beyond this the hyperbolic tangent rounds to one.
const TANGENT_LIMIT: f32 = 7.905_311;
/// Rational approximation of the hyperbolic tangent (Eigen): odd numerator, even denominator, highest power first.
const NUMERATOR: [f32; 7] =
    [-2.760_768_5e-16, 2.000_188e-13, -8.604_672e-11, 5.122_297e-8, 1.485_722_4e-5, 6.372_619_3e-4, 4.893_524_6e-3];
const DENOMINATOR: [f32; 4] = [1.198_258_4e-6, 1.185_347_1e-4, 2.268_434_6e-3, 4.893_525_3e-3];

/// Horner's scheme, highest power first.
#[inline(always)]
fn polynomial<const N: usize>(coefficients: [f32; N], x: f32) -> f32 {
    let mut sum = 0.0;
    for coefficient in coefficients {
        sum = sum * x + coefficient;
    }
    sum
}

/// `eˣ`, within 2 units in the last place; saturates instead of reaching zero or infinity.
#[inline(always)]
pub(crate) fn exponential(x: f32) -> f32 {
    let x = x.clamp(-87.0, 88.0);
    let rounded = x * LOG2_E + ROUNDER;
    let whole = rounded - ROUNDER;
    let rest = x - whole * LN_2_HIGH - whole * LN_2_LOW;
    let scale = f32::from_bits((rounded.to_bits() << 23).wrapping_add(ONE_BITS));
    (polynomial(EXPONENTIAL, rest) * rest * rest + rest + 1.0) * scale
}

/// `1 / (1 + e⁻ˣ)`.
#[inline(always)]
pub(crate) fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + exponential(-x))
}

/// The hyperbolic tangent.
#[inline(always)]
pub(crate) fn tangent(x: f32) -> f32 {
    let x = x.clamp(-TANGENT_LIMIT, TANGENT_LIMIT);
    let square = x * x;
    x * polynomial(NUMERATOR, square) / polynomial(DENOMINATOR, square)
}

/// `x · Φ(x)`, with the exact normal distribution.
pub(crate) fn gelu(x: f32) -> f32 {
    0.5 * x * (1.0 + libm::erff(x * std::f32::consts::FRAC_1_SQRT_2))
}

/// Turns logits into probabilities.
pub fn sigmoid_in_place(logits: &mut [f32]) {
    for logit in logits {
        *logit = sigmoid(*logit);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid() -> impl Iterator<Item = f32> {
        (-32_000_i16..32_000).map(|step| f32::from(step) / 400.0)
    }

    #[test]
    fn functions_are_within_a_few_units_in_the_last_place() {
        for x in grid() {
            let exact = f64::from(x);
            for (name, found, expected) in [
                ("exponential", exponential(x), exact.exp()),
                ("sigmoid", sigmoid(x), 1.0 / (1.0 + (-exact).exp())),
                ("tangent", tangent(x), exact.tanh()),
            ] {
                let error = (f64::from(found) - expected).abs();
                assert!(error <= 5e-7 * expected.abs() + 1e-37, "{name}({x}) = {found}, not {expected}");
            }
        }
    }

    #[test]
    fn what_is_not_a_number_stays_none() {
        assert!(sigmoid(f32::NAN).is_nan() && tangent(f32::NAN).is_nan());
    }
}
