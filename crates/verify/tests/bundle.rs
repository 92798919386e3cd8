//! A whole bundle is accepted; every way of changing one is refused, naming the file.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use std::io::Cursor;

use common::*;
use seal::Digest;
use verify::{Countersignature, Grade, Language, PhotoCopy, Report, Verdict, check, render};

fn verdict(bytes: &[u8], root: &Digest) -> Report {
    check(Cursor::new(bytes), Some(root))
}

fn refused_files(report: &Report) -> Vec<&str> {
    report.refusals.iter().map(|r| r.file.as_str()).collect()
}

#[test]
fn a_whole_bundle_is_accepted() {
    let (bytes, root) = bundle(&Course::default());
    let report = verdict(&bytes, &root);
    assert_eq!(report.refusals, []);
    assert_eq!(report.verdict, Verdict::Verified);
    let names: Vec<_> = report.signatures.iter().map(|s| (s.name.as_str(), s.level, s.at.grade)).collect();
    assert_eq!(names, [("王某", "L1", Grade::Anchored), ("李某", "L1", Grade::Anchored)]);
    let at = &report.signatures[0].at;
    assert_eq!((at.not_before_ms, at.not_after_ms), (Some(MORNING + HOUR / 2), MORNING + 10 * HOUR));
    assert!(report.one_device);
    assert_eq!((report.photos.named, report.photos.present), (2, 1));
    assert_eq!(report.photos.digest_only, [Digest::of(ABSENT_PHOTO)]);
    assert_eq!(report.acceptances[0].account, "fuhe");
    let drawn = Countersignature::Signed {
        name: "赵某".into(),
        role: "负责人".into(),
        strokes_in_bundle: true,
        content_shown: true,
    };
    assert_eq!(report.countersignature, Some(drawn));

    let text = render(&report, Language::Zh);
    for part in [
        "核验通过",
        "王某",
        "L1 个人密钥签名",
        "2026-11-20 09:00:00 +08:00",
        "有锚定",
        "等级 L0",
        "由服务器为账号 fuhe",
        "同一台电脑",
        "截至",
    ] {
        assert!(text.contains(part), "{part} is missing in\n{text}");
    }
    assert!(!text.contains("可靠电子签名"));
    assert!(render(&report, Language::En).contains("Attested by the server for account fuhe"));
}

#[test]
fn a_copy_of_a_photo_is_named_with_its_original_and_a_stranger_is_no_original() {
    let (bytes, root) = bundle(&Course {
        copy_of: Some(PHOTO),
        ..Course::default()
    });
    let report = verdict(&bytes, &root);
    assert_eq!(report.verdict, Verdict::Verified);
    let copy = PhotoCopy {
        copy: Digest::of(ABSENT_PHOTO),
        original: Digest::of(PHOTO),
    };
    assert_eq!(report.photos.copies, [copy]);
    let line = format!("副本 {}，由原件 {} 标注或打码而成", Digest::of(ABSENT_PHOTO), Digest::of(PHOTO));
    assert!(render(&report, Language::Zh).contains(&line));
    let (bytes, root) = bundle(&Course {
        copy_of: Some(b"another picture"),
        ..Course::default()
    });
    let report = verdict(&bytes, &root);
    assert_eq!((report.verdict, refused_files(&report)), (Verdict::Refused, vec!["record.json"]));
}

#[test]
fn a_signature_drawn_under_another_content_is_refused() {
    let (bytes, root) = bundle(&Course {
        shown: Shown::Other,
        ..Course::default()
    });
    let report = verdict(&bytes, &root);
    assert_eq!((report.verdict, refused_files(&report)), (Verdict::Refused, vec!["record.json"]));
    assert!(report.refusals[0].zh.contains("出示的内容"));
    let (bytes, root) = bundle(&Course {
        shown: Shown::Unsaid,
        ..Course::default()
    });
    let report = verdict(&bytes, &root);
    assert_eq!(report.verdict, Verdict::Verified, "a record of an older version says nothing of it");
    assert!(render(&report, Language::Zh).contains("没有写明签名前出示了什么"));
}

