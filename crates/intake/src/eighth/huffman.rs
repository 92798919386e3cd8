//! Huffman tables (T.81 annex C) laid out for skipping: what matters of an AC symbol is how many bits it takes and how many
//! coefficients it stands for, so that several short ones are skipped in one step.

use super::bits::Bits;
use std::cell::RefCell;
use std::rc::Rc;

/// Bits of the window in which whole symbols are chained. The tables of a picture's brightness and colour lie in the first-level cache
/// together.
const CHAIN_BITS: u32 = 13;
/// Bits that one step of a chain takes at most: its last code may end with the window, and 15 bits of value follow.
const STEP_BITS: u32 = CHAIN_BITS + 15;
/// Bits of the window in which a DC code is looked for; longer ones are rare.
const DC_BITS: u32 = 11;
/// Advance that means "end of block". Any position from here on tells how far the block came.
const END_OF_BLOCK: u32 = 128;

/// Length and symbol of the code that begins each 16-bit window; length 0 is no code.
type Codes = Vec<(u8, u8)>;

fn codes(counts: &[u8; 16], symbols: &[u8]) -> Option<Codes> {
    let mut codes: Codes = Vec::with_capacity(1 << 16);
    let mut symbols = symbols.iter();
    for (length, count) in (1_u8..=16).zip(counts) {
        for symbol in symbols.by_ref().take(usize::from(*count)) {
            // Codes of one length follow one another, and longer ones follow shorter ones: the windows are in order.
            let end = codes.len() + (1 << (16 - length));
            if end > 1 << 16 {
                return None;
            }
            codes.resize(end, (length, *symbol));
        }
    }
    codes.resize(1 << 16, (0, 0));
    Some(codes)
}

/// Table of DC differences: `length << 8 | size`, 0 is no code.
pub(super) struct DcTable {
    long: Box<[u16; 1 << 16]>,
    short: Box<[u16; 1 << DC_BITS]>,
}

/// Table for skipping AC coefficients. Of one symbol `bits | advance << 8 | size << 16`, where `size` of the bits are its value, 0 is no
/// code; of a chain `bits | advance << 5`.
pub(super) struct AcTable {
    one: Box<[u32; 1 << 16]>,
    chained: Box<[u16; 1 << CHAIN_BITS]>,
}

/// The chain where no code ends inside the window: it leaves every block behind, and counts as none.
const NO_CHAIN: u16 = 0xff << 5;

type Cache<T> = RefCell<Vec<(Vec<u8>, Rc<T>)>>;
thread_local! {
    // Cameras use the same few tables for every picture.
    static DC: Cache<DcTable> = const { RefCell::new(Vec::new()) };
    static AC: Cache<AcTable> = const { RefCell::new(Vec::new()) };
}

fn cached<T>(cache: &'static std::thread::LocalKey<Cache<T>>, counts: &[u8; 16], symbols: &[u8], build: fn(&Codes) -> Option<T>) -> Option<Rc<T>> {
    let key = [counts, symbols].concat();
    cache.with_borrow_mut(|known| {
        if let Some((_, table)) = known.iter().find(|(k, _)| *k == key) {
            return Some(Rc::clone(table));
        }
        let table = Rc::new(build(&codes(counts, symbols)?)?);
        if known.len() >= 8 {
            known.clear();
        }
        known.push((key, Rc::clone(&table)));
        Some(table)
    })
}

/// The DC table of these code counts and symbols.
pub(super) fn dc(counts: &[u8; 16], symbols: &[u8]) -> Option<Rc<DcTable>> {
    cached(&DC, counts, symbols, |codes| {
        let entry = |(length, size): &(u8, u8)| u16::from(*length) << 8 | u16::from(*size);
        let within = |(length, _): &&(u8, u8)| u32::from(*length) <= DC_BITS;
        let long: Vec<u16> = codes.iter().map(entry).collect();
        let first_of_each = codes.iter().step_by(1 << (16 - DC_BITS));
        let short: Vec<u16> = first_of_each.map(|code| Some(code).filter(within).map_or(0, entry)).collect();
        Some(DcTable {
            long: long.into_boxed_slice().try_into().ok()?,
            short: short.into_boxed_slice().try_into().ok()?,
        })
    })
}

/// The AC table of these code counts and symbols.
pub(super) fn ac(counts: &[u8; 16], symbols: &[u8]) -> Option<Rc<AcTable>> {
    cached(&AC, counts, symbols, |codes| {
        let one: Vec<u32> = codes.iter().map(|(length, symbol)| skipping((*length).into(), *symbol)).collect();
        let chained: Vec<u16> = (0..1_usize << CHAIN_BITS)
            .map(|window| chain(codes, window << (16 - CHAIN_BITS)))
            .collect();
        Some(AcTable {
            one: one.into_boxed_slice().try_into().ok()?,
            chained: chained.into_boxed_slice().try_into().ok()?,
        })
    })
}

