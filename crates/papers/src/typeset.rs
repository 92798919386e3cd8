//! Runs Typst over one embedded template: a world of a template, named byte files and fonts, and nothing else.

use crate::f11::PaperError;
use std::collections::HashMap;
use std::sync::LazyLock;
use typst::diag::{FileError, FileResult, SourceDiagnostic};
use typst::foundations::{Bytes, Datetime, Duration, Smart};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};
use typst_svg::SvgOptions;

static LIBRARY: LazyLock<LazyHash<Library>> = LazyLock::new(|| LazyHash::new(Library::default()));

// Layout recurses deeply in debug builds; 2 MB, the size of a worker thread's stack, is not enough.
const STACK_BYTES: usize = 64 << 20;

/// What is to be typeset.
pub(crate) struct Job {
    /// Template text; trusted, never made from user text.
    pub(crate) template: &'static str,
    /// Files that the template may read, by plain name.
    pub(crate) files: Vec<(String, Vec<u8>)>,
    /// All text of the document, to choose fonts by.
    pub(crate) text: String,
    /// A stable name of the document; its digest becomes the PDF's identifier.
    pub(crate) ident: String,
    /// Creation time, ms since 1970 UTC, and the offset in minutes to print it in.
    pub(crate) created: (i64, i32),
    /// Whether the pages are wanted as SVG too.
    pub(crate) pages: bool,
}

struct PaperWorld {
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
    source: Source,
    files: HashMap<FileId, Bytes>,
}

impl World for PaperWorld {
    fn library(&self) -> &LazyHash<Library> {
        &LIBRARY
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.book
    }

    fn main(&self) -> FileId {
        self.source.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.source.id() {
            Ok(self.source.clone())
        } else {
            Err(absent(id))
        }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        self.files.get(&id).cloned().ok_or_else(|| absent(id))
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.fonts.get(index).cloned()
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}

fn absent(id: FileId) -> FileError {
    FileError::NotFound(id.get().vpath().get_without_slash().into())
}

fn file_id(name: &str) -> Result<FileId, PaperError> {
    let path = VirtualPath::new(name).map_err(|e| PaperError::Layout(format!("{name}: {e:?}")))?;
    Ok(RootedPath::new(VirtualRoot::Project, path).intern())
}

/// What came of a job.
pub(crate) struct Typeset {
    /// PDF/A-2b.
    pub(crate) pdf: Vec<u8>,
    /// Every page as SVG for a screen, when asked for.
    pub(crate) pages: Vec<String>,
}

/// Typesets the job. Blocks for as long as layout takes; call it off the threads that serve a screen.
pub(crate) fn typeset(job: Job) -> Result<Typeset, PaperError> {
    beside(move || run(job))
}

/// Lays out on a thread of its own, with a stack that suffices.
fn beside<T: Send + 'static>(work: impl FnOnce() -> Result<T, PaperError> + Send + 'static) -> Result<T, PaperError> {
    let worker = std::thread::Builder::new().name("papers".into()).stack_size(STACK_BYTES);
    let handle = worker.spawn(work).map_err(|e| PaperError::Layout(e.to_string()))?;
    handle
        .join()
        .unwrap_or_else(|_| Err(PaperError::Layout("the layout engine stopped".into())))
}

/// The first page as SVG and nothing else. Blocks like [`typeset`].
pub(crate) fn first_page(job: Job) -> Result<String, PaperError> {
    beside(move || {
        let (document, _) = compile(job)?;
        let page = document.pages().first().map(|page| typst_svg::svg(page, &SvgOptions::default()));
        typst::comemo::evict(0);
        page.ok_or_else(|| PaperError::Layout("no page".into()))
    })
}

/// What a PDF says of itself beside its pages.
struct Said {
    ident: String,
    created: (i64, i32),
    pages: bool,
}

fn compile(job: Job) -> Result<(PagedDocument, Said), PaperError> {
    let fonts = crate::fonts::for_text(&job.text);
    let mut files = HashMap::new();
    for (name, bytes) in job.files {
        files.insert(file_id(&name)?, Bytes::new(bytes));
    }
    let world = PaperWorld {
        book: LazyHash::new(FontBook::from_fonts(&fonts)),
        fonts,
        source: Source::new(file_id("paper.typ")?, job.template.to_owned()),
        files,
    };
    let said = Said {
        ident: job.ident,
        created: job.created,
        pages: job.pages,
    };
    let document = typst::compile::<PagedDocument>(&world).output.map_err(|errors| layout_error(&errors))?;
    Ok((document, said))
}

fn run(job: Job) -> Result<Typeset, PaperError> {
    let (document, job) = compile(job)?;
    let options = PdfOptions {
        ident: Smart::Custom(job.ident),
        creator: Smart::Custom(Some("Xunzhan".into())),
        timestamp: timestamp(job.created),
        standards: PdfStandards::new(&[PdfStandard::A_2b]).map_err(|e| PaperError::Layout(e.message().to_string()))?,
        ..PdfOptions::default()
    };
    let pdf = typst_pdf::pdf(&document, &options).map_err(|errors| layout_error(&errors));
    let pages = if job.pages {
        document.pages().iter().map(|page| typst_svg::svg(page, &SvgOptions::default())).collect()
    } else {
        Vec::new()
    };
    // Memoised layout of one record is of no use to the next.
    typst::comemo::evict(0);
    Ok(Typeset { pdf: pdf?, pages })
}

fn timestamp((at_ms, offset_min): (i64, i32)) -> Option<Timestamp> {
    use chrono::{Datelike, Timelike};
    let at = crate::wording::local(at_ms, offset_min)?;
    let byte = |n: u32| u8::try_from(n).ok();
    let local = Datetime::from_ymd_hms(
        at.year(),
        byte(at.month())?,
        byte(at.day())?,
        byte(at.hour())?,
        byte(at.minute())?,
        byte(at.second())?,
    )?;
    Timestamp::new_local(local, offset_min)
}

fn layout_error(errors: &[SourceDiagnostic]) -> PaperError {
    let text: Vec<String> = errors.iter().take(4).map(|e| e.message.to_string()).collect();
    PaperError::Layout(text.join("; "))
}
