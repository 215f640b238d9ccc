//! Names the code that reads source files, so that what an earlier build read of a file is never taken for its own.

#![allow(clippy::disallowed_methods, reason = "this runs before there is an engine, on the sources it is built from")]

use std::io;
use std::path::{Path, PathBuf};

/// What decides how a file is read: core with its grammars' tables, and the part of the engine that calls it. Where the
/// engine is built without core beside it, both come as one release, which the version names.
const READERS: [&str; 2] = ["src/index", "../core/src"];

fn main() -> io::Result<()> {
    let mut hash = 0xcbf2_9ce4_8422_2325;
    for folder in READERS.map(Path::new).into_iter().filter(|folder| folder.is_dir()) {
        println!("cargo::rerun-if-changed={}", folder.display());
        for path in files(folder)? {
            hash = std::fs::read(path)?.into_iter().fold(hash, fowler_noll_vo);
        }
    }
    println!("cargo::rustc-env=SAPWOOD_READER={hash:016x}");
    Ok(())
}

/// The files below a folder, sorted by path.
fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let (mut found, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    Ok(found)
}

/// One step of FNV-1a with 64 bits.
fn fowler_noll_vo(hash: u64, byte: u8) -> u64 {
    (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
}
