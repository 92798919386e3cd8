//! The reasons of the seal and ledger crates in both languages.

use ledger::EntryError;
use seal::Error;

/// A reason in Chinese and English.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reason {
    pub(crate) zh: String,
    pub(crate) en: String,
}

impl From<(&str, &str)> for Reason {
    fn from((zh, en): (&str, &str)) -> Self {
        Self {
            zh: zh.to_owned(),
            en: en.to_owned(),
        }
    }
}

impl From<Error> for Reason {
    fn from(error: Error) -> Self {
        let zh = match &error {
            Error::Json { at, .. } => format!("内容格式有误（第 {at} 字节）"),
            Error::NotCanonical { at } => format!("内容不是规定的唯一写法（第 {at} 字节起不同）"),
            Error::Shape(_) | Error::Unwritable(_) => "内容项目与规定不符".to_owned(),
            Error::Hex | Error::Base64 => "编码不规范".to_owned(),
            Error::Key(_) => "公钥无效".to_owned(),
            Error::Signature => "签名无效".to_owned(),
            Error::NoSignature => "没有应有的签名".to_owned(),
            Error::Envelope(_) => "签名封套与规定不符".to_owned(),
            Error::Statement(_) => "声明与规定不符".to_owned(),
            Error::Proof(_) => "登记簿证明不成立".to_owned(),
            Error::Note(_) | Error::Checkpoint(_) => "登记簿签章与规定不符".to_owned(),
            Error::Certificate(_) => "证书无效".to_owned(),
            Error::Card(_) => "县卡无效".to_owned(),
            Error::Container(_) => "压缩包结构不符合规定".to_owned(),
            _ => "无法核验".to_owned(),
        };
        Self { zh, en: error.to_string() }
    }
}

impl From<EntryError> for Reason {
    fn from(error: EntryError) -> Self {
        let zh = match &error {
            EntryError::Frame(_) => "登记的外框长度有误",
            EntryError::Header(_) | EntryError::Kind | EntryError::Id => "登记的抬头与规定不符",
            EntryError::Payload(_) => "登记的内容与抬头写明的摘要或规定不符",
            EntryError::OtherKey => "登记写明的是另一把密钥",
            EntryError::Signature => "登记的签名无效",
            _ => "登记无法核验",
        };
        Self {
            zh: zh.to_owned(),
            en: error.to_string(),
        }
    }
}
