//! The strict JSON parser. Every refusal carries the byte offset and the rule.

use serde_json::map::Entry;
use serde_json::{Map, Number, Value};

use super::{MAX_DEPTH, MAX_INTEGER};
use crate::{Error, Result};

pub(super) fn parse(bytes: &[u8]) -> Result<Value> {
    let text = std::str::from_utf8(bytes).map_err(|e| Error::Json {
        at: e.valid_up_to(),
        reason: "not UTF-8",
    })?;
    let mut parser = Parser { text, at: 0 };
    parser.skip_space();
    let value = parser.value(0)?;
    parser.skip_space();
    if parser.peek().is_some() {
        return Err(parser.refuse("bytes after the end"));
    }
    Ok(value)
}

/// Invariant: `at` is always a character boundary of `text`.
struct Parser<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Parser<'a> {
    fn refuse(&self, reason: &'static str) -> Error {
        Error::Json { at: self.at, reason }
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        if found {
            self.at += 1;
        }
        found
    }

    fn word(&mut self, word: &str, value: Value) -> Result<Value> {
        if !self.rest().starts_with(word) {
            return Err(self.refuse("not a JSON value"));
        }
        self.at += word.len();
        Ok(value)
    }

    fn value(&mut self, depth: usize) -> Result<Value> {
        match self.peek() {
            Some(b'{') => self.object(depth),
            Some(b'[') => self.array(depth),
            Some(b'"') => Ok(Value::String(self.string()?)),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.word("true", Value::Bool(true)),
            Some(b'f') => self.word("false", Value::Bool(false)),
            Some(b'n') => self.word("null", Value::Null),
            Some(_) => Err(self.refuse("not a JSON value")),
            None => Err(self.refuse("ends too early")),
        }
    }

    fn deeper(&mut self, depth: usize) -> Result<usize> {
        if depth >= MAX_DEPTH {
            return Err(self.refuse("nested deeper than 64"));
        }
        self.at += 1;
        self.skip_space();
        Ok(depth + 1)
    }

    fn array(&mut self, depth: usize) -> Result<Value> {
        let depth = self.deeper(depth)?;
        let mut items = Vec::new();
        if self.take(b']') {
            return Ok(Value::Array(items));
        }
        loop {
            items.push(self.value(depth)?);
            self.skip_space();
            if self.take(b']') {
                return Ok(Value::Array(items));
            }
            if !self.take(b',') {
                return Err(self.refuse("expected , or ]"));
            }
            self.skip_space();
        }
    }

    fn object(&mut self, depth: usize) -> Result<Value> {
        let depth = self.deeper(depth)?;
        let mut map = Map::new();
        if self.take(b'}') {
            return Ok(Value::Object(map));
        }
        loop {
            let key_at = self.at;
            if self.peek() != Some(b'"') {
                return Err(self.refuse("expected a key"));
            }
            let key = self.string()?;
            if !key.is_ascii() {
                return Err(Error::Json {
                    at: key_at,
                    reason: "a key is not ASCII",
                });
            }
            self.skip_space();
            if !self.take(b':') {
                return Err(self.refuse("expected :"));
            }
            self.skip_space();
            let value = self.value(depth)?;
            match map.entry(key) {
                Entry::Vacant(slot) => {
                    slot.insert(value);
                }
                Entry::Occupied(_) => {
                    return Err(Error::Json {
                        at: key_at,
                        reason: "duplicate key",
                    });
                }
            }
            self.skip_space();
            if self.take(b'}') {
                return Ok(Value::Object(map));
            }
            if !self.take(b',') {
                return Err(self.refuse("expected , or }"));
            }
            self.skip_space();
        }
    }

    fn number(&mut self) -> Result<Value> {
        let start = self.at;
        let negative = self.take(b'-');
        let digits_at = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if matches!(self.peek(), Some(b'.' | b'e' | b'E')) {
            return Err(self.refuse("a number is not an integer"));
        }
        let digits = self.text.get(digits_at..self.at).unwrap_or("");
        let reason = match digits {
            "" => Some("expected a digit"),
            "0" if negative => Some("minus zero"),
            "0" => None,
            _ if digits.starts_with('0') => Some("a number starts with zero"),
            _ => None,
        };
        if let Some(reason) = reason {
            return Err(Error::Json { at: start, reason });
        }
        let too_large = Error::Json {
            at: start,
            reason: "an integer is beyond 2^53-1",
        };
        let magnitude: u64 = digits.parse().map_err(|_| too_large.clone())?;
        let signed = i64::try_from(magnitude).map_err(|_| too_large.clone())?;
        if magnitude > MAX_INTEGER {
            return Err(too_large);
        }
        let number = if negative { Number::from(-signed) } else { Number::from(magnitude) };
        Ok(Value::Number(number))
    }

    fn string(&mut self) -> Result<String> {
        self.at += 1;
        let mut out = String::new();
        loop {
            // Runs of plain text are copied whole; they end at ASCII bytes, so `at` stays on a boundary.
            let rest = self.rest();
            let plain = rest.bytes().position(|b| matches!(b, b'"' | b'\\' | 0..=0x1f)).unwrap_or(rest.len());
            out.push_str(rest.get(..plain).unwrap_or_default());
            self.at += plain;
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(out);
                }
                Some(b'\\') => out.push(self.escape()?),
                Some(_) => return Err(self.refuse("a control character in text")),
                None => return Err(self.refuse("ends too early")),
            }
        }
    }

    fn escape(&mut self) -> Result<char> {
        let start = self.at;
        self.at += 1;
        let c = match self.peek() {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                self.at += 1;
                return self.unicode(start);
            }
            Some(_) => return Err(self.refuse("unknown escape")),
            None => return Err(self.refuse("ends too early")),
        };
        self.at += 1;
        Ok(c)
    }

    fn unicode(&mut self, start: usize) -> Result<char> {
        let lone = Error::Json {
            at: start,
            reason: "a lone surrogate",
        };
        let first = self.four_hex()?;
        let code = match first {
            0 => {
                return Err(Error::Json {
                    at: start,
                    reason: "text contains U+0000",
                });
            }
            0xd800..=0xdbff => {
                if !(self.take(b'\\') && self.take(b'u')) {
                    return Err(lone);
                }
                let second = self.four_hex()?;
                if !(0xdc00..=0xdfff).contains(&second) {
                    return Err(lone);
                }
                0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00)
            }
            _ => first,
        };
        char::from_u32(code).ok_or(lone)
    }

    fn four_hex(&mut self) -> Result<u32> {
        let digits = self.rest().get(..4).filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()));
        let code = digits.and_then(|d| u32::from_str_radix(d, 16).ok());
        let code = code.ok_or_else(|| self.refuse("expected four hex digits"))?;
        self.at += 4;
        Ok(code)
    }
}
