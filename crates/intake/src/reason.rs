//! Why a picture has no small one: a code for the screen and a sentence for the person.

use crate::format::FileFormat;
use serde::{Deserialize, Serialize};

/// Why there is no small picture of a file that was taken in (暂无预览). The original is kept whole in every case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "code")]
pub enum NoPreview {
    /// Pictures of this format are not shown yet.
    Format {
        /// The format.
        format: FileFormat,
    },
    /// The film is coded in a way that no picture is taken from.
    Codec {
        /// The codec's four letters.
        codec: [u8; 4],
    },
    /// The document is under a password.
    Locked,
    /// The picture claims more pixels, or the file more bytes, than are opened.
    TooLarge,
    /// The picture is built so that opening it would take without end.
    TooCostly,
    /// Opening the picture took longer than is waited for; it was ended.
    TooSlow,
    /// Opening the picture took more memory than it may; it was ended.
    TooMuchMemory,
    /// The picture cannot be decoded.
    Broken,
    /// The decoder failed; it was contained.
    DecoderFailed,
    /// The process that decodes could not be started.
    NoDecoder,
}

/// The ending of every sentence.
const KEPT_ZH: &str = "原件已完整保存。";
const KEPT_EN: &str = "The original is kept whole.";

impl NoPreview {
    /// The code that screens act on.
    pub fn code(self) -> &'static str {
        match self {
            Self::Format { .. } => "format",
            Self::Codec { .. } => "codec",
            Self::Locked => "locked",
            Self::TooLarge => "too_large",
            Self::TooCostly => "too_costly",
            Self::TooSlow => "too_slow",
            Self::TooMuchMemory => "too_much_memory",
            Self::Broken => "broken",
            Self::DecoderFailed => "decoder_failed",
            Self::NoDecoder => "no_decoder",
        }
    }

    /// The reason in Chinese.
    pub fn zh(self) -> String {
        let why = match self {
            Self::Format { format } => format!("{} 格式的画面暂不能显示", format.name()),
            Self::Codec { codec } => format!("这段视频的编码（{}）暂不能取封面", codec_name(codec)),
            Self::Locked => "文件加了打开密码".into(),
            Self::TooLarge => "画面像素或文件过大".into(),
            Self::TooCostly => "文件构造异常，展开会耗尽资源".into(),
            Self::TooSlow => "打开画面用时过长，已中止".into(),
            Self::TooMuchMemory => "打开画面所需内存过多，已中止".into(),
            Self::Broken => "画面数据损坏，无法打开".into(),
            Self::DecoderFailed => "解码程序出错，已隔离".into(),
            Self::NoDecoder => "解码程序未能启动".into(),
        };
        format!("暂无预览：{why}，{KEPT_ZH}")
    }

    /// The reason in English.
    pub fn en(self) -> String {
        let why = match self {
            Self::Format { format } => format!("{} pictures cannot be shown yet", format.en_name()),
            Self::Codec { codec } => format!("no picture can be taken from films coded as {}", codec_name(codec)),
            Self::Locked => "the file is under a password".into(),
            Self::TooLarge => "too many pixels or bytes".into(),
            Self::TooCostly => "the file is built so that opening it would exhaust the computer".into(),
            Self::TooSlow => "opening the picture took too long and was ended".into(),
            Self::TooMuchMemory => "opening the picture took too much memory and was ended".into(),
            Self::Broken => "the picture data are damaged".into(),
            Self::DecoderFailed => "the decoder failed and was contained".into(),
            Self::NoDecoder => "the decoder could not be started".into(),
        };
        format!("No preview: {why}. {KEPT_EN}")
    }
}

/// The name that a codec is known by, else its four letters.
fn codec_name(codec: [u8; 4]) -> String {
    let known = match &codec {
        b"avc1" | b"avc3" => "H.264 10 bit",
        b"hvc1" | b"hev1" | b"dvh1" | b"dvhe" => "HEVC",
        b"mp4v" => "MPEG-4 Part 2",
        b"s263" | b"h263" | b"H263" => "H.263",
        b"vp08" => "VP8",
        b"vp09" => "VP9",
        b"apch" | b"apcn" | b"apcs" | b"apco" | b"ap4h" | b"ap4x" => "ProRes",
        b"encv" => "DRM",
        _ => "",
    };
    if known.is_empty() {
        codec.map(|c| if c.is_ascii_graphic() { char::from(c) } else { '?' }).iter().collect()
    } else {
        known.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_says_that_the_original_is_safe_and_comes_back_from_its_code() {
        let all = [
            NoPreview::Format { format: FileFormat::Other },
            NoPreview::Codec { codec: *b"s263" },
            NoPreview::Codec {
                codec: [0, b'x', 0xff, b'1'],
            },
            NoPreview::Locked,
            NoPreview::TooLarge,
            NoPreview::TooCostly,
            NoPreview::TooSlow,
            NoPreview::TooMuchMemory,
            NoPreview::Broken,
            NoPreview::DecoderFailed,
            NoPreview::NoDecoder,
        ];
        for reason in all {
            assert!(reason.zh().starts_with("暂无预览：") && reason.zh().ends_with(KEPT_ZH));
            assert!(reason.en().starts_with("No preview: ") && reason.en().ends_with(KEPT_EN));
            let json = serde_json::to_string(&reason).unwrap();
            assert!(json.contains(&format!("\"code\":\"{}\"", reason.code())), "{json}");
            assert_eq!(serde_json::from_str::<NoPreview>(&json).unwrap(), reason);
        }
        assert!(NoPreview::Codec { codec: *b"s263" }.en().contains("H.263"));
        assert!(
            NoPreview::Codec {
                codec: [0, b'x', 0xff, b'1']
            }
            .zh()
            .contains("?x?1")
        );
    }
}
