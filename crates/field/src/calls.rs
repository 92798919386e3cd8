//! Every call of the contract, handed to the file that does it.

use contract::field::*;
use contract::lists::{ExportList, FiltersOf, ForgetFilter, ListArgs, ListPage, ListReady, SavedFilter};
use contract::shared::{Nothing, PersonRow, VisitRow};
use contract::{ApiError, ErrorCode};
use domain::Pack;
use domain::calendar::{Calendar, WorkingDay};
use domain::decide::Refusal;
use domain::operation::Strokes;
use serde_json::Value;

use crate::core::Field;
use crate::error::Error;

type Answer<T> = Result<T, ApiError>;

impl Field {
    /// Makes a call of the contract by its name, for whichever shell stands between the core and a screen: first whether it may be
    /// made now, then the call.
    pub fn answer(&self, name: &str, args: Value) -> Answer<Value> {
        let known = CALLS.iter().find(|(call, _)| *call == name);
        let (_, access) = known.ok_or_else(|| ApiError::new(ErrorCode::NoSuchCall).with("call", name))?;
        if *access == Access::Unlocked && !self.is_unlocked() {
            return Err(ApiError::new(ErrorCode::Locked));
        }
        dispatch(self, name, args)
    }

    /// Makes keys for several people at once; one request for certification names them all.
    pub fn add_people(&self, people: Vec<AddPerson>) -> Answer<AppState> {
        self.0.add_people(&people)?;
        Ok(self.0.app_state()?)
    }

    /// Makes all state again from the log; false when it was not what the log says.
    pub fn rebuild(&self) -> Answer<bool> {
        let open = self.0.opened()?;
        let before = open.store.dump_state()?;
        open.store.rebuild()?;
        Ok(open.store.dump_state()? == before)
    }
}

impl FieldHost for Field {
    fn app_state(&self, _: Nothing) -> Answer<AppState> {
        Ok(self.0.app_state()?)
    }

    fn read_card(&self, args: CardSource) -> Answer<CardPreview> {
        Ok(self.0.read_card(&args)?)
    }

    fn start_from_card(&self, args: StartFromCard) -> Answer<AppState> {
        Ok(self.0.start_from_card(&args)?)
    }

    fn add_person(&self, args: AddPerson) -> Answer<AppState> {
        Ok(self.0.reserved(|| self.0.add_person(&args))?)
    }

    fn unlock(&self, args: Unlock) -> Answer<AppState> {
        Ok(self.0.reserved(|| self.0.unlock(&args))?)
    }

    fn lock(&self, _: Nothing) -> Answer<AppState> {
        self.0.lock_session();
        Ok(self.0.app_state()?)
    }

    fn list_people(&self, _: Nothing) -> Answer<Vec<PersonRow>> {
        Ok(self.0.people()?)
    }

    fn list_stations(&self, args: ListStations) -> Answer<Vec<StationRow>> {
        Ok(self.0.stations(&args.search)?)
    }

    fn list_packs(&self, _: Nothing) -> Answer<Vec<Pack>> {
        Ok(self.0.list_packs()?)
    }

    fn list_visits(&self, _: Nothing) -> Answer<Vec<VisitRow>> {
        Ok(self.0.visits()?)
    }

    fn list(&self, args: ListArgs) -> Answer<ListPage> {
        Ok(self.0.list(&args)?)
    }

    fn list_filters(&self, args: FiltersOf) -> Answer<Vec<SavedFilter>> {
        Ok(self.0.filters(args.list)?)
    }

    fn save_filter(&self, args: SavedFilter) -> Answer<Vec<SavedFilter>> {
        Ok(self.0.reserved(|| self.0.save_filter(&args))?)
    }

    fn forget_filter(&self, args: ForgetFilter) -> Answer<Vec<SavedFilter>> {
        Ok(self.0.reserved(|| self.0.forget_filter(&args))?)
    }

    fn export_list(&self, args: ExportList) -> Answer<ListReady> {
        Ok(self.0.export_list(&args)?)
    }

    fn open_visit(&self, args: OpenVisit) -> Answer<VisitView> {
        Ok(self.0.reserved(|| self.0.open_visit(args.clone()))?)
    }

    fn get_visit(&self, args: VisitArgs) -> Answer<VisitView> {
        Ok(self.0.get_visit(args.visit)?)
    }

