//! 检查记录表 (F11, R-308): the record that is left with the station and filed.

use crate::{PaperShown, drawing, f11_data, hand_paper, picture, typeset};

use domain::operation::Strokes;
use domain::record::VisitRecord;
use domain::{PersonId, PhotoId};
use std::collections::BTreeMap;

/// What the paper shows. Everything comes from the sealed record except what can only exist after it: seal, signatures, pictures.
#[derive(Clone, Debug)]
pub struct RecordInput<'a> {
    /// The record, as sealed or about to be sealed.
    pub record: &'a VisitRecord,
    /// The seal; none prints 未封存 预览 across every page.
    pub seal: Option<SealShown<'a>>,
    /// Signatures so far, in the order in which they are to be shown; fewer than the record asks for prints what is still missing.
    pub signatures: &'a [SignatureShown],
    /// Name of the county's authority, as on its certificate.
    pub authority_name: &'a str,
    /// SHA-256 of the authority's root certificate (DER), hex; an auditor gives it to the verifier.
    pub authority_sha256: &'a str,
    /// The counterpart's strokes, when it signed by drawing.
    pub strokes: Option<&'a Strokes>,
    /// Strokes of seconded members who signed by drawing.
    pub hand_strokes: &'a BTreeMap<PersonId, Strokes>,
    /// Thumbnails or previews (JPEG or PNG, upright) by photo. What is absent or does not decode prints 暂无预览.
    pub pictures: &'a BTreeMap<PhotoId, Vec<u8>>,
    /// Papers that joined the record after the seal; printed after everything that was sealed, and said not to be part of it.
    pub papers: &'a [PaperShown],
    /// Marks every page 副本.
    pub copy: bool,
}

/// The seal as printed.
#[derive(Clone, Copy, Debug)]
pub struct SealShown<'a> {
    /// Seal id: SHA-256 of the statement, hex.
    pub id: &'a str,
    /// When it was sealed, ms since 1970 UTC, by the laptop's clock.
    pub at_ms: i64,
}

/// One inspector's signature as printed.
#[derive(Clone, Debug)]
pub struct SignatureShown {
    /// Name.
    pub name: String,
    /// Home department.
    pub org: String,
    /// When, ms since 1970 UTC, by the laptop's clock.
    pub at_ms: i64,
    /// Key id, hex.
    pub kid: String,
    /// What is known of the signature and its key.
    pub standing: SignatureStanding,
}

/// What is known of a signature where the paper is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignatureStanding {
    /// It holds, and the county certified the key for this person.
    Certified,
    /// It holds; the county has not certified the key for this person: 待认证.
    Pending,
    /// It does not hold over this record: printed as such, and never as a signature.
    Broken,
}

/// Why a paper could not be made. Nothing is lost by it: the record and its photos are untouched, and it can be printed again.
#[derive(Debug, thiserror::Error)]
pub enum PaperError {
    /// The layout engine refused; the text is for the log.
    #[error("the paper could not be laid out: {0}")]
    Layout(String),
    /// The data could not be handed to the template.
    #[error("the paper's data could not be written: {0}")]
    Data(#[from] serde_json::Error),
}

/// What the QR code on the paper holds: `xunzhan:1:seal:<64 hex>:root:<64 hex>`.
pub fn seal_qr_text(seal_id: &str, authority_sha256: &str) -> String {
    format!("xunzhan:1:seal:{seal_id}:root:{authority_sha256}")
}

/// A record ready to print and to look at.
#[derive(Clone, Debug)]
pub struct Paper {
    /// PDF/A-2b.
    pub pdf: Vec<u8>,
    /// Every page as an SVG document that needs no font and no other file.
    pub pages: Vec<String>,
}

/// The record as PDF/A-2b. The same input gives the same bytes. Takes about a second and blocks: call it off the threads that serve a screen.
pub fn record_f11(input: &RecordInput<'_>) -> Result<Vec<u8>, PaperError> {
    Ok(lay_out(input, false)?.pdf)
}

/// The same with its pages for the screen, laid out once.
pub fn record_f11_with_pages(input: &RecordInput<'_>) -> Result<Paper, PaperError> {
    let done = lay_out(input, true)?;
    Ok(Paper {
        pdf: done.pdf,
        pages: done.pages,
    })
}

fn lay_out(input: &RecordInput<'_>, pages: bool) -> Result<typeset::Typeset, PaperError> {
    let mut files = Vec::new();
    let mut printed = BTreeMap::new();
    for photo in &input.record.photos {
        if photo.withdrawn.is_some() {
            continue;
        }
        if let Some(jpeg) = input.pictures.get(&photo.photo).and_then(|bytes| picture::for_annex(bytes)) {
            let name = format!("photo-{}.jpg", photo.number);
            printed.insert(photo.photo, name.clone());
            files.push((name, jpeg));
        }
    }
    hand_paper::pictures(input, &mut files, &mut printed);
    let strokes = input.strokes.and_then(drawing::strokes_svg);
    let mut drawn = BTreeMap::new();
    for (number, (person, strokes)) in (1..).zip(input.hand_strokes) {
        if let Some(svg) = drawing::strokes_svg(strokes) {
            let name = format!("hand-{number}.svg");
            drawn.insert(*person, name.clone());
            files.push((name, svg));
        }
    }
    let data = f11_data::data(input, &printed, &drawn, strokes.is_some());
    let text = serde_json::to_string(&data)?;
    if let Some(svg) = strokes {
        files.push(("strokes.svg".into(), svg));
    }
    if let Some(seal) = input.seal {
        files.push(("qr.svg".into(), drawing::qr_svg(&seal_qr_text(seal.id, input.authority_sha256))?));
    }
    files.push(("data.json".into(), text.clone().into_bytes()));
    typeset::typeset(typeset::Job {
        template: include_str!("../../../assets/templates/f11.typ"),
        files,
        text,
        ident: format!("{}/{}", input.record.visit, input.seal.map_or("preview", |seal| seal.id)),
        created: (input.record.written_at_ms, input.record.utc_offset_min),
        pages,
    })
}
