//! First start and people: county card, person keys, sessions.

use std::sync::Arc;

use contract::field::{AddPerson, AppState, CardPreview, CardSource, CountyInfo, DeviceInfo, LocalPerson, StartFromCard, StartPhase, Unlock};
use contract::shared::{KeyStanding, PersonRow};
use domain::PersonId;
use seal::Digest;
use seal::card::CountyCard;
use seal::cert::Certificate;
use seal::keys::{Ed25519Key, PublicKey, Signer};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::core::{APP_VERSION, CARD_FILE, Core, Open, lock, recovery_recipient};
use crate::enrol::Joining;
use crate::error::{Error, Result};
use crate::keys::{KeysFile, random};
use crate::os::files;
use crate::store::{Meta, Store};

const MOST_CARD_BYTES: u64 = 256 * 1024;

impl Core {
    pub(crate) fn app_state(&self) -> Result<AppState> {
        let keys = self.keys().clone();
        let session = self.session();
        let phase = match &keys {
            None => StartPhase::NeedsCard,
            Some(keys) if keys.persons.is_empty() => StartPhase::NeedsPerson,
            Some(_) if session.is_none() => StartPhase::Locked,
            Some(_) => StartPhase::Ready,
        };
        let open = self.opened().ok();
        let county = keys.as_ref().and_then(|_| self.county());
        let device = keys.as_ref().map(|keys| DeviceInfo {
            name: keys.device_name.clone(),
            kid: open.as_ref().map(|open| open.author.key.public().kid().to_string()).unwrap_or_default(),
            standing: open.as_ref().map_or(KeyStanding::Pending, |open| open.standing(open.author.key.public())),
        });
        let people = keys.iter().flat_map(|keys| &keys.persons);
        let people = people.map(|slot| local_person(slot, open.as_deref())).collect();
        Ok(AppState {
            phase,
            county,
            device,
            people,
            session,
            sync: self.sync_status()?,
            app_version: APP_VERSION.to_owned(),
        })
    }

    /// The county as the card says, readable while the store is closed.
    fn county(&self) -> Option<CountyInfo> {
        let bytes = std::fs::read(self.dir.join(CARD_FILE)).ok()?;
        let (card, authority) = CountyCard::open(&bytes).ok()?;
        Some(CountyInfo {
            scope: card.scope,
            name: card.name,
            authority_fingerprint: authority.fingerprint().to_hex(),
            server_url: card.server_url.unwrap_or_default(),
        })
    }

    pub(crate) fn read_card(&self, source: &CardSource) -> Result<CardPreview> {
        let (card, authority) = open_card(&self.card_bytes(source)?)?;
        Ok(CardPreview {
            packs_present: self.packs.has_all(&card),
            name: card.name,
            scope: card.scope,
            server_url: card.server_url.unwrap_or_default(),
            authority_fingerprint: authority.fingerprint().to_hex(),
        })
    }

    pub(crate) fn start_from_card(self: &Arc<Self>, args: &StartFromCard) -> Result<AppState> {
        if self.keys().is_some() {
            return Err(Error::CardAlready);
        }
        if args.device_name.trim().is_empty() {
            return Err(Error::NameMissing);
        }
        let bytes = self.card_bytes(&args.card)?;
        self.start(&bytes, args.device_name.trim())?;
        self.app_state()
    }

    /// Makes the store. `keys.json` is written last: without it nothing has begun.
    pub(crate) fn start(self: &Arc<Self>, bytes: &[u8], device_name: &str) -> Result<()> {
        let (card, _) = open_card(bytes)?;
        let recipient = recovery_recipient(&card)?;
        if self.dir.join("store.db").exists() {
            self.set_aside("unfinished")?;
        }
        let key = Zeroizing::new(random::<32>()?);
        let keys = KeysFile::new(device_name, &recipient, &key, self.key_store)?;
        let device = Ed25519Key::generate()?;
        let identity = age::x25519::Identity::generate();
        let text = String::from_utf8(bytes.to_vec()).map_err(|_| Error::CardUnreadable("not UTF-8".into()))?;
        let store = Store::open(&self.dir, &key, self.folder_lock())?;
        store.transact(|tx| {
            tx.set_meta(Meta::Scope, Some(&card.scope))?;
            tx.set_meta(Meta::Card, Some(&text))?;
            tx.set_meta(Meta::ServerKid, Some(&card.server_key.kid().to_string()))?;
            tx.put_secret("device-seed", device.seed().as_slice())?;
            tx.put_secret("vault-name-key", Zeroizing::new(random::<32>()?).as_slice())?;
            let identity = identity.to_string();
            tx.put_secret("vault-identity", age::secrecy::ExposeSecret::expose_secret(&identity).as_bytes())
        })?;
        drop(store);
        files::write_atomic(&self.dir.join(CARD_FILE), bytes)?;
        keys.save(&self.dir)?;
        *self.keys() = Some(keys);
        self.open_store(&key)
    }

    /// The first person may join a new laptop; after that somebody who has a key here must have opened it.
    pub(crate) fn add_person(&self, args: &AddPerson) -> Result<AppState> {
        let first = self.keys().as_ref().is_some_and(|keys| keys.persons.is_empty());
        if !first {
            self.unlocked()?;
        }
        let person = self.add_people(std::slice::from_ref(args))?;
        if first {
            self.set_session(person.first().copied());
        }
        self.app_state()
    }

