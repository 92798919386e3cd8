//! The demo: two invented counties on one server, with random keys, passwords and passphrases.
//!
//! `secrets.json`, readable by its owner only:
//!
//! ```text
//! format                "xunzhan-demo-secrets/1"
//! server_url            where the counties' cards say that the server is
//! counties              [{county, scope, name, card, recovery_identity, authority_fingerprint}]: `card` and `recovery_identity` are
//!                       names of files beside this one
//! accounts              [{county, account, name, roles, password}] of the console
//! authority_passphrases {county: passphrase}: for approving laptops
//! inspectors            [{county, person, name, org, passphrase}]: passphrases to set up on the laptops
//! ```
//!
//! `county` is the name of the data file in `assets/demo`: `qinghe` or `yunting`.

use std::collections::BTreeMap;
use std::path::Path;

use age::secrecy::ExposeSecret as _;
use domain::operation::RevocationsPublished;
use domain::{Operation, Person, PersonId, Role, Station};
use ledger::ScopeId;
use seal::card::{CARD_VERSION, CountyCard};
use seal::cert::{self, Certificate, Issue, issue, issue_root, random_serial};
use seal::keys::Ed25519Key;
use seal::revocation::RevocationList;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::county::{self, Opened, revocations_aggregate, write_private};
use crate::error::file;
use crate::secrets::{hash_password, random, readable_password, wrap_key};
use crate::store::{Account, County, Db, Grant, Said};
use crate::{Clock, Error, Result};

/// The demo's data, by name.
const COUNTIES: [(&str, &str); 2] = [
    ("qinghe", include_str!("../../../assets/demo/qinghe.json")),
    ("yunting", include_str!("../../../assets/demo/yunting.json")),
];
/// An authority's and a server's certificate are valid for twenty years, for those who look.
const VALID_MS: i64 = 20 * 365 * 24 * 60 * 60 * 1_000;

/// A demo county's data, `demo-county/1`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Data {
    format: String,
    county: domain::pack::Text,
    authority: String,
    #[serde(rename = "townships")]
    _townships: Vec<String>,
    stations: Vec<Station>,
    people: Vec<Person>,
    #[serde(rename = "units")]
    _units: Vec<String>,
}

/// Everything secret about a demo, told once.
#[derive(Debug, Serialize, Deserialize)]
pub struct Secrets {
    /// `xunzhan-demo-secrets/1`.
    pub format: String,
    /// Where the server will be reached.
    pub server_url: String,
    /// The counties.
    pub counties: Vec<DemoCounty>,
    /// Accounts of the console.
    pub accounts: Vec<DemoAccount>,
    /// Passphrases of the authorities' keys by county.
    pub authority_passphrases: BTreeMap<String, String>,
    /// Inspectors with passphrases to be set on the laptops.
    pub inspectors: Vec<DemoInspector>,
}

/// A county of the demo.
#[derive(Debug, Serialize, Deserialize)]
pub struct DemoCounty {
    /// Name of its data file.
    pub county: String,
    /// Its scope.
    pub scope: String,
    /// Its name.
    pub name: String,
    /// File with the county card.
    pub card: String,
    /// File with the recovery identity (age).
    pub recovery_identity: String,
    /// SHA-256 of the authority's certificate.
    pub authority_fingerprint: String,
}

/// An account of the demo.
#[derive(Debug, Serialize, Deserialize)]
pub struct DemoAccount {
    /// County.
    pub county: String,
    /// Account name.
    pub account: String,
    /// Person's name.
    pub name: String,
    /// Roles.
    pub roles: Vec<Role>,
    /// Password.
    pub password: String,
}

/// An inspector of the demo.
#[derive(Debug, Serialize, Deserialize)]
pub struct DemoInspector {
    /// County.
    pub county: String,
    /// Who.
    pub person: PersonId,
    /// Name.
    pub name: String,
    /// Home department.
    pub org: String,
    /// Passphrase for this person's key.
    pub passphrase: String,
}

/// A made demo: the open server and files to be written beside it.
pub struct Demo {
    /// The server.
    pub opened: Opened,
    /// What is told once.
    pub secrets: Secrets,
    /// Contents of the files named in `secrets`: (name, bytes, whether private).
    pub files: Vec<(String, Vec<u8>, bool)>,
}

/// Makes the demo in an empty or missing data folder.
pub fn create(data: &Path, url: &str, clock: Clock) -> Result<Demo> {
    let mut demo = Demo {
        opened: county::create(data, clock)?,
        secrets: Secrets {
            format: "xunzhan-demo-secrets/1".to_owned(),
            server_url: url.to_owned(),
            counties: Vec::new(),
            accounts: Vec::new(),
            authority_passphrases: BTreeMap::new(),
            inspectors: Vec::new(),
        },
        files: Vec::new(),
    };
    for (name, text) in COUNTIES {
        let data: Data = serde_json::from_str(text)?;
        if data.format != "demo-county/1" {
            return Err(Error::Corrupt("the demo's data"));
        }
        add_county(&mut demo, name, &data)?;
    }
    Ok(demo)
}

/// Makes the demo and writes its files into `out`; refuses where there is one already, and changes nothing then.
pub fn write(data: &Path, url: &str, out: &Path) -> Result<Secrets> {
    let secrets = out.join("secrets.json");
    if secrets.exists() || county::exists(data) {
        let text = format!("there is a demo already in {} or {}; nothing was changed", data.display(), out.display());
        return Err(Error::Folder(text));
    }
    std::fs::create_dir_all(out).map_err(file("making the folder for the cards"))?;
    let demo = create(data, url, Clock::system())?;
    for (name, bytes, private) in &demo.files {
        let path = out.join(name);
        if *private {
            write_private(&path, bytes)?;
        } else {
            std::fs::write(&path, bytes).map_err(file("writing a county card"))?;
        }
    }
    write_private(&secrets, &serde_json::to_vec_pretty(&demo.secrets)?)?;
    Ok(demo.secrets)
}

