//! The reader of an eighth says of every file that it takes exactly what libjpeg's `djpeg -scale 1/8` says of its brightness.

use crate::support;
use std::path::Path;
use std::process::Command;

/// Width, height and samples that djpeg makes of a file; none when it refuses it.
fn djpeg(path: &Path) -> Option<(u32, u32, Vec<u8>)> {
    let output = Command::new("djpeg")
        .args(["-scale", "1/8", "-grayscale", "-dct", "int", "-pnm"])
        .arg(path)
        .output()
        .unwrap();
    let mut header = output.stdout.splitn(4, |byte| byte.is_ascii_whitespace());
    let mut number = |expected: Option<&str>| {
        let word = std::str::from_utf8(header.next()?).ok()?.to_owned();
        expected.is_none_or(|text| text == word).then_some(word)
    };
    number(Some("P5"))?;
    let (width, height) = (number(None)?.parse().ok()?, number(None)?.parse().ok()?);
    let samples = header.next()?.split_at_checked(4)?.1.to_vec();
    Some((width, height, samples))
}

#[test]
fn brightness_is_that_of_djpeg_on_every_file_taken() {
    let set = support::photo_set();
    let mut compared = 0;
    let mut refused = 0;
    for path in set.files() {
        let bytes = std::fs::read(&path).unwrap();
        if !bytes.starts_with(&[0xff, 0xd8]) {
            continue;
        }
        let Some(ours) = intake::eighth::luma(&bytes) else {
            refused += 1;
            continue;
        };
        let (width, height, theirs) = djpeg(&path).unwrap_or_else(|| panic!("djpeg refuses {}", path.display()));
        assert_eq!((ours.width(), ours.height()), (width, height), "{}", path.display());
        let wrong = ours.as_raw().iter().zip(&theirs).filter(|(a, b)| a != b).count();
        assert!(
            theirs.len() == ours.as_raw().len() && wrong == 0,
            "{}: {wrong} of {} samples differ",
            path.display(),
            theirs.len()
        );
        compared += 1;
    }
    println!("{compared} files equal djpeg's, {refused} are left to the full decoder");
    assert!(compared >= if set.name.contains("small") { 3 } else { 60 });
}