    fn abort_visit(&self, args: AbortVisit) -> Answer<VisitView> {
        Ok(self.0.reserved(|| self.0.abort_visit(args.clone()))?)
    }

    fn reaim_visit(&self, args: ReaimVisit) -> Answer<VisitView> {
        Ok(self.0.reserved(|| self.0.reaim_visit(args.clone()))?)
    }

    fn list_colleagues(&self, _: Nothing) -> Answer<Vec<Colleague>> {
        Ok(self.0.colleagues()?)
    }

    fn hand_over_visit(&self, args: HandOverVisit) -> Answer<VisitView> {
        Ok(self.0.reserved(|| self.0.hand_over_visit(args.clone()))?)
    }

    fn propose_station(&self, args: ProposeStation) -> Answer<StationRow> {
        Ok(self.0.reserved(|| self.0.propose_station(args.clone()))?)
    }

    fn describe_visit(&self, args: DescribeVisit) -> Answer<VisitView> {
        Ok(self.0.reserved(|| self.0.describe_visit(args.clone()))?)
    }

    fn save_draft(&self, args: SaveDraft) -> Answer<Saved> {
        Ok(self.0.reserved(|| self.0.save_draft(&args))?)
    }

    fn answer_item(&self, args: AnswerItem) -> Answer<VisitView> {
        Ok(self.0.reserved(|| self.0.answer_item(args.clone()))?)
    }

    fn answer_from_paper(&self, args: AnswerFromPaper) -> Answer<VisitView> {
        Ok(self.0.reserved(|| self.0.answer_from_paper(args.clone()))?)
    }

    fn make_blank_form(&self, args: MakeBlankForm) -> Answer<RecordReady> {
        Ok(self.0.make_blank_form(&args)?)
    }

    fn import_photos(&self, args: ImportPhotos) -> Answer<ImportStarted> {
        Ok(self.0.import_photos(args)?)
    }

    fn import_to_inbox(&self, args: ImportToInbox) -> Answer<ImportStarted> {
        Ok(self.0.import_to_inbox(&args)?)
    }

    fn list_inbox(&self, _: Nothing) -> Answer<Inbox> {
        Ok(self.0.list_inbox()?)
    }

    fn assign_photos(&self, args: AssignPhotos) -> Answer<Assigned> {
        Ok(self.0.reserved(|| self.0.assign_photos(&args))?)
    }

    fn put_aside(&self, args: PutAside) -> Answer<Inbox> {
        Ok(self.0.reserved(|| self.0.put_aside(&args))?)
    }

    fn import_report(&self, args: ImportArgs) -> Answer<ImportReport> {
        Ok(self.0.import_report(&args.import)?)
    }

    fn cancel_import(&self, args: ImportArgs) -> Answer<Nothing> {
        self.0.cancel_import(&args.import)?;
        Ok(Nothing {})
    }

    fn tie_photo(&self, args: TiePhoto) -> Answer<VisitView> {
        Ok(self.0.reserved(|| self.0.tie_photo(args.clone()))?)
    }

    fn withdraw_photo(&self, args: WithdrawPhoto) -> Answer<VisitView> {
        Ok(self.0.reserved(|| self.0.withdraw_photo(args.clone()))?)
    }

    fn correct_clock(&self, args: CorrectClock) -> Answer<VisitView> {
        Ok(self.0.reserved(|| self.0.correct_clock(&args))?)
    }

    fn copy_photo(&self, args: CopyPhoto) -> Answer<VisitView> {
        Ok(self.0.reserved(|| self.0.copy_photo(&args))?)
    }

    fn state_custody(&self, args: StateCustody) -> Answer<VisitView> {
        Ok(self.0.reserved(|| self.0.state_custody(args.clone()))?)
    }

    fn export_photo(&self, args: ExportPhoto) -> Answer<PhotoReady> {
        Ok(self.0.export_photo(&args)?)
    }

    fn record_finding(&self, args: RecordFinding) -> Answer<VisitView> {
        Ok(self.0.reserved(|| self.0.record_finding(args.clone()))?)
    }

    fn withdraw_finding(&self, args: WithdrawFinding) -> Answer<VisitView> {
        Ok(self.0.reserved(|| self.0.withdraw_finding(args.clone()))?)
    }

