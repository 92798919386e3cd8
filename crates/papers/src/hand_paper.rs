//! Paper that was signed by hand and joined the sealed record (纸质签字件), as F11 names it: after the seal, level L0, never as a signature.

use std::collections::BTreeMap;

use domain::PhotoId;
use domain::operation::PaperAttached;
use serde_json::{Value, json};

use crate::f11::{RecordInput, SignatureStanding};
use crate::{picture, wording as w};

/// What stands above the papers, in the words of an official record.
const MEANING: &str = "下列纸质签字件在本记录封存以后补附，不在封存码所指的内容之内，也不改变上文。等级 L0：仅有照片或扫描件，未经密码验证，\
纸面上的签字、盖章由人阅看辨认。补附人用个人密钥签名（L1），只证明这些页由其补附、补附以后未被改动，不证明纸面上的签字是谁所签。";

/// A paper that joined the record.
#[derive(Clone, Debug)]
pub struct PaperShown {
    /// Who signed by hand, name and function, as stated by whoever attached it.
    pub signers: Vec<(String, String)>,
    /// What was said of it, may be empty.
    pub note: String,
    /// Who attached it.
    pub by: String,
    /// When, ms since 1970 UTC, by the laptop's clock.
    pub at_ms: i64,
    /// Pages in order: photo, file name, SHA-256 in hex.
    pub pages: Vec<(PhotoId, String, String)>,
    /// What is known of the signature by which it was attached.
    pub standing: SignatureStanding,
}

impl PaperShown {
    /// A paper as its entry says it.
    pub fn of(attached: &PaperAttached, standing: SignatureStanding) -> Self {
        let paper = &attached.paper;
        let page = |page: &domain::operation::PhotoAttached| (page.photo, page.name.clone(), page.original.sha256.clone());
        Self {
            signers: paper.signers.iter().map(|one| (one.name.clone(), one.role.clone())).collect(),
            note: paper.note.clone(),
            by: attached.name.clone(),
            at_ms: paper.at_ms,
            pages: paper.pages.iter().map(page).collect(),
            standing,
        }
    }
}

/// The template's data of all papers; `printed` names the picture file of each page that has one.
pub(crate) fn data(input: &RecordInput<'_>, printed: &BTreeMap<PhotoId, String>) -> Value {
    let papers: Vec<Value> = input
        .papers
        .iter()
        .map(|paper| one(paper, input.record.utc_offset_min, printed))
        .collect();
    json!({"meaning": MEANING, "list": papers})
}

fn one(paper: &PaperShown, offset: i32, printed: &BTreeMap<PhotoId, String>) -> Value {
    let signers = paper.signers.iter().map(|(name, role)| match role.as_str() {
        "" => name.clone(),
        role => format!("{name}（{role}）"),
    });
    let state = match paper.standing {
        SignatureStanding::Certified => "",
        SignatureStanding::Pending => "，待认证",
        SignatureStanding::Broken => "，验证不通过",
    };
    let pages = paper.pages.iter().zip(1_u32..).map(
        |((photo, name, sha256), number)| json!({"number": number, "name": name, "digest": w::fingerprint(sha256), "picture": printed.get(photo)}),
    );
    json!({
        "signers": signers.collect::<Vec<_>>().join("、"),
        "by": paper.by,
        "at": w::moment(paper.at_ms, offset),
        "state": state,
        "note": w::or_blank(&paper.note),
        "pages": pages.collect::<Vec<_>>(),
    })
}

/// Makes the pictures of the pages that have one and remembers their names.
pub(crate) fn pictures(input: &RecordInput<'_>, files: &mut Vec<(String, Vec<u8>)>, printed: &mut BTreeMap<PhotoId, String>) {
    let pages = input.papers.iter().flat_map(|paper| &paper.pages);
    for ((photo, ..), number) in pages.zip(1_u32..) {
        if let Some(jpeg) = input.pictures.get(photo).and_then(|bytes| picture::for_annex(bytes)) {
            let name = format!("page-{number}.jpg");
            printed.insert(*photo, name.clone());
            files.push((name, jpeg));
        }
    }
}
