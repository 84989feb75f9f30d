//! Compact JSON in one buffer: the bytes that `serde_json` writes. It looks at each byte of each text and of each name to
//! find what has to be escaped. Here a name of a field is written as it is, and a text is looked at many bytes at a time.

use std::cell::Cell;

use bytes::Bytes;
use serde::Serialize;
use serde::ser::{self, Serializer};
use serde_json::{Error, Serializer as Library};

use super::plain::is_plain;

/// The name of the structure as which `serde_json` hands over text that is JSON already, and of its one member.
pub const RAW: &str = "$serde_json::private::RawValue";
/// A thread keeps one buffer of this size at least and of that size at most. A text is a copy of the right size, because the
/// log keeps it.
const BUFFER_BYTES: std::ops::RangeInclusive<usize> = 4 * 1024..=64 * 1024;
/// A longer text keeps its buffer.
const COPIED_BYTES_MAX: usize = 1024 * 1024;

thread_local! {
    /// The buffer that was used last: an allocator takes long to find room for a large one.
    static BUFFER: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// A value as compact JSON.
///
/// # Errors
/// The value cannot be written as JSON.
pub fn compact(value: &(impl Serialize + ?Sized)) -> Result<Bytes, Error> {
    let mut writer = Writer::default();
    value.serialize(&mut writer)?;
    Ok(writer.bytes())
}

/// Writes one value, or several of which its owner composes a larger one.
pub struct Writer {
    pub out: Vec<u8>,
    /// The next text is JSON already.
    is_raw: bool,
}

impl Default for Writer {
    fn default() -> Self {
        let mut out = BUFFER.take();
        out.reserve(*BUFFER_BYTES.start());
        Self { out, is_raw: false }
    }
}

impl Writer {
    /// All that was written.
    pub fn bytes(mut self) -> Bytes {
        if COPIED_BYTES_MAX < self.out.len() {
            self.out.shrink_to_fit();
            return self.out.into();
        }
        let bytes = Bytes::copy_from_slice(&self.out);
        if self.out.capacity() <= *BUFFER_BYTES.end() {
            self.out.clear();
            BUFFER.set(self.out);
        }
        bytes
    }

    /// Leaves it to the library, which knows how each number is written and each character is escaped.
    fn by_library(&mut self, value: &(impl Serialize + ?Sized)) -> Result<(), Error> {
        value.serialize(&mut Library::new(&mut self.out))
    }

    /// Begins an object whose one member is the content of a variant.
    fn variant(&mut self, name: &str) {
        self.out.push(b'{');
        self.quoted(name);
        self.out.push(b':');
    }

    fn quoted(&mut self, text: &str) {
        self.out.reserve(text.len() + 2);
        self.out.push(b'"');
        self.out.extend_from_slice(text.as_bytes());
        self.out.push(b'"');
    }
}

macro_rules! by_library {
    ($($name:ident: $type:ty),*) => {
        $(fn $name(self, it: $type) -> Result<(), Error> {
            self.by_library(&it)
        })*
    };
}

impl<'a> Serializer for &'a mut Writer {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = Parts<'a>;
    type SerializeTuple = Parts<'a>;
    type SerializeTupleStruct = Parts<'a>;
    type SerializeTupleVariant = Parts<'a>;
    type SerializeMap = Parts<'a>;
    type SerializeStruct = Parts<'a>;
    type SerializeStructVariant = Parts<'a>;

    by_library!(serialize_bool: bool, serialize_char: char, serialize_f32: f32, serialize_f64: f64);
    by_library!(serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64, serialize_i128: i128);
    by_library!(serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64, serialize_u128: u128);

    fn serialize_str(self, text: &str) -> Result<(), Error> {
        if self.is_raw {
            self.out.extend_from_slice(text.as_bytes());
        } else if is_plain(text) {
            self.quoted(text);
        } else {
            self.by_library(text)?;
        }
        Ok(())
    }

    fn serialize_bytes(self, bytes: &[u8]) -> Result<(), Error> {
        self.by_library(bytes)
    }

    fn serialize_none(self) -> Result<(), Error> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, it: &T) -> Result<(), Error> {
        it.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Error> {
        self.out.extend_from_slice(b"null");
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Error> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<(), Error> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, it: &T) -> Result<(), Error> {
        it.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(self, _: &'static str, _: u32, name: &'static str, it: &T) -> Result<(), Error> {
        self.variant(name);
        it.serialize(&mut *self)?;
        self.out.push(b'}');
        Ok(())
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Parts<'a>, Error> {
        Ok(Parts::begun(self, b'[', b"]"))
    }

    fn serialize_tuple(self, _: usize) -> Result<Parts<'a>, Error> {
        self.serialize_seq(None)
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Parts<'a>, Error> {
        self.serialize_seq(None)
    }

    fn serialize_tuple_variant(self, _: &'static str, _: u32, name: &'static str, _: usize) -> Result<Parts<'a>, Error> {
        self.variant(name);
        Ok(Parts::begun(self, b'[', b"]}"))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Parts<'a>, Error> {
        Ok(Parts::begun(self, b'{', b"}"))
    }

    fn serialize_struct(self, name: &'static str, _: usize) -> Result<Parts<'a>, Error> {
        if name == RAW {
            self.is_raw = true;
            return Ok(Parts { writer: self, joint: None, end: b"" });
        }
        self.serialize_map(None)
    }

    fn serialize_struct_variant(self, _: &'static str, _: u32, name: &'static str, _: usize) -> Result<Parts<'a>, Error> {
        self.variant(name);
        Ok(Parts::begun(self, b'{', b"}}"))
    }
}

