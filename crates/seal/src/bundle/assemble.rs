//! Assembles a bundle from raw bytes: derives the helper files, computes the proofs and writes everything in order.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Seek, Write};

use serde::Deserialize;

use super::{BundleWriter, ConsistencyFile, FORMAT, FileEntry, GuideFacts, InclusionFile, Manifest, guide, path};
use crate::card::CountyCard;
use crate::cert::Certificate;
use crate::checkpoint::Checkpoint;
use crate::dsse::Envelope;
use crate::keys::{Kid, PublicKey, Signature, Signer};
use crate::merkle::Tree;
use crate::statement::seal_id;
use crate::{Digest, Error, Result, canonical, pae, payload_type};

/// A signed entry with its place in the log.
#[derive(Clone, Debug)]
pub struct BundleEntry {
    /// The frame's encoded bytes, kept as they are.
    pub frame: Vec<u8>,
    /// The header's exact bytes; their SHA-256 is the entry id.
    pub header: Vec<u8>,
    /// The signature over the header's PAE.
    pub signature: Vec<u8>,
    /// The payload's exact bytes.
    pub payload: Vec<u8>,
    /// Index of its leaf in the transparency log.
    pub leaf: u64,
    /// The key that signed it.
    pub key: PublicKey,
}

/// Everything but photos. The server gathers it; nothing here is trusted by whoever reads the bundle.
///
/// `entries` must hold the `seal.signed` entries, the `visit.sealed` entry, the entries that the record's `covers` names, the
/// `device.certified` and `person.certified` entries of every certificate used, the `revocations.published` entry of
/// `revocations`, and the review entries; and the `paper.attached` entries of papers that joined the record.
pub struct BundleInputs<'a> {
    /// When the bundle is made, ms since 1970 UTC.
    pub created_ms: i64,
    /// The county card's file.
    pub card: Vec<u8>,
    /// Certificates in DER: exporter, persons, devices, server if it has one. The authority's comes from the card.
    pub certificates: Vec<Vec<u8>>,
    /// The record's exact bytes.
    pub record: Vec<u8>,
    /// The statement's exact bytes.
    pub statement: Vec<u8>,
    /// The drawn strokes' exact bytes, where the station signed by drawing.
    pub strokes: Option<Vec<u8>>,
    /// The authority's revocation list, an envelope.
    pub revocations: Vec<u8>,
    /// Entries in any order.
    pub entries: Vec<BundleEntry>,
    /// The transparency log.
    pub tree: &'a Tree,
    /// The final checkpoint, a note by the server; proofs lead to it.
    pub checkpoint: String,
    /// Earlier checkpoints, of which those that anchor a signature's time are taken.
    pub checkpoints: Vec<String>,
}

/// Writes a bundle: [`BundleBuilder::new`] writes all but photos, then photos are added, then it is signed.
pub struct BundleBuilder<W: Write + Seek> {
    writer: BundleWriter<W>,
    manifest: Manifest,
}

/// What the assembler must know of a header.
#[derive(Deserialize)]
struct Header {
    kind: String,
    beacon: Option<Beacon>,
}

#[derive(Deserialize)]
struct Beacon {
    size: u64,
}

#[derive(Deserialize)]
struct SealSigned {
    kid: Kid,
    public_key: PublicKey,
    signature: Signature,
    statement: Digest,
}

