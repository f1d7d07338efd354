//! The paths that Rust code takes from a crate: `crate::store::row`, groups and all.

/// A path's first two names after the crate's, and the line it starts on.
#[derive(PartialEq, Eq, Debug)]
pub struct Taken {
    /// Counted from 1.
    pub line: usize,
    /// One name or two, such as `["sync", "protocol"]`.
    pub names: Vec<String>,
}

/// Every path below `krate` in masked code, with braces opened.
pub fn taken(code: &str, krate: &str) -> Vec<Taken> {
    let start = format!("{krate}::");
    let mut found = Vec::new();
    for (at, _) in code.match_indices(&start) {
        let before = code[..at].chars().next_back();
        if before.is_some_and(|letter| letter.is_alphanumeric() || matches!(letter, '_' | ':')) {
            continue;
        }
        let line = code[..at].matches('\n').count() + 1;
        for names in open(&code[at + start.len()..], 2) {
            found.push(Taken { line, names });
        }
    }
    found
}

/// Opens a tree of names to `depth`.
fn open(tree: &str, depth: usize) -> Vec<Vec<String>> {
    let tree = tree.trim_start();
    if let Some(inside) = tree.strip_prefix('{') {
        return branches(inside).into_iter().flat_map(|branch| open(branch, depth)).collect();
    }
    let length = tree.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(tree.len());
    let (name, rest) = tree.split_at(length);
    if name.is_empty() {
        return Vec::new();
    }
    let below = match rest.strip_prefix("::") {
        Some(rest) if depth > 1 => open(rest, depth - 1),
        _ => Vec::new(),
    };
    if below.is_empty() {
        return vec![vec![name.to_owned()]];
    }
    below.into_iter().map(|names| [vec![name.to_owned()], names].concat()).collect()
}

/// The parts of a group between its commas, up to the closing brace.
fn branches(inside: &str) -> Vec<&str> {
    let (mut depth, mut from, mut found) = (0_usize, 0, Vec::new());
    for (at, letter) in inside.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' if depth == 0 => {
                found.push(&inside[from..at]);
                return found;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                found.push(&inside[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    found
}
