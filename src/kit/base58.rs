//! `Base58Check`: a version byte, a payload and four bytes of checksum, in letters that are not easily confused.

use sha2::{Digest, Sha256};

const ALPHABET: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/// A payload with its version, as Bitcoin, Tron and similar chains write addresses.
pub fn check(version: u8, payload: &[u8]) -> String {
    let mut bytes = vec![version];
    bytes.extend_from_slice(payload);
    let sum = Sha256::digest(Sha256::digest(&bytes));
    bytes.extend_from_slice(&sum[..4]);
    encode(&bytes)
}

/// Five digits of base 58 together: each step of the long division makes five digits from up to four bytes.
const LIMB: u64 = 58_u64.pow(5);

/// The number that the bytes make, in base 58. Each leading zero byte is a `1`.
fn encode(bytes: &[u8]) -> String {
    let zeros = bytes.iter().take_while(|it| **it == 0).count();
    // Least significant limb first.
    let mut limbs: Vec<u64> = Vec::with_capacity(bytes.len() / 3 + 1);
    for chunk in bytes.chunks(4) {
        let mut carry = chunk.iter().fold(0, |number, it| number << 8 | u64::from(*it));
        for limb in &mut limbs {
            carry += *limb << (8 * chunk.len());
            (*limb, carry) = (carry % LIMB, carry / LIMB);
        }
        if 0 < carry {
            limbs.push(carry % LIMB);
            limbs.extend(Some(carry / LIMB).filter(|it| 0 < *it));
        }
    }
    let digits = limbs.iter().rev().flat_map(|it| [4, 3, 2, 1, 0].map(|place| it / 58_u64.pow(place) % 58));
    let letters = std::iter::repeat_n(0, zeros).chain(digits.skip_while(|it| *it == 0));
    letters.map(|it| char::from(ALPHABET[usize::try_from(it).unwrap_or(0)])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first address that ever received coins, and the address without an owner.
    #[test]
    fn known_addresses_are_written_to_the_letter() {
        for (hash, address) in [
            ("62e907b15cbf27d5425399ebf6f0fb50ebb88f18", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"),
            ("0000000000000000000000000000000000000000", "1111111111111111111114oLvT2"),
        ] {
            assert_eq!(check(0, &hex::decode(hash).expect("hexadecimal")), address);
        }
        for (bytes, text) in [
            (&b""[..], ""),
            (b"\0\0", "11"),
            (b"\x39", "z"),
            (b"\x3a", "21"),
            (b"\xff\xff\xff\xff", "7YXq9G"),
            (b"Hello World!", "2NEpo7TZRRrLZSi2U"),
            (b"\x00\x00\x28\x7f\xb4\xcd", "11233QC4"),
        ] {
            assert_eq!(encode(bytes), text);
        }
    }
}
