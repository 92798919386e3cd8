//! A sealed visit to print, and readers for what came out.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use domain::operation::{BlobRef, Countersign, CoveredHead, Strokes, TeamMember};
use domain::pack::PackRef;
use domain::record::{RecordItem, RecordPhoto, VisitRecord};
use domain::words::answer_in_words;
use domain::{
    Answer, FieldValue, Finding, FindingId, Pack, PersonId, PhotoId, PhotoMeta, Position, ResponsibleUnit, ServedVillage, Severity, Station,
    StationId, UnitRole, VisitId,
};
use papers::{SignatureShown, SignatureStanding};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use uuid::Uuid;

pub const PACK: &[u8] = include_bytes!("../../../../assets/rulepacks/c4-village-station.json");
pub const SEAL: &str = "5f0c8ae1b2d34967a1c04e77d19b6f3382e5540db7a6c91f0e3d2b4c5a697881";
pub const ROOT: &str = "c41d88f20a937be650d1f4a2980c6e3b7755aa10ef92cd3468b0a7d6e51f2394";
pub const START_MS: i64 = 1_795_223_100_000; // 2026-11-21T01:05:00Z

fn id(n: u128) -> Uuid {
    Uuid::from_u128(0x019a_0000_0000_7000_8000_0000_0000_0000 + n)
}

pub fn photo_id(number: u32) -> PhotoId {
    PhotoId(id(1000 + u128::from(number)))
}

fn member(n: u128, name: &str, org: &str) -> TeamMember {
    TeamMember {
        person: PersonId(id(n)),
        name: name.into(),
        org: org.into(),
    }
}

fn answers() -> BTreeMap<&'static str, Answer> {
    let answered = |fields: &[(&str, FieldValue)], note: Option<&str>| Answer::Answered {
        fields: fields.iter().map(|(k, v)| ((*k).to_owned(), v.clone())).collect(),
        note: note.map(str::to_owned),
    };
    let choice = |key: &str| FieldValue::Choice(key.into());
    let text = |t: &str| FieldValue::Text(t.into());
    let village = |name: &str, poor| ServedVillage { name: name.into(), poor };
    let yes = FieldValue::YesNo(true);
    let no = FieldValue::YesNo(false);
    BTreeMap::from([
        (
            "C4-01",
            answered(
                &[
                    ("built", choice("partly")),
                    ("lacking", text("店内没有打包台；货架只有两组，比标准少一组。")),
                ],
                None,
            ),
        ),
        ("C4-02", answered(&[("open", choice("operating"))], None)),
        ("C4-03", answered(&[("class", choice("normal"))], None)),
        ("C4-04", answered(&[("sign", yes.clone())], None)),
        (
            "C4-05",
            answered(&[("board", no.clone())], Some("负责人称旧牌在粉刷外墙时拆下，一直没有挂回")),
        ),
        ("C4-06", answered(&[("used", yes.clone()), ("per_month", FieldValue::Integer(46))], None)),
        (
            "C4-07",
            answered(&[("skill", choice("able")), ("shown", text("下单一次、寄件一次"))], None),
        ),
        (
            "C4-08",
            answered(&[("trained", yes.clone()), ("last_date", FieldValue::Date("2026-05-18".into()))], None),
        ),
        (
            "C4-09",
            answered(
                &[
                    ("turnover", FieldValue::MoneyFen(186_050)),
                    ("months", FieldValue::Integer(6)),
                    ("period", text("2026年5月至10月")),
                ],
                None,
            ),
        ),
        (
            "C4-10",
            answered(
                &[
                    ("daily", yes.clone()),
                    ("weekly", no),
                    ("monthly", yes.clone()),
                    ("last_entry", FieldValue::Date("2026-11-19".into())),
                ],
                None,
            ),
        ),
        (
            "C4-12",
            answered(&[("mode", choice("neighbour")), ("neighbour", text("东枣园村站"))], None),
        ),
        (
            "C4-13",
            Answer::NotApplicable {
                note: Some("由邻近站点带送".into()),
            },
        ),
        (
            "C4-14",
            Answer::NotChecked {
                reason: "现场没有网络，系统页面打不开".into(),
            },
        ),
        (
            "C4-18",
            answered(
                &[(
                    "villages",
                    FieldValue::Villages(vec![village("后榆林村", true), village("上桑坪村", false), village("南云坡村", true)]),
                )],
                None,
            ),
        ),
        (
            "C4-21",
            answered(
                &[
                    ("assets", FieldValue::Sample { passed: 4, drawn: 5 }),
                    ("differences", text("电子秤编号与登记不一致")),
                ],
                None,
            ),
        ),
        (
            "C4-22",
            answered(&[("builder", text("青禾镇人民政府")), ("operator", text("葛𪨶（个人）"))], None),
        ),
    ])
}

