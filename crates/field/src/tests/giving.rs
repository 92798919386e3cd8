//! A sealed record without a printer: to a phone over a page of this laptop, on a stick; and what nobody gets that way.

use std::net::TcpStream;
use std::time::{Duration, Instant};

use contract::field::*;
use contract::shared::Nothing;
use domain::operation::GivenHow;
use domain::{Visit, VisitId};
use reqwest::{Client, Method, StatusCode};

use super::county::{County, LI, WANG, person};
use super::visit::{end, open_visit, signer};
use crate::Field;

pub fn sealed(field: &Field) -> VisitId {
    let visit = open_visit(field);
    end(field, visit);
    let way = CountersignWay::Absent {
        reason: "关门".into(),
        photo: None,
    };
    field.countersign(CountersignArgs { visit, way }).unwrap();
    let signers = vec![signer(WANG, "wang-passphrase"), signer(LI, "li-passphrase")];
    field.seal_visit(SealVisit { visit, signers }).unwrap();
    visit
}

fn ready(field: &Field, visit: VisitId) -> RecordReady {
    field.make_record(MakeRecord { visit, copy: false }).unwrap()
}

fn share(field: &Field, visit: VisitId) -> Result<Sharing, contract::ApiError> {
    field.share_record(ShareRecord {
        visit,
        handle: ready(field, visit).handle,
        address: "127.0.0.1".into(),
        to: " 曹爱莲 ".into(),
    })
}

fn state(field: &Field, visit: VisitId) -> Visit {
    field.get_visit(VisitArgs { visit }).unwrap().visit
}

/// Host and port of a page's address.
fn host(url: &str) -> &str {
    url.strip_prefix("http://").unwrap().split('/').next().unwrap()
}

