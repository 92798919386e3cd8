//! `VERIFY.txt`: how to repeat the core of the check with openssl 3 and coreutils, without trusting our program.

use std::fmt::Write as _;

use crate::keys::Kid;
use crate::{Digest, payload_type};

/// Marks a line of `VERIFY.txt` as a command.
const PROMPT: &str = "    $ ";

/// What the text of `VERIFY.txt` names; the text follows from it alone.
#[derive(Clone, Debug)]
pub struct GuideFacts {
    /// The seal id.
    pub seal: Digest,
    /// The authority's fingerprint.
    pub authority: Digest,
    /// The exporter's key.
    pub exporter: Kid,
    /// The keys that signed the statement, in order.
    pub persons: Vec<Kid>,
    /// The key of each entry, in order.
    pub entries: Vec<Kid>,
}

/// One step: what it shows in Chinese and English, and its commands.
struct Step {
    zh: &'static str,
    en: &'static str,
    commands: Vec<String>,
}

/// The commands of a `VERIFY.txt`, in order; run in one POSIX shell inside the unpacked folder, each must succeed.
pub fn commands(text: &str) -> Vec<&str> {
    text.lines().filter_map(|line| line.strip_prefix(PROMPT)).collect()
}

/// The text of `VERIFY.txt`.
pub fn guide(facts: &GuideFacts) -> String {
    let steps = steps(facts);
    let mut out = String::new();
    let _ = writeln!(out, "巡站 证据包核验说明\n");
    let _ = writeln!(out, "封存码: {}\n签发机构指纹: {}\n", facts.seal, facts.authority);
    out.push_str(ZH_HEAD);
    for (number, step) in (1..).zip(&steps) {
        write_step(&mut out, number, step.zh, &step.commands);
    }
    out.push_str(ZH_TAIL);
    let _ = writeln!(
        out,
        "\n----------------------------------------\n\nXunzhan: how to check this proof bundle\n"
    );
    let _ = writeln!(out, "Seal id: {}\nAuthority's fingerprint: {}\n", facts.seal, facts.authority);
    out.push_str(EN_HEAD);
    for (number, step) in (1..).zip(&steps) {
        write_step(&mut out, number, step.en, &step.commands);
    }
    out.push_str(EN_TAIL);
    out
}

fn write_step(out: &mut String, number: u32, title: &str, commands: &[String]) {
    let _ = writeln!(out, "{number}. {title}\n");
    for command in commands {
        let _ = writeln!(out, "{PROMPT}{command}");
    }
    out.push('\n');
}

const ZH_HEAD: &str = "完整核验请用 xunzhan-verify（不联网、不用数据库）：

    xunzhan-verify 证据包.zip --root 检查记录纸上印的签发机构指纹

以下步骤只用 openssl 3、sha256sum 等通用工具，可独立复核核心内容。
先把证据包解压到一个空文件夹，在该文件夹内打开终端，逐行执行以“$”开头的命令（不含“$”）。
每条命令都应成功；任何一条失败，即说明证据包已被改动或不完整。

";

const ZH_TAIL: &str = "以上步骤核对了：文件未改动；检查记录就是各人签名的内容；各人的签名有效；各人的证书由上述签发机构签发；
电脑和服务器的登记签名有效。登记是否列入服务器的公开登记簿、时间先后、吊销情况，由 xunzhan-verify 核对。
个人密钥签名与手绘签名的等级以 xunzhan-verify 的报告为准。
";

const EN_HEAD: &str = "For the full check use xunzhan-verify (no network, no database):

    xunzhan-verify BUNDLE.zip --root FINGERPRINT-PRINTED-ON-THE-PAPER-RECORD

The steps below repeat the core with openssl 3, sha256sum and other common tools alone.
Unpack the bundle into an empty folder, open a terminal there, and run each line that begins with \"$\" (without the \"$\").
Every command must succeed; if one fails, the bundle was changed or is incomplete.

";

const EN_TAIL: &str = "These steps show: no file was changed; the record is what each person signed; each person's signature is valid; each
certificate was issued by the authority above; the entries' signatures by laptops and server are valid. Whether the
entries stand in the server's transparency log, the order in time, and revocation are checked by xunzhan-verify.
";

