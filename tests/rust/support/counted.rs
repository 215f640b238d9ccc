//! Counts the bytes that Rust and the parser's C code hold.

#![allow(
    unsafe_code,
    clippy::cast_ptr_alignment,
    clippy::expect_used,
    reason = "an allocator is unsafe by its contract; every block is aligned for its header; this is of tests"
)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::ffi::c_void;
use std::ptr;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The system's allocator, with a count of what is held and of the most that was.
pub(crate) struct Counted;

static HELD: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);
static DRAWN: AtomicUsize = AtomicUsize::new(0);

/// What a run took of memory, in bytes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cost {
    /// The most that was held at once.
    pub(crate) most: usize,
    /// All that was allocated, whether or not it was given back: a measure of the work that no clock changes.
    pub(crate) drawn: usize,
}

/// Notes that `size` bytes more are held; gives how many are held now.
fn take(size: usize) -> usize {
    DRAWN.fetch_add(size, Ordering::Relaxed);
    HELD.fetch_add(size, Ordering::Relaxed) + size
}

// SAFETY: every call goes to the system's allocator as it came; counting touches no memory of it.
unsafe impl GlobalAlloc for Counted {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        MOST.fetch_max(take(layout.size()), Ordering::Relaxed);
        // SAFETY: the caller keeps to the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        HELD.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller keeps to the contract of `dealloc`.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let held = take(size);
        HELD.fetch_sub(layout.size(), Ordering::Relaxed);
        MOST.fetch_max(held - layout.size(), Ordering::Relaxed);
        // SAFETY: the caller keeps to the contract of `realloc`.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

/// What `run` took beyond what was held before it. For one thread at a time.
pub(crate) fn cost<Output>(run: impl FnOnce() -> Output) -> (Output, Cost) {
    let (held, drawn) = (HELD.load(Ordering::Relaxed), DRAWN.load(Ordering::Relaxed));
    MOST.store(held, Ordering::Relaxed);
    let output = run();
    let cost = Cost { most: MOST.load(Ordering::Relaxed) - held, drawn: DRAWN.load(Ordering::Relaxed) - drawn };
    (output, cost)
}

/// Has tree-sitter take its memory from Rust's allocator. To be called before anything is parsed.
pub(crate) fn count_the_parser() {
    // SAFETY: the four functions are one family, align as `malloc` does, never return null, and no parser exists yet.
    unsafe {
        tree_sitter::set_allocator(Some(tree_sitter::Allocator {
            malloc: allocate,
            calloc: allocate_zeroed,
            realloc: reallocate,
            free: release,
        }));
    }
}

/// Before each block stands its size; both are aligned as by `malloc`.
const HEADER: usize = 16;

fn layout(size: usize) -> Layout {
    Layout::from_size_align(size + HEADER, HEADER).expect("a size that an address can reach")
}

unsafe extern "C" fn allocate(size: usize) -> *mut c_void {
    let layout = layout(size);
    // SAFETY: the layout is not empty; the block has room for the header, and the address behind it lies inside.
    unsafe {
        let block = std::alloc::alloc(layout);
        if block.is_null() {
            std::alloc::handle_alloc_error(layout);
        }
        block.cast::<usize>().write(size);
        block.add(HEADER).cast()
    }
}

unsafe extern "C" fn allocate_zeroed(count: usize, size: usize) -> *mut c_void {
    // SAFETY: the block has `count * size` bytes.
    unsafe {
        let block = allocate(count * size);
        ptr::write_bytes(block.cast::<u8>(), 0, count * size);
        block
    }
}

unsafe extern "C" fn reallocate(old: *mut c_void, size: usize) -> *mut c_void {
    // SAFETY: `old` is null or came from `allocate`: it begins a header further on, and its size stands there.
    unsafe {
        if old.is_null() {
            return allocate(size);
        }
        let block = std::alloc::realloc(old.cast::<u8>().sub(HEADER), layout(size_of_block(old)), size + HEADER);
        if block.is_null() {
            std::alloc::handle_alloc_error(layout(size));
        }
        block.cast::<usize>().write(size);
        block.add(HEADER).cast()
    }
}

unsafe extern "C" fn release(block: *mut c_void) {
    if block.is_null() {
        return;
    }
    // SAFETY: the block came from `allocate`, with this layout.
    unsafe { std::alloc::dealloc(block.cast::<u8>().sub(HEADER), layout(size_of_block(block))) }
}

unsafe fn size_of_block(block: *mut c_void) -> usize {
    // SAFETY: the block came from `allocate`, which wrote its size there.
    unsafe { block.cast::<u8>().sub(HEADER).cast::<usize>().read() }
}
