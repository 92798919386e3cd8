//! A small county with fixed keys and salts, one sealed visit in it, and the bundle of that visit.

#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::BTreeMap;
use std::io::Cursor;

use ledger::{Beacon, Draft, Frame, Incarnation, LogId, LogOpen, LogWriter, ScopeId, open_log};
use seal::bundle::{BundleBuilder, BundleEntry, BundleInputs, BundleWriter, Container, Manifest, path};
use seal::card::{CountyCard, PackDigest};
use seal::cert::{Certificate, Issue, Role, issue, issue_root};
use seal::checkpoint::Checkpoint;
use seal::dsse;
use seal::keys::{Ed25519Key, PublicKey, Signer};
use seal::merkle::{Tree, entry_leaf};
use seal::revocation::{RevocationList, Revoked};
use seal::statement::Statement;
use seal::{Digest, base64_encode, canonical, payload_type};
use serde_json::{Value, json};
use uuid::Uuid;

pub const HOUR: i64 = 3_600_000;
/// 2026-11-20 08:00 in China.
pub const MORNING: i64 = 1_795_132_800_000;
pub const ORIGIN: &str = "xunzhan/00112233445566778899aabbccddeeff/1";
pub const PHOTO: &[u8] = b"\xff\xd8 not a real picture, but bytes that have a digest \xff\xd9";
/// A page of paper that was signed by hand, and another one that stays at the county.
pub const PAGE: &[u8] = b"\xff\xd8 a page with a signature and a stamp \xff\xd9";
pub const ABSENT_PAGE: &[u8] = b"the second page";
pub const ABSENT_PHOTO: &[u8] = b"left at the county";

pub fn key(seed: u8) -> Ed25519Key {
    Ed25519Key::from_seed([seed; 32]).unwrap()
}

/// The id that the laptop's key makes at the beginning of the visit.
pub fn visit() -> Uuid {
    let time = (MORNING as u64).to_be_bytes();
    let bytes = [
        b"xunzhan-visit/1\n".as_slice(),
        key(DEVICE).public().kid().to_string().as_bytes(),
        &time[2..],
    ]
    .concat();
    let bits: [u8; 10] = Digest::of(&bytes).as_bytes()[..10].try_into().unwrap();
    uuid::Builder::from_unix_timestamp_millis(MORNING as u64, &bits).into_uuid()
}

pub fn person(number: u128) -> Uuid {
    Uuid::from_u128(0x0193_4f00_0000_7000_8000_0000_0000_1000 + number)
}

pub fn scope() -> ScopeId {
    "00112233445566778899aabbccddeeff".parse().unwrap()
}

/// What a test changes about the ordinary course of things.
#[derive(Clone)]
pub struct Course {
    /// How many of the two persons sign.
    pub signing: usize,
    /// Persons that the record asks for.
    pub required: u32,
    /// The laptop's clock is off by so much, ms.
    pub clock_off_ms: i64,
    /// The laptop had seen the server's checkpoint.
    pub beacon: bool,
    /// Revoked key and time.
    pub revoked: Option<(u8, i64)>,
    /// The second signature is made over other bytes.
    pub forged: bool,
    /// Both signatures are by the first person, with two keys.
    pub same_person: bool,
    /// The server's log lacks the second person's certificate.
    pub unlogged: bool,
    /// The record names a head that is not there.
    pub uncovered: bool,
    /// The laptop saw another history.
    pub split_view: bool,
    /// The second person is certified after signing.
    pub certified_later: bool,
    /// Name of the log whose checkpoints the server signs.
    pub origin: &'static str,
    /// The station's name in the record.
    pub station: &'static str,
    /// What the drawn signature says that was shown before.
    pub shown: Shown,
    /// Which laptop seals, and by what right.
    pub lead: Lead,
    /// Paper that joins the record after the seal.
    pub paper: Joins,
    /// The second photo says that it is a copy of the first one, and names these bytes as the original.
    pub copy_of: Option<&'static [u8]>,
}

/// Paper that joins the record after the seal.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Joins {
    /// None.
    Nothing,
    /// Two pages, attached by the first person.
    Good,
    /// Signed over other pages.
    Forged,
    /// Of another record.
    Elsewhere,
    /// By a person who is not of the team.
    Stranger,
    /// In another person's name.
    Renamed,
}

