//! The data that ships beside the code is what its types and its README say.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use domain::pack::{Concern, FieldKind, Pack};
use domain::{Person, Role, Station};
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

fn assets() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets")
}

#[test]
fn c4_has_twenty_two_items_in_order() {
    let pack = Pack::parse(&std::fs::read(assets().join("rulepacks/c4-village-station.json")).unwrap()).unwrap();
    let codes: Vec<String> = pack.items.iter().map(|i| i.code.clone()).collect();
    assert_eq!(codes, (1..=22).map(|n| format!("C4-{n:02}")).collect::<Vec<_>>());
    let requirements: Vec<String> = pack.items.iter().map(|i| i.requirement.clone()).collect();
    assert_eq!(requirements, (80..=101).map(|n| format!("R-{n:03}")).collect::<Vec<_>>());
    for item in &pack.items {
        assert!(item.short.zh.chars().count() <= 8, "{}", item.code);
        for text in [&item.short, &item.question, &item.hint]
            .into_iter()
            .chain(item.fields.iter().map(|f| &f.label))
        {
            assert_eq!(text.zh.is_empty(), text.en.is_empty(), "{}: both languages or none", item.code);
        }
        assert!(
            item.fields.iter().any(|f| f.required),
            "{}: an answer needs something to fill in",
            item.code
        );
    }
}

#[test]
fn served_villages_are_listed_and_never_fail_a_station() {
    let pack = Pack::parse(&std::fs::read(assets().join("rulepacks/c4-village-station.json")).unwrap()).unwrap();
    let served = pack.item("C4-18").unwrap();
    assert!(matches!(served.fields[0].kind, FieldKind::Villages));
    assert!(served.concerns.is_empty());
}

#[test]
fn the_turnover_limit_is_two_thousand_yuan() {
    let pack = Pack::parse(&std::fs::read(assets().join("rulepacks/c4-village-station.json")).unwrap()).unwrap();
    let concerns = &pack.item("C4-09").unwrap().concerns;
    assert!(matches!(&concerns[..], [Concern::Below { limit: 200_000, .. }]));
}

#[test]
fn demo_counties_hold_what_their_readme_says() {
    let read = |name: &str| -> serde_json::Value { serde_json::from_slice(&std::fs::read(assets().join("demo").join(name)).unwrap()).unwrap() };
    let mut ids = BTreeSet::new();
    for (file, townships, stations, inspectors) in [("qinghe.json", 28, 54, 4), ("yunting.json", 2, 2, 2)] {
        let county = read(file);
        assert_eq!(county["format"], "demo-county/1");
        let towns: Vec<String> = serde_json::from_value(county["townships"].clone()).unwrap();
        let list: Vec<Station> = serde_json::from_value(county["stations"].clone()).unwrap();
        let people: Vec<Person> = serde_json::from_value(county["people"].clone()).unwrap();
        assert_eq!((towns.len(), list.len()), (townships, stations));
        assert_eq!(
            list.iter().map(|s| &s.township).collect::<BTreeSet<_>>(),
            towns.iter().collect::<BTreeSet<_>>()
        );
        assert!(list.iter().all(|s| s.position.is_some() && s.id.0.get_version_num() == 7));
        let with = |role: Role| people.iter().filter(|p| p.roles.contains(&role)).count();
        assert_eq!(
            (with(Role::Inspector), with(Role::Reviewer), with(Role::Administrator)),
            (inspectors, 1, 1)
        );
        for id in list.iter().map(|s| s.id.0).chain(people.iter().map(|p| p.id.0)) {
            assert!(ids.insert(id), "{id} stands twice");
        }
    }
    let names = read("qinghe.json").to_string();
    assert!(names.contains('𬭼') && names.contains('𪨶'));
}

#[test]
fn fonts_are_the_named_bytes() {
    let output = Command::new("sha256sum")
        .args(["--check", "--strict", "SHA256SUMS"])
        .current_dir(assets().join("fonts"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
