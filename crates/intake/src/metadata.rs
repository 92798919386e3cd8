//! What a file says about itself, every value with its source. A wrong value is worse than none: what is blank, out of
//! range, contradictory or half there is left out and named in the warnings.

use crate::container::{self, Own, Parts};
use crate::exif;
use crate::format::{FileFormat, sniff};
use crate::notes::Said;
use crate::when::{LocalTime, local_time};
use crate::xmp;

/// What a file says about itself (元数据). Absent is absent: nothing is guessed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Metadata {
    /// Local time of taking, `YYYY-MM-DDTHH:MM:SS[.fff]`, digits of the fraction as recorded.
    pub taken_at: Option<String>,
    /// Offset of `taken_at` from UTC, `+08:00`, when recorded.
    pub offset: Option<String>,
    /// Instant of taking in ms since 1970 UTC, when the offset is recorded.
    pub taken_at_utc_ms: Option<i64>,
    /// GPS date and time in UTC, `YYYY-MM-DDTHH:MM:SS[.fff]Z`.
    pub gps_time: Option<String>,
    /// Position as recorded.
    pub place: Option<Place>,
    /// Altitude in metres, negative below sea level.
    pub altitude_m: Option<f64>,
    /// Direction of view in degrees, 0 to 360.
    pub direction_deg: Option<f64>,
    /// Horizontal position error in metres.
    pub position_error_m: Option<f64>,
    /// Maker of the device.
    pub make: Option<String>,
    /// Model of the device.
    pub model: Option<String>,
    /// Serial number of the device.
    pub serial: Option<String>,
    /// Software that wrote the file last.
    pub software: Option<String>,
    /// Width in pixels as stored.
    pub width: Option<u32>,
    /// Height in pixels as stored.
    pub height: Option<u32>,
    /// Exif orientation 1–8, as recorded.
    pub orientation: Option<u8>,
    /// Which tag each value came from, such as `taken_at: Exif.DateTimeOriginal`.
    pub sources: Vec<String>,
    /// What could not be read or contradicts itself, in English.
    pub warnings: Vec<String>,
}

/// A position as a file records it (位置).
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// Degrees north.
    pub lat: f64,
    /// Degrees east.
    pub lon: f64,
    /// Geodetic datum as named in the file; telephones mostly name none.
    pub datum: Option<String>,
}

/// Reads the metadata of a file from its bytes; a file cut short gives what is left of it. Never fails and never panics on
/// any input: unreadable parts become warnings.
///
/// Precedence of sources: Exif, then XMP, then the maker's notes in Exif, then the container.
pub fn read(bytes: &[u8]) -> Metadata {
    read_as(bytes, sniff(bytes))
}

/// As [`read`], for a caller that already knows the format.
pub fn read_as(bytes: &[u8], format: FileFormat) -> Metadata {
    let Parts {
        size,
        exif,
        xmp,
        xmp_extension,
        own,
        warnings,
    } = container::open(bytes, format);
    let mut meta = Metadata {
        warnings,
        ..Metadata::default()
    };
    meta.take_size(size, format.name());
    let is_file = format == FileFormat::Tiff;
    let by_exif = exif.as_deref().map(|block| exif::fill(&mut meta, block, is_file)).unwrap_or_default();
    let packet = xmp.as_deref().or_else(|| exif::xmp(exif.as_deref()?, is_file));
    let by_xmp = packet.map(|packet| xmp::fill(&mut meta, packet)).unwrap_or_default();
    let by_rest = xmp_extension.map(|packet| xmp::fill(&mut meta, &packet)).unwrap_or_default();
    meta.take_altitude(by_exif.altitude_m, "GPS.GPSAltitude");
    meta.take_altitude(by_xmp.altitude_m.or(by_rest.altitude_m), "XMP.GPSAltitude");
    let Own {
        original,
        exact,
        taken,
        place,
        ..
    } = own;
    if let Some((time, source)) = exact {
        if meta.taken_at.as_deref().is_some_and(|taken| taken.starts_with(&time.whole())) {
            meta.refine_time(time.fraction, time.offset, [source; 2]);
        } else {
            meta.take_time(Some(time), source);
        }
    }
    let next_best = [
        by_exif.notes.taken.map(|time| (time, "MakerNote.DateTimeOriginal")),
        original,
        by_exif.captioned.map(|time| (time, "IPTC.DateCreated")),
        by_exif.taken.map(|time| (time, "Exif.DateTimeDigitized")),
        by_xmp.taken.or(by_rest.taken).map(|time| (time, "XMP.CreateDate")),
        taken,
    ];
    for (time, source) in next_best.into_iter().flatten() {
        meta.take_time(Some(time), source);
    }
    let noted = by_exif.notes.serial.map(|serial| (serial, "MakerNote.SerialNumber"));
    for (field, text) in [
        ("make", own.make),
        ("model", own.model),
        ("software", own.software),
        ("serial", noted),
        ("serial", own.serial),
    ] {
        if let Some((text, source)) = text {
            meta.take_text(field, Some(text), source);
        }
    }
    if let Some((lat, lon, source)) = place {
        meta.take_place(lat, lon, None, source);
        meta.take_altitude(own.altitude_m, source);
        meta.take_position_error(own.position_error_m, source);
    }
    meta.warnings.sort();
    meta.warnings.dedup();
    meta.warnings.truncate(20);
    meta
}