/// Which laptop seals, and by what right.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Lead {
    /// The one that opened the visit.
    Opener,
    /// Another one, to which it was handed over.
    Handed,
    /// Another one, which nobody gave the visit to.
    Taken,
    /// The one that opened the visit, after giving it away.
    Kept,
}

/// What the drawn signature says that was shown before.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// This record's content.
    This,
    /// Another content.
    Other,
    /// Nothing, as in records of older versions.
    Unsaid,
}

impl Default for Course {
    fn default() -> Self {
        Self {
            signing: 2,
            required: 2,
            clock_off_ms: 0,
            beacon: true,
            revoked: None,
            forged: false,
            same_person: false,
            unlogged: false,
            uncovered: false,
            split_view: false,
            certified_later: false,
            origin: ORIGIN,
            station: "青山村服务站",
            shown: Shown::This,
            lead: Lead::Opener,
            paper: Joins::Nothing,
            copy_of: None,
        }
    }
}

pub const ROOT: u8 = 1;
pub const SERVER: u8 = 2;
pub const DEVICE: u8 = 3;
pub const WANG: u8 = 4;
pub const LI: u8 = 5;
/// A colleague's laptop.
pub const OTHER: u8 = 6;
/// A colleague who was not of the team.
pub const ZHAO: u8 = 7;

/// The server's side of the county.
pub struct County {
    pub root: Certificate,
    pub certificates: Vec<Certificate>,
    entries: Vec<BundleEntry>,
    tree: Tree,
    notes: Vec<String>,
    origin: &'static str,
    salt: u8,
}

pub fn issue_to(root: &Certificate, seed: u8, name: &str, roles: &[Role], person: Option<Uuid>) -> Certificate {
    issue(&what(seed, name, roles, person), key(seed).public(), root, &key(ROOT)).unwrap()
}

fn what(seed: u8, name: &str, roles: &[Role], person: Option<Uuid>) -> Issue {
    Issue {
        name: name.into(),
        org: Some("石屏县商务局".into()),
        roles: roles.to_vec(),
        scopes: vec![scope().to_string()],
        person,
        not_before_ms: MORNING - 24 * HOUR,
        not_after_ms: MORNING + 5 * 365 * 24 * HOUR,
        serial: [seed; 16],
    }
}

impl County {
    fn new(course: &Course) -> Self {
        let root = issue_root(what(ROOT, "石屏县巡站签发机构", &[], None), &key(ROOT)).unwrap();
        let second = if course.same_person { person(1) } else { person(2) };
        let second_name = if course.same_person { "王某" } else { "李某" };
        let mut certificates = vec![
            issue_to(&root, SERVER, "石屏县巡站服务器", &[Role::Server, Role::Exporter], None),
            issue_to(&root, DEVICE, "巡站电脑 1", &[Role::Device], None),
            issue_to(&root, WANG, "王某", &[Role::Person, Role::Named("inspector".into())], Some(person(1))),
            issue_to(&root, LI, second_name, &[Role::Person, Role::Named("inspector".into())], Some(second)),
        ];
        if course.lead != Lead::Opener {
            certificates.push(issue_to(&root, OTHER, "巡站电脑 2", &[Role::Device], None));
        }
        if course.paper == Joins::Stranger {
            certificates.push(issue_to(&root, ZHAO, "赵某", &[Role::Person], Some(person(3))));
        }
        Self {
            root,
            certificates,
            entries: Vec::new(),
            tree: Tree::new(),
            notes: Vec::new(),
            origin: course.origin,
            salt: 0,
        }
    }

    fn salt(&mut self) -> [u8; 16] {
        self.salt += 1;
        [self.salt; 16]
    }

    fn log(&mut self, frame: Frame, key: &PublicKey) {
        let leaf = self.tree.append(entry_leaf(&frame.id().0));
        self.entries.push(BundleEntry {
            frame: frame.to_bytes().unwrap(),
            header: frame.header,
            signature: frame.signature,
            payload: frame.payload,
            leaf,
            key: key.clone(),
        });
    }

