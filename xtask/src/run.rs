//! `cargo xtask run`: builds everything, makes a demo county once, starts its server and opens the application.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail};

use crate::demo::{Demo, Server};
use crate::{install, shell};

/// Opens the application on the demo county; with `--fresh` on a laptop that has never seen a county card.
pub fn run(words: &[&str]) -> Result<ExitCode> {
    let fresh = match words {
        [] => false,
        ["--fresh"] => true,
        _ => bail!("run knows --fresh only"),
    };
    install::everything()?;
    shell::build_screens()?;
    // With one test target the libraries get the features that the gate builds them with, and are built once for both.
    shell::run(shell::command("cargo").args(["build", "--workspace", "--bins", "--test", "architecture"]))?;

    let demo = Demo::open(folder()?, "debug")?;
    let server = demo.serve()?;
    let mut laptop = demo.folder.join("laptop");
    if fresh {
        laptop = demo
            .folder
            .join(format!("laptop-{}", SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs()));
        fs::create_dir_all(&laptop)?;
    } else {
        demo.certified(&laptop)?;
    }
    println!("\n数据 {}", demo.folder.display());
    println!("口令和密码 {}", demo.out().join("secrets.json").display());
    println!("县卡 {}", demo.card()?.display());
    println!("复核端 http://127.0.0.1:{}/", demo.port);
    if std::env::var_os("DISPLAY").is_none() && std::env::var_os("WAYLAND_DISPLAY").is_none() {
        println!("这台机器没有图形界面，窗口打不开：检查端和复核端都从浏览器打开。按 Ctrl-C 结束。");
        let mut field = demo.program("xunzhan-field");
        return ended(field.arg("serve").arg("--data").arg(&laptop), server);
    }
    println!("关闭窗口或按 Ctrl-C 结束。");
    ended(demo.program("xunzhan").env("XUNZHAN_DATA", &laptop), server)
}

/// Runs the application until it ends, and then lets the server end.
fn ended(application: &mut Command, server: Server) -> Result<ExitCode> {
    let status = application.status().context("opening the application")?;
    drop(server);
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The demo stands in a folder of the user's, outside the work tree.
fn folder() -> Result<PathBuf> {
    let home = || std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".local/share"));
    let data = std::env::var_os("XDG_DATA_HOME")
        .filter(|d| !d.is_empty())
        .map(PathBuf::from)
        .or_else(home);
    Ok(data.context("neither XDG_DATA_HOME nor HOME is set")?.join("xunzhan-demo"))
}
