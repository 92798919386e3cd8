//! One visit in-process, from the card to signatures that hold.

use std::path::Path;
use std::time::{Duration, Instant};

use contract::ErrorCode;
use contract::field::*;
use contract::shared::{DataState, KeyStanding, Nothing};
use domain::finding::{ResponsibleUnit, Severity, UnitRole};
use domain::operation::Strokes;
use domain::{Answer, Finding, FindingId, VisitId, VisitPhase};
use image::{ImageFormat, RgbImage};
use seal::keys::{PublicKey, Signature};
use seal::statement::{Statement, signing_bytes};
use uuid::Uuid;

use super::county::{County, LI, WANG, person, station};
use crate::Field;

pub fn open_visit(field: &Field) -> VisitId {
    let opened = field.open_visit(OpenVisit {
        station: station(),
        pack: "C4".into(),
        team: vec![person(WANG), person(LI)],
        methods: vec!["on_site".into()],
        started_at_ms: 1_790_000_000_000,
        utc_offset_min: 480,
    });
    opened.unwrap().visit.id
}

pub fn not_checked(field: &Field, visit: VisitId, item: &str, reason: &str) -> VisitView {
    let answer = Answer::NotChecked { reason: reason.into() };
    let item = item.to_owned();
    let answer = Some(answer);
    field.answer_item(AnswerItem { visit, item, answer }).unwrap()
}

pub fn end(field: &Field, visit: VisitId) {
    let described = field.describe_visit(DescribeVisit {
        visit,
        team: vec![person(WANG), person(LI)],
        methods: vec!["on_site".into()],
        started_at_ms: 1_790_000_000_000,
        ended_at_ms: Some(1_790_003_600_000),
        utc_offset_min: 480,
        situation: "站点正常营业".into(),
        seconded: Vec::new(),
    });
    described.unwrap();
}

pub fn signer(id: &str, passphrase: &str) -> SignerPassphrase {
    SignerPassphrase {
        person: person(id),
        passphrase: passphrase.into(),
    }
}

pub fn photo(path: &Path, shade: u8) {
    let picture = RgbImage::from_fn(900, 600, |x, y| image::Rgb([shade, (x % 251) as u8, (y % 241) as u8]));
    picture.save_with_format(path, ImageFormat::Jpeg).unwrap();
}

pub fn import(field: &Field, visit: VisitId, paths: Vec<std::path::PathBuf>) -> ImportReport {
    import_within(Duration::from_secs(60), field, visit, paths)
}