    fn open(&mut self, signer: u8, log: u8) -> LogWriter {
        let open = LogOpen {
            key: key(signer).public().clone(),
            scope: scope(),
            incarnation: Incarnation::from_bytes([log; 16]),
            previous: None,
            app_version: "0.1.0".into(),
        };
        let salt = self.salt();
        let (frame, writer) = open_log(&key(signer), LogId::from_bytes([log; 16]), &open, MORNING, salt).unwrap();
        self.log(frame, key(signer).public());
        writer
    }

    #[allow(clippy::too_many_arguments)]
    fn write(&mut self, writer: &mut LogWriter, signer: u8, kind: &str, ent: Uuid, payload: Value, ts: i64, beacon: Option<Beacon>) {
        let draft = Draft {
            kind: kind.parse().unwrap(),
            ent,
            by: None,
            deps: vec![],
            payload,
            ts,
            beacon,
            salt: self.salt(),
        };
        let frame = writer.author(&key(signer), draft).unwrap();
        self.log(frame, key(signer).public());
    }

    fn certify(&mut self, writer: &mut LogWriter, index: usize) {
        let certificate = self.certificates[index].clone();
        let person_kind = certificate.person().is_some();
        let kind = if person_kind { "person.certified/1" } else { "device.certified/1" };
        let ent = certificate.person().unwrap_or(Uuid::from_u128(9));
        let payload = json!({ "kid": certificate.public_key().kid(), "name": certificate.name(), "certificate": base64_encode(certificate.der()) });
        self.write(writer, SERVER, kind, ent, payload, MORNING, None);
    }

    fn checkpoint(&mut self, time_ms: i64) -> Beacon {
        let checkpoint = Checkpoint {
            origin: self.origin.into(),
            size: self.tree.size(),
            root: self.tree.root(),
            time_ms,
        };
        self.notes.push(checkpoint.sign(&key(SERVER)).unwrap());
        Beacon {
            origin: self.origin.into(),
            size: checkpoint.size,
            root: checkpoint.root,
        }
    }
}

fn blob(bytes: &[u8]) -> Value {
    json!({ "sha256": Digest::of(bytes), "len": bytes.len() })
}

pub fn strokes() -> Vec<u8> {
    canonical::to_vec(&json!({ "v": 1, "width": 600, "height": 200, "strokes": [[[10, 20, 0], [40, 60, 33]]] })).unwrap()
}

fn record(course: &Course, covers: &Value) -> Vec<u8> {
    let mut value = json!({
        "format": "visit-record/1", "scope": scope(), "county": "石屏县", "visit": visit(), "signers": course.required,
        "station": { "id": Uuid::from_u128(5), "name": course.station },
        "title": { "zh": "村级站点检查表", "en": "Village station checklist" },
        "started_at_ms": MORNING, "ended_at_ms": MORNING + HOUR, "utc_offset_min": 480,
        "team": [
            { "person": person(1), "name": "王某", "org": "石屏县商务局" },
            { "person": person(2), "name": "李某", "org": "石屏县商务局" },
        ],
        "photos": [
            { "number": 1, "original": blob(PHOTO), "thumbnail": null, "name": "IMG_0001.JPG" },
            { "number": 2, "original": blob(ABSENT_PHOTO), "thumbnail": null, "name": "IMG_0002.JPG" },
        ],
        "countersign": { "way": "signed", "name": "赵某", "role": "负责人", "opinion": "", "strokes": blob(&strokes()), "at_ms": MORNING + HOUR },
        "covers": covers, "written_at_ms": MORNING + HOUR, "app_version": "0.1.0",
    });
    if let Some(original) = course.copy_of {
        value["photos"][0]["photo"] = json!(Uuid::from_u128(7));
        value["photos"][1]["photo"] = json!(Uuid::from_u128(8));
        let derived = json!({ "from": Uuid::from_u128(7), "original": Digest::of(original), "alterations": ["blurred"] });
        value["photos"][1]["derived"] = derived;
    }
    let mut content = value.clone();
    for closing in ["countersign", "covers", "written_at_ms", "app_version"] {
        content.as_object_mut().unwrap().remove(closing);
    }
    match course.shown {
        Shown::This => value["countersign"]["shown"] = json!(Digest::of(&canonical::to_vec(&content).unwrap())),
        Shown::Other => value["countersign"]["shown"] = json!(Digest::of(b"another content")),
        Shown::Unsaid => {}
    }
    canonical::to_vec(&value).unwrap()
}

