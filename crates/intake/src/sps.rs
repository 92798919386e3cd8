//! What a stream of HEVC says of its colours (ITU-T H.265 §7.3.2.2 and annex E): the last part of its sequence parameter set, which stands
//! behind everything else and can only be found by reading that. Telephones say there, and nowhere else, that their samples use the full range.

/// What the samples mean, as far as the stream says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Signal {
    /// Whether black is 0 and white the largest number.
    pub full_range: bool,
    /// Primaries, transfer and matrix by number (ITU-T H.273).
    pub described: Option<[u8; 3]>,
}

/// Type of the unit that holds a sequence parameter set.
const SPS: u8 = 33;
/// Bytes of a set that are looked at.
const MAX_LEN: usize = 4096;
/// Reference picture sets at most (§7.4.3.2.1).
const MAX_SETS: u32 = 64;
/// Pictures of one such set at most.
const MAX_PICTURES: u32 = 16;

/// What the first sequence parameter set among some units says; none where it says nothing.
pub(crate) fn signal(units: &[&[u8]]) -> Option<Signal> {
    let unit = units.iter().find(|unit| unit.first().is_some_and(|head| head >> 1 & 0x3f == SPS))?;
    let mut bits = Bits::of(unit.get(2..)?);
    before(&mut bits)?;
    usability(&mut bits)
}

/// Reads as far as the part on usability, and whether it is there.
fn before(bits: &mut Bits) -> Option<()> {
    bits.skip(4)?;
    let layers = bits.take(3)?;
    bits.skip(1)?;
    profile(bits, layers)?;
    bits.golomb()?;
    if bits.golomb()? == 3 {
        bits.skip(1)?;
    }
    bits.golombs(2)?;
    if bits.flag()? {
        bits.golombs(4)?;
    }
    bits.golombs(2)?;
    let order_bits = bits.golomb()?.checked_add(4).filter(|n| *n <= 16)?;
    let described = if bits.flag()? { layers + 1 } else { 1 };
    bits.golombs(3 * described)?;
    bits.golombs(6)?;
    if bits.flag()? && bits.flag()? {
        scaling(bits)?;
    }
    bits.skip(2)?;
    if bits.flag()? {
        bits.skip(8)?;
        bits.golombs(2)?;
        bits.skip(1)?;
    }
    references(bits)?;
    if bits.flag()? {
        for _ in 0..bits.golomb().filter(|n| *n <= 32)? {
            bits.skip(order_bits + 1)?;
        }
    }
    bits.skip(2)?;
    bits.flag()?.then_some(())
}

fn profile(bits: &mut Bits, layers: u32) -> Option<()> {
    bits.skip(96)?;
    let mut present = Vec::new();
    for _ in 0..layers {
        present.push((bits.flag()?, bits.flag()?));
    }
    if layers > 0 {
        bits.skip(2 * (8 - layers))?;
    }
    for (profile, level) in present {
        bits.skip(if profile { 88 } else { 0 } + if level { 8 } else { 0 })?;
    }
    Some(())
}

fn scaling(bits: &mut Bits) -> Option<()> {
    for size in 0..4_u32 {
        for _ in 0..if size == 3 { 2 } else { 6 } {
            if !bits.flag()? {
                bits.golomb()?;
                continue;
            }
            bits.golombs(u32::from(size > 1) + 64.min(1 << (4 + 2 * size)))?;
        }
    }
    Some(())
}

/// Short-term reference picture sets, each of its own or by the difference to the one before it.
fn references(bits: &mut Bits) -> Option<()> {
    let mut pictures = 0;
    for set in 0..bits.golomb().filter(|n| *n <= MAX_SETS)? {
        if set > 0 && bits.flag()? {
            bits.skip(1)?;
            bits.golomb()?;
            let mut kept = 0;
            for _ in 0..=pictures {
                let used = bits.flag()?;
                kept += u32::from(used || bits.flag()?);
            }
            pictures = kept;
        } else {
            let before = bits.golomb().filter(|n| *n <= MAX_PICTURES)?;
            let after = bits.golomb().filter(|n| *n <= MAX_PICTURES)?;
            pictures = before + after;
            for _ in 0..pictures {
                bits.golomb()?;
                bits.skip(1)?;
            }
        }
    }
    Some(())
}

fn usability(bits: &mut Bits) -> Option<Signal> {
    /// The shape of a pixel is given in numbers.
    const IN_NUMBERS: u32 = 255;
    if bits.flag()? && bits.take(8)? == IN_NUMBERS {
        bits.skip(32)?;
    }
    if bits.flag()? {
        bits.skip(1)?;
    }
    if !bits.flag()? {
        return None;
    }
    bits.skip(3)?;
    let full_range = bits.flag()?;
    let described = if bits.flag()? {
        let mut number = || u8::try_from(bits.take(8)?).ok();
        Some([number()?, number()?, number()?])
    } else {
        None
    };
    Some(Signal { full_range, described })
}

/// Bits of a unit without what keeps its bytes from looking like the beginning of another (§7.3.1.1).
struct Bits {
    bytes: Vec<u8>,
    at: usize,
}

impl Bits {
    fn of(unit: &[u8]) -> Self {
        let (mut bytes, mut zeros) = (Vec::new(), 0);
        for byte in unit.iter().take(MAX_LEN) {
            if zeros >= 2 && *byte == 3 {
                zeros = 0;
                continue;
            }
            zeros = if *byte == 0 { zeros + 1 } else { 0 };
            bytes.push(*byte);
        }
        Self { bytes, at: 0 }
    }

    fn flag(&mut self) -> Option<bool> {
        let byte = *self.bytes.get(self.at / 8)?;
        let bit = byte >> (7 - self.at % 8) & 1;
        self.at += 1;
        Some(bit == 1)
    }