    fn countersign(&self, args: CountersignArgs) -> Answer<VisitView> {
        Ok(self.0.reserved(|| self.0.countersign(args.clone()))?)
    }

    fn undo_step(&self, args: UndoArgs) -> Answer<VisitView> {
        Ok(self.0.reserved(|| self.0.undo_step(args.clone()))?)
    }

    fn hand_sign(&self, args: HandSign) -> Answer<VisitView> {
        Ok(self.0.reserved(|| self.0.hand_sign(args.clone()))?)
    }

    fn get_strokes(&self, args: VisitArgs) -> Answer<Option<Strokes>> {
        Ok(self.0.strokes(args.visit)?)
    }

    fn seal_preview(&self, args: VisitArgs) -> Answer<SealPreview> {
        Ok(self.0.seal_preview(args.visit)?)
    }

    fn seal_visit(&self, args: SealVisit) -> Answer<VisitView> {
        Ok(self.0.reserved(|| self.0.seal_visit(args.clone()))?)
    }

    fn make_record(&self, args: MakeRecord) -> Answer<RecordReady> {
        Ok(self.0.reserved(|| self.0.make_record(&args))?)
    }

    fn attach_paper(&self, args: AttachPaper) -> Answer<VisitView> {
        Ok(self.0.reserved(|| self.0.attach_paper(args.clone()))?)
    }

    fn give_record(&self, args: GiveRecord) -> Answer<VisitView> {
        Ok(self.0.reserved(|| self.0.give_record(args.clone()))?)
    }

    fn list_addresses(&self, _: Nothing) -> Answer<Vec<LocalAddress>> {
        Ok(self.0.addresses()?)
    }

    fn share_record(&self, args: ShareRecord) -> Answer<Sharing> {
        Ok(self.0.share_record(&args)?)
    }

    fn share_status(&self, _: Nothing) -> Answer<Option<Sharing>> {
        Ok(self.0.share_status()?)
    }

    fn stop_sharing(&self, _: Nothing) -> Answer<Nothing> {
        self.0.stop_sharing();
        Ok(Nothing {})
    }

    fn open_phone(&self, args: OpenPhone) -> Answer<Receiving> {
        Ok(self.0.open_phone(&args)?)
    }

    fn phone_status(&self, _: Nothing) -> Answer<Option<Receiving>> {
        Ok(self.0.phone_status()?)
    }

    fn close_phone(&self, _: Nothing) -> Answer<Nothing> {
        self.0.close_phone();
        Ok(Nothing {})
    }

    fn sync_now(&self, _: Nothing) -> Answer<SyncStatus> {
        Ok(self.0.reserved(|| self.0.sync_now())?)
    }

    fn pause_sync(&self, _: Nothing) -> Answer<SyncStatus> {
        Ok(self.0.reserved(|| self.0.pause_sync())?)
    }

    fn sync_status(&self, _: Nothing) -> Answer<SyncStatus> {
        Ok(self.0.sync_status()?)
    }

    fn enrolment_request(&self, _: Nothing) -> Answer<EnrolmentRequest> {
        Ok(self.0.enrolment_request()?)
    }

    fn copy_status(&self, _: Nothing) -> Answer<CopyStatus> {
        Ok(self.0.copy_status()?)
    }

    fn make_copy(&self, args: MakeCopy) -> Answer<CopyStatus> {
        Ok(self.0.make_copy(&args)?)
    }

    fn cancel_copy(&self, _: Nothing) -> Answer<CopyStatus> {
        Ok(self.0.cancel_copy()?)
    }

    fn copy_places(&self, _: Nothing) -> Answer<CopyPlaces> {
        Ok(self.0.copy_places()?)
    }

    fn find_copies(&self, args: FindCopies) -> Answer<Vec<CopyPreview>> {
        Ok(self.0.find_copies(&args)?)
    }

    fn trip_check(&self, args: TripCheckArgs) -> Answer<TripCheck> {
        Ok(self.0.trip_check(&args)?)
    }

    fn working_day(&self, args: DayArgs) -> Answer<WorkingDay> {
        let day = Calendar::known().day(&args.day);
        Ok(day.ok_or_else(|| Error::from(Refusal::Date(args.day)))?)
    }

    fn take_in_copy(&self, args: TakeInCopy) -> Answer<CopyStatus> {
        Ok(self.0.take_in_copy(&args)?)
    }
}
