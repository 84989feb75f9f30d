//! Repeatable randomness: every draw comes from its own stream, named by seed, purpose and entity.

use rand::rngs::ChaCha8Rng;
use rand::{Rng, SeedableRng};
use sha2::{Digest, Sha256};

use super::sign::digest;

/// `0-9a-f`.
pub const HEX: &[u8] = b"0123456789abcdef";
/// `0-9a-z`.
pub const LOWER: &[u8] = b"0123456789abcdefghijklmnopqrstuvwxyz";

/// One stream of draws. Draws for another object, rule or sandbox do not change it.
pub struct Draws(ChaCha8Rng);

impl Draws {
    /// The stream of this purpose for this entity.
    pub fn new(seed: u64, purpose: &str, entity: u64) -> Self {
        let mut key = Sha256::new();
        key.update(seed.to_le_bytes());
        key.update(entity.to_le_bytes());
        key.update(purpose.as_bytes());
        Self(ChaCha8Rng::from_seed(key.finalize().into()))
    }

    /// A number below `bound`; all are equally likely.
    ///
    /// # Panics
    /// When `bound` is zero.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.fair(bound, u64::MAX - u64::MAX % bound)
    }

    /// Draws until a number lies below `end`, which is a multiple of `bound`.
    fn fair(&mut self, bound: u64, end: u64) -> u64 {
        loop {
            let draw = self.0.next_u64();
            if draw < end {
                return draw % bound;
            }
        }
    }

    /// This number of characters of an alphabet.
    pub fn text(&mut self, alphabet: &[u8], chars: usize) -> String {
        let letters = alphabet.len() as u64;
        let end = u64::MAX - u64::MAX % letters;
        let mut text = String::with_capacity(chars);
        for _ in 0..chars {
            text.push(char::from(alphabet[usize::try_from(self.fair(letters, end)).unwrap_or(0)]));
        }
        text
    }

    /// This number of lowercase hexadecimal characters.
    pub fn hex(&mut self, chars: usize) -> String {
        let mut text = String::with_capacity(chars);
        while text.len() < chars {
            let digits = self.0.next_u64().to_le_bytes().into_iter().flat_map(|it| [it >> 4, it & 15]);
            text.extend(digits.take(chars - text.len()).map(|it| char::from(HEX[usize::from(it)])));
        }
        text
    }

    /// A random UUID in its usual form.
    pub fn uuid(&mut self) -> String {
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&self.0.next_u64().to_le_bytes());
        bytes[8..].copy_from_slice(&self.0.next_u64().to_le_bytes());
        uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
    }
}

/// The entity for the draws of something with a name: independent of what was created before it.
pub fn entity(names: &[&str]) -> u64 {
    digest(names).first_chunk().map_or(0, |it| u64::from_be_bytes(*it))
}

/// A short code that looks random and never repeats: number `n` of a seeded walk through all words of this length.
///
/// # Panics
/// When the number of words of this length does not fit into 63 bits.
pub fn unique_code(seed: u64, purpose: &str, n: u64, alphabet: &[u8], chars: u32) -> String {
    let letters = alphabet.len() as u64;
    let words = letters.checked_pow(chars).filter(|it| *it < 1 << 63).expect("the words can be counted");
    let mut draws = Draws::new(seed, purpose, 0);
    let offset = draws.below(words);
    let stride = loop {
        let stride = draws.below(words);
        if gcd(stride, words) == 1 {
            break stride;
        }
    };
    let word = (u128::from(n) * u128::from(stride) + u128::from(offset)) % u128::from(words);
    let mut word = u64::try_from(word).expect("a remainder is below its divisor");
    let letter = |word: &mut u64| {
        let it = usize::try_from(*word % letters).expect("an alphabet is short");
        *word /= letters;
        char::from(alphabet[it])
    };
    (0..chars).map(|_| letter(&mut word)).collect()
}

fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// These values must never change: a library that changes them changes every recorded transcript.
    #[test]
    fn i7_draws_are_the_same_for_ever() {
        let mut draws = Draws::new(1, "golden", 7);
        let seen = (draws.hex(32), draws.text(LOWER, 12), draws.below(1_000_000), draws.uuid());
        insta::assert_snapshot!(format!("{seen:?}"), @r#"("78447d6dd0264b02fb600956ef59fd38", "nxkhmtjmypmx", 958854, "7540b481-5a1c-4474-b5da-9006a42b0c01")"#);
        insta::assert_snapshot!(unique_code(1, "golden", 1, LOWER, 6), @"tx0kzj");
    }

    #[test]
    fn codes_never_repeat() {
        let codes: std::collections::BTreeSet<_> = (0..1296).map(|n| unique_code(3, "all", n, LOWER, 2)).collect();
        assert_eq!(codes.len(), 1296);
    }
}
