//! The trust store: kills at any moment, damage to any file, several processes, read-only media.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use ikd_sandbox::{STATUS_URI, Sandbox};
use ikd_tests::{OPENED, at, sandbox, trust};
use ikd_verifier::{FileTrustStore, Loaded, StoreError, Trust};

fn store(folder: &Path) -> FileTrustStore {
    FileTrustStore::new(folder.join("trust"))
}

fn version(trust: &Trust) -> u64 {
    trust.snapshot().list().expect("a trust list").version()
}

fn issued(trust: &Trust) -> i64 {
    trust.snapshot().status_list(STATUS_URI).expect("a status list").issued().secs()
}

/// Generation `n`: a trust list of this version, and a status list of that many seconds later.
fn advance(trust: &Trust, sandbox: &Sandbox, n: u32) {
    let list = sandbox.trust_list_version(n, OPENED + i64::from(n));
    trust.update_list(&list, at(OPENED)).expect("a newer trust list");
    let status = sandbox.status_list(OPENED + i64::from(n));
    trust.update_status(STATUS_URI, &status).expect("a newer status list");
}

/// A store that has been saved at generations 2 and 3.
fn two_generations(folder: &Path) -> FileTrustStore {
    let (sandbox, store) = (sandbox(), store(folder));
    let trust = trust(&sandbox);
    for n in [2, 3] {
        advance(&trust, &sandbox, n);
        store.save(&trust).expect("saved");
    }
    store
}

fn open(store: &FileTrustStore) -> Loaded {
    store.open().expect("a good generation").expect("it was saved")
}

fn list_files(store: &FileTrustStore) -> Vec<PathBuf> {
    let folder = PathBuf::from(format!("{}.lists", store.path().display()));
    fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect()
}

#[test]
fn what_was_saved_comes_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = two_generations(folder.path());
    let loaded = open(&store);
    assert_eq!((version(&loaded.trust), issued(&loaded.trust)), (3, OPENED + 3));
    assert!(loaded.damage.is_empty() && loaded.refused.is_empty(), "{loaded:?}");
    // A bundle for another device is read from the files.
    let bundle = loaded.trust.snapshot().to_bundle().expect("a bundle");
    let roots = ikd_tests::roots(&sandbox());
    let (copy, report) = Trust::from_bundle(roots, &bundle).expect("a sound bundle");
    assert_eq!((version(&copy), report.status_lists.as_slice()), (3, &[STATUS_URI.to_owned()][..]));
}

/// One list changed: that list, the two indexes and the clock are written, and nothing else.
#[test]
fn a_save_writes_what_has_changed() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = two_generations(folder.path());
    let trust = open(&store).trust;
    let before = list_files(&store);
    assert_eq!(before.len(), 4, "two lists in each of two generations");
    trust.update_status(STATUS_URI, &sandbox().status_list(OPENED + 9)).expect("newer");
    store.save(&trust).expect("saved");
    let after = list_files(&store);
    assert_eq!(after.iter().filter(|file| !before.contains(file)).count(), 1);
    assert_eq!(after.len(), 3, "the trust list, and the status list of two generations");
    let index = || fs::metadata(store.path()).and_then(|file| file.modified()).expect("a time");
    let saved = index();
    store.save(&trust).expect("saved");
    assert_eq!(index(), saved, "nothing has changed");
}

#[test]
fn damage_to_any_file_is_named_set_aside_and_worked_around() {
    let whole = tempfile::tempdir().expect("a folder");
    let names: Vec<_> = {
        let store = two_generations(whole.path());
        let lists = list_files(&store).into_iter();
        lists.chain([store.path().to_owned(), whole.path().join("trust.clock")]).collect()
    };
    let mut worked_around = 0;
    for name in &names {
        for damage in [
            |bytes: &mut Vec<u8>| bytes.truncate(bytes.len() / 2),
            |bytes: &mut Vec<u8>| *bytes.last_mut().expect("not empty") ^= 4,
            |bytes: &mut Vec<u8>| bytes.clear(),
        ] {
            let folder = tempfile::tempdir().expect("a folder");
            let store = two_generations(folder.path());
            let path = folder.path().join(name.strip_prefix(whole.path()).expect("a name"));
            let mut bytes = fs::read(&path).expect("the same names each time");
            damage(&mut bytes);
            fs::write(&path, &bytes).expect("written");
            let loaded = open(&store);
            // The lists of the earlier generation are not read where they are not needed.
            let [damage] = &loaded.damage[..] else {
                assert_eq!((version(&loaded.trust), issued(&loaded.trust)), (3, OPENED + 3));
                continue;
            };
            worked_around += 1;
            assert_eq!(damage.file(), path);
            let aside = damage.set_aside().expect("it can be renamed");
            assert_eq!(fs::read(aside).expect("it is kept"), bytes);
            assert!(version(&loaded.trust) >= 2 && issued(&loaded.trust) >= OPENED + 2);
            // A refresh repairs the store.
            advance(&loaded.trust, &sandbox(), 4);
            store.save(&loaded.trust).expect("saved");
            let repaired = open(&store);
            assert!(repaired.damage.is_empty(), "{:?}", repaired.damage);
            assert_eq!((version(&repaired.trust), issued(&repaired.trust)), (4, OPENED + 4));
        }
    }
    assert_eq!(worked_around, 3 * 4, "index, clock, trust list and status list");
}

