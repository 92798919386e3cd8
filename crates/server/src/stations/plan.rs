//! All rows against the registry: each station once, matched by its code, else by name, township and village.

use std::collections::BTreeMap;

use contract::stations::{StationChange, StationFault, StationFaultKind, StationField, StationLine, StationOutcome, TableRow};
use domain::station::{Datum, Position};
use domain::{Station, StationId};

use super::row::{Columns, Said};

/// What becomes of a row, and the station as it is to be registered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
    /// What is told.
    pub line: StationLine,
    /// The station to register; none where there is nothing to do. A new one has no id of its own yet.
    pub station: Option<Station>,
}

type Place = (String, String, String);

fn place(name: &str, township: &str, village: &str) -> Place {
    (name.to_owned(), township.to_owned(), village.to_owned())
}

/// Plans every row. `known` are the registered stations; `new_id` names those that are new.
pub fn plan(columns: &Columns<'_>, rows: &[TableRow], known: &[Station], mut new_id: impl FnMut() -> StationId) -> Vec<Planned> {
    let mut registry = Registry::default();
    known.iter().for_each(|station| registry.add(station));
    let mut seen = Seen::default();
    let rows = rows.iter().map(|row| {
        let (said, mut faults) = columns.read(row);
        let found = if faults.is_empty() { registry.find(columns, &said) } else { Ok(None) };
        let found = found.unwrap_or_else(|fault| {
            faults.push(fault);
            None
        });
        if faults.is_empty() {
            faults.extend(seen.repeated(columns, row.row, &said, found.map(|s| s.id)));
        }
        let (station, changes) = match found {
            Some(station) => amended(station, &said),
            None => (fresh(&said, new_id()), Vec::new()),
        };
        let outcome = match (faults.is_empty(), found.is_some(), changes.is_empty()) {
            (false, ..) => StationOutcome::Bad,
            (true, false, _) => StationOutcome::New,
            (true, true, false) => StationOutcome::Changed,
            (true, true, true) => StationOutcome::Same,
        };
        let text = |field| said.text(field).to_owned();
        Planned {
            line: StationLine {
                row: row.row,
                outcome,
                station: found.map(|s| s.id),
                name: text(StationField::Name),
                township: text(StationField::Township),
                village: text(StationField::Village),
                code: text(StationField::Code),
                changes: if faults.is_empty() { changes } else { Vec::new() },
                faults,
            },
            station: matches!(outcome, StationOutcome::New | StationOutcome::Changed).then_some(station),
        }
    });
    rows.collect()
}

#[derive(Default)]
struct Registry<'a> {
    by_code: BTreeMap<&'a str, Vec<&'a Station>>,
    by_place: BTreeMap<Place, Vec<&'a Station>>,
}

impl<'a> Registry<'a> {
    fn add(&mut self, station: &'a Station) {
        if let Some(code) = &station.code {
            self.by_code.entry(code).or_default().push(station);
        }
        let place = place(&station.name, &station.township, &station.village);
        self.by_place.entry(place).or_default().push(station);
    }