/// Payload of a paper's entry.
fn paper(joins: Joins, statement: &Digest) -> Value {
    let page = |n: u128, bytes: &[u8]| json!({ "photo": Uuid::from_u128(n), "original": blob(bytes), "thumbnail": null, "name": format!("{n}.jpg") });
    let seal = if joins == Joins::Elsewhere {
        Digest::of(b"another record")
    } else {
        *statement
    };
    let mut paper = json!({
        "v": 1, "visit": visit(), "seal": seal, "pages": [page(31, PAGE), page(32, ABSENT_PAGE)],
        "signers": [{ "name": "赵某", "role": "负责人" }, { "name": "钱某", "role": "" }], "note": "加盖公章", "at_ms": MORNING + 11 * HOUR,
    });
    let (seed, who, name) = match joins {
        Joins::Stranger => (ZHAO, person(3), "赵某"),
        Joins::Renamed => (WANG, person(2), "李某"),
        _ => (WANG, person(1), "王某"),
    };
    let signature = dsse::sign(&key(seed), payload_type::PAPER, &canonical::to_vec(&paper).unwrap()).unwrap();
    if joins == Joins::Forged {
        paper["note"] = json!("改过");
    }
    json!({
        "paper": paper, "person": who, "name": name,
        "kid": key(seed).public().kid(), "public_key": key(seed).public(), "signature": signature,
    })
}