#[test]
fn with_nothing_good_left_the_store_says_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = two_generations(folder.path());
    fs::write(store.path(), "damaged").expect("written");
    fs::write(folder.path().join("trust.previous"), "damaged too").expect("written");
    assert!(matches!(store.load(), Err(StoreError::State { .. })));
    // It was set aside, so that the store can be set up anew.
    assert!(store.load().expect("no file").is_none());
    store.save(&trust(&sandbox())).expect("saved");
    assert_eq!(version(&open(&store).trust), 1);
}

/// The roots that sign now are not those that the first process knows.
#[test]
fn a_process_takes_up_what_another_stored_two_rotations_later() {
    let folder = tempfile::tempdir().expect("a folder");
    let (sandbox, store) = (sandbox(), store(folder.path()));
    let first = trust(&sandbox);
    store.save(&first).expect("saved");
    let second = open(&store).trust;
    for (version, generation) in [(2, 0), (3, 1)] {
        let list = sandbox.trust_list_rotated(version, OPENED, generation);
        second.update_list(&list, at(OPENED)).expect("old and new roots signed it");
        store.save(&second).expect("saved");
    }
    second.update_status(STATUS_URI, &sandbox.status_list(OPENED + 9)).expect("newer");
    store.save(&second).expect("saved");
    first.update_status(STATUS_URI, &sandbox.status_list(OPENED + 5)).expect("newer");
    store.save(&first).expect("saved");
    for trust in [&*first, &open(&store).trust] {
        assert_eq!((version(trust), issued(trust)), (3, OPENED + 9));
    }
}

#[test]
fn the_clock_floor_lasts_and_never_goes_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = two_generations(folder.path());
    let (fast, slow) = (open(&store).trust, open(&store).trust);
    fast.observe(at(OPENED + 5_000));
    slow.observe(at(OPENED + 100));
    store.save_clock(&fast).expect("saved");
    store.save_clock(&slow).expect("saved");
    assert_eq!(open(&store).trust.clock_floor(), Some(at(OPENED + 5_000)));
}

/// A store of the first version: all lists in one sealed piece.
#[test]
fn a_store_of_the_first_version_is_read_and_moved() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = store(folder.path());
    let sandbox = sandbox();
    let old = trust(&sandbox);
    old.observe(at(OPENED + 77));
    fs::write(store.path(), old.save()).expect("written");
    let trust = open(&store).trust;
    assert_eq!((version(&trust), issued(&trust)), (1, OPENED));
    assert_eq!(trust.clock_floor(), Some(at(OPENED + 77)));
    advance(&trust, &sandbox, 2);
    store.save(&trust).expect("saved");
    assert_eq!(list_files(&store).len(), 2);
    // Until there are two generations of the new form, the old one is still good for something.
    fs::write(store.path(), "damaged").expect("written");
    assert_eq!(version(&open(&store).trust), 1);
}

/// Lists that find no memory are read from files, with the same answers.
#[test]
fn a_memory_limit_changes_no_answer() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = two_generations(folder.path());
    let (rich, poor) = (open(&store).trust, open(&store.clone().with_memory_limit(0)).trust);
    let (rich, poor) = (rich.snapshot(), poor.snapshot());
    assert!(rich.memory() > 0 && poor.memory() == 0);
    let (rich, poor) = (rich.status_list(STATUS_URI), poor.status_list(STATUS_URI));
    let (rich, poor) = (rich.expect("a list"), poor.expect("a list"));
    assert_eq!(rich.len(), poor.len());
    assert!((0..=rich.len()).all(|index| rich.get(index) == poor.get(index)));
}

/// Where a child process finds the store; set for children only.
const FOLDER: &str = "IKD_TEST_STORE_FOLDER";

/// Not a test of its own: the work of the child processes below, which run this very program. Each
/// loads, takes up the next generation and saves, over and over.
#[test]
fn child() {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else { return };
    let (sandbox, store) = (sandbox(), store(&folder));
    let mut out = std::io::stdout().lock();
    loop {
        let loaded = open(&store);
        assert!(loaded.damage.is_empty(), "{:?}", loaded.damage);
        let next = u32::try_from(version(&loaded.trust) + 1).expect("a small number");
        advance(&loaded.trust, &sandbox, next);
        store.save(&loaded.trust).expect("saved");
        let told = writeln!(out, "saved {}", version(&loaded.trust)).and_then(|()| out.flush());
        told.expect("the parent reads");
    }
}

