//! Huffman tables (T.81 annex C) laid out for skipping: what matters of an AC symbol is how many bits it takes and how many
//! coefficients it stands for, so that several short ones are skipped in one step.

use super::bits::Bits;
use std::cell::RefCell;
use std::rc::Rc;

/// Bits of the window in which whole symbols are chained; 13 keeps the table in the first-level cache.
const CHAIN_BITS: u32 = 13;
/// Advance that means "end of block".
const END_OF_BLOCK: u32 = 64;

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

/// Table of DC differences.
pub(super) struct DcTable(Box<[(u8, u8); 1 << 16]>);

/// Table for skipping AC coefficients: `bits | advance << 8`, 0 is no code.
pub(super) struct AcTable {
    one: Box<[u32; 1 << 16]>,
    chained: Box<[u32; 1 << CHAIN_BITS]>,
}

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
        codes.clone().into_boxed_slice().try_into().ok().map(DcTable)
    })
}

/// The AC table of these code counts and symbols.
pub(super) fn ac(counts: &[u8; 16], symbols: &[u8]) -> Option<Rc<AcTable>> {
    cached(&AC, counts, symbols, |codes| {
        let one: Vec<u32> = codes.iter().map(|(length, symbol)| skipping((*length).into(), *symbol)).collect();
        let chained: Vec<u32> = (0..1_usize << CHAIN_BITS)
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
        _ => (length + size) | (run + 1) << 8,
    }
}

/// As many whole symbols as have their codes inside the known bits of the window; stops at the end of a block.
fn chain(codes: &Codes, window: usize) -> u32 {
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
        advance += step >> 8;
        if advance >= END_OF_BLOCK || advance > 40 {
            break;
        }
    }
    bits | advance << 8
}

impl DcTable {
    /// The difference to the previous block's DC coefficient; none when the bits are no code.
    #[inline]
    pub(super) fn difference(&self, bits: &mut Bits<'_>) -> Option<i32> {
        bits.fill();
        let &(length, size) = self.0.get(bits.peek16())?;
        if length == 0 || size > 15 {
            return None;
        }
        bits.drop(length.into());
        if size == 0 {
            return Some(0);
        }
        let value = bits.take(size.into());
        Some(if value < 1 << (size - 1) { value - (1 << size) + 1 } else { value })
    }
}

impl AcTable {
    /// Skips the 63 AC coefficients of a block; none when the bits are no code or run past the block.
    #[inline]
    pub(super) fn skip_block(&self, bits: &mut Bits<'_>) -> Option<()> {
        let mut position = 1;
        while position < 64 {
            bits.fill();
            let step = *self.chained.get(bits.peek16() >> (16 - CHAIN_BITS))?;
            let advance = step >> 8;
            // A chain that ends the block, or that stays inside it. One that would run past it belongs to two blocks.
            if advance >= END_OF_BLOCK && position + advance - END_OF_BLOCK <= 63 {
                bits.drop(step & 0xff);
                return Some(());
            }
            if advance > 0 && advance < END_OF_BLOCK && position + advance <= 64 {
                bits.drop(step & 0xff);
                position += advance;
                continue;
            }
            let step = *self.one.get(bits.peek16())?;
            if step == 0 {
                return None;
            }
            bits.drop(step & 0xff);
            if step >> 8 == END_OF_BLOCK {
                return Some(());
            }
            position += step >> 8;
        }
        (position == 64).then_some(())
    }
}
