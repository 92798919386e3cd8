//! The printed record says what was sealed: read back with `pdftotext`, a QR reader and by pixels.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod support;

use domain::operation::Countersign;
use domain::{Answer, PhotoId};
use papers::{PaperShown, RecordInput, SealShown, record_f11, seal_qr_text};
use std::collections::BTreeMap;
use support::{ROOT, SEAL, START_MS, keep, pages, pictures, record, render, signatures, strokes, text};

static NO_STROKES: BTreeMap<domain::PersonId, domain::operation::Strokes> = BTreeMap::new();
static NO_PICTURES: BTreeMap<PhotoId, Vec<u8>> = BTreeMap::new();

fn unsealed(record: &domain::VisitRecord) -> RecordInput<'_> {
    RecordInput {
        record,
        seal: None,
        signatures: &[],
        authority_name: "青禾县商务局",
        authority_sha256: ROOT,
        strokes: None,
        hand_strokes: &NO_STROKES,
        pictures: &NO_PICTURES,
        papers: &[],
        copy: false,
    }
}

const SEALED: Option<SealShown<'_>> = Some(SealShown {
    id: SEAL,
    at_ms: START_MS + 9_600_000,
});

#[test]
fn a_sealed_record_prints_everything_that_was_sealed() {
    let record = record(12);
    let (pictures, strokes, signatures) = (pictures(&record), strokes(), signatures());
    let input = RecordInput {
        seal: SEALED,
        signatures: &signatures,
        strokes: Some(&strokes),
        pictures: &pictures,
        ..unsealed(&record)
    };
    let begun = std::time::Instant::now();
    let pdf = record_f11(&input).unwrap();
    let first = begun.elapsed();
    assert_eq!(record_f11(&input).unwrap(), pdf, "the same input gives the same bytes");
    println!("12 photos: first {first:?}, again {:?}, {} bytes", begun.elapsed() - first, pdf.len());
    let path = keep("f11-sealed.pdf", &pdf);
    let text = text(&path);

    for item in &record.items {
        assert!(text.contains(&*item.code), "{}", item.code);
        let question: String = item.question.zh.chars().filter(|c| !c.is_whitespace()).take(10).collect();
        assert!(text.contains(&question), "{question}");
    }
    for expected in [
        "村级电商服务站检查记录表",
        "后榆林村站",
        "青禾镇后榆林村2组2号",
        "北纬35.3831842°，东经92.4756712°（WGS-84）",
        "2026年11月21日09:05至11:40（北京时间）",
        "林晓川（青禾县商务局，组长）",
        "沈𬭼（青禾县农业农村局）",
        "葛𪨶（站点负责人）",
        "实地察看、听取介绍、查阅资料",
        "共22项：已查14项，不适用1项，未查1项，未填6项。",
        "未查。原因：现场没有网络，系统页面打不开",
        "1,860.50元/月",
        "需关注：月均营业额低于2,000元",
        "后榆林村（脱贫村）、上桑坪村、南云坡村（脱贫村）",
        "（一）一般问题（对应C4-05）",
        "2026年12月5日前（含当日）",
        "1.禾望电子商务有限公司（牵头单位）",
        "2.青禾县商务局（配合单位）",
        "照片1、照片2",
        "情况属实，公示牌两周内挂好。",
        "现场手写笔迹（L0）",
        "个人密钥签名（L1），待认证",
        "附件现场照片（共12张）",
        "暂无预览",
        "IMG_0012.JPG（3.2MB）",
        "距登记位置4米至53米",
    ] {
        assert!(text.contains(expected), "{expected} is missing in {text}");
    }
    assert!(text.contains(SEAL), "the seal id stands in full");
    assert!(text.contains(ROOT), "the authority's fingerprint stands in full");
    let pages = pages(&path);
    for page in 1..=pages {
        assert!(text.contains(&format!("—第{page}页共{pages}页—")), "page {page} of {pages}");
    }
    assert!(!text.contains("未封存") && !text.contains("副本"));
}

#[test]
fn the_qr_code_holds_seal_and_fingerprint() {
    let record = record(0);
    let path = keep(
        "f11-qr.pdf",
        &record_f11(&RecordInput {
            seal: SEALED,
            ..unsealed(&record)
        })
        .unwrap(),
    );
    let read: Vec<String> = render(&path)
        .into_iter()
        .flat_map(|page| {
            let (w, h) = page.dimensions();
            let mut picture = rqrr::PreparedImage::prepare_from_greyscale(w as usize, h as usize, |x, y| page.get_pixel(x as u32, y as u32).0[0]);
            picture
                .detect_grids()
                .into_iter()
                .map(|grid| grid.decode().unwrap().1)
                .collect::<Vec<_>>()
        })
        .collect();
    assert_eq!(read, [seal_qr_text(SEAL, ROOT)]);
}

