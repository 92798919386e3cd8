//! CIFF, which Canon wrote into JPEG files before Exif (CIFF specification 1.0 revision 4): a heap of records whose directory
//! stands at its end, with heaps of the same kind in it.

use super::Own;
use crate::bytes::{n16, n32};
use crate::notes::words;
use crate::when::of_clock;

const MAKE_AND_MODEL: u16 = 0x080a;
const TIME: u16 = 0x180e;
/// Heaps in heaps, and records of one file, that are looked at; cameras write three and some dozens.
const MAX_DEPTH: usize = 4;
const MAX_RECORDS: usize = 1000;

/// Takes the device and the time of taking from a segment, if it holds such a heap.
pub(super) fn fill(own: &mut Own, body: &[u8]) {
    let little = match body.first_chunk::<2>() {
        Some(b"II") => true,
        Some(b"MM") => false,
        _ => return,
    };
    let mut reader = Reader {
        little,
        left: MAX_RECORDS,
        own,
    };
    if body.get(6..14) == Some(b"HEAPJPGM") {
        let heap = reader.n32(body, 2).and_then(|header| body.get(header..));
        let _ended_early = heap.and_then(|heap| reader.heap(heap, 0));
    }
}

struct Reader<'a> {
    little: bool,
    /// Records that may still be read.
    left: usize,
    own: &'a mut Own,
}

impl Reader<'_> {
    fn n16(&self, bytes: &[u8], at: usize) -> Option<u16> {
        n16(bytes, at, self.little)
    }

    fn n32(&self, bytes: &[u8], at: usize) -> Option<usize> {
        usize::try_from(n32(bytes, at, self.little)?).ok()
    }

    /// Reads the records of a heap; none once a record is not there or too many were read.
    fn heap(&mut self, heap: &[u8], depth: usize) -> Option<()> {
        let directory = heap.get(self.n32(heap, heap.len().checked_sub(4)?)?..)?;
        let records = directory.get(2..)?.chunks_exact(10).take(self.n16(directory, 0)?.into());
        for record in records {
            self.left = self.left.checked_sub(1)?;
            let code = self.n16(record, 0)?;
            let (len, from) = (self.n32(record, 2)?, self.n32(record, 6)?);
            let in_record = code & 0x4000 != 0;
            let data = if in_record {
                record.get(2..)
            } else {
                heap.get(from..).and_then(|rest| rest.get(..len))
            };
            let Some(data) = data else {
                continue;
            };
            match code & 0x3fff {
                MAKE_AND_MODEL => self.device(data),
                TIME => self.time(data),
                code if matches!(code & 0x3800, 0x2800 | 0x3000) && depth < MAX_DEPTH => {
                    let _ended_early = self.heap(data, depth + 1);
                }
                _ => {}
            }
        }
        Some(())
    }

    fn device(&mut self, data: &[u8]) {
        let mut texts = data.split(|b| *b == 0).map(words);
        let mut next = || texts.next().flatten().map(|text| (text, "CIFF.MakeModel"));
        (self.own.make, self.own.model) = (next(), next());
    }

    fn time(&mut self, data: &[u8]) {
        let seconds = self.n32(data, 0).and_then(|seconds| i64::try_from(seconds).ok());
        self.own.original = seconds.and_then(of_clock).map(|time| (time, "CIFF.TimeStamp"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A heap of these records, big-endian.
    fn heap(records: &[(u16, &[u8])]) -> Vec<u8> {
        let (mut heap, mut directory) = (Vec::new(), (records.len() as u16).to_be_bytes().to_vec());
        for (code, data) in records {
            directory.extend(code.to_be_bytes());
            directory.extend((data.len() as u32).to_be_bytes());
            directory.extend((heap.len() as u32).to_be_bytes());
            heap.extend_from_slice(data);
        }
        let at = heap.len() as u32;
        [heap, directory, at.to_be_bytes().to_vec()].concat()
    }

    fn read(heap: &[u8]) -> Own {
        let mut own = Own::default();
        fill(&mut own, &[b"MM\0\0\0\x1aHEAPJPGM", &[0; 12][..], heap].concat());
        own
    }

    #[test]
    fn device_and_time_are_found_in_heaps_in_heaps() {
        let device = heap(&[(MAKE_AND_MODEL, b"Canon\0Canon PowerShot A5\0")]);
        let own = read(&heap(&[(0x2807, &device), (0x300a, &heap(&[(TIME, &972_687_386_u32.to_be_bytes())]))]));
        assert_eq!(own.make.unwrap().0, "Canon");
        assert_eq!(own.model.unwrap().0, "Canon PowerShot A5");
        assert_eq!(own.original.unwrap().0.text(), "2000-10-27T22:56:26");
        let unset = read(&heap(&[(TIME, &[0; 12])]));
        assert!(unset.original.is_none());
    }

    #[test]
    fn heaps_that_hold_themselves_end() {
        // Every record is a heap and claims the whole of it.
        let mut own = heap(&[(0x2807, &b""[..]); 200]);
        let len = own.len() as u32;
        for record in own[2..2002].chunks_exact_mut(10) {
            record[2..6].copy_from_slice(&len.to_be_bytes());
        }
        assert!(read(&own).make.is_none());
        for end in 0..own.len() {
            assert!(read(&own[..end]).make.is_none());
        }
    }
}