/// Runs the course and returns the bundle's bytes and the authority's fingerprint.
pub fn bundle(course: &Course) -> (Vec<u8>, Digest) {
    let mut county = County::new(course);
    let mut server = county.open(SERVER, 0xee);
    county.certify(&mut server, 1);
    county.certify(&mut server, 2);
    if !course.unlogged && !course.certified_later {
        county.certify(&mut server, 3);
    }
    if course.lead != Lead::Opener {
        county.certify(&mut server, 4);
    }
    let mut seen = county.checkpoint(MORNING + HOUR / 2);
    if course.split_view {
        seen.root = Digest::of(b"another history");
    }
    let beacon = course.beacon.then_some(seen);

    let mut device = county.open(DEVICE, 0xdd);
    let signed_at = MORNING + HOUR + course.clock_off_ms;
    let answer = json!({ "item": "C4-01", "answer": null, "overwrites": [] });
    county.write(&mut device, DEVICE, "visit.answered/1", visit(), answer, signed_at, beacon.clone());
    if matches!(course.lead, Lead::Handed | Lead::Kept) {
        let to = json!({ "person": person(2), "name": "李某", "org": "石屏县商务局" });
        let given = json!({ "device": key(OTHER).public().kid(), "to": to, "reason": "另有任务" });
        county.write(&mut device, DEVICE, "visit.handed_over/1", visit(), given, signed_at, beacon.clone());
    }
    let head = if course.uncovered { Digest::of(b"nowhere") } else { device.head().0 };
    let covers = json!([{ "log": device.log(), "seq": device.next_seq() - 1, "entry": head }]);
    let record = record(course, &covers);
    let predicate = json!({ "visit": visit(), "covers": covers.clone() });
    let statement = Statement::about("record.json", Digest::of(&record), "urn:xunzhan:visit-record:1", predicate);
    let statement = statement.to_vec().unwrap();
    let sealed = json!({ "record": blob(&record), "statement": blob(&statement), "covers": covers, "signers": course.required });
    let sealer = if matches!(course.lead, Lead::Handed | Lead::Taken) {
        OTHER
    } else {
        DEVICE
    };
    if sealer == OTHER {
        device = county.open(OTHER, 0xde);
    }
    county.write(&mut device, sealer, "visit.sealed/1", visit(), sealed, signed_at, beacon.clone());
    for (index, seed) in [WANG, LI].into_iter().enumerate().take(course.signing) {
        let certificate = county.certificates[2 + index].clone();
        let message: &[u8] = if course.forged && seed == LI { b"{}" } else { &statement };
        let signature = dsse::sign(&key(seed), payload_type::STATEMENT, message).unwrap();
        let payload = json!({
            "statement": Digest::of(&statement), "person": certificate.person(), "name": certificate.name(),
            "kid": key(seed).public().kid(), "public_key": key(seed).public(), "signature": signature,
        });
        county.write(&mut device, sealer, "seal.signed/1", visit(), payload, signed_at, beacon.clone());
    }
    county.checkpoint(MORNING + 10 * HOUR);
    if course.paper == Joins::Stranger {
        let last = county.certificates.len() - 1;
        county.certify(&mut server, last);
    }
    if course.paper != Joins::Nothing {
        let payload = paper(course.paper, &Digest::of(&statement));
        county.write(&mut device, sealer, "paper.attached/1", visit(), payload, MORNING + 11 * HOUR, beacon);
    }

    if course.certified_later {
        county.certify(&mut server, 3);
    }
    let revoked = course.revoked.map(|(seed, at_ms)| Revoked {
        kid: key(seed).public().kid(),
        at_ms,
        reason: "遗失".into(),
    });
    let revocations = RevocationList {
        v: 1,
        scope: scope().to_string(),
        number: 1,
        as_of_ms: MORNING + 11 * HOUR,
        revoked: revoked.into_iter().collect(),
    };
    let revocations = revocations.sign(&key(ROOT)).unwrap();
    let published = json!({ "envelope": String::from_utf8(revocations.clone()).unwrap() });
    county.write(
        &mut server,
        SERVER,
        "revocations.published/1",
        Uuid::from_u128(11),
        published,
        MORNING + 11 * HOUR,
        None,
    );
    let review = json!({
        "statement": Digest::of(&statement), "person": person(9), "account": "fuhe", "name": "周某", "comment": "同意", "at_ms": MORNING + 12 * HOUR,
    });
    county.write(&mut server, SERVER, "review.accepted/1", visit(), review, MORNING + 12 * HOUR, None);
    county.checkpoint(MORNING + 13 * HOUR);

    let card = CountyCard {
        v: 1,
        scope: scope().to_string(),
        name: "石屏县".into(),
        authority_cert: county.root.der().to_vec(),
        recovery_recipient: "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p".into(),
        server_url: Some("https://xz.example.org".into()),
        server_key: key(SERVER).public().clone(),
        packs: vec![PackDigest {
            id: "C4".into(),
            version: "1".into(),
            sha256: Digest::of(b"pack"),
        }],
    };
    let last = county.notes.pop().unwrap();
    let inputs = BundleInputs {
        created_ms: MORNING + 14 * HOUR,
        card: card.sign(&key(ROOT)).unwrap(),
        certificates: county.certificates.iter().map(|c| c.der().to_vec()).collect(),
        record,
        statement,
        strokes: Some(strokes()),
        revocations,
        entries: county.entries,
        tree: &county.tree,
        checkpoint: last,
        checkpoints: county.notes,
    };
    let mut builder = BundleBuilder::new(Cursor::new(Vec::new()), inputs, key(SERVER).public()).unwrap();
    builder.add_photo(&Digest::of(PHOTO), "jpg", &mut &*PHOTO).unwrap();
    if course.paper == Joins::Good {
        builder.add_photo(&Digest::of(PAGE), "jpg", &mut &*PAGE).unwrap();
    }
    let bytes = builder.finish(&key(SERVER)).unwrap().into_inner();
    (bytes, county.root.fingerprint())
}

/// All files of a bundle, the manifest included.
pub fn unzip(bytes: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut container = Container::open(Cursor::new(bytes)).unwrap();
    let names: Vec<String> = container.members().map(|(n, _)| n.to_owned()).collect();
    names.into_iter().map(|n| (n.clone(), container.read(&n).unwrap())).collect()
}

/// Zips files as any tool might, in this order, without touching them.
pub fn zip<'a>(files: impl IntoIterator<Item = (&'a String, &'a Vec<u8>)>) -> Vec<u8> {
    zip_some_deflated(files, |_| false)
}

pub fn zip_some_deflated<'a>(files: impl IntoIterator<Item = (&'a String, &'a Vec<u8>)>, deflated: impl Fn(&str) -> bool) -> Vec<u8> {
    zipped(files, deflated).finish().unwrap().into_inner()
}

/// Zips files, and the same bytes deflated once under many more names.
pub fn zip_with_copies(files: &BTreeMap<String, Vec<u8>>, bytes: &Vec<u8>, names: &[String]) -> Vec<u8> {
    let one = zip_some_deflated([(&"one".to_owned(), bytes)], |_| true);
    let mut one = zip::ZipArchive::new(Cursor::new(one)).unwrap();
    let mut out = zipped(files, |_| false);
    for name in names {
        out.raw_copy_file_rename(one.by_index(0).unwrap(), name.as_str()).unwrap();
    }
    out.finish().unwrap().into_inner()
}