/// A list or an object that is being written.
pub struct Parts<'a> {
    writer: &'a mut Writer,
    /// What stands before the next part: nothing before the first.
    joint: Option<u8>,
    end: &'static [u8],
}

impl<'a> Parts<'a> {
    fn begun(writer: &'a mut Writer, start: u8, end: &'static [u8]) -> Self {
        writer.out.push(start);
        Self { writer, joint: None, end }
    }

    fn part(&mut self) -> &mut Writer {
        if let Some(joint) = self.joint.replace(b',') {
            self.writer.out.push(joint);
        }
        self.writer
    }

    fn field(&mut self, name: &'static str, it: &(impl Serialize + ?Sized)) -> Result<(), Error> {
        if !self.writer.is_raw {
            let out = &mut self.writer.out;
            if self.joint.replace(b',').is_some() {
                out.extend_from_slice(b",\"");
            } else {
                out.push(b'"');
            }
            out.extend_from_slice(name.as_bytes());
            out.extend_from_slice(b"\":");
        }
        it.serialize(&mut *self.writer)
    }

    fn ended(self) {
        self.writer.out.extend_from_slice(self.end);
        self.writer.is_raw = false;
    }
}

macro_rules! list {
    ($($name:ident $part:ident),*) => {
        $(impl ser::$name for Parts<'_> {
            type Ok = ();
            type Error = Error;

            fn $part<T: Serialize + ?Sized>(&mut self, it: &T) -> Result<(), Error> {
                it.serialize(self.part())
            }

            fn end(self) -> Result<(), Error> {
                self.ended();
                Ok(())
            }
        })*
    };
}

list!(SerializeSeq serialize_element, SerializeTuple serialize_element);
list!(SerializeTupleStruct serialize_field, SerializeTupleVariant serialize_field);

impl ser::SerializeMap for Parts<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Error> {
        let writer = self.part();
        let begin = writer.out.len();
        key.serialize(&mut *writer)?;
        match writer.out.get(begin) {
            Some(b'"') => {}
            Some(b'-' | b'0'..=b'9') => {
                writer.out.insert(begin, b'"');
                writer.out.push(b'"');
            }
            _ => return Err(ser::Error::custom("the name of a member is a text or a number")),
        }
        writer.out.push(b':');
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, it: &T) -> Result<(), Error> {
        it.serialize(&mut *self.writer)
    }

    fn end(self) -> Result<(), Error> {
        self.ended();
        Ok(())
    }
}

macro_rules! object {
    ($($name:ident),*) => {
        $(impl ser::$name for Parts<'_> {
            type Ok = ();
            type Error = Error;

            fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, it: &T) -> Result<(), Error> {
                self.field(name, it)
            }

            fn end(self) -> Result<(), Error> {
                self.ended();
                Ok(())
            }
        })*
    };
}

object!(SerializeStruct, SerializeStructVariant);

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;
    use crate::kit::json::written;
    use crate::kit::money::{Number, parse};

    fn same(value: &impl Serialize) {
        let library = serde_json::to_string(value).expect("JSON");
        assert_eq!(compact(value).ok().as_deref(), Some(library.as_bytes()), "{library}");
    }

    #[derive(Serialize)]
    enum Word {
        One,
    }

    #[derive(Serialize)]
    struct Unit;

    #[derive(Serialize)]
    struct Pair(i64, Option<u8>);

    #[derive(Serialize)]
    struct Object<'a> {
        text: &'a str,
        #[serde(rename = "a-name")]
        number: Number,
        none: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        skipped: Option<u8>,
        word: Word,
        unit: Unit,
        pair: Pair,
        many: Vec<Object<'a>>,
        #[serde(flatten)]
        more: BTreeMap<&'a str, Number>,
    }

    fn object<'a>(text: &'a str, amount: &str) -> Object<'a> {
        let number = Number(parse(amount).expect("a number"));
        let more = BTreeMap::from([("b\"c", number), ("a", number)]);
        let pair = Pair(i64::MIN, Some(7));
        Object { text, number, none: None, skipped: None, word: Word::One, unit: Unit, pair, many: Vec::new(), more }
    }

    #[test]
    fn it_is_what_the_library_writes() {
        for text in
            ["", "plain", "\"", "\\", "/", "\u{1f}\u{7f}\n\t\r\u{8}\u{c}", "a text that is longer than sixteen bytes", "ü\u{2028}😀"]
        {
            same(&text);
            same(&[text, text]);
            same(&Object { many: vec![object(text, "100.0"), object(text, "0.017451")], skipped: Some(1), ..object(text, "-1.5") });
            same(&json!({ text: [text, null, true, 1, -1, u64::MAX, { "a": {} }, []], "": text }));
            same(&vec![written(&json!({ "a": text })), written(&text)]);
        }
        same(&(1.5, f64::NAN, 'x', '"', 1_u128, [0_u8; 0], ()));
    }

    #[test]
    fn variants_and_numbers_as_names_are_what_the_library_writes() {
        #[derive(Serialize)]
        enum Content {
            One(u8),
            Named { a: u8, b: Word },
            Two(u8, u8),
        }
        same(&[Content::One(1), Content::Named { a: 1, b: Word::One }, Content::Two(1, 2)]);
        same(&BTreeMap::from([(1, 2), (-1, 3)]));
        assert!(compact(&BTreeMap::from([([1], 2)])).is_err());
    }
}