/// Bits and coefficients of one symbol with its extra bits: high nibble zeros, low nibble bits of the value (T.81 F.1.2.2).
fn skipping(length: u32, symbol: u8) -> u32 {
    let (run, size) = (u32::from(symbol >> 4), u32::from(symbol & 15));
    match (length, run, size) {
        (0, _, _) => 0,
        (_, 15, 0) => length | 16 << 8,
        (_, _, 0) => length | END_OF_BLOCK << 8,
        _ => (length + size) | (run + 1) << 8 | size << 16,
    }
}

/// As many whole symbols as have their codes inside the known bits of the window; stops at the end of a block.
fn chain(codes: &Codes, window: usize) -> u16 {
    let (mut bits, mut advance) = (0_u32, 0_u32);
    while bits < CHAIN_BITS {
        let Some(&(length, symbol)) = codes.get(window << bits & 0xffff) else {
            break;
        };
        if length == 0 || bits + u32::from(length) > CHAIN_BITS {
            break;
        }
        let step = skipping(length.into(), symbol);
        bits += step & 0xff;
        advance += advance_of(step);
        if advance > 40 {
            break;
        }
    }
    if bits == 0 {
        NO_CHAIN
    } else {
        u16::try_from(bits | advance << 5).unwrap_or(NO_CHAIN)
    }
}

/// How many coefficients one symbol stands for.
const fn advance_of(step: u32) -> u32 {
    step >> 8 & 0xff
}

/// A value of `size` (1 to 15) bits (F.2.2.1).
fn value(bits: &mut Bits<'_>, size: u32) -> i32 {
    let value = bits.take(size);
    if value < 1 << (size - 1) { value - (1 << size) + 1 } else { value }
}

impl DcTable {
    /// The difference to the previous block's DC coefficient; none when the bits are no code. Leaves at least 24 bits held.
    #[inline]
    pub(super) fn difference(&self, bits: &mut Bits<'_>) -> Option<i32> {
        bits.fill();
        let mut code = *self.short.get(bits.peek(DC_BITS))?;
        if code == 0 {
            code = *self.long.get(bits.peek(16))?;
        }
        let (length, size) = (u32::from(code >> 8), u32::from(code & 0xff));
        if length == 0 || size > 15 {
            return None;
        }
        bits.drop(length);
        if size == 0 {
            return Some(0);
        }
        Some(value(bits, size))
    }
}

impl AcTable {
    /// Skips the 63 AC coefficients of a block; none when the bits are no code or run past the block.
    // Called instead, it costs a tenth of reading a picture: the bits at hand leave their registers.
    #[inline(always)]
    pub(super) fn skip_block(&self, bits: &mut Bits<'_>) -> Option<()> {
        let mut position = 1;
        loop {
            bits.fill();
            // Two steps to a filling.
            const { assert!(2 * STEP_BITS <= 56) };
            for _ in 0..2 {
                let step = u32::from(*self.chained.get(bits.peek(CHAIN_BITS))?);
                let reached = position + (step >> 5);
                if reached < 64 {
                    bits.drop(step & 31);
                    position = reached;
                    continue;
                }
                // A chain that ends the block, or fills it. One that would run past it belongs to two blocks.
                if reached == 64 || (END_OF_BLOCK..END_OF_BLOCK + 64).contains(&reached) {
                    bits.drop(step & 31);
                    return Some(());
                }
                position = self.skip_one(bits, position)?;
                if position >= 64 {
                    return (position == 64 || position >= END_OF_BLOCK).then_some(());
                }
                break;
            }
        }
    }

    /// A block's coefficients in the order in which they come, of which the first is known; none as for [`AcTable::skip_block`].
    pub(super) fn read_block(&self, first: i32, bits: &mut Bits<'_>) -> Option<[i32; 64]> {
        let mut coefficients = [0; 64];
        coefficients[0] = first;
        let mut position = 1;
        while position < 64 {
            bits.fill();
            let step = *self.one.get(bits.peek(16))?;
            if step == 0 {
                return None;
            }
            let size = step >> 16;
            bits.drop((step & 0xff) - size);
            position += advance_of(step);
            if size > 0 {
                *coefficients.get_mut(position as usize - 1)? = value(bits, size);
            }
        }
        (position == 64 || position >= END_OF_BLOCK).then_some(coefficients)
    }

    /// One symbol, of any length.
    #[inline(never)]
    fn skip_one(&self, bits: &mut Bits<'_>, position: u32) -> Option<u32> {
        bits.fill();
        let step = *self.one.get(bits.peek(16))?;
        bits.drop(step & 0xff);
        (step != 0).then_some(position + advance_of(step))
    }
}
