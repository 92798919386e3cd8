//! Second copies: made, cut short, taken in by a colleague's laptop.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use contract::ErrorCode;
use contract::field::*;
use contract::shared::{DataState, Nothing};
use domain::VisitId;

use super::county::{County, LI, WANG, field, person};
use super::visit::{import, not_checked, open_visit, photo};
use crate::Field;

/// A folder on another file system than the laptops.
pub fn stick() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").unwrap()
}

fn handle(field: &Field, path: &Path) -> String {
    field.register_paths(vec![path.to_owned()]).remove(0).handle
}

fn finished(field: &Field) -> CopyJob {
    let began = Instant::now();
    loop {
        let job = field.copy_status(Nothing {}).unwrap().job.unwrap();
        if job.finished {
            return job;
        }
        assert!(began.elapsed() < Duration::from_secs(60));
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn make(field: &Field, to: &Path) -> CopyJob {
    let handle = handle(field, to);
    field.make_copy(MakeCopy { handle }).unwrap();
    finished(field)
}

pub fn made(field: &Field, to: &Path) -> LastCopy {
    let job = make(field, to);
    assert_eq!(job.error, None);
    job.made.unwrap()
}

fn found(field: &Field, at: &Path) -> CopyPreview {
    let handle = handle(field, at);
    field.find_copies(FindCopies { handle }).unwrap().remove(0)
}

pub fn take_in(field: &Field, at: &Path) -> TakenIn {
    let handle = found(field, at).handle;
    let args = TakeInCopy {
        handle,
        person: person(LI),
        passphrase: "li-passphrase".into(),
    };
    field.take_in_copy(args).unwrap();
    let job = finished(field);
    assert_eq!(job.error, None);
    job.taken.unwrap()
}

fn pictures(home: &Path, shades: &[u8]) -> Vec<PathBuf> {
    let paths: Vec<PathBuf> = shades.iter().map(|shade| home.join(format!("{shade}.jpg"))).collect();
    for (path, shade) in paths.iter().zip(shades) {
        photo(path, *shade);
    }
    paths
}

fn view(field: &Field, visit: VisitId) -> VisitView {
    field.get_visit(VisitArgs { visit }).unwrap()
}

fn draft(field: &Field, visit: VisitId, raw: &str) {
    let slot = "C4-09".into();
    field
        .save_draft(SaveDraft {
            visit,
            slot,
            raw: raw.into(),
        })
        .unwrap();
}

fn files(dir: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { all.extend(files(&path)) } else { all.push(path) }
    }
    all.sort();
    all
}

fn copy_of(stick: &Path) -> PathBuf {
    std::fs::read_dir(stick).unwrap().next().unwrap().unwrap().path()
}

#[test]
fn a_broken_laptops_work_comes_back_whole_and_only_once() {
    let (home_a, home_b, stick) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), stick());
    let mut county = County::new();
    let a = county.laptop(home_a.path());
    let visit = open_visit(&a);
    not_checked(&a, visit, "C4-01", "没有钥匙");
    let pictures = pictures(home_a.path(), &[1, 90]);
    import(&a, visit, pictures.clone());
    draft(&a, visit, "{\"typed\":\"台\"}");
    assert_eq!(view(&a, visit).data_state, DataState::LocalOnly);
    let uncopied = a.sync_status(Nothing {}).unwrap().uncopied;
    assert_eq!(
        (uncopied.visits, uncopied.blobs, uncopied.remind),
        (1, 4, false),
        "two photos and their thumbnails"
    );

    let copy = made(&a, stick.path());
    assert_eq!((copy.blobs, copy.damaged), (2, 0));
    let seen = view(&a, visit);
    assert_eq!(seen.data_state, DataState::Copied);
    assert!(seen.photo_notes.iter().all(|note| note.data_state == DataState::Copied));
    assert_eq!(a.sync_status(Nothing {}).unwrap().uncopied, Uncopied::default());
    let whole = seen.visit.clone();
    drop(a);
    std::fs::remove_dir_all(home_a.path().join("data")).unwrap();

    // Nothing on the stick tells what is in it.
    for file in files(stick.path()).iter().filter(|file| !file.ends_with("copy.json")) {
        let bytes = std::fs::read(file).unwrap();
        assert!(bytes.starts_with(b"age-encryption.org/v1"), "{}", file.display());
    }

    let b = county.laptop(home_b.path());
    let preview = found(&b, stick.path());
    assert!(preview.same_county && !preview.own);
    assert_eq!((preview.blobs, preview.people.len(), preview.made_at_ms), (2, 2, copy.made_at_ms));
    let wrong = TakeInCopy {
        handle: preview.handle,
        person: person(WANG),
        passphrase: "li-passphrase".into(),
    };
    assert_eq!(b.take_in_copy(wrong).unwrap_err().code, ErrorCode::WrongPassphrase);
    let taken = take_in(&b, stick.path());
    assert_eq!(
        (taken.visits, taken.blobs_new, taken.drafts, taken.damaged.len(), taken.refused.len()),
        (1, 2, 1, 0, 0)
    );
    assert_eq!(taken.entries_new, copy.entries);
    let seen = view(&b, visit);
    assert_eq!(seen.visit, whole);
    assert_eq!(
        seen.data_state,
        DataState::LocalOnly,
        "what was taken in is no safer than what was written here"
    );
    assert_eq!(seen.drafts.len(), 1);
    for photo in &seen.visit.photos {
        let (_, bytes) = b.image("original", &photo.attached.photo.to_string()).unwrap();
        assert_eq!(bytes, std::fs::read(home_a.path().join(&photo.attached.name)).unwrap());
        b.image("thumbnail", &photo.attached.photo.to_string()).unwrap();
    }
    assert_eq!(
        b.sync_status(Nothing {}).unwrap().visits_unsynced,
        1,
        "it waits to be sent like work of its own"
    );

    // Twice changes nothing; the work goes on here, and here it can be copied again.
    let before = b.0.opened().unwrap().store.dump_state().unwrap();
    let again = take_in(&b, stick.path());
    assert_eq!(
        (again.entries_new, again.entries_known, again.blobs_new, again.blobs_known, again.drafts),
        (0, copy.entries, 0, 2, 0)
    );
    assert_eq!(b.0.opened().unwrap().store.dump_state().unwrap(), before);
    not_checked(&b, visit, "C4-02", "换了电脑");
    let second = made(&b, stick.path());
    assert!(
        second.entries > copy.entries && second.blobs == 2,
        "another laptop's work is in it until the server has it"
    );
    assert_eq!(std::fs::read_dir(stick.path()).unwrap().count(), 2, "each laptop has its own folder");
    assert!(b.rebuild().unwrap());
}