fn steps(facts: &GuideFacts) -> Vec<Step> {
    let statement_type = payload_type::STATEMENT;
    let manifest_type = payload_type::MANIFEST;
    let pae = |kind: &str, file: &str| format!("printf 'DSSEv1 {} {kind} %s ' \"$(($(wc -c < {file})))\" | cat - {file}", kind.len());
    let check = |key: &Kid, data: &str, signature: &str| {
        format!("openssl pkeyutl -verify -pubin -inkey keys/{key}.pem -rawin -in {data} -sigfile {signature}")
    };
    let certified = |key: &Kid| {
        vec![
            format!("openssl verify -no_check_time -CAfile certs/root.pem certs/{key}.pem"),
            format!("openssl x509 -in certs/{key}.pem -noout -pubkey | cmp - keys/{key}.pem"),
            format!("openssl x509 -in certs/{key}.pem -noout -subject -nameopt utf8,sep_comma_plus -ext subjectAltName"),
        ]
    };
    let member = |name: &str| format!("sed -n 's/.*\"{name}\":\"\\([^\"]*\\)\".*/\\1/p' manifest.dsse.json | base64 -d");
    let mut manifest = vec![
        "xz=$(mktemp -d)".to_owned(),
        format!("{} > \"$xz/manifest.json\"", member("payload")),
        format!("{} > \"$xz/manifest.sig\"", member("sig")),
        format!("{} > \"$xz/manifest.pae\"", pae(manifest_type, "\"$xz/manifest.json\"")),
        check(&facts.exporter, "\"$xz/manifest.pae\"", "\"$xz/manifest.sig\""),
        "grep -q \"$(sha256sum SHA256SUMS | cut -c1-64)\" \"$xz/manifest.json\"".to_owned(),
    ];
    manifest.extend(certified(&facts.exporter));
    let mut persons = Vec::new();
    for kid in &facts.persons {
        persons.push(check(kid, "statement.pae", &format!("signatures/{kid}.sig")));
        persons.extend(certified(kid));
    }
    let entry = |(number, kid): (u32, &Kid)| check(kid, &format!("entries/{number:04}.pae"), &format!("entries/{number:04}.sig"));
    vec![
        Step {
            zh: "各文件与清单一致：",
            en: "Every file is as listed:",
            commands: vec!["sha256sum --quiet -c SHA256SUMS".to_owned()],
        },
        Step {
            zh: "签发机构的指纹（请与检查记录纸上印的逐位对照）：",
            en: "The authority's fingerprint (compare it with the paper record, digit by digit):",
            commands: vec![
                format!("echo '{}  certs/root.der' | sha256sum -c", facts.authority),
                "openssl x509 -in certs/root.der -inform DER | cmp - certs/root.pem".to_owned(),
            ],
        },
        Step {
            zh: "清单由导出方签名：",
            en: "The manifest is signed by the exporter:",
            commands: manifest,
        },
        Step {
            zh: "封存码是声明的摘要，声明写明了检查记录的摘要：",
            en: "The seal id is the statement's digest, and the statement names the record's digest:",
            commands: vec![
                format!("echo '{}  statement.json' | sha256sum -c", facts.seal),
                "grep -q \"\\\"sha256\\\":\\\"$(sha256sum record.json | cut -c1-64)\\\"\" statement.json".to_owned(),
            ],
        },
        Step {
            zh: "各人签名的字节就是声明：",
            en: "What each person signed is the statement:",
            commands: vec![format!("{} | cmp - statement.pae", pae(statement_type, "statement.json"))],
        },
        Step {
            zh: "各人的签名有效，证书由签发机构签发（第三条命令显示姓名）：",
            en: "Each person's signature is valid and certified by the authority (the third command shows the name):",
            commands: persons,
        },
        Step {
            zh: "各条登记由电脑或服务器的密钥签名：",
            en: "Each entry is signed by the key of a laptop or of the server:",
            commands: (1..).zip(&facts.entries).map(entry).collect(),
        },
    ]
}
