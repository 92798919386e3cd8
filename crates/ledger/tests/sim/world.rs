//! One run: steps drawn from the seed, with faults, then a calm time in which everything must come together.

use std::collections::BTreeSet;
use std::rc::Rc;

use ledger::sync::{Absorbed, NewEntry, Request, absorb, answer, keep, request};
use ledger::{Draft, EntryId, Frame, Incarnation, LogId, LogOpen, ScopeId, open_log, verify, verify_open, wire};
use seal::keys::{Ed25519Key, Signer as _};
use serde_json::json;
use uuid::Uuid;

use super::Bug;
use super::check::Violation;
use super::device::{Device, Disk};
use super::rng::Rng;
use super::server::{Server, server_key};

pub const DEVICES: usize = 3;

/// What a run may meet.
#[derive(Debug, Clone, Copy)]
pub struct Weather {
    /// Devices are restored from backups.
    pub restored_devices: bool,
    /// The server is restored from a backup, once.
    pub restored_server: bool,
    pub bug: Option<Bug>,
}

enum Message {
    ToServer {
        device: usize,
        life: u64,
        bytes: Vec<u8>,
        request: Rc<Request>,
    },
    ToDevice {
        device: usize,
        life: u64,
        bytes: Vec<u8>,
        request: Rc<Request>,
    },
}

pub struct World {
    pub rng: Rng,
    pub scope: ScopeId,
    pub devices: Vec<Device>,
    /// Counts the lives of each device's process; answers to a dead process go nowhere.
    lives: Vec<u64>,
    pub server: Server,
    server_backup: Option<Server>,
    net: Vec<Message>,
    ents: Vec<Uuid>,
    foreign: Vec<Frame>,
    weather: Weather,
    now_ms: i64,
    /// Every entry that any device ever recorded as acknowledged.
    pub acked_ever: BTreeSet<EntryId>,
    /// What happened, counted, to see that runs are not empty.
    pub forks: usize,
    pub restores: usize,
    pub crashes: usize,
    pub cuts: usize,
    pub server_was_restored: bool,
}

impl World {
    pub fn new(seed: u64, weather: Weather) -> Self {
        let mut rng = Rng::new(seed);
        let scope = ScopeId::from_bytes(rng.bytes16());
        let devices = (0..DEVICES).map(|n| {
            let incarnation = Incarnation::from_bytes(rng.bytes16());
            Device {
                disk: Disk::new(scope, incarnation, weather.bug),
                key: Ed25519Key::from_seed([n as u8 + 1; 32]).unwrap(),
                outside: incarnation,
                backup: None,
                banned: BTreeSet::new(),
            }
        });
        let devices = devices.collect();
        let mut server = Server::new(scope, Rng::new(rng.next()), weather.bug);
        let foreign = foreign_log(&mut rng);
        for frame in &foreign[..2] {
            let verified = verify_any(frame);
            let frame = frame.clone();
            server.append(&NewEntry { frame, verified });
        }
        server.flush();
        Self {
            scope,
            devices,
            lives: vec![0; DEVICES],
            server,
            server_backup: None,
            net: Vec::new(),
            ents: (0..4).map(|n| Uuid::from_bytes([n + 1; 16])).collect(),
            foreign,
            weather,
            now_ms: 1_700_000_000_000,
            acked_ever: BTreeSet::new(),
            forks: 0,
            restores: 0,
            crashes: 0,
            cuts: 0,
            server_was_restored: false,
            rng,
        }
    }

    /// A whole run.
    pub fn run(&mut self, steps: usize) -> Result<(), Violation> {
        for step in 0..steps {
            self.step()?;
            if step % 16 == 0 {
                self.check()?;
            }
        }
        self.check()?;
        self.calm()?;
        self.forks = self.server.core.forks().count();
        Ok(())
    }

    fn step(&mut self) -> Result<(), Violation> {
        let device = self.rng.below(DEVICES);
        self.now_ms += 1_000;
        match self.rng.below(100) {
            0..=26 => self.author(device)?,
            27..=51 => self.ask(device),
            52..=86 => self.deliver()?,
            87 | 88 => self.devices[device].backup = Some(self.devices[device].disk.clone()),
            89 | 90 if self.weather.restored_devices => self.restore(device),
            91 => self.crash(device),
            92 | 93 => {
                let (n, durable) = (self.rng.below(3) as u32, self.rng.chance(50));
                self.devices[device].disk.fuse.light(n, durable);
            }
            94 => self.crash_server(),
            95 | 96 => {
                let (n, durable) = (self.rng.below(2) as u32, self.rng.chance(50));
                self.server.fuse.light(n, durable);
            }
            97 => {
                self.server.say("今日无事".into());
                self.server.flush();
            }
            98 if self.weather.restored_server => self.server_restore(),
            _ => {}
        }
        Ok(())
    }

