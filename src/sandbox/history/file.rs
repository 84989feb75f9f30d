//! The file of a capsule: a first line of plain JSON, then its lines in compressed blocks.
//!
//! ```text
//! first line, with its line feed
//! CRC-32 of the first line                        4 bytes, little-endian
//! block: length of what follows the two numbers   4 bytes
//!        CRC-32 of the length and what follows    4 bytes
//!        DEFLATE of at most 256 KiB of text
//! ...
//! block of length 0, with its CRC-32              8 bytes
//! ```

use std::fmt;
use std::io::{Read, Write};

use flate2::Crc;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// The version of the format; another one is refused.
pub const VERSION: u64 = 1;

/// The first line.
const LINE_BYTES_MAX: usize = 4 * 1024;
/// The text of one block.
const BLOCK_BYTES_MAX: usize = 256 * 1024;
/// The text of all blocks: a file that promises more is refused.
pub const TEXT_BYTES_MAX: usize = 1024 * 1024 * 1024;
/// A block of text that cannot be compressed is a little longer than the text.
const PACKED_BYTES_MAX: usize = BLOCK_BYTES_MAX + 4 * 1024;

/// The first line.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    playmoney_capsule: u64,
    pub version: String,
    pub sandbox: String,
    pub inputs: u64,
    /// Requests stand in it as they came, so that any of them can hold a secret.
    contains_secrets: bool,
    /// The inputs before its first one: it begins at a snapshot that was taken after them.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub begins_after: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

impl Header {
    pub fn new(version: String, sandbox: String, inputs: u64, begins_after: u64) -> Self {
        Self { playmoney_capsule: VERSION, version, sandbox, inputs, contains_secrets: true, begins_after }
    }
}

/// What is wrong with a file, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damage {
    pub at: Place,
    pub why: String,
}

/// Where something is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The byte of the file, counted from 0, where it was noticed.
    Byte(usize),
    /// The line of the text in its blocks, counted from 1.
    Line(usize),
    /// It was noticed at the end of the file.
    End,
}

impl Damage {
    fn at(at: usize, why: impl Into<String>) -> Self {
        Self { at: Place::Byte(at), why: why.into() }
    }

    /// Noticed at the end.
    pub fn end(why: impl Into<String>) -> Self {
        Self { at: Place::End, why: why.into() }
    }
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.at {
            Place::Byte(at) => write!(f, "byte {at}: {}", self.why),
            Place::Line(number) => write!(f, "line {number} of what is packed: {}", self.why),
            Place::End => write!(f, "at its end: {}", self.why),
        }
    }
}

fn crc(parts: &[&[u8]]) -> u32 {
    let mut crc = Crc::new();
    for part in parts {
        crc.update(part);
    }
    crc.sum()
}

/// Writes a file.
pub struct Writer {
    out: Vec<u8>,
    text: Vec<u8>,
}

impl Writer {
    /// With that first line.
    ///
    /// # Panics
    /// Never: it can be written as JSON.
    pub fn new(header: &Header) -> Self {
        let mut out = serde_json::to_vec(header).expect("a header is JSON");
        out.push(b'\n');
        let sum = crc(&[&out]);
        out.extend_from_slice(&sum.to_le_bytes());
        Self { out, text: Vec::with_capacity(BLOCK_BYTES_MAX) }
    }

    /// Writes one line.
    ///
    /// # Panics
    /// When it cannot be written as JSON; all our types can.
    pub fn line(&mut self, line: &impl Serialize) {
        serde_json::to_writer(&mut self.text, line).expect("our types are JSON");
        self.text.push(b'\n');
        while BLOCK_BYTES_MAX <= self.text.len() {
            let rest = self.text.split_off(BLOCK_BYTES_MAX);
            self.block();
            self.text = rest;
        }
    }

    fn block(&mut self) {
        let mut encoder = DeflateEncoder::new(Vec::new(), flate2::Compression::default());
        let packed = encoder.write_all(&self.text).and_then(|()| encoder.finish()).expect("memory takes everything");
        self.put(&packed);
        self.text.clear();
    }

    fn put(&mut self, packed: &[u8]) {
        let length = u32::try_from(packed.len()).expect("a block is small").to_le_bytes();
        self.out.extend_from_slice(&length);
        self.out.extend_from_slice(&crc(&[&length, packed]).to_le_bytes());
        self.out.extend_from_slice(packed);
    }

    /// The whole file.
    pub fn end(mut self) -> Vec<u8> {
        if !self.text.is_empty() {
            self.block();
        }
        self.put(&[]);
        self.out
    }
}