#[test]
fn another_county_the_own_disk_and_an_empty_folder_are_refused_in_words() {
    let (home, other_home, stick) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), stick());
    let mut county = County::new();
    let a = county.laptop(home.path());
    let visit = open_visit(&a);
    let elsewhere = home.path().join("same-disk");
    std::fs::create_dir(&elsewhere).unwrap();
    assert_eq!(make(&a, &elsewhere).error.unwrap().code, ErrorCode::CopySameDisk);
    assert_eq!(view(&a, visit).data_state, DataState::LocalOnly);
    let empty = handle(&a, stick.path());
    assert_eq!(a.find_copies(FindCopies { handle: empty }).unwrap_err().code, ErrorCode::CopyNone);
    made(&a, stick.path());

    let card = copy_of(stick.path()).join("copy.json");
    let text = std::fs::read_to_string(&card).unwrap();
    std::fs::write(&card, text.replace(super::county::SCOPE, &"f".repeat(32))).unwrap();
    let b = county.laptop(other_home.path());
    let preview = found(&b, stick.path());
    assert!(!preview.same_county);
    let args = TakeInCopy {
        handle: preview.handle,
        person: person(LI),
        passphrase: "li-passphrase".into(),
    };
    let refused = b.take_in_copy(args).unwrap_err();
    assert_eq!((refused.code, refused.params["county"].as_str()), (ErrorCode::CopyForeign, "青禾县"));
    std::fs::write(&card, text.replacen("\"v\": 1", "\"v\": 9", 1)).unwrap();
    let newer = handle(&b, stick.path());
    assert_eq!(b.find_copies(FindCopies { handle: newer }).unwrap_err().code, ErrorCode::CopyNewer);
}

