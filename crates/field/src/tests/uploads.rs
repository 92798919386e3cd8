//! The client's side of tus against a server that cuts every connection half way.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use seal::Digest;

use super::county::County;
use super::visit::open_visit;
use crate::sync::upload_all;

/// What the server has stored, and how many bytes reached it in all.
#[derive(Default)]
struct Stored {
    bytes: Vec<u8>,
    received: usize,
    patches: usize,
}

struct Heard {
    line: String,
    headers: Vec<(String, String)>,
}

impl Heard {
    fn header(&self, name: &str) -> usize {
        let found = self.headers.iter().find(|(key, _)| key == name);
        found.and_then(|(_, value)| value.parse().ok()).unwrap_or_default()
    }
}

fn hear(reader: &mut BufReader<TcpStream>) -> Option<Heard> {
    let mut line = String::new();
    if reader.read_line(&mut line).ok()? == 0 {
        return None;
    }
    let mut headers = Vec::new();
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        let Some((key, value)) = header.trim_end().split_once(": ") else { break };
        headers.push((key.to_lowercase(), value.to_owned()));
    }
    Some(Heard { line, headers })
}

fn serve(stream: TcpStream, digest: &str, stored: &Mutex<Stored>) {
    let mut out = stream.try_clone().unwrap();
    let mut reader = BufReader::new(stream);
    while let Some(heard) = hear(&mut reader) {
        let length = heard.header("content-length");
        let mut answer = |head: &str, body: &str| {
            let text = format!("HTTP/1.1 {head}\r\ncontent-length: {}\r\n\r\n{body}", body.len());
            out.write_all(text.as_bytes()).unwrap();
        };
        if heard.line.starts_with("HEAD") {
            let at = stored.lock().unwrap().bytes.len();
            answer(&format!("200 OK\r\nupload-offset: {at}"), "");
        } else if heard.line.starts_with("POST /v1/blobs/missing") {
            reader.read_exact(&mut vec![0; length]).unwrap();
            let body = format!("{{\"missing\":[{{\"sha256\":\"{digest}\",\"upload\":null,\"offset\":0}}]}}");
            answer("200 OK", &body);
        } else if heard.line.starts_with("POST /v1/blobs") {
            answer("201 Created\r\nlocation: /v1/blobs/uploads/1", "");
        } else {
            // The first two times half of what was announced is stored; then the line is dead.
            let cut = stored.lock().unwrap().patches < 2;
            let mut body = vec![0; if cut { length / 2 } else { length }];
            reader.read_exact(&mut body).unwrap();
            let mut stored = stored.lock().unwrap();
            assert_eq!(heard.header("upload-offset"), stored.bytes.len(), "a byte was sent from the wrong place");
            stored.bytes.extend_from_slice(&body);
            stored.received += body.len();
            stored.patches += 1;
            if cut {
                return;
            }
            answer(&format!("204 No Content\r\nupload-offset: {}", stored.bytes.len()), "");
        }
    }
}

#[test]
fn an_upload_goes_on_at_the_byte_that_is_stored() {
    let home = tempfile::tempdir().unwrap();
    let mut county = County::new();
    let field = county.laptop(home.path());
    let visit = open_visit(&field);
    let bytes: Vec<u8> = (0..900_000u32).map(|i| (i % 251) as u8).collect();
    let path = home.path().join("film.bin");
    std::fs::write(&path, &bytes).unwrap();
    super::visit::import(&field, visit, vec![path]);

    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let stored = Arc::new(Mutex::new(Stored::default()));
    let (digest, kept) = (Digest::of(&bytes).to_hex(), stored.clone());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let (digest, kept) = (digest.clone(), kept.clone());
            std::thread::spawn(move || serve(stream.unwrap(), &digest, &kept));
        }
    });
    upload_all(&field.0, &address, false).unwrap();
    let stored = stored.lock().unwrap();
    assert!(stored.bytes == bytes);
    assert_eq!(stored.received, bytes.len(), "no byte was sent twice");
    assert!(stored.patches >= 3);
}
