//! `xunzhan-field bench-lists --data DIR --people FILE --photos DIR [--visits N] [--copy DIR]`: how long a laptop that has seen years of work
//! takes to open, to list, to search and to show a visit. All of it goes to a second copy at the end, where a folder for it is named.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use contract::ApiError;
use contract::field::{FieldHost, MakeCopy, Unlock, VisitArgs};
use contract::lists::ListArgs;
use contract::shared::Nothing;
use domain::finding::{ResponsibleUnit, Severity, UnitRole};
use domain::lists::{ListKind, ListQuery};
use domain::operation::{BlobRef, PhotoAttached, SealSigned, TeamMember, VisitAnswered, VisitDescription, VisitOpened, VisitSealed};
use domain::station::{Datum, Position, Station};
use domain::{Answer, Finding, FindingId, Operation, PackRef, PersonId, PhotoId, PhotoMeta, StationId, VisitId};
use intake::{Limits, metadata, thumbnail};
use seal::Digest;
use seal::keys::Signer as _;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::Field;
use crate::core::Open;
use crate::store::Tx;

/// A station is visited ten times, and a visit has five photos.
const VISITS_OF_A_STATION: usize = 10;
const PHOTOS_OF_A_VISIT: usize = 5;
/// Visits written in one transaction.
const BATCH: usize = 100;
/// Calls of a kind that are measured.
const CALLS: usize = 200;
const OPENINGS: usize = 10;
const DAY_MS: i64 = 86_400_000;
/// 2026-01-05 09:00 in China.
const LAST_DAY_MS: i64 = 1_767_574_800_000;

const SYLLABLES: [&str; 20] = [
    "青", "河", "榆", "林", "柳", "溪", "石", "桥", "沙", "湾", "高", "坪", "杨", "庄", "井", "沟", "桑", "园", "𬭼", "岭",
];
const FACTS: [&str; 5] = [
    "台账缺少近三个月的收发记录",
    "公示牌上的服务电话无人接听",
    "代收包裹未按时限上架",
    "培训签到表与照片人数不符",
    "设备闲置，站长说网络欠费",
];

/// Fills the store where it is not full yet, with thumbnails of the photos in a folder, then measures; answers with medians and the 99th of a hundred, in ms.
pub fn bench_lists(data: &Path, (person, passphrase): (PersonId, &str), visits: usize, photos: &Path, copy: Option<&Path>) -> Result<Value> {
    let open = || -> Result<Field> {
        let field = Field::open(data).map_err(said)?;
        let passphrase = passphrase.to_owned();
        field.unlock(Unlock { person, passphrase }).map_err(said)?;
        Ok(field)
    };
    let field = open()?;
    fill(&field, visits, photos)?;
    drop(field);
    let mut openings = Vec::new();
    for _ in 0..OPENINGS {
        let (took, field) = timed(open)?;
        openings.push(took);
        drop(field);
    }
    let field = open()?;
    let mut calls = vec![json!({"what": "opening, passphrase included", "calls": OPENINGS, "ms": spread(openings)})];
    let lists = [
        (ListKind::Stations, "name", "township"),
        (ListKind::Visits, "started_at_ms", "station_name"),
        (ListKind::Findings, "recorded_at_ms", "deadline"),
        (ListKind::Photos, "attached_at_ms", "taken_at"),
    ];
    let (mut totals, mut ids) = (Vec::new(), Vec::new());
    for (list, first, second) in lists {
        let (mut pages, mut next) = (Vec::new(), None);
        for n in 0..CALLS {
            // From page to page down the list, and now and then from the top by another column.
            let sort = if n % 20 < 10 { first } else { second };
            let after = if n.is_multiple_of(10) { None } else { next.take() };
            let (took, page) = timed(|| field.list(question(list, sort, "", after)).map_err(said))?;
            pages.push(took);
            if list == ListKind::Visits {
                ids.extend(page.rows.iter().filter_map(|row| row.visit));
            }
            totals.extend(page.total.filter(|_| n == 0));
            next = page.next;
        }
        calls.push(json!({"what": format!("a page of {list:?}"), "calls": CALLS, "ms": spread(pages)}));
        let mut searches = Vec::new();
        for n in 0..CALLS {
            let word = searched(list, n);
            let (took, _) = timed(|| field.list(question(list, first, &word, None)).map_err(said))?;
            searches.push(took);
        }
        calls.push(json!({"what": format!("two characters in {list:?}"), "calls": CALLS, "ms": spread(searches)}));
    }
    let mut shown = Vec::new();
    for n in 0..CALLS {
        let Some(visit) = ids.get(n * 7919 % ids.len().max(1)).copied() else {
            bail!("no visit was listed")
        };
        let (took, _) = timed(|| field.get_visit(VisitArgs { visit }).map_err(said))?;
        shown.push(took);
    }
    calls.push(json!({"what": "a visit", "calls": CALLS, "ms": spread(shown)}));
    if let Some(folder) = copy {
        copied(&field, folder)?;
    }
    Ok(json!({"stations": totals.first(), "visits": totals.get(1), "findings": totals.get(2), "photos": totals.get(3), "calls": calls}))
}

