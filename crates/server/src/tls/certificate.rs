//! The two certificates: of the pinned key, made anew at every start, and the one for browsers.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use rcgen::{Certificate, CertificateParams, DistinguishedName, DnType, KeyPair};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::sign::CertifiedKey;
use seal::Digest;
use seal::keys::Ed25519Key;
use zeroize::Zeroizing;

use super::{provider, tls};
use crate::Result;
use crate::county::write_private;
use crate::error::file;

/// DER of an Ed25519 private key in PKCS#8 up to the seed (RFC 8410 §7).
const ED25519_PKCS8_PREFIX: [u8; 16] = [
    0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
];
const CERTIFICATE_FILE: &str = "browser.crt";
const KEY_FILE: &str = "browser.key";

fn self_signed(key: &KeyPair, names: Vec<String>) -> Result<Certificate> {
    let mut params = CertificateParams::new(names).map_err(tls)?;
    let mut name = DistinguishedName::new();
    name.push(DnType::CommonName, "xunzhan-server");
    params.distinguished_name = name;
    params.self_signed(key).map_err(tls)
}

/// A certificate of the server's key itself, for laptops, which look at nothing in it but the key.
pub fn pinned(key: &Ed25519Key) -> Result<CertifiedKey> {
    let der = Zeroizing::new([ED25519_PKCS8_PREFIX.as_slice(), key.seed().as_slice()].concat());
    let pkcs8 = PrivatePkcs8KeyDer::from(der.as_slice());
    let pair = KeyPair::try_from(&pkcs8).map_err(tls)?;
    let certificate = self_signed(&pair, Vec::new())?;
    CertifiedKey::from_der(vec![certificate.der().clone()], PrivateKeyDer::from(pkcs8.clone_key()), &provider()).map_err(tls)
}

/// The certificate that browsers are shown.
#[derive(Debug)]
pub struct Browsers {
    key: Arc<CertifiedKey>,
    fingerprint: Digest,
}

impl Browsers {
    /// The operator's own: a chain and its key, both PEM.
    pub fn given(chain: &Path, key: &Path) -> Result<Self> {
        let chain = fs::read(chain).map_err(file("reading the certificate for browsers"))?;
        let key = Zeroizing::new(fs::read(key).map_err(file("reading the key for browsers"))?);
        Self::from_pem(&chain, &key)
    }

    /// The one that the server made for itself in its folder; made now if there is none. `names` are the host names and
    /// addresses under which browsers reach the server, and matter only when it is made.
    pub fn own(data: &Path, names: Vec<String>) -> Result<Self> {
        let (chain, key) = (data.join(CERTIFICATE_FILE), data.join(KEY_FILE));
        if !chain.exists() {
            let pair = KeyPair::generate().map_err(tls)?;
            let certificate = self_signed(&pair, names)?;
            // The key first: a certificate without its key would be kept for ever.
            if key.exists() {
                fs::remove_file(&key).map_err(file("removing an unused key"))?;
            }
            write_private(&key, Zeroizing::new(pair.serialize_pem()).as_bytes())?;
            write_private(&chain, certificate.pem().as_bytes())?;
        }
        Self::given(&chain, &key)
    }

    fn from_pem(chain: &[u8], key: &[u8]) -> Result<Self> {
        let chain: Vec<_> = CertificateDer::pem_slice_iter(chain)
            .collect::<std::result::Result<_, _>>()
            .map_err(tls)?;
        let first = chain.first().ok_or_else(|| tls("there is no certificate in the file for browsers"))?;
        let fingerprint = Digest::of(first);
        let key = PrivateKeyDer::from_pem_slice(key).map_err(tls)?;
        let key = Arc::new(CertifiedKey::from_der(chain, key, &provider()).map_err(tls)?);
        Ok(Self { key, fingerprint })
    }

    /// SHA-256 of the first certificate's DER, as browsers show it.
    pub fn fingerprint(&self) -> &Digest {
        &self.fingerprint
    }

    pub(super) fn key(&self) -> &Arc<CertifiedKey> {
        &self.key
    }
}
