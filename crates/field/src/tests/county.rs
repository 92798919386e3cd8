//! A county made by the test: authority, card, server log.

use std::path::Path;
use std::sync::Arc;

use contract::field::{AddPerson, CardSource, FieldHost, StartFromCard};
use domain::person::Role;
use domain::station::{Datum, Position};
use domain::{Operation, Person, PersonId, Station, StationId};
use ledger::chain::{Batch, Verdict};
use ledger::sync::{Ack, ClientStore, ExchangeCommit, NewEntry, Position as SyncPosition, Pulled};
use ledger::{Draft, Epoch, Frame, Incarnation, LogId, LogOpen, LogWriter, ScopeId, open_log};
use seal::Digest;
use seal::card::{CARD_VERSION, CountyCard, PackDigest};
use seal::cert::{Issue, Role as CertRole, issue_root};
use seal::keys::{Ed25519Key, Signer};
use uuid::Uuid;

use crate::store::{Replica, Store};
use crate::{Field, Options};

pub const SCOPE: &str = "000102030405060708090a0b0c0d0e0f";
pub const STATION: &str = "01a05a43-ffe8-76b8-ae47-07207e753ea1";
pub const WANG: &str = "01a05a44-0000-76b8-ae47-000000000001";
pub const LI: &str = "01a05a44-0000-76b8-ae47-000000000002";

pub struct County {
    pub authority: Ed25519Key,
    pub server: Ed25519Key,
    pub recovery: age::x25519::Identity,
    /// The server's address in the card; nobody listens there unless a test does.
    pub server_url: String,
    writer: Option<LogWriter>,
    said: Vec<Frame>,
    sent: u64,
}

pub fn person(text: &str) -> PersonId {
    PersonId(text.parse().unwrap())
}

pub fn station() -> StationId {
    StationId(STATION.parse().unwrap())
}

pub fn options(home: &Path) -> Options {
    Options {
        key_store: false,
        state_dir: Some(home.join("state")),
        auto_sync: false,
    }
}

/// The bytes of a finished document.
pub fn whole(field: &Field, handle: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    field.document(handle).unwrap().write_to(&mut bytes).unwrap();
    bytes
}

pub fn field(home: &Path) -> Field {
    Field::open_with(&home.join("data"), options(home)).unwrap()
}

impl County {
    pub fn new() -> Self {
        let server = Ed25519Key::from_seed([2; 32]).unwrap();
        let open = LogOpen {
            key: server.public().clone(),
            scope: scope(),
            incarnation: Incarnation::from_bytes([1; 16]),
            previous: None,
            app_version: "0".into(),
        };
        let (open, writer) = open_log(&server, LogId::from_bytes([9; 16]), &open, 1, [0; 16]).unwrap();
        Self {
            authority: Ed25519Key::from_seed([1; 32]).unwrap(),
            server,
            recovery: age::x25519::Identity::generate(),
            server_url: "http://127.0.0.1:1".into(),
            writer: Some(writer),
            said: vec![open],
            sent: 0,
        }
    }

    pub fn card(&self) -> String {
        let what = Issue {
            name: "青禾县商务局".into(),
            org: None,
            roles: vec![CertRole::Authority],
            scopes: vec![SCOPE.into()],
            person: None,
            not_before_ms: 0,
            not_after_ms: 4_000_000_000_000,
            serial: [3; 16],
        };
        let card = CountyCard {
            v: CARD_VERSION,
            scope: SCOPE.into(),
            name: "青禾县".into(),
            authority_cert: issue_root(what, &self.authority).unwrap().der().to_vec(),
            recovery_recipient: self.recovery.to_public().to_string(),
            server_url: Some(self.server_url.clone()),
            server_key: self.server.public().clone(),
            packs: vec![PackDigest {
                id: "C4".into(),
                version: "1".into(),
                sha256: Digest::of(include_bytes!("../../../../assets/rulepacks/c4-village-station.json")),
            }],
        };
        String::from_utf8(card.sign(&self.authority).unwrap()).unwrap()
    }

    pub fn source(&self) -> CardSource {
        CardSource {
            handle: None,
            text: Some(self.card()),
        }
    }

    /// A laptop with two inspectors and the county's lists.
    pub fn laptop(&mut self, home: &Path) -> Field {
        let field = field(home);
        field
            .start_from_card(StartFromCard {
                card: self.source(),
                device_name: "一号笔记本".into(),
            })
            .unwrap();
        for (id, name, passphrase) in [(WANG, "王喆", "wang-passphrase"), (LI, "李𬭼", "li-passphrase")] {
            field
                .add_person(AddPerson {
                    person: Some(person(id)),
                    name: name.into(),
                    org: "县商务局".into(),
                    passphrase: passphrase.into(),
                })
                .unwrap();
        }
        self.lists(&field);
        field
    }