    fn author(&mut self, at: usize) -> Result<(), Violation> {
        let ent = self.ents[self.rng.below(self.ents.len())];
        // Clocks are wrong by years and nothing depends on them.
        let ts = self.now_ms + (self.rng.next() % 600_000_000_000) as i64 - 300_000_000_000;
        let device = &mut self.devices[at];
        match device.disk.author(&device.key, ent, &mut self.rng, ts) {
            Ok(headers) => {
                for header in headers {
                    if device.banned.contains(&header.log) {
                        return Err(Violation::OldLogWritten { device: at, log: header.log });
                    }
                }
            }
            Err(_) => self.crash(at),
        }
        Ok(())
    }

    fn batch_bytes(&mut self) -> u64 {
        100 + self.rng.next() % 1_500
    }

    fn ask(&mut self, device: usize) {
        let batch = self.batch_bytes();
        let request = request(&self.devices[device].disk, &self.scope, batch).unwrap();
        let mut sent = request.clone();
        if self.rng.chance(10) {
            let at = self.rng.below(sent.entries.len() + 1);
            sent.entries.insert(at, self.foreign[self.rng.below(self.foreign.len())].clone());
        }
        let bytes = wire::encode_request(&sent).unwrap();
        let (life, request) = (self.lives[device], Rc::new(request));
        self.net.push(Message::ToServer {
            device,
            life,
            bytes,
            request,
        });
    }

    /// Delivers any message that is under way: late ones overtake early ones.
    fn deliver(&mut self) -> Result<(), Violation> {
        if self.net.is_empty() {
            return Ok(());
        }
        let at = self.rng.below(self.net.len());
        let message = self.net.swap_remove(at);
        let fate = self.rng.below(100);
        match message {
            Message::ToServer {
                device,
                life,
                bytes,
                request,
            } => {
                let arrived = match fate {
                    0..=5 => return Ok(()),
                    6..=20 => {
                        self.cuts += 1;
                        bytes[..self.rng.below(bytes.len())].to_vec()
                    }
                    _ => bytes.clone(),
                };
                if (21..=32).contains(&fate) {
                    let request = request.clone();
                    self.net.push(Message::ToServer {
                        device,
                        life,
                        bytes,
                        request,
                    });
                }
                if let Some(bytes) = self.serve(&arrived) {
                    self.net.push(Message::ToDevice {
                        device,
                        life,
                        bytes,
                        request,
                    });
                }
                Ok(())
            }
            Message::ToDevice {
                device,
                life,
                bytes,
                request,
            } => {
                let arrived = match fate {
                    0..=5 => return Ok(()),
                    6..=25 => {
                        self.cuts += 1;
                        bytes[..self.rng.below(bytes.len())].to_vec()
                    }
                    _ => bytes.clone(),
                };
                if (26..=33).contains(&fate) {
                    let request = request.clone();
                    self.net.push(Message::ToDevice {
                        device,
                        life,
                        bytes,
                        request,
                    });
                }
                if life == self.lives[device] {
                    self.hear(device, &request, &arrived)?;
                }
                Ok(())
            }
        }
    }

    fn serve(&mut self, bytes: &[u8]) -> Option<Vec<u8>> {
        let (request, whole) = wire::decode_request(bytes).ok()?;
        if !whole {
            if keep(&mut self.server, &request).is_err() {
                self.crash_server();
            }
            return None;
        }
        match answer(&mut self.server, &request, self.now_ms) {
            Ok(response) => Some(wire::encode_response(&response).unwrap()),
            Err(_) => {
                self.crash_server();
                None
            }
        }
    }

    /// The answer of a device to bytes that came; whether it wants to go on at once.
    fn hear(&mut self, at: usize, request: &Request, bytes: &[u8]) -> Result<bool, Violation> {
        let Ok(response) = wire::decode_response(bytes) else { return Ok(false) };
        let device = &mut self.devices[at];
        let writing = device.disk.own_log;
        let before: BTreeSet<EntryId> = device.disk.core.entries.keys().copied().collect();
        let heard = absorb(&mut device.disk, request, &response, server_key().public());
        let mut again = false;
        match heard {
            Ok(Absorbed::Done(ref exchange)) => again = exchange.again,
            Ok(Absorbed::Stale) => {}
            Err(ledger::sync::SyncError::Store(_)) => {}
            Err(ref e) => return Err(Violation::Unexpected(e.to_string())),
        }
        // Entries of the log written here that come from elsewhere: the device is not the one that wrote them.
        let came = device.disk.core.entries.iter().filter(|(id, _)| !before.contains(id));
        let came: Vec<LogId> = came.map(|(_, e)| e.header.log).collect();
        let forked = device.disk.forks.iter().map(|f| f.0);
        for log in came.into_iter().chain(forked) {
            if Some(log) == writing {
                device.banned.insert(log);
            }
        }
        self.acked_ever.extend(device.disk.acked.keys());
        if matches!(heard, Err(ledger::sync::SyncError::Store(_))) {
            self.crash(at);
        }
        Ok(again)
    }

