//! The key store of the operating system (Secret Service, Keychain, Credential Manager). Where there is none, every answer is
//! "nothing there" and the passphrases alone open the store.

use keyring::Entry;
use tracing::warn;

const SERVICE: &str = "cn.xunzhan.field";

/// The key store, or its absence.
#[derive(Clone, Copy, Debug)]
pub struct KeyStore {
    used: bool,
}

impl KeyStore {
    /// Uses the system's key store unless told not to.
    pub fn new(used: bool) -> Self {
        Self { used }
    }

    fn entry(self, name: &str) -> Option<Entry> {
        if !self.used {
            return None;
        }
        Entry::new(SERVICE, name).map_err(|e| warn!(error = %e, "no key store")).ok()
    }

    /// The secret under a name.
    pub fn get(self, name: &str) -> Option<Vec<u8>> {
        self.entry(name)?.get_secret().ok()
    }

    /// Keeps a secret; false where there is no key store or it refuses.
    pub fn put(self, name: &str, secret: &[u8]) -> bool {
        let Some(entry) = self.entry(name) else { return false };
        let kept = entry.set_secret(secret).is_ok();
        // A store that takes and does not give back is worse than none.
        kept && self.get(name).is_some_and(|back| back == secret)
    }
}
