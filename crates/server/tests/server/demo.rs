//! Making the demo.

use std::os::unix::fs::PermissionsExt as _;

use domain::Aggregate;
use seal::card::CountyCard;
use server::demo;
use server::{Clock, county};

#[test]
fn a_demo_is_made_once_and_its_secrets_are_private() {
    let folder = tempfile::tempdir().unwrap();
    let (data, out) = (folder.path().join("data"), folder.path().join("out"));
    let secrets = demo::write(&data, "http://127.0.0.1:8471", &out).unwrap();
    let written = std::fs::read(out.join("secrets.json")).unwrap();
    let again: demo::Secrets = serde_json::from_slice(&written).unwrap();
    assert_eq!(again.accounts.len(), 8);
    assert_eq!(again.inspectors.len(), 6);
    for name in [
        "out/secrets.json",
        "out/qinghe.recovery.txt",
        "out/yunting.recovery.txt",
        "data/server.key",
    ] {
        let mode = std::fs::metadata(folder.path().join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    let opened = county::open(&data, Clock::system()).unwrap();
    for (made, stations) in secrets.counties.iter().zip([54, 2]) {
        let (card, root) = CountyCard::open(&std::fs::read(out.join(&made.card)).unwrap()).unwrap();
        assert_eq!(card.server_url.as_deref(), Some("http://127.0.0.1:8471"));
        assert_eq!(root.fingerprint().to_string(), made.authority_fingerprint);
        let scope = made.scope.parse().unwrap();
        assert_eq!(opened.db.aggregates(&scope, "station").unwrap().len(), stations);
        assert_eq!(opened.db.aggregates(&scope, "revocations").unwrap().len(), 1);
        let people = opened.db.aggregates(&scope, "person").unwrap();
        assert!(people.iter().all(|(_, p)| matches!(p, Aggregate::Person(p) if p.registered.is_some())));
        let wrapped = opened.db.county(&scope).unwrap().unwrap().authority_wrapped;
        let passphrase = &secrets.authority_passphrases[&made.county];
        assert!(server::secrets::unwrap_key(&wrapped, passphrase).unwrap().is_some());
        assert!(server::secrets::unwrap_key(&wrapped, "other").unwrap().is_none());
    }
    assert!(demo::write(&data, "http://127.0.0.1:8471", &out).is_err());
    assert!(demo::write(&folder.path().join("other"), "http://127.0.0.1:8471", &out).is_err());
    assert_eq!(std::fs::read(out.join("secrets.json")).unwrap(), written);
}

#[test]
fn a_restored_database_begins_a_new_epoch_and_goes_on() {
    use ledger::sync::ServerStore as _;
    let folder = tempfile::tempdir().unwrap();
    let made = demo::create(folder.path(), "http://127.0.0.1", Clock::system()).unwrap();
    let scope = made.secrets.counties[0].scope.parse().unwrap();
    let (epoch, head) = (made.opened.db.epoch().unwrap(), made.opened.db.stream_head(&scope).unwrap());
    drop(made.opened);
    let same = county::open(folder.path(), Clock::system()).unwrap();
    assert_eq!(same.db.epoch().unwrap(), epoch);
    drop(same);
    county::restored(folder.path()).unwrap();
    let mut restored = county::open(folder.path(), Clock::system()).unwrap();
    assert_ne!(restored.db.epoch().unwrap(), epoch);
    assert_eq!(restored.db.stream_head(&scope).unwrap(), head);
    let digest = seal::Digest::of(b"x");
    restored.db.record_stored(&scope, &digest, 1).unwrap();
    // A new server log: its record 0 and the entry.
    assert_eq!(restored.db.count_entries(&scope, head.sseq).unwrap(), 2);
}
