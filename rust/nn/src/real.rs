//! The two widths of floating-point numbers that training computes in.

use std::fmt::Debug;
use std::ops::{Add, AddAssign, Div, Mul, Sub};

use crate::activation::{sigmoid, tangent};

/// `f32`, in which models are trained, or `f64`, in which gradients are checked. Sealed: the matrix product knows only
/// these.
pub trait Real:
    sealed::Sealed
    + Copy
    + Debug
    + Default
    + PartialEq
    + Send
    + Sync
    + Add<Output = Self>
    + AddAssign
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + 'static
{
    /// 0.
    const ZERO: Self;
    /// 1.
    const ONE: Self;

    /// The nearest number to a count.
    fn from_count(count: u64) -> Self;

    /// `1 / (1 + e⁻ˣ)`.
    #[must_use]
    fn sigmoid(self) -> Self;

    /// The hyperbolic tangent.
    #[must_use]
    fn tangent(self) -> Self;
}

impl Real for f32 {
    const ZERO: Self = 0.0;
    const ONE: Self = 1.0;

    #[inline(always)]
    fn from_count(count: u64) -> Self {
        count as Self
    }

    #[inline(always)]
    fn sigmoid(self) -> Self {
        sigmoid(self)
    }

    #[inline(always)]
    fn tangent(self) -> Self {
        tangent(self)
    }
}

impl Real for f64 {
    const ZERO: Self = 0.0;
    const ONE: Self = 1.0;

    #[inline(always)]
    fn from_count(count: u64) -> Self {
        count as Self
    }

    #[inline(always)]
    fn sigmoid(self) -> Self {
        1.0 / (1.0 + libm::exp(-self))
    }

    #[inline(always)]
    fn tangent(self) -> Self {
        libm::tanh(self)
    }
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for f32 {}
    impl Sealed for f64 {}
}