#[test]
fn only_the_laptop_that_leads_seals() {
    let of = |lead| {
        let (bytes, root) = bundle(&Course { lead, ..Course::default() });
        verdict(&bytes, &root)
    };
    let report = of(Lead::Handed);
    assert_eq!((report.verdict, report.refusals.as_slice()), (Verdict::Verified, [].as_slice()));
    assert_eq!((report.handed_over.len(), report.handed_over[0].name.as_str()), (1, "李某"));
    assert!(render(&report, Language::Zh).contains("交给 李某"));
    assert!(render(&report, Language::En).contains("Handed over"));
    for (lead, says) in [(Lead::Taken, "没有交接登记"), (Lead::Kept, "走访已交接给密钥")] {
        let report = of(lead);
        assert_eq!((report.verdict, report.refusals.len()), (Verdict::Refused, 1), "{:?}", report.refusals);
        assert!(report.refusals[0].zh.contains(says) && report.refusals[0].file.starts_with("entries/"));
    }
}

#[test]
fn the_root_decides() {
    let (bytes, root) = bundle(&Course::default());
    let unchecked = check(Cursor::new(&bytes), None);
    assert_eq!((unchecked.verdict, unchecked.refusals.len()), (Verdict::ConsistentRootUnchecked, 0));
    assert!(render(&unchecked, Language::Zh).contains("一致，但未核对根指纹"));
    assert!(render(&unchecked, Language::En).contains("root not checked"));
    assert!(render(&unchecked, Language::Zh).contains(&root.to_hex()));
    let wrong = verdict(&bytes, &Digest::of(b"another county"));
    assert_eq!(wrong.verdict, Verdict::WrongRoot);
    assert_eq!(refused_files(&wrong), ["certs/root.der"]);
}

/// Up to 200 positions spread over the file, first and last byte included.
fn positions(len: usize) -> impl Iterator<Item = usize> {
    let count = len.min(200);
    (0..count).map(move |i| if count == 1 { 0 } else { i * (len - 1) / (count - 1) })
}

#[test]
fn any_changed_byte_of_any_file_is_refused_by_name() {
    let (bytes, root) = bundle(&Course::default());
    let patcher = Patcher::new(&bytes);
    let try_file = |(name, len): &(&str, usize)| {
        for at in positions(*len) {
            let report = verdict(&patcher.flipped(name, at, 1 << (at % 8)), &root);
            assert_eq!(report.verdict, Verdict::Refused, "{name} byte {at}");
            assert_eq!(refused_files(&report), [*name], "{name} byte {at}: {:?}", report.refusals);
            assert!(report.refusals.iter().all(|r| !r.zh.is_empty() && !r.en.is_empty()));
        }
        positions(*len).count()
    };
    // Two halves at a time: a debug build takes some milliseconds for each changed byte.
    let files: Vec<(&str, usize)> = patcher.files().collect();
    let (even, odd): (Vec<_>, Vec<_>) = files.iter().enumerate().partition(|(i, _)| i % 2 == 0);
    let sum = |half: Vec<(usize, &(&str, usize))>| -> usize { half.into_iter().map(|(_, file)| try_file(file)).sum() };
    let tried = std::thread::scope(|scope| {
        let half = scope.spawn(|| sum(even));
        sum(odd) + half.join().unwrap()
    });
    // Zipping anew with another tool is the same.
    let mut changed = unzip(&bytes);
    changed.get_mut("record.json").unwrap()[7] ^= 1;
    assert_eq!(refused_files(&verdict(&zip(&changed), &root)), ["record.json"]);
    println!("{tried} changed bytes in {} files, each refused by name", files.len());
}

