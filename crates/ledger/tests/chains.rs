//! What a log takes and what it refuses, entry by entry.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    dead_code
)]

mod sim;

use ledger::chain::{Batch, Refusal, Verdict};
use ledger::sync::NewEntry;
use ledger::{Draft, EntryError, Frame, Header, Incarnation, LogId, LogOpen, LogWriter, ScopeId, header_type, open_log, verify};
use proptest::prelude::*;
use seal::keys::{Ed25519Key, Signer as _};
use serde_json::{Value, json};
use sim::core::Core;
use uuid::Uuid;

fn scope() -> ScopeId {
    ScopeId::from_bytes([0x5c; 16])
}

fn key(n: u8) -> Ed25519Key {
    Ed25519Key::from_seed([n; 32]).unwrap()
}

fn open(key: &Ed25519Key, log: u8, scope: ScopeId) -> (Frame, LogWriter) {
    let open = LogOpen {
        key: key.public().clone(),
        scope,
        incarnation: Incarnation::from_bytes([1; 16]),
        previous: None,
        app_version: "0.1.0".into(),
    };
    open_log(key, LogId::from_bytes([log; 16]), &open, 0, [2; 16]).unwrap()
}

fn say(writer: &mut LogWriter, key: &Ed25519Key, n: u64) -> Frame {
    let mut salt = [0; 16];
    salt[..8].copy_from_slice(&n.to_be_bytes());
    let draft = Draft {
        kind: "sim.said/1".parse().unwrap(),
        ent: Uuid::from_bytes([3; 16]),
        by: None,
        deps: Vec::new(),
        payload: json!({ "n": n }),
        ts: 0,
        beacon: None,
        salt,
    };
    writer.author(key, draft).unwrap()
}

/// Signs a header that was changed by hand.
fn resigned(frame: &Frame, key: &Ed25519Key, v: u32, change: impl FnOnce(&mut Value)) -> Frame {
    let mut header: Value = serde_json::from_slice(&frame.header).unwrap();
    change(&mut header);
    let header = seal::canonical::to_vec(&header).unwrap();
    let signature = key.sign(&seal::pae(&header_type(v), &header)).unwrap().0;
    Frame {
        header,
        signature,
        payload: frame.payload.clone(),
    }
}

fn judge(core: &Core, frame: &Frame) -> Verdict {
    Batch::new(core, scope()).judge(frame).unwrap()
}

fn store(core: &mut Core, frame: &Frame) {
    match judge(core, frame) {
        Verdict::Accepted(verified) | Verdict::Branch(verified, _) => core.insert(&NewEntry {
            frame: frame.clone(),
            verified,
        }),
        other => panic!("{other:?}"),
    }
}

fn refusal(core: &Core, frame: &Frame) -> Refusal {
    match judge(core, frame) {
        Verdict::Refused(refused) => refused.reason,
        other => panic!("{other:?}"),
    }
}

#[test]
fn next_known_gap_and_branch() {
    let key = key(1);
    let mut core = Core::default();
    let (first, mut writer) = open(&key, 1, scope());
    let mut twin = writer.clone();
    let (second, third) = (say(&mut writer, &key, 1), say(&mut writer, &key, 2));

    let gap = judge(&core, &second);
    assert!(matches!(gap, Verdict::Gap { expected: 0, .. }), "{gap:?}");
    store(&mut core, &first);
    assert_eq!(judge(&core, &first), Verdict::Duplicate(first.id()));
    let gap = judge(&core, &third);
    assert!(matches!(gap, Verdict::Gap { expected: 1, .. }), "{gap:?}");
    store(&mut core, &second);
    store(&mut core, &third);

    let other = say(&mut twin, &key, 9);
    let Verdict::Branch(_, fork) = judge(&core, &other) else {
        panic!("no branch")
    };
    let mut both = vec![second.id(), other.id()];
    both.sort_unstable();
    assert_eq!((fork.seq, fork.ids), (1, both));
    store(&mut core, &other);
    // Both branches go on.
    store(&mut core, &say(&mut twin, &key, 10));
    store(&mut core, &say(&mut writer, &key, 3));
}

#[test]
fn one_batch_builds_upon_itself() {
    let key = key(1);
    let (first, mut writer) = open(&key, 1, scope());
    let core = Core::default();
    let mut batch = Batch::new(&core, scope());
    for frame in [first, say(&mut writer, &key, 1), say(&mut writer, &key, 2)] {
        assert!(matches!(batch.judge(&frame).unwrap(), Verdict::Accepted(_)));
        assert!(matches!(batch.judge(&frame).unwrap(), Verdict::Duplicate(_)));
    }
}

#[test]
fn what_is_broken_is_refused_with_its_reason() {
    let (mine, theirs) = (key(1), key(2));
    let mut core = Core::default();
    let (first, mut writer) = open(&mine, 1, scope());
    store(&mut core, &first);
    let good = say(&mut writer, &mine, 1);

    let mut bad = good.clone();
    bad.signature[0] ^= 1;
    assert_eq!(refusal(&core, &bad), Refusal::Entry(EntryError::Signature));
    let mut bad = good.clone();
    bad.payload = seal::canonical::to_vec(&json!({"n": 2, "salt": "00".repeat(16)})).unwrap();
    assert!(matches!(refusal(&core, &bad), Refusal::Entry(EntryError::Payload(_))));
    let other_key = resigned(&good, &theirs, 1, |h| h["kid"] = json!(theirs.public().kid()));
    assert_eq!(refusal(&core, &other_key), Refusal::Entry(EntryError::OtherKey));
    let skipped = resigned(&good, &mine, 1, |h| h["seq"] = json!(2));
    assert_eq!(refusal(&core, &skipped), Refusal::WrongPrevious);
    let foreign = resigned(&good, &mine, 1, |h| h["scope"] = json!("00".repeat(16)));
    assert_eq!(refusal(&core, &foreign), Refusal::ForeignScope);
    let (rival, _) = open(&theirs, 1, scope());
    assert_eq!(refusal(&core, &rival), Refusal::OtherOpener);

    let fields: [(&str, Value); 8] = [
        ("extra", json!(1)),
        ("prev", Value::Null),
        ("deps", json!(["00"])),
        ("ent", json!("03030303030303030303030303030303")),
        ("kind", json!("log.open/1")),
        ("kind", json!("Sim/1")),
        ("v", json!(0)),
        ("ts", json!("now")),
    ];
    for (field, value) in fields {
        let bad = resigned(&good, &mine, 1, |h| h[field] = value);
        assert!(matches!(refusal(&core, &bad), Refusal::Entry(EntryError::Header(_))), "{field}");
    }
    let mut loose = good.clone();
    loose.header.push(b' ');
    assert!(matches!(refusal(&core, &loose), Refusal::Entry(EntryError::Header(_))));
}