    fn take(&mut self, bits: u32) -> Option<u32> {
        (0..bits).try_fold(0, |number, _| Some(number << 1 | u32::from(self.flag()?)))
    }

    fn skip(&mut self, bits: u32) -> Option<()> {
        self.at = self.at.checked_add(usize::try_from(bits).ok()?)?;
        (self.at <= self.bytes.len() * 8).then_some(())
    }

    /// A number of Exp-Golomb (§9.2); with or without a sign it is as long.
    fn golomb(&mut self) -> Option<u32> {
        let mut zeros = 0;
        while !self.flag()? {
            zeros += 1;
            if zeros > 31 {
                return None;
            }
        }
        Some((1 << zeros) - 1 + self.take(zeros)?)
    }

    fn golombs(&mut self, count: u32) -> Option<()> {
        (0..count).try_for_each(|_| self.golomb().map(drop))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes what [`Bits`] reads.
    #[derive(Default)]
    struct Writer(Vec<bool>);

    impl Writer {
        fn bits(&mut self, number: u64, count: u32) -> &mut Self {
            self.0.extend((0..count).rev().map(|bit| number.checked_shr(bit).unwrap_or(0) & 1 == 1));
            self
        }

        fn golomb(&mut self, number: u32) -> &mut Self {
            let length = u64::from(number + 1).ilog2();
            self.bits(0, length).bits(u64::from(number + 1), length + 1)
        }

        /// A unit with the bytes put in that keep it apart from the next.
        fn unit(&self) -> Vec<u8> {
            let mut unit = vec![SPS << 1, 1];
            let mut zeros = 0;
            for byte in self.0.chunks(8) {
                let byte = byte.iter().enumerate().fold(0, |byte, (at, bit)| byte | u8::from(*bit) << (7 - at));
                if zeros == 2 && byte < 4 {
                    unit.push(3);
                    zeros = 0;
                }
                zeros = if byte == 0 { zeros + 1 } else { 0 };
                unit.push(byte);
            }
            unit
        }
    }

    /// A set with everything that may stand before the part on usability, or with next to nothing of it.
    fn set(rich: bool, signal: Option<Signal>) -> Vec<u8> {
        let mut w = Writer::default();
        let layers = if rich { 2 } else { 0 };
        w.bits(0, 4).bits(layers, 3).bits(1, 1).bits(0x1234, 88).bits(93, 8);
        if rich {
            w.bits(0b1101, 4).bits(0, 12).bits(7, 88).bits(9, 8).bits(9, 8);
        }
        w.golomb(0).golomb(if rich { 3 } else { 1 });
        if rich {
            w.bits(0, 1);
        }
        w.golomb(4031).golomb(3023).bits(rich.into(), 1);
        if rich {
            w.golomb(0).golomb(5).golomb(0).golomb(3);
        }
        w.golomb(2).golomb(2).golomb(4).bits(rich.into(), 1);
        for _ in 0..if rich { 3 * 3 } else { 3 } {
            w.golomb(1);
        }
        for n in [0, 3, 0, 3, 0, 2] {
            w.golomb(n);
        }
        w.bits(rich.into(), 1);
        if rich {
            w.bits(1, 1);
            for (lists, numbers) in [(6, 16), (6, 64), (6, 65), (2, 65)] {
                w.bits(0, 1).golomb(0);
                for _ in 1..lists {
                    w.bits(1, 1);
                    for n in 0..numbers {
                        w.golomb(n % 5);
                    }
                }
            }
        }
        w.bits(0b11, 2).bits(rich.into(), 1);
        if rich {
            w.bits(0x77, 8).golomb(0).golomb(1).bits(1, 1);
        }
        w.golomb(if rich { 2 } else { 0 });
        if rich {
            // One before and one after; then the same but for one of them, by its difference.
            w.golomb(1).golomb(1).golomb(0).bits(1, 1).golomb(0).bits(0, 1);
            w.bits(1, 1).bits(0, 1).golomb(0).bits(1, 1).bits(0b00, 2).bits(0b01, 2);
        }
        w.bits(rich.into(), 1);
        if rich {
            w.golomb(2).bits(0x155, 9).bits(0x0aa, 9);
        }
        w.bits(0b10, 2).bits(1, 1);
        w.bits(rich.into(), 1);
        if rich {
            w.bits(255, 8).bits(0x0010_0010, 32);
        }
        w.bits(rich.into(), 1);
        if rich {
            w.bits(1, 1);
        }
        w.bits(signal.is_some().into(), 1);
        if let Some(Signal { full_range, described }) = signal {
            w.bits(5, 3).bits(full_range.into(), 1).bits(described.is_some().into(), 1);
            for number in described.into_iter().flatten() {
                w.bits(number.into(), 8);
            }
        }
        w.bits(0b1000_0000, 8).unit()
    }

    #[test]
    fn what_stands_behind_everything_else_is_found() {
        for rich in [false, true] {
            for described in [None, Some([12, 13, 6]), Some([0, 0, 0])] {
                for full_range in [false, true] {
                    let said = Some(Signal { full_range, described });
                    let whole = set(rich, said);
                    let before: &[u8] = &[0x40, 1, 0xff];
                    assert_eq!(signal(&[before, &whole]), said, "{rich}");
                    // What is cut short says nothing, and nothing else.
                    for len in 0..whole.len() - 2 {
                        let cut = signal(&[&whole[..len]]);
                        assert!(cut.is_none() || cut == said, "{rich} {len}");
                    }
                }
            }
            assert_eq!(signal(&[&set(rich, None)]), None);
        }
        assert_eq!(signal(&[]), None);
    }
}
