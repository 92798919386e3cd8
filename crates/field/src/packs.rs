//! Rule packs that come with the program, named by the digest of their bytes.

use domain::{Pack, PackRef};
use seal::Digest;
use seal::card::CountyCard;

use crate::error::{Error, Result};

const EMBEDDED: &[&[u8]] = &[include_bytes!("../../../assets/rulepacks/c4-village-station.json")];

/// The packs on this laptop.
pub struct Packs(Vec<(PackRef, Pack)>);

impl Packs {
    /// Reads the embedded packs.
    pub fn embedded() -> Result<Self> {
        let read = |bytes: &&[u8]| {
            let pack = Pack::parse(bytes).map_err(|_| Error::Broken("an embedded rule pack does not read"))?;
            let reference = PackRef {
                id: pack.id.clone(),
                version: pack.version,
                sha256: Digest::of(bytes).to_hex(),
            };
            Ok((reference, pack))
        };
        Ok(Self(EMBEDDED.iter().map(read).collect::<Result<_>>()?))
    }

    /// The pack of this digest.
    pub fn by_digest(&self, sha256: &str) -> Option<&Pack> {
        self.0.iter().find(|(reference, _)| reference.sha256 == sha256).map(|(_, pack)| pack)
    }

    /// Packs that the county's card has in force.
    pub fn in_force(&self, card: &CountyCard) -> impl Iterator<Item = &(PackRef, Pack)> {
        let named: Vec<String> = card.packs.iter().map(|pack| pack.sha256.to_hex()).collect();
        self.0.iter().filter(move |(reference, _)| named.contains(&reference.sha256))
    }

    /// Whether every pack that the card names is here.
    pub fn has_all(&self, card: &CountyCard) -> bool {
        card.packs.iter().all(|pack| self.by_digest(&pack.sha256.to_hex()).is_some())
    }
}
