//! Secrets: tokens and enrolment codes. Only their SHA-256 is ever stored.

use rounds::domain::hash::sha256_hex;

/// Digits of Crockford's base 32: none that a person takes for another.
const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const CODE_DIGITS: usize = 10;

/// A secret fresh from the operating system's randomness.
pub struct Secret(String);

/// No randomness was to be had.
#[derive(Debug, thiserror::Error)]
#[error("the operating system gave no randomness")]
pub struct NoRandomness;

impl Secret {
    /// 256 random bits as hex.
    pub fn token() -> Result<Self, NoRandomness> {
        let mut bytes = [0u8; 32];
        getrandom::fill(&mut bytes).map_err(|_| NoRandomness)?;
        Ok(Self(bytes.iter().map(|byte| format!("{byte:02x}")).collect()))
    }

    /// 50 random bits as ten digits that can be read aloud, such as `7K3QM-9XT2B`.
    pub fn code() -> Result<Self, NoRandomness> {
        let mut bytes = [0u8; CODE_DIGITS];
        getrandom::fill(&mut bytes).map_err(|_| NoRandomness)?;
        let mut text: String = bytes.iter().map(|byte| char::from(DIGITS[usize::from(byte % 32)])).collect();
        text.insert(CODE_DIGITS / 2, '-');
        Ok(Self(text))
    }

    /// The secret itself, to be handed over once.
    pub fn reveal(self) -> String {
        self.0
    }

    /// What is stored of a token.
    pub fn token_hash(token: &str) -> String {
        sha256_hex(token.as_bytes())
    }

    /// What is stored of a code: spaces, dashes, case and look-alike digits make no difference.
    pub fn code_hash(code: &str) -> String {
        let plain: String = code
            .chars()
            .filter(|c| !c.is_whitespace() && *c != '-')
            .map(|c| match c.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            })
            .collect();
        sha256_hex(plain.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_typed_by_hand_is_the_same_code() {
        assert_eq!(Secret::code_hash("7K3QM-9X10B"), Secret::code_hash(" 7k3qm 9xlob"));
        assert_ne!(Secret::code_hash("7K3QM-9X10B"), Secret::code_hash("7K3QM-9X10C"));
    }

    #[test]
    fn tokens_hold_256_bits_and_differ() {
        let one = Secret::token().expect("randomness").reveal();
        let two = Secret::token().expect("randomness").reveal();
        assert_eq!(one.len(), 64);
        assert_ne!(one, two);
    }
}