#[test]
fn a_later_version_is_checked_and_stored_but_not_read() {
    let key = key(1);
    let mut core = Core::default();
    let (first, mut writer) = open(&key, 1, scope());
    store(&mut core, &first);
    let good = say(&mut writer, &key, 1);
    let later = resigned(&good, &key, 2, |h| {
        h["v"] = json!(2);
        h["weather"] = json!("rain");
        h["kind"] = json!("sim.sung/7");
    });
    let Verdict::Accepted(verified) = judge(&core, &later) else {
        panic!("not accepted")
    };
    assert!(!verified.is_applicable());
    assert_eq!(verified.payload, Value::Null);
    // The version is under the signature.
    let claimed = resigned(&good, &key, 1, |h| h["v"] = json!(2));
    assert_eq!(refusal(&core, &claimed), Refusal::Entry(EntryError::Signature));
    // An unknown kind of a known version is read; applying it is for those who know it.
    let unknown = resigned(&good, &key, 1, |h| h["kind"] = json!("sim.sung/7"));
    let verified = verify(&unknown, key.public()).unwrap();
    assert!(verified.is_applicable());
}

#[test]
fn a_writer_refuses_what_no_reader_takes() {
    let key = key(1);
    let (_, mut writer) = open(&key, 1, scope());
    let head = writer.head();
    let draft = |payload| Draft {
        kind: "sim.said/1".parse().unwrap(),
        ent: Uuid::from_bytes([3; 16]),
        by: None,
        deps: Vec::new(),
        payload,
        ts: 0,
        beacon: None,
        salt: [0; 16],
    };
    for payload in [
        json!([]),
        json!({"salt": "mine"}),
        json!({"x": 0.5}),
        json!({"x": "问".repeat(22_000)}),
        json!({"x": "\u{0}"}),
    ] {
        let refused = writer.author(&key, draft(payload));
        assert!(matches!(refused, Err(EntryError::Payload(_))), "{refused:?}");
    }
    let mut many = draft(json!({}));
    many.deps = (0..9).map(|n| ledger::EntryId::of_header(&[n])).collect();
    assert!(matches!(writer.author(&key, many), Err(EntryError::Header(_))));
    let other = Ed25519Key::from_seed([9; 32]).unwrap();
    assert_eq!(writer.author(&other, draft(json!({}))), Err(EntryError::OtherKey));
    assert_eq!((writer.head(), writer.next_seq()), (head, 1));
}

#[test]
fn frames_are_read_back_and_lies_about_lengths_are_refused() {
    let key = key(1);
    let (first, _) = open(&key, 1, scope());
    let bytes = first.to_bytes().unwrap();
    assert_eq!(Frame::parse(&bytes).unwrap(), first);
    for len in 0..bytes.len() {
        assert!(Frame::parse(&bytes[..len]).is_err(), "cut at {len}");
    }
    let longer = [bytes.as_slice(), &[0]].concat();
    assert!(Frame::parse(&longer).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Whatever order and repetition entries of a forked log arrive in, the same ones end up stored, with the same forks.
    #[test]
    fn any_arrival_order_stores_the_same(seed in any::<u64>(), lengths in prop::array::uniform3(1..6_u64)) {
        let key = key(1);
        let (first, mut writer) = open(&key, 1, scope());
        let mut frames = vec![first];
        for (branch, length) in lengths.into_iter().enumerate() {
            let mut twin = writer.clone();
            for n in 0..length {
                frames.push(say(&mut twin, &key, branch as u64 * 100 + n));
            }
            frames.push(say(&mut writer, &key, 1_000 + branch as u64));
        }
        let mut rng = sim::rng::Rng::new(seed);
        let mut core = Core::default();
        let mut left = frames.clone();
        while !left.is_empty() {
            let at = rng.below(left.len());
            let frame = left[at].clone();
            match judge(&core, &frame) {
                Verdict::Accepted(_) | Verdict::Branch(..) => store(&mut core, &frame),
                Verdict::Gap { expected, .. } => {
                    prop_assert!(expected < Header::parse(&frame.header).unwrap().seq + 1);
                    continue;
                }
                Verdict::Duplicate(_) => {}
                Verdict::Refused(refused) => panic!("{refused:?}"),
            }
            if rng.chance(70) {
                left.swap_remove(at);
            }
        }
        prop_assert_eq!(core.entries.len(), frames.len());
        let mut in_order = Core::default();
        for frame in &frames {
            store(&mut in_order, frame);
        }
        prop_assert_eq!(core.forks().collect::<Vec<_>>(), in_order.forks().collect::<Vec<_>>());
        prop_assert_eq!(core.states(), in_order.states());
        prop_assert_eq!(core.states(), core.rebuilt());
    }
}
