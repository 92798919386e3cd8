//! The core: what a window (or a local server) holds. Cheap to clone; every call blocks and may be made from any thread.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use contract::ApiError;
use contract::field::HostEvent;
use domain::{PersonId, VisitId};
use ledger::ScopeId;
use seal::card::CountyCard;
use seal::cert::Certificate;
use seal::keys::Ed25519Key;

use crate::blank::Blank;
use crate::copy::Copying;
use crate::enrol::Joining;
use crate::error::{Error, Result};
use crate::film::Playing;
use crate::give::Offer;
use crate::import::Import;
use crate::incarnation::{self, Outside};
use crate::keys::{KeysFile, Secret};
use crate::os::key_store::KeyStore;
use crate::os::lock::FolderLock;
use crate::os::{files, machine};
use crate::packs::Packs;
use crate::photo_export::Leaving;
use crate::receive::{self, Reception};
use crate::record::{LaidOut, Made};
use crate::reserve::Reserve;
use crate::store::{Author, Meta, Store};
use crate::sync::Syncing;
use crate::undo::Step;
use crate::vault::Vault;

/// Version of the application.
pub const APP_VERSION: &str = env!("CARGO_PKG_VERSION");
pub(crate) const CARD_FILE: &str = "county-card.json";

/// How a core is to behave.
#[derive(Clone, Debug)]
pub struct Options {
    /// Whether the operating system's key store is used.
    pub key_store: bool,
    /// Folder outside the store for what a backup must not contain.
    pub state_dir: Option<PathBuf>,
    /// Whether it synchronises by itself.
    pub auto_sync: bool,
}

impl Options {
    /// From the environment: `XUNZHAN_NO_KEYRING=1`, `XUNZHAN_NO_AUTOSYNC=1`, `XUNZHAN_STATE_DIR`.
    pub fn from_env() -> Self {
        let unset = |name: &str| std::env::var_os(name).is_none_or(|v| v.is_empty() || v == "0");
        Self {
            key_store: unset("XUNZHAN_NO_KEYRING"),
            state_dir: machine::state_dir(),
            auto_sync: unset("XUNZHAN_NO_AUTOSYNC"),
        }
    }
}

/// The inspector's core.
#[derive(Clone)]
pub struct Field(pub(crate) Arc<Core>);

type Listener = Arc<dyn Fn(HostEvent) + Send + Sync>;

pub(crate) struct Core {
    pub(crate) dir: PathBuf,
    pub(crate) options: Options,
    pub(crate) key_store: KeyStore,
    pub(crate) packs: Packs,
    pub(crate) reserve: Reserve,
    pub(crate) syncing: Syncing,
    pub(crate) next_handle: AtomicU64,
    lock: Arc<FolderLock>,
    keys: Mutex<Option<KeysFile>>,
    open: Mutex<Option<Arc<Open>>>,
    session: Mutex<Option<PersonId>>,
    listeners: Mutex<Vec<Listener>>,
    pub(crate) handles: Mutex<BTreeMap<String, PathBuf>>,
    pub(crate) imports: Mutex<BTreeMap<String, Arc<Import>>>,
    /// Held by whoever adds people, from reading the slots to writing them.
    pub(crate) adding: Mutex<()>,
    /// The second copy that is made or taken in, or was last.
    pub(crate) copying: Mutex<Option<Arc<Copying>>>,
    /// Media that a test puts in place of the mounted ones.
    #[cfg(test)]
    pub(crate) media: Mutex<Option<Vec<PathBuf>>>,
    /// People who joined since the session was locked last: whoever joins next is asked for together with them.
    pub(crate) joining: Mutex<Joining>,
    /// Steps that can be undone, by visit; in memory only, gone when the session is locked.
    pub(crate) undo: Mutex<BTreeMap<VisitId, Vec<Step>>>,
    /// The record laid out last; in memory only, gone when the session is locked.
    pub(crate) made: Mutex<Option<Made>>,
    /// What was laid out in this session, newest last: what was saved may be given away although it was laid out anew since.
    pub(crate) laid_out: Mutex<Vec<LaidOut>>,
    /// The record that is offered to a phone, or was last.
    pub(crate) sharing: Mutex<Option<Offer>>,
    /// The film that plays under an address of its own, if one does.
    pub(crate) playing: Mutex<Option<Playing>>,
    /// The page on which a phone hands in photos, or the last one.
    pub(crate) receiving: Mutex<Option<Reception>>,
    /// The blank form laid out last.
    pub(crate) blank: Mutex<Option<Blank>>,
    /// The photo that is ready to leave, or left last.
    pub(crate) leaving: Mutex<Option<Leaving>>,
    /// The list that was made a workbook last: its handle and bytes; in memory only.
    pub(crate) listed: Mutex<Option<(String, Vec<u8>)>>,
}

