//! A server that answers rubbish, or nothing: the work goes on, nothing is taken for stored, and the screen says which it was.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use contract::ErrorCode;
use contract::field::{FieldHost as _, SyncPhase, SyncStatus, VisitArgs};
use contract::shared::Nothing;

use super::super::county::County;
use super::super::visit::{not_checked, open_visit};
use crate::Field;

/// What the server answers to everything, or to the exchange of entries alone after a session as it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answers {
    Page,
    Redirect,
    Fault,
    OtherJson,
    NoHttp,
    Cut,
    HangsUp,
    SessionThenNoise,
    SessionThenEmpty,
    SessionThenEndless,
    Silence,
}

fn serve(listener: TcpListener, how: Arc<Mutex<Answers>>) {
    for stream in listener.incoming() {
        let (Ok(stream), how) = (stream, how.clone()) else { return };
        std::thread::spawn(move || answer(stream, &how));
    }
}

fn answer(mut stream: TcpStream, how: &Mutex<Answers>) {
    let mut heard = vec![0; 64 * 1024];
    let read = stream.read(&mut heard).unwrap_or(0);
    let path = String::from_utf8_lossy(&heard[..read]).split(' ').nth(1).unwrap_or_default().to_owned();
    // The rest of a longer request is read, so that closing is no reset.
    stream.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
    while stream.read(&mut heard).unwrap_or(0) > 0 {}
    let how = *how.lock().unwrap();
    let ok = |body: &[u8]| {
        [
            format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len()).as_bytes(),
            body,
        ]
        .concat()
    };
    let session = matches!(how, Answers::SessionThenNoise | Answers::SessionThenEmpty | Answers::SessionThenEndless) && path != "/v1/sync";
    let bytes = match how {
        _ if session && path == "/v1/session" => ok(format!("{{\"nonce\":\"{}\"}}", "0".repeat(64)).as_bytes()),
        _ if session => ok(br#"{"token":"t","expires_ms":4000000000000}"#),
        Answers::Page => ok("<html>欢迎使用无线网络，请先登录</html>".as_bytes()),
        Answers::Redirect => b"HTTP/1.1 302 Found\r\nLocation: http://192.0.2.1/\r\nContent-Length: 0\r\n\r\n".to_vec(),
        Answers::Fault => b"HTTP/1.1 500 Oops\r\nContent-Length: 4\r\n\r\noops".to_vec(),
        Answers::OtherJson => ok(br#"{"nonce":7,"token":[],"acks":"all"}"#),
        Answers::NoHttp => (0..500_u32).map(|n| (n * 37 % 251) as u8).collect(),
        Answers::Cut => b"HTTP/1.1 200 OK\r\nContent-Length: 4000\r\n\r\nno more".to_vec(),
        Answers::HangsUp => Vec::new(),
        Answers::SessionThenNoise => ok(&(0..5_000_u32).map(|n| (n * n % 253) as u8).collect::<Vec<_>>()),
        Answers::SessionThenEmpty => ok(b""),
        Answers::SessionThenEndless => {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
            // Over every bound on an answer.
            while stream.write_all(&[7; 64 * 1024]).is_ok() {}
            return;
        }
        Answers::Silence => {
            std::thread::sleep(Duration::from_secs(3));
            return;
        }
    };
    let _ = stream.write_all(&bytes);
}

fn synchronised(field: &Field) -> SyncStatus {
    field.sync_now(Nothing {}).unwrap();
    let began = Instant::now();
    loop {
        let status = field.sync_status(Nothing {}).unwrap();
        if status.phase == SyncPhase::Idle {
            return status;
        }
        assert!(began.elapsed() < Duration::from_secs(120));
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn rubbish_and_silence_change_nothing_and_are_told_apart() {
    use Answers::{Cut, Fault, HangsUp, NoHttp, OtherJson, Page, Redirect, SessionThenEmpty, SessionThenEndless, SessionThenNoise, Silence};
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let how = Arc::new(Mutex::new(Page));
    let mut county = County::new();
    county.server_url = format!("http://{}", listener.local_addr().unwrap());
    let serving = how.clone();
    std::thread::spawn(move || serve(listener, serving));
    let home = tempfile::tempdir().unwrap();
    let field = county.laptop(home.path());
    let visit = open_visit(&field);
    let confused = [Page, Redirect, Fault, OtherJson, SessionThenNoise, SessionThenEmpty, SessionThenEndless];
    let unreachable = [NoHttp, Cut, HangsUp];
    let all = confused.map(|a| (a, ErrorCode::ServerConfused)).into_iter();
    for (answers, code) in all.chain(unreachable.map(|a| (a, ErrorCode::ServerUnreachable))) {
        *how.lock().unwrap() = answers;
        let before = field.sync_status(Nothing {}).unwrap();
        let status = synchronised(&field);
        assert_eq!(status.error.map(|e| e.code), Some(code), "{answers:?}");
        assert_eq!((status.acknowledged, status.receipted, status.last_ok_ms), (0, 0, None), "{answers:?}");
        assert_eq!(status.entries, before.entries, "{answers:?}");
    }
    // While nothing is answered the work goes on.
    *how.lock().unwrap() = Silence;
    field.sync_now(Nothing {}).unwrap();
    let began = Instant::now();
    not_checked(&field, visit, "C4-01", "没有钥匙");
    assert!(
        began.elapsed() < Duration::from_secs(2),
        "an answer waited for the server: {:?}",
        began.elapsed()
    );
    assert_ne!(field.sync_status(Nothing {}).unwrap().phase, SyncPhase::Idle);
    let status = synchronised(&field);
    assert_eq!(status.error.unwrap().code, ErrorCode::ServerUnreachable);
    assert_eq!(field.get_visit(VisitArgs { visit }).unwrap().visit.answers.len(), 1);
    assert!(field.rebuild().unwrap());
}
