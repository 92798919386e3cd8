//! The server's own TLS: which certificate whom.

use std::net::SocketAddr;
use std::sync::Arc;

use reqwest::{Certificate, Client, StatusCode};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{aws_lc_rs, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, Error, SignatureScheme};
use seal::Digest;
use serde_json::json;
use server::http::router;
use server::tls::{self, Browsers, TlsListener};
use tokio::net::{TcpListener, TcpStream};

use crate::running::Server;

/// Believes every certificate but checks the handshake's signature, and asks for these signatures only.
#[derive(Debug)]
struct Asks(Vec<SignatureScheme>);

impl ServerCertVerifier for Asks {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(&self, _: &[u8], _: &CertificateDer<'_>, _: &DigitallySignedStruct) -> Result<HandshakeSignatureValid, Error> {
        panic!("TLS 1.2 was spoken")
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(
            message,
            certificate,
            signed,
            &aws_lc_rs::default_provider().signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.clone()
    }
}

/// The certificate that a client which takes these signatures is shown.
async fn shown(address: SocketAddr, schemes: &[SignatureScheme]) -> Vec<u8> {
    let builder = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()));
    let config = builder
        .with_safe_default_protocol_versions()
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Asks(schemes.to_vec())))
        .with_no_client_auth();
    let stream = TcpStream::connect(address).await.unwrap();
    let connector = tokio_rustls::TlsConnector::from(Arc::new(config));
    let stream = connector.connect("county.example".try_into().unwrap(), stream).await.unwrap();
    stream.get_ref().1.peer_certificates().unwrap()[0].to_vec()
}

/// The server's own TLS beside its plain address.
async fn over_tls(server: &Server) -> (SocketAddr, Browsers) {
    let pinned = server.app.with_db(|db| tls::pinned(&db.signer())).unwrap();
    let own = || Browsers::own(server.data.path(), vec!["localhost".to_owned(), "127.0.0.1".to_owned()]).unwrap();
    let browsers = own();
    // The second start shows the same one, or every browser would be warned again.
    assert_eq!(own().fingerprint(), browsers.fingerprint());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let listener = TlsListener::new(listener, tls::config(pinned, &browsers).unwrap()).unwrap();
    let service = router(&server.app.over_tls()).unwrap();
    tokio::spawn(async move { axum::serve(listener, service).await.unwrap() });
    (address, browsers)
}

#[tokio::test]
async fn laptops_are_shown_the_pinned_key_and_browsers_another_certificate() {
    let server = Server::start().await;
    let (address, browsers) = over_tls(&server).await;
    let pinned = server.app.with_db(|db| Ok(db.server_key().clone())).unwrap();
    for card in &server.cards {
        assert_eq!(seal::card::CountyCard::open(card).unwrap().0.server_key, pinned);
    }

    let certificate = CertificateDer::from(shown(address, &[SignatureScheme::ED25519]).await);
    let key = rustls::server::ParsedCertificate::try_from(&certificate)
        .unwrap()
        .subject_public_key_info();
    assert_eq!(key.as_ref(), pinned.spki_der());

    let as_browsers = [SignatureScheme::ECDSA_NISTP256_SHA256, SignatureScheme::RSA_PSS_SHA256];
    let with_openssl = [SignatureScheme::ED25519, SignatureScheme::ECDSA_NISTP256_SHA256];
    for schemes in [as_browsers, with_openssl] {
        assert_eq!(&Digest::of(&shown(address, &schemes).await), browsers.fingerprint());
    }
}

#[tokio::test]
async fn a_silent_caller_keeps_nobody_waiting() {
    let server = Server::start().await;
    let (address, _) = over_tls(&server).await;
    let mut silent = Vec::new();
    for _ in 0..32 {
        silent.push(TcpStream::connect(address).await.unwrap());
    }
    let answer = tokio::time::timeout(std::time::Duration::from_secs(5), shown(address, &[SignatureScheme::ED25519]));
    assert!(answer.await.is_ok());
}

#[tokio::test]
async fn a_cookie_that_came_over_tls_goes_nowhere_without() {
    let server = Server::start().await;
    let (address, _) = over_tls(&server).await;
    let chain = std::fs::read(server.data.path().join("browser.crt")).unwrap();
    let http = Client::builder()
        .tls_certs_only([Certificate::from_pem(&chain).unwrap()])
        .build()
        .unwrap();
    let args = json!({"account": "qinghe-auditor", "password": server.password("qinghe-auditor")});
    let request = http
        .post(format!("https://{address}/api/call/login"))
        .header("X-Xunzhan", "1")
        .json(&args);
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    assert!(response.headers()["set-cookie"].to_str().unwrap().contains("; Secure"));
    let plain = server.call_raw(None, "login", args).await;
    assert!(!plain.headers()["set-cookie"].to_str().unwrap().contains("Secure"));
}
