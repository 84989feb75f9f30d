//! The files of a log: a first line of plain JSON, then blocks, each of them whole or not there.
//!
//! ```text
//! {"playmoney_data": 1, "version", "segment", "first_block"}, with its line feed
//! CRC-32 of the first line     4 bytes, little-endian
//! block: PmB1                  4 bytes
//!        its number            8 bytes: blocks are counted through all files
//!        length of its text    4 bytes
//!        CRC-32 of the number, the length and the text   4 bytes
//!        text: lines of JSON
//! ```

use std::fmt;

use flate2::Crc;
use memchr::memmem;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// The version of the format; another one is refused.
pub const FORMAT: u64 = 1;
const MAGIC: &[u8; 4] = b"PmB1";
const HEAD_BYTES: usize = 20;
/// A first line is shorter.
const LINE_BYTES_MAX: usize = 4 * 1024;

/// The first line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    playmoney_data: u64,
    pub version: String,
    pub segment: u64,
    /// The number of its first block.
    pub first_block: u64,
}

impl Header {
    pub fn new(segment: u64, first_block: u64) -> Self {
        Self { playmoney_data: FORMAT, version: env!("CARGO_PKG_VERSION").to_owned(), segment, first_block }
    }

    /// The beginning of a file.
    ///
    /// # Panics
    /// Never: it can be written as JSON.
    pub fn bytes(&self) -> Vec<u8> {
        let mut out = serde_json::to_vec(self).expect("a header is JSON");
        out.push(b'\n');
        let sum = crc(&[&out]);
        out.extend_from_slice(&sum.to_le_bytes());
        out
    }
}

/// What is wrong with a file, and at which byte, counted from 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damage {
    pub at: usize,
    pub why: String,
    pub kind: Kind,
}

/// What may have become of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It does not fit its checksums, or something of it is missing.
    Damaged,
    /// It is whole, and cannot be read.
    Foreign,
}

impl Damage {
    fn at(at: usize, why: impl Into<String>) -> Self {
        Self { at, why: why.into(), kind: Kind::Damaged }
    }

    /// What is whole cannot be read.
    pub fn foreign(at: usize, why: impl Into<String>) -> Self {
        Self { at, why: why.into(), kind: Kind::Foreign }
    }
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "byte {}: {}", self.at, self.why)
    }
}

/// The CRC-32 of all parts together.
pub fn crc(parts: &[&[u8]]) -> u32 {
    let mut crc = Crc::new();
    for part in parts {
        crc.update(part);
    }
    crc.sum()
}

/// Appends a block with that text.
///
/// # Panics
/// When the text has 4 GiB; no body that a server reads comes near.
pub fn append(out: &mut Vec<u8>, number: u64, text: &[u8]) {
    let number = number.to_le_bytes();
    let length = u32::try_from(text.len()).expect("a block is smaller than 4 GiB").to_le_bytes();
    out.extend_from_slice(MAGIC);
    out.extend_from_slice(&number);
    out.extend_from_slice(&length);
    out.extend_from_slice(&crc(&[&number, &length, text]).to_le_bytes());
    out.extend_from_slice(text);
}

/// The block that begins there: its number and its text. `None`: none does.
fn block(bytes: &[u8], at: usize) -> Option<(u64, &[u8])> {
    let rest = bytes.get(at..)?.strip_prefix(MAGIC)?;
    let (number, rest) = rest.split_first_chunk::<8>()?;
    let (length, rest) = rest.split_first_chunk::<4>()?;
    let (sum, rest) = rest.split_first_chunk::<4>()?;
    let text = rest.get(..usize::try_from(u32::from_le_bytes(*length)).ok()?)?;
    (crc(&[number, length, text]) == u32::from_le_bytes(*sum)).then(|| (u64::from_le_bytes(*number), text))
}

/// A block that was read.
#[derive(Debug, PartialEq, Eq)]
pub struct Block<'a> {
    /// Where it begins.
    pub at: usize,
    pub text: &'a [u8],
}

/// A file that was read.
#[derive(Debug, PartialEq, Eq)]
pub struct File<'a> {
    /// `None`: the file ends within its beginning.
    pub header: Option<Header>,
    pub blocks: Vec<Block<'a>>,
    /// Where its last whole block ends.
    pub end: usize,
    /// What follows that, if something does.
    pub tail: Option<Damage>,
}

/// Reads a file. What ends within a block, or whose last block is damaged, has a tail.
///
/// # Errors
/// Something is damaged before the tail, or this is not such a file.
pub fn read(bytes: &[u8]) -> Result<File<'_>, Damage> {
    let Some((header, begins)) = header(bytes)? else {
        let tail = Some(Damage::at(0, "the file ends within its first line"));
        return Ok(File { header: None, blocks: Vec::new(), end: 0, tail });
    };
    let (mut at, mut next, mut blocks) = (begins, header.first_block, Vec::new());
    while let Some((number, text)) = block(bytes, at) {
        if number != next {
            return Err(Damage::at(at, format!("the block {next} is missing: here stands the block {number}")));
        }
        blocks.push(Block { at, text });
        next += 1;
        at += HEAD_BYTES + text.len();
    }
    let tail = if at < bytes.len() { Some(tail(bytes, at)?) } else { None };
    Ok(File { header: Some(header), blocks, end: at, tail })
}

