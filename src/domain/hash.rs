//! SHA-256 as lower-case hex: identity of photos and of record bodies.

use std::fmt::Write;

use sha2::{Digest, Sha256};

/// Hex SHA-256 of `bytes`, 64 lower-case digits (FIPS 180-4).
pub fn sha256_hex(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().fold(String::with_capacity(64), |mut hex, byte| {
        write!(hex, "{byte:02x}").expect("writing to a String cannot fail");
        hex
    })
}

/// True for 64 lower-case hex digits.
pub fn is_sha256_hex(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_example_of_the_standard_holds() {
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(sha256_hex(b"abc"), expected);
        assert!(is_sha256_hex(expected));
        assert!(!is_sha256_hex(&expected.to_uppercase()));
        assert!(!is_sha256_hex("abc"));
    }
}
