//! Undo of the last steps before the seal. Nothing is taken out of the log: each step is answered by an entry that says again what stood
//! there before. Steps are kept in memory while the session lasts.

use contract::field::{UndoArgs, UndoStep, VisitView};
use domain::clock::ClockCorrected;
use domain::decide::{Command, Refusal, decide};
use domain::operation::{FindingWithdrawn, PhotoRestored, PhotoTied, PhotoWithdrawn};
use domain::{Visit, VisitId};

use crate::core::{Core, lock};
use crate::error::{Error, Result};

/// Steps of one visit that can be undone.
const MOST_STEPS: usize = 50;

/// A step and what takes it back.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    done: Command,
    back: Command,
}

/// The step that a command makes of the state before it; none when it cannot be undone, and neither can what came before it.
pub(crate) fn step(before: &Visit, done: &Command) -> Option<Step> {
    let back = match done {
        Command::Answer { item, .. } | Command::AnswerFromPaper { item, .. } => match before.answers.get(item).map(Vec::as_slice) {
            None => Command::Answer {
                item: item.clone(),
                answer: None,
            },
            Some([only]) => match (&only.answer, only.observed_at_ms) {
                (Some(answer), Some(observed_at_ms)) => Command::AnswerFromPaper {
                    item: item.clone(),
                    answer: answer.clone(),
                    observed_at_ms,
                },
                (answer, _) => Command::Answer {
                    item: item.clone(),
                    answer: answer.clone(),
                },
            },
            // A choice between answers that stood side by side is not taken back by saying one of them.
            Some(_) => return None,
        },
        Command::Describe(_) => Command::Describe(before.description.clone()),
        Command::TiePhoto(tied) => {
            let known = before.photo(tied.photo)?;
            Command::TiePhoto(PhotoTied {
                photo: tied.photo,
                items: known.items.clone(),
                caption: known.caption.clone(),
            })
        }
        Command::CorrectClock(corrected) => Command::CorrectClock(ClockCorrected {
            camera: corrected.camera.clone(),
            correction: before.correction_by(&corrected.camera),
        }),
        Command::WithdrawPhoto(withdrawn) => match &before.photo(withdrawn.photo)?.withdrawn {
            None => Command::RestorePhoto(PhotoRestored { photo: withdrawn.photo }),
            Some(reason) => Command::WithdrawPhoto(PhotoWithdrawn {
                photo: withdrawn.photo,
                reason: reason.clone(),
            }),
        },
        Command::RecordFinding(finding) => match before.finding(finding.id) {
            Some(known) if known.withdrawn.is_none() => Command::RecordFinding(known.finding.clone()),
            _ => Command::WithdrawFinding(FindingWithdrawn {
                finding: finding.id,
                reason: String::new(),
            }),
        },
        Command::WithdrawFinding(withdrawn) => Command::RecordFinding(before.finding(withdrawn.finding)?.finding.clone()),
        _ => return None,
    };
    let done = done.clone();
    Some(Step { done, back })
}

impl Step {
    /// Whether the step is still the last word on its thing; what others said since is not undone with it.
    fn stands(&self, now: &Visit) -> bool {
        match &self.done {
            Command::Answer { item, answer } => match now.answers.get(item).map(Vec::as_slice) {
                Some([only]) => only.answer == *answer,
                _ => false,
            },
            Command::AnswerFromPaper { item, answer, .. } => now.answer(item) == Some(answer),
            Command::Describe(description) => now.description == *description,
            Command::TiePhoto(tied) => now
                .photo(tied.photo)
                .is_some_and(|known| known.items == tied.items && known.caption == tied.caption),
            Command::CorrectClock(corrected) => now.correction_by(&corrected.camera) == corrected.correction,
            Command::WithdrawPhoto(withdrawn) => now
                .photo(withdrawn.photo)
                .is_some_and(|known| known.withdrawn.as_ref() == Some(&withdrawn.reason)),
            Command::RecordFinding(finding) => now
                .finding(finding.id)
                .is_some_and(|known| known.finding == *finding && known.withdrawn.is_none()),
            Command::WithdrawFinding(withdrawn) => now
                .finding(withdrawn.finding)
                .is_some_and(|known| known.withdrawn.as_ref() == Some(&withdrawn.reason)),
            _ => false,
        }
    }

    fn named(&self) -> UndoStep {
        let (kind, item) = match &self.done {
            Command::Answer { item, .. } | Command::AnswerFromPaper { item, .. } => ("answer", Some(item.clone())),
            Command::Describe(_) => ("describe", None),
            Command::TiePhoto(_) => ("tie_photo", None),
            Command::CorrectClock(_) => ("correct_clock", None),
            Command::WithdrawPhoto(_) => ("withdraw_photo", None),
            Command::RecordFinding(finding) => ("record_finding", finding.item.clone()),
            _ => ("withdraw_finding", None),
        };
        UndoStep { kind: kind.into(), item }
    }
}

impl Core {
    /// Remembers a step, or that nothing before this can be undone.
    pub(crate) fn remember(&self, visit: VisitId, step: Option<Step>) {
        let mut undo = lock(&self.undo);
        let steps = undo.entry(visit).or_default();
        match step {
            Some(step) => {
                steps.push(step);
                if steps.len() > MOST_STEPS {
                    steps.remove(0);
                }
            }
            None => steps.clear(),
        }
    }

    /// What would be undone next.
    pub(crate) fn next_undo(&self, visit: &Visit) -> Option<UndoStep> {
        let undo = lock(&self.undo);
        let last = undo.get(&visit.id)?.last()?;
        (visit.sealed.is_none() && last.stands(visit)).then(|| last.named())
    }

    pub(crate) fn undo_step(&self, args: UndoArgs) -> Result<VisitView> {
        let (open, by) = self.unlocked()?;
        let step = lock(&self.undo).get(&args.visit).and_then(|steps| steps.last().cloned());
        let step = step.ok_or(Error::Rule("nothing_to_undo"))?;
        let undone = open.store.transact(|tx| {
            let now = tx.visit(args.visit)?.ok_or(Refusal::NoVisit)?;
            if !step.stands(&now) {
                return Err(Error::Rule("undo_gone"));
            }
            let mut back = step.back.clone();
            if let Command::WithdrawFinding(withdrawn) = &mut back {
                withdrawn.reason = args.reason;
            }
            let operation = decide(Some(&now), self.pack_of(&now)?, back)?;
            tx.author(&open.author, args.visit.0, Some(by), &operation)?;
            Ok(())
        });
        let mut undo = lock(&self.undo);
        match &undone {
            Ok(()) => drop(undo.get_mut(&args.visit).and_then(Vec::pop)),
            Err(Error::Rule("undo_gone")) => drop(undo.remove(&args.visit)),
            Err(_) => {}
        }
        drop(undo);
        undone?;
        self.view(&open, args.visit)
    }
}
