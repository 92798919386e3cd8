//! A laptop without a window: keys, one log, requests as docs/protocol.md writes them.

use domain::fingerprint::Fingerprint;
use domain::operation::{
    BlobRef, Countersign, CoveredHead, Paper, PaperAttached, PaperSigner, PhotoAttached, SealSigned, TeamMember, VisitDescription, VisitOpened,
    VisitSealed,
};
use domain::station::{Datum, Position};
use domain::write_record::{RecordContext, write_record};
use domain::{Aggregate, LogKind, Meta, Operation, PersonId, PhotoId, PhotoMeta, StationId, VisitId, apply};
use ledger::session::{Challenge, Granted, prove};
use ledger::sync::{MESSAGE_TYPE, Request, Response, StreamHead};
use ledger::wire::{decode_response, encode_request};
use ledger::{Beacon, Draft, Frame, Incarnation, LogId, LogOpen, LogWriter, ScopeId, open_log};
use reqwest::{Method, StatusCode};
use seal::Digest;
use seal::card::CountyCard;
use seal::checkpoint::Checkpoint;
use seal::dsse::Envelope;
use seal::keys::{Ed25519Key, PublicKey, Signer};
use seal::statement::{Statement, signing_bytes};
use serde_json::{Value, json};
use server::secrets::random;
use uuid::Uuid;

use crate::running::Server;

pub struct Laptop {
    pub key: Ed25519Key,
    pub scope: ScopeId,
    pub server_key: PublicKey,
    pub persons: Vec<(TeamMember, Ed25519Key)>,
    pub frames: Vec<Frame>,
    pub token: String,
    pub cursor: StreamHead,
    pub beacon: Option<Beacon>,
    writer: LogWriter,
}

/// What the photo of a visit is like, and where the visit is; a random photo at the first station where nothing is said.
#[derive(Default)]
pub struct Shot {
    pub original: Option<&'static [u8]>,
    pub fingerprint: Option<Fingerprint>,
    pub meta: Option<PhotoMeta>,
    pub station: Option<StationId>,
}

/// Bytes of a visit that are to be uploaded.
pub struct Sealed {
    pub visit: VisitId,
    pub photo: PhotoId,
    pub statement: String,
    pub blobs: Vec<Vec<u8>>,
}

/// A point far from every station of the demo county.
const NOWHERE_NEAR: Position = Position {
    lat_e7: 0,
    lon_e7: 0,
    datum: Datum::Wgs84,
};

pub fn blob(bytes: &[u8]) -> BlobRef {
    BlobRef {
        sha256: Digest::of(bytes).to_string(),
        len: bytes.len() as u64,
    }
}

pub fn attached_as(photo: PhotoId, original: &[u8], thumbnail: &[u8]) -> PhotoAttached {
    PhotoAttached {
        photo,
        original: blob(original),
        thumbnail: Some(blob(thumbnail)),
        name: "a.jpg".into(),
        mime: "image/jpeg".into(),
        method: "drop".into(),
        meta: PhotoMeta {
            position: Some(NOWHERE_NEAR),
            ..PhotoMeta::default()
        },
        fingerprint: None,
        pattern_db: None,
        distance_m: Some(501),
        items: Vec::new(),
        arrived_at_ms: None,
        derived: None,
        no_preview: None,
    }
}

/// The photo of a made visit, as it was attached.
pub fn attached(sealed: &Sealed, original: &[u8], thumbnail: &[u8]) -> PhotoAttached {
    attached_as(sealed.photo, original, thumbnail)
}

fn now_ms() -> i64 {
    server::Clock::system().now_ms()
}

impl Laptop {
    /// A laptop with two inspectors of a demo county; nobody knows it yet.
    pub fn new(server: &Server, county: &str) -> Laptop {
        let number = server.secrets.counties.iter().position(|c| c.county == county).unwrap();
        let (card, _) = CountyCard::open(&server.cards[number]).unwrap();
        let scope: ScopeId = card.scope.parse().unwrap();
        let key = Ed25519Key::generate().unwrap();
        let open = LogOpen {
            key: key.public().clone(),
            scope,
            incarnation: Incarnation::from_bytes(random().unwrap()),
            previous: None,
            app_version: "test".into(),
        };
        let (frame, writer) = open_log(&key, LogId::from_bytes(random().unwrap()), &open, now_ms(), random().unwrap()).unwrap();
        let inspectors = server.secrets.inspectors.iter().filter(|i| i.county == county).take(2);
        let persons = inspectors.map(|i| {
            let member = TeamMember {
                person: i.person,
                name: i.name.clone(),
                org: i.org.clone(),
            };
            (member, Ed25519Key::generate().unwrap())
        });
        Laptop {
            scope,
            server_key: card.server_key,
            persons: persons.collect(),
            frames: vec![frame],
            token: String::new(),
            cursor: StreamHead::start(&scope),
            beacon: None,
            writer,
            key,
        }
    }