/// The same with an exporter who signs the changed files: what he did not make himself still holds him to the truth.
#[test]
fn a_dishonest_exporter_cannot_change_a_byte() {
    let (bytes, root) = bundle(&Course::default());
    let files = unzip(&bytes);
    let own = ["manifest.dsse.json", "SHA256SUMS"];
    for name in files.keys().filter(|n| !own.contains(&n.as_str())) {
        for at in positions(files[name].len()).step_by(40) {
            let mut changed = files.clone();
            changed.get_mut(name).unwrap()[at] ^= 1;
            let report = verdict(&resign(&changed), &root);
            assert_eq!(report.verdict, Verdict::Refused, "{name} byte {at}");
            if name != "statement.json" {
                assert!(refused_files(&report).contains(&name.as_str()), "{name} byte {at}: {:?}", report.refusals);
            }
        }
    }
}

#[test]
fn missing_extra_and_swapped_files_are_named() {
    let (bytes, root) = bundle(&Course::default());
    let files = unzip(&bytes);
    for name in files.keys() {
        let mut fewer = files.clone();
        fewer.remove(name);
        let report = verdict(&zip(&fewer), &root);
        assert_eq!((report.verdict, refused_files(&report)), (Verdict::Refused, vec![name.as_str()]));
        // An exporter may leave a photo, or the strokes, or the final review out, but nothing else.
        if name.as_str() == "manifest.dsse.json" || name.as_str() == "SHA256SUMS" {
            continue;
        }
        let report = verdict(&resign(&fewer), &root);
        let free = name.starts_with("photos/") || name.starts_with("strokes/");
        let anchors = name.starts_with("checkpoints/") || name.starts_with("consistency/");
        if free {
            assert_eq!(report.verdict, Verdict::Verified, "{name}");
        } else if !anchors {
            assert_eq!(report.verdict, Verdict::Refused, "{name}");
        }
    }
    for extra in ["more.txt", "photos/more.jpg", "entries/0999.frame", "certs/more.der"] {
        let mut more = files.clone();
        more.insert(extra.into(), b"x".to_vec());
        assert_eq!(refused_files(&verdict(&zip(&more), &root)), [extra]);
        let report = verdict(&resign(&more), &root);
        assert!(refused_files(&report).contains(&extra), "{extra}: {:?}", report.refusals);
    }
    let mut swapped = files.clone();
    swapped.insert("entries/0001.frame".into(), files["entries/0002.frame"].clone());
    swapped.insert("entries/0002.frame".into(), files["entries/0001.frame"].clone());
    assert_eq!(verdict(&zip(&swapped), &root).verdict, Verdict::Refused);
    assert_eq!(verdict(&resign(&swapped), &root).verdict, Verdict::Refused);
    // Whole groups of files exchanged, so that each entry fits its helpers and proof: the order of the log still shows.
    let mut reordered = files.clone();
    for (folder, suffix) in [("entries", "frame"), ("entries", "pae"), ("entries", "sig"), ("proofs", "json")] {
        let (a, b) = (format!("{folder}/0003.{suffix}"), format!("{folder}/0004.{suffix}"));
        reordered.insert(a.clone(), files[&b].clone());
        reordered.insert(b, files[&a].clone());
    }
    let report = verdict(&resign(&reordered), &root);
    assert!(refused_files(&report).contains(&"entries/0004.frame"), "{:?}", report.refusals);
}

#[test]
fn the_container_holds_nothing_else() {
    let (bytes, root) = bundle(&Course::default());
    for bad in [
        [&bytes[..], b"x"].concat(),
        [b"PK", &bytes[..]].concat(),
        bytes[..bytes.len() - 1].to_vec(),
        b"no zip".to_vec(),
        vec![],
    ] {
        let report = verdict(&bad, &root);
        assert_eq!((report.verdict, refused_files(&report)), (Verdict::Refused, vec!["(zip)"]));
    }
    // Order of members and tool make no difference.
    let files = unzip(&bytes);
    assert_eq!(verdict(&zip(files.iter().rev()), &root).verdict, Verdict::Verified);
}

