//! Requests to the county's server: address rules, the device session, errors as codes.

use std::time::Duration;

use ledger::session::{Challenge, Granted, Hello, prove};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode, Url};
use seal::keys::{PublicKey, Signer};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::pin;
use crate::core::Open;
use crate::error::{Error, Result};

const CONNECT: Duration = Duration::from_secs(10);
const ANSWER: Duration = Duration::from_secs(120);
const MOST_ANSWER_BYTES: usize = 16 << 20;

/// What the server says instead of an answer.
#[derive(Deserialize)]
struct Refusal {
    code: String,
}

/// A connection to the server, with a session once one is open.
pub(super) struct Server {
    client: Client,
    base: Url,
    token: Option<String>,
}

impl Server {
    /// Prepares for the address of the card: TLS everywhere but on loopback, with the card's key alone.
    pub(super) fn new(address: &str, pinned: &PublicKey) -> Result<Self> {
        let base: Url = address.parse().map_err(|_| Error::Confused("the address in the county card".into()))?;
        let host = base.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
        let loopback = host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback());
        if base.scheme() != "https" && !(base.scheme() == "http" && loopback) {
            return Err(Error::Untrusted);
        }
        let tls = pin::only(pinned).map_err(|_| Error::Broken("TLS 1.3 is not to be had"))?;
        let builder = Client::builder().tls_backend_preconfigured(tls);
        let mut builder = builder.connect_timeout(CONNECT).redirect(reqwest::redirect::Policy::none());
        if loopback {
            builder = builder.no_proxy();
        }
        let client = builder.build().map_err(unreachable)?;
        Ok(Self { client, base, token: None })
    }

    /// A request to a path of the server; a location that leads elsewhere is refused.
    pub(super) fn request(&self, method: Method, path: &str) -> Result<RequestBuilder> {
        let url = self
            .base
            .join(path)
            .map_err(|_| Error::Confused("a location that is no address".into()))?;
        if url.origin() != self.base.origin() {
            return Err(Error::Untrusted);
        }
        let request = self.client.request(method, url);
        Ok(match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        })
    }

    /// Sends a request that is answered soon.
    pub(super) async fn send(&self, request: RequestBuilder) -> Result<Response> {
        request.timeout(ANSWER).send().await.map_err(unreachable)
    }

    /// Sends JSON or other bytes and reads the answer's bytes.
    pub(super) async fn post(&self, path: &str, content_type: &str, body: Vec<u8>) -> Result<Vec<u8>> {
        let request = self.request(Method::POST, path)?.header("content-type", content_type).body(body);
        let response = accepted(self.send(request).await?).await?;
        whole(response).await
    }

    async fn post_json<T: DeserializeOwned>(&self, path: &str, body: &impl serde::Serialize) -> Result<T> {
        let body = seal::canonical::to_vec(body)?;
        let bytes = self.post(path, "application/json", body).await?;
        serde_json::from_slice(&bytes).map_err(|e| Error::Confused(e.to_string()))
    }

    /// Opens a session by the device key. [`Error::NotCertified`] while the county has not approved it.
    pub(super) async fn open_session(&mut self, open: &Open) -> Result<()> {
        let author = &open.author;
        let hello = Hello {
            kid: author.key.public().kid(),
            scope: author.scope,
        };
        self.token = None;
        let challenge: Challenge = self.post_json("/v1/session", &hello).await?;
        let proof = prove(&author.key, author.scope, &challenge, &open.card.server_key.kid())?;
        let granted: Granted = self.post_json("/v1/session/prove", &proof).await?;
        self.token = Some(granted.token);
        Ok(())
    }
}

/// A network fault, or somebody else at the other end; the address is not repeated, for it may carry a location.
pub(super) fn unreachable(error: reqwest::Error) -> Error {
    if pin::is_somebody_else(&error) {
        return Error::Untrusted;
    }
    Error::Unreachable(error.without_url().to_string())
}

/// The response if it is a success, else the refusal as an error.
pub(super) async fn accepted(response: Response) -> Result<Response> {
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    let bytes = whole(response).await.unwrap_or_default();
    let code = serde_json::from_slice::<Refusal>(&bytes).map(|r| r.code).unwrap_or_default();
    Err(match (status, code.as_str()) {
        (_, "device_pending") => Error::NotCertified,
        (StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT | StatusCode::TOO_MANY_REQUESTS, _) => {
            Error::Unreachable(format!("{status} {code}"))
        }
        _ => Error::Confused(format!("{status} {code}")),
    })
}

/// All bytes of a response, within reason.
pub(super) async fn whole(mut response: Response) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(unreachable)? {
        if bytes.len().saturating_add(chunk.len()) > MOST_ANSWER_BYTES {
            return Err(Error::Confused("an answer over 16 MiB".into()));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}
