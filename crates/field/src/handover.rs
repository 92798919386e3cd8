//! A visit goes to another inspector (交接), on this laptop or on another. The laptop that leads says so itself: nobody can take a visit.

use std::collections::BTreeSet;

use contract::field::{Colleague, HandOverVisit, Laptop, VisitView};
use domain::decide::{Command, Refusal};
use domain::operation::{TeamMember, VisitHandedOver};
use domain::{Aggregate, PersonId};
use seal::cert::Certificate;
use seal::keys::Signer;

use crate::core::{Core, Open};
use crate::error::{Error, Result};
use crate::mistakes::lead_only;
use crate::store::Store;

impl Core {
    /// People of the county, each with the laptops on which a key of theirs is known here.
    pub(crate) fn colleagues(&self) -> Result<Vec<Colleague>> {
        let (open, _) = self.unlocked()?;
        let local: BTreeSet<PersonId> = self.local_people(&open).into_iter().map(|local| local.person).collect();
        let own = open.author.key.public().kid().to_string();
        let own_name = self.keys().as_ref().map(|keys| keys.device_name.clone()).unwrap_or_default();
        let people = self.people()?.into_iter();
        people
            .map(|row| {
                let mut devices = open.store.devices_of(row.person)?;
                devices.retain(|kid| *kid != own);
                let here = local.contains(&row.person).then(|| Laptop {
                    kid: own.clone(),
                    name: own_name.clone(),
                    own: true,
                });
                let others = devices.into_iter().map(|kid| Laptop {
                    name: open.store.device_name(&kid).unwrap_or_default(),
                    kid,
                    own: false,
                });
                Ok(Colleague {
                    person: row.person,
                    name: row.name,
                    org: row.org,
                    laptops: here.into_iter().chain(others).collect(),
                })
            })
            .collect()
    }

    pub(crate) fn hand_over_visit(&self, args: HandOverVisit) -> Result<VisitView> {
        let (open, _) = self.unlocked()?;
        let to = self
            .colleagues()?
            .into_iter()
            .find(|known| known.person == args.person)
            .ok_or(Error::NotFound("person"))?;
        if !to.laptops.iter().any(|laptop| laptop.kid == args.device) {
            return Err(Error::NotFound("laptop"));
        }
        self.change(args.visit, |tx, visit| {
            only_lead(&open, visit)?;
            // What is half typed here nobody would finish elsewhere.
            if tx.has_drafts(args.visit)? && args.device != visit.lead_device {
                return Err(Error::Rule("draft"));
            }
            Ok(Some(Command::HandOver(VisitHandedOver {
                device: args.device,
                to: TeamMember {
                    person: to.person,
                    name: to.name,
                    org: to.org,
                },
                reason: args.reason,
            })))
        })
    }
}

fn only_lead(open: &Open, visit: &domain::Visit) -> Result<()> {
    if visit.sealed.is_some() {
        return Err(Refusal::Sealed.into());
    }
    lead_only(open, visit)
}

impl Store {
    /// Key ids of the laptops on which the county certified a key of a person, each once.
    fn devices_of(&self, person: PersonId) -> Result<Vec<String>> {
        let Some(Aggregate::Person(known)) = self.read(|conn| crate::store::aggregate(conn, &person.0))? else {
            return Ok(Vec::new());
        };
        let kids: BTreeSet<String> = known
            .certificates
            .into_iter()
            .map(|certified| certified.device)
            .filter(|kid| !kid.is_empty())
            .collect();
        Ok(kids.into_iter().collect())
    }

    /// Name of a laptop, by its certificate.
    fn device_name(&self, kid: &str) -> Option<String> {
        let certificates = self.certificates(kid).ok()?;
        let der = seal::base64_decode(certificates.first()?).ok()?;
        Some(Certificate::parse(&der).ok()?.name().to_owned())
    }
}