#[test]
fn a_small_file_cannot_make_the_reader_work_without_end() {
    let (bytes, root) = bundle(&Course::default());
    let files = unzip(&bytes);
    // Deflating is allowed for what is held in memory and bounded, not for photos.
    let deflated = zip_some_deflated(&files, |name| !name.starts_with("photos/"));
    assert_eq!(verdict(&deflated, &root).verdict, Verdict::Verified);
    let photo = format!("photos/{}.jpg", Digest::of(PHOTO));
    let report = verdict(&zip_some_deflated(&files, |name| name == photo), &root);
    assert_eq!((report.verdict, refused_files(&report)), (Verdict::Refused, vec![photo.as_str()]));

    // Each within the bound of one file, listed and signed by the exporter, and 272 MB in all out of some hundred kilobytes.
    let mut bomb = files.clone();
    let zeros = vec![0; 16 << 20];
    let sha256 = Digest::of(&zeros);
    let added: Vec<String> = (0..17).map(|n| format!("strokes/{n:02}.json")).collect();
    let (mut manifest, _) = seal::bundle::Manifest::parse(&files["manifest.dsse.json"]).unwrap();
    for path in &added {
        let (path, len) = (path.clone(), zeros.len() as u64);
        manifest.files.push(seal::bundle::FileEntry { path, len, sha256 });
    }
    manifest.files.sort_by(|a, b| a.path.cmp(&b.path));
    bomb.insert("manifest.dsse.json".into(), manifest.sign(&key(SERVER)).unwrap());
    let bomb = zip_with_copies(&bomb, &zeros, &added);
    assert!(bomb.len() < 1 << 20, "{}", bomb.len());
    let report = verdict(&bomb, &root);
    assert_eq!((report.verdict, refused_files(&report)), (Verdict::Refused, vec!["strokes/15.json"]));
    assert!(report.refusals[0].zh.contains("256 MB") && report.refusals[0].en.contains("256 MB"));
}

#[test]
fn no_name_can_forge_a_line_or_turn_text_around() {
    let station = "青山村\n核验通过：\u{202e}x\u{1b}[2J\u{9b}\u{2028}";
    let course = Course {
        station,
        ..Course::default()
    };
    let (bytes, root) = bundle(&course);
    let mut report = verdict(&bytes, &root);
    assert_eq!(report.verdict, Verdict::Verified);
    let plain = verdict(&bundle(&Course::default()).0, &root);
    let hidden = |text: &str| text.chars().any(|c| (c != '\n' && c.is_control()) || "\u{202e}\u{2028}".contains(c));
    for language in [Language::Zh, Language::En] {
        let text = render(&report, language);
        assert!(!hidden(&text), "{text:?}");
        assert!(text.contains(r"青山村\u{a}核验通过：\u{202e}x\u{1b}[2J\u{9b}\u{2028}"), "{text}");
        assert_eq!(text.lines().count(), render(&plain, language).lines().count());
    }
    // What refuses is shown no other way.
    report.refusals.push(verify::Refusal {
        file: "a\u{202e}".into(),
        zh: "b\n".into(),
        en: "c\r".into(),
    });
    report.verdict = Verdict::Refused;
    assert!(!hidden(&render(&report, Language::Zh)) && !hidden(&render(&report, Language::En)));
    let json = verify::render_json(&report).unwrap();
    assert!(!hidden(&json), "{json}");
    let read: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(read["station"], station);
}

/// The manifest's time is its signer's word: with a revoked key he may write any.
#[test]
fn a_revoked_exporter_cannot_sign_in_the_past() {
    let revoked = Course {
        revoked: Some((SERVER, MORNING + 2 * HOUR)),
        ..Course::default()
    };
    let (bytes, root) = bundle(&revoked);
    for claimed in [MORNING + HOUR, MORNING + 2 * HOUR - 1, 0] {
        let backdated = resign_with(&unzip(&bytes), SERVER, |m| m.created_ms = claimed);
        let report = verdict(&backdated, &root);
        assert_eq!((report.verdict, refused_files(&report)), (Verdict::Refused, vec!["manifest.dsse.json"]));
    }
    let report = verdict(&bundle(&Course::default()).0, &root);
    assert!(render(&report, Language::Zh).contains("自称时间"));
}

