//! Custody (保管链) of a photo: who made it, by which method, what it is to prove, which photo it is a copy of, and every time it left.

use crate::ids::{PersonId, PhotoId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// 取得方式: how the file came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// 现场拍摄: by a camera or telephone of the team.
    Camera,
    /// 导入: handed in by somebody, or from another device or program.
    Imported,
    /// 扫描: a scan or photo of a paper.
    Scan,
}

/// What people say of where a photo comes from and what for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Custody {
    /// 制作人: who took, made or scanned it, as typed; may be empty.
    pub maker: String,
    /// How it came about.
    pub method: Method,
    /// 证明对象: what it is to prove, as typed; may be empty.
    pub purpose: String,
}

impl Custody {
    /// The most characters of each text.
    pub const MOST_CHARACTERS: usize = 500;
}

/// Payload of `photo.custody_stated/1`: replaces what was stated before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct CustodyStated {
    /// Which photo.
    pub photo: PhotoId,
    /// What is stated.
    pub custody: Custody,
}

/// What was done to a copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Alteration {
    /// 标注: something was drawn or written on it.
    Marked,
    /// 打码: parts were made unrecognisable.
    Blurred,
}

/// 副本: the photo was made on a laptop from another photo of the visit, whose original stays as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Derived {
    /// The photo it was made from.
    pub from: PhotoId,
    /// SHA-256 of that photo's bytes, hex.
    pub original: String,
    /// What was done, each once, in a fixed order.
    pub alterations: Vec<Alteration>,
}

/// Payload of `photo.exported/1`: a file left this laptop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct PhotoExported {
    /// Which photo.
    pub photo: PhotoId,
    /// SHA-256 of the photo's bytes, hex.
    pub original: String,
    /// SHA-256 of the file that left, hex: the same as `original` unless it bears a watermark.
    pub file: String,
    /// 水印: whether it is a copy with time, place and digest in a band.
    pub watermark: bool,
    /// To whom or what for, as typed; may be empty.
    pub to: String,
    /// When, ms since 1970 UTC, by the device.
    pub at_ms: i64,
}

/// A photo that left, as an entry says it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ExportedPhoto {
    /// The entry that said it.
    pub entry: String,
    /// Whose session, as claimed.
    pub by: Option<PersonId>,
    /// What it says.
    pub exported: PhotoExported,
}
