//! Plays a corpus and thousands of its mutations through a target, without a fuzzer: so that every
//! ordinary test run, on the stable compiler, meets what was once found.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use super::Target;

/// What JSON, HTTP and our own formats are made of; a mutation puts such words in.
const WORDS: [&str; 22] = [
    "null",
    "true",
    "-1",
    "0",
    "1e400",
    "18446744073709551615",
    "9007199254740993",
    "\"\"",
    "[]",
    "{}",
    "\\u0000",
    "\\ud800",
    "\u{0}",
    "\u{feff}",
    "\n---\n",
    "\t",
    ",",
    ":",
    "[[[[[[[[",
    "{\"a\":",
    "200",
    "429",
];

/// Plays the corpus of `name`, then `mutations` made from it, the same ones for the same `seed`.
pub fn play(name: &str, target: Target, mutations: u32, seed: u64) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().find_map(|up| {
        let folder = up.join("fuzz").join("corpus").join(name);
        folder.is_dir().then_some(folder)
    });
    let folder = folder.unwrap_or_else(|| panic!("there is no corpus called {name}"));
    let mut files: Vec<_> =
        fs::read_dir(folder).expect("a folder").flatten().map(|file| file.path()).collect();
    files.sort();
    let corpus: Vec<Vec<u8>> = files.iter().map(|file| fs::read(file).expect("a file")).collect();
    assert!(!corpus.is_empty(), "the corpus of {name} is empty");
    for (file, bytes) in files.iter().zip(&corpus) {
        attempt(target, bytes, &file.display().to_string());
    }
    let mut chance = seed;
    for nth in 0..mutations {
        let bytes = mutated(&corpus, &mut chance);
        attempt(target, &bytes, &format!("mutation {nth} of {name} with seed {seed}"));
    }
    println!("{name}: {} of the corpus, {mutations} mutations, seed {seed}", corpus.len());
}

fn attempt(target: Target, bytes: &[u8], what: &str) {
    if catch_unwind(AssertUnwindSafe(|| target(bytes))).is_err() {
        panic!("{what} breaks it:\n{}", String::from_utf8_lossy(bytes));
    }
}

fn mutated(corpus: &[Vec<u8>], chance: &mut u64) -> Vec<u8> {
    let mut bytes = corpus[below(chance, corpus.len())].clone();
    for _ in 0..=below(chance, 4) {
        let at = below(chance, bytes.len() + 1);
        let to = (at + below(chance, 40)).min(bytes.len());
        match below(chance, 7) {
            0 if at < bytes.len() => bytes[at] ^= 1 << below(chance, 8),
            1 => drop(bytes.drain(at..to)),
            2 => bytes.truncate(at),
            3 => {
                let piece = bytes[at..to].to_vec();
                bytes.splice(at..at, piece);
            }
            4 => {
                let other = &corpus[below(chance, corpus.len())];
                let from = below(chance, other.len() + 1);
                let end = (from + below(chance, 200)).min(other.len());
                bytes.splice(at..to, other[from..end].iter().copied());
            }
            _ => {
                let word = WORDS[below(chance, WORDS.len())];
                bytes.splice(at..to, word.bytes());
            }
        }
    }
    bytes
}

/// SplitMix64.
fn below(chance: &mut u64, end: usize) -> usize {
    *chance = chance.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mixed = (*chance ^ (*chance >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    usize::try_from((mixed ^ (mixed >> 31)) % end.max(1) as u64).unwrap_or_default()
}