    /// Makes keys for several people at once, with one request for certification that names them all.
    pub(crate) fn add_people(&self, people: &[AddPerson]) -> Result<Vec<PersonId>> {
        let open = self.opened()?;
        // One at a time, and not under the lock of the keys: stretching a passphrase takes a second, in which screens are served.
        let _turn = lock(&self.adding);
        let mut changed = self.keys().clone().ok_or(Error::NoCounty)?;
        let (mut ids, mut joining) = (Vec::new(), Vec::new());
        for args in people {
            let (name, org) = (args.name.trim(), args.org.trim());
            if name.is_empty() || org.is_empty() {
                return Err(Error::NameMissing);
            }
            let person = args.person.unwrap_or_else(|| PersonId(Uuid::now_v7()));
            ids.push(person);
            // The same call again is the same person; another passphrase is a new key, for a forgotten one opens nothing any more.
            if changed.person(person).is_some_and(|slot| slot.open(&args.passphrase).is_ok()) {
                continue;
            }
            let key = changed.add_person(person, name, org, &args.passphrase, open.store.key())?;
            joining.extend(changed.person(person).cloned().map(|slot| (slot, key)));
        }
        if !joining.is_empty() {
            // A request for a key that was never kept does no harm; a kept key that nobody asks for would wait for ever.
            lock(&self.joining).ask(&open, &changed.device_name, joining)?;
            changed.save(&self.dir)?;
            *self.keys() = Some(changed);
            self.know_keys(&open);
        }
        Ok(ids)
    }

    pub(crate) fn unlock(self: &Arc<Self>, args: &Unlock) -> Result<AppState> {
        let slot = self.keys().as_ref().ok_or(Error::NoCounty)?.person(args.person).cloned();
        let opened = slot.ok_or(Error::NotFound("person"))?.open(&args.passphrase)?;
        if self.opened().is_err() {
            self.open_store(&opened.database_key)?;
        }
        self.set_session(Some(args.person));
        crate::sync::nudge(self);
        self.resume_imports();
        self.app_state()
    }

    /// Ends the session, and with it the time in which people join together.
    pub(crate) fn lock_session(&self) {
        self.set_session(None);
        *lock(&self.made) = None;
        *lock(&self.playing) = None;
        *lock(&self.blank) = None;
        lock(&self.laid_out).clear();
        self.stop_sharing();
        *lock(&self.sharing) = None;
        self.close_phone();
        *lock(&self.receiving) = None;
        lock(&self.undo).clear();
        *lock(&self.listed) = None;
        *lock(&self.leaving) = None;
        *lock(&self.joining) = Joining::default();
    }

    /// The county's list together with people who only have a key here.
    pub(crate) fn people(&self) -> Result<Vec<PersonRow>> {
        let mut people = self.opened().ok().map(|open| open.store.people()).transpose()?.unwrap_or_default();
        for slot in self.keys().iter().flat_map(|keys| &keys.persons) {
            if !people.iter().any(|known| known.person == slot.person) {
                people.push(PersonRow {
                    person: slot.person,
                    name: slot.name.clone(),
                    org: slot.org.clone(),
                });
            }
        }
        Ok(people)
    }

    /// Tells the store whose the person keys on this laptop are.
    pub(crate) fn know_keys(&self, open: &Open) {
        let keys = self
            .keys()
            .iter()
            .flat_map(|keys| &keys.persons)
            .map(|slot| (slot.key.kid().to_string(), slot.person))
            .collect();
        open.store.know_keys(keys);
    }

    /// People with a key on this laptop.
    pub(crate) fn local_people(&self, open: &Open) -> Vec<LocalPerson> {
        let keys = self.keys();
        keys.iter()
            .flat_map(|keys| &keys.persons)
            .map(|slot| local_person(slot, Some(open)))
            .collect()
    }

    fn card_bytes(&self, source: &CardSource) -> Result<Vec<u8>> {
        match (&source.handle, &source.text) {
            (Some(handle), None) => {
                let path = self.path_of(handle)?;
                let unreadable = |source| Error::FileUnreadable {
                    name: path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
                    source,
                };
                if std::fs::metadata(&path).map_err(unreadable)?.len() > MOST_CARD_BYTES {
                    return Err(Error::CardUnreadable("too large to be a county card".into()));
                }
                std::fs::read(&path).map_err(unreadable)
            }
            (None, Some(text)) => Ok(text.trim().as_bytes().to_vec()),
            _ => Err(Error::BadRequest("exactly one of handle and text")),
        }
    }
}

impl Open {
    /// Whether the county certified a key: a certificate for it, issued by the card's authority for this scope.
    pub(crate) fn standing(&self, key: &PublicKey) -> KeyStanding {
        let certificates = self.store.certificates(&key.kid().to_string()).unwrap_or_default();
        let root: Digest = self.authority.fingerprint();
        let holds = |text: &String| {
            let certificate = seal::base64_decode(text).ok().and_then(|der| Certificate::parse(&der).ok())?;
            certificate.verify_chain(&self.authority, Some(&root)).ok()?;
            (certificate.public_key() == key && certificate.has_scope(&self.card.scope)).then_some(())
        };
        if certificates.iter().any(|text| holds(text).is_some()) {
            KeyStanding::Certified
        } else {
            KeyStanding::Pending
        }
    }
}

fn local_person(slot: &crate::keys::PersonSlot, open: Option<&Open>) -> LocalPerson {
    LocalPerson {
        person: slot.person,
        name: slot.name.clone(),
        org: slot.org.clone(),
        kid: slot.key.kid().to_string(),
        standing: open.map_or(KeyStanding::Pending, |open| open.standing(&slot.key)),
    }
}

fn open_card(bytes: &[u8]) -> Result<(CountyCard, Certificate)> {
    let trimmed = bytes.trim_ascii();
    CountyCard::open(trimmed).map_err(|e| match e {
        seal::Error::Signature | seal::Error::NoSignature => Error::CardUntrusted(e.to_string()),
        other => Error::CardUnreadable(other.to_string()),
    })
}
