//! Messages on the wire: round trip, cuts, hostile bytes, and what they cost.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use ledger::sync::{Ack, End, Response, StreamHead, StreamItem};
use ledger::wire::{MAX_CONTENT_BYTES, WireError, decode_frames, decode_request, decode_response, encode_frames, encode_response};
use ledger::{Draft, EntryId, Epoch, Frame, Incarnation, LogId, LogOpen, LogWriter, ScopeId, open_log};
use proptest::prelude::*;
use seal::keys::{Ed25519Key, Signer as _};
use serde_json::json;
use uuid::Uuid;

/// Bytes that look random, the same every time.
fn noise(n: u64) -> [u8; 16] {
    let digest = seal::Digest::of(&n.to_be_bytes());
    digest.as_bytes()[..16].try_into().unwrap()
}

fn open(log: u8) -> (Ed25519Key, Frame, LogWriter) {
    let key = Ed25519Key::from_seed([log; 32]).unwrap();
    let open = LogOpen {
        key: key.public().clone(),
        scope: ScopeId::from_bytes([0x5c; 16]),
        incarnation: Incarnation::from_bytes([1; 16]),
        previous: None,
        app_version: "0.1.0".into(),
    };
    let (frame, writer) = open_log(&key, LogId::from_bytes(noise(u64::from(log))), &open, 0, noise(7)).unwrap();
    (key, frame, writer)
}

/// Entries as a day of inspecting makes them, from two laptops in turn.
fn day(count: u64) -> Vec<Frame> {
    let mut logs = [open(1), open(2)];
    let mut frames: Vec<Frame> = logs.iter().map(|l| l.1.clone()).collect();
    for n in 0..count {
        let (key, _, writer) = &mut logs[usize::from(n % 40 >= 20)];
        let draft = Draft {
            kind: "visit.answered/1".parse().unwrap(),
            ent: Uuid::from_bytes(noise(n / 22)),
            by: Some(Uuid::from_bytes(noise(9))),
            deps: Vec::new(),
            payload: json!({
                "item": format!("C4-{:02}", n % 22 + 1),
                "value": if n % 3 == 0 { "no" } else { "yes" },
                "note": format!("第 {n} 项：货架上商品齐全，台账记到本月 {} 日", n % 28 + 1),
                "overwrites": [],
            }),
            ts: 1_700_000_000_000 + (n as i64) * 7_919,
            beacon: None,
            salt: noise(1_000 + n),
        };
        frames.push(writer.author(key, draft).unwrap());
    }
    frames
}

fn response(frames: &[Frame]) -> Response {
    let scope = ScopeId::from_bytes([0x5c; 16]);
    let known = EntryId::of_header(b"known");
    let items = frames.iter().cloned().map(StreamItem::Entry);
    let items: Vec<StreamItem> = items.chain([StreamItem::Known(known)]).collect();
    let from = StreamHead::start(&scope);
    let cursor = items.iter().fold(from, |head, item| head.then(&item.id()));
    Response {
        scope,
        epoch: Epoch::from_bytes([3; 16]),
        server_time_ms: 1_700_000_000_000,
        acks: vec![Ack { id: known, sseq: 3 }],
        refused: Vec::new(),
        branches: Vec::new(),
        lacks: Vec::new(),
        lacks_blobs: Vec::new(),
        reconcile: false,
        from,
        checkpoint: None,
        receipts: Vec::new(),
        items,
        end: Some(End { cursor, more: false }),
    }
}

#[test]
fn a_thousand_entries_cost_under_a_third_of_their_stored_bytes() {
    let frames = day(1_000);
    let stored: usize = frames.iter().map(Frame::encoded_len).sum();
    let sent = encode_frames(&frames).unwrap();
    println!(
        "{} entries: {stored} bytes stored, {} sent, {:.3}",
        frames.len(),
        sent.len(),
        sent.len() as f64 / stored as f64
    );
    assert!(sent.len() * 3 < stored);
    assert_eq!(decode_frames(&sent).unwrap(), (frames, true));
}