/// A copy over a former one is cut after each file, and within each: what lies there is the former copy or the new one, whole.
#[test]
fn a_copy_that_is_cut_anywhere_leaves_the_former_one_or_is_whole() {
    let (home, homes, stick) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), stick());
    let mut county = County::new();
    let a = county.laptop(home.path());
    let visit = open_visit(&a);
    import(&a, visit, pictures(home.path(), &[1, 90]));
    made(&a, stick.path());
    let dir = copy_of(stick.path());
    let keep = |files: &[PathBuf]| -> Vec<(PathBuf, Vec<u8>)> { files.iter().map(|f| (f.clone(), std::fs::read(f).unwrap())).collect() };
    let former = keep(&files(&dir));
    import(&a, visit, pictures(home.path(), &[30, 60]));
    not_checked(&a, visit, "C4-01", "没有钥匙");
    draft(&a, visit, "半句");
    let second = made(&a, stick.path());
    let latter = keep(&files(&dir));
    assert_eq!(
        latter.len(),
        former.len() + 5,
        "two blobs, entries, thumbnails, drafts; the manifest takes the place of the former"
    );

    // In the order of writing: blobs, entries, thumbnails, drafts, manifest.
    let rank = |path: &Path| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        ["entries", "thumbs", "drafts", "manifest"]
            .iter()
            .position(|start| name.starts_with(start))
            .map_or(0, |at| at + 1)
    };
    let mut new: Vec<_> = latter.iter().filter(|(path, _)| !former.iter().any(|(known, _)| known == path)).collect();
    new.sort_by_key(|(path, _)| rank(path));
    assert_eq!(new.len(), 6);
    let (mut old_seen, mut new_seen) = (0, 0);
    for cut in 0..=new.len() * 2 {
        std::fs::remove_dir_all(&dir).unwrap();
        std::fs::create_dir_all(dir.join("blobs")).unwrap();
        for (path, bytes) in &former {
            std::fs::write(path, bytes).unwrap();
        }
        for (at, (path, bytes)) in new.iter().enumerate() {
            if at < cut / 2 {
                std::fs::write(path, bytes).unwrap();
            } else if at == cut / 2 && cut % 2 == 1 {
                // Worse than what the order of writing allows: the name is there and the bytes are not.
                std::fs::write(path, &bytes[..bytes.len() / 2]).unwrap();
            }
        }
        let b = county.laptop(&homes.path().join(cut.to_string()));
        let taken = take_in(&b, stick.path());
        assert_eq!((taken.damaged.len(), taken.refused.len()), (0, 0), "cut {cut}: {taken:?}");
        let photos = view(&b, visit).visit.photos.len();
        match photos {
            2 => old_seen += 1,
            4 => {
                new_seen += 1;
                assert_eq!((taken.entries_new, taken.drafts), (second.entries, 1));
            }
            other => panic!("{other} photos after cut {cut}"),
        }
        assert_eq!(usize::try_from(taken.blobs_new).unwrap(), photos);
    }
    assert_eq!((old_seen, new_seen), (12, 1));

    // The laptop itself mends what was cut, and writes only what is lacking.
    std::fs::write(&new[0].0, b"torn").unwrap();
    assert_eq!(made(&a, stick.path()).blobs, 4);
    let b = county.laptop(&homes.path().join("last"));
    assert_eq!(take_in(&b, stick.path()).blobs_new, 4);
}

#[test]
fn a_second_run_writes_only_what_is_new_and_drops_what_no_copy_needs() {
    let (home, stick) = (tempfile::tempdir().unwrap(), stick());
    let mut county = County::new();
    let a = county.laptop(home.path());
    let visit = open_visit(&a);
    import(&a, visit, pictures(home.path(), &[1, 90]));
    let first = made(&a, stick.path());
    let dir = copy_of(stick.path());
    let times = |dir: &Path| -> std::collections::BTreeMap<PathBuf, std::time::SystemTime> {
        files(dir)
            .into_iter()
            .map(|f| (f.clone(), std::fs::metadata(&f).unwrap().modified().unwrap()))
            .collect()
    };
    let before = times(&dir);
    std::thread::sleep(Duration::from_millis(20));
    import(&a, visit, pictures(home.path(), &[30]));
    std::fs::write(dir.join("entries-1.age.new"), b"left over").unwrap();
    let second = made(&a, stick.path());
    let after = times(&dir);
    assert_eq!((second.blobs, second.entries), (3, first.entries + 1));
    let kept = before.iter().filter(|(file, time)| after.get(*file) == Some(time)).count();
    assert_eq!((before.len(), kept), (6, 5), "all but the manifest stays untouched: {before:?} {after:?}");
    assert!(!dir.join("entries-1.age.new").exists());

    // A spoiled file of the vault is in no copy, said so, and the visit is not called safe.
    let open = a.0.opened().unwrap();
    import(&a, visit, pictures(home.path(), &[120]));
    let digest: seal::Digest = view(&a, visit).visit.photos.last().unwrap().attached.original.sha256.parse().unwrap();
    let path = open.vault.path(&digest);
    let mut bytes = std::fs::read(&path).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    std::fs::write(&path, bytes).unwrap();
    assert_eq!(made(&a, stick.path()).damaged, 1);
    assert_eq!(view(&a, visit).data_state, DataState::LocalOnly);
}

