//! Colours as a screen without colour management shows them: what a profile says of the numbers is turned into sRGB.

use image::RgbImage;
use moxcms::{ColorProfile, DataColorSpace, Layout, TransformOptions};

/// A larger profile is none: those of cameras and screens have some kilobytes.
const MAX_PROFILE: usize = 2 << 20;

/// The picture in sRGB. A profile that cannot be used, or is not one of RGB, leaves it as it is.
pub(crate) fn to_srgb(picture: RgbImage, icc: Option<&[u8]>) -> RgbImage {
    converted(&picture, icc).unwrap_or(picture)
}

fn converted(picture: &RgbImage, icc: Option<&[u8]>) -> Option<RgbImage> {
    let profile = ColorProfile::new_from_slice(icc.filter(|icc| icc.len() <= MAX_PROFILE)?).ok()?;
    if profile.color_space != DataColorSpace::Rgb {
        return None;
    }
    let transform = profile
        .create_transform_8bit(Layout::Rgb, &ColorProfile::new_srgb(), Layout::Rgb, TransformOptions::default())
        .ok()?;
    let mut out = vec![0; picture.as_raw().len()];
    transform.transform(picture.as_raw(), &mut out).ok()?;
    RgbImage::from_raw(picture.width(), picture.height(), out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Rgb;

    #[test]
    fn a_wide_gamut_is_turned_into_srgb_and_rubbish_changes_nothing() {
        let picture = RgbImage::from_pixel(2, 1, Rgb([200, 100, 50]));
        let wide = ColorProfile::new_display_p3().encode().unwrap();
        let shown = to_srgb(picture.clone(), Some(&wide)).get_pixel(0, 0).0;
        // The same colour needs more red and less green and blue where red reaches less far.
        assert!(shown[0] > 205 && shown[1] < 100 && shown[2] < 50, "{shown:?}");
        let same = ColorProfile::new_srgb().encode().unwrap();
        assert!(to_srgb(picture.clone(), Some(&same)).get_pixel(0, 0).0[0].abs_diff(200) <= 1);
        assert_eq!(to_srgb(picture.clone(), Some(b"rubbish")), picture);
        assert_eq!(to_srgb(picture.clone(), None), picture);
    }
}
