//! What is drawn on copies of photos: marks (标注), and the band of a watermark (水印) below the picture. Text is set by the same
//! fonts as the papers, so that rare characters stand on every machine.

use crate::f11::PaperError;
use crate::fonts::characters_without_glyph;
use crate::typeset::{self, Job};
use image::{Rgb, RgbImage};
use resvg::tiny_skia::{Color, LineCap, LineJoin, Paint, PathBuilder, Pixmap, PixmapRef, Stroke, Transform};
use resvg::usvg::{Options, Tree};
use serde_json::json;

/// A spot of the picture, in pixels from its upper left corner.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spot {
    /// To the right.
    pub x: f32,
    /// Down.
    pub y: f32,
}

/// What is drawn.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// From its tail to its point.
    Arrow(Spot, Spot),
    /// Between two opposite corners.
    Rectangle(Spot, Spot),
    /// Text with its upper left corner there.
    Text(Spot, String),
}

/// Red with a white edge is seen on light and dark, and its shape tells without its colour.
const RED: (u8, u8, u8) = (0xb3, 0x00, 0x1b);

fn failed(what: &str) -> PaperError {
    PaperError::Layout(what.to_owned())
}

/// Draws the shapes on the picture, in order.
pub fn draw(picture: &mut RgbImage, shapes: &[Shape]) -> Result<(), PaperError> {
    let (width, height) = picture.dimensions();
    let mut over = Pixmap::new(width, height).ok_or_else(|| failed("the picture has no size"))?;
    let side = to_f32(width.max(height));
    let line = (side / 250.0).max(2.0);
    for shape in shapes {
        match shape {
            Shape::Arrow(from, to) => stroke(&mut over, arrow(*from, *to, line * 6.0), line),
            Shape::Rectangle(one, other) => stroke(&mut over, rectangle(*one, *other), line),
            Shape::Text(at, text) => {
                let label = svg(std::slice::from_ref(text), None, (side / 45.0).max(12.0))?;
                render(&label, &mut over, Transform::from_translate(at.x, at.y));
            }
        }
    }
    lay_over(picture, 0, over.as_ref());
    Ok(())
}

/// The picture with a band below it that bears the lines; nothing of the picture is covered.
pub fn with_band(picture: &RgbImage, lines: &[String]) -> Result<RgbImage, PaperError> {
    let (width, height) = picture.dimensions();
    let size = (to_f32(width) / 60.0).clamp(9.0, 64.0);
    let tree = svg(lines, Some(to_f32(width)), size)?;
    let drawn = tree.size();
    let scale = to_f32(width) / drawn.width();
    // A float as an integer has no checked way; the band is at most some lines high.
    let band = (drawn.height() * scale).ceil().clamp(1.0, 20_000.0) as u32;
    let mut over = Pixmap::new(width, band).ok_or_else(|| failed("the band has no size"))?;
    over.fill(Color::from_rgba8(0x10, 0x20, 0x1b, 0xff));
    render(&tree, &mut over, Transform::from_scale(scale, scale));
    let mut whole = RgbImage::new(width, height.saturating_add(band));
    for (to, from) in whole.pixels_mut().zip(picture.pixels()) {
        *to = *from;
    }
    lay_over(&mut whole, height, over.as_ref());
    Ok(whole)
}

fn to_f32(pixels: u32) -> f32 {
    pixels as f32
}

/// The lines set by Typst: a label of one line, or a band of a width in pixels.
fn svg(lines: &[String], width: Option<f32>, size: f32) -> Result<Tree, PaperError> {
    let strange = characters_without_glyph(&lines.concat());
    let printable = |line: &String| {
        let plain = line.replace(['\r', '\n', '\t'], " ");
        strange
            .iter()
            .fold(plain, |text, c| text.replace(*c, &format!("〔U+{:04X}〕", u32::from(*c))))
    };
    let lines: Vec<String> = lines.iter().map(printable).collect();
    let data = json!({ "lines": lines, "width": width, "size": size });
    let text = serde_json::to_string(&data)?;
    let page = typeset::first_page(Job {
        template: include_str!("../../../assets/templates/overlay.typ"),
        files: vec![("data.json".into(), text.clone().into_bytes())],
        text,
        ident: String::new(),
        created: (0, 0),
        pages: true,
    })?;
    Tree::from_str(&page, &Options::default()).map_err(|e| PaperError::Layout(e.to_string()))
}

fn render(tree: &Tree, over: &mut Pixmap, transform: Transform) {
    resvg::render(tree, transform, &mut over.as_mut());
}

