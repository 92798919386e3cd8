use std::net::SocketAddr;
use std::sync::Arc;

use rcgen::{CertificateParams, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::PrivatePkcs8KeyDer;
use seal::keys::{Ed25519Key, Signer as _};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::Error;
use crate::sync::http::Server;

fn pair(key: &Ed25519Key) -> KeyPair {
    let prefix = hex::decode("302e020100300506032b657004220420").unwrap();
    let der = [prefix.as_slice(), key.seed().as_slice()].concat();
    KeyPair::try_from(&PrivatePkcs8KeyDer::from(der)).unwrap()
}

/// A certificate of years long past.
fn expired() -> CertificateParams {
    let mut params = CertificateParams::new(vec!["elsewhere.example".to_owned()]).unwrap();
    params.not_before = rcgen::date_time_ymd(1960, 1, 1);
    params.not_after = rcgen::date_time_ymd(1969, 12, 31);
    params
}

/// Somebody who listens with a certificate of `shown` and signs handshakes with `signs`.
async fn listening(shown: CertificateParams, of: &KeyPair, signs: &KeyPair) -> SocketAddr {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let certificate = shown.self_signed(of).unwrap();
    let key = PrivatePkcs8KeyDer::from(signs.serialize_der()).into();
    let key = provider.key_provider.load_private_key(key).unwrap();
    let certified = rustls::sign::CertifiedKey::new(vec![certificate.der().clone()], key);
    let builder = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap();
    let resolver = rustls::sign::SingleCertAndKey::from(certified);
    let config = builder.with_no_client_auth().with_cert_resolver(Arc::new(resolver));
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            if let Ok(mut stream) = acceptor.accept(stream).await {
                let mut asked = [0; 1024];
                let _ = stream.read(&mut asked).await;
                let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok";
                stream.write_all(answer).await.unwrap();
                stream.shutdown().await.unwrap();
            }
        }
    });
    address
}

async fn ask(address: &str, pinned: &Ed25519Key) -> Result<Vec<u8>, Error> {
    let server = Server::new(address, pinned.public())?;
    server.post("/v1/anything", "application/json", b"{}".to_vec()).await
}

#[tokio::test]
async fn the_pinned_key_is_enough_whatever_dates_and_names_say() {
    let key = Ed25519Key::generate().unwrap();
    let address = listening(expired(), &pair(&key), &pair(&key)).await;
    assert_eq!(ask(&format!("https://{address}"), &key).await.unwrap(), b"ok");
    assert_eq!(ask(&format!("https://localhost:{}", address.port()), &key).await.unwrap(), b"ok");
}

#[tokio::test]
async fn another_key_is_somebody_else() {
    let (key, other) = (Ed25519Key::generate().unwrap(), Ed25519Key::generate().unwrap());
    let address = listening(expired(), &pair(&other), &pair(&other)).await;
    let refused = ask(&format!("https://{address}"), &key).await.unwrap_err();
    assert!(matches!(refused, Error::Untrusted), "{refused:?}");
}

#[tokio::test]
async fn the_right_certificate_without_its_key_is_somebody_else() {
    let (key, other) = (Ed25519Key::generate().unwrap(), Ed25519Key::generate().unwrap());
    let address = listening(expired(), &pair(&key), &pair(&other)).await;
    let refused = ask(&format!("https://{address}"), &key).await.unwrap_err();
    assert!(matches!(refused, Error::Untrusted), "{refused:?}");
}

#[tokio::test]
async fn an_ordinary_certificate_in_the_middle_is_somebody_else() {
    let key = Ed25519Key::generate().unwrap();
    let ordinary = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec!["localhost".to_owned(), "127.0.0.1".to_owned()]).unwrap();
    let address = listening(params, &ordinary, &ordinary).await;
    let refused = ask(&format!("https://{address}"), &key).await.unwrap_err();
    assert!(matches!(refused, Error::Untrusted), "{refused:?}");
}

#[tokio::test]
async fn a_page_without_tls_on_the_way_is_somebody_else() {
    let key = Ed25519Key::generate().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream
            .write_all(b"HTTP/1.1 302 Found\r\nlocation: http://hotel.example/\r\n\r\n")
            .await
            .unwrap();
        let _ = stream.read(&mut [0; 1024]).await;
    });
    let refused = ask(&format!("https://{address}"), &key).await.unwrap_err();
    assert!(matches!(refused, Error::Untrusted), "{refused:?}");
}

#[tokio::test]
async fn nobody_there_is_not_somebody_else() {
    let key = Ed25519Key::generate().unwrap();
    let refused = ask("https://127.0.0.1:1", &key).await.unwrap_err();
    assert!(matches!(refused, Error::Unreachable(_)), "{refused:?}");
    // A connection that is cut in the handshake is a bad link.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { drop(listener.accept().await.unwrap()) });
    let cut = ask(&format!("https://{address}"), &key).await.unwrap_err();
    assert!(matches!(cut, Error::Unreachable(_)), "{cut:?}");
}

#[test]
fn without_tls_only_this_machine_is_asked() {
    let key = Ed25519Key::generate().unwrap();
    for address in [
        "http://127.0.0.1:8470",
        "http://[::1]:8470",
        "http://localhost:8470",
        "https://xz.example.org",
    ] {
        assert!(Server::new(address, key.public()).is_ok(), "{address}");
    }
    for address in [
        "http://xz.example.org",
        "http://192.168.1.5:8470",
        "http://127.0.0.1.example.org",
        "ftp://127.0.0.1",
    ] {
        let refused = Server::new(address, key.public()).err().unwrap();
        assert!(matches!(refused, Error::Untrusted), "{address}: {refused:?}");
    }
}
