//! What the rows of a list say: from a station or a visit to typed cells, the same on both ends.

use super::{Cell, CellKind, ListKind};
use crate::finding::Severity;
use crate::operation::{BlobRef, PhotoAttached};
use crate::photo::TimeGrade;
use crate::station::{Datum, Position, Station};
use crate::visit::{Visit, VisitFinding};
use std::collections::BTreeSet;
use uuid::Uuid;

/// A row as it is stored: its identity and cells of the columns that are not worked out later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Station, visit, finding or photo.
    pub id: Uuid,
    /// Cells.
    pub cells: Vec<Cell>,
}

impl Stored {
    /// Its text as people wrote it, for the index of words; keys that are shown as words are no part of it.
    pub fn text(&self, list: ListKind) -> String {
        let texts = list
            .columns()
            .iter()
            .zip(&self.cells)
            .filter_map(|(column, cell)| match (column.kind, cell) {
                (CellKind::Text | CellKind::Day, Cell::Text(text)) => Some(text.as_str()),
                _ => None,
            });
        texts.collect::<Vec<_>>().join("\n")
    }
}

fn text(text: &str) -> Cell {
    Cell::Text(text.to_owned())
}

fn count(n: usize) -> Cell {
    Cell::Whole(i64::try_from(n).unwrap_or(i64::MAX))
}

fn size(blob: &BlobRef) -> Cell {
    Cell::Whole(i64::try_from(blob.len).unwrap_or(i64::MAX))
}

/// A station; how often and when last it was visited is the store's to say.
pub fn station(station: &Station, visits: i64, last_visit_ms: i64) -> Stored {
    Stored {
        id: station.id.0,
        cells: vec![
            text(&station.name),
            text(&station.township),
            text(&station.village),
            text(station.code.as_deref().unwrap_or_default()),
            text(&station.manager),
            text(station.phone.as_deref().unwrap_or_default()),
            text(&station.address),
            Cell::Text(station.position.map(point).unwrap_or_default()),
            text(approval(station.proposed)),
            Cell::Whole(visits),
            Cell::Whole(last_visit_ms),
        ],
    }
}

fn point(position: Position) -> String {
    let degrees = |e7: i64| {
        format!(
            "{}{}.{:07}",
            if e7 < 0 { "-" } else { "" },
            (e7 / 10_000_000).abs(),
            (e7 % 10_000_000).abs()
        )
    };
    let datum = match position.datum {
        Datum::Wgs84 => " WGS-84",
        Datum::Cgcs2000 => " CGCS2000",
        Datum::Gcj02 => " GCJ-02",
        Datum::Bd09 => " BD-09",
        Datum::Unknown => "",
    };
    format!("{}, {}{datum}", degrees(position.lon_e7), degrees(position.lat_e7))
}

/// The key that tells a station of the county's list from one that a laptop proposed.
pub fn approval(proposed: bool) -> &'static str {
    if proposed { "proposed" } else { "registered" }
}

/// Where a visit was and stands, as its rows repeat it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Place<'a> {
    /// The station's name.
    pub name: &'a str,
    /// Its township.
    pub township: &'a str,
    /// Its [`approval`]; empty while the station is not known.
    pub approval: &'a str,
    /// Key of the visit's phase. A store says which signatures count.
    pub phase: &'a str,
}

/// A visit.
pub fn visit(visit: &Visit, place: Place<'_>, changed_at_ms: i64) -> Stored {
    let team: Vec<&str> = visit.description.team.iter().map(|member| member.name.as_str()).collect();
    let said = visit.answers.values().filter(|versions| versions.iter().any(|v| v.answer.is_some()));
    Stored {
        id: visit.id.0,
        cells: vec![
            text(place.name),
            text(place.township),
            Cell::Whole(visit.description.started_at_ms),
            text(place.phase),
            Cell::Text(team.join("、")),
            count(said.count()),
            count(visit.standing_findings().count()),
            count(visit.standing_photos().count()),
            text(&visit.pack.id),
            text(place.approval),
            count(visit.disputed_items().count()),
            count(visit.uncovered.len()),
            Cell::Whole(changed_at_ms),
        ],
    }
}