/// Makes a second copy and waits for it.
fn copied(field: &Field, folder: &Path) -> Result<()> {
    let chosen = field.register_paths(vec![folder.to_owned()]).pop();
    let handle = chosen.ok_or_else(|| anyhow::anyhow!("no folder for the copy"))?.handle;
    field.make_copy(MakeCopy { handle }).map_err(said)?;
    loop {
        let job = field.copy_status(Nothing {}).map_err(said)?.job;
        let job = job.ok_or_else(|| anyhow::anyhow!("no copy is made"))?;
        if job.finished {
            return job.error.map_or(Ok(()), |error| Err(said(error)));
        }
        std::thread::sleep(Duration::from_millis(100));
    }
}

fn said(error: ApiError) -> anyhow::Error {
    anyhow::anyhow!("{error}")
}

fn timed<T>(call: impl FnOnce() -> Result<T>) -> Result<(f64, T)> {
    let start = Instant::now();
    let value = call()?;
    Ok((start.elapsed().as_secs_f64() * 1000.0, value))
}

/// Median and 99th of a hundred.
fn spread(mut ms: Vec<f64>) -> Value {
    ms.sort_by(f64::total_cmp);
    let at = |share: usize| ms.get((ms.len() * share / 100).min(ms.len().saturating_sub(1))).copied();
    json!({"median": at(50), "p99": at(99)})
}

fn question(list: ListKind, sort: &str, search: &str, after: Option<String>) -> ListArgs {
    ListArgs {
        query: ListQuery {
            list,
            search: search.to_owned(),
            filters: Vec::new(),
            sort: sort.to_owned(),
            descending: true,
        },
        after,
        limit: 100,
    }
}

/// Two characters that occur in the list.
fn searched(list: ListKind, n: usize) -> String {
    match list {
        ListKind::Findings => FACTS
            .get(n % FACTS.len())
            .map(|facts| facts.chars().skip(n % 6).take(2).collect())
            .unwrap_or_default(),
        _ => name(n).chars().take(2).collect(),
    }
}

/// A village's name.
fn name(n: usize) -> String {
    let syllable = |n: usize| SYLLABLES.get(n % SYLLABLES.len()).copied().unwrap_or_default();
    format!("{}{}{}", syllable(n), syllable(n / 20 + 7 * n), syllable(n / 400 + 3))
}

/// Writes stations and visits until there are so many, as this laptop's own entries.
fn fill(field: &Field, visits: usize, photos: &Path) -> Result<()> {
    let (open, by) = field.0.unlocked()?;
    let known = field
        .list(question(ListKind::Visits, "started_at_ms", "", None))
        .map_err(said)?
        .total
        .unwrap_or(0);
    let known = usize::try_from(known)?;
    let (pack, _) = field
        .0
        .packs
        .in_force(&open.card)
        .next()
        .ok_or_else(|| anyhow::anyhow!("no checklist is in force"))?;
    let people = field.app_state(Nothing {}).map_err(said)?.people;
    let team: Vec<TeamMember> = people
        .iter()
        .take(2)
        .map(|one| TeamMember {
            person: one.person,
            name: one.name.clone(),
            org: one.org.clone(),
        })
        .collect();
    let pictures = if known < visits { pictures(photos)? } else { Vec::new() };
    let mut station = None;
    for batch in (known..visits).collect::<Vec<_>>().chunks(BATCH) {
        open.store.transact(|tx| {
            for number in batch {
                let here = match station {
                    Some(here) if !number.is_multiple_of(VISITS_OF_A_STATION) => here,
                    _ => propose(tx, &open, by, number / VISITS_OF_A_STATION)?,
                };
                station = Some(here);
                write(tx, &open, by, *number, here, pack, &team, &pictures)?;
            }
            Ok(())
        })?;
    }
    Ok(())
}

fn propose(tx: &mut Tx<'_>, open: &Open, by: PersonId, n: usize) -> crate::Result<StationId> {
    let village = format!("{}村", name(n));
    let station = Station {
        id: StationId(Uuid::now_v7()),
        name: format!("{village}站"),
        township: format!("{}镇", name(n / 36)),
        village,
        address: String::new(),
        manager: "站长".into(),
        position: Some(Position {
            lat_e7: 350_000_000 + i64::try_from(n).unwrap_or(0) * 9_000,
            lon_e7: 1_050_000_000,
            datum: Datum::Cgcs2000,
        }),
        code: None,
        phone: None,
        proposed: true,
    };
    let id = station.id;
    tx.author(&open.author, id.0, Some(by), &Operation::StationProposed(station))?;
    Ok(id)
}

