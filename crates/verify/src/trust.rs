//! Whom the county trusts: the authority, the server's key, the exporter, certificates and the revocation list.

use std::collections::BTreeMap;

use seal::Digest;
use seal::bundle::path;
use seal::card::CountyCard;
use seal::cert::{Certificate, Role};
use seal::keys::{Kid, PublicKey};
use seal::revocation::RevocationList;

use crate::check::Check;
use crate::files::Files;
use crate::report::Report;

/// What the authority signed.
pub(crate) struct Trust {
    pub(crate) card: CountyCard,
    pub(crate) certificates: BTreeMap<Kid, Certificate>,
    pub(crate) revocations: RevocationList,
}

impl Trust {
    /// The certificate of a key, if it names the role.
    pub(crate) fn certificate(&self, kid: &Kid, role: &Role) -> Option<&Certificate> {
        self.certificates.get(kid).filter(|c| c.has_role(role))
    }

    /// Path of a key's certificate.
    pub(crate) fn path_of(kid: &Kid) -> String {
        format!("certs/{kid}.der")
    }
}

/// Reads card, certificates, keys and revocations, and checks the manifest's signature.
pub(crate) fn establish(files: &mut Files, root: Option<&Digest>, check: &mut Check, report: &mut Report) -> Option<Trust> {
    check_sums(files, check);
    let card = files.need(path::CARD, check)?;
    let (card, authority) = check.take(path::CARD, CountyCard::open(card))?;
    files.expect(path::ROOT_DER, authority.der(), check);
    files.expect(path::ROOT_PEM, authority.pem().as_bytes(), check);
    let manifest = &files.manifest;
    check.require(
        manifest.scope == card.scope && manifest.authority == authority.fingerprint(),
        path::MANIFEST,
        "清单写明的县或签发机构与县卡不同",
        "it names another scope or authority than the county card",
    );
    report.county = card.name.clone();
    report.scope = card.scope.clone();
    report.seal = Some(manifest.seal);
    report.authority = Some(authority.fingerprint());
    report.authority_name = authority.name().to_owned();
    report.created_ms = manifest.created_ms;
    if root.is_some_and(|expected| *expected != authority.fingerprint()) {
        report.root_mismatch = true;
        check.refuse(
            path::ROOT_DER,
            (
                "签发机构的指纹与您给出的不同，这份证据包不是由该机构的县签发的",
                "the authority's fingerprint is not the one you gave: the bundle is not of that county",
            ),
        );
        return None;
    }
    let certificates = certificates(files, &card.scope, &authority, check);
    let revocations = files.need(path::REVOCATIONS, check)?;
    let revocations = check.take(path::REVOCATIONS, RevocationList::open(revocations, &authority))?;
    check.require(
        revocations.scope == card.scope,
        path::REVOCATIONS,
        "吊销名单属于别的县",
        "the revocation list is of another scope",
    );
    report.revocations_as_of_ms = revocations.as_of_ms;
    let trust = Trust {
        card,
        certificates,
        revocations,
    };
    check_exporter(files, &trust, check, report);
    Some(trust)
}

/// `SHA256SUMS` must repeat the manifest, so that both ways of checking see the same files.
fn check_sums(files: &Files, check: &mut Check) {
    let listed = files.manifest.files.iter().filter(|f| f.path != path::SUMS);
    let sums: String = listed.map(|f| format!("{}  {}\n", f.sha256, f.path)).collect();
    files.expect(path::SUMS, sums.as_bytes(), check);
}

fn certificates(files: &Files, scope: &str, authority: &Certificate, check: &mut Check) -> BTreeMap<Kid, Certificate> {
    let mut out = BTreeMap::new();
    for stem in files.stems("certs/", ".der").iter().filter(|s| *s != "root") {
        let der_path = format!("certs/{stem}.der");
        let Some(der) = files.get(&der_path) else { continue };
        let parsed = Certificate::parse(der).and_then(|c| c.verify_chain(authority, None).map(|()| c));
        let Some(certificate) = check.take(&der_path, parsed) else { continue };
        let kid = certificate.public_key().kid();
        check.require(
            kid.to_string() == *stem,
            &der_path,
            "文件名不是证书里的密钥",
            "the file's name is not the certified key",
        );
        check.require(
            certificate.has_scope(scope),
            &der_path,
            "证书不属于本县",
            "the certificate is of another scope",
        );
        files.expect(&format!("certs/{stem}.pem"), certificate.pem().as_bytes(), check);
        files.expect(&format!("keys/{stem}.pem"), certificate.public_key().spki_pem().as_bytes(), check);
        out.insert(kid, certificate);
    }
    out
}

fn check_exporter(files: &Files, trust: &Trust, check: &mut Check, report: &mut Report) {
    let kid = files.manifest.exporter;
    let Some(certificate) = trust.certificate(&kid, &Role::Exporter) else {
        check.refuse(
            path::MANIFEST,
            ("没有导出方的证书", "there is no exporter's certificate for the key that signed it"),
        );
        return;
    };
    report.exporter = certificate.name().to_owned();
    check.take(path::MANIFEST, files.envelope.verify_by(certificate.public_key()));
    // Nothing in the log shows when a manifest was signed, and its own time is the signer's word: whoever holds a revoked key can
    // write any. So a listed key vouches for no bundle that carries the list.
    for listed in [kid, trust.card.server_key.kid()] {
        check.require(
            trust.revocations.find(&listed).is_none(),
            path::MANIFEST,
            "导出方或服务器的密钥已列入吊销名单，清单自称的时间不作数",
            "the exporter's or server's key stands on the revocation list; the time that the manifest claims does not count",
        );
    }
}

/// The server's key stands in the card, so only its PEM file is left to compare.
pub(crate) fn expect_server_key(files: &Files, key: &PublicKey, check: &mut Check) {
    files.expect(&format!("keys/{}.pem", key.kid()), key.spki_pem().as_bytes(), check);
}
