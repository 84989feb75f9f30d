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

/// The number that the bytes make, in base 58. Each leading zero byte is a `1`.
fn encode(bytes: &[u8]) -> String {
    let zeros = bytes.iter().take_while(|it| **it == 0).count();
    // Least significant digit first.
    let mut digits: Vec<u8> = Vec::with_capacity(bytes.len() * 2);
    for byte in bytes {
        let mut carry = u32::from(*byte);
        for digit in &mut digits {
            carry += u32::from(*digit) << 8;
            *digit = u8::try_from(carry % 58).unwrap_or(0);
            carry /= 58;
        }
        while 0 < carry {
            digits.push(u8::try_from(carry % 58).unwrap_or(0));
            carry /= 58;
        }
    }
    let letters = std::iter::repeat_n(0, zeros).chain(digits.into_iter().rev());
    letters.map(|it| char::from(ALPHABET[usize::from(it)])).collect()
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
        assert_eq!(encode(b""), "");
    }
}
