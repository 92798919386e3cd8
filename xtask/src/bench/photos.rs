//! The photos of the bench: sixty of 12 megapixels, made once from real ones, with the metadata of their sources.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::shell;

/// How many are made.
const COUNT: usize = 60;
/// Size of each in pixels: what phones take.
const SIZE: (&str, &str) = ("4032", "3024");
/// Bytes of each lie between these.
const BYTES: (u64, u64) = (4_000_000, 6_000_000);
/// Qualities that are tried until the bytes fit.
const QUALITIES: [u32; 9] = [97, 96, 94, 92, 90, 86, 80, 72, 60];

/// The photos of the bench in `folder`, made now unless they all lie there. Every second one keeps the preview that its camera embedded.
pub fn made(sources: &Path, folder: &Path) -> Result<Vec<PathBuf>> {
    let there = super::pictures(folder).unwrap_or_default();
    if there.len() == COUNT {
        return Ok(there);
    }
    let _ = fs::remove_dir_all(folder);
    fs::create_dir_all(folder)?;
    println!("making {COUNT} photos of 12 megapixels from those of {}", sources.display());
    let sources: Vec<PathBuf> = super::pictures(sources)?.into_iter().filter(|path| is_photo(path)).collect();
    if sources.is_empty() {
        bail!("none of the sources is a photo with metadata");
    }
    let mut made = Vec::new();
    let mut number = 0;
    while made.len() < COUNT {
        let source = sources.get(number % sources.len()).context("no source")?;
        let target = folder.join(format!("IMG_{:04}.jpg", made.len()));
        if make(source, &target, number / sources.len(), made.len() % 2 == 0)? {
            made.push(target);
        }
        number += 1;
        if number > COUNT * 40 {
            bail!("only {} of {COUNT} photos could be made", made.len());
        }
    }
    Ok(made)
}

/// A JPEG of at least three megapixels whose camera says when it was taken.
fn is_photo(path: &Path) -> bool {
    let mut exiftool = shell::command("exiftool");
    exiftool
        .args([
            "-s3",
            "-if",
            "$ImageWidth * $ImageHeight > 3000000 and $FileType eq 'JPEG'",
            "-DateTimeOriginal",
        ])
        .arg(path)
        .stderr(Stdio::null());
    shell::answer(&mut exiftool).is_ok_and(|text| !text.trim().is_empty())
}

/// Makes one of them; false when its bytes do not fit. Each round over the sources is a little brighter, so that no two are the same.
fn make(source: &Path, target: &Path, round: usize, with_preview: bool) -> Result<bool> {
    let pixels = target.with_extension("v");
    let resized = target.with_extension("resized.v");
    let _ = fs::remove_file(&pixels);
    let scaled = quiet(
        Command::new("vips")
            .arg("thumbnail")
            .arg(source)
            .arg(&resized)
            .args([SIZE.0, "--height", SIZE.1, "--size", "force"]),
    ) && quiet(
        Command::new("vips")
            .arg("linear")
            .arg(&resized)
            .arg(&pixels)
            .arg("1")
            .arg((round + 1).to_string())
            .arg("--uchar"),
    );
    let mut fits = false;
    if scaled {
        for quality in QUALITIES {
            let to = format!("{}[Q={quality},strip]", target.display());
            if !quiet(Command::new("vips").arg("copy").arg(&pixels).arg(to)) {
                break;
            }
            let bytes = fs::metadata(target)?.len();
            if (BYTES.0..=BYTES.1).contains(&bytes) {
                fits = true;
                break;
            }
        }
    }
    let _ = fs::remove_file(&pixels);
    let _ = fs::remove_file(&resized);
    let tagged = fits && {
        let mut exiftool = Command::new("exiftool");
        exiftool
            .args(["-q", "-q", "-m", "-overwrite_original", "-TagsFromFile"])
            .arg(source)
            .args(["-all:all", "-Orientation="]);
        if with_preview {
            exiftool.arg("-ThumbnailImage");
        } else {
            exiftool.arg("-ThumbnailImage=");
        }
        quiet(exiftool.arg(target))
    };
    if !tagged {
        let _ = fs::remove_file(target);
    }
    Ok(tagged)
}

fn quiet(command: &mut Command) -> bool {
    command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}
