//! Checkpoints (C2SP tlog-checkpoint): the signed size and root of a log, with our extension line `xunzhan-time <ms>`.

use crate::encoding::{base64_decode, base64_encode};
use crate::keys::{PublicKey, Signer};
use crate::note::{self, NoteVerifier};
use crate::{Digest, Error, Result};

const TIME: &str = "xunzhan-time ";

/// What a log's server asserts: at this time the log had this size and root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// The log's name, which is also the name of the signing key; one line without white space or `+`.
    pub origin: String,
    /// Number of leaves.
    pub size: u64,
    /// Root hash over them.
    pub root: Digest,
    /// The server's clock when it signed, ms since 1970 UTC.
    pub time_ms: i64,
}

impl Checkpoint {
    /// The note's text: origin, size, root in base64, time.
    pub fn text(&self) -> String {
        let root = base64_encode(self.root.as_ref());
        format!("{}\n{}\n{root}\n{TIME}{}\n", self.origin, self.size, self.time_ms)
    }

    /// Signs the checkpoint under its origin as key name and returns the note.
    pub fn sign(&self, signer: &dyn Signer) -> Result<String> {
        Self::parse_text(&self.text())?;
        note::sign_note(&self.text(), &self.origin, signer)
    }

    /// Checks the note's signature by the log's key and reads the checkpoint.
    pub fn open(note: &[u8], key: &PublicKey) -> Result<Self> {
        let note = std::str::from_utf8(note).map_err(|_| Error::Note("not UTF-8"))?;
        let (text, _) = note::read_unverified(note)?;
        let checkpoint = Self::parse_text(text)?;
        let verifier = NoteVerifier::new(&checkpoint.origin, key.clone())?;
        note::verify_note(note, &verifier)?;
        Ok(checkpoint)
    }

    /// Reads a checkpoint's text; there is exactly one text of each checkpoint.
    pub fn parse_text(text: &str) -> Result<Self> {
        let bad = Error::Checkpoint("not origin, size, root and time in four lines");
        let mut lines = text.lines();
        let mut line = || lines.next().ok_or(bad.clone());
        let origin = line()?.to_owned();
        let size = line()?.parse().map_err(|_| bad.clone())?;
        let root = Digest::from_slice(&base64_decode(line()?)?).map_err(|_| bad.clone())?;
        let time_ms = line()?.strip_prefix(TIME).and_then(|t| t.parse().ok()).ok_or(bad.clone())?;
        let checkpoint = Self { origin, size, root, time_ms };
        if checkpoint.text() == text { Ok(checkpoint) } else { Err(bad) }
    }
}

/// The name of a county's log: one a scope and epoch.
pub fn origin_of(scope: &str, epoch: &str) -> String {
    format!("xunzhan/{scope}/{epoch}")
}

/// Whether a log of this name is one of the scope's, of whatever epoch.
pub fn is_origin_of(origin: &str, scope: &str) -> bool {
    let epoch = origin.strip_prefix(&origin_of(scope, ""));
    epoch.is_some_and(|epoch| !epoch.is_empty() && epoch.bytes().all(|b| b.is_ascii_alphanumeric()))
}

/// Origin, size and root of any C2SP checkpoint text, extension lines left aside.
pub fn parse_foreign(text: &str) -> Result<(&str, u64, Digest)> {
    let bad = Error::Checkpoint("not origin, size and root");
    let mut lines = text.lines();
    let origin = lines.next().filter(|l| !l.is_empty()).ok_or(bad.clone())?;
    let size = lines.next().filter(|l| *l == "0" || !l.starts_with(['0', '+'])).ok_or(bad.clone())?;
    let root = lines.next().ok_or(bad.clone())?;
    let root = Digest::from_slice(&base64_decode(root)?).map_err(|_| bad.clone())?;
    Ok((origin, size.parse().map_err(|_| bad)?, root))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::Ed25519Key;

    #[test]
    fn round_trip_and_one_text_only() {
        let key = Ed25519Key::from_seed([9; 32]).unwrap();
        let checkpoint = Checkpoint {
            origin: "xunzhan/00ff".into(),
            size: 3,
            root: Digest::of(b"r"),
            time_ms: 1_700_000_000_000,
        };
        let note = checkpoint.sign(&key).unwrap();
        assert_eq!(Checkpoint::open(note.as_bytes(), key.public()).unwrap(), checkpoint);
        let other = Ed25519Key::from_seed([8; 32]).unwrap();
        assert_eq!(Checkpoint::open(note.as_bytes(), other.public()), Err(Error::NoSignature));
        for (from, to) in [
            ("\n3\n", "\n03\n"),
            ("\n3\n", "\n+3\n"),
            ("time ", "time +"),
            ("00ff", "00 ff"),
            ("xunzhan-time", "other-time"),
        ] {
            let text = checkpoint.text().replace(from, to);
            let refused = Checkpoint::parse_text(&text).is_err() || NoteVerifier::new(text.lines().next().unwrap(), key.public().clone()).is_err();
            assert!(refused, "{text}");
        }
    }
}
