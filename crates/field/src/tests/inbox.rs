//! Photos that wait to be sorted out: durable, proposed and assigned, in second copies; and imports that were cut.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use contract::field::*;
use contract::shared::Nothing;
use domain::inbox::Reason;
use domain::{PersonId, PhotoId, VisitId};

use super::copies::{made, stick, take_in};
use super::county::{County, LI, WANG, field, person};
use super::visit::{import, open_visit, photo};
use crate::Field;
use crate::import::begun::Begun;

fn unlock(field: &Field, id: &str, passphrase: &str) {
    let unlock = Unlock {
        person: person(id),
        passphrase: passphrase.into(),
    };
    field.unlock(unlock).unwrap();
}

/// A card with photos of these shades, taken now as their clock says.
fn card(home: &Path, shades: &[u8]) -> PathBuf {
    let card = home.join("card");
    std::fs::create_dir_all(&card).unwrap();
    for shade in shades {
        photo(&card.join(format!("{shade}.jpg")), *shade);
    }
    card
}

fn over(field: &Field, import: &str) -> ImportReport {
    let began = Instant::now();
    loop {
        let report = field.import_report(ImportArgs { import: import.into() }).unwrap();
        if report.finished {
            return report;
        }
        assert!(began.elapsed() < Duration::from_secs(60));
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn bring_in(field: &Field, path: &Path) -> Vec<ImportOutcome> {
    let handle = field.register_paths(vec![path.to_owned()]).remove(0).handle;
    let args = ImportToInbox {
        handles: vec![handle],
        method: "dialog".into(),
    };
    let import = field.import_to_inbox(args).unwrap().import;
    over(field, &import).rows.into_iter().map(|row| row.outcome).collect()
}

fn inbox(field: &Field) -> Inbox {
    field.list_inbox(Nothing {}).unwrap()
}

fn ids(inbox: &Inbox) -> Vec<PhotoId> {
    inbox.photos.iter().map(|photo| photo.attached.photo).collect()
}

fn assign(field: &Field, photos: &[PhotoId], visit: VisitId) -> Assigned {
    let one = |photo: &PhotoId| Assignment {
        photo: *photo,
        visit,
        items: vec!["C4-04".into()],
    };
    let assignments = photos.iter().map(one).collect();
    field.assign_photos(AssignPhotos { assignments }).unwrap()
}

#[test]
fn what_waits_survives_a_restart_and_goes_into_its_visit_once() {
    let home = tempfile::tempdir().unwrap();
    let a = County::new().laptop(home.path());
    let visit = open_visit(&a);
    let card = card(home.path(), &[1, 90, 180]);
    assert_eq!(bring_in(&a, &card), [ImportOutcome::Taken; 3]);
    assert_eq!(bring_in(&a, &card), [ImportOutcome::Duplicate; 3], "nothing waits twice");
    drop(a);

    let a = field(home.path());
    unlock(&a, WANG, "wang-passphrase");
    let waiting = inbox(&a);
    assert_eq!((waiting.photos.len(), waiting.visits.len()), (3, 1));
    for one in &waiting.photos {
        assert_eq!(one.reasons, [Reason::NoTime, Reason::NoPosition]);
        assert_eq!((one.proposal.is_none(), one.aside, one.attached.distance_m), (true, false, None));
        let id = one.attached.photo.to_string();
        assert_eq!(a.image("original", &id).unwrap().1, std::fs::read(card.join(&one.attached.name)).unwrap());
        assert!(a.image("thumbnail", &id).is_ok() && a.image("preview", &id).is_ok());
    }
    let [one, two, three] = ids(&waiting)[..] else { panic!("three wait") };

    let done = assign(&a, &[one, two], visit);
    assert_eq!((done.taken, done.refused.len(), ids(&done.inbox)), (2, 0, vec![three]));
    let view = a.get_visit(VisitArgs { visit }).unwrap();
    let attached: Vec<_> = view.visit.photos.iter().map(|photo| photo.attached.clone()).collect();
    assert_eq!(attached.iter().map(|photo| photo.photo).collect::<Vec<_>>(), [one, two]);
    let arrived = waiting.photos[0].arrived_at_ms;
    assert_eq!(
        (attached[0].arrived_at_ms, &attached[0].items),
        (Some(arrived), &vec!["C4-04".to_owned()])
    );
    assert_eq!(view.visit.photos[0].items, ["C4-04"]);

    // Twice, or into a visit that has the same bytes: it stays where it is, with the rule.
    let again = assign(&a, &[one], visit);
    assert_eq!((again.taken, again.refused[0].rule.as_str()), (0, "no_photo"));
    import(&a, visit, vec![card.join(&waiting.photos[2].attached.name)]);
    let same = assign(&a, &[three], visit);
    assert_eq!((same.refused[0].rule.as_str(), ids(&same.inbox)), ("same_photo", vec![three]));

    let aside = |aside: bool| PutAside { photos: vec![three], aside };
    assert!(a.put_aside(aside(true)).unwrap().photos[0].aside);
    assert_eq!(
        bring_in(&a, &card),
        [ImportOutcome::Duplicate; 3],
        "a card gone through again brings nothing anew"
    );
    assert!(!a.put_aside(aside(false)).unwrap().photos[0].aside);
}

#[test]
fn a_photo_of_the_visits_hours_is_proposed_for_it() {
    let home = tempfile::tempdir().unwrap();
    let a = County::new().laptop(home.path());
    let visit = open_visit(&a);
    let described = a.get_visit(VisitArgs { visit }).unwrap().visit.description;
    let card = card(home.path(), &[7]);
    let taken = chrono::DateTime::from_timestamp_millis(described.started_at_ms + 5 * 60_000).unwrap();
    let local = taken.with_timezone(&chrono::FixedOffset::east_opt(described.utc_offset_min * 60).unwrap());
    let exif = local.format("%Y:%m:%d %H:%M:%S").to_string();
    let offset = local.format("%:z").to_string();
    let told = std::process::Command::new("exiftool")
        .args([
            "-q",
            "-overwrite_original",
            &format!("-DateTimeOriginal={exif}"),
            &format!("-OffsetTimeOriginal={offset}"),
        ])
        .arg(card.join("7.jpg"))
        .status()
        .unwrap();
    assert!(told.success());
    bring_in(&a, &card);
    let waiting = inbox(&a);
    let proposal = waiting.photos[0].proposal.clone().unwrap();
    assert_eq!((proposal.visit, waiting.photos[0].reasons[0].clone()), (Some(visit), Reason::DuringVisit));
    assert!(waiting.photos[0].station_name.as_deref().is_some_and(|name| !name.is_empty()));
}

#[test]
fn what_waits_is_its_owners_and_comes_back_from_a_second_copy() {
    let (home_a, home_b, stick) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), stick());
    let mut county = County::new();
    let a = county.laptop(home_a.path());
    let visit = open_visit(&a);
    bring_in(&a, &card(home_a.path(), &[1, 90]));
    assert_eq!(
        a.sync_status(Nothing {}).unwrap().uncopied.visits,
        2,
        "the visit, and all that waits as one thing"
    );
    unlock(&a, LI, "li-passphrase");
    assert!(inbox(&a).photos.is_empty(), "another inspector does not see it");
    unlock(&a, WANG, "wang-passphrase");
    let first = ids(&inbox(&a))[0];
    made(&a, stick.path());
    assign(&a, &[first], visit);

    let b = county.laptop(home_b.path());
    take_in(&b, stick.path());
    unlock(&b, WANG, "wang-passphrase");
    let there = inbox(&b);
    assert_eq!(there.photos.len(), 2);
    for one in &there.photos {
        b.image("original", &one.attached.photo.to_string()).unwrap();
        b.image("thumbnail", &one.attached.photo.to_string()).unwrap();
    }
    // Where it has come into its visit since, the copy does not bring it back.
    take_in(&a, stick.path());
    unlock(&a, WANG, "wang-passphrase");
    assert_eq!(inbox(&a).photos.len(), 1);
}