fn add_county(demo: &mut Demo, name: &str, data: &Data) -> Result<()> {
    let scope = ScopeId::from_bytes(random()?);
    let db = &mut demo.opened.db;
    let authority = Ed25519Key::generate()?;
    let (root, server) = certificates(db, &scope, data, &authority)?;
    let passphrase = readable_password()?;
    let recovery = age::x25519::Identity::generate();
    let card = CountyCard {
        v: CARD_VERSION,
        scope: scope.to_string(),
        name: data.county.zh.clone(),
        authority_cert: root.der().to_vec(),
        recovery_recipient: recovery.to_public().to_string(),
        server_url: Some(demo.secrets.server_url.clone()),
        server_key: db.server_key().clone(),
        packs: crate::console::packs::digests(),
    };
    let card = card.sign(&authority)?;
    db.add_county(&County {
        scope,
        name: data.county.zh.clone(),
        authority_certificate: root.der().to_vec(),
        authority_wrapped: wrap_key(&authority, &passphrase)?,
        server_certificate: server.der().to_vec(),
        recovery_recipient: recovery.to_public().to_string(),
        card: card.clone(),
    })?;
    register(db, &scope, data, &authority)?;
    add_accounts(demo, name, &scope, data)?;
    for person in data.people.iter().filter(|p| p.roles.contains(&Role::Inspector)) {
        demo.secrets.inspectors.push(DemoInspector {
            county: name.to_owned(),
            person: person.id,
            name: person.name.clone(),
            org: person.org.clone(),
            passphrase: readable_password()?.to_string(),
        });
    }
    let (card_file, recovery_file) = (format!("{name}.card.json"), format!("{name}.recovery.txt"));
    let identity = format!("# {}\n{}\n", recovery.to_public(), recovery.to_string().expose_secret());
    demo.files.push((card_file.clone(), card, false));
    demo.files.push((recovery_file.clone(), identity.into_bytes(), true));
    demo.secrets.authority_passphrases.insert(name.to_owned(), passphrase.to_string());
    demo.secrets.counties.push(DemoCounty {
        county: name.to_owned(),
        scope: scope.to_string(),
        name: data.county.zh.clone(),
        card: card_file,
        recovery_identity: recovery_file,
        authority_fingerprint: root.fingerprint().to_string(),
    });
    Ok(())
}

/// The authority's own certificate and the server's by it.
fn certificates(db: &Db, scope: &ScopeId, data: &Data, authority: &Ed25519Key) -> Result<(Certificate, Certificate)> {
    let now = db.now_ms();
    let what = |name: String, roles: Vec<cert::Role>| {
        Ok::<_, Error>(Issue {
            name,
            org: Some(data.authority.clone()),
            roles,
            scopes: vec![scope.to_string()],
            person: None,
            not_before_ms: now,
            not_after_ms: now.saturating_add(VALID_MS),
            serial: random_serial()?,
        })
    };
    let root = issue_root(what(data.authority.clone(), vec![cert::Role::Authority])?, authority)?;
    let roles = vec![cert::Role::Server, cert::Role::Exporter];
    let server = what(format!("{}巡站服务器", data.county.zh), roles)?;
    let server = issue(&server, db.server_key(), &root, authority)?;
    Ok((root, server))
}

/// Puts stations, people and an empty list of revocations into the server's log.
fn register(db: &mut Db, scope: &ScopeId, data: &Data, authority: &Ed25519Key) -> Result<()> {
    let say = |ent: Uuid, operation: Operation| Said { ent, by: None, operation };
    let list = RevocationList {
        v: 1,
        scope: scope.to_string(),
        number: 1,
        as_of_ms: db.now_ms(),
        revoked: Vec::new(),
    };
    let envelope = String::from_utf8(list.sign(authority)?).map_err(|_| Error::Corrupt("a revocation list"))?;
    let stations = data.stations.iter().map(|s| say(s.id.0, Operation::StationRegistered(s.clone())));
    let people = data.people.iter().map(|p| say(p.id.0, Operation::PersonRegistered(p.clone())));
    let revocations = say(
        revocations_aggregate(scope),
        Operation::RevocationsPublished(RevocationsPublished { envelope }),
    );
    let said: Vec<Said> = stations.chain(people).chain([revocations]).collect();
    db.say(scope, &said)?;
    Ok(())
}

/// One account for each role: the first person who has it, and for the auditor somebody from outside.
fn add_accounts(demo: &mut Demo, county: &str, scope: &ScopeId, data: &Data) -> Result<()> {
    for role in Role::ALL {
        let known = data.people.iter().find(|p| p.roles.contains(&role));
        let (person, name) = match known {
            Some(person) => (person.id, person.name.clone()),
            None => (PersonId(Uuid::now_v7()), "审计员（演示）".to_owned()),
        };
        let word = serde_json::to_value(role)?;
        let account = Account {
            account: format!("{county}-{}", word.as_str().unwrap_or_default()),
            person,
            name: name.clone(),
            grants: vec![Grant { scope: *scope, role }],
        };
        let password = readable_password()?;
        demo.opened.db.add_account(&account, &hash_password(&password)?)?;
        demo.secrets.accounts.push(DemoAccount {
            county: county.to_owned(),
            account: account.account,
            name,
            roles: vec![role],
            password: password.to_string(),
        });
    }
    Ok(())
}
