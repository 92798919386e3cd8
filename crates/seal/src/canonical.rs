//! Canonical JSON: RFC 8785 as a writer's rule, and a parser that refuses whatever could be read in two ways.
//!
//! Profile: no floats, |integer| ≤ 2^53−1, ASCII keys, no duplicate key, no U+0000, no lone surrogate, depth ≤ 64.
//! Text is kept exactly as typed: nothing is normalised.

mod parser;
mod writer;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{Error, Result};

/// The largest integer magnitude that every JSON reader keeps exactly: 2^53−1.
pub const MAX_INTEGER: u64 = (1 << 53) - 1;
/// The deepest nesting of arrays and objects.
pub const MAX_DEPTH: usize = 64;

/// Writes a value as canonical JSON; refuses what the profile does not hold.
pub fn to_vec(value: &impl Serialize) -> Result<Vec<u8>> {
    let value = serde_json::to_value(value).map_err(|e| Error::Shape(e.to_string()))?;
    writer::write(&value)
}

/// Reads JSON strictly by the profile; white space and key order are free.
pub fn parse(bytes: &[u8]) -> Result<Value> {
    parser::parse(bytes)
}

/// Reads JSON strictly and refuses it unless the bytes equal their own canonical form.
pub fn parse_canonical(bytes: &[u8]) -> Result<Value> {
    let value = parse(bytes)?;
    let canonical = writer::write(&value)?;
    if canonical == bytes {
        return Ok(value);
    }
    let at = canonical.iter().zip(bytes).take_while(|(a, b)| a == b).count();
    Err(Error::NotCanonical { at })
}

/// Reads canonical JSON into a type; `deny_unknown_fields` is the type's own duty.
pub fn from_slice<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    serde_json::from_value(parse_canonical(bytes)?).map_err(|e| Error::Shape(e.to_string()))
}

#[cfg(test)]
mod tests;