    fn crash(&mut self, at: usize) {
        self.crashes += 1;
        self.lives[at] += 1;
        let device = &mut self.devices[at];
        device.disk.fuse.put_out();
        device.disk.start(device.outside);
    }

    fn crash_server(&mut self) {
        self.crashes += 1;
        self.server.restart();
        self.net.retain(|m| matches!(m, Message::ToDevice { .. }));
    }

    fn restore(&mut self, at: usize) {
        let seen_outside = self.rng.chance(50);
        let incarnation = Incarnation::from_bytes(self.rng.bytes16());
        let device = &mut self.devices[at];
        let Some(backup) = device.backup.clone() else { return };
        self.restores += 1;
        device.disk = backup;
        device.outside = if seen_outside { incarnation } else { device.disk.incarnation };
        // What the device had learnt is gone with its disk.
        device.banned.clear();
        if seen_outside {
            device.banned.extend(device.disk.own_log);
        }
        if self.server_was_restored {
            self.forget_what_nobody_holds();
        }
        self.crash(at);
    }

    /// The first time a backup is made, the second time it is put back.
    fn server_restore(&mut self) {
        match self.server_backup.take() {
            None => self.server_backup = Some(self.server.clone()),
            Some(backup) => {
                self.restores += 1;
                self.server = backup;
                self.server.restored(self.scope, Rng::new(self.rng.next()));
                self.crash_server();
                self.forget_what_nobody_holds();
                self.weather.restored_server = false;
                self.server_was_restored = true;
            }
        }
    }

    /// Acknowledgements by a lost life of the server are promises that only the devices can still keep.
    fn forget_what_nobody_holds(&mut self) {
        let on_device = |id: &EntryId| self.devices.iter().any(|d| d.disk.core.entries.contains_key(id));
        self.acked_ever.retain(|id| on_device(id) || self.server.core.entries.contains_key(id));
    }

    /// Faults have stopped: everything must arrive everywhere, soon.
    fn calm(&mut self) -> Result<(), Violation> {
        self.net.clear();
        self.server.fuse.put_out();
        for at in 0..DEVICES {
            self.crash(at);
        }
        for _round in 0..4 {
            for at in 0..DEVICES {
                let mut trips = 0;
                while self.round_trip(at)? {
                    trips += 1;
                    if trips > 400 {
                        return Err(Violation::NoProgress { device: at });
                    }
                }
            }
        }
        self.check()?;
        self.check_converged()
    }

    fn round_trip(&mut self, at: usize) -> Result<bool, Violation> {
        let batch = self.batch_bytes();
        let request = request(&self.devices[at].disk, &self.scope, batch).unwrap();
        let bytes = wire::encode_request(&request).unwrap();
        let Some(bytes) = self.serve(&bytes) else {
            return Err(Violation::NoProgress { device: at });
        };
        self.hear(at, &request, &bytes)
    }
}

/// Entries of another county; the first two are stored on the server.
fn foreign_log(rng: &mut Rng) -> Vec<Frame> {
    let key = Ed25519Key::from_seed([0xf0; 32]).unwrap();
    let open = LogOpen {
        key: key.public().clone(),
        scope: ScopeId::from_bytes(rng.bytes16()),
        incarnation: Incarnation::from_bytes(rng.bytes16()),
        previous: None,
        app_version: "0.1.0".into(),
    };
    let (frame, mut writer) = open_log(&key, LogId::from_bytes(rng.bytes16()), &open, 0, rng.bytes16()).unwrap();
    let mut frames = vec![frame];
    for _ in 0..2 {
        let draft = Draft {
            kind: "sim.said/1".parse().unwrap(),
            ent: Uuid::from_bytes([0xf1; 16]),
            by: None,
            deps: Vec::new(),
            payload: json!({"text": "邻县"}),
            ts: 0,
            beacon: None,
            salt: rng.bytes16(),
        };
        frames.push(writer.author(&key, draft).unwrap());
    }
    frames
}

fn verify_any(frame: &Frame) -> ledger::Verified {
    let key = Ed25519Key::from_seed([0xf0; 32]).unwrap();
    match verify_open(frame) {
        Ok((verified, _)) => verified,
        Err(_) => verify(frame, key.public()).unwrap(),
    }
}

impl World {
    /// The stream of the scope as the server holds it.
    pub fn stream_ids(&self) -> Vec<EntryId> {
        let stream = self.server.streams.get(&self.scope);
        stream.into_iter().flatten().map(|row| row.0).collect()
    }

    /// Ids of a device's entries, ascending.
    pub fn ids_of(&self, at: usize) -> BTreeSet<EntryId> {
        let core = &self.devices[at].disk.core;
        core.entries.keys().copied().collect()
    }
}
