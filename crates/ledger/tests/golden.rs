//! Golden vectors: fixed keys, ids, times and salts give these bytes, and these bytes give them back. A difference means that
//! records made by an earlier version can no longer be read or proven.
//!
//! The files are in `tests/golden/`; `XUNZHAN_BLESS=1` writes them anew, which is right only for a format never released.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use std::path::PathBuf;

use ledger::copy::{COPY_VERSION, CopyBlob, CopyCard, CopyDraft, CopyManifest, CopyPart, Items, write_item};
use ledger::sync::{LogFrontier, Request, Rung, StreamHead};
use ledger::{
    Beacon, Draft, EntryId, Epoch, Frame, Header, Incarnation, LogId, LogOpen, LogWriter, NewLogReason, PreviousLog, ScopeId, header_type, open_log,
    session, verify, verify_open, wire,
};
use seal::Digest;
use seal::keys::{Ed25519Key, Signer as _};
use serde_json::json;
use uuid::Uuid;

fn golden(name: &str, bytes: &[u8]) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    if std::env::var_os("XUNZHAN_BLESS").is_some() {
        std::fs::write(&path, bytes).unwrap();
    }
    let kept = std::fs::read(&path).unwrap_or_else(|e| panic!("{name}: {e}"));
    assert!(kept == bytes, "{name} differs from its golden vector");
}

fn kept(name: &str) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    std::fs::read(path).unwrap()
}

fn key() -> Ed25519Key {
    Ed25519Key::from_seed(std::array::from_fn(|i| i as u8)).unwrap()
}

fn scope() -> ScopeId {
    "0123456789abcdef0123456789abcdef".parse().unwrap()
}

fn opened() -> (Frame, LogWriter) {
    let open = LogOpen {
        key: key().public().clone(),
        scope: scope(),
        incarnation: Incarnation::from_bytes([0x1c; 16]),
        previous: Some(PreviousLog {
            log: LogId::from_bytes([0x0a; 16]),
            seq: 41,
            id: EntryId(Digest::of(b"previous")),
            reason: NewLogReason::HeadAhead,
        }),
        app_version: "0.1.0".into(),
    };
    open_log(&key(), LogId::from_bytes([0xa0; 16]), &open, 1_700_000_000_000, [0x5a; 16]).unwrap()
}

fn answered(writer: &mut LogWriter) -> Frame {
    let draft = Draft {
        kind: "visit.answered/1".parse().unwrap(),
        ent: Uuid::parse_str("0190a6c2-7b1e-7c3d-8e4f-5a6b7c8d9e0f").unwrap(),
        by: Some(Uuid::parse_str("0190a6c2-0000-7000-8000-000000000001").unwrap()),
        deps: vec![EntryId(Digest::of(b"b")), EntryId(Digest::of(b"a"))],
        // U+F9D1 is a compatibility ideograph that normalising would rewrite, and a name with it.
        payload: json!({"item": "C4-07", "value": "有", "note": "\u{f9d1}站长在场，“货架”齐全", "lat_e7": 401_234_567}),
        ts: 1_700_000_060_000,
        beacon: Some(Beacon {
            origin: "county.example/log".into(),
            size: 1_234,
            root: Digest::of(b"root"),
        }),
        salt: [0xa5; 16],
    };
    writer.author(&key(), draft).unwrap()
}

fn seen(writer: &mut LogWriter) -> Frame {
    let draft = Draft {
        kind: "ent.seen/1".parse().unwrap(),
        ent: Uuid::parse_str("0190a6c2-7b1e-7c3d-8e4f-5a6b7c8d9e0f").unwrap(),
        by: None,
        deps: (0..8_u8).map(|n| EntryId(Digest::of(&[n]))).collect(),
        payload: json!({}),
        ts: -1,
        beacon: None,
        salt: [0; 16],
    };
    writer.author(&key(), draft).unwrap()
}

fn parts(name: &str, frame: &Frame) {
    golden(&format!("{name}.header.json"), &frame.header);
    golden(&format!("{name}.id.txt"), format!("{}\n", frame.id()).as_bytes());
    golden(&format!("{name}.pae"), &seal::pae(&header_type(1), &frame.header));
    golden(&format!("{name}.sig"), &frame.signature);
    golden(&format!("{name}.payload.json"), &frame.payload);
    golden(&format!("{name}.frame"), &frame.to_bytes().unwrap());
}

#[test]
fn entries() {
    let (open, mut writer) = opened();
    golden("device.spki.pem", key().public().spki_pem().as_bytes());
    parts("log-open", &open);
    parts("answered", &answered(&mut writer));
    parts("seen", &seen(&mut writer));
}

#[test]
fn kept_entries_are_read_and_verified() {
    let open = Frame::parse(&kept("log-open.frame")).unwrap();
    let (verified, body) = verify_open(&open).unwrap();
    assert_eq!(verified.header.seq, 0);
    assert_eq!(body.previous.unwrap().reason, NewLogReason::HeadAhead);
    let answered = Frame::parse(&kept("answered.frame")).unwrap();
    let verified = verify(&answered, &body.key).unwrap();
    assert_eq!(format!("{}\n", verified.id).into_bytes(), kept("answered.id.txt"));
    assert_eq!(verified.header.prev, Some(open.id()));
    assert_eq!(verified.payload["note"], "\u{f9d1}站长在场，“货架”齐全");
    let seen = Frame::parse(&kept("seen.frame")).unwrap();
    assert_eq!(verify(&seen, &body.key).unwrap().header.deps.len(), 8);
}

