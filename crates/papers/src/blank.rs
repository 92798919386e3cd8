//! 空白检查表: a checklist to be filled in by hand, typed in afterwards.

use crate::f11::{Paper, PaperError};
use crate::typeset;
use crate::wording as w;
use domain::pack::{FieldKind, Item, Pack, PackRef};
use domain::station::Station;
use serde_json::{Value, json};

const AFTERWARDS: &str = "本表供停电、无法使用电脑时手工填写。回来后在电脑的该次走访里选“从纸质表补录”，填上面的检查时间；录入的每一项都标“事后补录”，\
并记下纸面和录入两个时间。纸质原件请签字、拍照，封存后作为“纸质签字件”附上，原件存档。";
/// Lines for findings.
const FINDINGS: usize = 3;

/// What a blank form is made of.
#[derive(Clone, Copy, Debug)]
pub struct BlankForm<'a> {
    /// The checklist.
    pub pack: &'a Pack,
    /// Its version by digest.
    pub reference: &'a PackRef,
    /// County name.
    pub county: &'a str,
    /// The station, if it is known already; else its lines are left to be filled in.
    pub station: Option<&'a Station>,
    /// When it is printed, ms since 1970 UTC.
    pub printed_at_ms: i64,
    /// Offset of local time from UTC in minutes.
    pub utc_offset_min: i32,
}

/// The blank form as PDF/A-2b with its pages for the screen. The same input gives the same bytes. Blocks for about a second.
pub fn blank_form(form: &BlankForm<'_>) -> Result<Paper, PaperError> {
    let station = form.station.map(|station| {
        json!({
            "name": station.name,
            "place": format!("{}　{}", station.township, station.village),
            "address": station.address,
            "manager": station.manager,
        })
    });
    let mut data = json!({
        "title": form.pack.title.zh,
        "county": form.county,
        "pack": format!("{} 第 {} 版（{}…）", form.pack.id, form.pack.version, form.reference.sha256.chars().take(12).collect::<String>()),
        "basis": w::or_blank(&form.pack.basis.zh),
        "printed": w::moment(form.printed_at_ms, form.utc_offset_min),
        "station": station,
        "signers": form.pack.signers,
        "methods": form.pack.methods.iter().map(|method| &method.label.zh).collect::<Vec<_>>(),
        "items": form.pack.items.iter().map(item).collect::<Vec<_>>(),
        "findings": FINDINGS,
        "afterwards": AFTERWARDS,
    });
    crate::f11_data::only_printable(&mut data);
    let text = serde_json::to_string(&data)?;
    let done = typeset::typeset(typeset::Job {
        template: include_str!("../../../assets/templates/blank.typ"),
        files: vec![("data.json".into(), text.clone().into_bytes())],
        text,
        ident: format!("blank/{}/{}", form.reference.sha256, form.printed_at_ms),
        created: (form.printed_at_ms, form.utc_offset_min),
        pages: true,
    })?;
    Ok(Paper {
        pdf: done.pdf,
        pages: done.pages,
    })
}

fn item(item: &Item) -> Value {
    json!({
        "code": item.code,
        "question": item.question.zh,
        "fields": item.fields.iter().map(|field| json!({"label": field.label.zh, "fill": fill(&field.kind)})).collect::<Vec<_>>(),
        "na": item.may_be_not_applicable,
        "photos": item.photos_expected,
    })
}

/// What stands beside a field's label to be ticked or filled in.
fn fill(kind: &FieldKind) -> Value {
    match kind {
        FieldKind::YesNo => json!({"kind": "options", "options": ["是", "否"]}),
        FieldKind::Choice { options } | FieldKind::Choices { options } => {
            json!({"kind": "options", "options": options.iter().map(|option| &option.label.zh).collect::<Vec<_>>()})
        }
        FieldKind::Integer { unit, .. } | FieldKind::Money { unit } => json!({"kind": "number", "unit": unit.zh}),
        FieldKind::Date => json!({"kind": "date"}),
        FieldKind::Text { long } => json!({"kind": if *long { "lines" } else { "line" }}),
        FieldKind::Villages => json!({"kind": "villages"}),
        FieldKind::Sample { unit } => json!({"kind": "sample", "unit": unit.zh}),
    }
}