#[test]
fn whatever_came_whole_before_a_cut_is_kept() {
    let whole = response(&day(120));
    let bytes = encode_response(&whole).unwrap();
    assert_eq!(decode_response(&bytes).unwrap(), whole);
    let mut kept = 0;
    // A step that is no divisor of anything; the simulator cuts at every byte.
    for len in (0..bytes.len()).step_by(37) {
        match decode_response(&bytes[..len]) {
            Ok(part) => {
                assert_eq!(part.end, None, "cut at {len}");
                assert_eq!(part.items, whole.items[..part.items.len()]);
                assert!(part.items.len() >= kept, "more bytes, fewer items at {len}");
                kept = part.items.len();
            }
            Err(e) => assert_eq!(e, WireError::Cut, "cut at {len}"),
        }
    }
    assert!(kept > 60, "only {kept} of {} items survive a cut", whole.items.len());
}

#[test]
fn a_bomb_is_refused_and_so_is_another_version() {
    let bomb = zstd::encode_all(&vec![0_u8; MAX_CONTENT_BYTES + 1][..], 3).unwrap();
    let bomb = [&[1], bomb.as_slice()].concat();
    assert!(bomb.len() < 10_000);
    assert_eq!(decode_request(&bomb), Err(WireError::TooLarge));
    assert_eq!(decode_request(&[2, 0]), Err(WireError::Version));
    assert_eq!(decode_request(&[]), Err(WireError::Cut));
}

#[test]
fn a_header_that_fills_in_itself_is_sent_as_it_is() {
    // Nothing that is left off may be filled in at another place than it came from.
    let mut frame = day(1).pop().unwrap();
    let text = String::from_utf8(frame.header).unwrap();
    frame.header = text.replacen("{\"", "{\"aa\":{\"prev\":\"\",\"sha256\":\"\"},\"", 1).into_bytes();
    let frames = [day(0), vec![frame]].concat();
    assert_eq!(decode_frames(&encode_frames(&frames).unwrap()).unwrap(), (frames, true));
}

/// The content behind the version byte, unpacked, changed and packed again.
fn repacked(bytes: &[u8], change: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut content = zstd::decode_all(&bytes[1..]).unwrap();
    change(&mut content);
    [&[1], zstd::encode_all(&content[..], 1).unwrap().as_slice()].concat()
}

fn any_frame() -> impl Strategy<Value = Frame> {
    let header = prop_oneof![
        prop::collection::vec(any::<u8>(), 1..200),
        "(\"prev\":\"|\"sha256\":\"|\"|[a-f0-9]{64}|.){1,8}".prop_map(String::into_bytes),
    ];
    let bytes = |range| prop::collection::vec(any::<u8>(), range);
    (header, bytes(1..80), bytes(0..300)).prop_map(|(header, signature, payload)| Frame { header, signature, payload })
}

proptest! {
    #[test]
    fn any_frames_come_back(frames in prop::collection::vec(any_frame(), 0..12)) {
        let bytes = encode_frames(&frames).unwrap();
        prop_assert_eq!(decode_frames(&bytes).unwrap(), (frames, true));
    }

    #[test]
    fn changed_bytes_never_panic(at in any::<prop::sample::Index>(), flip in 1_u8.., cut in any::<prop::sample::Index>()) {
        let bytes = encode_response(&response(&day(6))).unwrap();
        let mut outside = bytes.clone();
        let i = at.index(outside.len());
        outside[i] ^= flip;
        let _ = decode_response(&outside);
        let inside = repacked(&bytes, |content| {
            let i = at.index(content.len());
            content[i] ^= flip;
        });
        let _ = decode_response(&inside);
        let _ = decode_request(&inside);
        let shorter = repacked(&bytes, |content| content.truncate(cut.index(content.len())));
        if let Ok(part) = decode_response(&shorter) {
            prop_assert_eq!(part.end, None);
        }
    }

    #[test]
    fn any_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = decode_frames(&bytes);
        let content = [&[1], zstd::encode_all(&bytes[..], 1).unwrap().as_slice()].concat();
        let _ = decode_request(&content);
        let _ = decode_response(&content);
        let _ = Frame::parse(&bytes);
    }
}
