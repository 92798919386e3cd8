//! Paper signed by hand joins a sealed record: signed by whoever attaches it, printed as what it is, and never taken for more.

use contract::ErrorCode;
use contract::field::*;
use domain::operation::{Operation, PaperSigner};
use domain::{VisitId, VisitPhase};
use seal::keys::PublicKey;
use seal::{canonical, dsse, payload_type};

use super::county::{County, LI, WANG, person};
use super::standing::{certified, said_elsewhere};
use super::visit::{end, open_visit, photo, signer};
use crate::Field;

fn sealed(field: &Field) -> VisitId {
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

fn args(visit: VisitId, handles: &[String]) -> AttachPaper {
    AttachPaper {
        visit,
        handles: handles.to_vec(),
        signers: vec![PaperSigner {
            name: " 葛𪨶 ".into(),
            role: "站长".into(),
        }],
        note: "加盖公章".into(),
        person: person(LI),
        passphrase: "li-passphrase".into(),
    }
}

fn scans(field: &Field, folder: &std::path::Path, shades: &[u8]) -> Vec<String> {
    let paths = shades.iter().map(|shade| {
        let path = folder.join(format!("scan-{shade}.jpg"));
        photo(&path, *shade);
        path
    });
    let paths = paths.collect();
    field.register_paths(paths).into_iter().map(|file| file.handle).collect()
}

#[test]
fn scanned_pages_join_signed_and_are_printed_as_level_0() {
    let (home, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut county = County::new();
    let field = county.laptop(home.path());
    let visit = sealed(&field);
    let before = field.get_visit(VisitArgs { visit }).unwrap();
    let record = |field: &Field| {
        let ready = field.make_record(MakeRecord { visit, copy: false }).unwrap();
        (ready.handle.clone(), field.record_pdf(&ready.handle).unwrap())
    };
    let (first_handle, first_pdf) = record(&field);
    let handles = scans(&field, folder.path(), &[10, 90]);
    let view = field.attach_paper(args(visit, &handles)).unwrap();
    assert_eq!(
        (view.phase, &view.seal_id),
        (VisitPhase::Sealed, &before.seal_id),
        "what was sealed stays"
    );
    assert_eq!(view.visit.sealed, before.visit.sealed);
    let attached = &view.visit.papers[0].attached;
    assert_eq!(Some(&attached.paper.seal), view.seal_id.as_ref());
    assert_eq!((attached.paper.signers[0].name.as_str(), attached.name.as_str()), ("葛𪨶", "李𬭼"));
    let names: Vec<&str> = attached.paper.pages.iter().map(|page| page.name.as_str()).collect();
    assert_eq!(names, ["scan-10.jpg", "scan-90.jpg"]);
    assert!(view.visit.uncovered.is_empty() && view.visit.refused.is_empty());

    // The signature is over these very pages, by the person's key, and the bytes are in the vault.
    let key: PublicKey = attached.public_key.parse().unwrap();
    let signature = seal::keys::Signature(seal::base64_decode(&attached.signature).unwrap());
    let bytes = canonical::to_vec(&attached.paper).unwrap();
    key.verify_strict(&dsse::pae(payload_type::PAPER, &bytes), &signature).unwrap();
    for page in &attached.paper.pages {
        let on_disk = std::fs::read(folder.path().join(&page.name)).unwrap();
        assert_eq!(field.image("original", &page.photo.to_string()).unwrap().1, on_disk);
        assert_eq!(field.image("thumbnail", &page.photo.to_string()).unwrap().0, "image/jpeg");
    }

    // A page leaves like a photo, byte for byte, and an entry says so.
    let page = &attached.paper.pages[1];
    let wanted = ExportPhoto {
        visit,
        photo: page.photo,
        watermark: false,
        to: "县商务局".into(),
        english: false,
    };
    let ready = field.export_photo(wanted).unwrap();
    assert_eq!((&ready.sha256, &ready.file_name), (&page.original.sha256, &page.name));
    field.document_kept(&ready.handle).unwrap();
    let left = field.get_visit(VisitArgs { visit }).unwrap().visit.exported;
    assert_eq!(left.iter().map(|one| one.exported.photo).collect::<Vec<_>>(), [page.photo]);

    let status = field.sync_status(contract::shared::Nothing {}).unwrap();
    assert_eq!(
        (status.thumbnails, status.originals),
        (2, 4),
        "pages are sent like photos: two of them, a record and a statement"
    );

    // The print says so, and is another print than before.
    let notes = &view.paper_notes[0];
    assert_eq!(
        (notes.holds, notes.certified, notes.previews.as_slice()),
        (true, false, [true, true].as_slice())
    );
    let (second_handle, second_pdf) = record(&field);
    assert_ne!(first_handle, second_handle);
    assert!(second_pdf.len() > first_pdf.len());
    assert!(field.rebuild().unwrap(), "rebuilt equals incremental");

    // Once the county certifies the key, that is said too.
    let certified = certified(&county, &field, person(LI), &key);
    county.say(&field, vec![(person(LI).0, certified)]);
    assert!(field.get_visit(VisitArgs { visit }).unwrap().paper_notes[0].certified);
    assert_ne!(record(&field).0, second_handle);
}

#[test]
fn a_paper_in_whose_name_nobody_signed_is_shown_as_such_and_never_printed() {
    let (home, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut county = County::new();
    let field = county.laptop(home.path());
    let visit = sealed(&field);
    let printed = |field: &Field| field.make_record(MakeRecord { visit, copy: false }).unwrap().handle;
    let handles = scans(&field, folder.path(), &[10]);
    let good = field.attach_paper(args(visit, &handles)).unwrap().visit.papers[0].attached.clone();
    let before = printed(&field);
    // Another laptop says the same of other pages, with the signature that was made over these.
    let mut forged = good.clone();
    forged.paper.pages[0].photo = domain::PhotoId(uuid::Uuid::now_v7());
    forged.paper.pages[0].original.sha256 = "9".repeat(64);
    let heads = field.0.opened().unwrap().store.heads_of(&visit.0).unwrap();
    let frames = said_elsewhere(visit.0, &heads[0].1.id, &[Operation::PaperAttached(Box::new(forged))]);
    county.hand_over(&field, &frames);
    let view = field.get_visit(VisitArgs { visit }).unwrap();
    let holds: Vec<bool> = view.paper_notes.iter().map(|note| note.holds).collect();
    assert_eq!(
        (holds.as_slice(), view.visit.papers.len()),
        ([true, false].as_slice(), 2),
        "kept, as it is"
    );
    assert_eq!(printed(&field), before, "the print holds what proves something");
    assert!(field.rebuild().unwrap());
}

#[test]
fn what_is_missing_or_wrong_attaches_nothing_and_says_why() {
    let (home, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let field = County::new().laptop(home.path());
    let handles = scans(&field, folder.path(), &[10]);
    let open = open_visit(&field);
    let rule = |args: AttachPaper| field.attach_paper(args).unwrap_err();
    assert_eq!(rule(args(open, &handles)).params["rule"], "not_sealed");
    let visit = sealed(&field);
    assert_eq!(rule(args(visit, &[])).params["rule"], "pages");
    let nobody = AttachPaper {
        signers: Vec::new(),
        ..args(visit, &handles)
    };
    assert_eq!(rule(nobody).params["rule"], "paper_signers");
    let wrong = AttachPaper {
        passphrase: "not this one".into(),
        ..args(visit, &handles)
    };
    assert_eq!(rule(wrong).code, ErrorCode::WrongPassphrase);
    let stranger = AttachPaper {
        person: person("01a05a44-0000-76b8-ae47-000000000009"),
        ..args(visit, &handles)
    };
    assert_eq!(rule(stranger).params["rule"], "not_in_team");
    let twice = [handles[0].clone(), {
        let copy = folder.path().join("again.jpg");
        std::fs::copy(folder.path().join("scan-10.jpg"), &copy).unwrap();
        field.register_paths(vec![copy]).remove(0).handle
    }];
    assert_eq!(rule(args(visit, &twice)).params["rule"], "same_page");
    let text = folder.path().join("notes.txt");
    std::fs::write(&text, "纸面内容").unwrap();
    let text = field.register_paths(vec![text]).remove(0).handle;
    let refused = rule(args(visit, &[text]));
    assert_eq!(
        (refused.params["rule"].as_str(), refused.params["name"].as_str()),
        ("page_format", "notes.txt")
    );
    let gone = field.register_paths(vec![folder.path().join("gone.jpg")]).remove(0).handle;
    assert_eq!(rule(args(visit, &[gone])).code, ErrorCode::FileUnreadable);
    let many = folder.path().join("many");
    std::fs::create_dir(&many).unwrap();
    for n in 0..21 {
        std::fs::write(many.join(format!("{n}.jpg")), [n]).unwrap();
    }
    let many = field.register_paths(vec![many]).remove(0).handle;
    assert_eq!(rule(args(visit, &[many])).params["most"], "20");
    let view = field.get_visit(VisitArgs { visit }).unwrap();
    assert!(view.visit.papers.is_empty() && view.visit.refused.is_empty());
    // And then it works, once.
    field.attach_paper(args(visit, &handles)).unwrap();
    assert_eq!(rule(args(visit, &handles)).params["rule"], "same_page");
}
