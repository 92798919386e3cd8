//! Films out of the vault, part by part, as players ask for them.

use std::net::TcpStream;
use std::time::{Duration, Instant};

use contract::ErrorCode;
use contract::field::*;
use contract::shared::Nothing;
use reqwest::header::{ACCEPT_RANGES, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, HOST, RANGE};
use reqwest::{Client, Method, StatusCode};

use super::county::County;
use super::visit::{import, open_visit};
use crate::Field;

const FILM: &[u8] = include_bytes!("../../../../assets/samples/halves.mp4");

/// A film in a vault: the folder it stands in, the core, the film's id and bytes. Longer than one answer or piece.
fn filmed() -> (tempfile::TempDir, Field, String, Vec<u8>) {
    let home = tempfile::tempdir().unwrap();
    let field = County::new().laptop(home.path());
    let visit = open_visit(&field);
    let path = home.path().join("VID_1.mp4");
    let film = [FILM, &vec![7; 9 << 20]].concat();
    std::fs::write(&path, &film).unwrap();
    let photo = import(&field, visit, vec![path]).rows[0].photo.unwrap().to_string();
    (home, field, photo, film)
}

#[test]
fn a_film_is_given_part_by_part_and_to_nobody_once_it_is_locked() {
    let (_home, field, photo, film) = filmed();
    let part = |range: &str| field.part(&photo, range).unwrap().unwrap();
    let mut whole: Vec<u8> = Vec::new();
    while whole.len() < film.len() {
        let part = part(&format!("bytes={}-", whole.len()));
        assert_eq!((part.first, part.total), (Some(whole.len() as u64), film.len() as u64));
        assert_eq!(part.media_type, "video/mp4");
        whole.extend(part.bytes);
    }
    assert!(whole == film);
    assert_eq!(part("bytes=0-").bytes.len(), 4 << 20, "no answer is longer");
    assert_eq!(part("bytes=32-35").bytes, film[32..36]);
    assert_eq!(part("bytes=-3").bytes, [7; 3]);
    assert_eq!(part("bytes=99999999-").first, None);
    assert_eq!(field.part(&photo, "pages=1-2").unwrap(), None, "then all of it is given");
    assert_eq!(field.part("0190", "bytes=0-").unwrap_err().code, ErrorCode::NotFound);
    FieldHost::lock(&field, Nothing {}).unwrap();
    assert_eq!(field.part(&photo, "bytes=0-").unwrap_err().code, ErrorCode::Locked);
}

/// Asks for a film.
struct Player {
    runtime: tokio::runtime::Runtime,
    http: Client,
}

impl Player {
    fn new() -> Self {
        Self {
            runtime: tokio::runtime::Runtime::new().unwrap(),
            http: Client::builder().no_proxy().build().unwrap(),
        }
    }

    /// Status, headers of the range and bytes of an answer.
    fn ask(&self, method: Method, url: &str, headers: &[(reqwest::header::HeaderName, &str)]) -> (StatusCode, String, Vec<u8>) {
        let mut request = self.http.request(method, url);
        for (name, value) in headers {
            request = request.header(name, *value);
        }
        let response = self.runtime.block_on(request.send()).unwrap();
        let status = response.status();
        let said = |name| response.headers().get(name).map_or("", |value| value.to_str().unwrap()).to_owned();
        let words = [said(CONTENT_TYPE), said(ACCEPT_RANGES), said(CONTENT_LENGTH), said(CONTENT_RANGE)].join(" ");
        (status, words, self.runtime.block_on(response.bytes()).unwrap().to_vec())
    }
}

/// Waits until nobody listens any more.
fn is_gone(url: &str) {
    let host = url.strip_prefix("http://").unwrap().split('/').next().unwrap();
    let began = Instant::now();
    while TcpStream::connect(host).is_ok() {
        assert!(began.elapsed() < Duration::from_secs(10), "the film is still there");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_player_of_the_network_gets_one_film_in_ranges_and_only_under_its_secret_address() {
    let (_home, field, photo, film) = filmed();
    let player = Player::new();
    let url = field.play(&photo).unwrap();
    assert!(url.starts_with("http://127.0.0.1:"));
    let get = |range: &str| player.ask(Method::GET, &url, &[(RANGE, range)]);
    let total = film.len();

    let (status, words, bytes) = player.ask(Method::GET, &url, &[]);
    assert_eq!((status, words), (StatusCode::OK, format!("video/mp4 bytes {total} ")));
    assert!(bytes == film);
    let (status, words, bytes) = get("bytes=100-");
    assert_eq!(
        (status, words),
        (
            StatusCode::PARTIAL_CONTENT,
            format!("video/mp4 bytes {} bytes 100-{}/{total}", total - 100, total - 1)
        )
    );
    assert!(bytes == film[100..]);
    assert_eq!(get("bytes=32-35").2, film[32..36]);
    assert_eq!(get("bytes=-3").2, [7; 3]);
    let (status, words, bytes) = get("bytes=99999999-");
    assert_eq!(
        (status, words, bytes.len()),
        (StatusCode::RANGE_NOT_SATISFIABLE, format!("video/mp4 bytes 0 bytes */{total}"), 0)
    );
    let (status, words, bytes) = player.ask(Method::HEAD, &url, &[]);
    assert_eq!((status, words, bytes.len()), (StatusCode::OK, format!("video/mp4 bytes {total} "), 0));

    let (base, token) = url.rsplit_once('/').unwrap();
    let backwards: String = token.chars().rev().collect();
    for other in [
        format!("{base}/"),
        format!("{base}/{backwards}"),
        format!("{url}/"),
        format!("{base}/{photo}"),
    ] {
        assert_eq!(player.ask(Method::GET, &other, &[]).0, StatusCode::NOT_FOUND);
    }
    assert_eq!(player.ask(Method::POST, &url, &[]).0, StatusCode::NOT_FOUND);
    // A page whose own name was turned to this machine gets nothing.
    assert_eq!(player.ask(Method::GET, &url, &[(HOST, "films.example.org")]).0, StatusCode::NOT_FOUND);
    assert_eq!(field.play("0190").unwrap_err().code, ErrorCode::NotFound);
}

#[test]
fn a_film_is_closed_with_its_view_by_the_next_one_and_by_the_lock() {
    let (_home, field, photo, _) = filmed();
    let first = field.play(&photo).unwrap();
    let second = field.play(&photo).unwrap();
    assert_ne!(first, second);
    is_gone(&first);
    // What closes late closes its own film alone.
    field.end_film(&first);
    let player = Player::new();
    assert_eq!(player.ask(Method::GET, &second, &[(RANGE, "bytes=0-3")]).0, StatusCode::PARTIAL_CONTENT);
    field.end_film(&second);
    is_gone(&second);
    let third = field.play(&photo).unwrap();
    FieldHost::lock(&field, Nothing {}).unwrap();
    is_gone(&third);
    assert_eq!(field.play(&photo).unwrap_err().code, ErrorCode::Locked);
}
