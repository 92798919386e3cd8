//! The rule packs that this program carries.

use std::sync::LazyLock;

use domain::{Pack, PackRef};
use seal::Digest;
use seal::card::PackDigest;

/// The files of the packs, every version ever in a county card.
const FILES: [&str; 1] = [include_str!("../../../../assets/rulepacks/c4-village-station.json")];

static PACKS: LazyLock<Vec<(PackRef, Pack)>> = LazyLock::new(|| {
    let read = FILES.iter().filter_map(|file| {
        let pack: Pack = serde_json::from_str(file).ok()?;
        let named = PackRef {
            id: pack.id.clone(),
            version: pack.version,
            sha256: Digest::of(file.as_bytes()).to_string(),
        };
        Some((named, pack))
    });
    read.collect()
});

/// The pack that a visit was opened with, by all three names.
pub fn find(named: &PackRef) -> Option<&'static Pack> {
    PACKS.iter().find(|(known, _)| known == named).map(|(_, pack)| pack)
}

/// The latest version of a pack.
pub fn latest(id: &str) -> Option<&'static Pack> {
    PACKS.iter().map(|(_, pack)| pack).filter(|p| p.id == id).max_by_key(|p| p.version)
}

/// All packs as a county card lists them.
pub fn digests() -> Vec<PackDigest> {
    let list = PACKS.iter().map(|(named, _)| {
        Some(PackDigest {
            id: named.id.clone(),
            version: named.version.to_string(),
            sha256: named.sha256.parse().ok()?,
        })
    });
    list.flatten().collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_file_is_a_pack() {
        assert_eq!(super::PACKS.len(), super::FILES.len());
        assert_eq!(super::digests().len(), super::FILES.len());
        let c4 = super::latest("C4").unwrap();
        assert_eq!(c4.items.len(), 22);
    }
}