    fn find(&self, columns: &Columns<'_>, said: &Said) -> Result<Option<&'a Station>, StationFault> {
        let code = said.text(StationField::Code);
        let name = said.text(StationField::Name);
        let ambiguous = |field, value: &str| columns.fault(StationFaultKind::Ambiguous, field, value);
        match self.by_code.get(code).map_or(&[][..], Vec::as_slice) {
            [] => {}
            [one] => return Ok(Some(one)),
            _ => return Err(ambiguous(StationField::Code, code)),
        }
        let here = place(name, said.text(StationField::Township), said.text(StationField::Village));
        let here = self.by_place.get(&here).map_or(&[][..], Vec::as_slice);
        // A station that has a code already is not given another one by a likeness of names.
        let open: Vec<&Station> = here.iter().copied().filter(|s| code.is_empty() || s.code.is_none()).collect();
        match (open.as_slice(), here) {
            ([one], _) => Ok(Some(one)),
            ([], []) => Ok(None),
            ([], [other, ..]) => {
                let mut fault = columns.fault(StationFaultKind::OtherCode, StationField::Code, code);
                fault.params.insert("code".to_owned(), other.code.clone().unwrap_or_default());
                Err(fault)
            }
            _ => Err(ambiguous(StationField::Name, name)),
        }
    }
}

/// Which row spoke of a station first.
#[derive(Default)]
struct Seen {
    stations: BTreeMap<StationId, u32>,
    codes: BTreeMap<String, u32>,
    places: BTreeMap<Place, u32>,
}

impl Seen {
    fn repeated(&mut self, columns: &Columns<'_>, row: u32, said: &Said, known: Option<StationId>) -> Option<StationFault> {
        let code = said.text(StationField::Code);
        let name = said.text(StationField::Name);
        let here = place(name, said.text(StationField::Township), said.text(StationField::Village));
        let by_station = known.and_then(|id| self.stations.get(&id)).map(|row| (*row, StationField::Name, name));
        let by_code = self.codes.get(code).map(|row| (*row, StationField::Code, code));
        let by_place = self.places.get(&here).map(|row| (*row, StationField::Name, name));
        if let Some((first, field, value)) = by_station.or(by_code).or(by_place) {
            let mut fault = columns.fault(StationFaultKind::Repeated, field, value);
            fault.params.insert("row".to_owned(), first.to_string());
            return Some(fault);
        }
        known.map(|id| self.stations.insert(id, row));
        if !code.is_empty() {
            self.codes.insert(code.to_owned(), row);
        }
        self.places.insert(here, row);
        None
    }
}

fn fresh(said: &Said, id: StationId) -> Station {
    let text = |field| said.text(field).to_owned();
    let some = |field| Some(text(field)).filter(|t| !t.is_empty());
    Station {
        id,
        name: text(StationField::Name),
        township: text(StationField::Township),
        village: text(StationField::Village),
        address: text(StationField::Address),
        manager: text(StationField::Manager),
        position: said.position,
        code: some(StationField::Code),
        phone: some(StationField::Phone),
        proposed: false,
    }
}

/// The known station with what the row says over it, and what that changes.
fn amended(known: &Station, said: &Said) -> (Station, Vec<StationChange>) {
    let mut station = known.clone();
    let mut changes = Vec::new();
    for (field, text) in &said.texts {
        let from = match field {
            StationField::Code => station.code.replace(text.clone()).unwrap_or_default(),
            StationField::Phone => station.phone.replace(text.clone()).unwrap_or_default(),
            StationField::Name => std::mem::replace(&mut station.name, text.clone()),
            StationField::Township => std::mem::replace(&mut station.township, text.clone()),
            StationField::Village => std::mem::replace(&mut station.village, text.clone()),
            StationField::Address => std::mem::replace(&mut station.address, text.clone()),
            StationField::Manager => std::mem::replace(&mut station.manager, text.clone()),
            StationField::Longitude | StationField::Latitude | StationField::Datum => continue,
        };
        if from != *text {
            changes.push(StationChange {
                field: *field,
                from,
                to: text.clone(),
            });
        }
    }
    if let Some(point) = said.position {
        let same_point = |p: &Position| p.lat_e7 == point.lat_e7 && p.lon_e7 == point.lon_e7;
        // A file that does not state a datum does not take away the one that is known of the same two numbers.
        let to = match known.position.filter(same_point) {
            Some(known) if point.datum == Datum::Unknown => known,
            _ => point,
        };
        if known.position != Some(to) {
            changes.push(StationChange {
                field: StationField::Longitude,
                from: known.position.map(written).unwrap_or_default(),
                to: written(to),
            });
            station.position = Some(to);
        }
    }
    (station, changes)
}

/// A point as text: longitude, latitude, datum.
pub fn written(point: Position) -> String {
    let degrees = |e7: i64| {
        format!(
            "{}{}.{:07}",
            if e7 < 0 { "-" } else { "" },
            (e7 / 10_000_000).abs(),
            (e7 % 10_000_000).abs()
        )
    };
    let datum = match point.datum {
        Datum::Wgs84 => " WGS-84",
        Datum::Cgcs2000 => " CGCS2000",
        Datum::Gcj02 => " GCJ-02",
        Datum::Bd09 => " BD-09",
        Datum::Unknown => "",
    };
    format!("{}, {}{datum}", degrees(point.lon_e7), degrees(point.lat_e7))
}
