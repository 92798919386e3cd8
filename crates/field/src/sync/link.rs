//! One county server over HTTP: session, exchange of entries, enrolment. Routes: `docs/protocol.md`.
//!
//! Progress is timed, never the connection: whoever goes [`STALL`] without a byte lets go, so that the next try starts from what
//! is stored. The calls block; none is made while a transaction is open.

use std::time::{Duration, Instant};

use ledger::ScopeId;
use ledger::session::{Challenge, Granted, Hello, prove};
use ledger::sync::{MESSAGE_TYPE, Request, Response};
use ledger::wire;
use reqwest::{Client, Method, StatusCode};
use seal::keys::{PublicKey, Signer};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::error::{Error, Result};

/// Without a byte for so long, a connection is given up.
pub(super) const STALL: Duration = Duration::from_secs(6);
const CONNECT: Duration = Duration::from_secs(10);
/// One exchange of entries; a batch is about 20 seconds of goodput.
const WHOLE_STEP: Duration = Duration::from_secs(120);
/// A small JSON call.
const WHOLE_CALL: Duration = Duration::from_secs(30);
/// The largest JSON answer that is read.
const MAX_JSON_BYTES: usize = 1024 * 1024;

/// A server that this device talks to.
pub struct Link {
    pub(super) runtime: tokio::runtime::Runtime,
    pub(super) http: Client,
    base: String,
    scope: ScopeId,
    server: PublicKey,
    token: Option<String>,
}

/// What a step carried.
#[derive(Clone, Copy, Debug)]
pub struct Carried {
    /// Bytes in both directions.
    pub bytes: u64,
    /// How long it took.
    pub millis: u64,
}

#[derive(Deserialize)]
struct Complaint {
    code: String,
}

#[derive(Deserialize)]
struct EnrolAnswer {
    fingerprint: String,
}

impl Link {
    /// A link to the server of a county card. Plain HTTP is only for a server on this machine.
    pub fn new(base: &str, scope: ScopeId, server: PublicKey) -> Result<Self> {
        let url = reqwest::Url::parse(base).map_err(|e| Error::Unreachable(e.to_string()))?;
        let loopback = matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
        if url.scheme() != "https" && !loopback {
            return Err(Error::Untrusted);
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let http = Client::builder()
            .connect_timeout(CONNECT)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|e| Error::Unreachable(e.to_string()))?;
        Ok(Self {
            runtime,
            http,
            base: base.trim_end_matches('/').to_owned(),
            scope,
            server,
            token: None,
        })
    }

    /// The scope that this link is for.
    pub fn scope(&self) -> &ScopeId {
        &self.scope
    }

    /// The key that the county card pins.
    pub fn server(&self) -> &PublicKey {
        &self.server
    }

    /// Shows the server that this device holds its key, and keeps the token that it gives.
    pub fn open_session(&mut self, device: &dyn Signer) -> Result<()> {
        let hello = Hello {
            kid: device.public().kid(),
            scope: self.scope,
        };
        let challenge: Challenge = self.post("/v1/session", &hello)?;
        let proof = prove(device, self.scope, &challenge, &self.server.kid())?;
        let granted: Granted = self.post("/v1/session/prove", &proof)?;
        self.token = Some(granted.token);
        Ok(())
    }

    /// Hands in the enrolment request and answers with the fingerprint that people compare.
    pub fn enrol(&self, envelope: &str) -> Result<String> {
        let request = self.request(Method::POST, "/v1/enrol").header("content-type", "application/json").body(envelope.to_owned());
        let (status, body) = self.send(request)?;
        let answer: EnrolAnswer = read_json(status, &body)?;
        Ok(answer.fingerprint)
    }

    /// One round trip of entries. What came before a cut is kept.
    pub fn exchange(&self, request: &Request) -> Result<(Response, Carried)> {
        let body = wire::encode_request(request).map_err(|e| Error::Confused(e.to_string()))?;
        let sent = body.len() as u64;
        let begun = Instant::now();
        let call = self.request(Method::POST, "/v1/sync").header("content-type", MESSAGE_TYPE).body(body);
        let (status, bytes) = self.runtime.block_on(async {
            let mut answer = call.timeout(WHOLE_STEP).send().await.map_err(unreachable)?;
            let status = answer.status();
            let mut bytes = Vec::new();
            loop {
                let chunk = tokio::time::timeout(STALL, answer.chunk()).await;
                match chunk.unwrap_or(Ok(None)) {
                    Ok(Some(chunk)) => bytes.extend_from_slice(&chunk),
                    Ok(None) => break,
                    Err(_) if status.is_success() && !bytes.is_empty() => break,
                    Err(e) => return Err(unreachable(e)),
                }
                if bytes.len() > wire::MAX_CONTENT_BYTES {
                    return Err(Error::Confused("the answer is too large".into()));
                }
            }
            Ok((status, bytes))
        })?;
        if !status.is_success() {
            return Err(complaint(status, &bytes));
        }
        let carried = Carried {
            bytes: sent.saturating_add(bytes.len() as u64),
            millis: u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
        };
        match wire::decode_response(&bytes) {
            Ok(response) => Ok((response, carried)),
            Err(wire::WireError::Cut) => Err(Error::Unreachable("the answer was cut".into())),
            Err(e) => Err(Error::Confused(e.to_string())),
        }
    }

    /// Sends JSON and reads JSON.
    pub(super) fn post<T: DeserializeOwned>(&self, path: &str, body: &impl serde::Serialize) -> Result<T> {
        let request = self.request(Method::POST, path).json(body);
        let (status, body) = self.send(request)?;
        read_json(status, &body)
    }

    /// A request with the session's token. `path` begins with `/`; a location that the server gave is taken as a path too.
    pub(super) fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.base));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    fn send(&self, request: reqwest::RequestBuilder) -> Result<(StatusCode, Vec<u8>)> {
        self.runtime.block_on(async {
            let mut answer = request.timeout(WHOLE_CALL).send().await.map_err(unreachable)?;
            let status = answer.status();
            let mut bytes = Vec::new();
            while let Some(chunk) = answer.chunk().await.map_err(unreachable)? {
                bytes.extend_from_slice(&chunk);
                if bytes.len() > MAX_JSON_BYTES {
                    return Err(Error::Confused("the answer is too large".into()));
                }
            }
            Ok((status, bytes))
        })
    }
}

fn read_json<T: DeserializeOwned>(status: StatusCode, body: &[u8]) -> Result<T> {
    if !status.is_success() {
        return Err(complaint(status, body));
    }
    serde_json::from_slice(body).map_err(|e| Error::Confused(e.to_string()))
}

/// What a refusal of the server means here.
pub(super) fn complaint(status: StatusCode, body: &[u8]) -> Error {
    let code = serde_json::from_slice(body).map(|Complaint { code }| code).unwrap_or_default();
    match code.as_str() {
        "device_pending" => Error::NotCertified,
        "proof_refused" => Error::Untrusted,
        "session_over" => Error::SessionOver,
        _ => Error::Confused(format!("{status} {code}")),
    }
}

/// The server was not there, or went away.
pub(super) fn unreachable(error: reqwest::Error) -> Error {
    Error::Unreachable(error.without_url().to_string())
}
