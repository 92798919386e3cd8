//! Strict hex and base64: one text for one sequence of bytes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::{Error, Result};

/// Writes standard base64 with padding.
pub fn base64_encode(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Reads standard base64; refuses white space, missing padding and non-zero trailing bits.
pub fn base64_decode(text: &str) -> Result<Vec<u8>> {
    let bytes = STANDARD.decode(text).map_err(|_| Error::Base64)?;
    if base64_encode(&bytes) == text { Ok(bytes) } else { Err(Error::Base64) }
}

/// Reads lower-case hex; refuses capitals and odd lengths.
pub(crate) fn hex_decode(text: &str) -> Result<Vec<u8>> {
    if text.bytes().any(|b| b.is_ascii_uppercase()) {
        return Err(Error::Hex);
    }
    hex::decode(text).map_err(|_| Error::Hex)
}

/// Serde form of bytes as strict base64 text.
pub(crate) mod serde_base64 {
    use serde::{Deserialize, Deserializer, Serializer};

    pub(crate) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&super::base64_encode(bytes))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(deserializer)?;
        super::base64_decode(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_strict() {
        assert_eq!(base64_decode("AA==").unwrap(), [0]);
        for bad in ["AA", "AA=", "AB==", "AA==\n", " AA==", "A-==", "AAA_", "===="] {
            assert_eq!(base64_decode(bad), Err(Error::Base64), "{bad:?}");
        }
    }
}