/// What a block says that counts only where no block says it better.
#[derive(Debug, Default)]
pub(crate) struct SecondBest {
    /// When the picture was digitised, or its file made.
    pub taken: Option<LocalTime>,
    /// When the picture was taken, by its caption.
    pub captioned: Option<LocalTime>,
    /// Metres, by a value without the reference that says whether it is above or below the sea.
    pub altitude_m: Option<f64>,
    /// What the maker's own notes say.
    pub notes: Said,
}

impl Metadata {
    /// Records which tag a value came from.
    pub(crate) fn note(&mut self, field: &str, source: &str) {
        self.sources.push(format!("{field}: {source}"));
    }

    pub(crate) fn warn(&mut self, what: impl Into<String>) {
        self.warnings.push(what.into());
    }

    /// Takes over a time of taking with its zone and, where that is known, its instant, unless there is one already.
    pub(crate) fn take_time(&mut self, time: Option<LocalTime>, source: &str) {
        if let (None, Some(time)) = (&self.taken_at, time) {
            self.taken_at = Some(time.text());
            self.offset = time.offset.clone();
            self.taken_at_utc_ms = time.utc_ms();
            self.note("taken_at", source);
        }
    }

    /// Takes over the fraction and the zone of the time of taking from elsewhere, as far as it has none; `sources` are theirs.
    pub(crate) fn refine_time(&mut self, fraction: Option<String>, offset: Option<String>, sources: [&str; 2]) {
        let Some(mut time) = self.taken_at.as_deref().and_then(local_time) else {
            return;
        };
        time.offset = self.offset.take();
        for ((slot, found), source) in [(&mut time.fraction, fraction), (&mut time.offset, offset)].into_iter().zip(sources) {
            let source = format!("taken_at: {source}");
            if slot.is_none() && found.is_some() {
                *slot = found;
                if !self.sources.contains(&source) {
                    self.sources.push(source);
                }
            }
        }
        (self.taken_at, self.taken_at_utc_ms) = (Some(time.text()), time.utc_ms());
        self.offset = time.offset;
    }

    /// Takes over a text, unless there is one already. `field` is one of make, model, serial, software.
    pub(crate) fn take_text(&mut self, field: &str, text: Option<String>, source: &str) {
        let slot = match field {
            "make" => &mut self.make,
            "model" => &mut self.model,
            "serial" => &mut self.serial,
            _ => &mut self.software,
        };
        if let (None, Some(text)) = (&*slot, text) {
            *slot = Some(text);
            self.note(field, source);
        }
    }

    /// Takes over a position, unless there is one already. 0,0 is said to be what devices without a fix write.
    pub(crate) fn take_place(&mut self, lat: f64, lon: f64, datum: Option<String>, source: &str) {
        if self.place.is_none() {
            if lat == 0.0 && lon == 0.0 {
                self.warn("the position is 0,0: the device had no fix");
            }
            self.place = Some(Place { lat, lon, datum });
            self.note("position", source);
        }
    }

    /// Takes over an altitude, unless there is one already or it is none of this planet.
    pub(crate) fn take_altitude(&mut self, metres: Option<f64>, source: &str) {
        if let (None, Some(metres)) = (self.altitude_m, metres.filter(|m| m.abs() < 100_000.0)) {
            self.altitude_m = Some(metres);
            self.note("altitude", source);
        }
    }

    /// Takes over a direction of view, unless there is one already or it is none.
    pub(crate) fn take_direction(&mut self, degrees: Option<f64>, source: &str) {
        if let (None, Some(degrees)) = (self.direction_deg, degrees.filter(|d| (0.0..=360.0).contains(d))) {
            self.direction_deg = Some(degrees);
            self.note("direction", source);
        }
    }

    /// Takes over a position error, unless there is one already or it is none.
    pub(crate) fn take_position_error(&mut self, metres: Option<f64>, source: &str) {
        if let (None, Some(metres)) = (self.position_error_m, metres.filter(|m| *m >= 0.0)) {
            self.position_error_m = Some(metres);
            self.note("position_error", source);
        }
    }

    /// Takes over an orientation, unless there is one already.
    pub(crate) fn take_orientation(&mut self, value: Option<u32>, source: &str) {
        let Some(value) = value.filter(|_| self.orientation.is_none()) else {
            return;
        };
        match u8::try_from(value) {
            Ok(value @ 1..=8) => {
                self.orientation = Some(value);
                self.note("orientation", source);
            }
            _ => self.warn(format!("orientation {value} does not exist")),
        }
    }

    /// Takes over a size in pixels, unless there is one already.
    pub(crate) fn take_size(&mut self, size: Option<(u32, u32)>, source: &str) {
        if let (None, Some((width, height))) = (self.width, size.filter(|(w, h)| *w > 0 && *h > 0)) {
            (self.width, self.height) = (Some(width), Some(height));
            self.note("width,height", source);
        }
    }
}