fn zipped<'a>(files: impl IntoIterator<Item = (&'a String, &'a Vec<u8>)>, deflated: impl Fn(&str) -> bool) -> zip::ZipWriter<Cursor<Vec<u8>>> {
    use std::io::Write as _;
    use zip::CompressionMethod::{Deflated, Stored};
    let mut out = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        let method = if deflated(name) { Deflated } else { Stored };
        let options = zip::write::SimpleFileOptions::default().compression_method(method);
        out.start_file(name, options).unwrap();
        out.write_all(bytes).unwrap();
    }
    out
}

/// A dishonest exporter: writes `SHA256SUMS` and the manifest anew over changed files and signs them.
pub fn resign(files: &BTreeMap<String, Vec<u8>>) -> Vec<u8> {
    resign_as(files, SERVER)
}

pub fn resign_as(files: &BTreeMap<String, Vec<u8>>, exporter: u8) -> Vec<u8> {
    resign_with(files, exporter, |_| ())
}

pub fn resign_with(files: &BTreeMap<String, Vec<u8>>, exporter: u8, change: impl FnOnce(&mut Manifest)) -> Vec<u8> {
    let (mut manifest, _) = Manifest::parse(&files[path::MANIFEST]).unwrap();
    manifest.exporter = key(exporter).public().kid();
    change(&mut manifest);
    let mut writer = BundleWriter::new(Cursor::new(Vec::new()));
    let kept = files.iter().filter(|(n, _)| ![path::MANIFEST, path::SUMS].contains(&n.as_str()));
    for (name, bytes) in kept {
        writer.add(name, bytes).unwrap();
    }
    let sums: String = writer.files().map(|f| format!("{}  {}\n", f.sha256, f.path)).collect();
    writer.add(path::SUMS, sums.as_bytes()).unwrap();
    writer.finish(manifest, &key(exporter)).unwrap().into_inner()
}

/// A bundle whose members can be changed in place, with the zip's checksums put right: much faster than zipping anew.
pub struct Patcher {
    bytes: Vec<u8>,
    /// Offset of the content, its length, and the offsets of both checksums.
    places: BTreeMap<String, (usize, usize, [usize; 2])>,
    table: Vec<u32>,
}

impl Patcher {
    pub fn new(bytes: &[u8]) -> Self {
        let u16_at = |at: usize| usize::from(u16::from_le_bytes([bytes[at], bytes[at + 1]]));
        let u32_at = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
        let end = bytes.len() - 22;
        let mut places = BTreeMap::new();
        let mut central = u32_at(end + 16);
        while central < end {
            let (len, name_len, local) = (u32_at(central + 24), u16_at(central + 28), u32_at(central + 42));
            let name = String::from_utf8(bytes[central + 46..central + 46 + name_len].to_vec()).unwrap();
            places.insert(name, (local + 30 + name_len, len, [local + 14, central + 16]));
            central += 46 + name_len;
        }
        let step = |c: u32| if c & 1 == 1 { 0xedb8_8320 ^ (c >> 1) } else { c >> 1 };
        let table = (0..256_u32).map(|n| (0..8).fold(n, |c, _| step(c))).collect();
        let bytes = bytes.to_vec();
        Self { bytes, places, table }
    }

    pub fn files(&self) -> impl Iterator<Item = (&str, usize)> {
        self.places.iter().map(|(name, place)| (name.as_str(), place.1))
    }

    /// The bundle with one byte of a member changed.
    pub fn flipped(&self, name: &str, at: usize, flip: u8) -> Vec<u8> {
        let (start, len, checksums) = self.places[name];
        let mut out = self.bytes.clone();
        out[start + at] ^= flip;
        let content = &out[start..start + len];
        let crc = !content
            .iter()
            .fold(u32::MAX, |c, b| self.table[((c ^ u32::from(*b)) & 0xff) as usize] ^ (c >> 8));
        for at in checksums {
            out[at..at + 4].copy_from_slice(&crc.to_le_bytes());
        }
        out
    }
}
