//! A server's folder that was put back from a backup, and a clock that was set back.

use ledger::sync::{Request, StreamHead, answer};
use seal::checkpoint::Checkpoint;
use server::{Clock, county};

use crate::laptop::Laptop;
use crate::running::{Server, copy};

#[tokio::test]
async fn a_database_put_back_within_its_epoch_is_noticed_by_a_cursor_that_is_ahead() {
    let server = Server::start().await;
    let mut laptop = Laptop::ready(&server, "qinghe").await;
    let backup = server.data.path().join("backup");
    copy(&server.data.path().join("data"), &backup);
    laptop.make_visit(&server);
    let heard = laptop.sync(&server).await.epoch;

    let mut opened = county::open(&backup, Clock::system()).unwrap();
    let request = Request {
        epoch: Some(heard),
        entries: Vec::new(),
        ..laptop.request()
    };
    let told = answer(&mut opened.db, &request, 0).unwrap();
    assert_ne!(told.epoch, heard);
    assert!(told.reconcile, "the device hands back what the backup lacks");
    let note = Checkpoint::open(told.checkpoint.unwrap().as_bytes(), &laptop.server_key).unwrap();
    assert!(note.origin.ends_with(&told.epoch.to_string()));

    // Whoever shows wrong cursors from now on begins nothing.
    let wrong = Request {
        epoch: Some(told.epoch),
        cursor: StreamHead {
            sseq: u64::MAX / 4,
            ..laptop.cursor
        },
        ..request.clone()
    };
    assert_eq!(answer(&mut opened.db, &wrong, 0).unwrap().epoch, told.epoch);
    drop(opened);
    let mut again = county::open(&backup, Clock::system()).unwrap();
    let kept = Request {
        cursor: StreamHead::start(&laptop.scope),
        epoch: None,
        ..request
    };
    assert_eq!(
        answer(&mut again.db, &kept, 0).unwrap().epoch,
        told.epoch,
        "the epoch stands in both places"
    );
}

#[tokio::test]
async fn checkpoints_never_run_backwards() {
    let server = Server::start().await;
    let mut laptop = Laptop::ready(&server, "qinghe").await;
    laptop.sync(&server).await;
    server.wait_minutes(-24 * 60);
    laptop.make_visit(&server);
    laptop.sync(&server).await;
    let notes = server.app.with_db(|db| db.checkpoints(&laptop.scope)).unwrap();
    let times = notes
        .iter()
        .map(|note| Checkpoint::open(note.as_bytes(), &laptop.server_key).unwrap().time_ms);
    let times: Vec<i64> = times.collect();
    assert!(times.len() > 2 && times.is_sorted(), "{times:?}");
}
