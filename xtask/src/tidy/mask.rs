//! Rust text with what is not code blanked out. Lines and columns stay where they are.

/// Blanks comments and the insides of strings.
pub fn code(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = bytes.to_vec();
    let mut at = 0;
    while at < bytes.len() {
        let end = match bytes[at] {
            b'/' if bytes.get(at + 1) == Some(&b'/') => line_end(bytes, at),
            b'/' if bytes.get(at + 1) == Some(&b'*') => block_end(bytes, at),
            b'"' => string_end(bytes, at + 1),
            b'r' | b'b' if !follows_word(bytes, at) => prefixed_end(bytes, at).unwrap_or(at),
            b'\'' => char_end(bytes, at).unwrap_or(at),
            _ => at,
        };
        for byte in &mut out[at..end] {
            if *byte != b'\n' {
                *byte = b' ';
            }
        }
        at = end.max(at + 1);
    }
    String::from_utf8(out).expect("only whole comments and strings were replaced by spaces")
}

/// The same, with every item behind `#[cfg(test)]` blanked too.
pub fn code_without_tests(text: &str) -> String {
    let mut code = code(text).into_bytes();
    const MARK: &[u8] = b"#[cfg(test)]";
    let mut at = 0;
    while at + MARK.len() <= code.len() {
        if !code[at..].starts_with(MARK) {
            at += 1;
            continue;
        }
        let end = item_end(&code, at + MARK.len());
        code[at..end].iter_mut().filter(|byte| **byte != b'\n').for_each(|byte| *byte = b' ');
        at = end;
    }
    String::from_utf8(code).expect("whole items were replaced by spaces")
}

/// Past the item's `;`, or past the brace that closes it.
fn item_end(code: &[u8], from: usize) -> usize {
    let mut depth = 0_usize;
    for (at, byte) in code.iter().enumerate().skip(from) {
        match byte {
            b'{' => depth += 1,
            b'}' if depth <= 1 => return at + 1,
            b'}' => depth -= 1,
            b';' if depth == 0 => return at + 1,
            _ => {}
        }
    }
    code.len()
}

fn line_end(bytes: &[u8], from: usize) -> usize {
    bytes[from..].iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |length| from + length)
}

fn block_end(bytes: &[u8], from: usize) -> usize {
    let (mut depth, mut at) = (0_usize, from);
    while at + 1 < bytes.len() {
        match &bytes[at..at + 2] {
            b"/*" => (depth, at) = (depth + 1, at + 2),
            b"*/" if depth == 1 => return at + 2,
            b"*/" => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
    }
    bytes.len()
}

/// Past the closing quote of a string whose inside starts at `at`.
fn string_end(bytes: &[u8], mut at: usize) -> usize {
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// Past a string with a prefix such as `r#"` or `b"`.
fn prefixed_end(bytes: &[u8], from: usize) -> Option<usize> {
    let letters = bytes[from..].iter().take(2).take_while(|byte| matches!(byte, b'r' | b'b')).count();
    let is_raw = bytes[from..from + letters].contains(&b'r');
    let hashes = bytes[from + letters..].iter().take_while(|byte| **byte == b'#').count();
    let open = from + letters + hashes;
    if bytes.get(open) != Some(&b'"') {
        return None;
    }
    if !is_raw {
        return (hashes == 0).then(|| string_end(bytes, open + 1));
    }
    let mut close = vec![b'"'];
    close.resize(1 + hashes, b'#');
    let length = bytes[open + 1..].windows(close.len()).position(|window| window == close)?;
    Some(open + 1 + length + close.len())
}

/// Past a character literal; a lifetime is none.
fn char_end(bytes: &[u8], at: usize) -> Option<usize> {
    let inside = std::str::from_utf8(&bytes[at + 1..(at + 14).min(bytes.len())]).unwrap_or_else(|error| {
        std::str::from_utf8(&bytes[at + 1..at + 1 + error.valid_up_to()]).unwrap_or("")
    });
    let first = inside.chars().next()?;
    if first == '\\' {
        let close = inside[2.min(inside.len())..].find('\'')?;
        return Some(at + 1 + 2 + close + 1);
    }
    inside[first.len_utf8()..].starts_with('\'').then(|| at + 1 + first.len_utf8() + 1)
}

fn follows_word(bytes: &[u8], at: usize) -> bool {
    at > 0 && (bytes[at - 1].is_ascii_alphanumeric() || bytes[at - 1] == b'_')
}
