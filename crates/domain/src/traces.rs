//! Traces that programs leave in a picture's name, size and metadata, and that a screen leaves in the picture itself. They are signs:
//! names are typed by anybody, and metadata is as easily written as read, so every remark says how sure it is.

use crate::operation::PhotoAttached;
use crate::photo::PhotoMeta;
use crate::worth::{Remark, Sureness};

/// How chat applications name what they save: (the application, beginnings of names, parts of names), in lower case.
const CHAT_NAMES: &[(&str, &[&str], &[&str])] = &[
    (
        "微信",
        &["mmexport", "微信图片", "wx_camera_", "wechat image", "weixin image"],
        &["micromsg"],
    ),
    ("QQ", &["qq图片", "qq_pic_", "qqpicture", "qq photo"], &[]),
    ("钉钉", &["钉钉图片", "dingtalk", "ladp"], &[]),
    ("WhatsApp", &["whatsapp image"], &["-wa0", "-wa1"]),
    ("Telegram", &["telegram image"], &[]),
];

/// Longer sides in pixels that chat applications scale to.
const CHAT_SIDES: &[u32] = &[960, 1080, 1279, 1280, 1440, 1600, 1706, 1707, 1920, 2560];

/// Parts of software names that alter pictures, in lower case. Firmware and gallery names are not among them.
const EDITORS: &[&str] = &[
    "photoshop",
    "lightroom",
    "gimp",
    "snapseed",
    "picsart",
    "pixlr",
    "facetune",
    "affinity",
    "polarr",
    "photoscape",
    "paint.net",
    "acdsee",
    "picasa",
    "luminar",
    "pixelmator",
    "canva",
    "vsco",
    "meitu",
    "美图",
    "醒图",
    "天天p图",
    "beautycam",
    "beautyplus",
    "b612",
    "faceu",
    "轻颜",
    "capcut",
    "剪映",
    "photodirector",
    "photogrid",
    "imagemagick",
    "stable diffusion",
    "midjourney",
    "dall",
];

/// Beginnings of names that screenshots get, in lower case.
const SCREENSHOT_NAMES: &[&str] = &[
    "screenshot",
    "screen shot",
    "scrnshot",
    "screencapture",
    "屏幕截图",
    "屏幕快照",
    "截屏",
    "截图",
    "微信截图",
    "qq截图",
    "捕获",
];

/// The program that altered the picture, where the file names one.
pub(crate) fn edited(meta: &PhotoMeta) -> Option<Remark> {
    let software = meta.software.as_deref()?;
    let lower = software.to_lowercase();
    EDITORS.iter().any(|editor| lower.contains(editor)).then(|| Remark::Edited {
        software: software.to_owned(),
    })
}

/// Whether it shows what stood on a screen: by its name, or by a lossless picture without a camera in a screen's shape.
pub(crate) fn screenshot(attached: &PhotoAttached) -> Option<Remark> {
    let lower = attached.name.to_lowercase();
    let named = SCREENSHOT_NAMES.iter().any(|start| lower.starts_with(start));
    let no_camera = no_camera(&attached.meta);
    let shaped = attached.mime == "image/png" && no_camera && attached.meta.position.is_none() && is_screen(&attached.meta);
    let sure = match (named, no_camera, shaped) {
        (true, true, _) => Sureness::Likely,
        (true, false, _) | (false, _, true) => Sureness::Possible,
        (false, _, false) => return None,
    };
    Some(Remark::Screenshot { sure })
}

/// From how many decibels on a regular pattern is told: pictures of usual things measure below 12, most photos of screens above 20.
const PATTERN_FROM_DB: u8 = 16;

/// Whether a pattern lies all over the picture as of a screen's pixels.
pub(crate) fn screen_photo(attached: &PhotoAttached) -> Option<Remark> {
    let rings = attached.pattern_db.is_some_and(|decibels| decibels >= PATTERN_FROM_DB);
    rings.then_some(Remark::ScreenPhoto { sure: Sureness::Possible })
}

/// Sizes of telephones' and computers' screens, shorter side first.
fn is_screen(meta: &PhotoMeta) -> bool {
    let (Some(width), Some(height)) = (meta.width, meta.height) else {
        return false;
    };
    let (short, long) = (width.min(height), width.max(height));
    let telephone = [
        720, 750, 828, 1080, 1125, 1170, 1179, 1206, 1220, 1240, 1242, 1260, 1264, 1284, 1290, 1320, 1440,
    ]
    .contains(&short)
        && long.saturating_mul(10) >= short.saturating_mul(16);
    let computer = [
        (768, 1366),
        (900, 1440),
        (900, 1600),
        (1080, 1920),
        (1200, 1920),
        (1440, 2560),
        (1600, 2560),
        (2160, 3840),
    ]
    .contains(&(short, long));
    telephone || computer
}

/// The chat application that saved it anew: by its name, or by a stripped JPEG scaled to such an application's size.
pub(crate) fn chat_copy(attached: &PhotoAttached) -> Option<Remark> {
    let lower = attached.name.to_lowercase();
    let stripped = no_camera(&attached.meta);
    let named = CHAT_NAMES
        .iter()
        .find(|(_, starts, parts)| starts.iter().any(|start| lower.starts_with(start)) || parts.iter().any(|part| lower.contains(part)));
    let scaled = attached.mime == "image/jpeg"
        && match (attached.meta.width, attached.meta.height) {
            (Some(width), Some(height)) => CHAT_SIDES.contains(&width.max(height)),
            _ => false,
        };
    let remark = |application: &str, sure| {
        Some(Remark::ChatCopy {
            application: application.to_owned(),
            sure,
        })
    };
    match named {
        // An original sent as a file keeps its metadata, and then only its name has changed.
        Some((application, _, _)) if stripped => remark(application, Sureness::Likely),
        Some((application, _, _)) => remark(application, Sureness::Possible),
        None if stripped && scaled && attached.meta.taken_at.is_none() => remark("", Sureness::Possible),
        None => None,
    }
}

fn no_camera(meta: &PhotoMeta) -> bool {
    meta.make.is_none() && meta.model.is_none()
}