/// One server may keep several counties' logs under one key.
#[test]
fn the_log_of_another_county_does_not_vouch() {
    for origin in [
        "xunzhan/ffeeddccbbaa99887766554433221100/1",
        "xunzhan/00112233445566778899aabbccddeeff/",
        "xunzhan/00112233445566778899aabbccddeeff0/1",
        "example.org/log",
    ] {
        let course = Course { origin, ..Course::default() };
        let (bytes, root) = bundle(&course);
        let report = verdict(&bytes, &root);
        assert_eq!(
            (report.verdict, refused_files(&report)),
            (Verdict::Refused, vec!["manifest.dsse.json"]),
            "{origin}"
        );
    }
}

#[test]
fn a_removed_signature_and_too_few_persons() {
    let (bytes, root) = bundle(&Course::default());
    let mut files = unzip(&bytes);
    let mut envelope = seal::dsse::Envelope::parse(&files["statement.dsse.json"]).unwrap();
    envelope.signatures.pop();
    files.insert("statement.dsse.json".into(), envelope.to_vec().unwrap());
    let report = verdict(&resign(&files), &root);
    assert!(refused_files(&report).contains(&"statement.dsse.json"));

    let one = Course {
        signing: 1,
        ..Course::default()
    };
    let (bytes, root) = bundle(&one);
    let report = verdict(&bytes, &root);
    assert_eq!(refused_files(&report), ["statement.dsse.json"]);
    assert!(report.refusals[0].zh.contains("有效签名只有 1 人"));
    // A record is written by the laptop; it cannot lower what is asked for.
    for (signing, required) in [(1, 1), (1, 0)] {
        let lowered = Course {
            signing,
            required,
            ..Course::default()
        };
        let (bytes, root) = bundle(&lowered);
        assert_eq!(refused_files(&verdict(&bytes, &root)), ["statement.dsse.json"]);
    }
    let twice = Course {
        same_person: true,
        ..Course::default()
    };
    let (bytes, root) = bundle(&twice);
    assert!(refused_files(&verdict(&bytes, &root)).contains(&"statement.dsse.json"));
}

#[test]
fn each_dishonest_course_is_refused() {
    let d = Course::default;
    let li = format!("signatures/{}.sig", seal::keys::Signer::public(&key(LI)).kid());
    let li_cert = format!("certs/{}.der", seal::keys::Signer::public(&key(LI)).kid());
    for (what, course, file) in [
        ("forged", Course { forged: true, ..d() }, li.as_str()),
        ("unlogged", Course { unlogged: true, ..d() }, &li_cert),
        ("uncovered", Course { uncovered: true, ..d() }, "record.json"),
        ("split view", Course { split_view: true, ..d() }, "entries/0006.frame"),
        (
            "revoked before",
            Course {
                revoked: Some((WANG, MORNING)),
                ..d()
            },
            "entries/0008.frame",
        ),
        (
            "device revoked",
            Course {
                revoked: Some((DEVICE, MORNING + 2 * HOUR)),
                ..d()
            },
            "entries/0008.frame",
        ),
        (
            "exporter revoked",
            Course {
                revoked: Some((SERVER, MORNING + 2 * HOUR)),
                ..d()
            },
            "manifest.dsse.json",
        ),
    ] {
        let (bytes, root) = bundle(&course);
        let report = verdict(&bytes, &root);
        assert_eq!(report.verdict, Verdict::Refused, "{what}");
        assert!(refused_files(&report).contains(&file), "{what}: {:?}", report.refusals);
    }
    let later = Course {
        revoked: Some((WANG, MORNING + 10 * HOUR)),
        ..d()
    };
    let (bytes, root) = bundle(&later);
    assert_eq!(verdict(&bytes, &root).verdict, Verdict::Verified, "revoked after the anchor");
    // A key with a certificate, but not an exporter's.
    let (bytes, root) = bundle(&d());
    let report = verdict(&resign_as(&unzip(&bytes), DEVICE), &root);
    assert!(refused_files(&report).contains(&"manifest.dsse.json"));
}