impl<W: Write + Seek> BundleBuilder<W> {
    /// Writes everything that is known already; `exporter` is the key that will sign, its certificate is in `inputs`.
    pub fn new(inner: W, inputs: BundleInputs<'_>, exporter: &PublicKey) -> Result<Self> {
        let (card, root) = CountyCard::open(&inputs.card)?;
        let last = Checkpoint::open(inputs.checkpoint.as_bytes(), &card.server_key)?;
        if inputs.tree.root_at(last.size)? != last.root {
            return Err(Error::Proof("the checkpoint is not of this tree"));
        }
        let mut entries = inputs.entries;
        entries.sort_by_key(|e| e.leaf);
        entries.dedup_by_key(|e| e.leaf);
        let seal = seal_id(&inputs.statement);
        let mut envelope = Envelope::new(payload_type::STATEMENT, inputs.statement.clone());
        let mut keys = BTreeMap::new();
        keys.insert(exporter.kid(), exporter.clone());
        keys.insert(card.server_key.kid(), card.server_key.clone());
        let mut anchored = Vec::new();
        for entry in &entries {
            keys.insert(entry.key.kid(), entry.key.clone());
            let header: Header = read(&entry.header)?;
            if header.kind == "paper.attached/1" {
                anchored.push((entry.leaf, header.beacon));
                continue;
            }
            if header.kind != "seal.signed/1" {
                continue;
            }
            let signed: SealSigned = read(&entry.payload)?;
            // A signature over a record that this one supersedes stands in the log beside it and signs nothing here.
            if signed.statement != seal {
                continue;
            }
            keys.insert(signed.kid, signed.public_key);
            envelope.insert(signed.kid, signed.signature);
            anchored.push((entry.leaf, header.beacon));
        }

        let mut writer = BundleWriter::new(inner);
        let facts = GuideFacts {
            seal,
            authority: root.fingerprint(),
            exporter: exporter.kid(),
            persons: envelope.signatures.iter().map(|s| s.keyid).collect(),
            entries: entries.iter().map(|e| e.key.kid()).collect(),
        };
        writer.add(path::VERIFY, guide(&facts).as_bytes())?;
        writer.add(path::CARD, &inputs.card)?;
        writer.add(path::RECORD, &inputs.record)?;
        writer.add(path::STATEMENT, &inputs.statement)?;
        writer.add(path::STATEMENT_PAE, &envelope.pae())?;
        writer.add(path::STATEMENT_DSSE, &envelope.to_vec()?)?;
        writer.add(path::REVOCATIONS, &inputs.revocations)?;
        for signature in &envelope.signatures {
            writer.add(&format!("signatures/{}.sig", signature.keyid), signature.sig.as_bytes())?;
        }
        for der in &inputs.certificates {
            let key = Certificate::parse(der)?.public_key().clone();
            keys.insert(key.kid(), key);
        }
        for (kid, key) in &keys {
            writer.add(&format!("keys/{kid}.pem"), key.spki_pem().as_bytes())?;
        }
        add_certificates(&mut writer, &root, &inputs.certificates)?;
        add_entries(&mut writer, &entries, inputs.tree, last.size)?;
        let notes = anchors(&inputs.checkpoints, &card.server_key, &last, &anchored);
        add_checkpoints(&mut writer, notes, (&last, &inputs.checkpoint), inputs.tree)?;
        if let Some(strokes) = &inputs.strokes {
            writer.add(&format!("strokes/{}.json", Digest::of(strokes)), strokes)?;
        }
        let manifest = Manifest {
            format: FORMAT.to_owned(),
            scope: card.scope,
            seal,
            authority: root.fingerprint(),
            origin: last.origin,
            size: last.size,
            created_ms: inputs.created_ms,
            exporter: exporter.kid(),
            files: Vec::new(),
        };
        Ok(Self { writer, manifest })
    }

    /// Adds an original or thumbnail as a stream; its bytes must hash to the digest. `extension` is letters and digits.
    pub fn add_photo(&mut self, sha256: &Digest, extension: &str, reader: &mut dyn Read) -> Result<FileEntry> {
        if extension.is_empty() || !extension.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()) {
            return Err(Error::Container(format!("{sha256}: the extension is not letters and digits")));
        }
        let entry = self.writer.add_stream(&format!("photos/{sha256}.{extension}"), reader)?;
        if entry.sha256 == *sha256 {
            Ok(entry)
        } else {
            Err(Error::Container(format!("{}: its bytes have another digest", entry.path)))
        }
    }

    /// Writes `SHA256SUMS` and the manifest, signs it and ends the zip.
    pub fn finish(mut self, exporter: &dyn Signer) -> Result<W> {
        let sums: String = self.writer.files().map(|f| format!("{}  {}\n", f.sha256, f.path)).collect();
        self.writer.add(path::SUMS, sums.as_bytes())?;
        self.writer.finish(self.manifest, exporter)
    }
}