/// What is there once the database is open.
pub(crate) struct Open {
    pub(crate) store: Arc<Store>,
    pub(crate) vault: Vault,
    pub(crate) author: Author,
    pub(crate) card: CountyCard,
    pub(crate) authority: Certificate,
}

/// A file or folder that the person chose, named without its path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileHandle {
    /// Opaque name for calls.
    pub handle: String,
    /// File name for the screen.
    pub name: String,
}

impl Field {
    /// Opens the core over a folder, which is made if need be.
    pub fn open(data_dir: impl AsRef<Path>) -> std::result::Result<Self, ApiError> {
        Self::open_with(data_dir.as_ref(), Options::from_env()).map_err(ApiError::from)
    }

    /// As [`Field::open`], with explicit options.
    pub fn open_with(dir: &Path, options: Options) -> Result<Self> {
        files::make_dir(dir)?;
        let lock = Arc::new(FolderLock::take(dir)?);
        // What a killed run put in its place is read from here on as there, and so has to be.
        files::sync_dir(dir)?;
        let keys = KeysFile::load(dir)?;
        let core = Arc::new(Core {
            dir: dir.to_owned(),
            key_store: KeyStore::new(options.key_store),
            options,
            packs: Packs::embedded()?,
            reserve: Reserve::new(dir),
            syncing: Syncing::default(),
            next_handle: AtomicU64::new(1),
            lock,
            keys: Mutex::new(keys),
            open: Mutex::new(None),
            session: Mutex::new(None),
            listeners: Mutex::default(),
            handles: Mutex::default(),
            imports: Mutex::default(),
            adding: Mutex::default(),
            copying: Mutex::default(),
            #[cfg(test)]
            media: Mutex::default(),
            joining: Mutex::default(),
            undo: Mutex::default(),
            made: Mutex::default(),
            blank: Mutex::default(),
            sharing: Mutex::default(),
            playing: Mutex::default(),
            receiving: Mutex::default(),
            laid_out: Mutex::default(),
            leaving: Mutex::default(),
            listed: Mutex::default(),
        });
        receive::tidy(&core.dir);
        core.reserved(|| core.open_at_start())?;
        Ok(Self(core))
    }

    /// Hears what the host tells without being asked; called from any thread, must not block.
    pub fn subscribe(&self, listener: impl Fn(HostEvent) + Send + Sync + 'static) {
        lock(&self.0.listeners).push(Arc::new(listener));
    }

    /// Whether an inspector's session is open.
    pub fn is_unlocked(&self) -> bool {
        self.0.session().is_some()
    }

    /// Lets nothing of the store be read or written any more, once what is under way has ended; whoever tries waits. To be said when the
    /// process is about to end, since the libraries that encrypt are taken down then while other threads still run. What they have not
    /// ended goes on at the next start.
    pub fn end(&self) {
        if let Ok(open) = self.0.opened() {
            open.store.end();
        }
    }
}

impl Core {
    /// Opens the store if the system's key store has the key; else somebody's passphrase will. A start that nobody joined before the
    /// program ended, on a system without key store, is begun again from the kept card: there is no work in it.
    fn open_at_start(self: &Arc<Self>) -> Result<()> {
        let Some(keys) = self.keys().clone() else { return Ok(()) };
        match keys.kept_key(self.key_store) {
            Some(key) => self.open_store(&key),
            None if keys.persons.is_empty() => {
                let card = std::fs::read(self.dir.join(CARD_FILE))?;
                self.set_aside("unopened")?;
                *self.keys() = None;
                self.start(&card, &keys.device_name)
            }
            None => Ok(()),
        }
    }

    /// Moves a store that nobody can open aside; nothing is deleted.
    pub(crate) fn set_aside(&self, why: &str) -> Result<()> {
        let aside = self.dir.join(format!("{why}-{}", crate::store::now_ms()));
        files::make_dir(&aside)?;
        for name in ["store.db", "store.db-wal", "store.db-shm", "keys.json"] {
            let from = self.dir.join(name);
            if from.exists() {
                std::fs::rename(&from, aside.join(name))?;
            }
        }
        files::sync_dir(&aside)?;
        files::sync_dir(&self.dir)?;
        Ok(())
    }

