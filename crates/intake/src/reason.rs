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
    /// The picture claims more pixels, or the file more bytes, than are opened.
    TooLarge,
    /// The picture is built so that opening it would take without end.
    TooCostly,
    /// The picture cannot be decoded.
    Broken,
    /// The decoder failed; it was contained.
    DecoderFailed,
}

impl NoPreview {
    /// The code that screens act on.
    pub fn code(self) -> &'static str {
        match self {
            Self::Format { .. } => "format",
            Self::TooLarge => "too_large",
            Self::TooCostly => "too_costly",
            Self::Broken => "broken",
            Self::DecoderFailed => "decoder_failed",
        }
    }

    /// The reason in Chinese.
    pub fn zh(self) -> String {
        match self {
            Self::Format { format } => format!("暂无预览：{} 格式的画面暂不能显示，原件已完整保存。", format.name()),
            Self::TooLarge => "暂无预览：画面像素或文件过大，原件已完整保存。".into(),
            Self::TooCostly => "暂无预览：文件构造异常，展开会耗尽资源，原件已完整保存。".into(),
            Self::Broken => "暂无预览：画面数据损坏，无法打开，原件已完整保存。".into(),
            Self::DecoderFailed => "暂无预览：解码程序出错，原件已完整保存。".into(),
        }
    }

    /// The reason in English.
    pub fn en(self) -> String {
        match self {
            Self::Format { format } => format!(
                "No preview: {} pictures cannot be shown yet. The original is kept whole.",
                format.en_name()
            ),
            Self::TooLarge => "No preview: too many pixels or bytes. The original is kept whole.".into(),
            Self::TooCostly => "No preview: the file is built so that opening it would exhaust the computer. The original is kept whole.".into(),
            Self::Broken => "No preview: the picture data are damaged. The original is kept whole.".into(),
            Self::DecoderFailed => "No preview: the decoder failed. The original is kept whole.".into(),
        }
    }
}