fn read<T: for<'a> Deserialize<'a>>(bytes: &[u8]) -> Result<T> {
    canonical::from_slice(bytes)
}

fn add_certificates<W: Write + Seek>(writer: &mut BundleWriter<W>, root: &Certificate, ders: &[Vec<u8>]) -> Result<()> {
    writer.add(path::ROOT_DER, root.der())?;
    writer.add(path::ROOT_PEM, root.pem().as_bytes())?;
    let mut done = BTreeSet::from([root.public_key().kid()]);
    for der in ders {
        let certificate = Certificate::parse(der)?;
        let kid = certificate.public_key().kid();
        if done.insert(kid) {
            writer.add(&format!("certs/{kid}.der"), der)?;
            writer.add(&format!("certs/{kid}.pem"), certificate.pem().as_bytes())?;
        }
    }
    Ok(())
}

fn add_entries<W: Write + Seek>(writer: &mut BundleWriter<W>, entries: &[BundleEntry], tree: &Tree, size: u64) -> Result<()> {
    for (entry, number) in entries.iter().zip(1_u32..) {
        let id = Digest::of(&entry.header);
        if tree.leaf(entry.leaf) != Some(crate::merkle::entry_leaf(&id)) {
            return Err(Error::Proof("an entry does not stand where it should in the tree"));
        }
        let proof = InclusionFile {
            entry: id,
            leaf: entry.leaf,
            proof: tree.inclusion_proof(entry.leaf, size)?,
            size,
        };
        writer.add(&format!("entries/{number:04}.frame"), &entry.frame)?;
        writer.add(&format!("entries/{number:04}.pae"), &pae(payload_type::ENTRY, &entry.header))?;
        writer.add(&format!("entries/{number:04}.sig"), &entry.signature)?;
        writer.add(&format!("proofs/{number:04}.json"), &canonical::to_vec(&proof)?)?;
    }
    Ok(())
}

/// Of all checkpoints, those that bound a signature's time: the one that its device had seen, and the first that includes it.
/// Where several have one size, the earliest is taken.
fn anchors<'a>(
    notes: &'a [String],
    server: &PublicKey,
    last: &Checkpoint,
    anchored: &[(u64, Option<Beacon>)],
) -> BTreeMap<u64, (Checkpoint, &'a str)> {
    let mut by_size: BTreeMap<u64, (Checkpoint, &str)> = BTreeMap::new();
    for note in notes {
        let Ok(checkpoint) = Checkpoint::open(note.as_bytes(), server) else {
            continue;
        };
        if checkpoint.origin != last.origin || checkpoint.size >= last.size || checkpoint.size == 0 {
            continue;
        }
        let known = by_size.get(&checkpoint.size);
        if known.is_none_or(|(k, _)| checkpoint.time_ms < k.time_ms) {
            by_size.insert(checkpoint.size, (checkpoint, note));
        }
    }
    let mut wanted = BTreeSet::new();
    for (leaf, beacon) in anchored {
        if let Some((size, _)) = by_size.range(leaf + 1..).next() {
            wanted.insert(*size);
        }
        // A beacon with another root is taken too: it is for the reader to see that the histories differ.
        wanted.extend(beacon.as_ref().map(|b| b.size));
    }
    by_size.retain(|size, _| wanted.contains(size));
    by_size
}

fn add_checkpoints<W: Write + Seek>(
    writer: &mut BundleWriter<W>,
    notes: BTreeMap<u64, (Checkpoint, &str)>,
    last: (&Checkpoint, &str),
    tree: &Tree,
) -> Result<()> {
    let new = last.0.size;
    for (old, (_, note)) in notes {
        let file = ConsistencyFile {
            new,
            old,
            proof: tree.consistency_proof(old, new)?,
        };
        writer.add(&format!("checkpoints/{old}.note"), note.as_bytes())?;
        writer.add(&format!("consistency/{old}-{new}.json"), &canonical::to_vec(&file)?)?;
    }
    writer.add(&format!("checkpoints/{new}.note"), last.1.as_bytes())
}