/// The findings of a visit.
pub fn findings(visit: &Visit, place: Place<'_>) -> Vec<Stored> {
    let rows = visit.findings.iter().map(|known| {
        let finding = &known.finding;
        let units: Vec<&str> = finding.units.iter().map(|unit| unit.name.as_str()).collect();
        Stored {
            id: finding.id.0,
            cells: vec![
                text(&finding.facts),
                text(word(finding.severity)),
                text(standing(known)),
                text(place.name),
                text(place.township),
                text(&finding.requirement),
                text(finding.deadline.as_deref().unwrap_or_default()),
                Cell::Text(units.join("、")),
                text(finding.item.as_deref().unwrap_or_default()),
                count(finding.photos.len()),
                text(place.phase),
                Cell::Whole(known.ts_ms),
                text(finding.fixed.as_ref().map_or("", |fixed| fixed.how.as_str())),
                text(known.withdrawn.as_deref().unwrap_or_default()),
            ],
        }
    });
    rows.collect()
}

/// The photos of a visit, and those that came after its seal, each id once.
pub fn photos(visit: &Visit, place: Place<'_>) -> Vec<Stored> {
    let own = visit.photos.iter().map(|known| {
        let validity = if known.withdrawn.is_some() { "withdrawn" } else { "valid" };
        let said = Said {
            items: &known.items,
            caption: &known.caption,
            validity,
            attached_at_ms: known.ts_ms,
            withdrawn: known.withdrawn.as_deref().unwrap_or_default(),
        };
        (&known.attached, said)
    });
    let late = visit.uncovered.iter().filter_map(|entry| {
        let photo = entry.photo.as_deref()?;
        let said = Said {
            items: &photo.items,
            caption: "",
            validity: "uncovered",
            attached_at_ms: entry.ts_ms,
            withdrawn: "",
        };
        Some((photo, said))
    });
    let mut known = BTreeSet::new();
    own.chain(late)
        .filter(|(photo, _)| known.insert(photo.photo))
        .map(|(photo, said)| photo_row(place, photo, &said))
        .collect()
}

/// What was said of a photo beside what it brought along.
struct Said<'a> {
    items: &'a [String],
    caption: &'a str,
    validity: &'static str,
    attached_at_ms: i64,
    withdrawn: &'a str,
}

fn photo_row(place: Place<'_>, photo: &PhotoAttached, said: &Said<'_>) -> Stored {
    let meta = &photo.meta;
    let device = [meta.make.as_deref(), meta.model.as_deref()];
    Stored {
        id: photo.photo.0,
        cells: vec![
            text(&photo.name),
            Cell::Text(meta.taken_at.as_deref().unwrap_or_default().replace('T', " ")),
            text(place.name),
            text(place.township),
            text(said.caption),
            Cell::Text(said.items.join("、")),
            Cell::Whole(photo.distance_m.unwrap_or(-1)),
            text(grade(meta.time_grade())),
            Cell::Text(device.into_iter().flatten().collect::<Vec<_>>().join(" ")),
            text(&photo.mime),
            size(&photo.original),
            text(said.validity),
            text(place.phase),
            Cell::Whole(said.attached_at_ms),
            text(said.withdrawn),
        ],
    }
}

fn standing(known: &VisitFinding) -> &'static str {
    match (&known.withdrawn, &known.finding.fixed) {
        (Some(_), _) => "withdrawn",
        (None, Some(_)) => "fixed",
        (None, None) => "open",
    }
}

fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Minor => "minor",
        Severity::Major => "major",
        Severity::Severe => "severe",
    }
}

fn grade(grade: TimeGrade) -> &'static str {
    match grade {
        TimeGrade::Anchored => "anchored",
        TimeGrade::Gps => "gps",
        TimeGrade::DeviceOnly => "device_only",
        TimeGrade::Contradictory => "contradictory",
        TimeGrade::None => "none",
    }
}
