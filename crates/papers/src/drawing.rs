//! Line drawings as SVG: the QR code and the drawn signature.

use crate::f11::PaperError;
use domain::operation::Strokes;
use qrcode::types::Color;
use qrcode::{EcLevel, QrCode};
use std::fmt::Write;

// More points than a hand draws in a minute; a hostile file must not hold up the paper.
const MOST_POINTS: usize = 50_000;

/// A QR code with its quiet zone, error level M.
pub(crate) fn qr_svg(text: &str) -> Result<Vec<u8>, PaperError> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).map_err(|e| PaperError::Layout(format!("QR code: {e}")))?;
    let width = code.width();
    let mut path = String::new();
    for (y, row) in code.to_colors().chunks(width).enumerate() {
        let mut x = 0;
        for run in row.chunk_by(|a, b| a == b) {
            if run.first() == Some(&Color::Dark) {
                // Writing to a String cannot fail.
                let _ = write!(path, "M{} {}h{}v1h-{}z", x + 4, y + 4, run.len(), run.len());
            }
            x += run.len();
        }
    }
    let side = width + 8;
    Ok(format!(r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}"><path fill="#000" d="{path}"/></svg>"##).into_bytes())
}

/// A QR code as rows of squares, `#` for dark, without its quiet zone: for whoever draws it on a screen.
pub fn qr_rows(text: &str) -> Result<Vec<String>, PaperError> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).map_err(|e| PaperError::Layout(format!("QR code: {e}")))?;
    let colors = code.to_colors();
    let rows = colors.chunks(code.width());
    Ok(rows
        .map(|row| row.iter().map(|color| if *color == Color::Dark { '#' } else { '.' }).collect())
        .collect())
}

/// The strokes as polylines, or none when there is nothing sensible to draw.
pub(crate) fn strokes_svg(strokes: &Strokes) -> Option<Vec<u8>> {
    let sane = 1..=100_000;
    let points: usize = strokes.strokes.iter().map(Vec::len).sum();
    if !sane.contains(&strokes.width) || !sane.contains(&strokes.height) || points == 0 || points > MOST_POINTS {
        return None;
    }
    let mut path = String::new();
    for stroke in &strokes.strokes {
        for (i, &[x, y, _]) in stroke.iter().enumerate() {
            let (x, y) = (x.clamp(0, strokes.width), y.clamp(0, strokes.height));
            let _ = write!(path, "{}{x} {y}", if i == 0 { 'M' } else { 'L' });
        }
        if let [[x, y, _]] = stroke.as_slice() {
            // A dot: a line of no length, drawn by its round ends.
            let _ = write!(path, "L{x} {y}");
        }
    }
    let (width, height) = (strokes.width, strokes.height);
    let pen = (width.max(height) / 160).max(1);
    Some(
        format!(
            r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"><path fill="none" stroke="#000" stroke-width="{pen}" stroke-linecap="round" stroke-linejoin="round" d="{path}"/></svg>"##
        )
        .into_bytes(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(strokes: Vec<Vec<[i64; 3]>>) -> Strokes {
        Strokes {
            v: 1,
            width: 400,
            height: 160,
            strokes,
        }
    }

    #[test]
    fn strokes_become_one_path_and_stay_inside_the_canvas() {
        let svg = String::from_utf8(strokes_svg(&drawn(vec![vec![[1, 2, 0], [500, -3, 8]], vec![[7, 7, 9]]])).unwrap()).unwrap();
        assert!(svg.contains("M1 2L400 0M7 7L7 7"), "{svg}");
    }

    #[test]
    fn nothing_or_nonsense_is_not_drawn() {
        assert_eq!(strokes_svg(&drawn(vec![vec![]])), None);
        assert_eq!(
            strokes_svg(&Strokes {
                width: 0,
                ..drawn(vec![vec![[1, 1, 0]]])
            }),
            None
        );
        assert_eq!(strokes_svg(&drawn(vec![vec![[0, 0, 0]; MOST_POINTS + 1]])), None);
    }
}