/// The first line and where it ends, with its sum. `None`: the file ends before.
fn header(bytes: &[u8]) -> Result<Option<(Header, usize)>, Damage> {
    let head = &bytes[..bytes.len().min(LINE_BYTES_MAX)];
    let foreign = || Damage::at(0, "this is not a log of Playmoney, or its first line is damaged");
    let Some(end) = memchr::memchr(b'\n', head) else {
        return if bytes.len() < LINE_BYTES_MAX && memmem::find(bytes, MAGIC).is_none() { Ok(None) } else { Err(foreign()) };
    };
    let (line, rest) = bytes.split_at(end + 1);
    let Some((sum, _)) = rest.split_first_chunk::<4>() else { return Ok(None) };
    if crc(&[line]) != u32::from_le_bytes(*sum) {
        return Err(foreign());
    }
    let format = serde_json::from_slice::<Json>(line).ok().and_then(|it| it.get("playmoney_data").cloned()).ok_or_else(foreign)?;
    if format != FORMAT {
        return Err(Damage::foreign(0, format!("the log has the format {format}, and this Playmoney reads the format {FORMAT}")));
    }
    let header = serde_json::from_slice(line).map_err(|why| Damage::foreign(0, format!("the first line cannot be read: {why}")))?;
    Ok(Some((header, end + 1 + 4)))
}

/// What is wrong after the last whole block.
///
/// # Errors
/// A whole block follows: then this is not the tail.
fn tail(bytes: &[u8], at: usize) -> Result<Damage, Damage> {
    let following = memmem::find_iter(&bytes[at..], MAGIC).map(|it| at + it).find(|it| block(bytes, *it).is_some());
    match following {
        Some(next) => Err(Damage::at(at, format!("what stands here is damaged, and a whole block follows at byte {next}"))),
        None => Ok(Damage::at(at, "the last block is cut, or does not fit its checksum")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(texts: &[&str]) -> Vec<u8> {
        let mut out = Header::new(3, 7).bytes();
        for (number, it) in (7..).zip(texts) {
            append(&mut out, number, it.as_bytes());
        }
        out
    }

    fn texts<'a>(file: &'a File<'_>) -> Vec<&'a [u8]> {
        file.blocks.iter().map(|it| it.text).collect()
    }

    #[test]
    fn whatever_is_cut_off_at_the_end_costs_the_last_block_alone() {
        let bytes = file(&["one", "two", "PmB1 in a text"]);
        let whole = read(&bytes).expect("it is whole");
        assert_eq!((texts(&whole), whole.end, whole.tail.clone()), (vec![&b"one"[..], b"two", b"PmB1 in a text"], bytes.len(), None));
        let ends: Vec<usize> = (0..=3).map(|count| file(&["one", "two", "PmB1 in a text"][..count]).len()).collect();
        for length in 0..bytes.len() {
            let cut = read(&bytes[..length]).expect("only its tail is damaged");
            let kept = ends.iter().filter(|it| **it <= length).count().saturating_sub(1);
            assert_eq!(texts(&cut), texts(&whole)[..kept], "{length}");
            assert_eq!(cut.tail.is_none(), ends.contains(&length), "{length}");
        }
    }

    #[test]
    fn a_changed_byte_is_found_wherever_it_stands() {
        let bytes = file(&["one", "two", "three"]);
        let last = file(&["one", "two"]).len();
        for at in 0..bytes.len() {
            for change in [1_u8, 0x80, 0xff] {
                let mut damaged = bytes.clone();
                damaged[at] ^= change;
                match read(&damaged) {
                    Ok(it) => {
                        assert!(last <= at, "{at}");
                        assert_eq!((texts(&it), it.end), (vec![&b"one"[..], b"two"], last));
                        assert!(it.tail.is_some());
                    }
                    Err(why) => assert!(at < last && why.at <= at, "{at}: {why}"),
                }
            }
        }
    }

    #[test]
    fn a_block_that_is_missing_and_another_format_are_refused() {
        let mut bytes = file(&["one"]);
        append(&mut bytes, 9, b"three");
        assert_eq!(read(&bytes).map_err(|it| it.why), Err("the block 8 is missing: here stands the block 9".to_owned()));
        let header = Header { playmoney_data: 2, ..Header::new(1, 1) };
        assert_eq!(
            read(&header.bytes()).map_err(|it| it.to_string()),
            Err("byte 0: the log has the format 2, and this Playmoney reads the format 1".to_owned())
        );
    }
}