/// A whole visit: 22 answers, five photos, a finding in every second, sealed by what its entries claim.
#[expect(clippy::too_many_arguments, reason = "all of it describes one visit")]
fn write(
    tx: &mut Tx<'_>,
    open: &Open,
    by: PersonId,
    number: usize,
    station: StationId,
    pack: &PackRef,
    team: &[TeamMember],
    pictures: &[Vec<u8>],
) -> crate::Result<()> {
    let n = i64::try_from(number).unwrap_or(0);
    let started_at_ms = LAST_DAY_MS - n * DAY_MS / 14;
    let visit = VisitId::opened_by(&open.author.key.public().kid().to_string(), started_at_ms);
    let mut operations = vec![Operation::VisitOpened(VisitOpened {
        station,
        pack: pack.clone(),
        description: VisitDescription {
            team: team.to_vec(),
            methods: vec!["on_site".into()],
            started_at_ms,
            ended_at_ms: Some(started_at_ms + 90 * 60_000),
            utc_offset_min: 480,
            situation: "站点正常营业".into(),
            seconded: Vec::new(),
        },
    })];
    for item in 1..=22 {
        operations.push(Operation::VisitAnswered(VisitAnswered {
            item: format!("C4-{item:02}"),
            answer: Some(Answer::NotChecked {
                reason: "站长外出，钥匙不在站内".into(),
            }),
            overwrites: Vec::new(),
            observed_at_ms: None,
        }));
    }
    let mut photos = Vec::new();
    for photo in 0..PHOTOS_OF_A_VISIT {
        let id = PhotoId(Uuid::now_v7());
        photos.push(id);
        operations.push(attached(tx, id, number * PHOTOS_OF_A_VISIT + photo, pictures)?);
    }
    if number.is_multiple_of(2) {
        operations.push(Operation::FindingRecorded(Finding {
            id: FindingId(Uuid::now_v7()),
            item: Some("C4-09".into()),
            facts: format!("{}，{}村", FACTS.get(number / 2 % FACTS.len()).copied().unwrap_or_default(), name(number)),
            severity: Severity::Major,
            requirement: "限期整改并报送照片".into(),
            deadline: Some(format!("2026-{:02}-15", number % 12 + 1)),
            units: vec![ResponsibleUnit {
                name: "县商务局".into(),
                role: UnitRole::Lead,
            }],
            photos,
            fixed: None,
        }));
    }
    let bytes = |what: &str| {
        let text = format!("{what} of visit {number}");
        BlobRef {
            sha256: Digest::of(text.as_bytes()).to_hex(),
            len: text.len() as u64,
        }
    };
    let statement = bytes("statement");
    operations.push(Operation::VisitSealed(VisitSealed {
        record: bytes("record"),
        statement: statement.clone(),
        covers: Vec::new(),
        signers: 2,
        supersedes: None,
    }));
    for member in team {
        operations.push(Operation::SealSigned(SealSigned {
            statement: statement.sha256.clone(),
            person: member.person,
            name: member.name.clone(),
            kid: open.author.key.public().kid().to_string(),
            public_key: open.author.key.public().to_string(),
            signature: String::new(),
        }));
    }
    tx.author_all(&open.author, visit.0, by, &operations)
}

fn attached(tx: &mut Tx<'_>, photo: PhotoId, number: usize, pictures: &[Vec<u8>]) -> crate::Result<Operation> {
    let thumbnail = match pictures.get(number % pictures.len().max(1)) {
        Some(jpeg) => Some(BlobRef {
            sha256: tx.put_thumb(jpeg)?.to_hex(),
            len: jpeg.len() as u64,
        }),
        None => None,
    };
    let original = Digest::of(format!("photo {number}").as_bytes());
    let attached = PhotoAttached {
        photo,
        original: BlobRef {
            sha256: original.to_hex(),
            len: 4_800_000,
        },
        thumbnail,
        name: format!("IMG_{number:06}.jpg"),
        mime: "image/jpeg".into(),
        method: "dialog".into(),
        meta: PhotoMeta {
            taken_at: Some(format!(
                "2025-{:02}-{:02}T{:02}:{:02}:00",
                number % 12 + 1,
                number % 28 + 1,
                9 + number % 9,
                number % 60
            )),
            make: Some("HUAWEI".into()),
            model: Some("P60".into()),
            width: Some(4096),
            height: Some(3072),
            ..PhotoMeta::default()
        },
        // Spread over all 64 bits, so that pictures are as unlike each other as in life.
        fingerprint: original
            .as_bytes()
            .first_chunk()
            .map(|bytes| domain::fingerprint::Fingerprint(u64::from_le_bytes(*bytes))),
        pattern_db: None,
        distance_m: Some(40),
        items: vec!["C4-04".into()],
        arrived_at_ms: None,
        derived: None,
        no_preview: None,
    };
    Ok(Operation::PhotoAttached(Box::new(attached)))
}

/// Thumbnails of the photos in a folder.
fn pictures(folder: &Path) -> Result<Vec<Vec<u8>>> {
    let mut pictures = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let bytes = std::fs::read(entry?.path())?;
        let orientation = metadata::read(&bytes).orientation;
        pictures.extend(thumbnail::make(&bytes, orientation, &Limits::default()).map(|made| made.jpeg));
    }
    if pictures.is_empty() {
        bail!("{} holds no photo", folder.display());
    }
    Ok(pictures)
}
