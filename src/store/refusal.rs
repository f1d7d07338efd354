//! Whether the phone is full, told by the writes themselves: a refusal stands until a write as
//! large has gone through. The browser's own figures often say otherwise.

use super::StoreError;

/// The smallest write refused for want of room, and not made good since.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Refusal {
    bytes: Option<u64>,
}

impl Refusal {
    /// Takes the outcome of a write of so many bytes.
    pub fn note(&mut self, bytes: u64, outcome: Result<(), &StoreError>) {
        match (outcome, self.bytes) {
            (Err(StoreError::Full), refused) => {
                self.bytes = Some(refused.map_or(bytes, |refused| refused.min(bytes)));
            }
            (Ok(()), Some(refused)) if bytes >= refused => self.bytes = None,
            _ => {}
        }
    }

    /// Whether a refusal stands.
    pub fn stands(&self) -> bool {
        self.bytes.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(writes: &[(u64, Result<(), StoreError>)]) -> bool {
        let mut refusal = Refusal::default();
        writes.iter().for_each(|(bytes, outcome)| refusal.note(*bytes, outcome.as_ref().copied()));
        refusal.stands()
    }

    #[test]
    fn a_photo_that_does_not_fit_is_not_forgotten_by_a_word_that_does() {
        let full = || Err(StoreError::Full);
        assert!(!after(&[]));
        assert!(!after(&[(500, Ok(()))]));
        assert!(after(&[(200_000, full())]));
        assert!(after(&[(200_000, full()), (500, Ok(()))]));
        assert!(!after(&[(200_000, full()), (200_000, Ok(()))]));
        assert!(after(&[(200_000, full()), (500, full()), (400, Ok(()))]));
        assert!(!after(&[(200_000, full()), (500, full()), (600, Ok(()))]));
        assert!(!after(&[(200, Err(StoreError::Lost("gone".into())))]), "only room counts");
        assert!(after(&[(200, full()), (300, Err(StoreError::TooNew))]));
    }
}
