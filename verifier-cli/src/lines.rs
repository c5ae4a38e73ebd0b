//! Lines of bounded length, as handheld scanners type them.

use std::io::{self, BufRead};

use ikd_verifier::limits::MAX_TEXT_CHARS;

/// Bytes of a line that are kept: more than any good line has, in any encoding.
const KEPT: usize = 4 * (MAX_TEXT_CHARS + 64);

/// Reads lines without ever holding more than [`KEPT`] bytes of one.
///
/// A line ends with LF, CR or both. White space before the text is dropped.
#[derive(Debug)]
pub(crate) struct Lines<R> {
    input: R,
    line: Vec<u8>,
    /// The last line ended with CR: an LF that follows belongs to it.
    after_cr: bool,
}

impl<R: BufRead> Lines<R> {
    pub(crate) fn new(input: R) -> Self {
        Self { input, line: Vec::with_capacity(KEPT + 1), after_cr: false }
    }

    /// The next line, as soon as its end arrives; `None` at the end of the input.
    ///
    /// Of a longer line only the beginning is given, which is still too long for a QR. A mark stands
    /// at its end, so that no white space there can make a short text of it.
    pub(crate) fn next(&mut self) -> io::Result<Option<String>> {
        self.line.clear();
        let mut begun = false;
        loop {
            let chunk = match self.input.fill_buf() {
                Ok(chunk) => chunk,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            if chunk.is_empty() {
                return Ok(begun.then(|| self.text()));
            }
            if std::mem::take(&mut self.after_cr) && chunk.first() == Some(&b'\n') {
                self.input.consume(1);
                continue;
            }
            begun = true;
            let end = chunk.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
            self.after_cr = end.is_some_and(|end| chunk[end] == b'\r');
            let piece = &chunk[..end.unwrap_or(chunk.len())];
            keep(&mut self.line, piece);
            let consumed = piece.len() + usize::from(end.is_some());
            self.input.consume(consumed);
            if end.is_some() {
                return Ok(Some(self.text()));
            }
        }
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.line).into_owned()
    }
}

fn keep(line: &mut Vec<u8>, piece: &[u8]) {
    let piece = if line.is_empty() { piece.trim_ascii_start() } else { piece };
    let room = KEPT.saturating_sub(line.len());
    if piece.len() <= room {
        line.extend_from_slice(piece);
    } else {
        line.extend_from_slice(&piece[..room]);
        line.truncate(KEPT);
        line.push(b'!');
    }
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use super::{KEPT, Lines};

    fn lines(input: &[u8], capacity: usize) -> Vec<String> {
        let mut lines = Lines::new(BufReader::with_capacity(capacity, input));
        std::iter::from_fn(|| lines.next().expect("memory does not fail")).collect()
    }

    #[test]
    fn every_way_to_end_a_line() {
        for capacity in [1, 2, 3, 64] {
            assert_eq!(lines(b"a\nb\r\nc\rd", capacity), ["a", "b", "c", "d"], "{capacity}");
            assert_eq!(lines(b"\n\r\n \t e \r\r\n", capacity), ["", "", "e ", ""], "{capacity}");
            assert!(lines(b"", capacity).is_empty());
        }
    }

    #[test]
    fn a_huge_line_is_cut_and_marked() {
        let long = [b"IKD1:".as_slice(), &b" ".repeat(1 << 20), b"\nnext"].concat();
        let read = lines(&long, 8_192);
        assert_eq!(read[0].len(), KEPT + 1);
        assert!(read[0].ends_with(" !"));
        assert_eq!(read[1], "next");
        let exact = "x".repeat(KEPT);
        assert_eq!(lines(exact.as_bytes(), 7), [exact]);
    }
}
