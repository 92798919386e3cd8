//! The process that decodes: it takes files from its input and answers pictures, under limits that it puts on itself.

use std::io::{self, BufReader, BufWriter, Write};

use anyhow::{Context, Result};
use intake::reason::NoPreview;
use intake::{Limits, metadata, redraw, source, thumbnail};

use crate::frames::{self, Asked, Said, Trial, Wanted};
use crate::os::confine;
use crate::{CPU_SECONDS, MEMORY};

/// Decodes until the input ends. With `on_trial` it also does what tests ask of it.
pub(super) fn run(on_trial: bool) -> Result<()> {
    // What decoders panic about holds numbers out of pictures, and nobody reads it.
    std::panic::set_hook(Box::new(|_| {}));
    confine(MEMORY, CPU_SECONDS).context("putting limits on the decoder")?;
    let mut input = BufReader::new(io::stdin().lock());
    let mut out = BufWriter::new(io::stdout().lock());
    frames::write(&mut out, &Said::Ready, &[])?;
    let most = u32::try_from(source::MAX_IN_MEMORY).unwrap_or(u32::MAX);
    while let Some((asked, bytes)) = frames::read::<Asked>(&mut input, most)? {
        if let Some(trial) = asked.trial.filter(|_| on_trial) {
            misbehave(trial, &mut out)?;
        }
        match decoded(&asked, &bytes) {
            Ok((said, picture)) => frames::write(&mut out, &said, &picture)?,
            Err(why) => frames::write(&mut out, &Said::None { why }, &[])?,
        }
    }
    Ok(())
}

fn decoded(asked: &Asked, bytes: &[u8]) -> Result<(Said, Vec<u8>), NoPreview> {
    let limits = Limits::apart();
    let small = match asked.wanted {
        Wanted::Thumbnail => thumbnail::make(bytes, asked.orientation, &limits),
        Wanted::Preview => thumbnail::preview(bytes, asked.orientation, &limits),
        Wanted::Upright => thumbnail::preview(bytes, metadata::read(bytes).orientation, &limits),
        Wanted::Canvas => {
            let canvas = redraw::open(bytes, asked.orientation, &limits)?;
            let (width, height) = canvas.dimensions();
            return Ok((Said::Pixels { width, height }, canvas.into_raw()));
        }
    }?;
    let said = Said::Picture {
        width: small.width,
        height: small.height,
        fingerprint: small.fingerprint.map(Into::into),
        pattern_db: small.pattern_db,
    };
    Ok((said, small.jpeg))
}

fn misbehave(trial: Trial, out: &mut impl Write) -> Result<()> {
    match trial {
        Trial::Hang => loop {
            std::thread::park();
        },
        Trial::Spin => loop {
            std::hint::spin_loop();
        },
        Trial::Eat => {
            let mut eaten: Vec<Vec<u8>> = Vec::new();
            loop {
                eaten.push(vec![1; 16 << 20]);
            }
        }
        Trial::Crash => std::process::abort(),
        Trial::Babble => {
            out.write_all(&[0xff; 64])?;
            Ok(out.flush()?)
        }
    }
}
