//! A portrait of nobody: a real JPEG of a few hundred bytes, small enough for a QR.

/// The portrait's blocks of 8 by 8 pixels, from black (0) to white (9).
const BLOCKS: [&[u8; 6]; 8] =
    [b"888888", b"883388", b"836638", b"836638", b"886688", b"811118", b"111111", b"111111"];

/// Bits of the Huffman code for a DC difference by its size, 0 to 8: canonical, all of 4 bits.
const DC_BITS: u32 = 4;

/// The portrait as a baseline greyscale JPEG.
///
/// Every block is flat, so each holds a DC difference and an end-of-block, and no more tables are
/// needed than these two codes.
pub(crate) fn jpeg() -> Vec<u8> {
    let (height, width) = (8 * BLOCKS.len() as u8, 8 * BLOCKS[0].len() as u8);
    let mut out = vec![0xff, 0xd8];
    // One quantisation table. With a step of 32, a DC unit is four grey levels.
    out.extend([0xff, 0xdb, 0, 67, 0]);
    out.extend([32; 64]);
    out.extend([0xff, 0xc0, 0, 11, 8, 0, height, 0, width, 1, 1, 0x11, 0]);
    // DC codes: nine of four bits. AC codes: end-of-block alone, of one bit.
    out.extend([0xff, 0xc4, 0, 28, 0x00, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    out.extend(0..9);
    out.extend([0xff, 0xc4, 0, 20, 0x10, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    out.extend([0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0]);
    out.extend(scan());
    out.extend([0xff, 0xd9]);
    out
}

/// The entropy-coded blocks.
fn scan() -> Vec<u8> {
    let mut bits = BitWriter::default();
    let mut previous = 0;
    for shade in BLOCKS.iter().flat_map(|row| row.iter()) {
        let level = i32::from(shade - b'0') * 6 - 27;
        let difference = level - previous;
        previous = level;
        let size = 32 - difference.unsigned_abs().leading_zeros();
        bits.push(size, DC_BITS);
        // A negative difference is written as itself less one, in `size` bits.
        let coded = if difference < 0 { difference - 1 } else { difference };
        bits.push(coded as u32 & ((1 << size) - 1), size);
        bits.push(0, 1);
    }
    bits.finish()
}

#[derive(Default)]
struct BitWriter {
    bytes: Vec<u8>,
    pending: u32,
    count: u32,
}

impl BitWriter {
    fn push(&mut self, value: u32, bits: u32) {
        for shift in (0..bits).rev() {
            self.pending = self.pending << 1 | (value >> shift & 1);
            self.count += 1;
            if self.count == 8 {
                let byte = self.pending as u8;
                self.bytes.push(byte);
                // A 0xff in the data is followed by a zero, or it would read as a marker.
                if byte == 0xff {
                    self.bytes.push(0);
                }
                (self.pending, self.count) = (0, 0);
            }
        }
    }

    fn finish(mut self) -> Vec<u8> {
        while self.count != 0 {
            self.push(1, 1);
        }
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn it_begins_and_ends_as_a_jpeg_and_fits_a_qr() {
        let jpeg = super::jpeg();
        assert!(jpeg.starts_with(&[0xff, 0xd8]) && jpeg.ends_with(&[0xff, 0xd9]));
        assert!(jpeg.len() < 300, "{}", jpeg.len());
    }
}