/// A visit with answers of every kind, one finding and the given number of photos.
pub fn record(photos: u32) -> VisitRecord {
    let pack = Pack::parse(PACK).unwrap();
    let answers = answers();
    let items = pack.items.iter().map(|item| {
        let answer = answers.get(item.code.as_str());
        if let Some(answer) = answer {
            item.fits(answer).unwrap();
        }
        RecordItem {
            code: item.code.clone(),
            question: item.question.clone(),
            answer: answer.cloned(),
            words: answer_in_words(item, answer),
            concerns: answer
                .map(|a| item.concerns.iter().filter_map(|c| c.raised_by(a)).cloned().collect())
                .unwrap_or_default(),
            from_paper: None,
        }
    });
    let station = Position {
        lat_e7: 353_831_842,
        lon_e7: 924_756_712,
        datum: domain::station::Datum::Wgs84,
    };
    VisitRecord {
        format: "visit-record/1".into(),
        scope: "00112233445566778899aabbccddeeff".into(),
        county: "青禾县".into(),
        visit: VisitId(id(1)),
        station: Station {
            id: StationId(id(2)),
            name: "后榆林村站".into(),
            township: "青禾镇".into(),
            village: "后榆林村".into(),
            address: "青禾镇后榆林村2组2号".into(),
            manager: "葛𪨶".into(),
            proposed: false,
            position: Some(station),
            code: None,
            phone: None,
        },
        pack: PackRef {
            id: pack.id.clone(),
            version: pack.version,
            sha256: ROOT.into(),
        },
        title: pack.title.clone(),
        basis: pack.basis.clone(),
        signers: 2,
        started_at_ms: START_MS,
        ended_at_ms: START_MS + 9_300_000,
        utc_offset_min: 480,
        methods: pack.methods.iter().take(3).cloned().collect(),
        situation:
            "站点临街，门头完好，到站时正在营业，有两名村民取件。店内货架整齐，电子秤和电脑可用。\n月均营业额偏低，负责人解释为十月农忙，取件的人少。"
                .into(),
        team: vec![member(3, "林晓川", "青禾县商务局"), member(4, "沈𬭼", "青禾县农业农村局")],
        seconded: Vec::new(),
        hand_signed: Vec::new(),
        items: items.collect(),
        findings: vec![Finding {
            id: FindingId(id(5)),
            item: Some("C4-05".into()),
            facts: "店内外都没有公示本站服务哪些村。负责人称旧牌拆下后没有挂回。".into(),
            severity: Severity::Minor,
            requirement: "重做公示牌，写明服务的三个村，挂在门口。".into(),
            deadline: Some("2026-12-05".into()),
            units: vec![
                ResponsibleUnit {
                    name: "禾望电子商务有限公司".into(),
                    role: UnitRole::Lead,
                },
                ResponsibleUnit {
                    name: "青禾县商务局".into(),
                    role: UnitRole::Cooperating,
                },
            ],
            photos: (1..=photos.min(2)).map(photo_id).collect(),
            fixed: None,
        }],
        photos: (1..=photos).map(|n| photo(n, station)).collect(),
        countersign: Some(Countersign::Signed {
            name: "葛𪨶".into(),
            role: "站点负责人".into(),
            opinion: "情况属实，公示牌两周内挂好。".into(),
            strokes: BlobRef {
                sha256: ROOT.into(),
                len: 900,
            },
            shown: Some(ROOT.into()),
            at_ms: START_MS + 9_000_000,
        }),
        covers: vec![CoveredHead {
            log: "00112233445566778899aabbccddeeff".into(),
            seq: 41,
            entry: ROOT.into(),
        }],
        supersedes: None,
        written_at_ms: START_MS + 9_400_000,
        app_version: "0.1.0".into(),
    }
}

