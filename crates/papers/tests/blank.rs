//! A blank form has a place for every answer, and leaves none filled in.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod support;

use domain::Pack;
use domain::pack::{FieldKind, PackRef};
use papers::{BlankForm, blank_form};
use support::{keep, pages, text};

fn squeezed(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

#[test]
fn a_blank_form_asks_everything_and_answers_nothing() {
    let pack = Pack::parse(include_bytes!("../../../assets/rulepacks/c4-village-station.json")).unwrap();
    let reference = PackRef {
        id: pack.id.clone(),
        version: pack.version,
        sha256: "ab".repeat(32),
    };
    let form = BlankForm {
        pack: &pack,
        reference: &reference,
        county: "青禾县",
        station: None,
        printed_at_ms: 1_790_000_000_000,
        utc_offset_min: 480,
    };
    let paper = blank_form(&form).unwrap();
    assert_eq!(blank_form(&form).unwrap().pdf, paper.pdf, "the same input gives the same bytes");
    let path = keep("blank-c4.pdf", &paper.pdf);
    assert_eq!(pages(&path) as usize, paper.pages.len());
    assert!((2..=8).contains(&paper.pages.len()), "{} pages", paper.pages.len());
    let printed = squeezed(&text(&path));
    for item in &pack.items {
        assert!(printed.contains(&item.code), "{}", item.code);
        for field in &item.fields {
            assert!(printed.contains(&squeezed(&field.label.zh)), "{} {}", item.code, field.label.zh);
            if let FieldKind::Choice { options } | FieldKind::Choices { options } = &field.kind {
                for option in options {
                    assert!(printed.contains(&squeezed(&option.label.zh)), "{} {}", item.code, option.label.zh);
                }
            }
        }
    }
    for expected in ["空白表", "检查时间", "站点意见", "事后补录", "abababababab", "未查", "不适用", "脱贫村"] {
        assert!(printed.contains(expected), "{expected}");
    }

    let station = serde_json::from_value(serde_json::json!({
        "id": uuid::Uuid::from_u128(9), "name": "后榆林村站", "township": "青禾镇", "village": "后榆林村", "address": "2组2号", "manager": "曹𬭼莲",
        "position": null,
    }))
    .unwrap();
    let paper = blank_form(&BlankForm {
        station: Some(&station),
        ..form
    })
    .unwrap();
    let printed = squeezed(&text(&keep("blank-c4-station.pdf", &paper.pdf)));
    assert!(printed.contains("后榆林村站") && printed.contains("曹𬭼莲") && printed.contains("2组2号"));
}
