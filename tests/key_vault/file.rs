//! The vault in a directory: who may read it, what is in the way, what a crash leaves.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
use std::path::{Path, PathBuf};
use std::thread;

use cert_lifecycle::adapter::FileKeyVault;
use cert_lifecycle::adapter::file_vault::FileVaultError;
use cert_lifecycle::model::KeyKind;
use cert_lifecycle::port::{KeyVault, KeyVaultError};
use pollster::block_on;

use super::scratch::Scratch;
use super::{P256, names, order, unusable};

/// A vault with a key for order 1, and the path of its file.
fn vault_of_one() -> (Scratch, FileKeyVault, PathBuf) {
    let scratch = Scratch::new();
    let vault = FileKeyVault::open(scratch.join("keys")).unwrap();
    block_on(vault.make(order(1), P256)).unwrap();
    let file = scratch.join("keys/1.pem");
    (scratch, vault, file)
}

fn mode(path: &Path) -> u32 {
    fs::symlink_metadata(path).unwrap().mode() & 0o7777
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

/// The names in a directory, in order.
fn list(path: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(path)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn a_new_vault_over_the_same_directory_has_the_same_keys() {
    let (scratch, vault, _) = vault_of_one();
    let made = vault.check(order(1)).unwrap();
    let key = block_on(vault.export(order(1))).unwrap();
    block_on(vault.destroy(order(2))).unwrap();
    drop(vault);

    let vault = FileKeyVault::open(scratch.join("keys")).unwrap();
    assert_eq!(vault.check(order(1)).unwrap(), made);
    assert_eq!(block_on(vault.make(order(1), P256)).ok(), made);
    let again = block_on(vault.export(order(1))).unwrap();
    assert_eq!(again.expose(), key.expose());
    let destroyed = Err(KeyVaultError::Destroyed(order(2)));
    assert_eq!(block_on(vault.make(order(2), P256)), destroyed);
    assert_eq!(vault.check(order(2)), Ok(None));
    assert_eq!(vault.check(order(3)), Ok(None));
}

#[test]
fn nobody_but_the_owner_reads_what_is_made() {
    let (scratch, vault, file) = vault_of_one();
    block_on(vault.destroy(order(2))).unwrap();
    let directory = scratch.join("keys");
    assert_eq!(list(&directory), ["1.pem", "2.pem", "unfinished"]);
    assert_eq!(list(&directory.join("unfinished")), [""; 0]);
    assert_eq!(mode(&directory), 0o700);
    assert_eq!(mode(&directory.join("unfinished")), 0o700);
    assert_eq!(mode(&file), 0o600);
    assert_eq!(mode(&directory.join("2.pem")), 0o600);
    let key = block_on(vault.export(order(1))).unwrap();
    assert_eq!(fs::read_to_string(&file).unwrap(), key.expose());
    assert_eq!(fs::metadata(&file).unwrap().nlink(), 1);
}

#[test]
fn a_directory_that_others_look_into_is_refused() {
    let (scratch, vault, _) = vault_of_one();
    drop(vault);
    let directory = scratch.join("keys");
    for path in [directory.clone(), directory.join("unfinished")] {
        for open in [0o750, 0o710, 0o720, 0o704, 0o701, 0o1777] {
            set_mode(&path, open);
            let error = FileKeyVault::open(&directory).unwrap_err();
            let path = fs::canonicalize(&path).unwrap();
            let told = format!("{error}");
            assert!(told.contains("chmod 700"), "{told}");
            assert!(told.contains(&format!("mode {open:04o}")), "{told}");
            assert!(!error.retry_helps());
            assert_eq!(error, FileVaultError::DirectoryMode { path, mode: open });
        }
        set_mode(&path, 0o700);
        assert!(FileKeyVault::open(&directory).is_ok());
    }
}

#[test]
fn a_directory_of_somebody_else_is_refused() {
    let (scratch, vault, _) = vault_of_one();
    drop(vault);
    let directory = fs::canonicalize(scratch.join("keys")).unwrap();
    let own = fs::metadata(&directory).unwrap().uid();
    // Only the superuser gives directories away; everybody else can't look into such a one.
    if chown(&directory, Some(65_534), None).is_err() {
        return;
    }
    let refused = FileVaultError::DirectoryOwner {
        path: directory.clone(),
        owner: 65_534,
        own,
    };
    assert!(!refused.retry_helps());
    assert_eq!(FileKeyVault::open(&directory).err(), Some(refused));
    chown(&directory, Some(own), None).unwrap();
    assert!(FileKeyVault::open(&directory).is_ok());
    assert_eq!(list(&directory.join("unfinished")), [""; 0]);
}

#[test]
fn what_is_no_directory_is_refused() {
    let scratch = Scratch::new();
    let file = scratch.join("file");
    fs::write(&file, "").unwrap();
    let path = fs::canonicalize(&file).unwrap();
    let refused = FileKeyVault::open(&file).err();
    assert_eq!(refused, Some(FileVaultError::NotADirectory(path)));

    // A disk that is not mounted must not be taken for an empty vault.
    let error = FileKeyVault::open(scratch.join("not mounted/keys")).unwrap_err();
    let kind = io::ErrorKind::NotFound;
    assert!(matches!(error, FileVaultError::Io { kind: found, .. } if found == kind));
    assert!(error.retry_helps());

    // A link to the directory is the embedder's business; one inside is nobody's.
    fs::create_dir(scratch.join("real")).unwrap();
    set_mode(&scratch.join("real"), 0o700);
    symlink("real", scratch.join("link")).unwrap();
    let vault = FileKeyVault::open(scratch.join("link")).unwrap();
    block_on(vault.make(order(1), P256)).unwrap();
    assert!(scratch.join("real/1.pem").exists());
    fs::remove_dir(scratch.join("real/unfinished")).unwrap();
    symlink("..", scratch.join("real/unfinished")).unwrap();
    let refused = FileKeyVault::open(scratch.join("link"));
    assert!(matches!(refused, Err(FileVaultError::NotADirectory(_))));
}

#[test]
fn a_file_that_others_read_is_not_used() {
    let (_scratch, vault, file) = vault_of_one();
    for open in [0o640, 0o620, 0o604, 0o602, 0o610, 0o644] {
        set_mode(&file, open);
        let order = order(1);
        let refused = FileVaultError::FileMode { order, mode: open };
        assert!(!refused.retry_helps());
        assert_eq!(vault.check(order), Err(refused));
        unusable(&vault, order, &format!("mode {open:04o}"));
        unusable(&vault, order, "chmod 600");
    }
    set_mode(&file, 0o400);
    assert!(vault.check(order(1)).unwrap().is_some());
    set_mode(&file, 0o644);
    block_on(vault.destroy(order(1))).unwrap();
    assert_eq!(vault.check(order(1)), Ok(None));
    assert_eq!(mode(&file), 0o600);
}

#[test]
fn a_link_in_place_of_a_key_is_not_followed() {
    let (scratch, vault, target) = vault_of_one();
    let before = fs::read(&target).unwrap();
    let aim = scratch.join("outside");
    for (id, aim) in (2..).zip([target.as_path(), Path::new("1.pem"), aim.as_path()]) {
        let link = scratch.join(format!("keys/{id}.pem"));
        symlink(aim, &link).unwrap();
        let order = order(id);
        assert_eq!(vault.check(order), Err(FileVaultError::NotAFile { order }));
        unusable(&vault, order, "symbolic link");
        // The link is destroyed, not what it leads to.
        block_on(vault.destroy(order)).unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_file());
        assert_eq!(vault.check(order), Ok(None));
    }
    assert!(!aim.exists(), "nothing was written through the link");
    assert_eq!(fs::read(&target).unwrap(), before);
    assert!(vault.check(order(1)).unwrap().is_some());
}

#[test]
fn a_directory_in_place_of_a_key_is_not_used() {
    let (scratch, vault, _) = vault_of_one();
    fs::create_dir(scratch.join("keys/2.pem")).unwrap();
    let order = order(2);
    let refused = FileVaultError::NotAFile { order };
    assert!(!refused.retry_helps());
    assert_eq!(vault.check(order), Err(refused));
    let error = block_on(vault.destroy(order)).unwrap_err();
    assert!(
        matches!(error, KeyVaultError::Unavailable(Some(_))),
        "{error}"
    );
    assert_eq!(list(&scratch.join("keys/unfinished")), [""; 0]);
}

#[test]
fn a_damaged_file_is_not_used() {
    let (_scratch, vault, file) = vault_of_one();
    let good = fs::read(&file).unwrap();
    let order = order(1);
    let limit = usize::try_from(FileKeyVault::FILE_LIMIT).unwrap();
    let damaged = FileVaultError::Damaged { order };
    let too_long = FileVaultError::TooLong {
        order,
        bytes: FileKeyVault::FILE_LIMIT + 1,
    };
    assert!(too_long.to_string().contains("16385 bytes, at most 16384"));
    let pki = |name: &str| fs::read(format!("tests/data/pki/{name}")).unwrap();
    for (contents, told) in [
        (vec![], FileVaultError::Empty { order }),
        (vec![b'\n'; limit], damaged.clone()),
        (vec![b'\n'; limit + 1], too_long),
        (vec![0xFF; 300], damaged.clone()),
        (good[..good.len() / 2].to_vec(), damaged.clone()),
        ([&good[..], &good].concat(), damaged.clone()),
        (b"destroyed".to_vec(), damaged.clone()),
        (pki("p256-public.pem"), damaged.clone()),
        (pki("leaf.pem"), damaged.clone()),
        (pki("public-test-key-p256-encrypted.pem"), damaged.clone()),
        // Keys, but none that the vault has written.
        (pki("public-test-key-p256-sec1.pem"), damaged.clone()),
        (pki("public-test-key-rsa2048-pkcs1.pem"), damaged.clone()),
        (pki("public-test-key-ed25519-pkcs8.pem"), damaged),
    ] {
        fs::write(&file, &contents).unwrap();
        assert!(!told.retry_helps());
        assert_eq!(vault.check(order).as_ref(), Err(&told));
        unusable(&vault, order, &told.to_string());
        assert_eq!(
            fs::read(&file).unwrap(),
            contents,
            "nothing takes its place"
        );
    }
    block_on(vault.destroy(order)).unwrap();
    let destroyed = Err(KeyVaultError::Destroyed(order));
    assert_eq!(block_on(vault.make(order, P256)), destroyed);
}

/// Line ends and text around the block may differ; a key that is read is always the same one.
#[test]
fn a_changed_bit_never_makes_another_key() {
    let (_scratch, vault, file) = vault_of_one();
    let made = vault.check(order(1)).unwrap();
    let good = fs::read(&file).unwrap();
    let mut refused = 0;
    for at in 0..good.len() {
        for bit in 0..8 {
            let mut changed = good.clone();
            changed[at] ^= 1 << bit;
            fs::write(&file, changed).unwrap();
            match vault.check(order(1)) {
                Ok(found) => assert_eq!(found, made, "{at}.{bit}"),
                Err(_) => refused += 1,
            }
        }
        fs::write(&file, &good[..at]).unwrap();
        // Without the last line end it is still whole.
        assert_eq!(vault.check(order(1)).is_ok(), at == good.len() - 1, "{at}");
    }
    assert!(refused > good.len() * 6, "{refused}");
}

#[test]
fn what_a_crash_leaves_is_harmless_and_goes_with_the_key() {
    let (scratch, vault, file) = vault_of_one();
    let unfinished = scratch.join("keys/unfinished");
    let key = fs::read(&file).unwrap();
    // Killed while it wrote; between linking and removing; and for orders that begin alike.
    fs::write(unfinished.join("1.00000000000000aa"), &key[..50]).unwrap();
    fs::hard_link(&file, unfinished.join("1.00000000000000bb")).unwrap();
    fs::write(unfinished.join("2.00000000000000cc"), b"").unwrap();
    fs::write(unfinished.join("12.00000000000000dd"), &key).unwrap();
    drop(vault);

    let vault = FileKeyVault::open(scratch.join("keys")).unwrap();
    let made = vault.check(order(1)).unwrap();
    assert_eq!(block_on(vault.make(order(1), P256)).ok(), made);
    assert_eq!(vault.check(order(2)), Ok(None));
    let other = block_on(vault.make(order(2), P256)).unwrap();
    assert_ne!(Some(other), made);

    block_on(vault.destroy(order(1))).unwrap();
    let left = ["12.00000000000000dd", "2.00000000000000cc"];
    assert_eq!(list(&unfinished), left, "those of order 1 alone are gone");
    assert_eq!(vault.check(order(2)), Ok(Some(other)));

    // Killed between the tombstone and the rest: a repeat finishes it.
    fs::write(unfinished.join("1.00000000000000ee"), &key).unwrap();
    block_on(vault.destroy(order(1))).unwrap();
    assert_eq!(list(&unfinished), left);
    for name in list(&scratch.join("keys")) {
        let path = scratch.join("keys").join(name);
        assert!(path.is_dir() || fs::read(&path).unwrap() != key);
    }
}

/// Vaults that share nothing but the directory, as processes do.
#[test]
fn several_vaults_over_one_directory_agree() {
    let scratch = Scratch::new();
    let directory = scratch.join("keys");
    for id in 1..=40 {
        let made: Vec<_> = thread::scope(|scope| {
            let threads: Vec<_> = (0..4)
                .map(|_| {
                    scope.spawn(|| {
                        let vault = FileKeyVault::open(&directory).unwrap();
                        block_on(vault.make(order(id), P256)).unwrap()
                    })
                })
                .collect();
            let join = |thread: thread::ScopedJoinHandle<'_, _>| thread.join().unwrap();
            threads.into_iter().map(join).collect()
        });
        assert!(made.windows(2).all(|pair| pair[0] == pair[1]));
    }
    assert_eq!(list(&directory).len(), 41);
    assert_eq!(list(&directory.join("unfinished")), [""; 0]);
}

#[test]
fn a_vault_that_cannot_write_says_that_it_may_come_right() {
    let (scratch, vault, file) = vault_of_one();
    fs::remove_dir(scratch.join("keys/unfinished")).unwrap();
    let error = block_on(vault.make(order(2), P256)).unwrap_err();
    assert_eq!(
        error,
        KeyVaultError::unavailable("creating a file: entity not found")
    );
    assert!(error.retry_helps());
    assert!(block_on(vault.destroy(order(1))).unwrap_err().retry_helps());
    // What is there can still be read.
    assert!(file.exists());
    assert!(block_on(vault.csr(order(1), &names(&["a.example"]))).is_ok());
}

#[test]
fn the_longest_key_fits() {
    let scratch = Scratch::new();
    let vault = FileKeyVault::open(scratch.join("keys")).unwrap();
    let made = block_on(vault.make(order(1), KeyKind::Rsa { bits: 4_096 })).unwrap();
    assert_eq!(vault.check(order(1)), Ok(Some(made)));
    let length = fs::metadata(scratch.join("keys/1.pem")).unwrap().len();
    assert!(length * 4 < FileKeyVault::FILE_LIMIT, "{length}");
}

#[test]
fn nothing_shows_a_key() {
    let (scratch, vault, _) = vault_of_one();
    let directory = fs::canonicalize(scratch.join("keys")).unwrap();
    assert_eq!(format!("{vault:?}"), format!("FileKeyVault({directory:?})"));
}
