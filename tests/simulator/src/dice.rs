//! Chance from a seed: the same seed, the same throws, on every machine.

use rounds::sync::backoff::nth_random;

/// A row of throws.
#[derive(Clone, Debug)]
pub struct Dice {
    seed: u64,
    thrown: u64,
}

impl Dice {
    /// Dice that fall as `seed` says.
    pub fn new(seed: u64) -> Self {
        Self { seed: nth_random(seed, 0), thrown: 0 }
    }

    /// Other dice from the same seed, for a purpose of their own.
    pub fn of(seed: u64, purpose: u64) -> Self {
        Self::new(nth_random(seed, purpose.wrapping_add(1)))
    }

    /// Uniform over all of `u64`.
    pub fn any(&mut self) -> u64 {
        self.thrown += 1;
        nth_random(self.seed, self.thrown)
    }

    /// From 0 up to but not with `bound`.
    pub fn below(&mut self, bound: u64) -> u64 {
        let wide = u128::from(self.any()) * u128::from(bound);
        u64::try_from(wide >> 64).expect("the high half of a product of two u64 fits")
    }

    /// From `low` up to and with `high`.
    pub fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.below(high - low + 1)
    }

    /// As [`Self::below`], for small things.
    pub fn small(&mut self, bound: u8) -> u8 {
        u8::try_from(self.below(u64::from(bound))).expect("below a u8")
    }

    /// True once in `n` throws.
    pub fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    /// One of these.
    pub fn pick<T: Clone>(&mut self, of: &[T]) -> T {
        let at = usize::try_from(self.below(of.len() as u64)).expect("an index");
        of[at].clone()
    }

    /// One of these, each as often as its weight says.
    pub fn weighed<T: Copy>(&mut self, of: &[(u64, T)]) -> T {
        let mut at = self.below(of.iter().map(|(weight, _)| weight).sum());
        for (weight, one) in of {
            if at < *weight {
                return *one;
            }
            at -= weight;
        }
        unreachable!("the throw is below the sum of the weights")
    }

    /// A UUIDv7 in its usual spelling.
    pub fn id(&mut self, now_ms: u64) -> String {
        let (a, b) = (self.any(), self.any());
        let ms = now_ms & 0xFFFF_FFFF_FFFF;
        format!(
            "{:08x}-{:04x}-7{:03x}-{:04x}-{:012x}",
            ms >> 16,
            ms & 0xFFFF,
            a & 0xFFF,
            0x8000 | (a >> 12 & 0x3FFF),
            b & 0xFFFF_FFFF_FFFF
        )
    }
}
