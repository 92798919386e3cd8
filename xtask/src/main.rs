//! Everything a developer types: `cargo xtask run`, `test`, `bench`, `package`, `soak`.

mod bench;
mod clean_root;
mod demo;
mod gate;
mod guide;
mod http;
mod install;
mod package;
mod phases;
mod run;
mod shell;
mod tally;
mod webdriver;
mod window;

use std::process::ExitCode;

use anyhow::{Result, bail};

const HELP: &str = "\
cargo xtask run [--fresh]              build everything, make a demo county and open the application
cargo xtask test [PHASE…]              the whole gate; with names, only those phases
cargo xtask bench intake [--json] [--folder DIR]
                                       photo intake beside exiftool + sha256sum + vipsthumbnail
cargo xtask bench import [--json]      the window while 500 photos come in: frames, first small picture
cargo xtask bench start [--json]       time to a usable window beside a bare one
cargo xtask bench lists [--json]       lists of 1,000 stations, 10,000 visits, 50,000 photos: calls, and frames while scrolling
cargo xtask soak [--minutes N]         simulator and fuzz tests with fresh seeds, for longer; all kills and power cuts;
                                       then the packages, made and used in a clean Debian (as root)
cargo xtask package [--debug | --try]  Debian packages of application and server; --try uses them in a clean Debian
cargo xtask guide                      remakes the pictures of the user guide from those of the last stories
cargo xtask install                    only what is missing on this machine";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match dispatch(&arguments) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(arguments: &[String]) -> Result<ExitCode> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["run", rest @ ..] => run::run(rest),
        ["test", rest @ ..] => gate::test(rest),
        ["bench", "intake", rest @ ..] => bench::intake(rest),
        ["bench", "import", rest @ ..] => bench::import(rest),
        ["bench", "start", rest @ ..] => bench::start(rest),
        ["bench", "lists", rest @ ..] => bench::lists(rest),
        ["package", rest @ ..] => package::package(rest),
        ["soak", rest @ ..] => gate::soak(rest),
        ["guide"] => guide::guide(),
        ["install"] => install::everything().map(|()| ExitCode::SUCCESS),
        [] | ["help" | "--help" | "-h"] => {
            println!("{HELP}");
            Ok(ExitCode::SUCCESS)
        }
        _ => bail!("no such task: {}\n\n{HELP}", words.join(" ")),
    }
}