    fn lists(&mut self, field: &Field) {
        let station = Station {
            id: station(),
            name: "后榆林村站".into(),
            township: "青禾镇".into(),
            village: "后榆林村".into(),
            address: "青禾镇后榆林村2组2号".into(),
            manager: "曹爱莲".into(),
            proposed: false,
            position: Some(Position {
                lat_e7: 349_232_167,
                lon_e7: 920_631_741,
                datum: Datum::Wgs84,
            }),
            code: None,
            phone: None,
        };
        let mut operations = vec![(station.id.0, Operation::StationRegistered(station))];
        for (id, name) in [(WANG, "王喆"), (LI, "李𬭼")] {
            let registered = Person {
                id: person(id),
                name: name.into(),
                org: "县商务局".into(),
                roles: vec![Role::Inspector],
            };
            operations.push((person(id).0, Operation::PersonRegistered(registered)));
        }
        self.say(field, operations);
    }

    /// Writes entries of the server's log and hands them to the laptop as a synchronisation would.
    pub fn say(&mut self, field: &Field, operations: Vec<(Uuid, Operation)>) {
        let parts = operations.iter().map(|(ent, operation)| {
            let (kind, payload) = operation.to_parts().unwrap();
            (*ent, kind, payload)
        });
        self.say_kinds(field, parts.collect());
    }

    /// The same of any kind, also of one that nobody knows.
    pub fn say_kinds(&mut self, field: &Field, said: Vec<(Uuid, String, serde_json::Value)>) {
        let store = field.0.opened().unwrap().store.clone();
        let own: Vec<_> = self.said.iter().map(Frame::id).collect();
        let writer = self.writer.as_mut().unwrap();
        for (ent, kind, payload) in said {
            // A server speaks of what it has seen: all that the laptop wrote about the same thing.
            let heads = store.heads_of(&ent).unwrap().into_iter().map(|(_, tip)| tip.id);
            let draft = Draft {
                kind: kind.parse().unwrap(),
                ent,
                by: None,
                deps: heads.filter(|id| !own.contains(id)).collect(),
                payload,
                ts: 5,
                beacon: None,
                salt: [7; 16],
            };
            self.said.push(writer.author(&self.server, draft).unwrap());
        }
        // Another laptop hears all of it from the start.
        let said = self.said.clone();
        self.hand_over(field, &said);
    }

    /// Hands entries over in one exchange.
    pub fn hand_over(&mut self, field: &Field, frames: &[Frame]) {
        self.hand_to(&field.0.opened().unwrap().store, frames);
    }

    /// The same to a store that nobody has opened.
    pub fn hand_to(&mut self, store: &Arc<Store>, frames: &[Frame]) {
        let mut replica = Replica(store.clone());
        let base = replica.position(&scope()).unwrap();
        let mut entries = Vec::new();
        let mut forks = Vec::new();
        let mut cursor = base.cursor;
        {
            let judge = Replica(Arc::clone(store));
            let mut batch = Batch::new(&judge, scope());
            for frame in frames {
                let verified = match batch.judge(frame).unwrap() {
                    Verdict::Accepted(verified) => verified,
                    Verdict::Branch(verified, fork) => {
                        forks.push(fork);
                        verified
                    }
                    Verdict::Duplicate(_) => continue,
                    other => panic!("{other:?}"),
                };
                self.sent += 1;
                cursor = cursor.then(&verified.id);
                let frame = frame.clone();
                entries.push(Pulled {
                    entry: NewEntry { frame, verified },
                    sseq: self.sent,
                });
            }
        }
        let acks = entries.iter().map(|p| Ack {
            id: p.entry.verified.id,
            sseq: p.sseq,
        });
        let commit = ExchangeCommit {
            scope: scope(),
            base,
            acks: acks.collect(),
            entries,
            lacks: Vec::new(),
            forks,
            refused: Vec::new(),
            refused_by_server: Vec::new(),
            receipts: Vec::new(),
            checkpoint: None,
            server_time_ms: crate::store::now_ms(),
            retire: None,
            position: SyncPosition {
                epoch: Some(Epoch::from_bytes([4; 16])),
                cursor,
                reconcile: false,
            },
        };
        replica.commit_exchange(&commit).unwrap();
    }
}

pub fn scope() -> ScopeId {
    SCOPE.parse().unwrap()
}
