//! 核准: the county takes a station that a laptop proposed into its registry, under the same id.

use crate::operation::Operation;
use crate::station::Station;

/// Why a proposal cannot be approved.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotApproved {
    /// There is no such station.
    #[error("there is no such station")]
    NoStation,
    /// It is on the county's list already.
    #[error("the station is on the list already")]
    OnTheList,
    /// Name, township and village are needed, as when it was proposed.
    #[error("name, township and village are needed")]
    NameMissing,
    /// Another station of the county has the code.
    #[error("the code belongs to {0}")]
    CodeTaken(String),
}

/// Decides on an approval. `known` is the state as folded here, `registry` all stations of the county, `wanted` what the administrator
/// makes of the proposal; identity and position stay those of the proposal, which nobody measured anew.
pub fn approve_station<'a>(
    known: Option<&Station>,
    registry: impl IntoIterator<Item = &'a Station>,
    wanted: Station,
) -> Result<Operation, NotApproved> {
    let known = known.ok_or(NotApproved::NoStation)?;
    if !known.proposed {
        return Err(NotApproved::OnTheList);
    }
    let typed = |text: &str| text.trim().to_owned();
    let some = |text: Option<&String>| text.map(|t| typed(t)).filter(|t| !t.is_empty());
    let station = Station {
        id: known.id,
        name: typed(&wanted.name),
        township: typed(&wanted.township),
        village: typed(&wanted.village),
        address: typed(&wanted.address),
        manager: typed(&wanted.manager),
        position: known.position,
        code: some(wanted.code.as_ref()),
        phone: some(wanted.phone.as_ref()),
        proposed: false,
    };
    if station.name.is_empty() || station.township.is_empty() || station.village.is_empty() {
        return Err(NotApproved::NameMissing);
    }
    let taken = |other: &&Station| other.id != station.id && station.code.is_some() && other.code == station.code;
    if let Some(other) = registry.into_iter().find(taken) {
        return Err(NotApproved::CodeTaken(other.name.clone()));
    }
    Ok(Operation::StationRegistered(station))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::StationId;
    use uuid::Uuid;

    fn station(n: u128, name: &str, code: Option<&str>, proposed: bool) -> Station {
        Station {
            id: StationId(Uuid::from_u128(n)),
            name: name.into(),
            township: "青禾镇".into(),
            village: "柳湾村".into(),
            address: String::new(),
            manager: String::new(),
            position: None,
            code: code.map(Into::into),
            phone: None,
            proposed,
        }
    }

    #[test]
    fn a_proposal_joins_the_registry_under_its_own_id_and_as_the_administrator_typed_it() {
        let known = station(1, "柳湾村站", None, true);
        let wanted = station(9, " 柳湾村服务站 ", Some(" Q-07 "), true);
        assert_eq!(
            approve_station(Some(&known), [], wanted),
            Ok(Operation::StationRegistered(station(1, "柳湾村服务站", Some("Q-07"), false)))
        );
    }

    #[test]
    fn what_is_unknown_registered_nameless_or_of_a_taken_code_is_refused() {
        let known = station(1, "柳湾村站", None, true);
        let other = station(2, "南坪村站", Some("Q-07"), false);
        let approve = |known: Option<&Station>, wanted| approve_station(known, [&other], wanted);
        assert_eq!(approve(None, known.clone()), Err(NotApproved::NoStation));
        assert_eq!(approve(Some(&other), other.clone()), Err(NotApproved::OnTheList));
        assert_eq!(approve(Some(&known), station(1, " ", None, true)), Err(NotApproved::NameMissing));
        let taken = station(1, "柳湾村站", Some("Q-07"), true);
        assert_eq!(approve(Some(&known), taken), Err(NotApproved::CodeTaken("南坪村站".into())));
        assert!(approve(Some(&known), station(1, "柳湾村站", Some(" "), true)).is_ok());
    }
}
