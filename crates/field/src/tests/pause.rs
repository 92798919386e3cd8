//! A pause holds until somebody asks for a synchronisation, and is kept across restarts.

use std::io::Read as _;
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use contract::ErrorCode;
use contract::field::*;
use contract::shared::Nothing;

use super::county::{County, WANG, options, person};
use super::visit::{not_checked, open_visit};
use crate::Field;

/// Counts who calls, and hangs up.
fn listen() -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let calls = Arc::new(AtomicUsize::new(0));
    let counting = calls.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            counting.fetch_add(1, Ordering::SeqCst);
            let _ = stream.unwrap().read(&mut [0; 1024]);
        }
    });
    (address, calls)
}

fn idle(field: &Field) -> SyncStatus {
    let began = Instant::now();
    loop {
        let status = field.sync_status(Nothing {}).unwrap();
        if status.phase == SyncPhase::Idle {
            return status;
        }
        assert!(began.elapsed() < Duration::from_secs(60));
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn unlock(field: &Field) {
    let (person, passphrase) = (person(WANG), "wang-passphrase".into());
    field.unlock(Unlock { person, passphrase }).unwrap();
}

#[test]
fn a_pause_holds_across_restarts_until_somebody_synchronises() {
    let home = tempfile::tempdir().unwrap();
    let (address, calls) = listen();
    let mut county = County::new();
    county.server_url = address;
    let field = county.laptop(home.path());
    let visit = open_visit(&field);
    assert_eq!(field.sync_status(Nothing {}).unwrap().paused_since_ms, None);
    let since = field.pause_sync(Nothing {}).unwrap().paused_since_ms;
    assert!(since.is_some());
    std::thread::sleep(Duration::from_millis(5));
    assert_eq!(field.pause_sync(Nothing {}).unwrap().paused_since_ms, since, "the first time stands");

    // Work and locking go on; locked, nobody pauses.
    not_checked(&field, visit, "C4-01", "没有钥匙");
    assert_eq!(FieldHost::lock(&field, Nothing {}).unwrap().sync.paused_since_ms, since);
    let locked = field.answer("pause_sync", serde_json::json!({})).unwrap_err();
    assert_eq!(locked.code, ErrorCode::Locked);
    drop(field);

    // A laptop that synchronises by itself does not while it is paused.
    let mut by_itself = options(home.path());
    by_itself.auto_sync = true;
    let field = Field::open_with(&home.path().join("data"), by_itself).unwrap();
    unlock(&field);
    not_checked(&field, visit, "C4-02", "没有钥匙");
    std::thread::sleep(Duration::from_millis(600));
    assert_eq!(calls.load(Ordering::SeqCst), 0);
    let state = field.app_state(Nothing {}).unwrap();
    assert_eq!((state.sync.paused_since_ms, state.sync.phase), (since, SyncPhase::Idle));

    let status = field.sync_now(Nothing {}).unwrap();
    assert_eq!(status.paused_since_ms, None);
    assert_eq!(idle(&field).error.unwrap().code, ErrorCode::ServerUnreachable);
    assert!(calls.load(Ordering::SeqCst) > 0);
    assert_eq!(field.get_visit(VisitArgs { visit }).unwrap().visit.answers.len(), 2);
}

#[test]
fn a_pause_ends_what_is_under_way() {
    let home = tempfile::tempdir().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut county = County::new();
    county.server_url = format!("http://{}", listener.local_addr().unwrap());
    let field = county.laptop(home.path());
    field.sync_now(Nothing {}).unwrap();
    // A server that takes the call and never answers.
    let (_held, _) = listener.accept().unwrap();
    assert_ne!(field.sync_status(Nothing {}).unwrap().phase, SyncPhase::Idle);
    let began = Instant::now();
    field.pause_sync(Nothing {}).unwrap();
    let status = idle(&field);
    assert!(began.elapsed() < Duration::from_secs(5), "what is under way was waited for");
    assert!(status.error.is_none() && status.online.is_none() && status.paused_since_ms.is_some());
}
