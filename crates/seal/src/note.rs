//! Signed notes (C2SP signed-note): a text, an empty line, and signature lines `— <name> <base64>`.

use crate::encoding::{base64_decode, base64_encode};
use crate::keys::{PublicKey, Signature, Signer};
use crate::{Digest, Error, Result};

/// Algorithm byte of Ed25519 in a note's key.
const ED25519: u8 = 0x01;
const DASH: &str = "\u{2014} ";

/// A name and a key whose signature on a note is accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoteVerifier {
    name: String,
    key: PublicKey,
    hash: [u8; 4],
}

impl NoteVerifier {
    /// Makes a verifier; the name must be non-empty and hold neither white space nor `+`.
    pub fn new(name: &str, key: PublicKey) -> Result<Self> {
        if name.is_empty() || name.contains(|c: char| c.is_whitespace() || c == '+') {
            return Err(Error::Note("not a key name"));
        }
        let digest = Digest::of_parts(&[name.as_bytes(), b"\n", &[ED25519], key.raw()]);
        let [a, b, c, d, ..] = *digest.as_bytes();
        Ok(Self {
            name: name.to_owned(),
            key,
            hash: [a, b, c, d],
        })
    }

    /// Reads a verifier key `<name>+<hash hex>+<base64>`; the hash must be the key's own.
    pub fn parse(vkey: &str) -> Result<Self> {
        let bad = Error::Note("not a verifier key");
        let (name, rest) = vkey.split_once('+').ok_or(bad.clone())?;
        let (hash, key) = rest.split_once('+').ok_or(bad.clone())?;
        let bytes = base64_decode(key)?;
        let [ED25519, raw @ ..] = bytes.as_slice() else {
            return Err(Error::Note("unknown algorithm of a verifier key"));
        };
        let raw = raw.try_into().map_err(|_| bad)?;
        let verifier = Self::new(name, PublicKey::from_ed25519(raw)?)?;
        if hex::encode(verifier.hash) != hash {
            return Err(Error::Note("the key's hash does not belong to it"));
        }
        Ok(verifier)
    }

    /// The verifier key as text, the inverse of [`NoteVerifier::parse`].
    pub fn vkey(&self) -> String {
        let key = base64_encode(&[&[ED25519], self.key.raw().as_slice()].concat());
        format!("{}+{}+{key}", self.name, hex::encode(self.hash))
    }

    /// The key's name.
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// Signs a text, which must end with a line feed, and returns the whole note.
pub fn sign_note(text: &str, name: &str, signer: &dyn Signer) -> Result<String> {
    check_text(text)?;
    let verifier = NoteVerifier::new(name, signer.public().clone())?;
    let signature = signer.sign(text.as_bytes())?;
    let line = base64_encode(&[&verifier.hash, signature.as_bytes()].concat());
    Ok(format!("{text}\n{DASH}{name} {line}\n"))
}

/// Checks that the note is signed by the verifier's key and returns its text. Signatures by other keys are ignored.
pub fn verify_note<'a>(note: &'a str, verifier: &NoteVerifier) -> Result<&'a str> {
    let (text, lines) = split(note)?;
    let mut found = false;
    for line in lines.lines() {
        let (name, bytes) = signature_line(line)?;
        let Some(rest) = bytes.strip_prefix(&verifier.hash).filter(|_| name == verifier.name) else {
            continue;
        };
        if found {
            return Err(Error::Note("the key signed twice"));
        }
        verifier.key.verify_strict(text.as_bytes(), &Signature(rest.to_vec()))?;
        found = true;
    }
    if found { Ok(text) } else { Err(Error::NoSignature) }
}

/// A signature line: the key's name, and the key's hash (4 bytes) with the signature behind it.
pub type SignatureLine<'a> = (&'a str, Vec<u8>);

/// The text of a note without checking who signed it, and its signature lines.
pub fn read_unverified(note: &str) -> Result<(&str, Vec<SignatureLine<'_>>)> {
    let (text, lines) = split(note)?;
    let signatures = lines.lines().map(signature_line).collect::<Result<_>>()?;
    Ok((text, signatures))
}

fn check_text(text: &str) -> Result<()> {
    if !text.ends_with('\n') || text.chars().any(|c| c < ' ' && c != '\n') {
        return Err(Error::Note("the text must be lines without control characters"));
    }
    Ok(())
}

/// Splits at the last empty line: signatures follow it, the text with its last line feed stands before it.
fn split(note: &str) -> Result<(&str, &str)> {
    let at = note.rfind("\n\n").ok_or(Error::Note("no signatures"))?;
    let (text, rest) = note.split_at_checked(at + 1).ok_or(Error::Note("no signatures"))?;
    let lines = rest
        .strip_prefix('\n')
        .filter(|l| l.ends_with('\n'))
        .ok_or(Error::Note("the last line is cut"))?;
    check_text(text)?;
    check_text(lines)?;
    Ok((text, lines))
}

fn signature_line(line: &str) -> Result<SignatureLine<'_>> {
    let bad = Error::Note("a malformed signature line");
    let (name, base64) = line.strip_prefix(DASH).and_then(|l| l.split_once(' ')).ok_or(bad.clone())?;
    let bytes = base64_decode(base64)?;
    if name.is_empty() || name.contains('+') || bytes.len() < 5 {
        return Err(bad);
    }
    Ok((name, bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::Ed25519Key;

    #[test]
    fn one_changed_byte_is_refused() {
        let key = Ed25519Key::from_seed([7; 32]).unwrap();
        let verifier = NoteVerifier::new("xunzhan/test", key.public().clone()).unwrap();
        let note = sign_note("a\n\nb\n", "xunzhan/test", &key).unwrap();
        assert_eq!(verify_note(&note, &verifier).unwrap(), "a\n\nb\n");
        assert_eq!(NoteVerifier::parse(&verifier.vkey()).unwrap(), verifier);
        for i in 0..note.len() {
            let mut bad = note.clone().into_bytes();
            bad[i] ^= 1;
            if let Ok(bad) = String::from_utf8(bad) {
                assert!(verify_note(&bad, &verifier).is_err(), "byte {i}");
            }
        }
        assert!(sign_note("no line feed", "n", &key).is_err());
        assert!(sign_note("a\n", "two words", &key).is_err());
    }
}