#[test]
fn time_grades() {
    let d = Course::default;
    let grade = |course: Course| {
        let (bytes, root) = bundle(&course);
        let report = verdict(&bytes, &root);
        assert_eq!(report.verdict, Verdict::Verified, "{:?}", report.refusals);
        (report.signatures[1].at.grade, report.signatures[1].certified_later_ms)
    };
    assert_eq!(grade(d()).0, Grade::Anchored);
    assert_eq!(grade(Course { beacon: false, ..d() }).0, Grade::DeviceOnly);
    let years = 10 * 365 * 24 * HOUR;
    for clock_off_ms in [-years, years, -HOUR, 10 * HOUR] {
        assert_eq!(grade(Course { clock_off_ms, ..d() }).0, Grade::Contradictory);
    }
    let later = grade(Course {
        certified_later: true,
        ..d()
    });
    assert_eq!(later, (Grade::Anchored, Some(MORNING + 13 * HOUR)));
    // Without the checkpoint that the laptop had seen, its time is its own word.
    let (bytes, root) = bundle(&d());
    let mut files = unzip(&bytes);
    files.remove("checkpoints/4.note");
    files.retain(|name, _| !name.starts_with("consistency/4-"));
    let report = verdict(&resign(&files), &root);
    assert_eq!((report.verdict, report.signatures[0].at.grade), (Verdict::Verified, Grade::DeviceOnly));
}

#[test]
fn paper_signed_by_hand_is_shown_as_level_0_and_apart_from_what_was_sealed() {
    let course = Course {
        paper: Joins::Good,
        ..Course::default()
    };
    let (bytes, root) = bundle(&course);
    let report = verdict(&bytes, &root);
    assert_eq!((report.verdict, report.refusals.as_slice()), (Verdict::Verified, [].as_slice()));
    let [paper] = report.papers.as_slice() else {
        panic!("{:?}", report.papers)
    };
    let pages: Vec<_> = paper.pages.iter().map(|page| (page.sha256, page.present)).collect();
    assert_eq!(pages, [(Digest::of(PAGE), true), (Digest::of(ABSENT_PAGE), false)]);
    assert_eq!((paper.level, paper.attached_by.as_str(), paper.contested), ("L0", "王某", false));
    assert_eq!((paper.at.grade, paper.at.not_after_ms), (Grade::Anchored, MORNING + 13 * HOUR));
    assert_eq!(
        (report.photos.named, report.photos.present, report.signatures.len()),
        (2, 1, 2),
        "it is none of the record's photos, and nobody's signature"
    );
    let text = render(&report, Language::Zh);
    for part in [
        "封存后补附的纸质签字件：2 页，包内 1 页且摘要相符",
        "L0 仅有照片或扫描件，未经密码验证；不在封存码所指的内容之内",
        "签字人（据补附人填写）：赵某（负责人）、钱某",
        "补附人：王某",
        "加盖公章",
        &Digest::of(ABSENT_PAGE).to_hex(),
    ] {
        assert!(text.contains(part), "{part} is missing in\n{text}");
    }
    assert!(!text.contains("有争议"));
    assert!(render(&report, Language::En).contains("not verified by cryptography"));
    let json: serde_json::Value = serde_json::from_str(&verify::render_json(&report).unwrap()).unwrap();
    assert_eq!(
        (&json["papers"][0]["level"], &json["papers"][0]["pages"][0]["present"]),
        (&"L0".into(), &true.into())
    );
    let plain = verify::render_json(&verdict(&bundle(&Course::default()).0, &root)).unwrap();
    assert!(!plain.contains("papers"), "a report without papers is as it was");
    // A page that no paper names is a stranger; one that is left out is named by digest.
    let mut files = unzip(&bytes);
    let page = files.remove(&format!("photos/{}.jpg", Digest::of(PAGE))).unwrap();
    let left_out = verdict(&resign(&files), &root);
    assert_eq!((left_out.verdict, left_out.papers[0].pages[0].present), (Verdict::Verified, false));
    let mut plain = unzip(&bundle(&Course::default()).0);
    let stranger = format!("photos/{}.jpg", Digest::of(PAGE));
    plain.insert(stranger.clone(), page);
    assert_eq!(refused_files(&verdict(&resign(&plain), &root)), [stranger]);
}

