//! One request over plain HTTP to this machine: enough for a driver and for our own server.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// An answer: status, the session cookie it sets if any, and the body.
pub struct Answer {
    pub status: u16,
    pub cookie: Option<String>,
    pub body: Value,
}

/// Sends JSON to a port of the loopback interface and reads JSON back.
pub fn call(port: u16, verb: &str, path: &str, cookie: Option<&str>, body: Option<&Value>) -> Result<Answer> {
    let body = body.map(Value::to_string).unwrap_or_default();
    let cookie = cookie.map(|c| format!("Cookie: {c}\r\n")).unwrap_or_default();
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(Duration::from_secs(300)))?;
    write!(
        stream,
        "{verb} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\nX-Xunzhan: 1\r\n\
         Content-Length: {}\r\n{cookie}Connection: close\r\n\r\n{body}",
        body.len()
    )?;
    let mut bytes = Vec::new();
    let mut chunk = [0_u8; 4096];
    loop {
        let count = stream.read(&mut chunk)?;
        bytes.extend_from_slice(chunk.get(..count).unwrap_or_default());
        let Some(at) = bytes.windows(4).position(|w| w == b"\r\n\r\n") else {
            if count == 0 {
                bail!("the connection ended before an answer");
            }
            continue;
        };
        let head = String::from_utf8_lossy(bytes.get(..at).unwrap_or_default()).into_owned();
        let rest = bytes.get(at + 4..).unwrap_or_default();
        // A driver keeps the connection open whatever it is asked, so the length tells where the answer ends.
        let length = header(&head, "content-length").and_then(|v| v.parse::<usize>().ok());
        if count == 0 || length.is_some_and(|length| rest.len() >= length) {
            return Ok(Answer {
                status: head
                    .split(' ')
                    .nth(1)
                    .and_then(|s| s.parse().ok())
                    .context("an answer without a status")?,
                cookie: header(&head, "set-cookie").map(|c| c.split(';').next().unwrap_or_default().to_owned()),
                body: serde_json::from_slice(rest).unwrap_or(Value::Null),
            });
        }
    }
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        key.eq_ignore_ascii_case(name).then(|| value.trim())
    })
}