    /// Opens database and vault with the key, and begins a new life of the store.
    pub(crate) fn open_store(self: &Arc<Self>, key: &Secret) -> Result<()> {
        let id = self.keys().as_ref().map(|keys| keys.store.clone()).ok_or(Error::NoCounty)?;
        let store = Arc::new(Store::open(&self.dir, key, self.lock.clone())?);
        let card = store.meta(Meta::Card)?.ok_or(Error::NoCounty)?;
        let (card, authority) = CountyCard::open(card.as_bytes()).map_err(|e| Error::CardUnreadable(e.to_string()))?;
        let scope: ScopeId = card.scope.parse()?;
        let missing = Error::Broken("a device secret is missing");
        let seed = store.secret("device-seed")?.ok_or(Error::Broken("the device key is missing"))?;
        let name_key = store.secret("vault-name-key")?.ok_or(missing)?;
        let identity = store
            .secret_bytes("vault-identity")?
            .ok_or(Error::Broken("the vault's identity is missing"))?;
        let identity = std::str::from_utf8(&identity).unwrap_or_default().parse().map_err(Error::Broken)?;
        let recipient = recovery_recipient(&card)?;
        let outside = Outside::new(&id, self.key_store, self.options.state_dir.clone());
        let open = Open {
            vault: Vault::open(&self.dir.join("vault"), identity, recipient, *name_key)?,
            author: Author {
                key: Ed25519Key::from_seed(*seed)?,
                scope,
                incarnation: incarnation::renew(&store, &outside)?,
                app_version: APP_VERSION.to_owned(),
            },
            store: store.clone(),
            card,
            authority,
        };
        let core = Arc::downgrade(self);
        store.on_change(move |ents| {
            if let Some(core) = core.upgrade() {
                let ids = ents.iter().map(ToString::to_string).collect();
                core.tell(HostEvent::Changed { ids });
            }
        });
        self.reserve.hold();
        let open = Arc::new(open);
        let weak = Arc::downgrade(&open);
        store.read_statements(move |sha256| weak.upgrade()?.vault.read(sha256).ok());
        self.know_keys(&open);
        self.reserved(|| store.catch_up())?;
        *lock(&self.open) = Some(open);
        self.drop_open_papers();
        if let Err(error) = self.clear_incoming() {
            tracing::warn!(%error, "files that were handed in to an earlier run could not be removed");
        }
        crate::sync::start_auto(self);
        Ok(())
    }

    /// Removes PDFs that early versions left unencrypted; each is made again from the sealed record whenever somebody asks.
    fn drop_open_papers(&self) {
        let folder = self.dir.join("records");
        if folder.is_dir() && std::fs::remove_dir_all(&folder).is_err() {
            tracing::warn!("papers of an early version could not be removed");
        }
    }

    /// Does something that writes, and gives slices of the reserve back as long as it finds the disk full. `act` is all or nothing, so
    /// that it may be done again.
    pub(crate) fn reserved<T>(&self, mut act: impl FnMut() -> Result<T>) -> Result<T> {
        loop {
            match act() {
                Err(e) if (e.disk_full() || (e.disk_fault() && self.reserve.is_low())) && self.reserve.release() => {}
                other => return other,
            }
        }
    }

    /// The open store, or why there is none: no county, or still locked.
    pub(crate) fn opened(&self) -> Result<Arc<Open>> {
        match lock(&self.open).clone() {
            Some(open) => Ok(open),
            None if self.keys().is_none() => Err(Error::NoCounty),
            None => Err(Error::Locked),
        }
    }

    /// The open store together with whose session is open.
    pub(crate) fn unlocked(&self) -> Result<(Arc<Open>, PersonId)> {
        let open = self.opened()?;
        Ok((open, self.session().ok_or(Error::Locked)?))
    }

    pub(crate) fn folder_lock(&self) -> Arc<FolderLock> {
        self.lock.clone()
    }

    pub(crate) fn session(&self) -> Option<PersonId> {
        *lock(&self.session)
    }

    pub(crate) fn set_session(&self, person: Option<PersonId>) {
        *lock(&self.session) = person;
    }

    pub(crate) fn keys(&self) -> MutexGuard<'_, Option<KeysFile>> {
        lock(&self.keys)
    }

    /// Tells every listener.
    pub(crate) fn tell(&self, event: HostEvent) {
        let listeners = lock(&self.listeners).clone();
        for listener in listeners {
            listener(event.clone());
        }
    }
}

/// The county's recovery recipient.
pub(crate) fn recovery_recipient(card: &CountyCard) -> Result<age::x25519::Recipient> {
    card.recovery_recipient
        .parse()
        .map_err(|e: &str| Error::CardUnreadable(format!("recovery recipient: {e}")))
}

/// A lock whose holder never leaves a half-done value behind.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