#[test]
fn damage_on_the_stick_is_named_and_the_rest_is_taken() {
    let (home, other, stick) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), stick());
    let mut county = County::new();
    let a = county.laptop(home.path());
    let visit = open_visit(&a);
    import(&a, visit, pictures(home.path(), &[1, 90]));
    made(&a, stick.path());
    let name = view(&a, visit).visit.photos[0].attached.clone();
    let open = a.0.opened().unwrap();
    let file = open.vault.path(&name.original.sha256.parse().unwrap()).file_name().unwrap().to_owned();
    let spoiled = copy_of(stick.path()).join("blobs").join(file);
    let mut bytes = std::fs::read(&spoiled).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&spoiled, bytes).unwrap();
    let b = county.laptop(other.path());
    let taken = take_in(&b, stick.path());
    assert_eq!((taken.damaged, taken.blobs_new, taken.visits), (vec![name.name], 1, 1));
}

/// A store restored from a backup hears from its own copy how far it had come, and writes its old log no more.
#[test]
fn the_own_copy_brings_back_what_a_restored_backup_lost() {
    let (home, stick) = (tempfile::tempdir().unwrap(), stick());
    let mut county = County::new();
    let a = county.laptop(home.path());
    let visit = open_visit(&a);
    drop(a);
    let (data, backup) = (home.path().join("data"), home.path().join("backup"));
    let copied = std::process::Command::new("cp").arg("-r").arg(&data).arg(&backup).status().unwrap();
    assert!(copied.success());
    let unlock = |field: &Field| {
        let passphrase = "li-passphrase".into();
        field
            .unlock(Unlock {
                person: person(LI),
                passphrase,
            })
            .unwrap();
    };
    let a = field(home.path());
    unlock(&a);
    not_checked(&a, visit, "C4-01", "没有钥匙");
    import(&a, visit, pictures(home.path(), &[1]));
    made(&a, stick.path());
    let whole = view(&a, visit).visit;
    drop(a);
    std::fs::remove_dir_all(&data).unwrap();
    std::fs::rename(&backup, &data).unwrap();
    let a = field(home.path());
    unlock(&a);
    assert!(view(&a, visit).visit.answers.is_empty());
    assert!(found(&a, stick.path()).own);
    let taken = take_in(&a, stick.path());
    assert_eq!((taken.entries_new, taken.blobs_new), (2, 1));
    assert_eq!(view(&a, visit).visit, whole);
    not_checked(&a, visit, "C4-02", "接着检查");
    assert!(a.rebuild().unwrap());
}

/// A stick that fills up, on a real file system of its own; where nothing can be mounted, as without root, there is none to fill.
#[test]
fn a_full_stick_is_told_in_numbers_and_loses_nothing() {
    let home = tempfile::tempdir().unwrap();
    let Some(small) = super::mounted::Mounted::tmpfs("6m") else {
        return;
    };
    let mut county = County::new();
    let a = county.laptop(home.path());
    let visit = open_visit(&a);
    import(&a, visit, pictures(home.path(), &[1]));
    let first = made(&a, small.path());
    assert_eq!(first.blobs, 1);
    // Foreign bytes take the room that the next copy needs.
    std::fs::write(small.path().join("film.mp4"), vec![7; 4 << 20]).unwrap();
    import(&a, visit, pictures(home.path(), &[90]));
    let job = make(&a, small.path());
    let error = job.error.unwrap();
    assert_eq!(error.code, ErrorCode::CopyMediumFull);
    assert!(error.params["needed"].parse::<u64>().unwrap() > error.params["available"].parse::<u64>().unwrap());
    let status = a.copy_status(Nothing {}).unwrap();
    assert_eq!(status.last.unwrap(), first, "the former copy stands");
    assert_eq!(a.sync_status(Nothing {}).unwrap().uncopied.visits, 1);
    let b_home = tempfile::tempdir().unwrap();
    let b = county.laptop(b_home.path());
    assert_eq!(take_in(&b, small.path()).blobs_new, 1);

    // Pulled out: the folder is gone, and that is what is said.
    let gone = small.path().to_owned();
    drop(small);
    let error = make(&a, &gone.join("no-longer")).error.unwrap();
    assert!(matches!(error.code, ErrorCode::CopySameDisk | ErrorCode::CopyMediumFault), "{error}");
}
