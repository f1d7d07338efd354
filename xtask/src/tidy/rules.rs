//! The rules themselves.

use super::use_paths::taken;
use super::{Source, Violation, mask};

/// From the lowest layer to the highest: each may use those before it.
const LAYERS: [&str; 5] = ["domain", "standards", "store", "sync", "ui"];
/// What the endpoint may take from the app's library; its tests may drive a whole phone.
const FOR_ENDPOINT: [&[&str]; 4] = [&["domain"], &["standards"], &["sync", "protocol"], &["sync", "export"]];
/// The domain is pure: time, randomness and the browser are arguments.
const NOT_IN_DOMAIN: [&str; 13] = [
    "leptos",
    "web_sys",
    "js_sys",
    "wasm_bindgen",
    "gloo",
    "idb",
    "std::time",
    "SystemTime",
    "Instant",
    "rand",
    "Utc::now",
    "Local::now",
    "now_v7",
];
const LONGEST: usize = 400;

/// All rules on one file.
pub fn check(source: &Source<'_>) -> Vec<Violation> {
    let mut found = length(source);
    found.extend(machine_paths(source));
    if source.path.ends_with(".rs") {
        found.extend(layer_order(source));
        found.extend(endpoint_reach(source));
        found.extend(pure_domain(source));
        found.extend(unwraps(source));
        found.extend(unfinished(source));
    }
    found.sort_by_key(|violation| violation.line);
    found
}

/// No source file is longer than can be read in one sitting.
pub fn length(source: &Source<'_>) -> Vec<Violation> {
    let lines = source.text.lines().count();
    let counts = [".rs", ".js", ".mjs", ".css"].iter().any(|ending| source.path.ends_with(ending));
    if !counts || lines <= LONGEST {
        return Vec::new();
    }
    vec![Violation { line: lines, message: format!("{lines} lines: split the file, {LONGEST} is the most") }]
}

/// No path of one machine; what differs between machines is found at run time.
pub fn machine_paths(source: &Source<'_>) -> Vec<Violation> {
    // Spelled in two halves so that this file does not break its own rule.
    let roots = [("/ro", "ot/"), ("/ho", "me/"), ("/Use", "rs/"), ("/tm", "p/"), ("/wo", "rk/")];
    let mut found = Vec::new();
    for (number, line) in source.text.lines().enumerate() {
        for (one, other) in roots {
            let root = format!("{one}{other}");
            let starts = line.match_indices(&root).any(|(at, _)| {
                // Inside a longer path, such as a URL or a module's, the word is no root.
                let before = line[..at].chars().next_back();
                !before.is_some_and(|letter| {
                    letter.is_alphanumeric() || matches!(letter, '.' | '_' | '-' | '}' | '/')
                })
            });
            if starts {
                found.push(Violation { line: number + 1, message: format!("a path of one machine, {root}") });
            }
        }
    }
    found
}

/// A layer uses only the layers below it.
pub fn layer_order(source: &Source<'_>) -> Vec<Violation> {
    let Some(own) = layer_of(source.path) else {
        return Vec::new();
    };
    let code = non_test(source);
    let is_above =
        |name: &str| LAYERS.iter().position(|layer| *layer == name).is_some_and(|other| other > own);
    let above = taken(&code, "crate").into_iter().filter(|taken| is_above(&taken.names[0]));
    above
        .map(|taken| Violation {
            line: taken.line,
            message: format!("{} uses {}, a layer above it", LAYERS[own], taken.names[0]),
        })
        .collect()
}

/// The endpoint knows the rules, the standards and the wire, never the phone's storage or screens.
pub fn endpoint_reach(source: &Source<'_>) -> Vec<Violation> {
    if !source.path.starts_with("endpoint/src/") {
        return Vec::new();
    }
    let is_allowed = |names: &[String]| {
        FOR_ENDPOINT.iter().any(|allowed| {
            allowed.len() <= names.len() && allowed.iter().zip(names).all(|(one, other)| one == other)
        })
    };
    let beyond =
        taken(&mask::code(source.text), "rounds").into_iter().filter(|taken| !is_allowed(&taken.names));
    beyond
        .map(|taken| Violation {
            line: taken.line,
            message: format!("the endpoint may not use rounds::{}", taken.names.join("::")),
        })
        .collect()
}

/// The domain knows no clock, no chance and no browser.
pub fn pure_domain(source: &Source<'_>) -> Vec<Violation> {
    if layer_of(source.path) != Some(0) {
        return Vec::new();
    }
    words(&non_test(source), &NOT_IN_DOMAIN, "the domain is pure: make it an argument, not")
}

/// Outside tests a value that must be there is `expect`ed with its reason.
pub fn unwraps(source: &Source<'_>) -> Vec<Violation> {
    words(&non_test(source), &[".unwrap()"], "say with `expect` why this holds, not")
}

/// Nothing half-done is kept.
pub fn unfinished(source: &Source<'_>) -> Vec<Violation> {
    let left = ["todo!", "unimplemented!", "dbg!", "#[ignore"];
    words(&mask::code(source.text), &left, "finish it or take it out:")
}

/// The layer's number, for files in a layer's folder.
fn layer_of(path: &str) -> Option<usize> {
    let inside = path.strip_prefix("src/")?;
    LAYERS.iter().position(|layer| inside.starts_with(&format!("{layer}/")))
}

/// The code that ships: nothing in a file of tests.
fn non_test(source: &Source<'_>) -> String {
    let parts: Vec<&str> = source.path.split('/').collect();
    let is_test = |part: &&str| *part == "tests" || *part == "tests.rs" || part.ends_with("_tests.rs");
    if parts.iter().any(is_test) { String::new() } else { mask::code_without_tests(source.text) }
}

/// Each whole-word find of each word.
fn words(code: &str, forbidden: &[&str], message: &str) -> Vec<Violation> {
    let is_word = |letter: char| letter.is_alphanumeric() || letter == '_';
    let mut found = Vec::new();
    for (number, line) in code.lines().enumerate() {
        for word in forbidden {
            let whole = line.match_indices(word).any(|(at, _)| {
                let before = line[..at].chars().next_back().is_some_and(is_word) && word.starts_with(is_word);
                let after =
                    line[at + word.len()..].chars().next().is_some_and(is_word) && word.ends_with(is_word);
                !before && !after
            });
            if whole {
                found.push(Violation { line: number + 1, message: format!("{message} `{word}`") });
            }
        }
    }
    found
}
