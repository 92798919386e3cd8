//! The server's own TLS, for laptops and browsers on one address.
//!
//! A laptop trusts one key, the one that its county card pins, and says so in its greeting: it takes Ed25519 signatures
//! and no others. It is shown a certificate of exactly that key, and the handshake proves that the server has it. No
//! browser takes Ed25519, so everybody else is shown another certificate: the operator's, or one that the server made.

mod certificate;
mod listener;

use std::sync::Arc;

use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{ServerConfig, SignatureScheme};

use crate::{Error, Result};

pub use certificate::{Browsers, pinned};
pub use listener::TlsListener;

/// What went wrong with certificates or keys; the text names no secret.
pub(crate) fn tls(error: impl std::fmt::Display) -> Error {
    Error::Tls(error.to_string())
}

pub(crate) fn provider() -> Arc<CryptoProvider> {
    Arc::new(aws_lc_rs::default_provider())
}

#[derive(Debug)]
struct ByGreeting {
    pinned: Arc<CertifiedKey>,
    browsers: Arc<CertifiedKey>,
}

impl ResolvesServerCert for ByGreeting {
    fn resolve(&self, greeting: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let only_ed25519 = greeting.signature_schemes().iter().all(|s| *s == SignatureScheme::ED25519);
        Some(Arc::clone(if only_ed25519 { &self.pinned } else { &self.browsers }))
    }
}

/// TLS 1.3 alone: there the key signs nothing that a stranger chose the beginning of, so it can sign entries too.
pub fn config(pinned: CertifiedKey, browsers: &Browsers) -> Result<Arc<ServerConfig>> {
    let resolver = ByGreeting {
        pinned: Arc::new(pinned),
        browsers: Arc::clone(browsers.key()),
    };
    let builder = ServerConfig::builder_with_provider(provider());
    let builder = builder.with_protocol_versions(&[&rustls::version::TLS13]).map_err(tls)?;
    let mut config = builder.with_no_client_auth().with_cert_resolver(Arc::new(resolver));
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}
