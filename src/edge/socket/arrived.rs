//! What has arrived of the head that a connection reads. A head can come in one piece with the request before it.

use memchr::memchr_iter;

/// This much of a head is kept until it is complete, so that a refusal can say what was asked.
pub const HEAD_BEGIN_BYTES_MAX: usize = 2 * 1024;
/// Some clients send an empty line behind a body. These bytes alone do not begin a head.
const BLANK_BYTES_MAX: usize = 4;

/// The head that is being read, and how far the request before it has come.
#[derive(Default)]
pub struct Arrived {
    pub bytes: usize,
    pub lines: usize,
    pub begins: Vec<u8>,
    /// The bytes of empty lines in front of it.
    blank: usize,
    /// The line that is being read has nothing in it yet.
    line_is_empty: bool,
    /// What came in one piece with the end of the head, until it is known how much of it is a body.
    behind: Vec<u8>,
    next: Next,
}

/// What the next byte belongs to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Next {
    #[default]
    Head,
    /// The head is complete; what follows it is known when its request begins.
    Behind,
    /// A body, or a chunk with the end of its line, of which that many bytes are still to come.
    Body(u64),
    Chunk(u64),
    /// The line with the size of a chunk, as far as it was read.
    Size(u64),
    /// What stands behind the size in its line.
    Extension(u64),
    /// The lines behind the last chunk.
    Trailer,
    /// All that follows a refusal.
    Nothing,
}

impl Arrived {
    /// Nothing has arrived behind the last request.
    pub fn is_empty(&self) -> bool {
        self.next == Next::Head && self.bytes == 0
    }

    /// A head is complete. Its body has that many bytes, or it comes in chunks. The head that follows is another.
    pub fn begin(&mut self, body_bytes: Option<u64>) {
        self.begins.clear();
        (self.bytes, self.lines, self.blank, self.line_is_empty) = (0, 0, 0, false);
        self.next = match body_bytes {
            Some(0) => Next::Head,
            Some(bytes) => Next::Body(bytes),
            None => Next::Size(0),
        };
        let mut behind = std::mem::take(&mut self.behind);
        self.count(&behind);
        behind.clear();
        if self.behind.is_empty() && behind.capacity() <= HEAD_BEGIN_BYTES_MAX {
            self.behind = behind; // its memory serves the next request, and an idle connection does not keep much
        }
    }

    /// What has arrived of a head, which is refused.
    pub fn refuse(&mut self) -> Self {
        std::mem::replace(self, Self { next: Next::Nothing, ..Self::default() })
    }

    /// These bytes were read.
    pub fn count(&mut self, mut read: &[u8]) {
        while !read.is_empty() {
            let seen = match self.next {
                Next::Head => self.head(read),
                Next::Behind => {
                    self.behind.extend_from_slice(read);
                    return;
                }
                Next::Body(bytes) => {
                    let (seen, left) = skipped(read, bytes);
                    self.next = if left == 0 { Next::Head } else { Next::Body(left) };
                    seen
                }
                Next::Chunk(bytes) => {
                    let (seen, left) = skipped(read, bytes);
                    self.next = if left == 0 { Next::Size(0) } else { Next::Chunk(left) };
                    seen
                }
                Next::Size(bytes) | Next::Extension(bytes) => {
                    self.next = self.size(bytes, read[0]);
                    1
                }
                Next::Trailer => {
                    let end = self.end_of_lines(read);
                    self.next = if end.is_some() { Next::Head } else { Next::Trailer };
                    (self.lines, self.line_is_empty) = (0, self.line_is_empty && end.is_none());
                    end.unwrap_or(read.len())
                }
                Next::Nothing => return,
            };
            read = &read[seen..];
        }
    }

