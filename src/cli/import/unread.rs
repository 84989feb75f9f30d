//! A log that cannot be read as it is: what it is instead, and what to do about it.

/// Bytes of a line that are looked at.
const LOOK_BYTES: usize = 4096;

/// The first bytes of a file that is packed or written in another way: what it is, and the command that makes it readable.
const PACKED: &[(&[u8], &str, &str)] = &[
    (b"\x1f\x8b", "is packed by gzip", "gunzip -c"),
    (b"\x28\xb5\x2f\xfd", "is packed by zstd", "zstd -dc"),
    (b"BZh", "is packed by bzip2", "bzip2 -dc"),
    (b"\xfd7zXZ", "is packed by xz", "xz -dc"),
    (b"\xff\xfe", "is UTF-16", "iconv -f UTF-16 -t UTF-8"),
    (b"\xfe\xff", "is UTF-16", "iconv -f UTF-16 -t UTF-8"),
];

/// Why no line of a file can be one of JSON, and the command behind which it can be read.
pub fn packed(bytes: &[u8]) -> Option<(&'static str, &'static str)> {
    PACKED.iter().find(|it| bytes.starts_with(it.0)).map(|it| (it.1, it.2))
}

/// What a file of which no line was understood needs.
pub fn remedy(bytes: &[u8]) -> Option<&'static str> {
    let text = bytes.trim_ascii();
    let line = text.split(|it| *it == b'\n').next().unwrap_or(text);
    let line = String::from_utf8_lossy(&line[..line.len().min(LOOK_BYTES)]);
    let is_combined = line.contains("] \"") && line.contains(" HTTP/") && !line.starts_with('{');
    is_combined
        .then_some("this is the format `combined`, which has no bodies: give nginx a `log_format ... escape=json` with `$request_body`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_something_else_is_known() {
        assert_eq!(packed(b"\x1f\x8b\x08\x00").map(|it| it.1), Some("gunzip -c"));
        assert_eq!(packed(b"{\"at\":1}"), None);
        let combined = b"203.0.113.7 - - [07/Mar/2025:10:11:12 +0000] \"POST /hooks HTTP/1.1\" 200 2 \"-\" \"curl\"\n";
        assert!(remedy(combined).is_some_and(|it| it.contains("combined")));
        for other in [&b"{\"at\":"[..], b"[1]", b"hello", b"", b"{\"x\": \"] \\\" HTTP/1.1\"}"] {
            assert_eq!(remedy(other), None, "{}", String::from_utf8_lossy(other));
        }
    }
}