    pub fn enrolment(&self) -> Vec<u8> {
        let persons: Vec<Value> = self
            .persons
            .iter()
            .map(|(m, key)| json!({"person": m.person, "name": m.name, "org": m.org, "key": key.public()}))
            .collect();
        let payload = json!({"v": 1, "scope": self.scope, "device": {"name": "laptop 1", "key": self.key.public()},
                             "persons": persons, "made_ms": now_ms()});
        let payload = seal::canonical::to_vec(&payload).unwrap();
        let mut envelope = Envelope::signed("application/vnd.xunzhan.enrolment+json", payload, &self.key).unwrap();
        for (_, key) in &self.persons {
            envelope.sign(key).unwrap();
        }
        envelope.to_vec().unwrap()
    }

    /// Asks to be known, and is approved.
    pub async fn enrol(&self, server: &Server, county: &str) -> Value {
        let response = server.ask(Method::POST, "/v1/enrol").body(self.enrolment()).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::ACCEPTED);
        let fingerprint = response.json::<Value>().await.unwrap()["fingerprint"].as_str().unwrap().to_owned();
        let administrator = server.log_in(&format!("{county}-administrator")).await;
        let args = json!({"scope": self.scope, "request": fingerprint, "authority_passphrase": server.secrets.authority_passphrases[county]});
        let (status, rows) = server.call(Some(&administrator), "approve_enrolment", args).await;
        assert_eq!(status, StatusCode::OK, "{rows}");
        rows
    }

    /// Tries to open a session; the status and what came.
    pub async fn try_session(&self, server: &Server) -> (StatusCode, Value) {
        let hello = json!({"kid": self.key.public().kid(), "scope": self.scope});
        let challenge = server.ask(Method::POST, "/v1/session").json(&hello).send().await.unwrap();
        let challenge: Challenge = challenge.json().await.unwrap();
        let proof = prove(&self.key, self.scope, &challenge, &self.server_key.kid()).unwrap();
        let response = server.ask(Method::POST, "/v1/session/prove").json(&proof).send().await.unwrap();
        (response.status(), response.json().await.unwrap())
    }

    /// A laptop that is known and has a session.
    pub async fn ready(server: &Server, county: &str) -> Laptop {
        let mut laptop = Laptop::new(server, county);
        laptop.enrol(server, county).await;
        let (status, granted) = laptop.try_session(server).await;
        assert_eq!(status, StatusCode::OK, "{granted}");
        laptop.token = serde_json::from_value::<Granted>(granted).unwrap().token;
        laptop
    }

    pub fn say(&mut self, ent: Uuid, operation: &Operation) -> String {
        let (kind, payload) = operation.to_parts().unwrap();
        self.say_kind(ent, &kind, payload)
    }

    /// Says something of any kind, also of one that nobody knows.
    pub fn say_kind(&mut self, ent: Uuid, kind: &str, payload: Value) -> String {
        let draft = Draft {
            kind: kind.parse().unwrap(),
            ent,
            by: Some(self.persons[0].0.person.0),
            deps: Vec::new(),
            payload,
            ts: now_ms(),
            beacon: self.beacon.clone(),
            salt: random().unwrap(),
        };
        self.frames.push(self.writer.author(&self.key, draft).unwrap());
        self.frames.last().unwrap().id().to_string()
    }

    /// Says something with an id that sorts before another one: somebody's effort, or chance.
    pub fn say_before(&mut self, ent: Uuid, operation: &Operation, deps: &[ledger::EntryId], other: &str) {
        let (kind, payload) = operation.to_parts().unwrap();
        loop {
            let mut writer = self.writer.clone();
            let draft = Draft {
                kind: kind.parse().unwrap(),
                ent,
                by: None,
                deps: deps.to_vec(),
                payload: payload.clone(),
                ts: now_ms(),
                beacon: None,
                salt: random().unwrap(),
            };
            let frame = writer.author(&self.key, draft).unwrap();
            if frame.id().to_string().as_str() < other {
                self.frames.push(frame);
                self.writer = writer;
                return;
            }
        }
    }

    /// Says something that comes after an entry of another log.
    pub fn say_after(&mut self, ent: Uuid, operation: &Operation, dep: ledger::EntryId) {
        self.say_before(ent, operation, &[dep], &"g".repeat(64));
    }

    /// The id of this laptop's entry of a kind, the first one.
    pub fn said(&self, kind: &str) -> ledger::EntryId {
        let is = |frame: &&Frame| ledger::Header::parse(&frame.header).unwrap().kind.as_str() == kind;
        self.frames.iter().find(is).unwrap().id()
    }

    pub fn request(&self) -> Request {
        Request {
            scope: self.scope,
            epoch: None,
            cursor: self.cursor,
            reconcile: false,
            frontier: Vec::new(),
            room_bytes: 1 << 20,
            receipts: Vec::new(),
            entries: self.frames.clone(),
        }
    }

    /// One round trip with all frames.
    pub async fn sync(&mut self, server: &Server) -> Response {
        let response = self.send(server, &self.request()).await;
        self.cursor = response.end.unwrap().cursor;
        let note = response.checkpoint.clone().unwrap();
        let checkpoint = Checkpoint::open(note.as_bytes(), &self.server_key).unwrap();
        self.beacon = Some(Beacon {
            origin: checkpoint.origin,
            size: checkpoint.size,
            root: checkpoint.root,
        });
        response
    }

    pub async fn send(&self, server: &Server, request: &Request) -> Response {
        let body = encode_request(request).unwrap();
        let response = self
            .authorised(server, Method::POST, "/v1/sync")
            .header("Content-Type", MESSAGE_TYPE)
            .body(body)
            .send()
            .await
            .unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        decode_response(&response.bytes().await.unwrap()).unwrap()
    }

    pub fn authorised(&self, server: &Server, method: Method, path: &str) -> reqwest::RequestBuilder {
        server.ask(method, path).bearer_auth(&self.token)
    }

    pub fn tus(&self, server: &Server, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.authorised(server, method, path).header("Tus-Resumable", "1.0.0")
    }

    /// Begins an upload.
    pub async fn create(&self, server: &Server, bytes: &[u8]) -> reqwest::Response {
        let digest = seal::base64_encode(Digest::of(bytes).to_string().as_bytes());
        let scope = seal::base64_encode(self.scope.to_string().as_bytes());
        let request = self.tus(server, Method::POST, "/v1/blobs").header("Upload-Length", bytes.len());
        let request = request.header("Upload-Metadata", format!("sha256 {digest},scope {scope}"));
        request.send().await.unwrap()
    }

    /// Sends bytes from an offset on.
    pub async fn patch(&self, server: &Server, location: &str, offset: usize, bytes: &[u8]) -> reqwest::Response {
        let request = self.tus(server, Method::PATCH, location).header("Upload-Offset", offset);
        let request = request.header("Content-Type", "application/offset+octet-stream").body(bytes.to_vec());
        request.send().await.unwrap()
    }

    /// Uploads a blob in one go.
    pub async fn upload(&self, server: &Server, bytes: &[u8]) {
        let created = self.create(server, bytes).await;
        assert_eq!(created.status(), StatusCode::CREATED);
        let location = created.headers()["location"].to_str().unwrap().to_owned();
        let patched = self.patch(server, &location, 0, bytes).await;
        assert_eq!(patched.status(), StatusCode::NO_CONTENT);
    }

    /// A paper of some pages, attached to a sealed visit by one of the two inspectors.
    pub fn paper(&self, sealed: &Sealed, by: usize, pages: Vec<PhotoAttached>) -> PaperAttached {
        let (member, key) = &self.persons[by];
        let paper = Paper {
            v: 1,
            visit: sealed.visit,
            seal: sealed.statement.clone(),
            pages,
            signers: vec![PaperSigner {
                name: "葛𪨶".into(),
                role: "站长".into(),
            }],
            note: "加盖公章".into(),
            at_ms: now_ms(),
        };
        let bytes = seal::canonical::to_vec(&paper).unwrap();
        PaperAttached {
            paper,
            person: member.person,
            name: member.name.clone(),
            kid: key.public().kid().to_string(),
            public_key: key.public().to_string(),
            signature: seal::base64_encode(seal::dsse::sign(key, seal::payload_type::PAPER, &bytes).unwrap().as_bytes()),
        }
    }

    /// As [`Laptop::make_visit_with`], of a photo like no other.
    pub fn make_visit(&mut self, server: &Server) -> Sealed {
        self.make_visit_with(server, Shot::default())
    }

    /// Opens a visit, attaches a photo, has nobody there, seals it and has both sign.
    pub fn make_visit_with(&mut self, server: &Server, shot: Shot) -> Sealed {
        let pack_bytes = include_bytes!("../../../../assets/rulepacks/c4-village-station.json");
        let pack: domain::Pack = serde_json::from_slice(pack_bytes).unwrap();
        let named = domain::PackRef {
            id: pack.id.clone(),
            version: pack.version,
            sha256: Digest::of(pack_bytes).to_string(),
        };
        let scope = self.scope;
        let stations = server.app.with_db(|db| db.aggregates(&scope, "station")).unwrap();
        let chosen = stations.iter().find(|(id, _)| shot.station.is_none_or(|wanted| wanted.0 == *id));
        let Some((_, Aggregate::Station(station))) = chosen.cloned() else {
            panic!("no station")
        };
        let original = match shot.original {
            Some(bytes) => bytes.to_vec(),
            None => [b"\xff\xd8original ".as_slice(), &random::<32>().unwrap()].concat(),
        };
        let kid = self.key.public().kid().to_string();
        let (visit, photo) = (VisitId::opened_by(&kid, now_ms()), PhotoId(Uuid::now_v7()));
        let thumbnail = [b"\xff\xd8thumbnail ".as_slice(), &random::<32>().unwrap()].concat();
        let team: Vec<TeamMember> = self.persons.iter().map(|(m, _)| m.clone()).collect();
        let operations = [
            Operation::VisitOpened(VisitOpened {
                station: StationId(station.id.0),
                pack: named,
                description: VisitDescription {
                    team: team.clone(),
                    methods: Vec::new(),
                    started_at_ms: now_ms() - 3_600_000,
                    ended_at_ms: Some(now_ms()),
                    utc_offset_min: 480,
                    situation: String::new(),
                    seconded: Vec::new(),
                },
            }),
            Operation::PhotoAttached(Box::new(PhotoAttached {
                fingerprint: shot.fingerprint,
                meta: shot.meta.unwrap_or_else(|| attached_as(photo, &original, &thumbnail).meta),
                ..attached_as(photo, &original, &thumbnail)
            })),
            Operation::VisitCountersigned(Countersign::Absent {
                reason: "关门".into(),
                photo: Some(photo),
                at_ms: now_ms(),
            }),
        ];
        let mut state = None;
        for operation in &operations {
            let entry = self.say(visit.0, operation);
            let meta = Meta {
                entry,
                ent: visit.0,
                by: None,
                log_kind: LogKind::Device,
                kid: self.key.public().kid().to_string(),
                ts_ms: now_ms(),
            };
            apply(&mut state, operation, &meta);
        }
        let Some(Aggregate::Visit(known)) = state else { panic!("no visit") };
        let covers = vec![CoveredHead {
            log: self.writer.log().to_string(),
            seq: self.writer.next_seq() - 1,
            entry: self.writer.head().to_string(),
        }];
        let context = RecordContext {
            scope: &self.scope.to_string(),
            county: "青禾县",
            station: &station,
            pack: &pack,
            covers: covers.clone(),
            now_ms: now_ms(),
            app_version: "test",
        };
        let record = seal::canonical::to_vec(&write_record(&known, context).unwrap()).unwrap();
        let statement = Statement::about(
            "record.json",
            Digest::of(&record),
            domain::record::PREDICATE_TYPE,
            json!({"visit": visit}),
        );
        let statement = statement.to_vec().unwrap();
        let id = Digest::of(&statement).to_string();
        self.say(
            visit.0,
            &Operation::VisitSealed(VisitSealed {
                record: blob(&record),
                statement: blob(&statement),
                covers,
                signers: pack.signers,
                supersedes: None,
            }),
        );
        for number in 0..self.persons.len() {
            let (member, key) = &self.persons[number];
            let signed = SealSigned {
                statement: id.clone(),
                person: PersonId(member.person.0),
                name: member.name.clone(),
                kid: key.public().kid().to_string(),
                public_key: key.public().to_string(),
                signature: seal::base64_encode(key.sign(&signing_bytes(&statement)).unwrap().as_bytes()),
            };
            self.say(visit.0, &Operation::SealSigned(signed));
        }
        Sealed {
            visit,
            photo,
            statement: id,
            blobs: vec![original, thumbnail, record, statement],
        }
    }
}