fn arrow(from: Spot, to: Spot, head: f32) -> PathBuilder {
    let (dx, dy) = (from.x - to.x, from.y - to.y);
    let length = dx.hypot(dy).max(1.0);
    let reach = head.min(length);
    let mut path = PathBuilder::new();
    path.move_to(from.x, from.y);
    path.line_to(to.x, to.y);
    for side in [0.5_f32, -0.5] {
        let (sin, cos) = side.sin_cos();
        path.move_to(
            to.x + (dx * cos - dy * sin) / length * reach,
            to.y + (dx * sin + dy * cos) / length * reach,
        );
        path.line_to(to.x, to.y);
    }
    path
}

fn rectangle(one: Spot, other: Spot) -> PathBuilder {
    let mut path = PathBuilder::new();
    path.move_to(one.x, one.y);
    path.line_to(other.x, one.y);
    path.line_to(other.x, other.y);
    path.line_to(one.x, other.y);
    path.close();
    path
}

fn stroke(over: &mut Pixmap, path: PathBuilder, width: f32) {
    let Some(path) = path.finish() else { return };
    for (colour, width) in [((255, 255, 255), width * 2.0), (RED, width)] {
        let mut paint = Paint::default();
        paint.set_color_rgba8(colour.0, colour.1, colour.2, 255);
        paint.anti_alias = true;
        let stroke = Stroke {
            width,
            line_cap: LineCap::Round,
            line_join: LineJoin::Round,
            ..Stroke::default()
        };
        over.stroke_path(&path, &paint, &stroke, Transform::identity(), None);
    }
}

/// Lays what was drawn, as wide as the picture, over its rows from `top` on.
fn lay_over(picture: &mut RgbImage, top: u32, over: PixmapRef<'_>) {
    let skipped = usize::try_from(u64::from(picture.width()) * u64::from(top)).unwrap_or(usize::MAX);
    for (to, from) in picture.pixels_mut().skip(skipped).zip(over.pixels()) {
        let through = 255 - u16::from(from.alpha());
        // Colours over are premultiplied already.
        let blend = |over: u8, under: u8| u8::try_from(u16::from(over) + u16::from(under) * through / 255).unwrap_or(u8::MAX);
        let Rgb([red, green, blue]) = *to;
        *to = Rgb([blend(from.red(), red), blend(from.green(), green), blend(from.blue(), blue)]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grey(width: u32, height: u32) -> RgbImage {
        RgbImage::from_pixel(width, height, Rgb([120, 120, 120]))
    }

    #[test]
    fn marks_are_drawn_where_they_belong_and_nowhere_else() {
        let mut picture = grey(600, 400);
        let shapes = [
            Shape::Rectangle(Spot { x: 100.0, y: 100.0 }, Spot { x: 200.0, y: 180.0 }),
            Shape::Arrow(Spot { x: 500.0, y: 350.0 }, Spot { x: 420.0, y: 300.0 }),
            Shape::Text(Spot { x: 20.0, y: 20.0 }, "𬭼家湾 #set 1".into()),
        ];
        draw(&mut picture, &shapes).unwrap();
        let red = |x, y| {
            let [r, g, b] = picture.get_pixel(x, y).0;
            r > 150 && g < 60 && b < 60
        };
        assert!(red(150, 100) && red(100, 140) && red(200, 140), "the rectangle's edges");
        assert!(!red(150, 140), "nothing inside it");
        assert!(red(420, 300) && red(460, 325), "the arrow's point and shaft");
        assert!(red(24, 34), "the label's ground");
        assert!((20..200).any(|x| picture.get_pixel(x, 32).0 == [255, 255, 255]), "its letters");
        let touched = picture
            .enumerate_pixels()
            .filter(|(x, y, p)| *x > 250 && *y < 250 && p.0 != [120, 120, 120]);
        assert_eq!(touched.count(), 0);
    }

    #[test]
    fn a_band_stands_below_the_picture_and_covers_nothing() {
        let picture = grey(800, 300);
        let lines = ["青河村站　2026-11-21 09:12:05".to_owned(), "原件 SHA-256 ".to_owned() + &"0f".repeat(32)];
        let whole = with_band(&picture, &lines).unwrap();
        assert!(
            whole.width() == 800 && whole.height() > 320 && whole.height() < 420,
            "{:?}",
            whole.dimensions()
        );
        assert!(picture.enumerate_pixels().all(|(x, y, pixel)| whole.get_pixel(x, y) == pixel));
        let light = whole.enumerate_pixels().filter(|(_, y, p)| *y >= 300 && p.0[0] > 200).count();
        assert!(light > 500, "letters: {light}");
        // The same words give the same band, other words another one.
        assert_eq!(with_band(&picture, &lines).unwrap(), whole);
        assert_ne!(with_band(&picture, &lines[..1]).unwrap(), whole);
    }
}
