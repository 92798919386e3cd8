//! Why a file was not taken in: a code for the screen and a sentence for the person.

use serde::{Deserialize, Serialize};
use std::io;

/// Why a file was not taken in (未接收的原因). The file itself is untouched in every case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// Nothing in it.
    Empty,
    /// It was there when the folder was listed and is there no more, or the card was pulled out.
    Vanished,
    /// The account may not read it.
    NoPermission,
    /// Links that lead in a circle.
    LinkLoop,
    /// A link to a folder inside a folder; not followed.
    LinkedFolder,
    /// A folder nested deeper than any camera writes.
    TooDeep,
    /// A device, pipe or socket.
    NotAFile,
    /// A file that the operating system keeps for itself.
    SystemFile,
    /// It was being written while it was read.
    Changing,
    /// The medium gave an error.
    ReadError,
    /// No space left on this computer.
    DiskFull,
    /// This computer's store gave an error.
    StoreError,
    /// The person stopped the import before this file.
    Cancelled,
    /// More files than one import takes.
    TooMany,
}

impl Refusal {
    /// What an error from the medium means.
    pub fn of_reading(error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => Self::Vanished,
            io::ErrorKind::PermissionDenied => Self::NoPermission,
            // ELOOP, ENODEV, ENXIO have no stable kind of their own.
            _ if error.raw_os_error() == Some(40) => Self::LinkLoop,
            _ if matches!(error.raw_os_error(), Some(6 | 19)) => Self::Vanished,
            _ => Self::ReadError,
        }
    }

    /// What an error from this computer's store means.
    pub fn of_storing(error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull,
            _ => Self::StoreError,
        }
    }

    /// The code that screens act on.
    pub fn code(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Vanished => "vanished",
            Self::NoPermission => "no_permission",
            Self::LinkLoop => "link_loop",
            Self::LinkedFolder => "linked_folder",
            Self::TooDeep => "too_deep",
            Self::NotAFile => "not_a_file",
            Self::SystemFile => "system_file",
            Self::Changing => "changing",
            Self::ReadError => "read_error",
            Self::DiskFull => "disk_full",
            Self::StoreError => "store_error",
            Self::Cancelled => "cancelled",
            Self::TooMany => "too_many",
        }
    }

    /// What happened, what is safe and what to do, in Chinese.
    pub fn zh(self) -> &'static str {
        match self {
            Self::Empty => "这是空文件，没有内容可接收。请在手机或存储卡上核对原件。",
            Self::Vanished => "读取时文件已不在原处，可能存储卡已拔出。其他文件不受影响，请接好后重新导入。",
            Self::NoPermission => "没有读取该文件的权限。原件未改动，请更改权限或复制到其他文件夹后重新导入。",
            Self::LinkLoop => "链接互相指向，找不到真正的文件。请直接选择原件。",
            Self::LinkedFolder => "这是指向其他文件夹的链接，未跟随。需要时请直接选择那个文件夹。",
            Self::TooDeep => "文件夹层数过多，未继续进入。需要时请直接选择里层的文件夹。",
            Self::NotAFile => "这不是普通文件，未读取。",
            Self::SystemFile => "这是操作系统自用的文件，不是照片，未接收。",
            Self::Changing => "读取期间文件仍在变化，未接收。请等复制完成后重新导入。",
            Self::ReadError => "存储介质读取出错，未接收。原件未改动，请换读卡器或重新插卡后再试。",
            Self::DiskFull => "本机磁盘空间不足，未接收。已接收的照片完好，请腾出空间后重新导入。",
            Self::StoreError => "写入本机时出错，未接收。已接收的照片完好，请重试；仍不成功请联系县管理员。",
            Self::Cancelled => "导入已按要求停止，该文件未接收。已接收的照片完好，可再次导入。",
            Self::TooMany => "一次导入的文件过多，该文件未接收。请分批导入。",
        }
    }

    /// What happened, what is safe and what to do, in English.
    pub fn en(self) -> &'static str {
        match self {
            Self::Empty => "The file is empty. Check the original on the telephone or card.",
            Self::Vanished => "The file was gone when it was read; the card may have been removed. Other files are not affected. Import it again.",
            Self::NoPermission => "The file may not be read by this account. The original is unchanged. Change its permissions or copy it elsewhere.",
            Self::LinkLoop => "The link leads in a circle. Choose the original.",
            Self::LinkedFolder => "A link to another folder was not followed. Choose that folder itself if it is wanted.",
            Self::TooDeep => "The folders are nested too deeply. Choose the inner folder itself if it is wanted.",
            Self::NotAFile => "This is not an ordinary file and was not read.",
            Self::SystemFile => "This file belongs to the operating system and is no photo.",
            Self::Changing => "The file was still changing while it was read. Import it again when the copy is finished.",
            Self::ReadError => "The medium gave an error. The original is unchanged. Try another reader or insert the card again.",
            Self::DiskFull => "This computer's disk is full. Photos already taken in are safe. Free some space and import again.",
            Self::StoreError => "Writing on this computer failed. Photos already taken in are safe. Try again, then ask the county administrator.",
            Self::Cancelled => "The import was stopped before this file. Photos already taken in are safe. It can be imported again.",
            Self::TooMany => "Too many files for one import. Import the rest separately.",
        }
    }
}