#[test]
fn a_paper_that_is_not_what_it_says_is_refused_and_one_of_a_revoked_key_is_contested() {
    for (joins, says) in [
        (Joins::Forged, "签名"),
        (Joins::Elsewhere, "属于另一份检查记录"),
        (Joins::Stranger, "不在检查组名单里"),
        (Joins::Renamed, "与证书不符"),
    ] {
        let (bytes, root) = bundle(&Course {
            paper: joins,
            ..Course::default()
        });
        let report = verdict(&bytes, &root);
        assert_eq!(report.verdict, Verdict::Refused, "{says}");
        assert!(
            report.refusals.iter().all(|one| one.file.starts_with("entries/")),
            "{:?}",
            report.refusals
        );
        assert!(report.refusals.iter().any(|one| one.zh.contains(says)), "{:?}", report.refusals);
    }
    // Revoked between the record's anchor and the paper's: the record stands, the paper is marked.
    let (bytes, root) = bundle(&Course {
        paper: Joins::Good,
        revoked: Some((WANG, MORNING + 11 * HOUR)),
        ..Course::default()
    });
    let report = verdict(&bytes, &root);
    assert_eq!((report.verdict, report.refusals.as_slice()), (Verdict::Verified, [].as_slice()));
    assert!(report.papers[0].contested);
    assert!(render(&report, Language::Zh).contains("有争议") && render(&report, Language::En).contains("Contested"));
}

/// Any changed byte of the entry, its proof or its page is refused.
#[test]
fn no_byte_of_a_paper_can_change() {
    let (bytes, root) = bundle(&Course {
        paper: Joins::Good,
        ..Course::default()
    });
    let files = unzip(&bytes);
    let frame = files
        .iter()
        .find(|(name, bytes)| name.ends_with(".frame") && String::from_utf8_lossy(bytes).contains("paper.attached/1"));
    let (frame, _) = frame.unwrap();
    let stem = frame.strip_prefix("entries/").and_then(|rest| rest.strip_suffix(".frame")).unwrap();
    let page = format!("photos/{}.jpg", Digest::of(PAGE));
    for name in [frame.clone(), format!("entries/{stem}.sig"), format!("proofs/{stem}.json"), page] {
        for at in positions(files[&name].len()).step_by(20) {
            let mut changed = files.clone();
            changed.get_mut(&name).unwrap()[at] ^= 1;
            let report = verdict(&resign(&changed), &root);
            assert_eq!(report.verdict, Verdict::Refused, "{name} byte {at}");
            assert!(refused_files(&report).contains(&name.as_str()), "{name} byte {at}: {:?}", report.refusals);
        }
    }
}

/// The bundle's bytes are a promise: equal inputs give the committed files.
#[test]
fn golden_bundles() {
    golden("bundle", &Course::default());
    let course = Course {
        paper: Joins::Good,
        ..Course::default()
    };
    golden("paper", &course);
}

fn golden(name: &str, course: &Course) {
    let (bytes, root) = bundle(course);
    let golden = format!("{}/tests/golden/{name}.zip", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::create_dir_all(std::path::Path::new(&golden).parent().unwrap()).unwrap();
        std::fs::write(&golden, &bytes).unwrap();
        std::fs::write(golden.replace(".zip", ".root"), format!("{root}\n")).unwrap();
    }
    let committed = std::fs::read(&golden).unwrap();
    assert_eq!(std::fs::read_to_string(golden.replace(".zip", ".root")).unwrap().trim(), root.to_hex());
    assert_eq!(verdict(&committed, &root).verdict, Verdict::Verified);
    assert!(committed == bytes, "the bytes differ from the committed golden file {name}.zip");
}