fn photo(number: u32, station: Position) -> RecordPhoto {
    let away = i64::from(number) * 400;
    let meta = PhotoMeta {
        taken_at: Some(format!("2026-11-21T09:{:02}:07", number % 60)),
        offset: number.is_multiple_of(2).then(|| "+08:00".into()),
        position: (!number.is_multiple_of(5)).then_some(Position {
            lat_e7: station.lat_e7 + away,
            ..station
        }),
        make: Some("Meadow".into()),
        model: Some("M-7".into()),
        width: Some(4000),
        height: Some(3000),
        ..PhotoMeta::default()
    };
    RecordPhoto {
        number,
        photo: photo_id(number),
        original: BlobRef {
            sha256: format!(
                "{:032x}{:032x}",
                u128::from(number).wrapping_mul(0x1f35_5678_9abc_def1_2345_6789_abcd_ef01),
                number
            ),
            len: 3_214_567,
        },
        thumbnail: None,
        name: format!("IMG_{number:04}.JPG"),
        mime: "image/jpeg".into(),
        distance_m: meta.distance_m(Some(station)),
        meta,
        items: vec![["C4-01", "C4-05"][number as usize % 2].into()],
        caption: ["门头正面", "原来挂公示牌的位置", "货架"][number as usize % 3].into(),
        withdrawn: None,
        derived: None,
        custody: None,
    }
}

/// Drawn pictures, landscape and upright, for every photo but each seventh.
pub fn pictures(record: &VisitRecord) -> BTreeMap<PhotoId, Vec<u8>> {
    let drawn = |n: u32| {
        let (w, h) = if n.is_multiple_of(3) { (240, 320) } else { (320, 240) };
        let picture = image::RgbImage::from_fn(w, h, |x, y| image::Rgb([(x * 255 / w) as u8, (y * 255 / h) as u8, (n * 37 % 256) as u8]));
        let mut bytes = std::io::Cursor::new(Vec::new());
        image::DynamicImage::from(picture).write_to(&mut bytes, image::ImageFormat::Jpeg).unwrap();
        bytes.into_inner()
    };
    record
        .photos
        .iter()
        .filter(|p| !p.number.is_multiple_of(7))
        .map(|p| (p.photo, drawn(p.number)))
        .collect()
}

pub fn strokes() -> Strokes {
    let wave = |x0: i64, y0: i64| {
        (0..40)
            .map(|i| [x0 + i * 4, y0 + [0, 14, 26, 14, 0, -12][(i % 6) as usize], i * 8])
            .collect()
    };
    Strokes {
        v: 1,
        width: 600,
        height: 240,
        strokes: vec![wave(60, 60), wave(120, 120), wave(300, 150), vec![[500, 60, 900]]],
    }
}

pub fn signatures() -> Vec<SignatureShown> {
    [("林晓川", "青禾县商务局", true), ("沈𬭼", "青禾县农业农村局", false)]
        .into_iter()
        .map(|(name, org, certified)| SignatureShown {
            name: name.into(),
            org: org.into(),
            at_ms: START_MS + 9_500_000,
            kid: SEAL.chars().rev().collect(),
            standing: if certified {
                SignatureStanding::Certified
            } else {
                SignatureStanding::Pending
            },
        })
        .collect()
}

/// Writes the PDF under the test's own folder and answers with its path.
pub fn keep(name: &str, pdf: &[u8]) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, pdf).unwrap();
    path
}

fn tool(name: &str, args: &[&str]) -> Vec<u8> {
    let output = Command::new(name)
        .args(args)
        .output()
        .unwrap_or_else(|e| panic!("{name} (Debian: poppler-utils) is needed by this test: {e}"));
    assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// All text of the PDF without any white space, as `pdftotext` finds it.
pub fn text(pdf: &Path) -> String {
    let text = String::from_utf8(tool("pdftotext", &["-raw", pdf.to_str().unwrap(), "-"])).unwrap();
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// Number of pages.
pub fn pages(pdf: &Path) -> u32 {
    let info = String::from_utf8(tool("pdfinfo", &[pdf.to_str().unwrap()])).unwrap();
    let line = info.lines().find(|l| l.starts_with("Pages:")).unwrap();
    line.trim_start_matches("Pages:").trim().parse().unwrap()
}

/// Every page as a grey picture at 150 dpi.
pub fn render(pdf: &Path) -> Vec<image::GrayImage> {
    let folder = pdf.with_extension("pages");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    tool(
        "pdftoppm",
        &["-r", "150", "-gray", "-png", pdf.to_str().unwrap(), folder.join("p").to_str().unwrap()],
    );
    let mut files: Vec<PathBuf> = std::fs::read_dir(&folder).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    files.iter().map(|f| image::open(f).unwrap().to_luma8()).collect()
}
