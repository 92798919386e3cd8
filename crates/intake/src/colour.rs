//! Colours as a screen without colour management shows them: what a profile says of the numbers is turned into sRGB.

use image::RgbImage;
use moxcms::{ColorProfile, DataColorSpace, Layout, TransformOptions};

/// A larger profile is none: those of cameras and screens have some kilobytes, those of presses some hundreds.
const MAX_PROFILE: usize = 4 << 20;

/// The picture in sRGB. A profile that cannot be used, or is not one of RGB, leaves it as it is.
pub(crate) fn to_srgb(picture: RgbImage, icc: Option<&[u8]>) -> RgbImage {
    let converted = converted(picture.as_raw(), icc, DataColorSpace::Rgb).and_then(|out| RgbImage::from_raw(picture.width(), picture.height(), out));
    converted.unwrap_or(picture)
}

/// Four inks as sRGB: by the profile of the press, else on white paper with pure inks.
pub(crate) fn of_inks(inks: &[u8], icc: Option<&[u8]>) -> Vec<u8> {
    converted(inks, icc, DataColorSpace::Cmyk).unwrap_or_else(|| {
        let plain = |&[cyan, magenta, yellow, black]: &[u8; 4]| [cyan, magenta, yellow].map(|ink| product(255 - ink, 255 - black));
        inks.as_chunks::<4>().0.iter().flat_map(plain).collect()
    })
}

fn converted(samples: &[u8], icc: Option<&[u8]>, space: DataColorSpace) -> Option<Vec<u8>> {
    let profile = ColorProfile::new_from_slice(icc.filter(|icc| icc.len() <= MAX_PROFILE)?).ok()?;
    if profile.color_space != space {
        return None;
    }
    let (layout, width) = if space == DataColorSpace::Cmyk {
        (Layout::Rgba, 4)
    } else {
        (Layout::Rgb, 3)
    };
    let transform = profile
        .create_transform_8bit(layout, &ColorProfile::new_srgb(), Layout::Rgb, TransformOptions::default())
        .ok()?;
    let mut out = vec![0; samples.len() / width * 3];
    transform.transform(samples, &mut out).ok()?;
    Some(out)
}

/// A profile for the primaries that a container names by number (ISO 23091-2 table 2); none for those of sRGB, and for unknown ones.
pub(crate) fn profile_of(primaries: u16) -> Option<Vec<u8>> {
    let profile = match primaries {
        9 => ColorProfile::new_bt2020(),
        11 | 12 => ColorProfile::new_display_p3(),
        _ => return None,
    };
    profile.encode().ok()
}

fn product(a: u8, b: u8) -> u8 {
    u8::try_from((u16::from(a) * u16::from(b) + 127) / 255).unwrap_or(u8::MAX)
}

/// Brightness and two differences of colour as red, green and blue (ITU-R BT.601, full range, as JPEG has it: ITU-T T.871 §7).
pub(crate) fn of_luma(&[y, cb, cr]: &[u8; 3]) -> [u8; 3] {
    let (y, cb, cr) = (f32::from(y), f32::from(cb) - 128.0, f32::from(cr) - 128.0);
    [y + 1.402 * cr, y - 0.344_136 * cb - 0.714_136 * cr, y + 1.772 * cb].map(|c| c.round().clamp(0.0, 255.0) as u8)
}

/// A pixel with its transparent share on white.
pub(crate) fn on_white(&[red, green, blue, alpha]: &[u8; 4]) -> [u8; 3] {
    [red, green, blue].map(|c| product(c, alpha).saturating_add(255 - alpha))
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Rgb;

    /// What Display P3 says, in sRGB, by the definition: sRGB's curve, and the matrix between the primaries (D65 both).
    fn of_p3(p3: [u8; 3]) -> [u8; 3] {
        let linear = p3.map(|v| {
            let v = f64::from(v) / 255.0;
            if v <= 0.04045 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) }
        });
        let rows = [
            [1.224_940_18, -0.224_940_18, 0.0],
            [-0.042_056_95, 1.042_056_95, 0.0],
            [-0.019_637_55, -0.078_636_05, 1.098_273_60],
        ];
        rows.map(|row| {
            let sum: f64 = row.iter().zip(linear).map(|(a, b)| a * b).sum();
            let v = sum.clamp(0.0, 1.0);
            let v = if v <= 0.003_130_8 {
                v * 12.92
            } else {
                1.055 * v.powf(1.0 / 2.4) - 0.055
            };
            (v * 255.0).round() as u8
        })
    }

    #[test]
    fn display_p3_is_shown_as_its_definition_says() {
        let wide = ColorProfile::new_display_p3().encode().unwrap();
        let colours = [[255, 0, 0], [0, 255, 0], [200, 100, 50], [30, 200, 180], [128, 128, 128], [255, 255, 255]];
        for colour in colours {
            let shown = to_srgb(RgbImage::from_pixel(3, 2, Rgb(colour)), Some(&wide)).get_pixel(1, 1).0;
            let expected = of_p3(colour);
            assert!(
                shown.iter().zip(expected).all(|(a, b)| a.abs_diff(b) <= 2),
                "{colour:?}: {shown:?}, not {expected:?}"
            );
        }
        assert_eq!(of_p3([255, 0, 0]), [255, 0, 0], "a red that sRGB does not reach is its brightest");
        assert!(profile_of(12).is_some() && profile_of(9).is_some() && profile_of(1).is_none());
    }

    #[test]
    fn rubbish_changes_nothing() {
        let picture = RgbImage::from_pixel(2, 1, Rgb([200, 100, 50]));
        let same = ColorProfile::new_srgb().encode().unwrap();
        assert!(to_srgb(picture.clone(), Some(&same)).get_pixel(0, 0).0[0].abs_diff(200) <= 1);
        assert_eq!(to_srgb(picture.clone(), Some(b"rubbish")), picture);
        assert_eq!(to_srgb(picture.clone(), None), picture);
        assert_eq!(of_inks(&[0, 128, 255, 0], Some(b"rubbish")), [255, 127, 0]);
        assert_eq!(
            of_inks(&[0, 128, 255, 0], Some(&same)),
            [255, 127, 0],
            "a profile of RGB says nothing of inks"
        );
    }
}
