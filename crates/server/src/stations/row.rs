//! One row: what it says of a station, or everything that is wrong with it.

use std::collections::BTreeMap;

use contract::stations::{StationFault, StationFaultKind, StationField, TableRow};
use domain::station::{Datum, Position};

use super::coordinate::{degrees_e7, is_latitude, is_longitude};

/// What a row says. An empty cell says nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// Texts by field; coordinates and datum stand in `position`.
    pub texts: BTreeMap<StationField, String>,
    /// The point as given; the datum is `Unknown` where none is stated.
    pub position: Option<Position>,
}

impl Said {
    /// A text, or nothing.
    pub fn text(&self, field: StationField) -> &str {
        self.texts.get(&field).map_or("", String::as_str)
    }
}

/// The columns of a file with their headers.
#[derive(Clone, Debug)]
pub struct Columns<'a> {
    headers: &'a [String],
    mapping: &'a [Option<StationField>],
}

fn longest(field: StationField) -> usize {
    match field {
        StationField::Code | StationField::Datum | StationField::Longitude | StationField::Latitude => 40,
        StationField::Name | StationField::Phone => 60,
        StationField::Township | StationField::Village | StationField::Manager => 40,
        StationField::Address => 120,
    }
}

impl<'a> Columns<'a> {
    /// Columns with what each says.
    pub fn new(headers: &'a [String], mapping: &'a [Option<StationField>]) -> Self {
        Self { headers, mapping }
    }

    /// A fault in a field.
    pub fn fault(&self, kind: StationFaultKind, field: StationField, value: &str) -> StationFault {
        let at = self.mapping.iter().position(|known| *known == Some(field));
        let column = at.and_then(|at| self.headers.get(at)).cloned().unwrap_or_default();
        StationFault {
            kind,
            field,
            column,
            value: value.to_owned(),
            params: BTreeMap::new(),
        }
    }

    /// Reads one row.
    pub fn read(&self, row: &TableRow) -> (Said, Vec<StationFault>) {
        let mut said = Said::default();
        let mut faults = Vec::new();
        for (cell, field) in row.cells.iter().zip(self.mapping) {
            let (Some(field), value) = (*field, cell.trim()) else { continue };
            if value.is_empty() {
                continue;
            }
            match self.text_fault(field, value) {
                Some(fault) => faults.push(fault),
                None => drop(said.texts.insert(field, value.to_owned())),
            }
        }
        for field in [StationField::Name, StationField::Township] {
            if said.text(field).is_empty() && !faults.iter().any(|fault| fault.field == field) {
                faults.push(self.fault(StationFaultKind::Missing, field, ""));
            }
        }
        match self.position(&said) {
            Ok(position) => said.position = position,
            Err(fault) => faults.extend(fault),
        }
        for field in [StationField::Longitude, StationField::Latitude, StationField::Datum] {
            said.texts.remove(&field);
        }
        (said, faults)
    }

    fn text_fault(&self, field: StationField, value: &str) -> Option<StationFault> {
        let most = longest(field);
        if value.chars().count() > most {
            let mut fault = self.fault(StationFaultKind::TooLong, field, &value.chars().take(most).collect::<String>());
            fault.params.insert("max".to_owned(), most.to_string());
            return Some(fault);
        }
        let kind = if value.contains('\u{fffd}') || value.contains(char::is_control) {
            StationFaultKind::Unreadable
        } else if ["#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!"].contains(&value) {
            StationFaultKind::CellError
        } else if field == StationField::Phone && !is_phone(value) {
            StationFaultKind::NotPhone
        } else {
            return None;
        };
        Some(self.fault(kind, field, value))
    }

    fn position(&self, said: &Said) -> Result<Option<Position>, Vec<StationFault>> {
        use StationField::{Datum as DatumField, Latitude, Longitude};
        let texts = [said.text(Longitude), said.text(Latitude)];
        let read = |field: StationField, text: &str| degrees_e7(text).ok_or_else(|| vec![self.fault(StationFaultKind::NotDegrees, field, text)]);
        let (lon_e7, lat_e7) = match texts {
            ["", ""] => return Ok(None),
            ["", lat] => return Err(vec![self.fault(StationFaultKind::HalfPosition, Latitude, lat)]),
            [lon, ""] => return Err(vec![self.fault(StationFaultKind::HalfPosition, Longitude, lon)]),
            [lon, lat] => (read(Longitude, lon)?, read(Latitude, lat)?),
        };
        let both = format!("{}, {}", texts[0], texts[1]);
        if !is_longitude(lon_e7) && !is_latitude(lat_e7) && is_longitude(lat_e7) && is_latitude(lon_e7) {
            return Err(vec![self.fault(StationFaultKind::Swapped, Longitude, &both)]);
        }
        let outside = [(Longitude, is_longitude(lon_e7), texts[0]), (Latitude, is_latitude(lat_e7), texts[1])];
        let outside: Vec<StationFault> = outside
            .iter()
            .filter(|(_, inside, _)| !inside)
            .map(|(field, _, text)| self.fault(StationFaultKind::OutsideChina, *field, text))
            .collect();
        if !outside.is_empty() {
            return Err(outside);
        }
        let stated = said.text(DatumField);
        let datum = datum_of(stated).ok_or_else(|| vec![self.fault(StationFaultKind::UnknownDatum, DatumField, stated)])?;
        Ok(Some(Position { lat_e7, lon_e7, datum }))
    }
}

/// The datum that a text names; empty is not stated.
fn datum_of(text: &str) -> Option<Datum> {
    let plain: String = text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    Some(match plain.as_str() {
        "" | "未知" | "不明" | "不详" | "unknown" => Datum::Unknown,
        "wgs84" | "84" | "wgs1984" | "gps" | "epsg4326" => Datum::Wgs84,
        "cgcs2000" | "2000" | "国家2000" | "大地2000" | "2000国家大地坐标系" | "epsg4490" => Datum::Cgcs2000,
        "gcj02" | "gcj" | "火星" | "火星坐标" | "高德" | "腾讯" | "国测局" => Datum::Gcj02,
        "bd09" | "bd09ll" | "百度" => Datum::Bd09,
        _ => return None,
    })
}

/// At least five digits, and otherwise only what stands between the parts of numbers.
fn is_phone(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    digits >= 5 && text.chars().all(|c| c.is_ascii_digit() || " +-()（）－—、,，;；/转".contains(c))
}