#[test]
fn session_bytes() {
    let server = Ed25519Key::from_seed([0x5e; 32]).unwrap().public().kid();
    let challenge = session::Challenge { nonce: "0f".repeat(32) };
    let proof = session::prove(&key(), scope(), &challenge, &server).unwrap();
    let signed = session::signed_bytes(&proof.kid, &scope(), &proof.nonce, &server).unwrap();
    golden("session.pae", &signed);
    golden("session.proof.json", &seal::canonical::to_vec(&proof).unwrap());
}

#[test]
fn stream_hash() {
    let start = StreamHead::start(&scope());
    let (open, mut writer) = opened();
    let two = start.then(&open.id()).then(&answered(&mut writer).id());
    let text = format!("{}\n{}\n", start.hash, two.hash);
    golden("stream-hash.txt", text.as_bytes());
}

#[test]
fn a_kept_message_is_read() {
    let (open, mut writer) = opened();
    let entries = vec![open, answered(&mut writer), seen(&mut writer)];
    let request = Request {
        scope: scope(),
        epoch: Some(Epoch::from_bytes([0xe0; 16])),
        cursor: StreamHead::start(&scope()),
        reconcile: true,
        frontier: vec![LogFrontier {
            log: writer.log(),
            tips: vec![ledger::chain::Tip { seq: 2, id: writer.head() }],
            rungs: vec![Rung {
                seq: 2,
                ids: vec![writer.head()],
            }],
        }],
        room_bytes: 65_536,
        receipts: vec![1, 2],
        entries,
    };
    // Another version of zstd may write other bytes, so the kept ones are only read.
    if std::env::var_os("XUNZHAN_BLESS").is_some() {
        golden("sync-request.bin", &wire::encode_request(&request).unwrap());
    }
    assert_eq!(wire::decode_request(&kept("sync-request.bin")).unwrap(), (request, true));
}

#[test]
fn the_largest_header_fits() {
    let (open, mut writer) = opened();
    let max = (1_u64 << 53) - 1;
    let mut header = Header::parse(&answered(&mut writer).header).unwrap();
    header.seq = max;
    header.prev = Some(open.id());
    header.kind = format!("{}/9999", "k".repeat(43)).parse().unwrap();
    header.deps = (0..8_u8).map(|n| EntryId(Digest::from_bytes([n; 32]))).collect();
    header.pay.len = 65_536;
    header.ts = -9_007_199_254_740_991;
    header.beacon = Some(Beacon {
        origin: "o".repeat(ledger::MAX_ORIGIN_BYTES),
        size: max,
        root: Digest::of(b"root"),
    });
    let bytes = header.to_bytes().unwrap();
    println!("the largest header has {} bytes", bytes.len());
    assert!(bytes.len() <= ledger::MAX_HEADER_BYTES);
    assert_eq!(Header::parse(&bytes).unwrap(), header);
}

#[test]
fn a_second_copy_is_written_and_read_alike() {
    let (open, mut writer) = opened();
    let frames = [open, answered(&mut writer), seen(&mut writer)];
    let mut items = Vec::new();
    for frame in &frames {
        write_item(&mut items, &frame.to_bytes().unwrap()).unwrap();
    }
    golden("copy-entries.items", &items);
    let read: Vec<Frame> = Items::new(items.as_slice()).map(|item| Frame::parse(&item.unwrap()).unwrap()).collect();
    assert_eq!(read, frames);

    let draft = CopyDraft {
        visit: Uuid::parse_str("0190a6c2-7b1e-7c3d-8e4f-5a6b7c8d9e0f").unwrap(),
        slot: "C4-09".into(),
        raw: "半句\u{f9d1}".into(),
        saved_ms: 1_700_000_070_000,
    };
    let draft = serde_json::to_vec(&draft).unwrap();
    let mut drafts = Vec::new();
    write_item(&mut drafts, &draft).unwrap();
    golden("copy-drafts.items", &drafts);

    let part = |file: &str, bytes: &[u8], items| CopyPart {
        file: file.into(),
        file_len: 4_000,
        sha256: Digest::of(bytes),
        items,
    };
    let stream = frames.iter().fold(StreamHead::start(&scope()), |head, frame| head.then(&frame.id()));
    let manifest = CopyManifest {
        v: COPY_VERSION,
        scope: scope(),
        kid: key().public().kid(),
        made_ms: 1_700_000_080_000,
        stream,
        entries: vec![part("entries-1700000080000.age", b"entries", 3)],
        thumbs: vec![part("thumbs-1700000080000.age", b"thumbs", 1)],
        drafts: vec![part("drafts-1700000080000.age", b"drafts", 1)],
        blobs: vec![CopyBlob {
            sha256: Digest::of(b"photo"),
            len: 4_213_000,
            kind: "original".into(),
            file: format!("{}.age", Digest::of(b"name").to_hex()),
            file_len: 4_214_400,
        }],
    };
    let bytes = manifest.to_bytes().unwrap();
    golden("copy-manifest.json", &bytes);
    assert_eq!(CopyManifest::parse(&kept("copy-manifest.json")).unwrap(), manifest);

    let card = CopyCard {
        v: COPY_VERSION,
        scope: scope(),
        county: "青禾县".into(),
        device_name: "三号笔记本".into(),
        kid: key().public().kid(),
        lock: json!({"identity": {}, "persons": []}),
    };
    golden("copy-card.json", &card.to_bytes().unwrap());
    assert_eq!(CopyCard::parse(&kept("copy-card.json")).unwrap(), card);
    assert_eq!(CopyCard::folder(&card.kid), format!("xunzhan-copy-{}", &card.kid.to_string()[..12]));
}
