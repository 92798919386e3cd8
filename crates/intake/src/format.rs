//! What kind of file some bytes are, by content and never by name.

use serde::{Deserialize, Serialize};

/// The kinds of file that intake tells apart (文件格式).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FileFormat {
    /// JPEG (ISO 10918), with or without Exif.
    Jpeg,
    /// PNG (ISO 15948).
    Png,
    /// HEIF pictures, HEVC-coded or not (ISO 23008-12).
    Heic,
    /// AV1 pictures in HEIF.
    Avif,
    /// WebP in RIFF.
    Webp,
    /// TIFF 6.0 and what is built on it, DNG among them.
    Tiff,
    /// MP4 video, M4V included.
    Mp4,
    /// QuickTime video.
    Mov,
    /// 3GP video of older phones.
    #[serde(rename = "3gp")]
    ThreeGp,
    /// PDF documents.
    Pdf,
    /// Anything else; kept whole like every other file.
    Other,
}

impl FileFormat {
    /// The short name that a person knows the format by.
    pub fn name(self) -> &'static str {
        match self {
            Self::Jpeg => "JPEG",
            Self::Png => "PNG",
            Self::Heic => "HEIC",
            Self::Avif => "AVIF",
            Self::Webp => "WebP",
            Self::Tiff => "TIFF",
            Self::Mp4 => "MP4",
            Self::Mov => "MOV",
            Self::ThreeGp => "3GP",
            Self::Pdf => "PDF",
            Self::Other => "其他",
        }
    }

    /// The name in English text.
    pub fn en_name(self) -> &'static str {
        if self == Self::Other { "other" } else { self.name() }
    }

    /// The media type to serve the original under.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Heic => "image/heic",
            Self::Avif => "image/avif",
            Self::Webp => "image/webp",
            Self::Tiff => "image/tiff",
            Self::Mp4 => "video/mp4",
            Self::Mov => "video/quicktime",
            Self::ThreeGp => "video/3gpp",
            Self::Pdf => "application/pdf",
            Self::Other => "application/octet-stream",
        }
    }

    /// Whether the file moves: video is kept and listed, never decoded here.
    pub fn is_video(self) -> bool {
        matches!(self, Self::Mp4 | Self::Mov | Self::ThreeGp)
    }
}

/// Tells the format from the first bytes of a file; 64 bytes are enough, fewer give `Other` at worst.
pub fn sniff(head: &[u8]) -> FileFormat {
    match head {
        [0xff, 0xd8, 0xff, ..] => FileFormat::Jpeg,
        [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => FileFormat::Png,
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => FileFormat::Webp,
        [b'I', b'I', 0x2a, 0, ..] | [b'M', b'M', 0, 0x2a, ..] => FileFormat::Tiff,
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => sniff_brand(head),
        // QuickTime films of older cameras begin with any of their boxes.
        [_, _, _, _, name @ .., _]
            if [b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"]
                .iter()
                .any(|n| name.starts_with(*n)) =>
        {
            FileFormat::Mov
        }
        // A PDF may begin after some rubbish, within its first kilobyte (ISO 32000-1, annex H, note 13).
        _ if head.get(..head.len().min(1024)).is_some_and(|h| h.windows(5).any(|w| w == b"%PDF-")) => FileFormat::Pdf,
        _ => FileFormat::Other,
    }
}

/// Tells ISO base media files apart by the brands of their `ftyp` box (ISO 14496-12 §4.3).
fn sniff_brand(head: &[u8]) -> FileFormat {
    let Some((&size, rest)) = head.split_first_chunk::<4>() else {
        return FileFormat::Other;
    };
    let end = usize::try_from(u32::from_be_bytes(size))
        .unwrap_or(usize::MAX)
        .saturating_sub(4)
        .min(rest.len());
    let brands = rest.get(4..end).unwrap_or_default();
    let major = brands.get(..4).unwrap_or_default();
    let compatible = || brands.get(8..).unwrap_or_default().chunks_exact(4);
    let has = |wanted: &[&[u8]]| wanted.contains(&major) || compatible().any(|b| wanted.contains(&b));
    if has(&[b"avif", b"avis"]) {
        FileFormat::Avif
    } else if has(&[b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"mif2", b"msf1", b"miaf"]) {
        FileFormat::Heic
    } else if major.starts_with(b"qt") {
        FileFormat::Mov
    } else if major.starts_with(b"3g") {
        FileFormat::ThreeGp
    } else {
        FileFormat::Mp4
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ftyp(major: &[u8], compatible: &[&[u8]]) -> Vec<u8> {
        let mut bytes = (16 + 4 * compatible.len() as u32).to_be_bytes().to_vec();
        bytes.extend_from_slice(b"ftyp");
        bytes.extend_from_slice(major);
        bytes.extend_from_slice(&[0; 4]);
        compatible.iter().for_each(|c| bytes.extend_from_slice(c));
        bytes
    }

    #[test]
    fn brands_are_told_apart() {
        assert_eq!(sniff(&ftyp(b"heic", &[])), FileFormat::Heic);
        assert_eq!(sniff(&ftyp(b"mif1", &[b"avif"])), FileFormat::Avif);
        assert_eq!(sniff(&ftyp(b"qt  ", &[])), FileFormat::Mov);
        assert_eq!(sniff(&ftyp(b"3gp4", &[])), FileFormat::ThreeGp);
        assert_eq!(sniff(&ftyp(b"isom", &[b"mp42"])), FileFormat::Mp4);
    }

    #[test]
    fn names_and_short_files_do_not_mislead() {
        assert_eq!(sniff(b""), FileFormat::Other);
        assert_eq!(sniff(&[0xff, 0xd8]), FileFormat::Other);
        assert_eq!(sniff(b"\0\0\0\x08ftyp"), FileFormat::Mp4);
        assert_eq!(sniff(b"rubbish %PDF-1.7"), FileFormat::Pdf);
        assert_eq!(sniff(b"GIF89a"), FileFormat::Other);
    }
}