fn interrupted(field: &Field, by: PersonId, visit: Option<VisitId>, root: PathBuf) {
    let begun = Begun::new(visit, Vec::new(), "dialog", vec![root]);
    field.0.opened().unwrap().store.note_begun(by, &begun).unwrap();
}

#[test]
fn an_import_that_was_cut_is_finished_at_the_next_start() {
    let home = tempfile::tempdir().unwrap();
    let a = County::new().laptop(home.path());
    let visit = open_visit(&a);
    let card = card(home.path(), &[1, 90, 180]);
    import(&a, visit, vec![card.join("1.jpg")]);
    interrupted(&a, person(WANG), Some(visit), card.clone());
    interrupted(&a, person(LI), None, card);
    drop(a);

    let a = field(home.path());
    let (told, hears) = std::sync::mpsc::channel();
    a.subscribe(move |event| {
        if let HostEvent::Import { progress } = event {
            let _ = told.send(progress);
        }
    });
    unlock(&a, WANG, "wang-passphrase");
    let end = std::iter::from_fn(|| hears.recv_timeout(Duration::from_secs(60)).ok()).find(|progress| progress.finished);
    let end = end.unwrap();
    assert!(end.resumed && end.visit == Some(visit));
    let outcomes: Vec<_> = over(&a, &end.import).rows.into_iter().map(|row| row.outcome).collect();
    assert_eq!(outcomes, [ImportOutcome::Duplicate, ImportOutcome::Taken, ImportOutcome::Taken]);
    assert_eq!(a.get_visit(VisitArgs { visit }).unwrap().visit.photos.len(), 3);
    unlock(&a, WANG, "wang-passphrase");
    assert!(hears.recv_timeout(Duration::from_millis(300)).is_err(), "it is finished once");
    assert!(inbox(&a).photos.is_empty(), "another inspector's import waits for that inspector");
}

#[test]
fn progress_counts_bytes_to_the_last_also_of_what_is_not_read() {
    let home = tempfile::tempdir().unwrap();
    let a = County::new().laptop(home.path());
    let card = card(home.path(), &[1]);
    // What a system left there is refused unread.
    std::fs::write(card.join("film.mp4"), vec![7; 24 << 20]).unwrap();
    std::fs::write(card.join("Thumbs.db"), vec![7; 5 << 20]).unwrap();
    let all: u64 = std::fs::read_dir(&card)
        .unwrap()
        .map(|file| file.unwrap().metadata().unwrap().len())
        .sum();
    let (told, hears) = std::sync::mpsc::channel();
    a.subscribe(move |event| {
        if let HostEvent::Import { progress } = event {
            let _ = told.send(progress);
        }
    });
    bring_in(&a, &card);
    let mut heard = Vec::new();
    while heard.last().is_none_or(|at: &ImportProgress| !at.finished) {
        heard.push(hears.recv_timeout(Duration::from_secs(60)).unwrap());
    }
    assert!(heard.iter().all(|at| at.total_bytes == all), "{heard:?}");
    assert!(heard.is_sorted_by_key(|at| at.bytes), "{heard:?}");
    assert_eq!((heard[0].bytes, heard.last().unwrap().bytes), (0, all));
}