/// Reads a file: its first line, and the text of its blocks.
///
/// # Errors
/// What is damaged, and where.
pub fn read(bytes: &[u8]) -> Result<(Header, Vec<u8>), Damage> {
    let head = &bytes[..bytes.len().min(LINE_BYTES_MAX)];
    let end = head.iter().position(|it| *it == b'\n').map(|it| it + 1);
    let end = end.ok_or_else(|| Damage::at(0, "this is not a capsule: it does not begin with a line of JSON"))?;
    let (line, rest) = bytes.split_at(end);
    let (sum, mut rest) = rest.split_first_chunk::<4>().ok_or_else(|| Damage::end("the file is cut after its first line"))?;
    let is_whole = crc(&[line]) == u32::from_le_bytes(*sum);
    let version = serde_json::from_slice::<Json>(line).ok().and_then(|it| it.get("playmoney_capsule").cloned());
    match version {
        None if !is_whole => return Err(Damage::at(0, "the first line is damaged, or this is not a capsule")),
        None => return Err(Damage::at(0, "this is not a capsule: its first line has no `playmoney_capsule`")),
        Some(_) if !is_whole => return Err(Damage::at(0, "the first line is damaged: it does not fit the checksum that follows it")),
        Some(version) if version != VERSION => {
            let why = format!("the capsule has the format {version}, and this Playmoney reads the format {VERSION}");
            return Err(Damage::at(0, why));
        }
        Some(_) => {}
    }
    let header: Header = serde_json::from_slice(line).map_err(|why| Damage::at(0, format!("the first line cannot be read: {why}")))?;
    let mut text = Vec::new();
    loop {
        let place = bytes.len() - rest.len();
        let cut = || Damage::end(format!("the file is cut in the block that begins at byte {place}"));
        let (length, after) = rest.split_first_chunk::<4>().ok_or_else(cut)?;
        let (sum, after) = after.split_first_chunk::<4>().ok_or_else(cut)?;
        let size = usize::try_from(u32::from_le_bytes(*length)).unwrap_or(usize::MAX);
        if PACKED_BYTES_MAX < size {
            return Err(Damage::at(place, "a block that begins here is damaged: it is longer than a block can be"));
        }
        let (packed, after) = after.split_at_checked(size).ok_or_else(cut)?;
        if crc(&[length, packed]) != u32::from_le_bytes(*sum) {
            return Err(Damage::at(place, "the block that begins here is damaged: it does not fit its checksum"));
        }
        rest = after;
        if size == 0 {
            break;
        }
        unpack(packed, &mut text).map_err(|why| Damage::at(place, why))?;
    }
    if rest.is_empty() { Ok((header, text)) } else { Err(Damage::at(bytes.len() - rest.len(), "something follows its end")) }
}

fn unpack(packed: &[u8], text: &mut Vec<u8>) -> Result<(), String> {
    let before = text.len();
    let mut unpacker = DeflateDecoder::new(packed).take(BLOCK_BYTES_MAX as u64 + 1);
    unpacker.read_to_end(text).map_err(|why| format!("the block that begins here cannot be unpacked: {why}"))?;
    if BLOCK_BYTES_MAX < text.len() - before {
        return Err("the block that begins here unpacks to more than a block can hold".to_owned());
    }
    if TEXT_BYTES_MAX < text.len() {
        return Err(format!("the capsule unpacks to more than {TEXT_BYTES_MAX} bytes"));
    }
    Ok(())
}

/// The lines of the text.
pub struct Lines<'a> {
    rest: &'a [u8],
    number: usize,
}

impl<'a> Lines<'a> {
    /// From the first on.
    pub fn of(text: &'a [u8]) -> Self {
        Self { rest: text, number: 0 }
    }

    /// Whether another follows.
    pub fn has_more(&self) -> bool {
        !self.rest.is_empty()
    }

    /// Whether only one follows.
    pub fn is_last(&self) -> bool {
        memchr::memchr(b'\n', self.rest).is_none_or(|it| it + 1 == self.rest.len())
    }

    /// The next one. `None`: none follows.
    ///
    /// # Errors
    /// The line is not what it should be: another version of the program has written it.
    pub fn read<T: DeserializeOwned>(&mut self) -> Result<Option<T>, Damage> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let end = memchr::memchr(b'\n', self.rest).unwrap_or(self.rest.len());
        let (line, rest) = self.rest.split_at(end);
        self.rest = rest.get(1..).unwrap_or_default();
        self.number += 1;
        let unreadable = |why: serde_json::Error| {
            let text = why.to_string();
            let text = text.rsplit_once(" at line ").map_or(text.clone(), |it| it.0.to_owned());
            Damage { at: Place::Line(self.number), why: format!("it cannot be read: {text}") }
        };
        serde_json::from_slice(line).map(Some).map_err(unreadable)
    }
}