/// Brings files and folders in and waits for the report, so long at most.
pub fn import_within(most: Duration, field: &Field, visit: VisitId, paths: Vec<std::path::PathBuf>) -> ImportReport {
    let handles = field.register_paths(paths).into_iter().map(|h| h.handle).collect();
    let args = ImportPhotos {
        visit,
        handles,
        items: vec!["C4-04".into()],
        method: "drop".into(),
    };
    let import = field.import_photos(args).unwrap().import;
    let began = Instant::now();
    loop {
        let report = field.import_report(ImportArgs { import: import.clone() }).unwrap();
        if report.finished {
            return report;
        }
        assert!(began.elapsed() < most);
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn from_the_card_to_a_seal_that_anybody_can_check() {
    let home = tempfile::tempdir().unwrap();
    let mut county = County::new();
    let field = county.laptop(home.path());
    let state = field.app_state(Nothing {}).unwrap();
    assert_eq!((state.phase, state.session), (StartPhase::Ready, Some(person(WANG))));
    assert_eq!(state.people.len(), 2);
    assert!(state.people.iter().all(|p| p.standing == KeyStanding::Pending));
    assert_eq!(
        field
            .list_stations(ListStations {
                search: "青禾 榆林".into()
            })
            .unwrap()
            .len(),
        1
    );
    assert_eq!(field.list_stations(ListStations { search: "桑园".into() }).unwrap().len(), 0);
    assert_eq!(field.list_packs(Nothing {}).unwrap().len(), 1);

    let visit = open_visit(&field);
    assert_eq!(
        field.list_stations(ListStations { search: String::new() }).unwrap()[0].open_visit,
        Some(visit)
    );
    let draft = |raw: &str| SaveDraft {
        visit,
        slot: "C4-21".into(),
        raw: raw.into(),
    };
    field.save_draft(draft("{\"typed\":\"台账\"}")).unwrap();
    assert_eq!(field.get_visit(VisitArgs { visit }).unwrap().drafts.len(), 1);
    let view = not_checked(&field, visit, "C4-21", "台账被锁在镇里");
    assert!(view.drafts.is_empty(), "an answer drops its draft");
    let entries = field.sync_status(Nothing {}).unwrap().entries;
    not_checked(&field, visit, "C4-21", "台账被锁在镇里");
    assert_eq!(
        field.sync_status(Nothing {}).unwrap().entries,
        entries,
        "the same answer again says nothing"
    );

    let folder = home.path().join("card/DCIM");
    std::fs::create_dir_all(&folder).unwrap();
    photo(&folder.join("a.jpg"), 1);
    photo(&folder.join("b.jpg"), 90);
    std::fs::copy(folder.join("b.jpg"), folder.join("c.jpg")).unwrap();
    std::fs::write(folder.join("d.jpg"), b"").unwrap();
    std::fs::write(folder.join("e.pdf"), b"%PDF-1.7 not much of it").unwrap();
    let report = import(&field, visit, vec![home.path().join("card")]);
    let outcomes: Vec<(&str, ImportOutcome)> = report.rows.iter().map(|r| (r.name.as_str(), r.outcome)).collect();
    assert_eq!(outcomes.len(), 5, "{outcomes:?}");
    assert_eq!(outcomes.iter().filter(|o| o.1 == ImportOutcome::Taken).count(), 3, "{outcomes:?}");
    assert!(outcomes.contains(&("DCIM/d.jpg", ImportOutcome::Refused)), "{outcomes:?}");
    assert_eq!(report.rows.iter().filter(|r| r.outcome == ImportOutcome::Duplicate).count(), 1);
    let again = import(&field, visit, vec![folder.join("a.jpg")]);
    assert_eq!((again.rows[0].outcome, again.rows[0].name.as_str()), (ImportOutcome::Duplicate, "a.jpg"));
    let view = field.get_visit(VisitArgs { visit }).unwrap();
    assert_eq!(view.visit.photos.len(), 3);
    assert_eq!(view.data_state, DataState::LocalOnly);
    let first = &view.visit.photos.iter().find(|p| p.attached.name == "a.jpg").unwrap().attached;
    let id = first.photo.to_string();
    assert_eq!(field.image("original", &id).unwrap().1, std::fs::read(folder.join("a.jpg")).unwrap());
    for kind in ["thumbnail", "preview"] {
        let (mime, bytes) = field.image(kind, &id).unwrap();
        assert_eq!(mime, "image/jpeg");
        image::load_from_memory(&bytes).unwrap();
    }

    let finding = Finding {
        id: FindingId(Uuid::now_v7()),
        item: Some("C4-04".into()),
        facts: "门头没有统一标识".into(),
        severity: Severity::Major,
        requirement: "补装门头".into(),
        deadline: Some("2026-12-20".into()),
        units: vec![ResponsibleUnit {
            name: "青禾镇人民政府".into(),
            role: UnitRole::Lead,
        }],
        photos: vec![first.photo],
        fixed: None,
    };
    field.record_finding(RecordFinding { visit, finding }).unwrap();

    field.save_draft(draft("half")).unwrap();
    let gaps = field.seal_preview(VisitArgs { visit }).unwrap();
    let blocking: Vec<&str> = gaps.gaps.iter().filter(|g| g.blocks).map(|g| g.kind.as_str()).collect();
    assert_eq!(blocking, ["no_end", "no_countersign", "draft"]);
    assert_eq!(gaps.signers_here.len(), 2);
    let not_yet = field.make_record(MakeRecord { visit, copy: false }).unwrap_err();
    assert_eq!(not_yet.params["rule"], "no_end");
    end(&field, visit);
    let shown = field.make_record(MakeRecord { visit, copy: false }).unwrap();
    let content = shown.shown.clone().unwrap();
    let strokes = Strokes {
        v: 1,
        width: 800,
        height: 240,
        strokes: vec![vec![[10, 10, 0], [200, 90, 40]]],
    };
    field
        .countersign(CountersignArgs {
            visit,
            way: CountersignWay::Signed {
                name: "曹爱莲".into(),
                role: "负责人".into(),
                opinion: "属实".into(),
                strokes: strokes.clone(),
                shown: content.clone(),
            },
        })
        .unwrap();
    assert_eq!(field.get_strokes(VisitArgs { visit }).unwrap(), Some(strokes));

    let seal = |signers| field.seal_visit(SealVisit { visit, signers });
    let both = || vec![signer(WANG, "wang-passphrase"), signer(LI, "li-passphrase")];
    assert_eq!(seal(both()).unwrap_err().params["rule"], "draft");
    field.save_draft(draft("")).unwrap();
    let wrong = seal(vec![signer(WANG, "wang-passphrase"), signer(LI, "wang-passphrase")]);
    assert_eq!(wrong.unwrap_err().code, ErrorCode::WrongPassphrase);
    assert_eq!(field.get_visit(VisitArgs { visit }).unwrap().phase, VisitPhase::InProgress);

    // One now, the other later.
    let view = seal(vec![signer(LI, "li-passphrase")]).unwrap();
    assert_eq!(view.phase, VisitPhase::AwaitingSignature);
    let view = seal(vec![signer(WANG, "wang-passphrase")]).unwrap();
    assert_eq!(view.phase, VisitPhase::Sealed);
    assert_eq!(seal(both()).unwrap_err().params["rule"], "signed_already");

    let sealed = view.visit.sealed.as_ref().unwrap();
    let vault = &field.0.opened().unwrap().vault;
    let statement = vault.read(&sealed.statement.sha256.parse().unwrap()).unwrap();
    assert_eq!(view.seal_id.as_deref(), Some(seal::Digest::of(&statement).to_hex().as_str()));
    for signed in &view.visit.signatures {
        let key: PublicKey = signed.public_key.parse().unwrap();
        let signature = Signature(seal::base64_decode(&signed.signature).unwrap());
        key.verify_strict(&signing_bytes(&statement), &signature).unwrap();
        assert_eq!(key.kid().to_string(), signed.kid);
    }
    let subject = &Statement::parse(&statement).unwrap().subject[0];
    let record = vault.read(&subject.digest.sha256).unwrap();
    let record: domain::VisitRecord = seal::canonical::from_slice(&record).unwrap();
    assert_eq!((record.items.len(), record.photos.len(), record.findings.len()), (22, 3, 1));
    let written = seal::canonical::to_vec(&record.content().unwrap()).unwrap();
    assert_eq!(seal::Digest::of(&written).to_hex(), content, "what was shown is what was written");
    let head = &record.covers[0];
    let own_log = field.0.opened().unwrap().store.meta(crate::store::Meta::OwnLog).unwrap();
    assert_eq!((record.covers.len(), Some(&head.log)), (1, own_log.as_ref()));

    // Nothing can change any more, by any call.
    let refused = |answer: Result<VisitView, contract::ApiError>| assert_eq!(answer.unwrap_err().params["rule"], "sealed");
    let item = "C4-01".to_owned();
    refused(field.answer_item(AnswerItem { visit, item, answer: None }));
    refused(field.withdraw_finding(WithdrawFinding {
        visit,
        finding: record.findings[0].id,
        reason: "x".into(),
    }));
    let items = Vec::new();
    let caption = "x".into();
    refused(field.tie_photo(TiePhoto {
        visit,
        photo: record.photos[0].photo,
        items,
        caption,
    }));
    assert_eq!(field.save_draft(draft("late")).unwrap_err().params["rule"], "sealed");
    let late = ImportPhotos {
        visit,
        handles: Vec::new(),
        items: Vec::new(),
        method: "drop".into(),
    };
    assert_eq!(field.import_photos(late).unwrap_err().params["rule"], "sealed");

    let ready = field.make_record(MakeRecord { visit, copy: true }).unwrap();
    let pdf = field.record_pdf(&ready.handle).unwrap();
    assert!(pdf.starts_with(b"%PDF-") && pdf.len() as u64 == ready.size_bytes);
    assert!(ready.pages >= 2);
    let (mime, page) = field.image("page", &format!("{visit}/{}", ready.pages)).unwrap();
    assert_eq!(mime, "image/svg+xml");
    assert!(page.starts_with(b"<svg"));
    assert_eq!(ready.shown, None);
    assert!(field.record_pdf("keys.json").is_err());
    assert!(!home.path().join("data/records").exists(), "no paper lies open on the disk");
    FieldHost::lock(&field, Nothing {}).unwrap();
    assert_eq!(field.record_pdf(&ready.handle).unwrap_err().code, ErrorCode::Locked);
    assert_eq!(field.image("page", &format!("{visit}/1")).unwrap_err().code, ErrorCode::Locked);
    let again = Unlock {
        person: person(WANG),
        passphrase: "wang-passphrase".into(),
    };
    field.unlock(again).unwrap();
    assert!(field.record_pdf(&ready.handle).is_err(), "locking forgets what was laid out");
    let second = field.make_record(MakeRecord { visit, copy: true }).unwrap();
    assert_eq!(field.record_pdf(&second.handle).unwrap(), pdf, "made again it is the same paper");

    // The first one that leaves the laptop is the original; what is made afterwards is a copy, whoever asks.
    let make = || field.make_record(MakeRecord { visit, copy: false }).unwrap();
    let original = make();
    assert!(!original.copy && !original.file_name.contains("副本"));
    assert!(field.record_kept("keys.json").is_err());
    field.record_kept(&original.handle).unwrap();
    let copy = make();
    assert!(copy.copy && copy.file_name.contains("副本") && copy.handle != original.handle);
    assert!(field.get_visit(VisitArgs { visit }).unwrap().record_kept_at_ms.is_some());

    assert!(field.rebuild().unwrap(), "rebuilt equals incremental");
}