/// Waits until nobody listens any more.
fn is_gone(url: &str) {
    let began = Instant::now();
    while TcpStream::connect(host(url)).is_ok() {
        assert!(began.elapsed() < Duration::from_secs(10), "the page is still there");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_phone_gets_the_record_and_nothing_else_and_the_giving_is_recorded() {
    let home = tempfile::tempdir().unwrap();
    let field = County::new().laptop(home.path());
    let visit = sealed(&field);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let http = Client::builder().no_proxy().build().unwrap();
    let offered = share(&field, visit).unwrap();
    assert!(offered.open && offered.url.starts_with("http://127.0.0.1:"));
    assert!(offered.qr.len() >= 21 && offered.qr.iter().all(|row| row.len() == offered.qr.len()));
    let ask = |method: Method, url: &str| {
        let response = runtime.block_on(http.request(method, url).send()).unwrap();
        let status = response.status();
        (status, response.headers().clone(), runtime.block_on(response.bytes()).unwrap().to_vec())
    };

    // Nothing under any other address, by any other method, or under another name of this machine.
    let base = format!("http://{}", host(&offered.url));
    let token = offered.url.rsplit('/').next().unwrap();
    let wrong = format!("{base}/r/{}", token.chars().rev().collect::<String>());
    for path in [
        "/",
        "/r/",
        "/r",
        "/index.html",
        "/session",
        "/call/app_state",
        "/records/x",
        "/r/../store.db",
    ] {
        assert_eq!(ask(Method::GET, &format!("{base}{path}")).0, StatusCode::NOT_FOUND, "{path}");
    }
    for url in [
        &wrong,
        &format!("{wrong}/record.pdf"),
        &format!("{}/other.pdf", offered.url),
        &format!("{}/record.pdf/x", offered.url),
    ] {
        assert_eq!(ask(Method::GET, url).0, StatusCode::NOT_FOUND, "{url}");
    }
    for method in [Method::HEAD, Method::POST, Method::PUT, Method::OPTIONS, Method::DELETE] {
        assert_eq!(
            ask(method.clone(), &format!("{}/record.pdf", offered.url)).0,
            StatusCode::NOT_FOUND,
            "{method}"
        );
    }
    let renamed = http.get(format!("{}/record.pdf", offered.url)).header("host", "evil.example").send();
    assert_eq!(runtime.block_on(renamed).unwrap().status(), StatusCode::NOT_FOUND);
    assert!(state(&field, visit).given.is_empty(), "nothing was given yet");

    let (status, headers, page) = ask(Method::GET, &offered.url);
    let page = String::from_utf8(page).unwrap();
    assert_eq!(status, StatusCode::OK);
    assert!(page.contains("保存检查记录") && page.contains("Save the record"));
    assert!(page.len() < 4_000 && !page.contains("<script"));
    assert_eq!(headers["cache-control"], "no-store");
    assert!(state(&field, visit).given.is_empty(), "looking at the page gives nothing");

    let pdf = format!("{}/record.pdf", offered.url);
    let (status, headers, bytes) = ask(Method::GET, &pdf);
    assert_eq!((status, headers["content-type"].to_str().unwrap()), (StatusCode::OK, "application/pdf"));
    assert!(bytes.starts_with(b"%PDF"));
    let given = state(&field, visit).given;
    assert_eq!(given.len(), 1);
    assert_eq!((given[0].given.how, given[0].given.to.as_str()), (GivenHow::Phone, "曹爱莲"));
    assert_eq!(given[0].given.pdf, seal::Digest::of(&bytes).to_hex());
    assert_eq!(Some(&given[0].given.seal), field.get_visit(VisitArgs { visit }).unwrap().seal_id.as_ref());
    assert_eq!(field.share_status(Nothing {}).unwrap().unwrap().fetched, 1);

    for n in 2..=5 {
        assert_eq!(ask(Method::GET, &pdf).0, StatusCode::OK, "fetching {n}");
    }
    assert_eq!(state(&field, visit).given.len(), 1, "one handing over is recorded once");
    is_gone(&offered.url);
    let over = field.share_status(Nothing {}).unwrap().unwrap();
    assert_eq!((over.left, over.open), (0, false));
    assert!(field.rebuild().unwrap());
}

#[test]
fn closing_the_offer_or_locking_the_screen_takes_the_page_away() {
    let home = tempfile::tempdir().unwrap();
    let field = County::new().laptop(home.path());
    let visit = sealed(&field);
    let first = share(&field, visit).unwrap();
    let second = share(&field, visit).unwrap();
    assert_ne!(first.url, second.url);
    is_gone(&first.url);
    field.stop_sharing(Nothing {}).unwrap();
    is_gone(&second.url);
    let third = share(&field, visit).unwrap();
    FieldHost::lock(&field, Nothing {}).unwrap();
    is_gone(&third.url);
    field
        .unlock(Unlock {
            person: super::county::person(WANG),
            passphrase: "wang-passphrase".into(),
        })
        .unwrap();
    assert!(state(&field, visit).given.is_empty());
    assert!(field.share_status(Nothing {}).unwrap().is_none());
}

#[test]
fn what_is_not_sealed_is_not_given_and_nobody_is_somebody() {
    let home = tempfile::tempdir().unwrap();
    let field = County::new().laptop(home.path());
    let open = open_visit(&field);
    end(&field, open);
    assert_eq!(share(&field, open).unwrap_err().params["rule"], "not_sealed");
    let visit = sealed(&field);
    let handle = ready(&field, visit).handle;
    let give = |how, to: &str, handle: &str| {
        field.give_record(GiveRecord {
            visit,
            handle: handle.into(),
            how,
            to: to.into(),
        })
    };
    assert_eq!(give(GivenHow::Stick, "  ", &handle).unwrap_err().params["rule"], "recipient");
    assert_eq!(give(GivenHow::Stick, "曹爱莲", "0").unwrap_err().code, contract::ErrorCode::NotFound);
    assert_eq!(
        give(GivenHow::Phone, "曹爱莲", &handle).unwrap_err().code,
        contract::ErrorCode::BadRequest
    );
    let view = give(GivenHow::Stick, "曹爱莲", &handle).unwrap();
    assert_eq!((view.visit.given[0].given.how, view.visit.given[0].given.copy), (GivenHow::Stick, false));
    assert_eq!(view.visit.uncovered, []);
    let strange = field.share_record(ShareRecord {
        visit,
        handle,
        address: "203.0.113.9".into(),
        to: "x".into(),
    });
    assert_eq!(
        strange.unwrap_err().code,
        contract::ErrorCode::NotFound,
        "an address that is not this laptop's"
    );
}

#[test]
fn the_paper_that_was_handed_over_is_the_one_printed_from_the_saved_file() {
    let home = tempfile::tempdir().unwrap();
    let field = County::new().laptop(home.path());
    let visit = sealed(&field);
    let original = ready(&field, visit);
    let digest = seal::Digest::of(&field.record_pdf(&original.handle).unwrap()).to_hex();
    field.record_kept(&original.handle).unwrap();
    let print = |field: &Field| {
        let args = GiveRecord {
            visit,
            handle: ready(field, visit).handle,
            how: GivenHow::Print,
            to: "曹爱莲".into(),
        };
        let given = field.give_record(args).unwrap().visit.given;
        let last = given.last().unwrap();
        (last.given.pdf.clone(), last.given.copy)
    };
    assert!(ready(&field, visit).copy, "what is laid out by now is a copy");
    assert_eq!(print(&field), (digest.clone(), false));
    drop(field);
    let field = super::county::field(home.path());
    field
        .unlock(Unlock {
            person: person(WANG),
            passphrase: "wang-passphrase".into(),
        })
        .unwrap();
    assert_eq!(print(&field), (digest.clone(), false), "also after a restart");
    let copy = ready(&field, visit);
    field.record_kept(&copy.handle).unwrap();
    let (printed, is_copy) = print(&field);
    assert!(is_copy && printed != digest);
}

#[test]
fn after_a_print_that_was_handed_over_there_are_copies_only() {
    let home = tempfile::tempdir().unwrap();
    let field = County::new().laptop(home.path());
    let visit = sealed(&field);
    let original = ready(&field, visit);
    let args = GiveRecord {
        visit,
        handle: original.handle,
        how: GivenHow::Print,
        to: "曹爱莲".into(),
    };
    assert!(!field.give_record(args).unwrap().visit.given[0].given.copy);
    assert!(ready(&field, visit).copy);
}
