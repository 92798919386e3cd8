//! `xunzhan-verify BUNDLE [--root SHA256] [--json] [--lang zh|en]`: checks a proof bundle and says what it proves.

use std::fs::File;
use std::io::BufReader;
use std::process::ExitCode;

use seal::Digest;
use verify::{Language, check, render, render_json};

const USAGE_CODE: u8 = 2;
const UNREADABLE_CODE: u8 = 5;

const USAGE: &str = "用法：xunzhan-verify 证据包.zip [--root 签发机构指纹] [--json] [--lang zh|en]
  --root   检查记录纸上印的签发机构指纹（64 位十六进制）；不给则只核对内部一致
  --json   以 JSON 输出
  --lang   报告语言，zh（默认）或 en
退出码：0 通过；3 一致但未核对根指纹；1 不予认可；4 签发机构指纹不符；2 用法有误；5 文件读不出

Usage: xunzhan-verify BUNDLE.zip [--root SHA256] [--json] [--lang zh|en]
Exit codes: 0 verified; 3 consistent, root not checked; 1 refused; 4 wrong root; 2 wrong usage; 5 unreadable file";

struct Arguments {
    bundle: String,
    root: Option<Digest>,
    json: bool,
    language: Language,
}

fn arguments(mut given: impl Iterator<Item = String>) -> Result<Arguments, String> {
    let (mut bundle, mut root, mut json, mut language) = (None, None, false, Language::Zh);
    while let Some(argument) = given.next() {
        match argument.as_str() {
            "--json" => json = true,
            "--root" => {
                let text = given.next().ok_or("--root 后面没有指纹")?;
                // Paper may group the digits or write them in capitals.
                let plain: String = text.chars().filter(|c| !c.is_whitespace() && *c != ':').collect();
                let digest = plain.to_lowercase().parse().map_err(|_| "--root 的指纹不是 64 位十六进制")?;
                root = Some(digest);
            }
            "--lang" => {
                language = match given.next().as_deref() {
                    Some("zh") => Language::Zh,
                    Some("en") => Language::En,
                    _ => return Err("--lang 只能是 zh 或 en".to_owned()),
                }
            }
            other if other.starts_with("--") => return Err(format!("不认识的选项 {other}")),
            _ if bundle.is_none() => bundle = Some(argument),
            _ => return Err("只能给一个证据包".to_owned()),
        }
    }
    let bundle = bundle.ok_or("没有给出证据包")?;
    Ok(Arguments {
        bundle,
        root,
        json,
        language,
    })
}

fn main() -> ExitCode {
    let arguments = match arguments(std::env::args().skip(1)) {
        Ok(arguments) => arguments,
        Err(reason) => {
            eprintln!("{reason}\n\n{USAGE}");
            return ExitCode::from(USAGE_CODE);
        }
    };
    let file = match File::open(&arguments.bundle) {
        Ok(file) => file,
        Err(error) => {
            eprintln!("读不出 {}：{error}\ncannot read {}: {error}", arguments.bundle, arguments.bundle);
            return ExitCode::from(UNREADABLE_CODE);
        }
    };
    let report = check(BufReader::new(file), arguments.root.as_ref());
    if arguments.json {
        match render_json(&report) {
            Ok(json) => println!("{json}"),
            Err(error) => {
                eprintln!("{error}");
                return ExitCode::from(UNREADABLE_CODE);
            }
        }
    } else {
        print!("{}", render(&report, arguments.language));
    }
    ExitCode::from(report.verdict.exit_code())
}
