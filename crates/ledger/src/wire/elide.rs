//! Leaving off what the receiver can recompute: the id of an entry sent shortly before, and the payload's digest.

use std::collections::HashMap;

use seal::Digest;

use super::WireError;
use crate::{EntryId, Frame, MAX_HEADER_BYTES};

/// Flag: `prev` is the id of an item of this message.
pub(super) const PREV: u8 = 1;
/// Flag: `pay.sha256` is the digest of the payload that follows.
const SHA: u8 = 2;

const PREV_KEY: &[u8] = b"\"prev\":\"";
const SHA_KEY: &[u8] = b"\"sha256\":\"";

/// Ids of a message's items so far.
#[derive(Default)]
pub(super) struct Ids {
    list: Vec<EntryId>,
    index: HashMap<EntryId, usize>,
}

impl Ids {
    pub(super) fn push(&mut self, id: EntryId) {
        self.index.insert(id, self.list.len());
        self.list.push(id);
    }

    fn back_to(&self, id: &EntryId) -> Option<u8> {
        let at = self.index.get(id)?;
        u8::try_from(self.list.len().checked_sub(*at)?).ok()
    }

    fn at(&self, back: u8) -> Option<&EntryId> {
        self.list.get(self.list.len().checked_sub(usize::from(back))?)
    }
}

/// A header with parts left off.
pub(super) struct Short {
    pub(super) flags: u8,
    pub(super) back: Option<u8>,
    pub(super) header: Vec<u8>,
}

/// Leaves off what can be; checks that filling it in gives the same bytes.
pub(super) fn shorten(frame: &Frame, ids: &Ids) -> Short {
    let mut short = Short {
        flags: 0,
        back: None,
        header: frame.header.clone(),
    };
    let digest = Digest::of(&frame.payload);
    if let Some(header) = cut_out(&short.header, SHA_KEY, &digest) {
        short.flags |= SHA;
        short.header = header;
    }
    let prev = find(&short.header, PREV_KEY).and_then(|at| {
        let hex = short.header.get(at..at.checked_add(64)?)?;
        std::str::from_utf8(hex).ok()?.parse::<EntryId>().ok()
    });
    if let Some((prev, back)) = prev.and_then(|p| Some((p, ids.back_to(&p)?)))
        && let Some(header) = cut_out(&short.header, PREV_KEY, &prev.0)
    {
        short.flags |= PREV;
        short.back = Some(back);
        short.header = header;
    }
    match lengthen(&short, &frame.payload, ids) {
        Ok(same) if same == frame.header => short,
        _ => Short {
            flags: 0,
            back: None,
            header: frame.header.clone(),
        },
    }
}

/// Fills in what was left off.
pub(super) fn lengthen(short: &Short, payload: &[u8], ids: &Ids) -> Result<Vec<u8>, WireError> {
    if short.flags & !(PREV | SHA) != 0 {
        return Err(WireError::Item("unknown flag"));
    }
    if short.header.len() > MAX_HEADER_BYTES {
        return Err(WireError::Item("a length is out of bounds"));
    }
    let mut header = short.header.clone();
    if short.flags & SHA != 0 {
        header = fill_in(&header, SHA_KEY, &Digest::of(payload))?;
    }
    if let Some(back) = short.back {
        let prev = ids.at(back).ok_or(WireError::Item("points before the message"))?;
        header = fill_in(&header, PREV_KEY, &prev.0)?;
    }
    Ok(header)
}

/// The offset right behind the first `key`.
fn find(header: &[u8], key: &[u8]) -> Option<usize> {
    let at = header.windows(key.len()).position(|w| w == key)?;
    at.checked_add(key.len())
}

fn cut_out(header: &[u8], key: &[u8], digest: &Digest) -> Option<Vec<u8>> {
    let full = [key, digest.to_hex().as_bytes()].concat();
    let end = find(header, &full)?;
    let start = end.checked_sub(64)?;
    Some([header.get(..start)?, header.get(end..)?].concat())
}

fn fill_in(header: &[u8], key: &[u8], digest: &Digest) -> Result<Vec<u8>, WireError> {
    let empty = [key, b"\""].concat();
    let nowhere = WireError::Item("nothing to fill in");
    let end = find(header, &empty).ok_or(nowhere.clone())?;
    let at = end.checked_sub(1).ok_or(nowhere.clone())?;
    let (before, after) = header.split_at_checked(at).ok_or(nowhere)?;
    Ok([before, digest.to_hex().as_bytes(), after].concat())
}
