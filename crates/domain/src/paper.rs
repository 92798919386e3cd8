//! Paper that was signed by hand joins a sealed record (纸质签字件, level L0): when it may, and what it changes.

use std::collections::BTreeSet;

use crate::decide::Refusal;
use crate::operation::{Operation, PaperAttached, PhotoAttached};
use crate::visit::{AttachedPaper, Visit};

/// Pages of one paper at most: so many fit into an entry.
pub const MOST_PAGES: usize = 20;
/// Version of [`crate::operation::Paper`] that is written and understood.
pub const VERSION: u32 = 1;

/// Decides on attaching a paper to the record that stands: by a member of its team, saying who signed, with pages that no paper has yet.
pub(crate) fn attach(visit: &Visit, attached: Box<PaperAttached>) -> Result<Operation, Refusal> {
    let paper = &attached.paper;
    // While a returned visit is mended its paper waits for the record that comes of it.
    if visit.sealed.as_ref().is_none_or(|sealed| sealed.statement.sha256 != paper.seal) {
        return Err(Refusal::NotSealed);
    }
    if !visit.description.team.iter().any(|member| member.person == attached.person) {
        return Err(Refusal::NotInTeam(attached.person));
    }
    if !(1..=MOST_PAGES).contains(&paper.pages.len()) {
        return Err(Refusal::Pages { most: MOST_PAGES });
    }
    if paper.signers.is_empty() || paper.signers.iter().any(|signer| signer.name.trim().is_empty()) {
        return Err(Refusal::PaperSigners);
    }
    let is_page = |page: &&PhotoAttached| page.mime.starts_with("image/") || page.mime == "application/pdf";
    if let Some(other) = paper.pages.iter().find(|page| !is_page(page)) {
        return Err(Refusal::PageFormat(other.name.clone()));
    }
    let mut known: BTreeSet<&str> = visit.pages().map(|page| page.original.sha256.as_str()).collect();
    if let Some(same) = paper.pages.iter().find(|page| !known.insert(&page.original.sha256)) {
        return Err(Refusal::SamePage(same.photo));
    }
    Ok(Operation::PaperAttached(attached))
}

/// Joins a paper to the visit's papers, or says by which rule it does not count. Its signature is not checked here: who shows it does.
pub(crate) fn join(visit: &mut Visit, attached: &PaperAttached, entry: &str) -> Result<(), &'static str> {
    let paper = &attached.paper;
    if paper.v != VERSION {
        return Err("paper_version");
    }
    if paper.visit != visit.id {
        return Err("other_visit");
    }
    if !visit.has_record(&paper.seal) {
        return Err("not_sealed");
    }
    if !(1..=MOST_PAGES).contains(&paper.pages.len()) {
        return Err("paper_pages");
    }
    if visit.papers.iter().any(|known| known.attached == *attached) {
        return Err("paper_known");
    }
    // A photo's id leads to its picture: two photos under one id would let one pass for the other.
    let mut ids: BTreeSet<_> = visit.photos.iter().map(|known| known.attached.photo).collect();
    ids.extend(visit.pages().map(|page| page.photo));
    if paper.pages.iter().any(|page| !ids.insert(page.photo)) {
        return Err("photo_known");
    }
    visit.papers.push(AttachedPaper {
        entry: entry.to_owned(),
        attached: attached.clone(),
    });
    Ok(())
}
