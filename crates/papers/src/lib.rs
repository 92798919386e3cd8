//! Official documents: what a station is left with and what an archive keeps, as PDF; and lists as tables.
//!
//! Bytes in, bytes out: no file system, no network, no clock. The same input gives the same bytes on every machine, because fonts and
//! templates are embedded and every time is handed in.

mod blank;
mod drawing;
mod f11;
mod f11_data;
mod fonts;
mod hand_paper;
pub mod lists;
pub mod overlay;
mod picture;
pub mod sheet;
mod typeset;
mod wording;

pub use blank::{BlankForm, blank_form};
pub use drawing::qr_rows;
pub use f11::{Paper, PaperError, RecordInput, SealShown, SignatureShown, SignatureStanding, record_f11, record_f11_with_pages, seal_qr_text};
pub use fonts::characters_without_glyph;
pub use hand_paper::PaperShown;
