//! Fastest of many matrix products on one thread, as JSON: what the shares of the training bench refer to.

#![allow(clippy::print_stdout, reason = "an example's figures are its output")]

use std::time::Instant;

const ROWS: usize = 512;
const INNER: usize = 256;
const COLUMNS: usize = 768;
const ROUNDS: usize = 300;

fn main() {
    let (left, right) = (vec![0.5_f32; ROWS * INNER], vec![0.5_f32; INNER * COLUMNS]);
    let mut target = vec![0.0_f32; ROWS * COLUMNS];
    let mut fastest = f64::INFINITY;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        multiply(&left, &right, &mut target);
        fastest = fastest.min(start.elapsed().as_secs_f64());
    }
    let operations = 2.0 * (ROWS * INNER * COLUMNS) as f64;
    println!("{{\"gflops\": {:.1}}}", operations / fastest / 1e9);
}

#[expect(unsafe_code, reason = "the product takes raw pointers")]
fn multiply(left: &[f32], right: &[f32], target: &mut [f32]) {
    // SAFETY: the slices are row-major matrices of ROWS × INNER, INNER × COLUMNS and ROWS × COLUMNS.
    unsafe {
        gemm::gemm(
            ROWS,
            COLUMNS,
            INNER,
            target.as_mut_ptr(),
            1,
            COLUMNS as isize,
            false,
            left.as_ptr(),
            1,
            INNER as isize,
            right.as_ptr(),
            1,
            COLUMNS as isize,
            0.0,
            1.0,
            false,
            false,
            false,
            gemm::Parallelism::None,
        );
    }
}
