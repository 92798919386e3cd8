//! What the server writes into its log, at the most talkative level, holds no secret, name or position.

use std::io::{self, Write};
use std::sync::{Mutex, OnceLock};

use serde_json::json;

use crate::laptop::Laptop;
use crate::running::Server;

static SAID: Mutex<Vec<u8>> = Mutex::new(Vec::new());
static WATCHED: OnceLock<()> = OnceLock::new();

struct Ear;

impl Write for Ear {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        SAID.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Keeps everything that this process logs.
pub fn watch() {
    WATCHED.get_or_init(|| {
        tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_writer(|| Ear)
            .with_ansi(false)
            .init();
    });
}

#[tokio::test]
async fn the_log_holds_no_secret_name_or_position() {
    let server = Server::start().await;
    let mut laptop = Laptop::ready(&server, "qinghe").await;
    let sealed = laptop.make_visit(&server);
    laptop.sync(&server).await;
    for blob in &sealed.blobs {
        laptop.upload(&server, blob).await;
    }
    server
        .call(None, "login", json!({"account": "qinghe-reviewer", "password": "a-wrong-password"}))
        .await;
    let cookie = server.log_in("qinghe-reviewer").await;
    server
        .call(Some(&cookie), "get_visit", json!({"scope": laptop.scope, "visit": sealed.visit}))
        .await;

    let said = String::from_utf8(SAID.lock().unwrap().clone()).unwrap();
    // It speaks, so silence proves nothing here.
    assert!(said.contains("a blob is stored") && said.contains("an enrolment is approved") && said.contains("a wrong password"));
    let mut secrets = vec![
        laptop.token.clone(),
        cookie.split('=').nth(1).unwrap().to_owned(),
        "a-wrong-password".to_owned(),
    ];
    secrets.extend(server.secrets.accounts.iter().flat_map(|a| [a.password.clone(), a.name.clone()]));
    secrets.extend(server.secrets.authority_passphrases.values().cloned());
    secrets.extend(server.secrets.inspectors.iter().flat_map(|i| [i.passphrase.clone(), i.name.clone()]));
    secrets.extend(["lat_e7".to_owned(), "lon_e7".to_owned(), "村站".to_owned(), "关门".to_owned()]);
    for secret in secrets {
        assert!(!said.contains(&secret), "the log holds {secret:?}");
    }
}