fn start_child(folder: &Path) -> Child {
    Command::new(std::env::current_exe().expect("this program"))
        .args(["child", "--exact", "--nocapture"])
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("a child process")
}

/// The last version that a killed child told it had saved; `None` when it failed by itself.
fn told(mut child: Child) -> Option<u64> {
    let lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    let saved = |line: String| line.strip_prefix("saved ")?.parse::<u64>().ok();
    let last = lines.map_while(Result::ok).filter_map(saved).max().unwrap_or_default();
    // A code means that it ended before it was killed, by a panic.
    child.wait().expect("it ends").code().is_none().then_some(last)
}

/// Two processes write all the time, and each is killed at another moment of its work.
#[test]
fn a_hundred_and_twenty_kills_harm_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = store(folder.path());
    store.save(&trust(&sandbox())).expect("saved");
    let (mut seen, mut random) = (1, 1_u64);
    for _ in 0..60 {
        let mut children = [start_child(folder.path()), start_child(folder.path())];
        for child in &mut children {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            std::thread::sleep(Duration::from_micros((random >> 33) % 60_000));
            child.kill().expect("SIGKILL");
        }
        let told = children.map(|child| told(child).expect("no process fails by itself"));
        let loaded = open(&store);
        assert!(loaded.damage.is_empty(), "{:?}", loaded.damage);
        let now = version(&loaded.trust);
        assert!(now >= told[0].max(told[1]).max(seen), "{now} after {told:?} and {seen}");
        assert_eq!(issued(&loaded.trust), OPENED + if now == 1 { 0 } else { now as i64 });
        seen = now;
    }
    assert!(seen > 60, "only {seen} generations: the test is too slow to mean anything");
    let trust = open(&store).trust;
    advance(&trust, &sandbox(), u32::try_from(seen + 1).expect("a small number"));
    store.save(&trust).expect("saved");
    assert!(list_files(&store).len() <= 4, "what killed processes left is cleaned");
}

/// Where a child without rights finds a store that it cannot write.
#[cfg(unix)]
const READ_ONLY: &str = "IKD_TEST_READ_ONLY_STORE";

/// Not a test of its own: see below.
#[cfg(unix)]
#[test]
fn reader() {
    let Some(folder) = std::env::var_os(READ_ONLY).map(PathBuf::from) else { return };
    let store = store(&folder);
    let loaded = open(&store);
    assert_eq!(version(&loaded.trust), 3);
    advance(&loaded.trust, &sandbox(), 4);
    for saved in [store.save(&loaded.trust), store.save_clock(&loaded.trust)] {
        assert!(matches!(saved, Err(StoreError::ReadOnly { .. })), "{saved:?}");
    }
    // The trust goes on in memory.
    assert_eq!(version(&loaded.trust), 4);
    // Damage is worked around also where nothing can be renamed.
    let damaged = FileTrustStore::new(folder.join("damaged"));
    let loaded = open(&damaged);
    assert_eq!(version(&loaded.trust), 2);
    assert_eq!(loaded.damage.iter().map(|d| d.set_aside()).collect::<Vec<_>>(), [None]);
}

#[cfg(unix)]
#[test]
fn a_read_only_store_is_loaded_but_not_saved() {
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::process::CommandExt;
    let folder = tempfile::tempdir().expect("a folder");
    two_generations(folder.path());
    // The same store once more under another name, with a damaged index.
    let copy = |from: &str, to: &str| {
        fs::copy(folder.path().join(from), folder.path().join(to)).expect("copied");
    };
    copy("trust.previous", "damaged.previous");
    fs::write(folder.path().join("damaged"), "damaged").expect("written");
    fs::create_dir(folder.path().join("damaged.lists")).expect("a folder");
    for file in list_files(&store(folder.path())) {
        let name = file.file_name().expect("a name").to_string_lossy().into_owned();
        copy(&format!("trust.lists/{name}"), &format!("damaged.lists/{name}"));
    }
    let program = folder.path().join("program");
    fs::copy(std::env::current_exe().expect("this program"), &program).expect("copied");
    let mode = |path: &Path, mode| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("permissions");
    };
    for lists in ["trust.lists", "damaged.lists", ""] {
        mode(&folder.path().join(lists), 0o555);
    }
    let mut command = Command::new(&program);
    command.args(["reader", "--exact"]).env(READ_ONLY, folder.path());
    // Permissions do not bind the superuser, so the child is someone else then.
    if fs::write(folder.path().join("probe"), "").is_ok() {
        command.uid(65_534).gid(65_534);
    }
    let output = command.output().expect("it runs");
    mode(folder.path(), 0o755);
    for lists in ["trust.lists", "damaged.lists"] {
        mode(&folder.path().join(lists), 0o755);
    }
    let stdout = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && stdout.contains("1 passed"), "{stdout}");
}