#[test]
fn typed_text_is_never_taken_as_markup() {
    let mut record = record(1);
    let nasty = r#"#panic("x") $a^2$ *粗* _斜_ [框] \ `码` <签> @引 // 注 = 题 - 项 "引" ~ #data"#;
    record.situation = nasty.into();
    record.findings[0].facts = nasty.into();
    record.photos[0].caption = nasty.into();
    record.photos[0].name = "#read(\"data.json\").JPG".into();
    record.items[10].answer = Some(Answer::NotChecked { reason: nasty.into() });
    record.station.name = "#[站]*".into();
    let path = keep("f11-markup.pdf", &record_f11(&unsealed(&record)).unwrap());
    let text = text(&path);
    let expected: String = nasty.chars().filter(|c| !c.is_whitespace()).collect();
    let times = text.matches(&expected).count();
    assert!(
        text.contains(r##"#panic("x")$a^2$*粗*_斜_[框]\`码`<签>@引//注=题-项"引"~#data"##),
        "{text}"
    );
    assert!(times >= 1, "{times} in {text}");
    assert!(text.contains("#read(\"data.json\").JPG"));
    assert!(text.contains("#[站]*"));
}

/// A font without the character would draw the same box for every one of them.
#[test]
fn rare_names_are_drawn_and_can_be_copied_out() {
    let mut inks = Vec::new();
    for name in ["𬭼", "𪨶", "𠀀"] {
        let mut record = record(0);
        record.situation = format!("负责人{name}在场");
        let path = keep(
            &format!("f11-rare-{:x}.pdf", u32::from(name.chars().next().unwrap())),
            &record_f11(&unsealed(&record)).unwrap(),
        );
        let text = text(&path);
        assert!(text.contains(&format!("负责人{name}在场")), "{text}");
        assert!(!text.contains('〔'), "no code stands in its place: {text}");
        inks.push(render(&path));
    }
    for (one, other) in [(0, 1), (0, 2), (1, 2)] {
        let differs =
            |(a, b): (&image::GrayImage, &image::GrayImage)| a.pixels().zip(b.pixels()).filter(|(a, b)| a.0[0].abs_diff(b.0[0]) > 96).count();
        let dots: usize = inks[one].iter().zip(&inks[other]).map(differs).sum();
        assert!(dots > 20, "{one} and {other} differ in {dots} dots");
    }
}

#[test]
fn what_no_font_can_print_is_named_and_cannot_turn_the_line_around() {
    let mut record = record(0);
    record.situation = "店名\u{30000}\u{30000}面馆\u{202E}倒写\u{7}。\r\n第二行\t完".into();
    let path = keep("f11-strange.pdf", &record_f11(&unsealed(&record)).unwrap());
    let text = text(&path);
    assert!(
        text.contains("店名〔U+30000〕〔U+30000〕面馆〔U+202E〕倒写〔U+0007〕。第二行完"),
        "{text}"
    );
    assert!(text.contains("本机字库没有字形"));
}

#[test]
fn an_unsealed_record_says_so_across_every_page() {
    let record = record(2);
    let path = keep("f11-preview.pdf", &record_f11(&unsealed(&record)).unwrap());
    let text = text(&path);
    assert!(text.matches("未封存预览").count() >= pages(&path) as usize, "{text}");
    assert!(text.contains("尚未封存"));
    assert!(!text.contains("封存码5f0c"));
}

#[test]
fn before_anybody_signs_every_place_for_a_signature_says_so() {
    let mut record = record(2);
    record.countersign = None;
    let path = keep("f11-shown.pdf", &record_f11(&unsealed(&record)).unwrap());
    let text = text(&path);
    assert_eq!(text.matches("待签").count(), 4, "opinion, station, two inspectors: {text}");
    for member in &record.team {
        assert!(text.contains(&format!("{}（{}）待签", member.name, member.org)), "{text}");
    }
    assert!(!text.contains("现场手写笔迹（L0）"), "{text}");
}

#[test]
fn paper_attached_after_the_seal_is_printed_as_what_it_is() {
    let record = record(1);
    let signatures = signatures();
    let sealed = RecordInput {
        seal: SEALED,
        signatures: &signatures,
        ..unsealed(&record)
    };
    let page = |n: u32| (support::photo_id(90 + n), format!("扫描{n}.jpg"), format!("{n}").repeat(64));
    let paper = |standing| PaperShown {
        signers: vec![("葛𪨶".into(), "站点负责人".into()), ("沈𬭼".into(), String::new())],
        note: "站点加盖公章 #纸质件* 原件存县商务局".into(),
        by: "林晓川".into(),
        at_ms: START_MS + 90_000_000,
        pages: vec![page(1), page(2)],
        standing,
    };
    let pictures = BTreeMap::from([(support::photo_id(91), pictures(&record).into_values().next().unwrap())]);
    let papers = [paper(papers::SignatureStanding::Pending)];
    let printed = |papers: &[PaperShown]| {
        let input = RecordInput {
            papers,
            pictures: &pictures,
            ..sealed.clone()
        };
        text(&keep("f11-paper.pdf", &record_f11(&input).unwrap()))
    };
    let without = printed(&[]);
    assert!(!without.contains("纸质签字件") && !without.contains("补附"), "{without}");
    let text = printed(&papers);
    for expected in [
        "七、封存后补附的纸质签字件",
        "不在封存码所指的内容之内",
        "L0仅有照片或扫描件，未经密码验证",
        "葛𪨶（站点负责人）、沈𬭼（据补附人填写）",
        "林晓川2026年11月22日10:05（本机时钟）个人密钥签名（L1），待认证",
        "站点加盖公章#纸质件*原件存县商务局",
        "共2页",
        "第1页",
        "扫描2.jpg",
        &"2".repeat(64),
        "暂无预览",
    ] {
        assert!(text.contains(expected), "{expected} is missing in {text}");
    }
    assert!(text.contains(SEAL), "what was sealed is printed as before");
}

#[test]
fn a_signature_that_does_not_hold_is_never_printed_as_one() {
    let record = record(0);
    let mut signatures = signatures();
    signatures[1].standing = papers::SignatureStanding::Broken;
    let input = RecordInput {
        seal: SEALED,
        signatures: &signatures,
        ..unsealed(&record)
    };
    let text = text(&keep("f11-broken.pdf", &record_f11(&input).unwrap()));
    assert!(text.contains("验证不通过，不作签名"), "{text}");
    assert_eq!(text.matches("还需要一名检查人员用个人密钥签名").count(), 1, "{text}");
}

#[test]
fn a_copy_says_so_on_every_page_and_a_missing_signature_is_named() {
    let record = record(2);
    let signatures = signatures();
    let input = RecordInput {
        seal: SEALED,
        signatures: &signatures[..1],
        copy: true,
        ..unsealed(&record)
    };
    let path = keep("f11-copy.pdf", &record_f11(&input).unwrap());
    let text = text(&path);
    assert_eq!(text.matches("副本").count(), pages(&path) as usize);
    assert_eq!(text.matches("还需要一名检查人员用个人密钥签名").count(), 1);
}

#[test]
fn what_was_put_right_on_the_spot_is_counted_and_shown_before_and_after() {
    let mut record = record(3);
    record.findings[0].fixed = Some(domain::OnSiteFix {
        how: "店主当场把公示牌挂回门口".into(),
        after: vec![support::photo_id(3)],
    });
    let printed = text(&keep("f11-fixed.pdf", &record_f11(&unsealed(&record)).unwrap()));
    assert!(printed.contains("共发现问题1个，其中现场整改1个。"), "{printed}");
    assert!(printed.contains("店主当场把公示牌挂回门口"), "{printed}");
    assert!(printed.contains("整改前：照片1、照片2整改后：照片3"), "{printed}");
}

#[test]
fn seconded_members_stand_with_their_home_office_and_sign_by_hand() {
    let mut record = record(0);
    let member = |n: u128, name: &str| domain::operation::TeamMember {
        person: domain::PersonId(uuid::Uuid::from_u128(n)),
        name: name.into(),
        org: "青禾县供销社".into(),
    };
    record.seconded = vec![member(71, "范雨晴"), member(72, "左一鸣"), member(73, "贺兰")];
    let signed = |n: u128, drawn: bool| domain::operation::HandSigned {
        person: domain::PersonId(uuid::Uuid::from_u128(n)),
        strokes: drawn.then(|| domain::operation::BlobRef { sha256: ROOT.into(), len: 9 }),
        shown: ROOT.into(),
        at_ms: START_MS,
    };
    record.hand_signed = vec![signed(71, true), signed(72, false)];
    let drawn = BTreeMap::from([(record.seconded[0].person, strokes())]);
    let input = RecordInput {
        seal: SEALED,
        hand_strokes: &drawn,
        ..unsealed(&record)
    };
    let printed = text(&keep("f11-seconded.pdf", &record_f11(&input).unwrap()));
    assert!(printed.contains("范雨晴（抽调，青禾县供销社）"), "{printed}");
    assert!(printed.contains("左一鸣（青禾县供销社）"), "{printed}");
    assert!(printed.contains("在纸质件上签字（L0）"), "{printed}");
    assert_eq!(
        printed.matches("现场手写笔迹（L0）").count(),
        2,
        "the station and one seconded member: {printed}"
    );
    assert!(printed.contains("待签"), "{printed}");
}

#[test]
fn refusal_and_absence_are_printed_with_their_reasons() {
    let mut refused = record(3);
    refused.countersign = Some(Countersign::Refused {
        reason: "对营业额的算法有不同看法".into(),
        witness: "后榆林村会计 王喆".into(),
        at_ms: START_MS,
    });
    let path = keep(
        "f11-refused.pdf",
        &record_f11(&RecordInput {
            seal: SEALED,
            ..unsealed(&refused)
        })
        .unwrap(),
    );
    let printed = text(&path);
    assert!(printed.contains("站点方没有签字。原因：对营业额的算法有不同看法"), "{printed}");
    assert!(printed.contains("见证人：后榆林村会计王喆"));

    let mut absent = record(3);
    absent.countersign = Some(Countersign::Absent {
        reason: "卷帘门落锁，电话无人接听".into(),
        photo: Some(support::photo_id(2)),
        at_ms: START_MS,
    });
    absent.findings.clear();
    absent.photos[2].withdrawn = Some("重复".into());
    let path = keep(
        "f11-absent.pdf",
        &record_f11(&RecordInput {
            seal: SEALED,
            ..unsealed(&absent)
        })
        .unwrap(),
    );
    let printed = text(&path);
    assert!(
        printed.contains("卷帘门落锁，电话无人接听") && printed.contains("现场照片：照片2"),
        "{printed}"
    );
    assert!(printed.contains("本次检查没有记录问题"));
    assert!(printed.contains("已撤回"));
}

#[test]
fn sixty_photos_and_hostile_pictures_do_not_stop_a_record() {
    let record = record(60);
    let mut pictures = pictures(&record);
    pictures.insert(support::photo_id(1), b"\xff\xd8\xff\xe0 cut".to_vec());
    pictures.insert(support::photo_id(2), Vec::new());
    let begun = std::time::Instant::now();
    let pdf = record_f11(&RecordInput {
        seal: SEALED,
        pictures: &pictures,
        ..unsealed(&record)
    })
    .unwrap();
    println!("60 photos: {:?}, {} bytes", begun.elapsed(), pdf.len());
    let path = keep("f11-sixty.pdf", &pdf);
    let text = text(&path);
    assert!(text.contains("照片60"));
    assert_eq!(text.matches("暂无预览").count(), 60 / 7 + 2);
}

#[test]
fn pages_for_the_screen_are_as_many_as_in_the_pdf_and_need_nothing_else() {
    let record = record(3);
    let pictures = pictures(&record);
    let paper = papers::record_f11_with_pages(&RecordInput {
        seal: SEALED,
        pictures: &pictures,
        ..unsealed(&record)
    })
    .unwrap();
    let path = keep("f11-pages.pdf", &paper.pdf);
    assert_eq!(paper.pages.len(), pages(&path) as usize);
    for page in &paper.pages {
        assert!(page.starts_with("<svg") && page.contains("<path"));
        assert!(
            !page.contains("<text") && !page.contains("href=\"http"),
            "drawn in outlines, nothing is loaded"
        );
    }
    println!("SVG pages: {:?} bytes", paper.pages.iter().map(String::len).collect::<Vec<_>>());
}

#[test]
fn an_answer_typed_in_from_paper_prints_both_times() {
    let mut record = record(1);
    let before = text(&keep("f11-live.pdf", &record_f11(&unsealed(&record)).unwrap()));
    assert!(!before.contains("事后补录"));
    record.items[2].from_paper = Some(domain::record::FromPaper {
        observed_at_ms: START_MS,
        typed_at_ms: START_MS + 30 * 3_600_000,
    });
    let printed = text(&keep("f11-from-paper.pdf", &record_f11(&unsealed(&record)).unwrap()));
    let printed: String = printed.chars().filter(|c| !c.is_whitespace()).collect();
    let at = printed.find("事后补录：纸面记录").unwrap();
    let line: String = printed[at..].chars().take(60).collect();
    assert!(line.contains("录入"), "{line}");
    assert_eq!(printed.matches("事后补录：").count(), 1);
}
