//! Photos from a phone: piece by piece, going on after a break, from one phone only, and nothing acknowledged that is not durable.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use contract::field::*;
use contract::shared::Nothing;
use domain::VisitId;
use domain::photo::Missing;
use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use super::county::County;
use super::visit::{open_visit, photo};
use crate::Field;

/// A browser on a phone.
struct Phone {
    runtime: Runtime,
    http: Client,
    url: String,
    cookie: Option<String>,
}

impl Phone {
    fn new(url: &str) -> Self {
        Self {
            runtime: Runtime::new().unwrap(),
            http: Client::builder().no_proxy().build().unwrap(),
            url: url.into(),
            cookie: None,
        }
    }

    fn asked(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.url));
        match &self.cookie {
            Some(cookie) => request.header("cookie", cookie),
            None => request,
        }
    }

    fn sent(&self, request: RequestBuilder) -> (StatusCode, Value) {
        let response = self.runtime.block_on(request.send()).unwrap();
        let status = response.status();
        let bytes = self.runtime.block_on(response.bytes()).unwrap();
        (status, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
    }

    /// Opens the page and keeps its cookie.
    fn opens(&mut self) -> StatusCode {
        let response = self.runtime.block_on(self.asked(Method::GET, "").send()).unwrap();
        let cookie = response
            .headers()
            .get("set-cookie")
            .map(|value| value.to_str().unwrap().split(';').next().unwrap().to_owned());
        self.cookie = cookie.or(self.cookie.take());
        response.status()
    }

    /// The page as somebody reads it.
    fn reads(&self) -> String {
        let response = self.runtime.block_on(self.asked(Method::GET, "").send()).unwrap();
        self.runtime.block_on(response.text()).unwrap()
    }

    fn begins(&self, name: &str, size: u64) -> (StatusCode, Value) {
        let body = json!({"name": name, "size": size, "modified_ms": 7}).to_string();
        self.sent(self.asked(Method::POST, "/files").body(body))
    }

    /// The digest of so many first bytes of a file.
    fn compares(&self, id: &str, bytes: &[u8]) -> Value {
        let body = json!({"bytes": bytes.len(), "sha256": seal::Digest::of(bytes).to_hex()}).to_string();
        self.sent(self.asked(Method::POST, &format!("/files/{id}")).body(body)).1
    }

    fn sends(&self, id: &str, offset: u64, piece: &[u8]) -> (StatusCode, Value) {
        let request = self.asked(Method::PATCH, &format!("/files/{id}")).header("upload-offset", offset);
        self.sent(request.body(piece.to_vec()))
    }

    /// What became of a file, once it is over.
    fn told(&self, id: &str) -> Value {
        let began = Instant::now();
        loop {
            let (status, told) = self.sent(self.asked(Method::GET, &format!("/files/{id}")));
            assert_eq!(status, StatusCode::OK);
            if told["state"] != "checking" {
                return told;
            }
            assert!(began.elapsed() < Duration::from_secs(60));
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    fn hands_in(&self, name: &str, bytes: &[u8]) -> Value {
        let (_, begun) = self.begins(name, bytes.len() as u64);
        let id = begun["id"].as_str().unwrap();
        assert_eq!(self.sends(id, 0, bytes).1["offset"], bytes.len());
        self.told(id)
    }
}

fn opened(field: &Field, visit: VisitId) -> Receiving {
    let address = "127.0.0.1".into();
    field.open_phone(OpenPhone { visit, address }).unwrap()
}

fn picture(folder: &Path, shade: u8) -> Vec<u8> {
    let path = folder.join(format!("{shade}.jpg"));
    photo(&path, shade);
    std::fs::read(path).unwrap()
}

#[test]
fn a_phone_hands_in_whole_files_and_goes_on_after_a_break() {
    let home = tempfile::tempdir().unwrap();
    let field = County::new().laptop(home.path());
    let visit = open_visit(&field);
    let receiving = opened(&field, visit);
    assert!(receiving.open && !receiving.claimed && receiving.qr.len() >= 21);
    let mut phone = Phone::new(&receiving.url);
    assert_eq!(phone.begins("a.jpg", 10).0, StatusCode::FORBIDDEN, "without having opened the page");
    assert_eq!(phone.opens(), StatusCode::OK);

    let bytes = picture(home.path(), 90);
    let (half, len) = (bytes.len() / 2, bytes.len() as u64);
    let (_, begun) = phone.begins("../照片 1.jpg", len);
    let id = begun["id"].as_str().unwrap().to_owned();
    assert_eq!(begun["offset"], 0);
    assert_eq!(phone.sends(&id, 0, &bytes[..half]).1["offset"], half);
    // The network broke, the page was loaded anew: the laptop says where to go on, and takes nothing twice or out of order.
    assert_eq!(phone.opens(), StatusCode::OK);
    assert_eq!(phone.begins("../照片 1.jpg", len).1, json!({"id": id, "offset": half}));
    assert_eq!(phone.sends(&id, 0, &bytes[..half]).1["offset"], half);
    assert_eq!(phone.sends(&id, half as u64 + 1, &bytes[half + 1..]).1["offset"], half);
    assert_eq!(
        phone.sends(&id, half as u64, &[&bytes[half..], b"more".as_slice()].concat()).1["offset"],
        half
    );
    assert!(field.get_visit(VisitArgs { visit }).unwrap().visit.photos.is_empty());
    assert_eq!(phone.sends(&id, half as u64, &bytes[half..]).1["offset"], len);
    assert_eq!(
        phone.told(&id),
        json!({"state": "taken", "reason": null, "missing": ["time", "position", "device"]})
    );

    let view = field.get_visit(VisitArgs { visit }).unwrap();
    let attached = &view.visit.photos[0].attached;
    assert_eq!((attached.name.as_str(), attached.method.as_str()), ("照片 1.jpg", "phone"));
    assert_eq!(attached.original.sha256, seal::Digest::of(&bytes).to_hex());
    assert_eq!(phone.hands_in("again.jpg", &bytes)["state"], "duplicate");
    assert_eq!(phone.begins("nothing.jpg", 0).1["reason"], "empty");
    assert_eq!(phone.begins("film.mp4", 1 << 40).1["reason"], "too_large");
    let files = field.phone_status(Nothing {}).unwrap().unwrap().files;
    let said: Vec<_> = files.iter().map(|file| (file.name.as_str(), file.outcome, file.missing.len())).collect();
    assert_eq!(
        said,
        [
            ("照片 1.jpg", Some(ImportOutcome::Taken), 3),
            ("again.jpg", Some(ImportOutcome::Duplicate), 3)
        ]
    );
    assert_eq!(files[0].missing, [Missing::Time, Missing::Position, Missing::Device]);

    // Nothing of it stays on the disk in clear.
    let left = walk(&home.path().join("data/from-phone"));
    assert!(left.is_empty(), "{left:?}");

    // A page that is opened while the one before is still closing loses nothing by that.
    let (_, begun) = phone.begins("half.jpg", 100);
    phone.sends(begun["id"].as_str().unwrap(), 0, &[1; 50]);
    let again = opened(&field, visit);
    let mut phone = Phone::new(&again.url);
    phone.opens();
    let (_, begun) = phone.begins("b.jpg", len);
    assert_eq!(begun["compare"], len, "a photo of that length is here");
    std::thread::sleep(Duration::from_millis(500));
    assert_eq!(phone.sends(begun["id"].as_str().unwrap(), 0, &bytes).1["offset"], len);
    assert_eq!(phone.told(begun["id"].as_str().unwrap())["state"], "duplicate");

    // What a killed run had in clear is gone when the program starts again.
    drop((field, phone));
    let left = home.path().join("data/from-phone/of-a-killed-run/half.jpg");
    std::fs::create_dir_all(left.parent().unwrap()).unwrap();
    std::fs::write(&left, [1; 50]).unwrap();
    let _field = super::county::field(home.path());
    assert!(!left.exists());
}

const PIECE: usize = 1 << 20;

/// Two pieces and a half, that begin as a picture does.
fn film(folder: &Path, salt: u32) -> Vec<u8> {
    let rest = (0..2_600_000_u32).map(|n| (n.wrapping_mul(n | 1).wrapping_add(salt) >> 7).to_le_bytes()[0]);
    [picture(folder, 90), rest.collect()].concat()
}

fn folder_of_parts(home: &Path) -> PathBuf {
    home.join("data/from-phone")
}

/// Opens a page anew and names a film of so many bytes there; answers what the phone is told.
fn scans(field: &Field, visit: VisitId, len: usize) -> (Phone, String, Value) {
    let mut phone = Phone::new(&opened(field, visit).url);
    assert_eq!(phone.opens(), StatusCode::OK);
    let (_, begun) = phone.begins("a.jpg", len as u64);
    let id = begun["id"].as_str().unwrap().to_owned();
    (phone, id, begun)
}

fn pieces(phone: &Phone, id: &str, bytes: &[u8], from: usize, to: usize) {
    let mut at = from;
    while at < to {
        let end = (at + PIECE).min(to);
        at = usize::try_from(phone.sends(id, at as u64, &bytes[at..end]).1["offset"].as_u64().unwrap()).unwrap();
        assert_eq!(at, end);
    }
}

fn unlock(field: &Field) {
    let passphrase = "wang-passphrase".into();
    let person = super::county::person(super::county::WANG);
    field.unlock(Unlock { person, passphrase }).unwrap();
}

#[test]
fn what_arrived_of_a_file_waits_for_its_phone_whatever_ends() {
    let home = tempfile::tempdir().unwrap();
    let field = County::new().laptop(home.path());
    let visit = open_visit(&field);
    let (bytes, other) = (film(home.path(), 0), film(home.path(), 9_999));
    let (len, half) = (bytes.len(), 2 * PIECE + 5);
    let (phone, id, begun) = scans(&field, visit, len);
    assert_eq!(begun["offset"], 0);
    pieces(&phone, &id, &bytes, 0, half);

    // The page is opened anew.
    let (phone, id, begun) = scans(&field, visit, len);
    assert_eq!(begun, json!({"id": id, "compare": half}));
    assert_eq!(phone.begins("a.jpg", len as u64).1, begun, "the page was loaded again");
    assert_eq!(phone.compares(&id, &bytes[..PIECE])["compare"], half, "not what was asked for");
    assert_eq!(phone.compares(&id, &bytes[..half])["offset"], half);
    pieces(&phone, &id, &bytes, half, half + 7);
    assert_eq!(phone.begins("b.jpg", len as u64).1["offset"], 0, "another name");

    // The session ends, and another begins.
    field.lock(Nothing {}).unwrap();
    unlock(&field);
    let (phone, id, begun) = scans(&field, visit, len);
    assert_eq!(begun["compare"], half + 7);
    assert_eq!(phone.compares(&id, &bytes[..half + 7])["offset"], half + 7);

    // The program ends. Nothing of it lies there in clear.
    drop((field, phone));
    for path in walk(&folder_of_parts(home.path())) {
        let sealed = std::fs::read(&path).unwrap();
        assert!(sealed.starts_with(b"age-encryption.org/v1"), "{path:?}");
        assert!(!path.to_string_lossy().contains("jpg"), "{path:?}");
    }
    let field = super::county::field(home.path());
    unlock(&field);
    let (phone, id, begun) = scans(&field, visit, len);
    assert_eq!(begun["compare"], half + 7);
    assert_eq!(phone.compares(&id, &bytes[..half + 7])["offset"], half + 7);
    pieces(&phone, &id, &bytes, half + 7, len);
    assert_eq!(phone.told(&id)["state"], "taken");
    let view = field.get_visit(VisitArgs { visit }).unwrap();
    assert_eq!(view.visit.photos[0].attached.original.sha256, seal::Digest::of(&bytes).to_hex());
    assert_eq!(walk(&folder_of_parts(home.path())), Vec::<PathBuf>::new());

    // What is here whole is not sent again, whatever it is called; what only has its length, is.
    let (phone, id, begun) = scans(&field, visit, len);
    assert_eq!(begun["compare"], len);
    assert_eq!(phone.compares(&id, &bytes)["offset"], len);
    let told = phone.told(&id);
    assert_eq!(
        (&told["state"], &told["missing"]),
        (&json!("duplicate"), &json!(["time", "position", "device"]))
    );
    let (phone, id, begun) = scans(&field, visit, len);
    assert_eq!(begun["compare"], len);
    assert_eq!(phone.compares(&id, &other)["offset"], 0);
    pieces(&phone, &id, &other, 0, len);
    assert_eq!(phone.told(&id)["state"], "taken");
    assert_eq!(field.get_visit(VisitArgs { visit }).unwrap().visit.photos.len(), 2);
}

#[test]
fn a_part_of_another_file_or_one_that_the_disk_spoiled_is_begun_anew() {
    let home = tempfile::tempdir().unwrap();
    let field = County::new().laptop(home.path());
    let visit = open_visit(&field);
    let (bytes, other) = (film(home.path(), 0), film(home.path(), 9_999));
    let len = bytes.len();
    let parts = folder_of_parts(home.path());
    let begins_anew = |told: Value| {
        assert_eq!(told["offset"], 0);
        assert!(walk(&parts).is_empty());
    };
    let (phone, id, _) = scans(&field, visit, len);
    pieces(&phone, &id, &bytes, 0, 2 * PIECE);
    let (phone, id, _) = scans(&field, visit, len);
    begins_anew(phone.compares(&id, &other[..2 * PIECE]));

    pieces(&phone, &id, &other, 0, 2 * PIECE);
    let is_piece = |path: &PathBuf| path.file_name().unwrap().to_str().unwrap().contains('-');
    let piece = walk(&parts).into_iter().filter(is_piece).max().unwrap();
    let mut spoiled = std::fs::read(&piece).unwrap();
    *spoiled.last_mut().unwrap() ^= 1;
    std::fs::write(&piece, spoiled).unwrap();
    let (phone, id, begun) = scans(&field, visit, len);
    assert_eq!(begun["compare"], 2 * PIECE);
    begins_anew(phone.compares(&id, &other[..2 * PIECE]));

    // Of pieces with a gap between them, those before it count.
    pieces(&phone, &id, &other, 0, len - 1);
    let second = walk(&parts)
        .into_iter()
        .find(|path| path.to_string_lossy().contains(&format!("{PIECE:013}-")))
        .unwrap();
    std::fs::remove_file(second).unwrap();
    let (phone, id, begun) = scans(&field, visit, len);
    assert_eq!(begun["compare"], PIECE);
    assert_eq!(phone.compares(&id, &other[..PIECE])["offset"], PIECE);
    pieces(&phone, &id, &other, PIECE, len);
    assert_eq!(phone.told(&id)["state"], "taken");

    // Where both may be the file, both are compared.
    let third = film(home.path(), 5);
    let (phone, id, begun) = scans(&field, visit, len);
    assert_eq!(begun["compare"], len);
    assert_eq!(phone.compares(&id, &third)["offset"], 0);
    pieces(&phone, &id, &third, 0, len - 1);
    let (phone, id, begun) = scans(&field, visit, len);
    assert_eq!(begun["compare"], len, "photos first");
    assert_eq!(phone.compares(&id, &third)["compare"], len - 1, "then what is here of the file");
    assert_eq!(phone.compares(&id, &third[..len - 1])["offset"], len - 1);

    // Parts that nobody came back for make room.
    for n in 0..9 {
        let name = format!("{n}.jpg");
        let begun = phone.begins(&name, 100).1;
        assert_eq!(phone.sends(begun["id"].as_str().unwrap(), 0, &[1; 50]).1["offset"], 50, "{name}");
    }
    let count = || std::fs::read_dir(&parts).unwrap().count();
    assert_eq!(count(), 10);
    let _ = opened(&field, visit);
    assert_eq!(count(), 8);
    let long_ago = std::time::SystemTime::now() - Duration::from_secs(4 * 24 * 60 * 60);
    for folder in std::fs::read_dir(&parts).unwrap().take(3) {
        let folder = std::fs::File::open(folder.unwrap().path()).unwrap();
        folder.set_modified(long_ago).unwrap();
    }
    let _ = opened(&field, visit);
    assert_eq!(count(), 5);
}

/// Files below a folder, wherever the laptop's data lie in it.
fn walk(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.map(|entry| entry.unwrap().path());
    paths.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
}

#[test]
fn the_page_is_for_one_phone_and_ends_with_the_session() {
    let home = tempfile::tempdir().unwrap();
    let field = County::new().laptop(home.path());
    let visit = open_visit(&field);
    let receiving = opened(&field, visit);
    let status = || field.phone_status(Nothing {}).unwrap().unwrap();
    let (mut first, mut second) = (Phone::new(&receiving.url), Phone::new(&receiving.url));
    assert_eq!(first.opens(), StatusCode::OK);
    assert!(status().claimed, "nothing was sent yet");
    assert_eq!(second.opens(), StatusCode::FORBIDDEN);
    assert!(second.cookie.is_none());
    let told = second.reads();
    assert!(told.contains("这个二维码已经用过") && told.contains("This code has been used"), "{told}");
    assert_eq!(status().others, 2);
    assert_eq!(second.sent(second.asked(Method::GET, "/page.js")).0, StatusCode::FORBIDDEN);
    assert_eq!(second.begins("b.jpg", 5).0, StatusCode::FORBIDDEN);
    assert_eq!(first.opens(), StatusCode::OK, "again");
    let bytes = picture(home.path(), 10);
    assert_eq!(first.hands_in("a.jpg", &bytes)["state"], "taken");
    assert_eq!(status().others, 2, "who opened it is no other");

    // A new code is for whoever comes first, and the one before is worth nothing.
    let receiving = opened(&field, visit);
    assert!(!receiving.claimed && receiving.others == 0);
    let mut new = Phone::new(&receiving.url);
    assert_eq!(new.opens(), StatusCode::OK);
    first.cookie = new.cookie;
    first.url.clone_from(&receiving.url);

    // Another secret, another name of this machine, a page from elsewhere: nothing is there.
    let reversed: String = receiving.url.rsplit('/').next().unwrap().chars().rev().collect();
    let base = receiving.url.rsplit_once("/u/").unwrap().0;
    assert_eq!(Phone::new(&format!("{base}/u/{reversed}")).opens(), StatusCode::NOT_FOUND);
    for (header, value) in [("host", "evil.example"), ("origin", "http://evil.example")] {
        let request = first.asked(Method::GET, "").header(header, value);
        assert_eq!(first.sent(request).0, StatusCode::NOT_FOUND, "{header}");
    }

    // A file that was begun when the laptop was locked belongs to nobody.
    let (_, begun) = first.begins("half.jpg", 100);
    let id = begun["id"].as_str().unwrap();
    first.sends(id, 0, &[1; 50]);
    FieldHost::lock(&field, Nothing {}).unwrap();
    let began = Instant::now();
    while first
        .runtime
        .block_on(first.asked(Method::GET, "").send())
        .is_ok_and(|answer| answer.status() == StatusCode::OK)
    {
        assert!(began.elapsed() < Duration::from_secs(10));
        std::thread::sleep(Duration::from_millis(20));
    }
    unlock(&field);
    assert!(field.phone_status(Nothing {}).unwrap().is_none());
    assert_eq!(field.get_visit(VisitArgs { visit }).unwrap().visit.photos.len(), 1);
}

#[test]
fn the_page_closes_itself_when_its_phone_is_quiet() {
    const IDLE: Duration = Duration::from_millis(1_500);
    let home = tempfile::tempdir().unwrap();
    let field = County::new().laptop(home.path());
    let visit = open_visit(&field);
    let address = "127.0.0.1".into();
    let receiving = field.0.open_phone_for(&OpenPhone { visit, address }, IDLE).unwrap();
    let is_open = || field.phone_status(Nothing {}).unwrap().unwrap().open;
    let (mut phone, other) = (Phone::new(&receiving.url), Phone::new(&receiving.url));
    let began = Instant::now();
    while began.elapsed() < IDLE * 2 {
        assert_eq!(phone.opens(), StatusCode::OK, "in use for {:?}", began.elapsed());
        std::thread::sleep(IDLE / 10);
    }
    let quiet = Instant::now();
    while is_open() {
        // Somebody else at the door does not keep it open.
        if let Ok(answer) = other.runtime.block_on(other.asked(Method::GET, "").send()) {
            assert_ne!(answer.status(), StatusCode::OK);
        }
        assert!(quiet.elapsed() < IDLE * 4);
        std::thread::sleep(IDLE / 10);
    }
    assert!(quiet.elapsed() > IDLE / 2, "{:?}", quiet.elapsed());
    while let Ok(answer) = phone.runtime.block_on(phone.asked(Method::GET, "").send()) {
        assert_eq!(answer.status(), StatusCode::NOT_FOUND);
        assert!(quiet.elapsed() < IDLE * 6, "it still listens");
        std::thread::sleep(IDLE / 10);
    }
}

#[test]
fn a_sealed_visit_takes_nothing_from_a_phone() {
    let home = tempfile::tempdir().unwrap();
    let field = County::new().laptop(home.path());
    let visit = super::giving::sealed(&field);
    let address = "127.0.0.1".into();
    assert_eq!(field.open_phone(OpenPhone { visit, address }).unwrap_err().params["rule"], "sealed");
    let visit = open_visit(&field);
    let address = "192.0.2.1".into();
    assert!(field.open_phone(OpenPhone { visit, address }).is_err(), "no address of this laptop");
}