    /// Reads on in a head. Returns how much of it that was.
    fn head(&mut self, read: &[u8]) -> usize {
        if self.begins.is_empty() {
            let blank = read.iter().take_while(|it| matches!(it, b'\r' | b'\n')).count();
            if 0 < blank {
                self.blank += blank;
                self.bytes = if BLANK_BYTES_MAX < self.blank { self.blank } else { 0 };
                return blank;
            }
            self.bytes = self.blank;
        }
        let end = self.end_of_lines(read);
        if end.is_some() {
            self.next = Next::Behind;
        }
        let seen = end.unwrap_or(read.len());
        self.bytes += seen;
        let room = HEAD_BEGIN_BYTES_MAX.saturating_sub(self.begins.len());
        self.begins.extend_from_slice(&read[..room.min(seen)]);
        seen
    }

    /// Counts lines, up to the empty one that ends them. Returns where that one ends.
    fn end_of_lines(&mut self, read: &[u8]) -> Option<usize> {
        let mut from = 0;
        for end in memchr_iter(b'\n', read) {
            self.lines += 1;
            let is_empty = self.line_is_empty && is_blank(&read[from..end]);
            (self.line_is_empty, from) = (true, end + 1);
            if is_empty {
                return Some(from);
            }
        }
        self.line_is_empty &= is_blank(&read[from..]);
        None
    }

    /// What follows one more byte of the line with the size of a chunk.
    fn size(&mut self, bytes: u64, byte: u8) -> Next {
        let is_size = matches!(self.next, Next::Size(_));
        match char::from(byte).to_digit(16).filter(|_| is_size) {
            Some(digit) => Next::Size(bytes.saturating_mul(16).saturating_add(digit.into())),
            None if byte != b'\n' => Next::Extension(bytes),
            None if bytes == 0 => {
                self.line_is_empty = true;
                Next::Trailer
            }
            None => Next::Chunk(bytes.saturating_add(2)),
        }
    }
}

fn is_blank(part_of_line: &[u8]) -> bool {
    part_of_line.iter().all(|it| *it == b'\r')
}

/// How much of what was read belongs to that many bytes, and how many of them are still to come.
fn skipped(read: &[u8], bytes: u64) -> (usize, u64) {
    let seen = usize::try_from(bytes).unwrap_or(usize::MAX).min(read.len());
    (seen, bytes - seen as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_behind_a_request_is_kept() {
        let half = "\r\nGET /half HTTP/1.1\r\nHost: x";
        let bodies = [
            (Some(0), ""),
            (Some(3), "abc"),
            (Some(5), "a\n\n\nb"),
            (None, "0\r\n\r\n"),
            (None, "3\r\na\n\n\r\n00a;ee=\"1\"\r\n0123456789\r\n0\r\nX: y\r\n\r\n"),
        ];
        for (body_bytes, body) in bodies {
            let all = format!("POST /whole HTTP/1.1\r\nHost: x\r\n\r\n{body}{half}");
            let head = all.len() - half.len() - body.len();
            for cut in head..all.len() {
                let mut arrived = Arrived::default();
                arrived.count(&all.as_bytes()[..9]);
                arrived.count(&all.as_bytes()[9..cut]);
                assert_eq!((arrived.bytes, arrived.lines), (head, 3));
                arrived.begin(body_bytes);
                let (first, last) = all.as_bytes()[cut..].split_at((all.len() - cut) / 2);
                arrived.count(first);
                arrived.count(last);
                let seen = (arrived.bytes, arrived.lines, String::from_utf8_lossy(&arrived.begins).into_owned());
                assert_eq!(seen, (half.len(), 1, half.trim().to_owned()), "{body} {cut}");
            }
        }
    }

    #[test]
    fn an_empty_line_is_no_head_and_many_are_one() {
        let mut arrived = Arrived::default();
        arrived.count(b"\r\n");
        arrived.count(b"\r\n");
        assert_eq!(arrived.bytes, 0);
        for _ in 0..100 {
            arrived.count(b"\r\n");
        }
        assert_eq!((arrived.bytes, arrived.lines, arrived.begins.len()), (204, 0, 0));
        arrived.count(b"GET / HTTP/1.1\r\n\r\n\r\n");
        assert_eq!((arrived.bytes, arrived.lines, arrived.behind.len()), (222, 2, 2));
        arrived.begin(Some(0));
        assert_eq!(arrived.bytes, 0);
    }
}
